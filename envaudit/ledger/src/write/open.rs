//! Creating and opening a ledger.

use std::path::Path;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::error::{AppendError, OpenError};
use crate::evidence::anchor::{AnchorError, AnchorScope, is_in_directory};
use crate::evidence::checkpoint::public_key;
use crate::format::line::{LineHeader, write};
use crate::format::manifest::{Manifest, ManifestKeys};
use crate::keys::file::open_to_others;
use crate::keys::{Hasher, NO_HASH};
use crate::settings::LedgerSettings;
use crate::store::per_process::PerProcess;
use crate::store::{
    Batch, ChainStore, Deadline, FileChain, OpenKind, OpenToOthers, Tail, WriteError,
};
use crate::write::append::ledger_event;
use crate::write::ids::Ids;
use crate::write::key_lookup::{KeyLookup, KeySource};
use crate::write::ledger::{Ledger, ProcessWriter};
use crate::write::recover;
use crate::write::state::WriterState;
use crate::write::warning::LedgerWarning;

/// The outcome of creating a ledger.
pub(crate) enum CreateOutcome {
    Ledger(Box<Ledger>),
    /// Another process was faster.
    ByAnother(Arc<dyn ChainStore>, Box<LedgerSettings>, Box<KeySource>),
}

impl Ledger {
    pub(crate) fn make(
        store: Arc<dyn ChainStore>,
        settings: LedgerSettings,
        key_source: KeySource,
    ) -> Result<CreateOutcome, OpenError> {
        let found = key_source.find_or_make(&*store, &settings)?;
        let mut random = [0; 16];
        settings.fill(&mut random).map_err(OpenError::Entropy)?;
        let now = settings.now();
        let ledger_id = uuid::Builder::from_random_bytes(random).into_uuid();
        refuse_anchors_inside(&*store, &settings)?;
        refuse_if_anchored(&settings)?;
        let hasher =
            found.ring.as_ref().map_or(Hasher::Unkeyed, |ring| Hasher::keyed(ring.current()));
        let keys = found.ring.as_ref().map(|ring| {
            let seed = settings.checkpoint_seed.clone();
            let seed = seed.unwrap_or_else(|| ring.current().checkpoint_seed());
            let checkpoint_key = public_key(&seed);
            ManifestKeys { kid: ring.current().id(), checkpoint_key }
        });
        let manifest = Manifest { ledger_id, keys, created: now };
        let event_id =
            Ids::new().next(now, |bytes| settings.fill(bytes)).map_err(OpenError::Entropy)?;
        let header = LineHeader {
            seq: 1,
            event_id,
            timestamp: now,
            ledger_id,
            hasher: &hasher,
            previous_hash: &NO_HASH,
        };
        let mut first = Vec::new();
        let created = ledger_event("ledger.created")
            .detail("manifest_sha256", HEXLOWER.encode(&Sha256::digest(manifest.to_bytes())));
        let hash = write(&mut first, &header, |out| created.write(out))
            .map_err(|error| OpenError::Append(Box::new(AppendError::Event(error))))?;
        let after = Tail { seq: 0, hash: NO_HASH, segment: 1, offset: 0 };
        let last = Tail { seq: 1, hash, segment: 1, offset: first.len() as u64 };
        let ids = [event_id];
        let batch = Batch::new(&after, &first, &ids, &last);
        let created = match (&found.made, store.keys()) {
            (Some(key), Some(beside)) => {
                beside.create_with_key(&manifest.to_bytes(), &batch, key.as_bytes())
            }
            _ => {
                let by = Deadline::after(settings.write_timeout);
                store.create(&manifest.to_bytes(), &batch, by)
            }
        };
        match created {
            Ok(()) => {}
            Err(WriteError::Stale { .. }) => {
                return Ok(CreateOutcome::ByAnother(
                    store,
                    Box::new(settings),
                    Box::new(key_source),
                ));
            }
            Err(error) => return Err(OpenError::Write(error)),
        }
        let ledger = Ledger::begin(store, settings, manifest, found)?;
        Ok(CreateOutcome::Ledger(Box::new(ledger)))
    }

