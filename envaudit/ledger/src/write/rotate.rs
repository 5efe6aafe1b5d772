//! Changing to another key.

use data_encoding::HEXLOWER;

use crate::error::{AppendError, OpenError};
use crate::event::Event;
use crate::evidence::checkpoint::public_key;
use crate::format::line::{LineHeader, MAX_LINE, write};
use crate::format::walk::{member, text};
use crate::keys::{Hasher, KeyId, KeyRing, MasterKey};
use crate::read::filter::Filter;
use crate::read::reader::ReadError;
use crate::store::{KeyAfter, Tail, WriteError};
use crate::write::append::{ledger_event, write_members};
use crate::write::ledger::Ledger;
use crate::write::on_behalf_of::OnBehalfOf;
use crate::write::state::{StepError, WriterState, step_error};

impl Ledger {
    /// Changes to another key: `ledger.key_rotated` is the last event under the old one, which remains valid for verification, and
    /// `ledger.key_adopted`, in the same write, the first under the new one.
    /// Other processes that have the ledger open without the new key stop. An old key next to the ledger is retired there; the
    /// caller keeps the new one and gives it from then on.
    ///
    /// # Errors
    ///
    /// When the rotation was not recorded; the old key stays current then.
    pub fn rotate(&self, key: MasterKey) -> Result<(), AppendError> {
        OnBehalfOf::of_itself(self).rotate(key)
    }

    /// Replaces the key next to the ledger with another one. The old one stays there as a retired key, and both are found when
    /// the ledger is opened. Wherever this is interrupted, the ledger continues with the key that its last event names.
    ///
    /// # Errors
    ///
    /// When the key is not next to the ledger, or the rotation was not recorded.
    pub fn rotate_beside(&self, key: MasterKey) -> Result<(), AppendError> {
        OnBehalfOf::of_itself(self).rotate_beside(key)
    }

    /// Makes the staged key current after a rotation that was recorded and then interrupted. The lock is held.
    pub(crate) fn end_rotation(
        &self,
        state: &WriterState,
        old: &MasterKey,
    ) -> Result<(), OpenError> {
        let Some(beside) = self.store.keys() else { return Ok(()) };
        let next = beside.next_key().map_err(OpenError::Store)?;
        let current = state.ring.as_ref().map(|ring| ring.current().to_hex());
        // Another process may have done it by now.
        if next.as_deref() == current.as_ref().map(|text| text.as_bytes()) {
            self.retire(old, KeyAfter::Staged).map_err(OpenError::Write)?;
        }
        Ok(())
    }

    /// Retires the key next to the ledger.
    fn retire(&self, old: &MasterKey, next: KeyAfter) -> Result<(), WriteError> {
        let Some(beside) = self.store.keys() else { return Ok(()) };
        beside.retire_key(old.id().as_str(), old.to_hex().as_bytes(), next)
    }

    /// A key is retired for a reason: a thief of it could continue the ledger.
    fn refuse_retired(&self, key: KeyId) -> Result<(), AppendError> {
        let retired = AppendError::Rotation("the ledger used this key before, and it is retired");
        if self.manifest.keys().is_some_and(|first| first.kid == key) {
            return Err(retired);
        }
        let rotations = self.reader().events().map_err(AppendError::Rejected)?;
        for record in rotations.matching(Filter::new().action("ledger.key_rotated")) {
            let record = match record {
                Ok(record) => record,
                Err(ReadError::Store(error)) => return Err(AppendError::Rejected(error)),
                // An invalid line names no key.
                Err(ReadError::Line { .. }) => continue,
            };
            let details = record.line().ok().and_then(|line| line.details);
            let named = ["from", "to"].into_iter().filter_map(|name| member(details?, name));
            if named.filter_map(text).any(|kid| kid == key.as_str()) {
                return Err(retired);
            }
        }
        Ok(())
    }

    /// Records the first event under a key that the last event rotated to.
    pub(crate) fn adopt_key(&self, state: &mut WriterState) -> Result<(), StepError> {
        self.write_ledger_event(state, &adopted(state.rotated_from))
    }
}

/// The first event under a key. Whoever has only the key before cannot write it.
fn adopted(from: Option<KeyId>) -> Event {
    ledger_event("ledger.key_adopted").detail("from", from.map(|from| from.to_string()))
}

