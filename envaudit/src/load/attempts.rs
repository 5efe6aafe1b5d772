//! How often a load is tried again while the files that it reads are being replaced.

use crate::error::{Problem, ProblemKind};

/// Kubernetes replaces a volume once a minute at most.
const MAX_ATTEMPTS: u8 = 20;

/// The attempts of one load that met a volume being replaced, and had to begin anew.
#[derive(Debug, Default)]
pub(super) struct Attempts(u8);

impl Attempts {
    /// Counts an attempt. The problem of the load, once there were too many of them; `None` for another attempt.
    #[cold]
    pub(super) fn give_up(&mut self) -> Option<Problem> {
        self.0 += 1;
        (self.0 >= MAX_ATTEMPTS).then(|| {
            let message = "the files were replaced while they were read";
            Problem::new(ProblemKind::Unreadable, message)
                .reason(format!(
                    "a link that leads to them was replaced {MAX_ATTEMPTS} times in a row"
                ))
                .hint("load again when what writes them has come to rest")
        })
    }
}
