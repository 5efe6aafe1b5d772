//! Another try, after a pause that no two writers choose alike.

use core::time::Duration;

use crate::settings::LedgerSettings;
use crate::store::Deadline;

/// The longest of the first pauses; each may be twice as long as the one before, up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(64);

/// The tries of one operation until its deadline.
pub(crate) struct Retry<'s> {
    settings: &'s LedgerSettings,
    by: Deadline,
    longest: Duration,
}

impl<'s> Retry<'s> {
    pub(crate) fn new(settings: &'s LedgerSettings, by: Deadline) -> Self {
        Retry { settings, by, longest: FIRST }
    }

    /// Pauses before another try: for a random part of a time that doubles ("full jitter"). Returns whether there is time for
    /// one.
    pub(crate) fn pause(&mut self) -> bool {
        let left = self.by.remaining().unwrap_or(LONGEST);
        if left.is_zero() {
            return false;
        }
        let mut random = [0; 4];
        // Without random bytes writers pause alike, which costs tries and nothing else.
        let _ = self.settings.fill(&mut random);
        let part = f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX);
        (self.settings.lock_wait.pause)(self.longest.mul_f64(part).min(left));
        self.longest = (self.longest * 2).min(LONGEST);
        true
    }
}
