//! How much a command that is started gets in arguments and variables, and which of them are the largest.

use core::fmt;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::process::Command;

use crate::cli::output::counted;
use crate::error::{LoadError, Problem, ProblemKind, one_line, shortened};
use crate::load::DynamicLoad;
use crate::sources::environment::Environment;

/// How many variables are named.
const NAMED: usize = 3;

/// The bytes of the arguments and variables of a command, as a system counts them.
pub(super) struct ProcessSize {
    arguments: u64,
    variables: u64,
    /// The names of all variables and their bytes, the largest first.
    largest: Vec<(String, u64)>,
}

impl ProcessSize {
    pub(super) fn of(command: &Command, env: &Environment) -> Self {
        let mut variables: BTreeMap<OsString, u64> = BTreeMap::new();
        if let Environment::Process = env {
            for name in env.names() {
                let value = env.get(&name).unwrap_or_default();
                variables.insert(name.clone().into(), bytes_of(&[name.as_ref(), &value]));
            }
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => variables.insert(name.to_owned(), bytes_of(&[name, value])),
                None => variables.remove(name),
            };
        }
        let program = [command.get_program()];
        let arguments = program.into_iter().chain(command.get_args());
        let mut largest: Vec<(String, u64)> = variables
            .into_iter()
            .map(|(name, bytes)| (name.to_string_lossy().into_owned(), bytes))
            .collect();
        largest.sort_by_key(|(_, bytes)| core::cmp::Reverse(*bytes));
        ProcessSize {
            arguments: arguments.map(|argument| bytes_of(&[argument])).sum(),
            variables: largest.iter().map(|(_, bytes)| bytes).sum(),
            largest,
        }
    }

    /// The same as a failure of the configuration, with the largest of its variables, to be recorded.
    pub(super) fn too_much(&self, loaded: &DynamicLoad, config: &'static str) -> LoadError {
        let problem = |name: &str| {
            let message =
                format!("{name} is one of the largest variables of a process that is too large");
            let entry = loaded.audit().get(name)?;
            let problem = Problem::new(ProblemKind::Invalid, message);
            Some(problem.key_named(name).at(entry.source, entry.location.clone()))
        };
        let names = self.largest.iter().map(|(name, _)| name.as_str());
        LoadError::new(config, names.filter_map(problem).take(NAMED).collect())
    }
}

/// The bytes of one argument or variable: its parts, each with one byte behind it, and where it is.
fn bytes_of(parts: &[&OsStr]) -> u64 {
    let bytes: usize = parts.iter().map(|part| part.len() + 1).sum();
    (bytes + size_of::<usize>()) as u64
}

impl fmt::Display for ProcessSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_NAME: usize = 100;
        write!(
            f,
            "its variables have {} and its arguments {}; the largest variables are ",
            counted(self.variables, "byte"),
            counted(self.arguments, "byte")
        )?;
        for (at, (name, bytes)) in self.largest.iter().take(NAMED).enumerate() {
            let before = if at > 0 { ", " } else { "" };
            let name = one_line(name);
            write!(f, "{before}{} ({})", shortened(&name, MAX_NAME), counted(*bytes, "byte"))?;
        }
        Ok(())
    }
}
