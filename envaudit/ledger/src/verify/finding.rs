//! One finding of a verification.

use core::fmt;

use super::verdict::Verdict;
use crate::format::line::hash_hex;
use crate::keys::EventHash;
use crate::store::StrayFile;

/// One thing that was found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The kind of the finding.
    pub verdict: Verdict,
    /// The event it concerns; 0 if it concerns the ledger as a whole.
    pub seq: u64,
    /// The last of the events it concerns: equal to `seq` where that is one.
    pub last_seq: u64,
    /// The file, by the name it has in a directory.
    pub file: String,
    /// The byte of the file at which the line begins that shows it.
    pub offset: u64,
    /// The expected content.
    pub expected: String,
    /// The actual content.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)?;
        match (self.seq, self.last_seq) {
            (0, _) => {}
            (seq, last) if seq == last => write!(f, " event {seq}")?,
            (seq, last) => write!(f, " events {seq} to {last}")?,
        }
        write!(
            f,
            " ({} at byte {}): expected {}, found {}",
            self.file, self.offset, self.expected, self.found
        )
    }
}

/// A finding about `ledger.json`.
pub(super) fn manifest_finding(
    verdict: Verdict,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> Finding {
    file_finding("ledger.json", verdict, 0, expected, found)
}

/// `ledger.json` is not the one that an event names.
pub(super) fn other_manifest(seq: u64, expected: &EventHash, found: &EventHash) -> Finding {
    let expected = format!("the file with SHA-256 {}, says event {seq}", hash_hex(expected));
    manifest_finding(Verdict::Modified, expected, format!("SHA-256 {}", hash_hex(found)))
}

/// A finding about a file that has no lines.
pub(super) fn file_finding(
    file: &str,
    verdict: Verdict,
    seq: u64,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> Finding {
    let (file, expected, found) = (file.to_owned(), expected.into(), found.into());
    Finding { verdict, seq, last_seq: seq, file, offset: 0, expected, found }
}

/// Something that no writer puts into a ledger lies under the name of one of its files.
pub(super) fn stray_finding(stray: StrayFile) -> Finding {
    let StrayFile { name, seq, found } = stray;
    let expected = "a regular file that a writer of the ledger made, or none";
    file_finding(&name, Verdict::Modified, seq.unwrap_or(0), expected, found)
}
