//! The history of one variable.

use core::fmt;
use std::collections::HashMap;

use memchr::memmem::Finder;

use super::change::{ChangeKind, ConfigChange};
use super::parts::PartPosition;
use super::value::RecordedValue;
use crate::format::json::write_string;
use crate::format::line::Line;
use crate::format::walk::{list, member, members, text};
use crate::read::reader::{ReadError, Reader, Record, Records};
use crate::store::{SegmentSource, StoreError};

/// A change of one variable, and its event.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HistoryEntry {
    /// The event, with the time, the actor and the reason.
    pub record: Record,
    /// The configuration, such as `checkout/prod`.
    pub resource: String,
    /// The change. The first record of a configuration adds all its variables.
    pub change: ConfigChange,
}

impl HistoryEntry {
    /// Created from an index.
    #[doc(hidden)]
    pub fn new(record: Record, resource: String, change: ConfigChange) -> Self {
        HistoryEntry { record, resource, change }
    }
}

/// The changes of one variable in all configurations, oldest first. Created by [`Reader::history`].
pub struct History<'a> {
    source: &'a dyn SegmentSource,
    records: Records<'a>,
    changes: Changes,
}

/// Finds the changes of one variable in the events that may have one, given in their order.
#[derive(Debug)]
pub struct Changes {
    key: String,
    /// The bytes of a line that mentions the key.
    needle: Finder<'static>,
    /// Its last state in each configuration, as JSON.
    last: HashMap<String, String>,
}

impl<'a> Reader<'a> {
    /// Every change of a variable.
    ///
    /// ```
    /// use envaudit_ledger::testing::MemoryStore;
    /// use envaudit_ledger::{Actor, Event, LedgerOptions, MasterKey, Outcome};
    /// use serde_json::json;
    ///
    /// // The events that the crate `envaudit` records of a configuration.
    /// let event = |action| {
    ///     let event = Event::new(action, Actor::user("ada")).outcome(Outcome::Success);
    ///     event.resource("config", "checkout")
    /// };
    /// let port = |value| json!({"key": "PORT", "source": "file", "masked": false, "value": value});
    /// let change = json!({"key": "PORT", "kind": "changed", "before": port("80"), "after": port("443")});
    ///
    /// let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init_in(MemoryStore::default())?;
    /// ledger.append(&event("config.loaded").detail("state", [port("80")]))?;
    /// ledger.append(&event("config.changed").detail("changes", [change]).detail("state", [port("443")]))?;
    /// let changes: Vec<String> = ledger
    ///     .reader()
    ///     .history("PORT")?
    ///     .map(|entry| Ok(entry?.change.to_string()))
    ///     .collect::<Result<_, Box<dyn std::error::Error>>>()?;
    /// assert_eq!(changes, ["+ PORT: 80", "~ PORT: 80 -> 443"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the segments cannot be listed.
    pub fn history(&self, key: &str) -> Result<History<'a>, StoreError> {
        Ok(History { source: self.source, records: self.events()?, changes: Changes::of(key) })
    }
}

impl Changes {
    /// The changes of this key, from the first event.
    pub fn of(key: &str) -> Self {
        let mut needle = b"{\"key\":".to_vec();
        write_string(&mut needle, key);
        let needle = Finder::new(&needle).into_owned();
        Changes { key: key.to_owned(), needle, last: HashMap::new() }
    }

    /// Returns the change in this event, if there is one, and its configuration.
    ///
    /// # Errors
    ///
    /// When the event that a part belongs to cannot be read.
    pub fn read(
        &mut self,
        source: &dyn SegmentSource,
        record: &Record,
    ) -> Result<Option<(String, ConfigChange)>, StoreError> {
        if self.needle.find(record.bytes()).is_none() {
            return Ok(None);
        }
        let Ok(line) = record.line() else { return Ok(None) };
        let part = PartPosition::of(&line);
        if let Some(part) = &part
            && !part.is_complete(source, &line)?
        {
            return Ok(None);
        }
        let is_load =
            part.map_or(line.action == "config.loaded", |part| part.event == "config.loaded");
        Ok(self.read_line(&line, is_load))
    }

    fn read_line(&mut self, line: &Line<'_>, is_load: bool) -> Option<(String, ConfigChange)> {
        if !line.action.get().starts_with("config.")
            || line.resource_type.is_none_or(|kind| kind != "config")
            || line.outcome != "success"
        {
            return None;
        }
        let resource = line.resource_id?.get().into_owned();
        let details = line.details?;
        let KeyMentions { changed, state } = self.find(details);
        let change = match changed.and_then(ConfigChange::read) {
            Some(change) => Some(change),
            // The first available record of a configuration has its state, but no changes.
            None if is_load && !is_carried(details) => {
                let before = self.last.get(&resource).and_then(|last| RecordedValue::read(last));
                let after = state.and_then(RecordedValue::read);
                after.filter(|after| before.as_ref() != Some(after)).map(|after| ConfigChange {
                    key: self.key.clone(),
                    kind: ChangeKind::Added,
                    before: None,
                    after: Some(after),
                })
            }
            None => None,
        };
        match (state, self.last.get_mut(&resource)) {
            (Some(state), Some(last)) => state.clone_into(last),
            (Some(state), None) => drop(self.last.insert(resource.clone(), state.to_owned())),
            (None, _) => drop(self.last.remove(&resource)),
        }
        Some((resource, change?))
    }

    /// Finds the key in the details of an event. Configurations have many keys, so only this one is read.
    fn find<'d>(&self, details: &'d str) -> KeyMentions<'d> {
        let mut found = KeyMentions::default();
        for (name, value) in members(details) {
            let place = match &*name {
                "changes" => &mut found.changed,
                "state" => &mut found.state,
                _ => continue,
            };
            *place = list(value).and_then(|mut items| items.find(|item| self.is_of_key(item)));
        }
        found
    }

    fn is_of_key(&self, item: &str) -> bool {
        member(item, "key").and_then(text).is_some_and(|key| key == self.key)
    }
}

/// The change and the state of one variable in the details of an event, as JSON.
#[derive(Default)]
struct KeyMentions<'d> {
    changed: Option<&'d str>,
    state: Option<&'d str>,
}

/// Whether an event repeats the state of a pruned one: nothing has changed then.
pub fn is_carried(details: &str) -> bool {
    member(details, "carried_from").is_some()
}

impl Iterator for History<'_> {
    type Item = Result<HistoryEntry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.records.next()? {
                Ok(record) => match self.changes.read(self.source, &record) {
                    Ok(Some((resource, change))) => {
                        return Some(Ok(HistoryEntry { record, resource, change }));
                    }
                    Ok(None) => {}
                    Err(error) => return Some(Err(ReadError::Store(error))),
                },
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl fmt::Debug for History<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("changes", &self.changes).finish_non_exhaustive()
    }
}
