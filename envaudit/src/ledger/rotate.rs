//! Going on with another key.

use super::error::AppendError;
use super::key::{Hasher, KeyRing, MasterKey};
use super::ledger::{Failure, Ledger, State, hex, own, public_key};

impl Ledger {
    /// Goes on with another key: `ledger.key_rotated` is the last event under the old one, which stays good for
    /// verification. Other processes that have the ledger open without the new key stop.
    ///
    /// # Errors
    ///
    /// When the rotation was not recorded; the old key stays current then.
    pub fn rotate(&self, key: MasterKey) -> Result<(), AppendError> {
        self.with_tail(|state| {
            let Some(ring) = state.ring.clone() else {
                return Err(AppendError::Rotation("the ledger has no key").into());
            };
            if ring.current().id() == key.id() {
                return Err(AppendError::Rotation("the key is the current one").into());
            }
            self.write_rotation(state, ring.rotated_to(key.clone()))?;
            Ok(self.take_checkpoint(state)?)
        })
    }

    /// Records that the ring's current key is the ledger's from here on.
    pub(super) fn write_rotation(&self, state: &mut State, ring: KeyRing) -> Result<(), Failure> {
        let (old, new) = (state.hasher.key_id(), ring.current());
        let seed = self.settings.checkpoint_seed.clone().unwrap_or_else(|| new.checkpoint_seed());
        let event = own("ledger.key_rotated")
            .detail("from", old.map(|old| old.to_string()))
            .detail("to", new.id().to_string())
            .public_detail("checkpoint_key", hex(&public_key(&seed)));
        self.write_own(state, &event)?;
        state.hasher = Hasher::keyed(new);
        state.ring = Some(ring);
        Ok(())
    }
}
