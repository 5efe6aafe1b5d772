//! Recording a loaded configuration.

use std::collections::HashMap;

use super::actor::process_actor;
use super::context::{Context, Values};
use super::current::{Current, current, uncompared};
use super::{diff, failure};
use crate::config::EnvConfig;
use crate::error::LoadError;
use crate::ledger::__private::details::{self, StateDetails};
use crate::ledger::__private::{LastState, LastStateSearch, PART, find_last_state};
use crate::ledger::config_state::{ConfigChange, RecordedValue};
use crate::ledger::store::StoreError;
use crate::ledger::{AppendError, Appended, Damage, Event, KeyRing, Ledger};
use crate::load::{ErasedLoad, Loaded};
use crate::sources::environment::Environment;

/// A record with longer details has no values: at most 32 MiB are written at once.
const MAX_DETAILS: usize = 28 << 20;

/// The record of a load.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// The position of the event in the ledger.
    pub appended: Appended,
    resource: String,
    unchanged_since: Option<u64>,
    changes: Vec<ConfigChange>,
    caveats: ComparisonCaveats,
}

/// Reasons against trusting the comparison with the record before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ComparisonCaveats {
    uncompared: Vec<String>,
    changed: Option<Damage>,
}

impl Recorded {
    /// The resource, such as `checkout/prod`.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The event that has the state, if nothing has changed since.
    pub fn unchanged_since(&self) -> Option<u64> {
        self.unchanged_since
    }

    /// The variables that could not be compared: their last record was made under a key that was not given. They are recorded
    /// as changed. A ledger that is opened with the [retired key](crate::ledger::LedgerOptions::retired_key) can compare them.
    pub fn uncompared(&self) -> &[String] {
        &self.caveats.uncompared
    }

    /// The position of an event of this configuration that was changed without the key, and may have been its last record. The
    /// ledger should be [verified](crate::ledger::Ledger::verify).
    pub fn damaged_predecessor(&self) -> Option<&Damage> {
        self.caveats.changed.as_ref()
    }

    /// The differences from the last record of the resource; empty if this is the first.
    pub fn changes(&self) -> &[ConfigChange] {
        &self.changes
    }
}

impl<T: EnvConfig> Loaded<T> {
    /// Records this configuration in a ledger: compares it with the last record of the same resource, and appends
    /// `config.loaded` or, with the exact differences, `config.changed`.
    ///
    /// [`Loader::record_to`](crate::Loader::record_to) does this with each load, and records those that fail as well.
    ///
    /// ```
    /// use envaudit::EnvConfig;
    /// use envaudit::ledger::{Context, LedgerOptions, MasterKey};
    /// use envaudit::ledger::config_state::ChangeKind;
    /// use envaudit::ledger::testing::MemoryStore;
    ///
    /// #[derive(EnvConfig)]
    /// struct Config {
    ///     region: Option<String>,
    /// }
    ///
    /// let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init_in(MemoryStore::default())?;
    /// let context = Context::new().service("checkout").reason("moved");
    /// let first = Config::loader().vars([("X", "")]).load()?.record_in(&ledger, &context)?;
    /// let again = Config::loader().vars([("X", "")]).load()?.record_in(&ledger, &context)?;
    /// assert_eq!(again.unchanged_since(), Some(first.appended.seq));
    ///
    /// let moved = Config::loader().vars([("REGION", "eu-1")]).load()?.record_in(&ledger, &context)?;
    /// assert_eq!(moved.changes()[0].kind, ChangeKind::Added);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When it was not recorded.
    pub fn record_in(&self, ledger: &Ledger, context: &Context) -> Result<Recorded, RecordError> {
        record(ledger, &self.erased(), context)
    }
}

/// [`Loaded::record_in`] without the type.
pub(crate) fn record(
    ledger: &Ledger,
    loaded: &ErasedLoad<'_>,
    context: &Context,
) -> Result<Recorded, RecordError> {
    let environment = context.environment_or(loaded.environment_name);
    let resource = context.resource(loaded.config, environment);
    let actor = process_actor(loaded.environment);
    let record = Record {
        environment,
        current: current(loaded, context.values),
        with_values: context.values == Values::Redacted,
        event: |action| context.event(action, &resource, &actor),
    };
    let (appended, unchanged_since, changes, caveats) = record.append(ledger, &resource)?;
    Ok(Recorded { appended, resource, unchanged_since, changes, caveats })
}

