//! The command `envaudit`, which other programs can call in process or mount as a subcommand.
//!
//! The program `envaudit` takes the keys of a configuration from a file, from a compiled program, or from the sources
//! themselves (`envaudit --help` says how). A program that has the struct can offer the same commands for it: either as its
//! whole command line,
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
//! or as one of its subcommands: see [`ConfigCommand`].

mod args;
mod commands;
mod error;
mod invocation;
mod ledger;
mod mount;
mod output;
mod subject;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};

use self::args::{ColorChoice, Globals, Presentation, SchemaArgs};
use self::commands::Command;
use self::error::{CliError, code};
use self::invocation::Invocation;
use self::output::{Output, StdoutPeer, Streams, Terminal};
use self::subject::SchemaSource;
use crate::config::EnvConfig;
use crate::sources::environment::Environment;

pub use self::mount::ConfigCommand;

/// The whole program `envaudit`: the arguments, variables and streams of the process.
pub fn main() -> ExitCode {
    let mut streams = ProcessStreams::new();
    let code = run_standalone(std::env::args_os(), Environment::Process, &mut streams.borrowed());
    ExitCode::from(code)
}

/// The commands of `envaudit` for one configuration, as the whole command line of a program.
pub fn run<T: EnvConfig>() -> ExitCode {
    let mut streams = ProcessStreams::new();
    let code = mount::run::<T>(std::env::args_os(), Environment::Process, &mut streams.borrowed());
    ExitCode::from(code)
}

/// Runs `envaudit` in process, without the arguments, variables and streams of the process. The first argument is the name
/// of the program. Returns the exit code.
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
    run_standalone(args, Environment::given(env), &mut Streams::new(stdin, stdout, stderr))
}

/// The command line of `envaudit`, for documentation and packages.
///
/// ```
/// let command = envaudit::cli::command();
/// assert!(command.get_subcommands().any(|command| command.get_name() == "verify"));
/// ```
pub fn command() -> clap::Command {
    Standalone::command()
}

/// Where every value of a configuration comes from, what changed, and who changed it.
#[derive(Parser)]
#[command(
    name = "envaudit",
    bin_name = "envaudit",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 fine; 1 a finding; 2 usage; 3 something could not be read, reached or written.\n\n\
                  Example:\n  envaudit audit --env prod"
)]
struct Standalone {
    #[command(flatten)]
    schema: SchemaArgs,
    #[command(flatten)]
    globals: Globals,
    #[command(flatten)]
    presentation: Presentation,
    #[command(subcommand)]
    command: Command,
}

/// The streams of the process.
struct ProcessStreams {
    stdin: io::Stdin,
    stdout: BufWriter<io::Stdout>,
    stderr: io::Stderr,
    peer: StdoutPeer,
}

impl ProcessStreams {
    fn new() -> Self {
        ProcessStreams {
            stdin: io::stdin(),
            stdout: BufWriter::with_capacity(64 << 10, io::stdout()),
            stderr: io::stderr(),
            peer: StdoutPeer(io::stdout()),
        }
    }

    fn borrowed(&mut self) -> Streams<'_> {
        let terminal = |is: bool| is.then(Terminal::of_process);
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let mut streams = Streams::new(&mut self.stdin, &mut self.stdout, &mut self.stderr);
        streams.out_terminal = terminal(out);
        streams.err_terminal = terminal(err);
        streams.peer = &self.peer;
        streams
    }
}

/// The command line of `envaudit` itself.
fn run_standalone(
    args: impl Iterator<Item = OsString>,
    env: Environment,
    streams: &mut Streams<'_>,
) -> u8 {
    let parsed = Standalone::command()
        .try_get_matches_from(args)
        .and_then(|matches| Standalone::from_arg_matches(&matches));
    match parsed {
        Ok(Standalone { schema, globals, presentation, command }) => {
            let call = Call { globals: &globals, presentation, env, schema: schema.into() };
            call.run(&command, Standalone::command, streams)
        }
        Err(error) => write_clap_error(&error, &env, streams),
    }
}

/// The inputs of a command besides its own arguments.
struct Call<'c> {
    globals: &'c Globals,
    presentation: Presentation,
    env: Environment,
    schema: SchemaSource,
}

impl Call<'_> {
    fn run(
        self,
        command: &Command,
        command_line: fn() -> clap::Command,
        streams: &mut Streams<'_>,
    ) -> u8 {
        let Call { globals, presentation, env, schema } = self;
        let terminals = [streams.out_terminal, streams.err_terminal];
        let peer = streams.peer;
        let Streams { stdin, stdout, stderr, .. } = streams;
        let format = globals.format();
        let out = Output::new(*stdout, *stderr, terminals, presentation, format, &env);
        let mut invocation = Invocation {
            globals,
            env,
            stdin: *stdin,
            out,
            peer,
            command_line,
            schema,
            sources: core::cell::OnceCell::new(),
            is_incomplete: false,
        };
        let result = commands::run(command, &mut invocation);
        let failure = match result.and_then(|()| invocation.out.flush()) {
            Ok(()) if invocation.is_incomplete => return code::FINDING,
            Ok(()) => return code::FINE,
            Err(failure) => failure,
        };
        invocation.out.fail(&failure);
        failure.code
    }
}

/// Writes help and the version as answers, and any other text of clap as a diagnostic.
fn write_clap_error(error: &clap::Error, env: &Environment, streams: &mut Streams<'_>) -> u8 {
    let text = error.render();
    let (stream, terminal) = match error.use_stderr() {
        true => (&mut *streams.stderr, streams.err_terminal),
        false => (&mut *streams.stdout, streams.out_terminal),
    };
    let mut text = match output::wants_color(ColorChoice::Auto, terminal, env) {
        true => text.ansi().to_string(),
        false => text.to_string(),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let written = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    match (error.use_stderr(), written) {
        (true, _) => code::USAGE,
        (false, Ok(())) => code::FINE,
        (false, Err(error)) => CliError::write(&error).code,
    }
}