    pub(crate) fn load(
        store: Arc<dyn ChainStore>,
        settings: LedgerSettings,
        key_source: KeySource,
    ) -> Result<Self, OpenError> {
        refuse_anchors_inside(&*store, &settings)?;
        let manifest = store.manifest().map_err(OpenError::Store)?;
        let manifest = Manifest::parse(&manifest).map_err(OpenError::Manifest)?;
        let found = key_source.find(&*store)?;
        match (&found.ring, manifest.keys()) {
            (Some(_), None) => return Err(OpenError::Downgraded),
            (None, Some(_)) => return Err(OpenError::NoKey { why: "the ledger is keyed" }),
            _ => {}
        }
        Ledger::begin(store, settings, manifest, found)
    }

    fn begin(
        store: Arc<dyn ChainStore>,
        settings: LedgerSettings,
        manifest: Manifest,
        found: KeyLookup,
    ) -> Result<Self, OpenError> {
        let KeyLookup { ring, beside: key_beside, outdated, file, .. } = found;
        let warnings = warnings(&*store, file.as_deref());
        let writer = ProcessWriter::new(&store, WriterState::unread(ring.clone()));
        let writer = PerProcess::new(writer);
        let opened_with = ring.clone();
        let ledger =
            Ledger { store, manifest, settings, key_beside, opened_with, warnings, writer };
        {
            let mut state = ledger.state();
            let _held = ledger.locked().map_err(OpenError::Store)?;
            *state = recover::load(&ledger, ring)?;
            if let Some(writer) = &ledger.settings.writer {
                let begun = ledger.store.begin(writer, ledger.deadline());
                state.epoch = Some(begun.map_err(OpenError::Store)?);
            }
            if let Some(outdated) = outdated {
                ledger.end_rotation(&state, &outdated)?;
            }
        }
        Ok(ledger)
    }
}

/// What others than the owner have a right to: the folder, the segments, the keys.
fn warnings(store: &dyn ChainStore, key_file: Option<&Path>) -> Vec<LedgerWarning> {
    let mut warnings = Vec::new();
    if let Some(path) = key_file
        && let Some(mode) = open_to_others(path)
    {
        warnings.push(LedgerWarning::KeyOpenToOthers { path: path.display().to_string(), mode });
    }
    let open = store.files().map_or_else(Vec::new, FileChain::open_to_others);
    warnings.extend(open.into_iter().map(|OpenToOthers { place: path, mode, kind }| match kind {
        OpenKind::Key => LedgerWarning::KeyOpenToOthers { path, mode },
        OpenKind::Folder => LedgerWarning::OpenToOthers { path, mode, at_most: 0o700 },
        OpenKind::Segment => LedgerWarning::OpenToOthers { path, mode, at_most: 0o600 },
    }));
    warnings
}

/// Refuses anchors in the directory of the ledger.
fn refuse_anchors_inside(
    store: &dyn ChainStore,
    settings: &LedgerSettings,
) -> Result<(), OpenError> {
    let Some(directory) = store.files().and_then(|files| files.directory()) else { return Ok(()) };
    for anchor in &settings.anchors {
        if anchor.file().is_some_and(|file| is_in_directory(file, directory)) {
            let anchor = anchor.name();
            return Err(OpenError::Anchor(AnchorError::Inside { anchor }));
        }
    }
    Ok(())
}

/// Refuses an empty directory if an anchor has seen a ledger in it.
fn refuse_if_anchored(settings: &LedgerSettings) -> Result<(), OpenError> {
    for anchor in &settings.anchors {
        let scope = settings.anchor_slot.as_ref().map_or(AnchorScope::Any, AnchorScope::Slot);
        let seen = anchor.latest(scope).map_err(OpenError::Anchor)?;
        if let Some(seen) = seen {
            return Err(OpenError::Lost { anchor: anchor.name(), size: seen.size });
        }
    }
    Ok(())
}