/// Records that a configuration could not be loaded: the problems, without values.
pub(crate) fn record_failure(
    ledger: &Ledger,
    error: &LoadError,
    loaded: Option<&str>,
    variables: &Environment,
    context: &Context,
) -> Result<Appended, RecordError> {
    let environment = context.environment_or(loaded);
    let resource = context.resource(error.config(), environment);
    let event = context.event("config.loaded", &resource, &process_actor(variables));
    let event = failure::describe(event, environment, error);
    ledger.append(&event).map_err(RecordError::Append)
}

struct Record<'a, E> {
    environment: Option<&'a str>,
    current: Vec<Current>,
    with_values: bool,
    event: E,
}

type Written = (Appended, Option<u64>, Vec<ConfigChange>, ComparisonCaveats);

impl<E: Fn(&'static str) -> Event> Record<'_, E> {
    fn append(&self, ledger: &Ledger, resource: &str) -> Result<Written, RecordError> {
        // Searched without the lock, which others may need; later events are searched under it.
        let seen = ledger.head().seq;
        let LastStateSearch { mut last, mut changed } =
            find_last_state(ledger.source(), ledger.keys().as_ref(), resource, 0)
                .map_err(RecordError::Store)?;
        let mut compared = None;
        let appended = ledger.append_record_with(|source, ring| {
            let newer =
                find_last_state(source, ring, resource, seen).map_err(RecordError::Store)?;
            changed = newer.changed.or(changed.take());
            last = newer.last.or(last.take());
            let (events, since, changes) = self.compare(last.as_ref(), ring);
            let before = last.as_ref().map_or(&[][..], |last| &last.values);
            let uncompared = uncompared(before, &self.current, ring);
            let caveats = ComparisonCaveats { uncompared, changed: changed.clone() };
            compared = Some((since, changes, caveats));
            Ok::<_, RecordError>(events)
        })?;
        let (since, changes, caveats) = compared.unwrap_or_default();
        Ok((appended, since, changes, caveats))
    }

    fn compare(
        &self,
        last: Option<&LastState>,
        ring: Option<&KeyRing>,
    ) -> (Vec<Event>, Option<u64>, Vec<ConfigChange>) {
        let changes = |with_values| match last {
            Some(last) => diff::between(&last.values, &self.current, ring, with_values),
            None => Vec::new(),
        };
        let found = changes(self.with_values);
        if let Some(last) = last
            && found.is_empty()
        {
            let details = details::unchanged_since(last.seq);
            let event = (self.event)("config.loaded").details_json(details);
            return (vec![event], Some(last.seq), found);
        }
        let before: HashMap<&str, &RecordedValue> = last
            .iter()
            .flat_map(|last| &last.values)
            .map(|value| (value.key.as_str(), value))
            .collect();
        let state = |with_values| -> Vec<RecordedValue> {
            let values = self
                .current
                .iter()
                .map(|value| value.record(before.get(value.key()).copied(), ring, with_values));
            values.collect()
        };
        let action = if last.is_some() { "config.changed" } else { "config.loaded" };
        let details = |changes: &[ConfigChange], state: &[RecordedValue]| {
            StateDetails::of(action, self.environment, changes, state)
        };
        let mut written = details(&found, &state(self.with_values));
        if written.bytes() > MAX_DETAILS {
            written = details(&changes(false), &state(false));
        }
        let event = |action, details| (self.event)(action).details_json(details);
        let parts = written.parts.into_iter().map(|details| event(PART, details));
        let events = parts.chain([event(action, written.last)]).collect();
        (events, None, found)
    }
}

/// The reason why a configuration was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The last record of the resource cannot be searched for.
    #[error("the last record of the configuration cannot be read")]
    Store(#[source] StoreError),
    /// The record was not appended.
    #[error("the configuration was not recorded")]
    Append(#[from] AppendError),
}
