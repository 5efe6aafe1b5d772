//! `envaudit verify`: whether the ledger is intact.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::cli::error::{CliError, code, with_causes};
use crate::cli::invocation::{Invocation, read_text};
use crate::cli::ledger::{EventKeyArgs, LedgerKeys, StoredLedger, chain_keys_in, refuse_inside};
use crate::cli::output::{Cell, ProgressSource, Tone, counted};
use crate::ledger::KeyRing;
use crate::ledger::anchor::{Anchor, AnchorScope, Anchored, FileAnchor};
use crate::ledger::checkpoint::{self, Checkpoint};
use crate::ledger::store::KeyStore;
use crate::ledger::verify::{Finding, Report, Signatures, Verified, Verifier};

const NO_KEY: &str = "no key is given: whether a holder of the key wrote the events cannot be known; give the ledger's key \
     in $ENVAUDIT_SIGNING_KEY_FILE, or its chain key with `--chain-key FILE`";

/// Says whether the ledger is intact; exits with 1 if not
#[derive(Args)]
#[command(
    after_help = "The result depends on what is given: the key, in $ENVAUDIT_SIGNING_KEY or \
                        $ENVAUDIT_SIGNING_KEY_FILE, or the chain key that is derived from it, proves that a holder of \
                        the key wrote the events; a public key proves who signed the checkpoints; an anchor proves that the newest events were not cut off.\n\n\
                        Examples:\n  envaudit verify --anchor /mnt/elsewhere/anchor\n  envaudit verify --from kept.note"
)]
pub(crate) struct Verify {
    /// Reads only the events after a state that was kept elsewhere: a checkpoint, or the answer of an earlier `--json`
    #[arg(long, value_name = "CHECKPOINT")]
    from: Option<PathBuf>,
    #[command(flatten)]
    verifier: VerifierArgs,
}

/// Keys and states of the ledger that were kept elsewhere.
#[derive(Args, Default)]
pub(super) struct VerifierArgs {
    /// A file with an earlier state of the ledger, kept elsewhere: that of an anchor, or a checkpoint; repeatable
    #[arg(long, value_name = "FILE")]
    anchor: Vec<PathBuf>,
    /// The public key of the checkpoints, as it was handed over: 64 hex digits; repeatable
    #[arg(long, value_name = "HEX")]
    public_key: Vec<String>,
    #[command(flatten)]
    pub(super) keys: EventKeyArgs,
}

pub(super) fn run(args: &Verify, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let stored = invocation.stored_ledger_to_verify()?;
    let report = args.verifier.verify(&stored, args.from.as_deref(), invocation)?;
    match invocation.out.is_json() {
        true => invocation.out.json(&value(&report))?,
        false => show(&report, args, invocation)?,
    }
    let failure = match report.is_intact() {
        true => return Ok(()),
        false if report.lacks_keys() => CliError::exit(code::UNAVAILABLE),
        false => CliError::finding(),
    };
    Err(CliError { hint: args.verifier.advice(&stored, &report)?, ..failure })
}

impl VerifierArgs {
    /// Whether an anchor is given.
    #[cfg(feature = "report")]
    pub(super) fn has_anchor(&self) -> bool {
        !self.anchor.is_empty()
    }

    /// Verifies the ledger.
    pub(super) fn verify(
        &self,
        stored: &StoredLedger,
        from: Option<&Path>,
        invocation: &mut Invocation<'_>,
    ) -> Result<Report, CliError> {
        refuse_inside(self.anchor.iter().chain(&from.map(Path::to_owned)), invocation)?;
        let chain_keys = self.keys.chain_key.as_deref().map(chain_keys_in).transpose()?;
        let keys = match chain_keys {
            Some(_) => LedgerKeys { ring: None, beside: false },
            None => invocation.ledger_keys(stored, &self.keys.retired)?,
        };
        // A key that cannot be read counts too: also a key that is not used here can forge the ledger.
        let beside = keys.beside || !matches!(stored.store.key(), Ok(None));
        let signers = self.signers()?;
        let verifier = Verifier::new().key_beside(beside);
        let mut verifier = signers.iter().fold(verifier, |it, key| it.public_key(*key));
        let trusted = TrustedKeys { stored, ring: keys.ring.as_ref(), signers };
        if let Some(path) = from {
            verifier = verifier.since(trusted.verified(path)?);
        }
        for path in &self.anchor {
            verifier = verifier.anchor(trusted.anchored(path)?);
        }
        match (&keys.ring, &chain_keys) {
            (Some(ring), _) => verifier = verifier.keys(ring),
            (None, Some(keys)) => verifier = verifier.chain_keys(keys),
            (None, None) if !stored.is_unkeyed() => invocation.out.warn(NO_KEY),
            (None, None) => {}
        }
        let watched = ProgressSource::new(&stored.store, &invocation.out)?;
        verifier.verify(&watched).map_err(|error| CliError::from(&error))
    }

    fn signers(&self) -> Result<Vec<[u8; 32]>, CliError> {
        self.public_key.iter().map(|text| public_key(text)).collect()
    }

