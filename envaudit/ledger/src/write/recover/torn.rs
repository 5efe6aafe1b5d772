//! A torn end is put aside, and the loss is recorded.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::error::{AppendError, Damage};
use crate::format::timestamp::Timestamp;
use crate::store::{FileChain, StoreError, TORN};
use crate::write::append::ledger_event;
use crate::write::ledger::Ledger;
use crate::write::state::{StepError, WriterState, step_error};

/// Where a write is atomic, no writer leaves half a line.
fn whole(torn: &Torn) -> AppendError {
    AppendError::Damaged(Damage::new(torn.segment, torn.offset, "a line without an end"))
}

/// A torn end.
pub(super) struct Torn {
    pub(super) segment: u64,
    pub(super) offset: u64,
    pub(super) bytes: usize,
    sha256: [u8; 32],
}

/// What the name of a copy begins with until an event says what was cut.
pub(super) const UNRECORDED: &str = "torn-unrecorded-";

impl Torn {
    pub(super) fn new(segment: u64, offset: u64, bytes: &[u8]) -> Self {
        Torn { segment, offset, bytes: bytes.len(), sha256: Sha256::digest(bytes).into() }
    }

    /// The copy's first name. It is the same again for a recovery that was killed before the cut.
    pub(super) fn unrecorded(&self) -> String {
        format!("{UNRECORDED}{}-{}-{}", self.segment, self.offset, self.digits())
    }

    /// The copy's name once it is recorded.
    pub(super) fn recorded(&self, now: Timestamp) -> String {
        format!("{TORN}{}-{}", now.to_string().replace([':', '.'], "-"), self.digits())
    }

    pub(super) fn digits(&self) -> String {
        HEXLOWER.encode(&self.sha256)[..8].to_owned()
    }

    /// What a copy is of, if an earlier recovery was killed before it recorded it.
    pub(super) fn of_copy(files: &dyn FileChain, name: &str) -> Result<Option<Self>, StoreError> {
        let mut parts = name.strip_prefix(UNRECORDED).unwrap_or_default().split('-');
        let mut number = || parts.next()?.parse().ok();
        let (Some(segment), Some(offset)) = (number(), number()) else { return Ok(None) };
        let torn = Torn::new(segment, offset, &files.read_torn_copy(name)?);
        Ok((torn.unrecorded() == name).then_some(torn))
    }
}

pub(super) fn cut(ledger: &Ledger, torn: &Torn) -> Result<(), StepError> {
    let Some(files) = ledger.store.files() else { return Err(whole(torn).into()) };
    files.move_torn_tail(torn.segment, torn.offset, &torn.unrecorded()).map_err(step_error)
}

pub(super) fn record(
    ledger: &Ledger,
    state: &mut WriterState,
    torn: &Torn,
) -> Result<(), StepError> {
    let event = ledger_event("ledger.recovered")
        .detail("bytes", torn.bytes)
        .detail("sha256", HEXLOWER.encode(&torn.sha256))
        .detail("segment", torn.segment)
        .detail("offset", torn.offset);
    ledger.write_ledger_event(state, &event)?;
    let name = torn.recorded(ledger.settings.now());
    let Some(files) = ledger.store.files() else { return Ok(()) };
    files.rename_torn_copy(&torn.unrecorded(), &name).map_err(step_error)
}
