//! `.env` files.
//!
//! Three steps, a file each: [`scan`] finds the assignments and their lines; [`quoting`] says what a value with escapes
//! means, and lets dotenvy say it of what stands in quotes; [`expand`] puts the values of the same load in place of
//! `${NAME}`. What the grammar is, and what other readers make of it, is in docs/env-files.md.

pub(crate) mod expand;
mod pasted;
mod quoting;
mod scan;

use std::collections::{HashMap, HashSet};
use std::path::Path;
#[cfg(feature = "live")]
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::file::{FileFault, Identity};
use super::links::Links;
pub(crate) use pasted::could_be_secret;
pub(crate) use quoting::Interpreted;
pub(crate) use scan::{Assignment, Assignments, BadLine, Fault, Written};

/// The greatest size of an env file.
const MAX_ENV_FILE: u64 = 64 << 20;

/// One env file, read.
pub(crate) struct EnvFile {
    pub(crate) path: Arc<Path>,
    pub(crate) identity: Option<Identity>,
    text: String,
    index: OnceLock<HashMap<String, Vec<Definition>>>,
    references: OnceLock<HashSet<String>>,
}

/// One assignment, for look-ups by name.
pub(crate) struct Definition {
    pub(crate) line: u32,
    pub(crate) value: Interpreted,
}

/// Why an env file cannot be used at all.
pub(crate) enum EnvFileFault {
    File(FileFault),
    /// The line of the first byte that is not UTF-8.
    NotUtf8(usize),
    Utf16,
}

impl EnvFile {
    pub(crate) fn read(path: &Path, links: &Links) -> Result<EnvFile, EnvFileFault> {
        let (mut bytes, identity) =
            links.read_env_file(path, MAX_ENV_FILE).map_err(EnvFileFault::File)?;
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            return Err(EnvFileFault::Utf16);
        }
        if bytes.starts_with("\u{feff}".as_bytes()) {
            bytes.drain(.."\u{feff}".len());
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            EnvFileFault::NotUtf8(1 + scan::line_ends(valid))
        })?;
        let (index, references) = (OnceLock::new(), OnceLock::new());
        Ok(EnvFile { path: path.into(), identity, text, index, references })
    }

    pub(crate) fn assignments(&self) -> Assignments<'_> {
        Assignments::new(&self.text)
    }

    /// A part of the text that [`Written::Plain`] pointed to.
    pub(crate) fn slice(&self, from: u32, to: u32) -> &str {
        &self.text[from as usize..to as usize]
    }

    /// What a value means.
    pub(crate) fn interpret(&self, value: &Written<'_>) -> Result<Interpreted, Fault> {
        match *value {
            Written::Plain(from, to) => Ok(Interpreted::plain(self.slice(from, to))),
            Written::Special(written) => Interpreted::read(written),
        }
    }

    /// Whether the line is the rest of a value that was broken into lines.
    #[inline]
    pub(crate) fn is_rest(&self, assignment: &Assignment<'_>) -> bool {
        pasted::is_rest(&self.text, assignment)
    }

    /// The names that it assigns with their lines, those with a bad value included and the rest of values left out.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, u32)> {
        self.assignments().filter_map(|assignment| match assignment {
            Ok(assignment) => {
                (!self.is_rest(&assignment)).then_some((assignment.name, assignment.line))
            }
            Err(BadLine { line, name, .. }) => Some((name?, line)),
        })
    }

    /// The folder that it is in: where the relative paths of its `KEY_FILE` variables begin.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The files that its `KEY_FILE` variables name, those with references aside.
    #[cfg(feature = "live")]
    pub(crate) fn named_files(&self, is_key_file: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let assignments = self.assignments().flatten();
        let paths = assignments.filter(|assignment| is_key_file(assignment.name)).filter_map(
            |assignment| {
                let path = self.interpret(&assignment.value).ok()?;
                path.marker.is_none().then(|| self.folder().join(path.text))
            },
        );
        paths.collect()
    }

    /// Whether the text has a reference to the name, or what looks like one.
    pub(crate) fn refers_to(&self, name: &str) -> bool {
        let references = self
            .references
            .get_or_init(|| expand::references(&self.text).map(str::to_owned).collect());
        references.contains(name)
    }

    /// Whether an empty value is one because a comment follows the `=` directly, as in `COLOR=#FF0000`.
    pub(crate) fn is_comment_for_value(&self, from: u32, to: u32) -> bool {
        let before = self.text.as_bytes().get((from as usize).wrapping_sub(1)..=from as usize);
        from == to && before == Some(b"=#")
    }

    /// What the file says of a name, by line. The index is made when the first `${NAME}` asks for it.
    pub(crate) fn definitions(&self, name: &str) -> &[Definition] {
        let index = self.index.get_or_init(|| {
            let mut index: HashMap<String, Vec<Definition>> = HashMap::new();
            for assignment in self.assignments().flatten() {
                let Ok(value) = self.interpret(&assignment.value) else { continue };
                let line = assignment.line;
                index
                    .entry(assignment.name.to_owned())
                    .or_default()
                    .push(Definition { line, value });
            }
            index
        });
        index.get(name).map_or(&[], Vec::as_slice)
    }
}
