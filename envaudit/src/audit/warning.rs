//! What a load noticed that is not an error.

use core::fmt;
use std::path::{Path, PathBuf};

use crate::error;
use crate::error::listed;
use crate::schema::nearest::nearest;
use crate::sources::{Location, ShownPath, Source, place};

/// Something a load noticed that does not keep the program from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A deprecated variable is set.
    Deprecated {
        /// The key.
        key: &'static str,
        /// The name under which it was found: the key, an alias, or the variable that names a file.
        name: &'static str,
        /// What to do instead, as the struct says.
        instead: &'static str,
        /// The source that has it.
        source: Source,
        /// Where it is set.
        location: Option<Location>,
    },
    /// A variable is set by a name that is deprecated.
    DeprecatedName {
        /// The key.
        key: &'static str,
        /// The deprecated name that is set.
        name: &'static str,
        /// The name to set instead.
        instead: &'static str,
        /// The source that has it.
        source: Source,
        /// Where it is set.
        location: Option<Location>,
    },
    /// An env file has a variable twice; the later line counts.
    Duplicate {
        /// The key.
        key: &'static str,
        /// The name that is set twice: the key, an alias, or the variable that names a file.
        name: &'static str,
        /// The source.
        source: Source,
        /// The line that is overridden and the line that counts.
        lines: (u32, u32),
    },
    /// A line of an env file has a `#` directly after the `=`, which begins a comment, so that the value is empty.
    CommentAfterEquals {
        /// The key.
        key: &'static str,
        /// The source.
        source: Source,
        /// The line.
        location: Location,
    },
    /// A source that may not supply a variable has it too.
    Ignored {
        /// The key.
        key: &'static str,
        /// The source.
        source: Source,
        /// Where it is set.
        location: Option<Location>,
    },
    /// One source has the variable under several names, with different values.
    Conflict {
        /// The key.
        key: &'static str,
        /// The names; the first one counts.
        names: Vec<&'static str>,
        /// The source.
        source: Source,
        /// Where the value is that counts.
        location: Option<Location>,
    },
    /// A folder of secrets has several files for one name, such as `db_password` and `db-password`, with different values.
    ConflictingFiles {
        /// The key.
        key: &'static str,
        /// The files; the first one counts.
        files: Vec<PathBuf>,
        /// The source.
        source: Source,
    },
    /// A variable that no field has looks as if it was meant for one.
    UnknownKey {
        /// The name that is set.
        name: String,
        /// The name that was probably meant: a key, an alias, or the variable that names the file of one.
        key: Option<&'static str>,
        /// The name of the struct.
        config: &'static str,
        /// The source that has it.
        source: Source,
        /// Where it is set.
        location: Option<Location>,
    },
    /// A secret is set and empty.
    EmptySecret {
        /// The key.
        key: &'static str,
        /// The source that has it.
        source: Source,
        /// Where it is set.
        location: Option<Location>,
    },
    /// The environment has no env file, while others have one in the same folder.
    NoEnvironmentFile {
        /// The environment's name.
        environment: String,
        /// The file that does not exist.
        path: PathBuf,
        /// The names of the files of other environments.
        others: Vec<String>,
    },
    /// An optional provider failed, so the next source was tried.
    ProviderFailed {
        /// The provider's name.
        provider: String,
        /// Its source.
        source: Source,
        /// Why.
        reason: String,
    },
    /// An optional provider could not fetch one value, so the next source was tried for it.
    KeyFailed {
        /// The key.
        key: &'static str,
        /// The provider's name.
        provider: String,
        /// The source it declares.
        source: Source,
        /// Why, in the provider's words.
        reason: String,
    },
    /// A default folder is there and cannot be listed.
    FolderUnreadable {
        /// The source.
        source: Source,
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file that holds a value holds something that was hardly meant: nothing at all, or blanks at its ends.
    FileContent {
        /// The key.
        key: &'static str,
        /// The source that has the file.
        source: Source,
        /// The file.
        location: Option<Location>,
        /// What is in it, without the value.
        reason: String,
    },
    /// Something in a folder of secrets looks as if it were meant for a variable that no source supplies, and is not read.
    Overlooked {
        /// The key.
        key: &'static str,
        /// The source that reads the folder.
        source: Source,
        /// What looks so.
        path: PathBuf,
        /// Why it is not read, and what to do.
        reason: String,
    },
}

