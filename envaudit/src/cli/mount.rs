//! The commands in a program that has the struct.

use core::marker::PhantomData;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::args::{Globals, Presentation};
use super::commands::Command;
use super::output::Streams;
use super::subject::SchemaSource;
use super::{Call, ProcessStreams, write_clap_error};
use crate::config::EnvConfig;
use crate::sources::environment::Environment;

/// The commands of `envaudit` for the configuration `T`, as a subcommand of a program's own command line.
///
/// ```
/// use clap::Parser;
/// use envaudit::EnvConfig;
/// use envaudit::cli::ConfigCommand;
///
/// #[derive(EnvConfig)]
/// #[env(prefix = "APP_")]
/// struct AppConfig {
///     #[env(default = 8080)]
///     port: u16,
/// }
///
/// #[derive(Parser)]
/// enum Cli {
///     /// Serves requests
///     Serve,
///     /// Looks into the configuration
///     Config(ConfigCommand<AppConfig>),
/// }
///
/// let Cli::Config(command) = Cli::parse_from(["app", "config", "audit", "--json"]) else { panic!() };
/// let (mut out, mut err) = (Vec::new(), Vec::new());
/// let env = [("APP_PORT", "443")];
/// let code = command.execute(env, &mut std::io::empty(), &mut out, &mut err);
/// assert_eq!(code, 0);
/// let audit: serde_json::Value = serde_json::from_slice(&out).unwrap();
/// assert_eq!(audit["APP_PORT"]["source"], "system");
/// ```
///
/// In a program: `command.run()`, which returns the exit code.
pub struct ConfigCommand<T> {
    line: MountedArgs,
    config: PhantomData<fn() -> T>,
}

#[derive(Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct MountedArgs {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

impl<T: EnvConfig> ConfigCommand<T> {
    /// Runs the command with the variables and streams of the process.
    pub fn run(self) -> ExitCode {
        let mut streams = ProcessStreams::new();
        ExitCode::from(self.call(Environment::Process, &mut streams.borrowed()))
    }

    /// Runs the command without the variables and streams of the process. Returns the exit code.
    pub fn execute<K: Into<OsString>, V: Into<OsString>>(
        self,
        env: impl IntoIterator<Item = (K, V)>,
        stdin: &mut dyn std::io::Read,
        stdout: &mut dyn std::io::Write,
        stderr: &mut dyn std::io::Write,
    ) -> u8 {
        self.call(Environment::given(env), &mut Streams::new(stdin, stdout, stderr))
    }

    fn call(self, env: Environment, streams: &mut Streams<'_>) -> u8 {
        let MountedArgs { globals, command } = self.line;
        let presentation = Presentation::default();
        let schema = SchemaSource::of_struct::<T>();
        Call { globals: &globals, presentation, env, schema }.run(
            &command,
            CommandLine::command,
            streams,
        )
    }
}

/// The command line of a program that has the struct and nothing else.
#[derive(Parser)]
#[command(disable_help_subcommand = true)]
struct CommandLine {
    #[command(flatten)]
    mounted: MountedArgs,
    #[command(flatten)]
    presentation: Presentation,
}

pub(super) fn run<T: EnvConfig>(
    args: impl Iterator<Item = OsString>,
    env: Environment,
    streams: &mut Streams<'_>,
) -> u8 {
    let parsed = CommandLine::command()
        .try_get_matches_from(args)
        .and_then(|matches| CommandLine::from_arg_matches(&matches));
    match parsed {
        Ok(CommandLine { mounted: MountedArgs { globals, command }, presentation }) => {
            let schema = SchemaSource::of_struct::<T>();
            let call = Call { globals: &globals, presentation, env, schema };
            call.run(&command, CommandLine::command, streams)
        }
        Err(error) => write_clap_error(&error, &env, streams),
    }
}

impl<T> FromArgMatches for ConfigCommand<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(ConfigCommand { line: MountedArgs::from_arg_matches(matches)?, config: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.line.update_from_arg_matches(matches)
    }
}

impl<T> Args for ConfigCommand<T> {
    fn augment_args(command: clap::Command) -> clap::Command {
        MountedArgs::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        MountedArgs::augment_args_for_update(command)
    }
}

impl<T> Subcommand for ConfigCommand<T> {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        MountedArgs::augment_args(command)
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        MountedArgs::augment_args_for_update(command)
    }

    fn has_subcommand(name: &str) -> bool {
        Command::has_subcommand(name)
    }
}

impl<T> core::fmt::Debug for ConfigCommand<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ConfigCommand").finish_non_exhaustive()
    }
}
