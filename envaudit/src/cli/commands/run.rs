//! `envaudit run`: a command that is started with the configuration.

use std::ffi::OsString;
use std::io;
use std::process::{Command, ExitStatus};

use clap::Args;

use super::process_size::ProcessSize;
use super::record::{RecordArgs, record, record_failure, warn_of_values};
use crate::audit::AuditEntry;
use crate::cli::args::actor::ActorArgs;
use crate::cli::error::{CliError, with_causes};
use crate::cli::invocation::Invocation;
use crate::cli::ledger::{KEY_VARIABLES, RetiredKeys};
use crate::error::{LoadError, Problem, ProblemKind};
use crate::ledger::redact;
use crate::load::{DynamicLoad, LoadedText};
use crate::schema::DefaultText;
use crate::sources::Source;
use crate::sources::environment::Environment;

/// What to do about values that are too long.
const PATH_INSTEAD: &str = "give the command the path of a file that has the value";

/// The exit codes of shells for a command that cannot be run, and for one that does not exist.
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Checks the configuration, records it, and runs a command with it
#[derive(Args)]
#[command(
    after_help = "The command gets the variables of this one and those that were resolved, but not the key of the \
                        ledger, unless the schema names its variable. Without a record it is not started. The exit code is that of the command; 126 if it cannot be run, 127 if it does not exist.\n\n\
                        Example:\n  envaudit run --env prod --reason 'release 1.4.2' -- ./checkout --port 8080"
)]
pub(crate) struct Run {
    #[command(flatten)]
    actor: ActorArgs,
    #[command(flatten)]
    record: RecordArgs,
    /// Starts the command even if no record can be made
    #[arg(long)]
    degraded: bool,
    #[command(flatten)]
    retired: RetiredKeys,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

pub(super) fn run(args: &Run, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    super::without_json(
        invocation,
        "run",
        "stdout belongs to the command; `log --json` has the record",
    )?;
    let context = args.record.context(args.actor.actor.as_deref(), args.actor.reason.as_deref())?;
    let Some((program, rest)) = args.command.split_first() else {
        return Err(CliError::usage("there is no command to run"));
    };
    let subject = invocation.subject()?;
    let has_schema = subject.has_schema();
    warn_of_values(&subject, &args.record, invocation);
    let mut settings = invocation.settings();
    settings.policy = invocation.policy()?;
    let not_started = |mut failure: CliError, why: &str| {
        let message = failure.message.take().unwrap_or_default();
        failure.message = Some(format!("not started, {why}: {message}"));
        failure
    };
    let mut refused = |error: &LoadError| {
        let recorded = match invocation.open_ledger(&args.retired) {
            Ok(ledger) => record_failure(&ledger, error, &context, invocation),
            Err(failure) => Some(not_recorded(failure)),
        };
        not_started(CliError::from(error).adding(recorded), "because the check failed")
    };
    let loaded = match subject.load(settings) {
        Ok(loaded) => loaded,
        Err(error) => return Err(refused(&error)),
    };
    if let Some(failure) = nul_byte_in_value(&loaded) {
        return Err(not_started(failure, "because the check failed"));
    }
    if let Some(error) = too_long(&loaded, subject.table().schema.name) {
        return Err(refused(&error));
    }
    let opened = invocation.open_ledger(&args.retired);
    let recorded = opened.and_then(|ledger| record(&ledger, &loaded, &context, invocation));
    match recorded {
        Ok(recorded) => {
            let (resource, seq) = (redact(recorded.resource()), recorded.appended.seq);
            invocation.out.detail(&format!("recorded {resource} as event {seq}"));
        }
        Err(failure) if args.degraded => {
            let message = failure.message.unwrap_or_default();
            invocation.out.alarm(&format!("started without a record: {message}"));
        }
        Err(failure) => return Err(not_started(failure, "because no record was made")),
    }
    let mut command = Command::new(program);
    command.args(rest);
    resolve(&mut command, &loaded, &invocation.env, has_schema);
    invocation.out.flush()?;
    let name = program.to_string_lossy();
    match exec(&mut command) {
        Ok(status) => match status.code().map(u8::try_from) {
            Some(Ok(0)) => Ok(()),
            Some(Ok(code)) => Err(CliError::exit(code)),
            _ => Err(CliError::exit(CANNOT_RUN)),
        },
        Err(error) => {
            let code = match error.kind() {
                io::ErrorKind::NotFound => NOT_FOUND,
                _ => CANNOT_RUN,
            };
            let message = format!("`{name}` cannot be run: {}", with_causes(&error));
            let failed = |message| CliError { message: Some(message), ..CliError::exit(code) };
            match error.kind() {
                io::ErrorKind::ArgumentListTooLong => {
                    let size = ProcessSize::of(&command, &invocation.env);
                    let failure = failed(format!("{message}: {size}"));
                    let error = size.too_much(&loaded, subject.table().schema.name);
                    let recorded = match invocation.open_ledger(&args.retired) {
                        Ok(ledger) => record_failure(&ledger, &error, &context, invocation),
                        Err(failure) => Some(not_recorded(failure)),
                    };
                    Err(failure.hint(PATH_INSTEAD).adding(recorded))
                }
                _ => Err(failed(message)),
            }
        }
    }
}

fn not_recorded(failure: CliError) -> String {
    format!("this failure was not recorded: {}", failure.message.unwrap_or_default())
}

/// The greatest length of a variable of a process, its name and the bytes around it included, where it is known: Linux takes 32
/// pages, which have 4 KiB on this processor.
const LONGEST_VARIABLE: Option<usize> =
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) { Some(128 << 10) } else { None };

