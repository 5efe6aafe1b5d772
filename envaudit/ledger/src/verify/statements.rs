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
        let details: Value = serde_json::from_str(line.details?).ok()?;
        let number = |name: &str| details[name].as_u64();
        let hash = |name: &str| details[name].as_str().and_then(checkpoint::hash);
        match line.action.raw() {
            "ledger.created" => Some(Statement::Created { manifest: hash("manifest_sha256") }),
            "ledger.key_rotated" => {
                let to = details["to"].as_str().and_then(KeyId::parse)?;
                Some(Statement::Rotated { to, checkpoint_key: hash("checkpoint_key") })
            }
            "ledger.segment_opened" => Some(Statement::Opened(OpeningStatement {
                peaks: peaks_of(&line),
                ledger_id: details["chain"].as_str().map(str::to_owned),
                previous_last_seq: number("previous_last_seq"),
            })),
            "ledger.segment_sealed" => Some(Statement::Sealed { count: number("count")? }),
            "ledger.pruned" => Some(Statement::Pruned(PruneStatement {
                seq: line.seq,
                first: number("first_kept_seq")?,
                previous: hash("previous_hash")?,
                policy: shown(details["policy"].as_str().unwrap_or("no policy")),
                manifest: hash("manifest_sha256"),
            })),
            _ => None,
        }
    }
}