impl OnBehalfOf<'_> {
    /// [`Ledger::rotate`] by this actor.
    ///
    /// # Errors
    ///
    /// When the rotation was not recorded; the old key stays current then.
    pub fn rotate(&self, key: MasterKey) -> Result<(), AppendError> {
        let ledger = self.ledger;
        ledger.with_tail(|state| {
            ledger.be_at_end(state)?;
            ledger.refuse_findings(state)?;
            let (ring, old) = rotated(state, &key)?;
            self.write_rotation(state, ring)?;
            if ledger.key_is_beside_ledger() {
                ledger.retire(&old, KeyAfter::Removed).map_err(step_error)?;
            }
            Ok(ledger.take_checkpoint(state)?)
        })
    }

    /// [`Ledger::rotate_beside`] by this actor.
    ///
    /// # Errors
    ///
    /// When the key is not next to the ledger, or the rotation was not recorded.
    pub fn rotate_beside(&self, key: MasterKey) -> Result<(), AppendError> {
        let ledger = self.ledger;
        ledger.with_tail(|state| {
            let beside = ledger.store.keys().filter(|_| ledger.key_is_beside_ledger());
            let Some(beside) = beside else {
                let reason = "it is not kept beside the ledger";
                return Err(AppendError::Rotation(reason).into());
            };
            ledger.be_at_end(state)?;
            ledger.refuse_findings(state)?;
            let (ring, old) = rotated(state, &key)?;
            // The new key is durable before anything is hashed with it.
            beside.stage_key(key.to_hex().as_bytes()).map_err(step_error)?;
            self.write_rotation(state, ring)?;
            ledger.retire(&old, KeyAfter::Staged).map_err(step_error)?;
            Ok(ledger.take_checkpoint(state)?)
        })
    }

    fn write_rotation(&self, state: &mut WriterState, ring: KeyRing) -> Result<(), StepError> {
        let ledger = self.ledger;
        let (old, new) = (state.hasher.key_id(), ring.current());
        ledger.refuse_retired(new.id())?;
        let seed = ledger.settings.checkpoint_seed.clone();
        let seed = seed.unwrap_or_else(|| new.checkpoint_seed());
        let event = self
            .ledger_event("ledger.key_rotated")
            .detail("from", old.map(|old| old.to_string()))
            .detail("to", new.id().to_string())
            .public_detail("checkpoint_key", HEXLOWER.encode(&public_key(&seed)));
        // In one write: nobody who has the old key alone can add the second.
        let next = ledger.prepare_rotation(state, &event, &adopted(old), &ring)?;
        ledger.write_batch(state, &next, ledger.settings.now())?;
        state.hasher = Hasher::keyed(ring.current());
        state.ring = Some(ring);
        Ok(())
    }
}

impl Ledger {
    /// Puts the last event under a key and the first one under the next into the buffer. Returns where the ledger ends then.
    fn prepare_rotation(
        &self,
        state: &mut WriterState,
        last: &Event,
        first: &Event,
        ring: &KeyRing,
    ) -> Result<Tail, StepError> {
        if state.sealed {
            self.start_next(state)?;
        }
        let stamp = state.stamp(self.settings.now());
        let next_hasher = Hasher::keyed(ring.current());
        let WriterState { tail, hasher, buffer, batch_ids, ids, .. } = state;
        buffer.clear();
        batch_ids.clear();
        let mut next = *tail;
        for (event, hasher) in [(last, &*hasher), (first, &next_hasher)] {
            let start = buffer.len();
            let fill = |bytes: &mut [u8]| self.settings.fill(bytes);
            let event_id = ids.next(stamp, fill).map_err(AppendError::Entropy)?;
            batch_ids.push(event_id);
            let header = LineHeader {
                seq: next.seq + 1,
                event_id,
                timestamp: stamp,
                ledger_id: self.manifest.ledger_id,
                hasher,
                previous_hash: &next.hash,
            };
            let members = |out: &mut Vec<u8>| write_members(event, Some(ring), out);
            let hash = write(buffer, &header, members).map_err(AppendError::Event)?;
            let len = buffer.len() - start;
            if len > MAX_LINE {
                return Err(AppendError::LineTooLong { len }.into());
            }
            next = Tail { seq: next.seq + 1, hash, offset: next.offset + len as u64, ..next };
        }
        Ok(next)
    }
}

/// The keys with another current one, and the former one.
fn rotated(state: &WriterState, key: &MasterKey) -> Result<(KeyRing, MasterKey), StepError> {
    let Some(ring) = state.ring.clone() else {
        return Err(AppendError::Rotation("the ledger has no key").into());
    };
    if ring.current().id() == key.id() {
        return Err(AppendError::Rotation("the key is the current one").into());
    }
    if ring.key(key.id()).is_some() {
        return Err(
            AppendError::Rotation("the ledger used this key before, and it is retired").into()
        );
    }
    let old = ring.current().clone();
    Ok((ring.rotated_to(key.clone()), old))
}
