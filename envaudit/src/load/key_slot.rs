//! What the files, folders and providers of a load have for one key.

use std::ffi::OsString;

use crate::schema::KeyRequest;
use crate::sources::SourceSet;
use crate::sources::env_file::Interpreted;

/// What the files, folders and providers have for one key. The process environment is not in here: it is asked by name
/// when the key is read.
#[doc(hidden)]
pub struct KeySlot {
    pub(super) candidate: Option<Candidate>,
    /// Allowed sources that have it, the one of `candidate` included.
    pub(super) sources: SourceSet,
    /// Whether the source of `candidate` has it in a later layer, too.
    pub(super) again: bool,
    /// Sources that have it and may not supply it.
    pub(super) denied: Option<Denied>,
}

/// The value that wins among the files, folders and providers.
pub(super) struct Candidate {
    /// Which of the layers has it.
    pub(super) layer: u16,
    /// Under which of its names, 0 being the key.
    pub(super) rank: u16,
    /// The line, in an env file; in a folder, which spelling of the name the file has.
    pub(super) line: u32,
    pub(super) value: CandidateValue,
}

/// Whether it is a variable that names a file, the position of the name, and how a file is spelled.
pub(super) type CandidateOrder = (bool, u16, u32);

pub(super) enum CandidateValue {
    /// From and to in the text of an env file.
    Span(u32, u32),
    /// A value of an env file that had to be interpreted.
    Interpreted(Interpreted),
    /// A value of an env file whose references were resolved, and whether one of them brought in a secret.
    Resolved(Box<(String, bool)>),
    /// The path in a `KEY_FILE` of an env file.
    NamedFile(Box<Interpreted>),
    /// The content of a secret file.
    Content(OsString),
    /// A secret file beside the one that counts, which cannot be read.
    Unreadable,
    /// In the [`Fetched`](crate::Fetched) of the layer.
    Fetched,
}

/// The first source that has a value it may not supply.
#[derive(Clone, Copy)]
pub(super) struct Denied {
    pub(super) layer: u16,
    pub(super) rank: u16,
    pub(super) line: u32,
    /// Whether it is the variable that names a file.
    pub(super) is_named_file: bool,
}

impl Candidate {
    /// The least wins: the key, its aliases, then the variables that name a file; of files for one name, the spelling.
    pub(super) fn order(&self) -> CandidateOrder {
        let is_file = matches!(self.value, CandidateValue::Content(_) | CandidateValue::Unreadable);
        let spelling = if is_file { self.line } else { 0 };
        (self.value.is_named_file(), self.rank, spelling)
    }

    /// The name that is set.
    pub(super) fn set_name(&self, request: &KeyRequest) -> &'static str {
        set_name(request, self.rank, self.value.is_named_file())
    }
}

impl Denied {
    /// The name that is set.
    pub(super) fn set_name(&self, request: &KeyRequest) -> &'static str {
        set_name(request, self.rank, self.is_named_file)
    }
}

fn set_name(request: &KeyRequest, rank: u16, is_named_file: bool) -> &'static str {
    let name = &request.names[usize::from(rank)];
    if is_named_file { name.file } else { name.text }
}

impl CandidateValue {
    pub(super) fn is_named_file(&self) -> bool {
        matches!(self, CandidateValue::NamedFile(_))
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            CandidateValue::Span(from, to) => from == to,
            CandidateValue::Interpreted(value) => value.text.is_empty(),
            CandidateValue::NamedFile(path) => path.text.is_empty(),
            CandidateValue::Resolved(resolved) => resolved.0.is_empty(),
            CandidateValue::Content(content) => content.is_empty(),
            CandidateValue::Unreadable | CandidateValue::Fetched => false,
        }
    }
}

impl KeySlot {
    /// Nothing found.
    pub const EMPTY: KeySlot =
        KeySlot { candidate: None, sources: SourceSet::EMPTY, again: false, denied: None };
}