    /// Keys that are missing, if the ledger may only appear not to be intact without them.
    fn advice(&self, stored: &StoredLedger, report: &Report) -> Result<Option<String>, CliError> {
        let mut advice = Vec::new();
        if !report.missing_keys.is_empty() {
            advice.push(match &self.keys.chain_key {
                Some(path) => format!(
                    "{} must have the chain keys of every rotation, one a line, the current one first: the holder of the keys writes \
                     it with `envaudit ledger chain-key FILE`, and `--retired-key FILE` for each earlier key",
                    path.display()
                ),
                None => "give the current key in $ENVAUDIT_SIGNING_KEY_FILE, and each earlier one with \
                         `--retired-key FILE`; or the chain keys of all, the current one first, with `--chain-key FILE`"
                    .to_owned(),
            });
        }
        let signers = self.signers()?;
        let first = stored.manifest.as_ref().and_then(|manifest| manifest.keys());
        if first
            .is_some_and(|first| !signers.is_empty() && !signers.contains(&first.checkpoint_key))
        {
            advice.push(
                "`ledger.json` names the first public key: if the key was rotated since, give the earlier ones too, as they \
                 were handed over; `--public-key` is repeatable"
                    .to_owned(),
            );
        }
        Ok((!advice.is_empty()).then(|| advice.join("\n")))
    }
}

fn public_key(text: &str) -> Result<[u8; 32], CliError> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
        CliError::usage(format!("`{text}` is not a public key, which has 64 hex digits"))
            .hint("`envaudit ledger init`, `rotate-key` and `ledger chain-key` show it to the owner of the ledger")
    })
}

/// The keys that files from elsewhere must be signed with.
struct TrustedKeys<'t> {
    stored: &'t StoredLedger,
    ring: Option<&'t KeyRing>,
    signers: Vec<[u8; 32]>,
}

impl TrustedKeys<'_> {
    /// The state in a file: a verified one, that of an anchor, or a checkpoint.
    fn verified(&self, path: &Path) -> Result<Verified, CliError> {
        let text = read_text(path)?;
        if text.trim_start().starts_with('{') {
            return verified_of(&text, path);
        }
        if let Ok(verified) = text.trim_end().parse::<Verified>() {
            return Ok(verified);
        }
        if let Some(checkpoint) = self.checkpoint(path, &text)? {
            return Ok(Verified::from(&checkpoint));
        }
        Ok(Verified::from(&self.latest(path)?))
    }

    fn anchored(&self, path: &Path) -> Result<Anchored, CliError> {
        let text = read_text(path)?;
        match self.checkpoint(path, &text)? {
            Some(checkpoint) => Ok(Anchored::from(&checkpoint)),
            None => self.latest(path),
        }
    }

    /// The last state of an anchor; that of another ledger, if it has none of this one.
    fn latest(&self, path: &Path) -> Result<Anchored, CliError> {
        let anchor = FileAnchor::new(path);
        let ledger_id = self.stored.ledger_id();
        let ours = anchor
            .latest(ledger_id.as_deref().map_or(AnchorScope::Any, AnchorScope::Ledger))
            .map_err(|error| CliError::unavailable_of(&error))?;
        let any = match ours {
            Some(ours) => Some(ours),
            None => {
                anchor.latest(AnchorScope::Any).map_err(|error| CliError::unavailable_of(&error))?
            }
        };
        any.ok_or_else(|| {
            CliError::unavailable(format!(
                "{} has neither a checkpoint nor the state of an anchor",
                path.display()
            ))
        })
    }

    /// The checkpoint in a file that is a signed note.
    fn checkpoint(&self, path: &Path, text: &str) -> Result<Option<Checkpoint>, CliError> {
        if !text.starts_with("envaudit/") {
            return Ok(None);
        }
        let ledger_id = self.stored.ledger_id().unwrap_or_default();
        let derived = self.ring.into_iter().flat_map(|ring| {
            let seeds = ring.ids().filter_map(|id| ring.key(id)).map(|key| key.checkpoint_seed());
            seeds.filter_map(|seed| {
                Some(*checkpoint::signer(&ledger_id, &seed).ok()?.verifier().public_key())
            })
        });
        let mut keys: Vec<[u8; 32]> = derived.chain(self.signers.iter().copied()).collect();
        if keys.is_empty() {
            // There is no better key; the file itself was kept elsewhere.
            let manifest = self.stored.manifest.as_ref().and_then(|manifest| manifest.keys());
            keys.extend(manifest.map(|keys| keys.checkpoint_key));
        }
        let keys: Vec<_> =
            keys.iter().filter_map(|key| checkpoint::verifier(&ledger_id, key).ok()).collect();
        Checkpoint::open(text.as_bytes(), &keys).map(Some).map_err(|error| {
            let message = format!("{}: {}", path.display(), with_causes(&error));
            CliError { message: Some(message), ..CliError::finding() }
                .hint("the checkpoint is of another ledger, was changed, or needs `--public-key`")
        })
    }
}