/// The error for a value that a variable of a process cannot have.
fn nul_byte_in_value(loaded: &DynamicLoad) -> Option<CliError> {
    let has_nul = |text: &LoadedText| text.bytes.contains(&0);
    let view = loaded.erased();
    let mut texts = view.texts();
    let (_, entry, _) = texts.find(|(.., text)| text.as_ref().is_some_and(has_nul))?;
    let place = entry.location.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    let message = format!(
        "{} has a NUL byte in its value, from {}{place}: a variable of a process cannot have one",
        entry.key, entry.source
    );
    Some(CliError { message: Some(message), ..CliError::finding() })
}

/// The error for values that are too long for a variable of a process.
fn too_long(loaded: &DynamicLoad, config: &'static str) -> Option<LoadError> {
    let longest = LONGEST_VARIABLE?;
    let view = loaded.erased();
    let problem = |(_, entry, text): (_, &AuditEntry, Option<LoadedText>)| {
        let (key, len) = (&entry.key, text?.bytes.len());
        // With `=`, and a byte at the end.
        let most = longest.saturating_sub(key.len() + 2);
        let problem = || {
            Problem::new(
                ProblemKind::Invalid,
                format!("{key} is too long for a variable of a process"),
            )
            .key_named(key.as_ref())
            .reason(format!("its value has {len} bytes, and at most {most} are possible"))
            .at(entry.source, entry.location.clone())
            .hint(PATH_INSTEAD)
        };
        (len > most).then(problem)
    };
    let problems: Vec<Problem> = view.texts().filter_map(problem).collect();
    (!problems.is_empty()).then(|| LoadError::new(config, problems))
}

/// Gives the command the variables of this process and the values that were loaded. It does not get the ledger's key, with
/// which it could forge the ledger, unless the schema names the variable.
fn resolve(command: &mut Command, loaded: &DynamicLoad, env: &Environment, has_schema: bool) {
    if let Environment::Given(vars) = env {
        command.env_clear().envs(vars.iter());
    }
    for name in KEY_VARIABLES {
        command.env_remove(name);
    }
    for (request, entry, text) in loaded.erased().texts() {
        let Some(text) = text else { continue };
        if !has_schema && KEY_VARIABLES.contains(&entry.key.as_ref()) {
            continue;
        }
        // The text of such a default is code, not the value.
        let is_code = matches!(request.field.default, Some(DefaultText::Expression(_)));
        if entry.source == Source::SchemaDefault && is_code {
            continue;
        }
        if let Some(name) = entry.found_as.as_ref().filter(|name| name.ends_with("_FILE")) {
            // Its content is given instead: the two together would contradict each other.
            command.env_remove(name.as_ref());
        }
        if let Some(value) = os_string(text.bytes.to_vec()) {
            command.env(entry.key.as_ref(), value);
        }
    }
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// Replaces this process by the command, so that signals and the exit code are the command's. Returns only on failure.
#[cfg(unix)]
fn exec(command: &mut Command) -> io::Result<ExitStatus> {
    Err(std::os::unix::process::CommandExt::exec(command))
}

#[cfg(not(unix))]
fn exec(command: &mut Command) -> io::Result<ExitStatus> {
    command.status()
}
