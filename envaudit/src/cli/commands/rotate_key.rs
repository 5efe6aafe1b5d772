//! `envaudit rotate-key`: the change to another key.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::ledger::public_key;
use crate::cli::args::actor::ActorArgs;
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::ledger::RetiredKeys;
use crate::cli::ledger::{random, read_key, read_or_create, refuse_beside, warn_of_readers};
use crate::cli::output::{Cell, Tone};

/// Changes to another key
#[derive(Args)]
#[command(
    after_help = "A key that is kept beside the ledger is replaced there, and the old one is kept beside it as \
                        `retired-….key`; there is nothing else to do. With --new-key, or if the key is given, keep the \
                        old key: `--retired-key` verifies the events up to now with it. Programs that have the ledger \
                        open stop until they are given the new key.\n\n\
                        Examples:\n  envaudit rotate-key\n  envaudit rotate-key --new-key /run/secrets/audit-2027"
)]
pub(crate) struct RotateKey {
    /// The file with the new key, 64 hex digits; created if there is none [default: the key beside the ledger]
    #[arg(long, value_name = "FILE")]
    new_key: Option<PathBuf>,
    #[command(flatten)]
    actor: ActorArgs,
    #[command(flatten)]
    retired: RetiredKeys,
}

pub(super) fn run(args: &RotateKey, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    args.actor.check()?;
    if let Some(path) = &args.new_key {
        let hint = "keep the key elsewhere, or leave `--new-key` out for a key that is managed beside the ledger";
        refuse_beside(path, &invocation.ledger_dir(), hint)?;
    }
    let interrupted = args.new_key.as_deref().filter(|path| path.exists()).map(read_key);
    let interrupted = interrupted.transpose()?;
    let stored = invocation.stored_ledger()?;
    let given = invocation.ledger_keys(&stored, &args.retired)?.ring;
    let ledger = invocation.open_ledger_with(&args.retired, |options| match &interrupted {
        // A rotation to this key that was recorded and interrupted is finished.
        Some(key) => options.finish_rotation(key.clone()),
        None => options,
    })?;
    let on_behalf = args.actor.on_behalf_of(&ledger, invocation)?;
    let Some(ring) = ledger.keys() else {
        return Err(CliError::usage("the ledger has no key, and cannot be given one later"));
    };
    let beside = ledger.key_is_beside_ledger();
    // What was opened with the old key and goes on with the new one was finished while it was opened.
    let before = given.map(|ring| ring.current().id());
    let ended_by_opening = before.is_some_and(|before| before != ring.current().id());
    let old = before.filter(|_| ended_by_opening).unwrap_or(ring.current().id());
    let (new, public_key, made, path) = match &args.new_key {
        Some(path) => {
            let (key, made) = read_or_create(path)?;
            warn_of_readers(path, &invocation.ledger_dir(), &mut invocation.out);
            let (new, public_key) = (key.id(), public_key(&key));
            match ended_by_opening {
                true => ledger.checkpoint().map_err(|error| CliError::from(&error))?,
                false => on_behalf.rotate(key).map_err(|error| CliError::from(&error))?,
            }
            // Writers of the new segment need only the new key.
            if let Err(error) = ledger.seal() {
                let failure = CliError::from(&error).message.unwrap_or_default();
                invocation.out.warn(&format!("no new segment was begun: {failure}"));
            }
            (new, public_key, made, path.clone())
        }
        None if beside => {
            let key = random()?;
            let (new, public_key) = (key.id(), public_key(&key));
            on_behalf.rotate_beside(key).map_err(|error| CliError::from(&error))?;
            (new, public_key, true, invocation.ledger_dir().join("signing.key"))
        }
        None => {
            return Err(CliError::usage("the key is given, so the new one must be given too")
                .hint("`--new-key FILE` names its file, which is created if there is none"));
        }
    };
    let retired = beside.then(|| invocation.ledger_dir().join(format!("retired-{old}.key")));
    let path = path.display().to_string();
    let retired = retired.map(|retired| retired.display().to_string());
    match invocation.out.is_json() {
        true => invocation.out.json(&json!({
            "from": old.to_string(),
            "to": new.to_string(),
            "public_key": public_key,
            "seq": ledger.head().seq,
            "key_made": made,
            "key_file": path,
            "retired_key_file": retired,
        }))?,
        false => {
            invocation.out.line(&[
                Cell::toned(Tone::Good, "rotated"),
                Cell::plain(format!(": from the key {old} to {new}, which is in `{path}`")),
            ])?;
            let handed_over = format!(
                "from now on, checkpoints are signed with {public_key}: give this to those who verify them; they also need the earlier ones"
            );
            invocation.out.line(&[Cell::plain(handed_over)])?;
        }
    }
    let kept = retired.map_or("the old one".to_owned(), |retired| format!("`{retired}`"));
    invocation.out.note(&match args.new_key {
        Some(_) => format!(
            "from now on, give this key: ENVAUDIT_SIGNING_KEY_FILE={path}; keep {kept} for `verify --retired-key`"
        ),
        None => format!("the events up to now are verified with {kept}, which is found automatically"),
    });
    Ok(())
}
