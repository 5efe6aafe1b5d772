//! The names of the files of a ledger.

pub(super) const MANIFEST: &str = "ledger.json";
pub(super) const HEAD: &str = "HEAD";
pub(super) const LOCK: &str = "lock";
pub(super) const KEY: &str = "signing.key";
/// A key that was current before is `retired-<kid>.key`.
pub(super) const RETIRED: &str = "retired-";
pub(super) const KEY_END: &str = ".key";
pub(super) const CHECKPOINTS: &str = "checkpoints";
pub(super) const SEGMENT: &str = ".jsonl";
pub(super) const NOTE: &str = ".note";
/// A file with this ending is not valid yet: a rename makes it valid.
pub(super) const NEW: &str = ".new";

pub(super) fn segment_name(first_seq: u64) -> String {
    format!("{first_seq:020}{SEGMENT}")
}

pub(super) fn checkpoint_name(seq: u64) -> String {
    format!("{CHECKPOINTS}/{seq:020}{NOTE}")
}

/// The number in a name of 20 digits and this ending.
pub(super) fn seq_of(name: &str, ending: &str) -> Option<Result<u64, NoSeq>> {
    let digits = name.strip_suffix(ending)?;
    let all = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| digits.parse().ok().filter(|&seq| seq > 0).ok_or(NoSeq))
}

/// 20 digits that are not the number of any event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoSeq;
