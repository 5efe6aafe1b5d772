//! The command `envaudit`, run in process.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;

use crate::Files;

/// A run that is being put together. It sees nothing of the machine: the variables are those given, and there are no folders of
/// secrets unless the arguments name some.
pub struct Envaudit {
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    stdin: Vec<u8>,
}

/// `envaudit` with these arguments.
pub fn envaudit<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Envaudit {
    let args = std::iter::once("envaudit".into()).chain(args.into_iter().map(Into::into));
    Envaudit { args: args.collect(), env: Vec::new(), stdin: Vec::new() }
}

/// The commands that the help lists.
pub fn commands() -> Vec<String> {
    let mut all = listed(&envaudit(["--help"]).run().ends_with(0).out).expect("commands");
    // It says of the others what they say themselves.
    all.retain(|name| name != "help");
    all
}

/// The commands that do something, by all of their words, such as `ledger` and `init`.
pub fn whole_commands() -> Vec<Vec<String>> {
    let inner = |command: String| match listed(&envaudit([&command, "--help"]).run().out) {
        Some(inner) => inner.into_iter().map(|name| vec![command.clone(), name]).collect(),
        None => vec![vec![command]],
    };
    commands().into_iter().flat_map(inner).collect()
}

/// What a help lists as commands, if it does.
fn listed(help: &str) -> Option<Vec<String>> {
    let list = help.split("Commands:\n").nth(1)?.split("\n\n").next()?;
    let names = list.lines().filter(|line| !line.starts_with("    "));
    Some(names.filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect())
}

impl Envaudit {
    /// More arguments.
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// `--dir` with this folder.
    pub fn dir(self, files: &Files) -> Self {
        self.args(["--dir".as_ref(), files.path().as_os_str()])
    }

    /// An argument and the path behind it.
    pub fn path(self, argument: &str, path: impl AsRef<Path>) -> Self {
        self.args([argument.as_ref(), path.as_ref().as_os_str()])
    }

    /// A variable of the environment.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// What stands on stdin.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Runs it.
    pub fn run(self) -> Answer {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let Envaudit { args, env, stdin } = self;
        let code = envaudit::cli::execute(args, env, &mut stdin.as_slice(), &mut out, &mut err);
        Answer { code, out: text(out), err: text(err) }
    }
}

/// What a run said.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The exit code.
    pub code: u8,
    /// Stdout.
    pub out: String,
    /// Stderr.
    pub err: String,
}

impl Answer {
    /// Panics unless it ended with this code.
    #[track_caller]
    pub fn ends_with(self, code: u8) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// The answer as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("a command writes UTF-8")
}
