//! What can be wrong with a configuration.

#[cfg(any(feature = "ledger", feature = "live"))]
mod causes;
mod invalid;
mod shown;

use core::fmt;

#[cfg(any(feature = "ledger", feature = "live"))]
pub(crate) use causes::with_causes;
pub(crate) use invalid::BrokenRule;
pub use invalid::Invalid;
use serde::{Serialize, Serializer};
pub(crate) use shown::{listed, one_line, paths_listed, plain, shortened, shown, shown_message};

use crate::sources::{self, Location, Source};

/// Every problem of a load.
///
/// Its `Display` is a list for the person who has to make the service start: what is wrong with which variable, where the
/// bad value is, what was expected, and what to do. No value of a secret field is in it. `Debug` is the same list,
/// because that is what `main` and `unwrap` print; `{:#?}` shows the structure. Of very many problems the first 100 are in
/// the list, and [`problems`](Self::problems) has all of them.
///
/// ```
/// # use envaudit::{EnvConfig, ProblemKind, SecretString};
/// #[derive(EnvConfig, Debug)]
/// struct Config {
///     port: u16,
///     api_key: SecretString,
/// }
///
/// let error = Config::loader().vars([("PORT", "80a")]).load().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "cannot load Config: 2 problems\n\
///      \n\
///      1. PORT is invalid\n   \
///         found     `80a` in the process environment\n   \
///         expected  an integer from 0 to 65535\n\
///      \n\
///      2. API_KEY is missing\n   \
///         expected  text (a secret)\n   \
///         hint      set API_KEY in the environment, in `.env` or as a secret file\n",
/// );
/// assert_eq!(error.problems()[1].kind(), ProblemKind::Missing);
/// assert_eq!(error.problems()[1].key(), Some("API_KEY"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct LoadError {
    config: &'static str,
    noted: Box<Noted>,
}

/// What a load that failed has noted.
#[derive(Clone, PartialEq, Eq)]
struct Noted {
    problems: Vec<Problem>,
    warnings: Vec<String>,
}

/// The most problems that are listed in a text.
pub(crate) const MAX_SHOWN_PROBLEMS: usize = 100;

impl LoadError {
    pub(crate) fn new(config: &'static str, problems: Vec<Problem>) -> Self {
        LoadError { config, noted: Box::new(Noted { problems, warnings: Vec::new() }) }
    }

    pub(crate) fn with_warnings(mut self, warnings: Vec<String>) -> Self {
        self.noted.warnings = warnings;
        self
    }

    /// The name of the struct.
    pub fn config(&self) -> &'static str {
        self.config
    }

    /// What is wrong: problems of the sources first, then of the fields in the order of declaration.
    pub fn problems(&self) -> &[Problem] {
        &self.noted.problems
    }

    /// What the load noticed besides: a misspelt name may be the reason why another one is missing. It is not part of the
    /// text.
    pub fn warnings(&self) -> &[String] {
        &self.noted.warnings
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems().len();
        let noun = if count == 1 { "problem" } else { "problems" };
        writeln!(f, "cannot load {}: {count} {noun}", one_line(self.config))?;
        for (at, problem) in self.problems().iter().take(MAX_SHOWN_PROBLEMS).enumerate() {
            write!(f, "\n{}. {problem}", at + 1)?;
        }
        match not_listed(count) {
            Some(more) => writeln!(f, "\n{more}"),
            None => Ok(()),
        }
    }
}

/// What stands in a text in place of the problems that are too many to be listed.
pub(crate) fn not_listed(problems: usize) -> Option<String> {
    let more = problems.checked_sub(MAX_SHOWN_PROBLEMS).filter(|more| *more > 0)?;
    Some(format!("… and {} more", with_thousands(more)))
}

/// A number with a comma after each three digits.
fn with_thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        f.debug_struct("LoadError")
            .field("config", &self.config)
            .field("problems", &self.problems())
            .finish()
    }
}

impl std::error::Error for LoadError {}

