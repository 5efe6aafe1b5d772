//! `.env` files.
//!
//! Three steps, a file each: [`scan`] finds the assignments and their lines; [`quoting`] lets dotenvy say what a value with
//! quotes, escapes or comments means; [`expand`] puts the values of the same load in place of `${NAME}`.

pub(crate) mod expand;
mod quoting;
mod scan;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::file::{FileFault, Identity};
use super::links::Links;
pub(crate) use quoting::Interpreted;
pub(crate) use scan::{Assignments, Fault, Written};

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
            EnvFileFault::NotUtf8(1 + valid.iter().filter(|byte| **byte == b'\n').count())
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

    /// Whether the text has a reference to the name, or what looks like one.
    pub(crate) fn refers_to(&self, name: &str) -> bool {
        let references = self
            .references
            .get_or_init(|| expand::references(&self.text).map(str::to_owned).collect());
        references.contains(name)
    }

    /// What the file says of a name, by line. The index is made when the first `${NAME}` asks for it.
    pub(crate) fn definitions(&self, name: &str) -> &[Definition] {
        let index = self.index.get_or_init(|| {
            let mut index: HashMap<String, Vec<Definition>> = HashMap::new();
            for assignment in self.assignments().flatten() {
                let value = match assignment.value {
                    Written::Plain(from, to) => Interpreted::plain(self.slice(from, to)),
                    Written::Quoted(text) => match quoting::interpret(text) {
                        Ok(value) => value,
                        Err(_) => continue,
                    },
                };
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

/// What dotenvy makes of a value with quotes, escapes or comments.
pub(crate) fn interpret(text: &str) -> Result<Interpreted, Fault> {
    quoting::interpret(text)
}
