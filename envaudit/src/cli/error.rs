//! How a command ends that fails: its exit code, its message and a hint.

use std::error::Error;
use std::io;

pub(crate) use crate::error::with_causes;
use crate::error::{LoadError, Problem, ProblemKind};

/// The exit codes of `envaudit`.
pub(crate) mod code {
    /// Fine.
    pub(crate) const FINE: u8 = 0;
    /// A finding: an invalid configuration, a broken policy, drift, a ledger that is not intact.
    pub(crate) const FINDING: u8 = 1;
    /// The arguments are not valid.
    pub(crate) const USAGE: u8 = 2;
    /// Something could not be read, reached or written.
    pub(crate) const UNAVAILABLE: u8 = 3;
}

/// The end of a command that does not end with 0, and what it writes to stderr.
#[derive(Clone, Debug)]
pub(crate) struct CliError {
    pub(crate) code: u8,
    /// `None` if the answer on stdout says it all.
    pub(crate) message: Option<String>,
    /// What the user can do.
    pub(crate) hint: Option<String>,
}

impl CliError {
    /// A finding that is part of the answer.
    pub(crate) fn finding() -> Self {
        CliError::exit(code::FINDING)
    }

    /// A finding that is not part of the answer.
    pub(crate) fn finding_of(error: &dyn Error) -> Self {
        CliError { message: Some(with_causes(error)), ..CliError::finding() }
    }

    /// The arguments are not valid.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        CliError { message: Some(message.into()), ..CliError::exit(code::USAGE) }
    }

    /// Something could not be read, reached or written.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        CliError { message: Some(message.into()), ..CliError::exit(code::UNAVAILABLE) }
    }

    /// Something could not be read, reached or written because of this error.
    pub(crate) fn unavailable_of(error: &dyn Error) -> Self {
        CliError::unavailable(with_causes(error))
    }

    /// A failed write of the answer. A reader that closes the pipe has seen enough: that is not a failure.
    pub(crate) fn write(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => CliError::exit(code::FINE),
            _ => CliError::unavailable(format!(
                "the answer cannot be written: {}",
                with_causes(error)
            )),
        }
    }

    /// Ends with this code and without a message.
    pub(crate) fn exit(code: u8) -> Self {
        CliError { code, message: None, hint: None }
    }

    /// Adds a paragraph to the message.
    pub(crate) fn adding(mut self, more: Option<String>) -> Self {
        if let (Some(message), Some(more)) = (&mut self.message, more) {
            message.push_str("\n\n");
            message.push_str(&more);
        }
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A configuration that cannot be loaded, with every problem.
impl From<&LoadError> for CliError {
    fn from(error: &LoadError) -> Self {
        let message = error.to_string().trim_end().to_owned();
        CliError { message: Some(message), ..CliError::from(error.problems()) }
    }
}

/// Problems that are part of the answer. If a source could not be read or reached, the rest may be all right.
impl From<&[Problem]> for CliError {
    fn from(problems: &[Problem]) -> Self {
        let out_of_reach = |problem: &Problem| {
            matches!(problem.kind(), ProblemKind::Unreadable | ProblemKind::Provider)
        };
        match problems.iter().any(out_of_reach) {
            true => CliError::exit(code::UNAVAILABLE),
            false => CliError::finding(),
        }
    }
}