/// The state in the whole answer of an earlier `verify --json`.
fn verified_of(text: &str, path: &Path) -> Result<Verified, CliError> {
    let report: Option<Value> = serde_json::from_str(text).ok();
    let state = report.as_ref().and_then(|report| report.get("verified"));
    let verified = state.and_then(|state| state.as_str()?.parse().ok());
    verified.ok_or_else(|| {
        let path = path.display();
        match state {
            Some(Value::Null) => CliError::usage(format!(
                "{path} is the report of a ledger that was not intact: it has no verified state to continue from"
            )),
            _ => CliError::unavailable(format!("{path} is JSON, but not the answer of `verify --json`")),
        }
    })
}

fn show(report: &Report, args: &Verify, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let out = &mut invocation.out;
    let (word, tone) = match report.is_intact() {
        true => ("intact", Tone::Good),
        false if report.lacks_keys() => ("NOT KNOWN", Tone::Warning),
        false => ("NOT INTACT", Tone::Bad),
    };
    let new = if args.from.is_some() { "new event" } else { "event" };
    let (events, segments) = (counted(report.events, new), counted(report.segments, "segment"));
    out.line(&[
        Cell::toned(tone, word),
        Cell::plain(format!(": {}, {events} in {segments}", report.verdict())),
    ])?;
    if let Some((seq, hash)) = report.tail {
        let hash = data_encoding::HEXLOWER.encode(&hash);
        out.line(&[Cell::plain(format!("the last is event {seq}, {hash}"))])?;
    }
    let (tail, trusted) = match (report.anchored, report.tail) {
        (Some(anchored), Some((tail, _))) if anchored == tail => {
            (Tone::Good, "an anchor vouches for all of it".to_owned())
        }
        (Some(anchored), _) => {
            (Tone::Warning, format!("an anchor vouches for the events up to {anchored}"))
        }
        (None, _) => {
            let why = match args.verifier.anchor.is_empty() {
                true => "no anchor is given",
                false => "the state in the given anchor is not in this ledger",
            };
            (Tone::Warning, format!("{why}: whether newer events were cut off cannot be known"))
        }
    };
    out.line(&[Cell::toned(tail, trusted)])?;
    let checkpoints = counted(report.checkpoints, "checkpoint");
    let signed = match report.signatures {
        Signatures::Trusted => format!("{checkpoints} verified, signed with a known key"),
        Signatures::Claimed => {
            format!("{checkpoints} verified, signed with the key that the ledger itself names")
        }
        _ => "no checkpoints are signed".to_owned(),
    };
    out.line(&[Cell::plain(signed)])?;
    if report.key_beside {
        let beside =
            "the key is kept beside the ledger: the owner of the folder can forge all of it";
        out.line(&[Cell::toned(Tone::Warning, beside)])?;
    }
    if !report.missing_keys.is_empty() {
        let kids: Vec<_> = report.missing_keys.iter().map(ToString::to_string).collect();
        let missing =
            format!("events were written with keys that were not given: {}", kids.join(", "));
        out.line(&[Cell::toned(Tone::Warning, missing)])?;
    }
    let first = report.first_break();
    if let Some(first) = first {
        out.line(&[Cell::toned(Tone::Bad, "first break"), Cell::plain(format!(": {first}"))])?;
    }
    for finding in report.findings.iter().filter(|finding| Some(*finding) != first) {
        let (word, tone) = match finding.verdict.is_break() {
            true => ("break", Tone::Bad),
            false => ("note", Tone::Faint),
        };
        out.line(&[Cell::toned(tone, word), Cell::plain(format!(": {finding}"))])?;
    }
    if report.omitted > 0 {
        out.line(&[Cell::plain(format!("and {} more", report.omitted))])?;
    }
    Ok(())
}

pub(super) fn value(report: &Report) -> Value {
    let tail = report
        .tail
        .map(|(seq, hash)| json!({ "seq": seq, "hash": data_encoding::HEXLOWER.encode(&hash) }));
    let signatures = match report.signatures {
        Signatures::Trusted => "trusted",
        Signatures::Claimed => "claimed",
        _ => "absent",
    };
    json!({
        "intact": report.is_intact(),
        "verdict": report.verdict().name(),
        "chain": report.ledger_id,
        "events": report.events,
        "bytes": report.bytes,
        "segments": report.segments,
        "first_seq": report.first_seq,
        "last": tail,
        "anchored_up_to": report.anchored,
        "checkpoints": report.checkpoints,
        "roots": report.roots,
        "signatures": signatures,
        "key_beside_ledger": report.key_beside,
        "missing_keys": report.missing_keys.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "first_break": report.first_break().map(finding),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "omitted": report.omitted,
        "verified": report.verified().map(|verified| verified.to_string()),
    })
}

fn finding(finding: &Finding) -> Value {
    json!({
        "verdict": finding.verdict.name(),
        "break": finding.verdict.is_break(),
        "seq": finding.seq,
        "last_seq": finding.last_seq,
        "file": finding.file,
        "offset": finding.offset,
        "expected": finding.expected,
        "found": finding.found,
    })
}
