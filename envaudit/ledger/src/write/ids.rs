//! The ids of events: version 7 UUIDs.

use std::io;

use uuid::{Builder, Uuid};

use crate::format::timestamp::Timestamp;

/// Ten random bytes cost as much as a thousand.
const STOCK: usize = 1000;
const EACH: usize = 10;

/// Creates ids, with random bytes drawn in advance.
#[derive(Debug)]
pub(crate) struct Ids {
    stock: [u8; STOCK],
    used: usize,
}

impl Ids {
    pub(crate) fn new() -> Self {
        Ids { stock: [0; STOCK], used: STOCK }
    }

    pub(crate) fn next(
        &mut self,
        now: Timestamp,
        fill: impl FnOnce(&mut [u8]) -> io::Result<()>,
    ) -> io::Result<Uuid> {
        if self.used == STOCK {
            fill(&mut self.stock)?;
            self.used = 0;
        }
        let mut random = [0; EACH];
        random.copy_from_slice(&self.stock[self.used..self.used + EACH]);
        self.used += EACH;
        let millis = u64::try_from(now.micros() / 1000).unwrap_or_default();
        Ok(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}
