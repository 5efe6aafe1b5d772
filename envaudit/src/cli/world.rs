//! Everything a command works with.

use std::io::Read;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::args::Globals;
use super::failure::Failure;
use super::output::{Output, Reader};
use super::target::{Origin, Target};
use crate::audit::Policy;
use crate::load::LoadSettings;
use crate::sources::environment::Environment;
use crate::sources::file;

/// The greatest size of a policy or of a saved audit.
const MAX_DOCUMENT: u64 = 64 << 20;

/// What a command gets: nothing else of the process is asked.
pub(crate) struct World<'a> {
    pub(crate) globals: &'a Globals,
    /// The variables of the process.
    pub(crate) env: Environment,
    pub(crate) stdin: &'a mut dyn Read,
    pub(crate) out: Output<'a>,
    /// Who reads the answer.
    pub(crate) reader: &'a dyn Reader,
    /// The whole command line, for completions and manual pages.
    pub(crate) whole: fn() -> clap::Command,
    pub(super) origin: Origin,
    /// Whether what was shown is known to lack events.
    pub(crate) is_incomplete: bool,
}

impl World<'_> {
    /// What a load has to read, as the arguments say.
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
        settings
    }

    /// The configuration that is asked about.
    pub(crate) fn target(&mut self) -> Result<Target, Failure> {
        Target::of(self)
    }

    /// The rules of `--policy`.
    pub(crate) fn policy(&self) -> Result<Option<Policy>, Failure> {
        let Some(policy) = &self.globals.policy else { return Ok(None) };
        if policy == "production" {
            return Ok(Some(Policy::production()));
        }
        let path = PathBuf::from(policy);
        let text = read_text(&path)?;
        let policy = Policy::from_json(&text)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        Ok(Some(policy))
    }

    /// All of stdin, as text.
    pub(crate) fn read_stdin(&mut self) -> Result<String, Failure> {
        let unreadable =
            |reason: &str| Failure::unavailable(format!("stdin cannot be read: {reason}"));
        let mut bytes = Vec::new();
        let mut limited = (&mut *self.stdin).take(MAX_DOCUMENT + 1);
        limited.read_to_end(&mut bytes).map_err(|error| unreadable(&error.to_string()))?;
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
pub(crate) fn read_text(path: &std::path::Path) -> Result<String, Failure> {
    let unreadable =
        |reason: String| Failure::unavailable(format!("{} cannot be read: {reason}", named(path)));
    let bytes = file::read(path, MAX_DOCUMENT).map_err(|fault| unreadable(fault.to_string()))?;
    String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))
}

/// The name of a file. What has several lines, or is longer than any name, is a text in the place of one: its beginning says so.
fn named(path: &std::path::Path) -> String {
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
