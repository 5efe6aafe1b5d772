//! The statements of a ledger about itself, in its own events.

use serde_json::Value;

use crate::evidence::checkpoint;
use crate::evidence::merkle::Hash;
use crate::format::line::Line;
use crate::format::opening::peaks_of;
use crate::keys::{EventHash, KeyId};

/// An event of the ledger itself that verification has to know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Statement {
    /// The SHA-256 of `ledger.json`, as it was when the ledger was made.
    Created {
        manifest: Option<EventHash>,
    },
    /// From the next event on, another key is used.
    Rotated {
        to: KeyId,
        checkpoint_key: Option<[u8; 32]>,
    },
    /// The first line of a further segment.
    Opened(OpeningStatement),
    /// The number of lines before this one in the segment.
    Sealed {
        count: u64,
    },
    Pruned(PruneStatement),
    /// It does not say what an event of its action has to say.
    Unreadable {
        expected: &'static str,
    },
}

/// What the first line of a segment says of the events before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpeningStatement {
    /// The peaks of the tree over all of them; `None` if that is not a list of hashes.
    pub(super) peaks: Option<Vec<Hash>>,
    /// The id of the ledger.
    pub(super) ledger_id: Option<String>,
    pub(super) previous_last_seq: Option<u64>,
}

/// Events that were removed because a policy said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PruneStatement {
    /// The statement itself.
    pub(super) seq: u64,
    /// The first event that was kept.
    pub(super) first: u64,
    /// The `previous_hash` of that event.
    pub(super) previous: EventHash,
    /// Why.
    pub(super) policy: String,
    /// The SHA-256 of `ledger.json`, as it was then.
    pub(super) manifest: Option<EventHash>,
}

/// A text of the ledger, fit to be printed.
fn shown(text: &str) -> String {
    text.chars().take(200).flat_map(char::escape_debug).collect()
}

impl Statement {
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let line = Line::parse(line).ok()?;
        let details: Value = serde_json::from_str(line.details.unwrap_or("{}")).ok()?;
        let action = line.action.raw();
        let statement = match action {
            "ledger.created" => Some(Statement::Created {
                manifest: details["manifest_sha256"].as_str().and_then(checkpoint::hash),
            }),
            "ledger.segment_opened" => Some(Statement::Opened(OpeningStatement {
                peaks: peaks_of(&line),
                ledger_id: details["chain"].as_str().map(str::to_owned),
                previous_last_seq: details["previous_last_seq"].as_u64(),
            })),
            "ledger.key_rotated" => rotation(&details),
            "ledger.segment_sealed" => {
                details["count"].as_u64().map(|count| Statement::Sealed { count })
            }
            "ledger.pruned" => prune(line.seq, &details).map(Statement::Pruned),
            _ => return None,
        };
        let expected = match action {
            "ledger.key_rotated" => "the key that is current from here on",
            "ledger.segment_sealed" => "the number of lines before this one",
            _ => "the first event that was kept",
        };
        Some(statement.unwrap_or(Statement::Unreadable { expected }))
    }
}

fn rotation(details: &Value) -> Option<Statement> {
    let to = details["to"].as_str().and_then(KeyId::parse)?;
    let checkpoint_key = hash_if_any(details, "checkpoint_key")?;
    Some(Statement::Rotated { to, checkpoint_key })
}

fn prune(seq: u64, details: &Value) -> Option<PruneStatement> {
    Some(PruneStatement {
        seq,
        first: details["first_kept_seq"].as_u64()?,
        previous: details["previous_hash"].as_str().and_then(checkpoint::hash)?,
        policy: shown(details["policy"].as_str().unwrap_or("no policy")),
        manifest: hash_if_any(details, "manifest_sha256")?,
    })
}

/// A member that need not be there; `None` if it is, and is no hash.
fn hash_if_any(details: &Value, name: &str) -> Option<Option<[u8; 32]>> {
    match details.get(name) {
        None => Some(None),
        Some(value) => value.as_str().and_then(checkpoint::hash).map(Some),
    }
}
