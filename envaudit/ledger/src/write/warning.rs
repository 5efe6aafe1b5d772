//! What is not as it should be about a ledger, and keeps nobody from writing to it.

use core::fmt;

/// Something about an open ledger that its operator should mend.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LedgerWarning {
    /// Others than its owner can read the file with the key, and then forge the ledger.
    KeyOpenToOthers {
        /// The file.
        path: String,
        /// Its mode, such as 0644.
        mode: u32,
    },
    /// Others than its owner can read or change the folder of the ledger, or a segment.
    OpenToOthers {
        /// The folder or the file.
        path: String,
        /// Its mode, such as 0777.
        mode: u32,
        /// The mode that it should have: 0700 or 0600.
        at_most: u32,
    },
}

impl fmt::Display for LedgerWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LedgerWarning::KeyOpenToOthers { path, mode } => write!(
                f,
                "others than its owner can read {path} (mode {mode:04o}) and then forge the ledger; `chmod 600 {path}`"
            ),
            LedgerWarning::OpenToOthers { path, mode, at_most } => {
                let can = match mode & 0o022 {
                    0 => "read",
                    _ => "change",
                };
                write!(
                    f,
                    "others than its owner can {can} {path} (mode {mode:04o}), which is part of the ledger; \
                     `chmod {at_most:o} {path}`"
                )
            }
        }
    }
}
