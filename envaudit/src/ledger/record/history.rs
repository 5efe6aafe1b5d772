//! What became of one variable.

use std::collections::HashMap;

use memchr::memmem::Finder;
use serde_json::Value;

use super::change::{ChangeKind, ConfigChange};
use super::state::RecordedValue;
use crate::ledger::json::write_string;
use crate::ledger::reader::{ReadError, Reader, Record, Records};
use crate::ledger::store::StoreError;

/// A change of one variable, and the event that has it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Historic {
    /// The event: when, who, why.
    pub record: Record,
    /// The configuration, such as `checkout/prod`.
    pub resource: String,
    /// From what to what. The first record of a configuration adds all its variables.
    pub change: ConfigChange,
}

/// The changes of one variable in all configurations, oldest first. Made by [`Reader::history`].
#[derive(Debug)]
pub struct History<'a> {
    records: Records<'a>,
    changes: Changes,
}

/// Tells the changes of one variable from the events that may have one, given in their order.
#[derive(Debug)]
pub(in crate::ledger) struct Changes {
    key: String,
    /// What a line has that speaks of the key.
    needle: Finder<'static>,
    last: HashMap<String, RecordedValue>,
}

impl<'a> Reader<'a> {
    /// Every change of a variable.
    ///
    /// ```
    /// use envaudit::EnvConfig;
    /// use envaudit::ledger::{Context, LedgerOptions, MasterKey, MemoryStore};
    ///
    /// #[derive(EnvConfig)]
    /// struct Config {
    ///     port: u16,
    /// }
    ///
    /// let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init_in(MemoryStore::default())?;
    /// for port in ["80", "80", "443"] {
    ///     ledger.record(&Config::loader().vars([("PORT", port)]).load()?, &Context::new())?;
    /// }
    /// let changes: Vec<String> = ledger
    ///     .reader()
    ///     .history("PORT")?
    ///     .map(|historic| Ok(historic?.change.to_string()))
    ///     .collect::<Result<_, Box<dyn std::error::Error>>>()?;
    /// assert_eq!(changes, ["+ PORT: 80", "~ PORT: 80 -> 443"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the segments cannot be listed.
    pub fn history(&self, key: &str) -> Result<History<'a>, StoreError> {
        Ok(History { records: self.events()?, changes: Changes::of(key) })
    }
}

impl Changes {
    pub(in crate::ledger) fn of(key: &str) -> Self {
        let mut needle = b"{\"key\":".to_vec();
        write_string(&mut needle, key);
        let needle = Finder::new(&needle).into_owned();
        Changes { key: key.to_owned(), needle, last: HashMap::new() }
    }

    /// The change that this event has, if it has one.
    pub(in crate::ledger) fn read(&mut self, record: Record) -> Option<Historic> {
        self.needle.find(record.bytes())?;
        let line = record.line().ok()?;
        if !line.action.get().starts_with("config.")
            || line.resource_type.is_none_or(|kind| kind != "config")
            || line.outcome != "success"
        {
            return None;
        }
        let resource = line.resource_id?.get().into_owned();
        let details: Value = serde_json::from_str(line.details?).ok()?;
        let of_key = |value: &&Value| value.get("key").and_then(Value::as_str) == Some(&self.key);
        let list = |name: &str| details.get(name).and_then(Value::as_array).map(Vec::as_slice);
        let changed = list("changes").unwrap_or_default().iter().find(of_key);
        let state = list("state").unwrap_or_default().iter().find(of_key);
        let state = state.and_then(RecordedValue::read);
        let change = match changed.and_then(ConfigChange::read) {
            Some(change) => Some(change),
            // The first record that there is of a configuration says what it was, and not what is other.
            None if line.action == "config.loaded" && !is_carried(&details) => state
                .clone()
                .filter(|state| self.last.get(&resource) != Some(state))
                .map(|after| ConfigChange {
                    key: self.key.clone(),
                    kind: ChangeKind::Added,
                    before: None,
                    after: Some(after),
                }),
            None => None,
        };
        match state {
            Some(state) => self.last.insert(resource.clone(), state),
            None => self.last.remove(&resource),
        };
        Some(Historic { change: change?, resource, record })
    }
}

/// Whether the state of an event is that of one that was pruned, recorded anew: nothing has changed then.
pub(in crate::ledger) fn is_carried(details: &Value) -> bool {
    details.get("carried_from").is_some()
}

impl Iterator for History<'_> {
    type Item = Result<Historic, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.records.next()? {
                Ok(record) => {
                    if let Some(historic) = self.changes.read(record) {
                        return Some(Ok(historic));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
