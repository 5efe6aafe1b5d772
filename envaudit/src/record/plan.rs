//! The content of a record, without writing one.

use super::context::{Context, Values};
use super::current::{current, uncompared};
use super::diff;
use super::recorder::RecordError;
use crate::ledger::__private::find_last_state;
use crate::ledger::config_state::ConfigChange;
use crate::ledger::store::SegmentSource;
use crate::ledger::{Damage, KeyRing};
use crate::load::ErasedLoad;

/// The differences between a configuration and its last record.
pub(crate) struct Plan {
    /// Such as `checkout/prod`.
    pub(crate) resource: String,
    /// The event that has the last record, if there is one.
    pub(crate) since: Option<u64>,
    pub(crate) changes: Vec<ConfigChange>,
    /// Secrets that cannot be compared: they were recorded under a key that was not given.
    pub(crate) uncompared: Vec<String>,
    /// The position of a changed event of the configuration, which may have been its last record.
    pub(crate) changed: Option<Damage>,
    /// The number of unchanged variables.
    pub(crate) unchanged: usize,
}

impl Plan {
    /// Compares a configuration with its last record in this ledger, which has these keys.
    pub(crate) fn of(
        source: &dyn SegmentSource,
        ring: Option<&KeyRing>,
        loaded: &ErasedLoad<'_>,
        context: &Context,
    ) -> Result<Self, RecordError> {
        let environment = context.environment_or(loaded.environment_name);
        let resource = context.resource(loaded.config, environment);
        let found = find_last_state(source, ring, &resource, 0).map_err(RecordError::Store)?;
        let last = found.last;
        let current = current(loaded, context.values);
        let before = last.as_ref().map_or(&[][..], |last| &last.values);
        let with_values = context.values == Values::Redacted;
        let changes = diff::between(before, &current, ring, with_values);
        let now_other = changes.iter().filter(|change| change.after.is_some()).count();
        Ok(Plan {
            resource,
            uncompared: uncompared(before, &current, ring),
            changed: found.changed,
            since: last.as_ref().map(|last| last.seq),
            unchanged: current.len() - now_other,
            changes,
        })
    }
}
