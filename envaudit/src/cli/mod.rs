//! The command `envaudit`, callable in process and mountable in a program of one's own.
//!
//! The program `envaudit` learns the keys of a configuration from a file, from a compiled program or from what it finds
//! (`envaudit --help` says how). A program that has the struct can offer the same commands for it: either all of its
//! command line is theirs,
//!
//! ```no_run
//! # use envaudit::EnvConfig;
//! # #[derive(EnvConfig)]
//! # struct AppConfig { #[env(default = 8080)] port: u16 }
//! fn main() -> std::process::ExitCode {
//!     envaudit::cli::run::<AppConfig>()
//! }
//! ```
//!
//! or they are one subcommand of its own: see [`ConfigCommand`].

mod args;
mod commands;
mod failure;
mod filter;
mod index;
mod key_file;
mod ledger;
mod mount;
mod output;
mod progress;
mod stored;
mod target;
mod times;
mod who;
mod world;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use self::args::{Command, Globals, Presentation, Standalone};
use self::failure::Failure;
use self::output::{OfProcess, Output, Streams, Terminal};
use self::world::World;
use crate::config::EnvConfig;
use crate::sources::environment::Environment;

pub use self::mount::ConfigCommand;

/// The whole program `envaudit`: the arguments, variables and streams of the process.
pub fn main() -> ExitCode {
    let mut streams = Standard::new();
    let code = of_any(std::env::args_os(), Environment::Process, &mut streams.borrowed());
    ExitCode::from(code)
}

/// The commands of `envaudit` for one configuration, as the whole command line of a program.
pub fn run<T: EnvConfig>() -> ExitCode {
    let mut streams = Standard::new();
    let code = mount::of::<T>(std::env::args_os(), Environment::Process, &mut streams.borrowed());
    ExitCode::from(code)
}

/// Runs `envaudit` in process, with nothing of the process itself: the first of the arguments is the name of the program.
/// Returns the exit code.
///
/// ```
/// let (mut out, mut err) = (Vec::new(), Vec::new());
/// let code = envaudit::cli::execute(
///     ["envaudit", "--version"],
///     [("HOME", "/home/ops")],
///     &mut std::io::empty(),
///     &mut out,
///     &mut err,
/// );
/// assert_eq!(code, 0);
/// assert!(out.starts_with(b"envaudit "));
/// assert!(err.is_empty());
/// ```
pub fn execute<A, K, V>(
    args: impl IntoIterator<Item = A>,
    env: impl IntoIterator<Item = (K, V)>,
    stdin: &mut dyn Read,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> u8
where
    A: Into<OsString>,
    K: Into<OsString>,
    V: Into<OsString>,
{
    let args = args.into_iter().map(Into::into);
    of_any(args, Environment::given(env), &mut Streams::of(stdin, stdout, stderr))
}

/// The command line of `envaudit`, for those who write documentation or packages of it.
///
/// ```
/// let command = envaudit::cli::command();
/// assert!(command.get_subcommands().any(|command| command.get_name() == "verify"));
/// ```
pub fn command() -> clap::Command {
    Standalone::command()
}

/// The streams of the process.
struct Standard {
    stdin: io::Stdin,
    stdout: BufWriter<io::Stdout>,
    stderr: io::Stderr,
    reader: OfProcess,
}

impl Standard {
    fn new() -> Self {
        Standard {
            stdin: io::stdin(),
            stdout: BufWriter::with_capacity(64 << 10, io::stdout()),
            stderr: io::stderr(),
            reader: OfProcess(io::stdout()),
        }
    }

    fn borrowed(&mut self) -> Streams<'_> {
        let terminal = |is: bool| is.then(Terminal::of_process);
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let mut streams = Streams::of(&mut self.stdin, &mut self.stdout, &mut self.stderr);
        streams.out_terminal = terminal(out);
        streams.err_terminal = terminal(err);
        streams.reader = &self.reader;
        streams
    }
}

/// The command line of `envaudit` itself.
fn of_any(args: impl Iterator<Item = OsString>, env: Environment, streams: &mut Streams<'_>) -> u8 {
    let parsed = Standalone::command()
        .try_get_matches_from(args)
        .and_then(|matches| Standalone::from_arg_matches(&matches));
    match parsed {
        Ok(Standalone { keys, globals, presentation, command }) => {
            let call = Call { globals: &globals, presentation, env, origin: keys.into() };
            call.run(&command, Standalone::command, streams)
        }
        Err(error) => refuse(&error, &env, streams),
    }
}

/// All that a command is told besides its own arguments.
struct Call<'c> {
    globals: &'c Globals,
    presentation: Presentation,
    env: Environment,
    origin: target::Origin,
}

impl Call<'_> {
    fn run(self, command: &Command, whole: fn() -> clap::Command, streams: &mut Streams<'_>) -> u8 {
        let Call { globals, presentation, env, origin } = self;
        let terminals = [streams.out_terminal, streams.err_terminal];
        let reader = streams.reader;
        let Streams { stdin, stdout, stderr, .. } = streams;
        let format = globals.format();
        let out = Output::new(*stdout, *stderr, terminals, presentation, format, &env);
        let mut world =
            World { globals, env, stdin: *stdin, out, reader, whole, origin, is_incomplete: false };
        let result = commands::run(command, &mut world);
        let failure = match result.and_then(|()| world.out.flush()) {
            Ok(()) if world.is_incomplete => return failure::code::FINDING,
            Ok(()) => return failure::code::FINE,
            Err(failure) => failure,
        };
        world.out.fail(&failure);
        failure.code
    }
}

/// Help and the version are answers; anything else that clap has to say is a diagnostic.
fn refuse(error: &clap::Error, env: &Environment, streams: &mut Streams<'_>) -> u8 {
    let text = error.render();
    let (stream, terminal) = match error.use_stderr() {
        true => (&mut *streams.stderr, streams.err_terminal),
        false => (&mut *streams.stdout, streams.out_terminal),
    };
    let mut text = match output::wants_color(args::When::Auto, terminal, env) {
        true => text.ansi().to_string(),
        false => text.to_string(),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let written = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    match (error.use_stderr(), written) {
        (true, _) => failure::code::USAGE,
        (false, Ok(())) => failure::code::FINE,
        (false, Err(error)) => Failure::of_write(&error).code,
    }
}
