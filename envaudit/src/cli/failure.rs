//! How a command ends that does not end well.

use std::io;

use crate::error::{LoadError, Problem, ProblemKind};

/// The exit codes of `envaudit`.
pub(crate) mod code {
    /// Fine.
    pub(crate) const FINE: u8 = 0;
    /// Something was found: an invalid configuration, a broken policy, drift, a ledger that is not intact.
    pub(crate) const FINDING: u8 = 1;
    /// The arguments make no sense.
    pub(crate) const USAGE: u8 = 2;
    /// Something could not be read, reached or written.
    pub(crate) const UNAVAILABLE: u8 = 3;
}

/// Why a command does not end with 0, and what is said of it on stderr.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    /// Nothing where the answer on stdout has said it all.
    pub(crate) message: Option<String>,
    /// What to do.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// What was found stands in the answer.
    pub(crate) fn finding() -> Self {
        Failure::exit(code::FINDING)
    }

    /// The arguments make no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Failure { message: Some(message.into()), ..Failure::exit(code::USAGE) }
    }

    /// Something could not be read, reached or written.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Failure { message: Some(message.into()), ..Failure::exit(code::UNAVAILABLE) }
    }

    /// A configuration that cannot be loaded, with every problem.
    pub(crate) fn of_load(error: &LoadError) -> Self {
        let message = error.to_string().trim_end().to_owned();
        Failure { message: Some(message), ..Failure::of_problems(error.problems()) }
    }

    /// These stand in the answer. Where something could not be read or reached, the rest may be all right.
    pub(crate) fn of_problems(problems: &[Problem]) -> Self {
        let out_of_reach = |problem: &Problem| {
            matches!(problem.kind(), ProblemKind::Unreadable | ProblemKind::Provider)
        };
        match problems.iter().any(out_of_reach) {
            true => Failure::exit(code::UNAVAILABLE),
            false => Failure::finding(),
        }
    }

    /// Ends with this code, without a word.
    pub(crate) fn exit(code: u8) -> Self {
        Failure { code, message: None, hint: None }
    }

    /// Says something more, set off from the rest.
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

    /// A failed write of the answer. Whoever closes a pipe has seen enough, which is no failure.
    pub(crate) fn of_write(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::exit(code::FINE),
            _ => Failure::unavailable(format!("the answer cannot be written: {error}")),
        }
    }
}
