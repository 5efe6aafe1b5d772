//! One run of a command: its shared arguments, variables and streams.

use core::cell::OnceCell;
use std::io::Read;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::args::Globals;
use super::error::{CliError, with_causes};
use super::output::{Output, OutputPeer};
use super::subject::{SchemaSource, Subject};
use crate::audit::Policy;
use crate::load::LoadSettings;
use crate::sources::environment::Environment;
use crate::sources::file;
use crate::sources::provider::AskedProvider;
use crate::sources::source_url::{self, UrlFault};

/// The greatest size of a policy or of a saved audit.
const MAX_DOCUMENT: u64 = 64 << 20;

/// The name of the policy that is built in.
const PRODUCTION: &str = "production";

/// Everything a command works with: it asks the process for nothing else.
pub(crate) struct Invocation<'a> {
    pub(crate) globals: &'a Globals,
    /// The variables of the process.
    pub(crate) env: Environment,
    pub(crate) stdin: &'a mut dyn Read,
    pub(crate) out: Output<'a>,
    /// The program that reads the answer.
    pub(crate) peer: &'a dyn OutputPeer,
    /// The whole command line, for completions and manual pages.
    pub(crate) command_line: fn() -> clap::Command,
    pub(super) schema: SchemaSource,
    /// The stores that the arguments name, and what is wrong with them.
    pub(super) sources: OnceCell<(Vec<AskedProvider>, Vec<CliError>)>,
    /// Whether the answer is known to lack events.
    pub(crate) is_incomplete: bool,
}

impl Invocation<'_> {
    /// The settings of a load, as the arguments give them.
    pub(crate) fn settings(&self) -> LoadSettings {
        let globals = self.globals;
        let mut settings = LoadSettings::new();
        settings.environment = self.env.clone();
        settings.environment_name = globals.environment.clone();
        settings.dir = globals.dir.clone();
        settings.dotenv = globals.env_files.clone();
        settings.docker = globals.docker.clone();
        settings.k8s = globals.k8s.clone();
        settings.ci = globals.ci;
        settings.providers = self.sources().0.clone();
        settings
    }

    /// The stores that `--source` names, else the variable, and what is wrong with the URLs.
    fn sources(&self) -> &(Vec<AskedProvider>, Vec<CliError>) {
        self.sources.get_or_init(|| {
            let variable = self.env.get(source_url::VARIABLE).unwrap_or_default();
            let variable = variable.to_string_lossy();
            let (place, urls): (&str, Vec<&str>) = match &self.globals.sources[..] {
                [] => (source_url::VARIABLE, variable.split_whitespace().collect()),
                given => ("--source", given.iter().map(String::as_str).collect()),
            };
            let (mut providers, mut errors) = (Vec::new(), Vec::new());
            for (at, url) in urls.iter().enumerate() {
                match source_url::provider(url) {
                    Ok(provider) => providers.push(provider),
                    Err(fault) => {
                        // The URL itself may have a password in it.
                        let which = match urls.len() {
                            1 => String::new(),
                            _ => format!(" number {}", at + 1),
                        };
                        let error = format!("the URL{which} of `{place}`: {}", fault.reason());
                        errors.push(CliError::usage(error).hint(UrlFault::HINT));
                    }
                }
            }
            (providers, errors)
        })
    }

    /// The configuration that the command is about.
    ///
    /// # Errors
    ///
    /// Also when the URL of a store cannot be used.
    pub(crate) fn subject(&mut self) -> Result<Subject, CliError> {
        if let Some(error) = self.sources().1.first() {
            return Err(error.clone());
        }
        Subject::new(self)
    }

    /// The rules of `--policy`. `production` is the one that is built in, in upper or lower case, unless a file of exactly that
    /// name is there; for `production` itself, a file is asked for by a path such as `./production`.
    pub(crate) fn policy(&mut self) -> Result<Option<Policy>, CliError> {
        let Some(policy) = &self.globals.policy else { return Ok(None) };
        let path = PathBuf::from(policy);
        if policy.eq_ignore_ascii_case(PRODUCTION) {
            let is_file = path.is_file();
            if policy != PRODUCTION && is_file {
                self.out.note(&format!(
                    "`--policy` reads the file {}; the policy that is built in is `{PRODUCTION}`",
                    path.display()
                ));
            } else {
                if is_file {
                    self.out.note(&format!(
                        "`--policy` takes the policy that is built in; the file is `./{PRODUCTION}`"
                    ));
                }
                return Ok(Some(Policy::production()));
            }
        }
        let text = read_text(&path)?;
        let policy = Policy::from_json(&text).map_err(|error| {
            CliError::usage(format!("{}: {}", path.display(), with_causes(&error)))
        })?;
        Ok(Some(policy))
    }

    /// All of stdin, as text.
    pub(crate) fn read_stdin(&mut self) -> Result<String, CliError> {
        let unreadable =
            |reason: &str| CliError::unavailable(format!("stdin cannot be read: {reason}"));
        let mut bytes = Vec::new();
        let mut limited = (&mut *self.stdin).take(MAX_DOCUMENT + 1);
        limited.read_to_end(&mut bytes).map_err(|error| unreadable(&with_causes(&error)))?;
        if bytes.len() as u64 > MAX_DOCUMENT {
            return Err(unreadable("it is too long"));
        }
        String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8"))
    }

    /// The folder of the ledger.
    pub(crate) fn ledger_dir(&self) -> PathBuf {
        let named = || self.env.get("ENVAUDIT_LEDGER").filter(|name| !name.is_empty());
        let given = self.globals.ledger.clone();
        given.or_else(|| named().map(PathBuf::from)).unwrap_or_else(|| ".envaudit".into())
    }

    #[expect(clippy::disallowed_methods, reason = "the clock of the command")]
    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// The text of a file that an argument names.
pub(crate) fn read_text(path: &std::path::Path) -> Result<String, CliError> {
    let unreadable = |reason: String| {
        CliError::unavailable(format!("{} cannot be read: {reason}", shown_name(path)))
    };
    let bytes = file::read(path, MAX_DOCUMENT).map_err(|fault| unreadable(fault.to_string()))?;
    String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))
}

/// The name of a file. If it has several lines, or is longer than a name can be, it is a text given by mistake: only its
/// beginning is shown.
fn shown_name(path: &std::path::Path) -> String {
    const LONGEST: usize = 255;
    const SHOWN: usize = 60;
    let name = path.display().to_string();
    match name.contains('\n') || name.split('/').any(|part| part.len() > LONGEST) {
        true => {
            let first = name.lines().next().unwrap_or_default();
            format!("`{}…`", first.chars().take(SHOWN).collect::<String>())
        }
        false => name,
    }
}
