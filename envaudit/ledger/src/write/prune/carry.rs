//! The states of configurations that would be lost by a prune.
//!
//! A configuration that has not changed for years has its only state in the oldest segment, and all later records refer to it.
//! Before that segment is removed, the state is recorded again.

use std::collections::BTreeSet;

use super::PruneError;
use crate::config_state::details::StateDetails;
use crate::config_state::parts::PART;
use crate::config_state::{resource_of, state_before};
use crate::event::{Actor, Event};
use crate::keys::KeyRing;
use crate::read::filter::Filter;
use crate::read::reader::{ReadError, Reader};
use crate::store::SegmentSource;

/// The last state of a configuration, in a segment that is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CarriedState {
    /// Such as `checkout/prod`.
    pub resource: String,
    /// The event that has the state.
    pub seq: u64,
    details: StateDetails,
}

impl CarriedState {
    /// The events that repeat the state.
    pub(super) fn events(&self, actor: &Actor) -> Vec<Event> {
        let event = |action, details: &String| {
            Event::new(action, actor.clone())
                .resource("config", self.resource.clone())
                .reason(format!("the state of event {}, which a prune takes away", self.seq))
                .details_json(details.clone())
        };
        let parts = self.details.parts.iter().map(|details| event(PART, details));
        parts.chain([event("config.loaded", &self.details.last)]).collect()
    }
}

/// The configurations in events of the oldest segments.
#[derive(Default)]
pub(super) struct Configurations {
    names: BTreeSet<String>,
    /// The events before this one have been read.
    read: u64,
}

impl Configurations {
    /// Reads the events before this one, as far as they have not been read.
    pub(super) fn read(
        &mut self,
        source: &dyn SegmentSource,
        first_kept: u64,
    ) -> Result<(), ReadError> {
        if self.read >= first_kept {
            return Ok(());
        }
        let filter = Filter::new().resource_type("config").seqs(self.read, first_kept - 1);
        for record in Reader::new(source).events().map_err(ReadError::Store)?.matching(filter) {
            let record = match record {
                Ok(record) => record,
                Err(ReadError::Line { .. }) => continue,
                Err(error) => return Err(error),
            };
            let line = record.line().ok();
            self.names.extend(line.as_ref().and_then(resource_of).map(|name| name.into_owned()));
        }
        self.read = first_kept;
        Ok(())
    }

    /// The states that are before this event.
    pub(super) fn carried(
        &self,
        source: &dyn SegmentSource,
        keys: Option<&KeyRing>,
        first_kept: u64,
    ) -> Result<Vec<CarriedState>, PruneError> {
        let carried = self.names.iter().map(|resource| {
            let found = state_before(source, keys, resource, first_kept)
                .map_err(|error| PruneError::Read(ReadError::Store(error)))?;
            let Some((seq, details)) = found else { return Ok(None) };
            let resource = resource.clone();
            match details {
                Some(details) => Ok(Some(CarriedState { resource, seq, details })),
                None => Err(PruneError::KeyNeeded { resource, seq }),
            }
        });
        carried.filter_map(Result::transpose).collect()
    }
}
