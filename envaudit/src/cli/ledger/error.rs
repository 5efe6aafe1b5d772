//! The errors of a ledger as ends of a command.

use crate::cli::error::{CliError, code};
use crate::cli::invocation::Invocation;
use crate::ledger::anchor::AnchorError;
use crate::ledger::prune::PruneError;
use crate::ledger::read::ReadError;
use crate::ledger::record::RecordError;
use crate::ledger::store::{StoreError, StoreErrorKind};
use crate::ledger::verify::VerifyError;
use crate::ledger::{AppendError, OpenError};

const VERIFY: &str = "`envaudit verify` says what is wrong with it";

impl Invocation<'_> {
    /// An error of opening the ledger, with the ledger's folder where it matters.
    pub(crate) fn open_error(&self, error: &OpenError) -> CliError {
        let dir = self.ledger_dir();
        let dir = dir.display();
        match error {
            OpenError::Absent => CliError::unavailable(format!("there is no ledger in `{dir}`"))
                .hint("make one with `envaudit ledger init`, or name another with `--ledger DIR`"),
            OpenError::Exists => {
                CliError::unavailable(format!("there is already a ledger in `{dir}`"))
                    .hint("a ledger is never begun again; name another folder with `--ledger DIR`")
            }
            _ => error.into(),
        }
    }
}

impl From<&OpenError> for CliError {
    fn from(error: &OpenError) -> Self {
        match error {
            OpenError::Manifest(_)
            | OpenError::Downgraded
            | OpenError::Damaged(_)
            | OpenError::BehindHead { .. }
            | OpenError::BehindCheckpoint { .. }
            | OpenError::Checkpoint { .. }
            | OpenError::RolledBack { .. }
            | OpenError::Lost { .. }
            | OpenError::Anchor(AnchorError::Behind { .. } | AnchorError::Conflict { .. }) => {
                CliError::finding_of(error).hint(VERIFY)
            }
            OpenError::Append(cause) if matches!(**cause, AppendError::Rotation(_)) => {
                CliError::unavailable_of(error).hint(
                    "ENVAUDIT_SIGNING_KEY_FILE must name the current key, and `--retired-key` the older ones",
                )
            }
            OpenError::UnfinishedRotation { .. } => CliError::finding_of(error).hint(
                "`envaudit log` shows the last events; if they are right, `envaudit rotate-key --new-key FILE` with the file of \
                 the current key finishes the rotation",
            ),
            OpenError::TwoKeys { .. } => CliError { code: code::USAGE, ..CliError::unavailable_of(error) },
            OpenError::KeyUnknown(_) => CliError::unavailable_of(error).hint(
                "give the current key in ENVAUDIT_SIGNING_KEY_FILE; `--retired-key FILE` adds an older one",
            ),
            OpenError::NoKey { why } => CliError::unavailable(*why).hint(
                "give the key in ENVAUDIT_SIGNING_KEY, or in the file that ENVAUDIT_SIGNING_KEY_FILE names",
            ),
            OpenError::Head(_) => CliError::finding_of(error).hint(
                "`envaudit verify --anchor FILE` says whether events are missing; if none are, remove `HEAD`: the next \
                 writer makes it again",
            ),
            OpenError::Store(error) => error.into(),
            _ => CliError::unavailable_of(error),
        }
    }
}

impl From<&StoreError> for CliError {
    fn from(error: &StoreError) -> Self {
        match error.kind() {
            StoreErrorKind::Locked => CliError::unavailable_of(error).hint(
                "another command or program is writing to the ledger, or hangs: `fuser` and `lsof` say which has this \
                 file open; `--lock-timeout` says how long to wait",
            ),
            StoreErrorKind::Replaced => CliError::finding_of(error).hint(
                "the ledger never does this itself: find out who did it, and keep it as evidence",
            ),
            _ => CliError::unavailable_of(error),
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        CliError::from(&error)
    }
}

impl From<&ReadError> for CliError {
    fn from(error: &ReadError) -> Self {
        match error {
            ReadError::Store(error) => error.into(),
            _ => CliError::finding_of(error).hint(VERIFY),
        }
    }
}

/// The ledger itself may be why nothing was appended.
impl From<&AppendError> for CliError {
    fn from(error: &AppendError) -> Self {
        let said = CliError::unavailable_of(error);
        match error {
            AppendError::Damaged(_) | AppendError::NotSigned(_) => {
                CliError::finding_of(error).hint(VERIFY)
            }
            AppendError::Event(_) | AppendError::Rotation(_) => {
                CliError { code: code::USAGE, ..said }
            }
            AppendError::Rejected(cause) => CliError { message: said.message, ..cause.into() },
            _ => said,
        }
    }
}

impl From<&RecordError> for CliError {
    fn from(error: &RecordError) -> Self {
        match error {
            RecordError::Append(error) => error.into(),
            RecordError::Store(error) => error.into(),
        }
    }
}

impl From<&PruneError> for CliError {
    fn from(error: &PruneError) -> Self {
        match error {
            PruneError::Append(error) => error.into(),
            PruneError::Read(error) => error.into(),
            PruneError::Changed(_) => CliError::finding_of(error).hint(
                "`envaudit verify` says what is wrong with the ledger; keep it as it is: it is evidence",
            ),
            PruneError::KeyNeeded { .. } => {
                CliError::unavailable_of(error).hint("`--retired-key FILE` gives it")
            }
            _ => CliError::unavailable_of(error),
        }
    }
}

impl From<&VerifyError> for CliError {
    fn from(error: &VerifyError) -> Self {
        match error {
            VerifyError::Store(error) => error.into(),
            _ => CliError::unavailable_of(error),
        }
    }
}