/// The kind of a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// No source has a required variable.
    Missing,
    /// The value cannot be read as the field's type, or a check refuses it.
    Invalid,
    /// Only sources that may not supply the variable have it.
    DisallowedSource,
    /// A variable that no field has, with `deny_unknown`.
    UnknownKey,
    /// A file or folder cannot be read.
    Unreadable,
    /// A line of an env file cannot be understood.
    Syntax,
    /// A provider failed.
    Provider,
    /// The struct's `validate` function refused it.
    Validation,
    /// A rule of the policy is broken.
    Policy,
    /// One source has the variable under several names, with different values, and the loader says
    /// [`Conflicts::Deny`](crate::Conflicts::Deny).
    Conflict,
    /// The loader was asked for something impossible, such as an environment named `../prod`.
    Setting,
}

impl ProblemKind {
    /// The name used in JSON, such as `disallowed_source`.
    pub const fn name(self) -> &'static str {
        match self {
            ProblemKind::Missing => "missing",
            ProblemKind::Invalid => "invalid",
            ProblemKind::DisallowedSource => "disallowed_source",
            ProblemKind::UnknownKey => "unknown_key",
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::Syntax => "syntax",
            ProblemKind::Provider => "provider",
            ProblemKind::Validation => "validation",
            ProblemKind::Policy => "policy",
            ProblemKind::Conflict => "conflict",
            ProblemKind::Setting => "setting",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    #[serde(serialize_with = "kind_name")]
    kind: ProblemKind,
    message: String,
    pub(crate) key: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other_keys: Vec<String>,
    pub(crate) source: Option<Source>,
    pub(crate) location: Option<Location>,
    pub(crate) found: Option<String>,
    pub(crate) expected: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) hint: Option<String>,
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Problem {
            kind,
            message: message.into(),
            key: None,
            other_keys: Vec::new(),
            source: None,
            location: None,
            found: None,
            expected: None,
            reason: None,
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    pub(crate) fn at(mut self, source: Source, location: Option<Location>) -> Self {
        self.source = Some(source);
        self.location = location;
        self
    }

    pub(crate) fn key_named(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// What kind of problem it is.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The problem in a few words, such as `APP_PORT is invalid`.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The variable, where the problem is one variable's; the first one of a rule about several.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Every variable that the problem is about: of a rule about several fields all that its function named.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.key.iter().chain(&self.other_keys).map(String::as_str)
    }

    /// The source that has the bad value.
    pub fn source(&self) -> Option<Source> {
        self.source
    }

    /// Where the bad value is.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// The bad value, shortened, unless the field is secret.
    pub fn found(&self) -> Option<&str> {
        self.found.as_deref()
    }

    /// What would be right.
    pub fn expected(&self) -> Option<&str> {
        self.expected.as_deref()
    }

    /// Why the value was refused, in the words of the parser or the check.
    pub fn reason_text(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What to do.
    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Where the bad value is, unless the message has said that.
    fn place(&self) -> Option<String> {
        let place = sources::place(self.source?, self.location.as_ref());
        let is_said = self.kind == ProblemKind::Provider || self.message.contains(&place);
        (!is_said).then_some(place)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", plain(&self.message))?;
        let found = match (&self.found, self.place()) {
            (Some(found), Some(place)) => Some(format!("`{found}` in {place}")),
            (Some(found), None) => Some(format!("`{found}`")),
            (None, Some(place)) => Some(format!("in {place}")),
            (None, None) => None,
        };
        let lines = [
            ("found", &found),
            ("expected", &self.expected),
            ("because", &self.reason),
            ("hint", &self.hint),
        ];
        for (label, text) in lines {
            if let Some(text) = text {
                // The message of a foreign parser may have many lines.
                let text = plain(text).trim_end().replace('\n', "\n             ");
                writeln!(f, "   {label:<9} {text}")?;
            }
        }
        Ok(())
    }
}

fn kind_name<S: Serializer>(kind: &ProblemKind, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(kind.name())
}
