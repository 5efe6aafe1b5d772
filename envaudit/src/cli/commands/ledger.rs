//! `envaudit ledger`: a new ledger, and the keys of its auditors.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;
use serde_json::json;

use crate::cli::error::{CliError, with_causes};
use crate::cli::invocation::Invocation;
use crate::cli::ledger::{
    GivenKey, refuse_beside, refuse_guessable, warn_if_beside, write_private,
};
use crate::cli::ledger::{KEY_VARIABLES, RetiredKeys};
use crate::cli::output::{Cell, Tone, counted};
use crate::ledger::format::Manifest;
use crate::ledger::{FileStore, KeyRing, MasterKey, checkpoint};

/// Makes a ledger, or the keys for its auditors
#[derive(Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
#[command(after_help = "Example:\n  envaudit ledger init --ledger /var/lib/checkout/audit")]
pub(crate) struct Ledger {
    #[command(subcommand)]
    command: LedgerCommand,
}

#[derive(Subcommand)]
enum LedgerCommand {
    Init(Init),
    ChainKey(ChainKey),
}

/// Makes a ledger, and a key if none is given; refuses if there is a ledger already
#[derive(Args)]
#[command(
    after_help = "The key is taken from $ENVAUDIT_SIGNING_KEY or the file of $ENVAUDIT_SIGNING_KEY_FILE. In \
                        production (`--env prod`) it must be given.\n\n\
                        Example:\n  ENVAUDIT_SIGNING_KEY_FILE=/run/secrets/audit envaudit ledger init --env prod"
)]
struct Init {}

/// Writes the keys with which an auditor checks the text of events to a new file
#[derive(Args)]
#[command(
    after_help = "The holder of the file can check every event, with `envaudit verify --chain-key FILE`, but can neither \
                        sign checkpoints nor find the value of a fingerprint. The file is a secret all the same: events \
                        after the last checkpoint could be forged with it. Hand it over together with the public \
                        key.\n\n\
                        Example:\n  envaudit ledger chain-key for-the-auditor.key"
)]
struct ChainKey {
    /// The file, which is created, and readable only by its owner
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    retired: RetiredKeys,
}

pub(super) fn run(args: &Ledger, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    match &args.command {
        LedgerCommand::Init(Init {}) => init(invocation),
        LedgerCommand::ChainKey(ChainKey { file, retired }) => chain_key(file, retired, invocation),
    }
}

fn init(invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let dir = invocation.ledger_dir();
    let options = invocation.options();
    if let Some(given) = invocation.given_key() {
        let key = options.keys_to_read(&FileStore::new(&dir)).ok().and_then(|(ring, _)| ring);
        let place = match &given {
            GivenKey::Variable => KEY_VARIABLES[0].to_owned(),
            GivenKey::File(path) => format!("`{}`", path.display()),
        };
        key.map_or(Ok(()), |ring| refuse_guessable(ring.current(), &place))?;
        if let GivenKey::File(path) = given {
            warn_if_beside(&path, &dir, &mut invocation.out);
        }
    }
    let ledger = options.init(&dir).map_err(|error| invocation.open_error(&error))?;
    invocation.warn_of(&ledger);
    let manifest = ledger.manifest();
    let keys = manifest.keys().copied();
    let public_key = first_public_key(manifest);
    let beside = ledger.key_is_beside_ledger();
    let ledger_id = manifest.ledger_id().to_string();
    if invocation.out.is_json() {
        invocation.out.json(&json!({
            "dir": dir.display().to_string(),
            "chain": ledger_id,
            "algorithm": manifest.algorithm().name(),
            "created": manifest.created().to_string(),
            "kid": keys.map(|keys| keys.kid.to_string()),
            "public_key": public_key,
            "key_beside_ledger": beside,
        }))?;
    } else {
        let out = &mut invocation.out;
        out.line(&[
            Cell::toned(Tone::Good, "made"),
            Cell::plain(format!(" the ledger {ledger_id} in `{}`", dir.display())),
        ])?;
        if let Some(key) = public_key {
            let text = format!(
                "its checkpoints are signed with {key}: give this to those who verify them"
            );
            out.line(&[Cell::plain(text)])?;
        }
    }
    if beside {
        let key = dir.join("signing.key");
        invocation.out.warn(&format!(
            "the key was made in `{}`: the owner of the folder can forge the ledger; keep the key elsewhere, and name it in \
             $ENVAUDIT_SIGNING_KEY_FILE",
            key.display()
        ));
    }
    Ok(())
}

fn chain_key(
    file: &Path,
    retired: &RetiredKeys,
    invocation: &mut Invocation<'_>,
) -> Result<(), CliError> {
    let hint = "name a place outside of it: with the chain key, events after the last checkpoint can be forged";
    refuse_beside(file, &invocation.ledger_dir(), hint)?;
    let stored = invocation.stored_ledger()?;
    if stored.is_unkeyed() {
        return Err(CliError::usage(
            "the ledger has no key: anybody can check the text of its events",
        ));
    }
    let Some(ring) = invocation.ledger_keys(&stored, retired)?.ring else {
        return Err(CliError::unavailable("no key is given from which to derive the chain key").hint(
            "give the ledger's key in $ENVAUDIT_SIGNING_KEY or in the file of $ENVAUDIT_SIGNING_KEY_FILE",
        ));
    };
    let keys = ring.chain_keys();
    write_private(file, &keys.to_text()).map_err(|error| {
        CliError::unavailable(format!(
            "the chain key cannot be written to {}: {}",
            file.display(),
            with_causes(&error)
        ))
    })?;
    let first = stored.manifest.as_ref().and_then(Manifest::keys).map(|keys| keys.kid);
    if let Some(first) = first.filter(|first| keys.hasher(*first).is_none()) {
        invocation.out.warn(&format!(
            "`ledger.json` names the key {first}, which was not given: events written with it cannot be checked with this \
             file; write another with `--retired-key FILE` for each earlier key"
        ));
    }
    let kids: Vec<String> = keys.ids().map(|id| id.to_string()).collect();
    let public_keys = signers(&ring, stored.manifest.as_ref());
    let file = file.display().to_string();
    if invocation.out.is_json() {
        return invocation
            .out
            .json(&json!({ "file": file, "kids": kids, "public_keys": public_keys }));
    }
    invocation.out.line(&[
        Cell::toned(Tone::Good, "written"),
        Cell::plain(format!(": {} in `{file}`", counted(kids.len() as u64, "chain key"))),
    ])?;
    let given: String = public_keys.iter().map(|key| format!(" --public-key {key}")).collect();
    invocation.out.note(&format!("the receiver runs `envaudit verify --chain-key {file}{given}`"));
    Ok(())
}

/// The public keys of all checkpoints, over all rotations, in hex digits.
fn signers(ring: &KeyRing, manifest: Option<&Manifest>) -> Vec<String> {
    let Some(manifest) = manifest else { return Vec::new() };
    let mut all: Vec<String> = ring.ids().filter_map(|id| ring.key(id)).map(public_key).collect();
    let first = first_public_key(manifest).filter(|first| !all.contains(first));
    all.extend(first);
    all
}

/// The public key of checkpoints that this key signs, in hex digits.
pub(super) fn public_key(key: &MasterKey) -> String {
    HEXLOWER.encode(&checkpoint::public_key(&key.checkpoint_seed()))
}

/// The public key of checkpoints before the first rotation, in hex digits.
fn first_public_key(manifest: &Manifest) -> Option<String> {
    manifest.keys().map(|keys| HEXLOWER.encode(&keys.checkpoint_key))
}
