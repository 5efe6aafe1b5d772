//! `envaudit checkpoint`: a signed state of the ledger, to be kept elsewhere.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::ledger::{RetiredKeys, refuse_inside};
use crate::ledger::Ledger;
use crate::ledger::anchor::{Anchored, FileAnchor};
use crate::ledger::format::Head;

/// Signs the current state of the ledger, to be kept elsewhere
#[derive(Args)]
#[command(
    after_help = "The output proves later, to `verify --anchor` and `verify --from`, that nothing up to now was cut off \
                        or changed. Keep it where those who can write to the ledger cannot write.\n\n\
                        Example:\n  envaudit checkpoint --anchor /mnt/elsewhere/anchor > kept.note"
)]
pub(crate) struct Checkpoint {
    /// A file elsewhere that keeps this state too, one line each time; repeatable
    #[arg(long, value_name = "FILE")]
    anchor: Vec<PathBuf>,
    #[command(flatten)]
    retired: RetiredKeys,
}

pub(super) fn run(args: &Checkpoint, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    refuse_inside(&args.anchor, invocation)?;
    let anchors = args.anchor.iter().map(FileAnchor::new);
    let ledger = invocation.open_ledger_with(&args.retired, |options| {
        anchors.fold(options, |options, anchor| options.anchor(anchor))
    })?;
    ledger.checkpoint().map_err(|error| CliError::from(&error))?;
    let head = ledger.head();
    let ledger_id = ledger.manifest().ledger_id().to_string();
    let anchored = Anchored { ledger_id, size: head.seq, head: head.hash };
    let note = note(&ledger, &head)?;
    if invocation.out.is_json() {
        return invocation.out.json(&json!({
            "chain": anchored.ledger_id,
            "size": anchored.size,
            "head": data_encoding::HEXLOWER.encode(&anchored.head),
            "note": note,
        }));
    }
    match note {
        Some(note) => invocation.out.text(&note),
        // A ledger without a key signs nothing.
        None => invocation.out.text(&format!("{anchored}\n")),
    }
}

/// The checkpoint of the last event, if the ledger signs any.
fn note(ledger: &Ledger, head: &Head) -> Result<Option<String>, CliError> {
    let notes = ledger.source().checkpoints()?;
    let note = notes.into_iter().rev().find(|(seq, _)| *seq == head.seq);
    Ok(note.and_then(|(_, note)| String::from_utf8(note).ok()))
}