impl Warning {
    pub(crate) fn unknown(
        name: &str,
        key: Option<&'static str>,
        config: &'static str,
        source: Source,
        location: Option<Location>,
    ) -> Self {
        Warning::UnknownKey { name: name.to_owned(), key, config, source, location }
    }
}

/// The other environments, or the one that was probably meant.
fn other_files(environment: &str, others: &[String]) -> String {
    let name = |file: &String| file.strip_prefix(".env.").unwrap_or_default().to_owned();
    let names: Vec<String> = others.iter().map(name).collect();
    if let Some(at) = names.iter().position(|name| name.eq_ignore_ascii_case(environment)) {
        return format!("there is {}, and names differ by upper and lower case", others[at]);
    }
    let near = nearest(environment, names.iter().map(String::as_str));
    let shown: Vec<&str> = others.iter().take(5).map(String::as_str).collect();
    let more = if others.len() > shown.len() { ", and others" } else { "" };
    let verb = if others.len() == 1 { "is" } else { "are" };
    match near {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there {verb} {}{more}", listed(&shown)),
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Deprecated { name, instead, source, location, .. } => {
                let place = place(*source, location.as_ref());
                write!(f, "{name} is deprecated: {instead} (set in {place})")
            }
            Warning::DeprecatedName { name, instead, source, location, .. } => {
                let place = place(*source, location.as_ref());
                write!(f, "{name} is deprecated: use {instead} (set in {place})")
            }
            Warning::Duplicate { name, source, lines: (before, now), .. } => {
                write!(f, "{name} is set twice in {source}: line {now} overrides line {before}")
            }
            Warning::CommentAfterEquals { key, location, .. } => write!(
                f,
                "{key} is empty in {location}: the `#` after `=` begins a comment; a value that begins with `#` goes into \
                 quotes, and a blank before a comment makes it plain"
            ),
            Warning::Ignored { key, source, location } => {
                let place = place(*source, location.as_ref());
                write!(f, "{key} is also set in {place}, which may not supply it and is ignored")
            }
            Warning::Conflict { names, source, location, .. } => {
                let (place, used) =
                    (place(*source, location.as_ref()), names.first().unwrap_or(&""));
                write!(f, "{} are set to different values in {place}; {used} counts", listed(names))
            }
            Warning::ConflictingFiles { key, files, .. } => {
                let used = files.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
                write!(
                    f,
                    "{key} has different values in the files {}; {} counts",
                    error::paths_listed(files),
                    ShownPath(used)
                )
            }
            Warning::UnknownKey { name, key, config, source, location } => {
                let (name, place) = (error::plain(name), place(*source, location.as_ref()));
                match key {
                    Some(key) => write!(
                        f,
                        "{name} is set in {place}, and no field of {config} reads it; did you mean {key}?"
                    ),
                    None => {
                        write!(f, "{name} is set in {place}, and no field of {config} reads it")
                    }
                }
            }
            Warning::EmptySecret { key, source, location } => {
                write!(f, "{key} is a secret and is empty in {}", place(*source, location.as_ref()))
            }
            Warning::NoEnvironmentFile { environment, path, others } => {
                let others = other_files(environment, others);
                write!(f, "the environment {environment} has no file {}; {others}", path.display())
            }
            Warning::ProviderFailed { provider, reason, .. } => {
                let reason = error::plain(reason);
                write!(f, "the provider {provider} failed and was skipped: {reason}")
            }
            Warning::KeyFailed { key, provider, reason, .. } => {
                let reason = error::plain(reason);
                write!(f, "{key} could not be fetched by the provider {provider}: {reason}")
            }
            Warning::FolderUnreadable { path, reason, .. } => {
                write!(f, "{} cannot be listed and was skipped: {reason}", ShownPath(path))
            }
            Warning::FileContent { key, source, location, reason } => {
                let place = place(*source, location.as_ref());
                write!(f, "the value of {key} in {} {reason}", error::plain(&place))
            }
            Warning::Overlooked { key, path, reason, .. } => {
                let path = path.display().to_string();
                write!(f, "{key} is not set, and {} is not read: {reason}", error::plain(&path))
            }
        }
    }
}
