//! A ledger that is read.

use super::failure::Failure;
use super::world::World;
use crate::ledger::store::{SegmentSource, Store, StoreErrorKind, StoreState};
use crate::ledger::{FORMAT_VERSION, FileStore, Head, MAX_LINE, Manifest, OpenError, Reader};

/// A ledger that is there, and that nothing is written to.
pub(crate) struct Stored {
    pub(crate) store: FileStore,
    /// `None` where `ledger.json` is not what a ledger writes.
    pub(crate) manifest: Option<Manifest>,
}

impl World<'_> {
    /// The ledger, to read it.
    pub(crate) fn stored(&self) -> Result<Stored, Failure> {
        let store = FileStore::new(self.ledger_dir());
        match store.state()? {
            StoreState::Present => {}
            StoreState::Foreign { example } => {
                return Err(self.of_open(&OpenError::NoManifest { example }));
            }
            _ => return Err(self.of_open(&OpenError::Absent)),
        }
        let bytes = store.manifest()?;
        let manifest = Manifest::parse(&bytes).ok();
        if let Some(format) = newer_format(&bytes).filter(|_| manifest.is_none()) {
            let dir = self.ledger_dir();
            let message = format!(
                "the ledger in `{}` was made by a newer envaudit: its format is {format}",
                dir.display()
            );
            return Err(Failure::unavailable(message)
                .hint("use that version, or a later one; nothing was changed"));
        }
        Ok(Stored { store, manifest })
    }

    /// The ledger, for a command that shows what is in it without verifying it. That events are gone which it is known to
    /// have had costs next to nothing to see, and is said.
    pub(crate) fn stored_to_show(&mut self) -> Result<Stored, Failure> {
        let stored = self.stored()?;
        if let Some(what) = stored.lost()? {
            let hint = "`envaudit verify` says what is wrong with the ledger";
            self.out.warn(&format!("{what}; {hint}"));
            self.is_incomplete = true;
        }
        if let Some(torn) = stored.torn()? {
            self.out.warn(&torn);
        }
        Ok(stored)
    }
}

impl Stored {
    /// Whether it says of itself that it has no key.
    pub(crate) fn is_unkeyed(&self) -> bool {
        self.manifest.as_ref().is_some_and(|manifest| manifest.keys().is_none())
    }

    /// What says that there were more events than there are.
    fn lost(&self) -> Result<Option<String>, Failure> {
        let segments = self.store.segments()?;
        if segments.iter().all(|info| info.len == 0) {
            return Ok(Some(
                "there is no event at all, not even the first of every ledger".to_owned(),
            ));
        }
        let Some(bytes) = self.store.head()? else { return Ok(None) };
        let Some(head) = Head::parse(&bytes).ok().filter(|head| head.seq > 0) else {
            let what = "`HEAD` is not what a ledger writes, so that it does not tell whether events are gone";
            return Ok(Some(what.to_owned()));
        };
        let pruned = segments.first().is_some_and(|first| head.seq < first.first_seq);
        let is_there = pruned || Reader::new(&self.store).get(head.seq)?.is_some();
        Ok((!is_there).then(|| format!("`HEAD` knows of event {}, which is not there", head.seq)))
    }

    /// The first event that is there, where that is not the first of all.
    pub(crate) fn begins_at(&self) -> Result<Option<u64>, Failure> {
        let segments = self.store.segments()?;
        Ok(segments.first().map(|first| first.first_seq).filter(|first| *first > 1))
    }

    /// Its id.
    pub(crate) fn chain(&self) -> Option<String> {
        self.manifest.as_ref().map(|manifest| manifest.chain().to_string())
    }

    /// What says that the last line was not written to its end, which is what a writer leaves that is killed.
    fn torn(&self) -> Result<Option<String>, Failure> {
        let Some(found) = self.unfinished()? else { return Ok(None) };
        let found = match self.store.disk().root().join("lock").exists() {
            false => Some(found),
            // It may be about to be written to its end, in which case somebody has the lock.
            true => match self.store.try_lock() {
                Ok(()) => {
                    let again = self.unfinished();
                    self.store.unlock();
                    again?
                }
                Err(error) if error.kind() == StoreErrorKind::Locked => None,
                Err(_) => Some(found),
            },
        };
        Ok(found.map(|(file, bytes)| {
            format!(
                "{file} ends in {bytes} bytes of a line that was not written to its end: they are no event and are not shown; \
                 who writes to the ledger next puts them aside and records that it did"
            )
        }))
    }

    /// The file and the bytes behind the last whole line.
    fn unfinished(&self) -> Result<Option<(String, usize)>, Failure> {
        let segments = self.store.segments()?;
        let Some(last) = segments.last() else { return Ok(None) };
        let from = last.len.saturating_sub(MAX_LINE as u64);
        let end = self.store.read(last.first_seq, from, MAX_LINE)?;
        let bytes = memchr::memrchr(b'\n', &end).map_or(end.len(), |at| end.len() - at - 1);
        Ok((bytes > 0).then(|| (last.name.clone(), bytes)))
    }
}

/// The format of a ledger that says it has a later one.
fn newer_format(manifest: &[u8]) -> Option<u64> {
    let value: serde_json::Value = serde_json::from_slice(manifest).ok()?;
    let format = value.get("format")?.as_u64()?;
    (format > FORMAT_VERSION).then_some(format)
}
