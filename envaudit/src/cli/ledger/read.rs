//! The ledger, opened to be read.

use std::path::PathBuf;

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::ledger::anchor::FileAnchor;
use crate::ledger::format::{FORMAT_VERSION, Head, MAX_LINE, Manifest};
use crate::ledger::store::{
    ChainStore, Deadline, SegmentSource, StoreErrorKind, StoreLock, StoreState,
};
use crate::ledger::{FileStore, OpenError, Reader};

/// A ledger that exists, and that nothing is written to.
pub(crate) struct StoredLedger {
    pub(crate) store: FileStore,
    /// `None` if `ledger.json` is not valid.
    pub(crate) manifest: Option<Manifest>,
}

impl Invocation<'_> {
    /// Opens the ledger to read it.
    pub(crate) fn stored_ledger(&self) -> Result<StoredLedger, CliError> {
        self.stored_ledger_of(|store| Ok(store.manifest()?))
    }

    /// Opens the ledger to verify it, whatever lies in the place of `ledger.json`.
    pub(crate) fn stored_ledger_to_verify(&self) -> Result<StoredLedger, CliError> {
        self.stored_ledger_of(|store| match store.manifest() {
            Err(error) if error.kind() == StoreErrorKind::Replaced => Ok(Vec::new()),
            bytes => Ok(bytes?),
        })
    }

    fn stored_ledger_of(
        &self,
        manifest: impl FnOnce(&FileStore) -> Result<Vec<u8>, CliError>,
    ) -> Result<StoredLedger, CliError> {
        let store = FileStore::new(self.ledger_dir());
        match store.state(Deadline::NEVER)? {
            StoreState::Present => {}
            StoreState::Foreign { example } => {
                return Err(self.open_error(&OpenError::NoManifest { example }));
            }
            _ => return Err(self.open_error(&OpenError::Absent)),
        }
        let bytes = manifest(&store)?;
        let manifest = Manifest::parse(&bytes).ok();
        if let Some(format) = newer_format(&bytes).filter(|_| manifest.is_none()) {
            let dir = self.ledger_dir();
            let message = format!(
                "the ledger in `{}` was made by a newer envaudit: its format is {format}",
                dir.display()
            );
            return Err(CliError::unavailable(message)
                .hint("use that version, or a later one; nothing was changed"));
        }
        Ok(StoredLedger { store, manifest })
    }

    /// Opens the ledger for a command that shows events without verifying them. Missing events that `HEAD` knows of are
    /// reported, because that check costs next to nothing.
    pub(crate) fn stored_ledger_to_show(&mut self) -> Result<StoredLedger, CliError> {
        let stored = self.stored_ledger()?;
        if let Some(loss) = stored.known_loss()? {
            let hint = "`envaudit verify` says what is wrong with the ledger";
            self.out.warn(&format!("{loss}; {hint}"));
            self.is_incomplete = true;
        }
        if let Some(torn) = stored.torn_end()? {
            self.out.warn(&torn);
        }
        Ok(stored)
    }
}

/// Refuses states that are kept in the folder of the ledger: whoever puts an older copy of the folder back puts them back, too.
pub(crate) fn refuse_inside<'p>(
    paths: impl IntoIterator<Item = &'p PathBuf>,
    invocation: &Invocation<'_>,
) -> Result<(), CliError> {
    let ledger = invocation.ledger_dir();
    let inside = paths.into_iter().find(|path| FileAnchor::new(*path).is_in(&ledger));
    inside.map_or(Ok(()), |path| {
        let message = format!(
            "{} is in the folder of the ledger and vouches for nothing: whoever puts an older copy of the folder back puts it back, too",
            path.display()
        );
        Err(CliError::usage(message)
            .hint("name a file that is kept where those who can write to the ledger cannot write"))
    })
}

impl StoredLedger {
    /// Whether its manifest says that it has no key.
    pub(crate) fn is_unkeyed(&self) -> bool {
        self.manifest.as_ref().is_some_and(|manifest| manifest.keys().is_none())
    }

    /// A message if there were more events than there are now.
    fn known_loss(&self) -> Result<Option<String>, CliError> {
        let segments = self.store.segments()?;
        if segments.iter().all(|info| info.len == 0) {
            return Ok(Some(
                "there is no event, not even the first one, which every ledger has".to_owned(),
            ));
        }
        let Some(bytes) = self.store.head()? else { return Ok(None) };
        let Some(head) = Head::parse(&bytes).ok().filter(|head| head.seq > 0) else {
            let what = "`HEAD` is not valid, so that it cannot tell whether events are missing";
            return Ok(Some(what.to_owned()));
        };
        let pruned = segments.first().is_some_and(|first| head.seq < first.first_seq);
        let is_there = pruned || Reader::new(&self.store).get(head.seq)?.is_some();
        Ok((!is_there).then(|| format!("`HEAD` names event {}, which is missing", head.seq)))
    }

    /// The seq of the first event, if older ones were pruned.
    pub(crate) fn begins_at(&self) -> Result<Option<u64>, CliError> {
        let segments = self.store.segments()?;
        Ok(segments.first().map(|first| first.first_seq).filter(|first| *first > 1))
    }

    /// The id of the ledger.
    pub(crate) fn ledger_id(&self) -> Option<String> {
        self.manifest.as_ref().map(|manifest| manifest.ledger_id().to_string())
    }

    /// A message if the last line is incomplete, as a killed writer leaves it.
    fn torn_end(&self) -> Result<Option<String>, CliError> {
        let Some(found) = self.incomplete_line()? else { return Ok(None) };
        let found = match self.store.disk().root().join("lock").exists() {
            false => Some(found),
            // If a writer is still at it, it holds the lock.
            true => match self.store.try_lock() {
                Ok(()) => {
                    let again = self.incomplete_line();
                    self.store.unlock();
                    again?
                }
                Err(error) => {
                    self.store.give_up();
                    (error.kind() != StoreErrorKind::Locked).then_some(found)
                }
            },
        };
        Ok(found.map(|(file, bytes)| {
            format!(
                "{file} ends with {bytes} bytes of an incomplete line: they are not an event and are not shown; the next \
                 writer will move them to a torn-* file and record that"
            )
        }))
    }

    /// The last file, and the number of bytes after its last complete line.
    fn incomplete_line(&self) -> Result<Option<(String, usize)>, CliError> {
        let segments = self.store.segments()?;
        let Some(last) = segments.last() else { return Ok(None) };
        let from = last.len.saturating_sub(MAX_LINE as u64);
        let end = self.store.read(last.first_seq, from, MAX_LINE)?;
        let bytes = memchr::memrchr(b'\n', &end).map_or(end.len(), |at| end.len() - at - 1);
        Ok((bytes > 0).then(|| (last.name.clone(), bytes)))
    }
}

/// The format of the ledger, if it is newer than this program.
fn newer_format(manifest: &[u8]) -> Option<u64> {
    let value: serde_json::Value = serde_json::from_slice(manifest).ok()?;
    let format = value.get("format")?.as_u64()?;
    (format > FORMAT_VERSION).then_some(format)
}
