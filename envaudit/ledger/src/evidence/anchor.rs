//! Anchors: places outside a ledger that remember how far it was.
//!
//! A ledger whose newest events were cut off, or that was replaced by an older copy, is still a sound ledger. The loss shows in
//! a place that the attacker cannot write to.

use core::fmt;
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use thiserror::Error;

use crate::evidence::checkpoint::{self, Checkpoint};
use crate::evidence::merkle::Hash;

/// The first word of an anchor's line.
const WORD: &str = "envaudit-anchor-v1";
/// The first word of a line that says which slot a ledger is in.
const SLOT_WORD: &str = "envaudit-anchor-slot-v1";

/// The state that an anchor keeps: a ledger had `size` events, and `head` was the hash of the last one.
///
/// Written as one line, `envaudit-anchor-v1 <chain> <size> <head>`.
///
/// ```
/// use envaudit_ledger::anchor::Anchored;
///
/// let anchored = Anchored { ledger_id: "0198c5a6-7c4e-7d0a-8f3e-5a1b2c3d4e5f".to_owned(), size: 42, head: [0xab; 32] };
/// let line = anchored.to_string();
/// assert!(line.starts_with("envaudit-anchor-v1 0198c5a6-7c4e-7d0a-8f3e-5a1b2c3d4e5f 42 abab"));
/// assert_eq!(line.parse(), Ok(anchored));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Anchored {
    /// The id of the ledger.
    pub ledger_id: String,
    /// How many events there were; also the seq of the last one.
    pub size: u64,
    /// The `event_hash` of the last one.
    pub head: Hash,
}

impl fmt::Display for Anchored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{WORD} {} {} {}", self.ledger_id, self.size, HEXLOWER.encode(&self.head))
    }
}

impl fmt::Debug for Anchored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::str::FromStr for Anchored {
    type Err = NotAnAnchor;

    fn from_str(line: &str) -> Result<Self, NotAnAnchor> {
        let mut words = line.split(' ');
        let (Some(WORD), Some(ledger_id), Some(size), Some(head), None) =
            (words.next(), words.next(), words.next(), words.next(), words.next())
        else {
            return Err(NotAnAnchor);
        };
        let size = checkpoint::decimal(size).ok_or(NotAnAnchor)?;
        let head = checkpoint::hash(head).ok_or(NotAnAnchor)?;
        if ledger_id.is_empty() || ledger_id.contains(char::is_whitespace) {
            return Err(NotAnAnchor);
        }
        Ok(Anchored { ledger_id: ledger_id.to_owned(), size, head })
    }
}

impl From<&Checkpoint> for Anchored {
    /// A checkpoint that was kept elsewhere is an anchor too.
    fn from(checkpoint: &Checkpoint) -> Self {
        let Checkpoint { ledger_id, size, head, .. } = checkpoint.clone();
        Anchored { ledger_id, size, head }
    }
}

/// The text is not a line of an anchor.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("an anchor is written `{WORD} <chain> <size> <head, 64 hex digits>`")]
pub struct NotAnAnchor;

/// The slot of a ledger in an anchor that several ledgers share: a group, such as the service, and a name in it, such as the
/// pod.
///
/// A new ledger is not created in a slot that has seen one, whatever the other slots have seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AnchorSlot {
    group: String,
    name: String,
}

impl AnchorSlot {
    /// The slot of this name in this group.
    ///
    /// # Errors
    ///
    /// When one of them is empty, or has a blank or a control character in it.
    pub fn new(group: impl Into<String>, name: impl Into<String>) -> Result<Self, NotASlot> {
        let slot = AnchorSlot { group: group.into(), name: name.into() };
        let is_bad = |char: char| char.is_whitespace() || char.is_control();
        let is_word = |text: &str| !text.is_empty() && !text.contains(is_bad);
        if is_word(&slot.group) && is_word(&slot.name) { Ok(slot) } else { Err(NotASlot) }
    }

    /// The group.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The name in the group.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The text cannot be a part of a slot.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "the group and the name of a slot are words: not empty, without blanks and control characters"
)]
pub struct NotASlot;

/// The ledgers that an anchor is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnchorScope<'a> {
    /// The ledger of this id.
    Ledger(&'a str),
    /// The ledgers that were in this slot.
    Slot(&'a AnchorSlot),
    /// Any ledger: for a place that one ledger has to itself.
    Any,
}

/// A place outside a ledger that keeps (size, head).
///
/// A writer of the ledger should not be able to take back the content of the anchor.
pub trait Anchor: Send + Sync {
    /// The name of the place in messages.
    fn name(&self) -> String;

    /// Keeps this state durably before it returns.
    ///
    /// # Errors
    ///
    /// When the place cannot be reached, or when its content is ahead of this state or contradicts it.
    fn put(&self, anchored: &Anchored) -> Result<(), AnchorError>;

    /// Keeps this state, and that the ledger is in this slot. A place for one ledger alone may ignore the slot.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    fn put_in(&self, slot: &AnchorSlot, anchored: &Anchored) -> Result<(), AnchorError> {
        let _ = slot;
        self.put(anchored)
    }

    /// The file that the state is kept in, if it is one: a writer does not take one in the ledger's own directory for an
    /// anchor.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// Returns the furthest state that was kept of the ledgers in question; `None` if nothing was kept, and for a place that
    /// cannot be read back.
    ///
    /// # Errors
    ///
    /// When the place cannot be reached, or holds something else.
    fn latest(&self, of: AnchorScope<'_>) -> Result<Option<Anchored>, AnchorError>;
}

/// A file to which one line is added each time.
///
/// It protects only on another disk, under another owner, or if it is append-only (`chattr +a`).
///
/// ```
/// use envaudit_ledger::anchor::{Anchor, AnchorError, AnchorScope, Anchored, FileAnchor};
///
/// # let directory = std::env::temp_dir().join(format!("envaudit-anchor-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// let anchor = FileAnchor::new(directory.join("anchors"));
/// let kept = Anchored { ledger_id: "a-ledger".to_owned(), size: 42, head: [7; 32] };
/// anchor.put(&kept)?;
/// assert_eq!(anchor.latest(AnchorScope::Ledger("a-ledger"))?, Some(kept.clone()));
///
/// // A ledger that is behind its anchor was cut off or replaced.
/// let older = Anchored { size: 41, ..kept };
/// assert!(matches!(anchor.put(&older), Err(AnchorError::Behind { .. })));
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileAnchor {
    path: PathBuf,
}

impl FileAnchor {
    /// The anchor in this file, which the first [`Anchor::put`] creates.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        FileAnchor { path: path.into() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is in this directory, that of the ledger: then it vouches for nothing, because the owner of the directory can
    /// take it back with the rest. Links are followed, and a file of the ledger under another name is found.
    pub fn is_in(&self, directory: &Path) -> bool {
        is_in_directory(&self.path, directory)
    }

    fn error(&self, source: io::Error) -> AnchorError {
        AnchorError::Io { anchor: self.name(), source }
    }

    /// The content of the file; empty if there is none.
    fn text(&self) -> Result<Vec<u8>, AnchorError> {
        match std::fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            result => result.map_err(|error| self.error(error)),
        }
    }

    fn has_line(&self, line: &str) -> Result<bool, AnchorError> {
        Ok(self
            .text()?
            .split_inclusive(|&byte| byte == b'\n')
            .any(|found| found.strip_suffix(b"\n").is_some_and(|found| found == line.as_bytes())))
    }

    /// Adds the line of this state, after a line for the slot if the slot does not have one yet.
    fn keep(&self, slot: Option<&AnchorSlot>, anchored: &Anchored) -> Result<(), AnchorError> {
        // A line that cannot be read back would not be kept.
        if anchored.to_string().parse().as_ref() != Ok(anchored) {
            let (anchor, source) = (self.name(), "a ledger's id has no blanks".into());
            return Err(AnchorError::Other { anchor, source });
        }
        let new = !self.path.exists();
        let slot_line = slot.map(|slot| format!("{}{}", slot_prefix(slot), anchored.ledger_id));
        let slot_line = match slot_line {
            Some(line) if !self.has_line(&line)? => Some(line),
            _ => None,
        };
        if let Some(kept) = self.latest(AnchorScope::Ledger(&anchored.ledger_id))? {
            check_progress(&self.name(), &kept, anchored)?;
            if kept == *anchored && slot_line.is_none() {
                return Ok(());
            }
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path).map_err(|error| self.error(error))?;
        let unfinished =
            !new && !ends_with_newline(&self.path).map_err(|error| self.error(error))?;
        let mut lines = String::new();
        if unfinished {
            lines.push('\n');
        }
        if let Some(line) = slot_line {
            lines.push_str(&line);
            lines.push('\n');
        }
        lines.push_str(&format!("{anchored}\n"));
        file.write_all(lines.as_bytes()).map_err(|error| self.error(error))?;
        file.sync_all().map_err(|error| self.error(error))?;
        if new {
            sync_directory(&self.path).map_err(|error| self.error(error))?;
        }
        Ok(())
    }
}

/// The beginning of the line of a slot; the id of a ledger follows. A reader that does not know slots skips it.
fn slot_prefix(slot: &AnchorSlot) -> String {
    format!("{SLOT_WORD} {} {} ", slot.group, slot.name)
}

impl Anchor for FileAnchor {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn put(&self, anchored: &Anchored) -> Result<(), AnchorError> {
        self.keep(None, anchored)
    }

    fn put_in(&self, slot: &AnchorSlot, anchored: &Anchored) -> Result<(), AnchorError> {
        self.keep(Some(slot), anchored)
    }

    fn file(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn latest(&self, of: AnchorScope<'_>) -> Result<Option<Anchored>, AnchorError> {
        let text = self.text()?;
        let mut latest: Option<Anchored> = None;
        let mut in_slot = HashSet::new();
        let complete = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        for line in text[..complete].split(|&byte| byte == b'\n') {
            // A line that a crash left unfinished is not an anchor, and need not be one.
            let Some(line) = str::from_utf8(line).ok() else { continue };
            if let AnchorScope::Slot(slot) = of
                && let Some(ledger_id) = line.strip_prefix(&slot_prefix(slot))
            {
                in_slot.insert(ledger_id.to_owned());
                continue;
            }
            let Ok(kept) = line.parse::<Anchored>() else { continue };
            let is_asked_for = match of {
                AnchorScope::Ledger(ledger_id) => ledger_id == kept.ledger_id,
                AnchorScope::Slot(_) => in_slot.contains(&kept.ledger_id),
                AnchorScope::Any => true,
            };
            if !is_asked_for {
                continue;
            }
            match &latest {
                Some(before)
                    if before.ledger_id == kept.ledger_id
                        && before.size == kept.size
                        && before.head != kept.head =>
                {
                    return Err(AnchorError::Conflict {
                        anchor: self.name(),
                        kept: Box::new(before.clone()),
                        offered: Box::new(kept),
                    });
                }
                Some(before) if before.size >= kept.size => {}
                _ => latest = Some(kept),
            }
        }
        Ok(latest)
    }
}

/// How many links to a file that is not there yet are followed.
const LINKS: usize = 40;

/// Whether a file, which may not be there yet, is in a directory or below it, by whatever name.
pub(crate) fn is_in_directory(path: &Path, directory: &Path) -> bool {
    let Ok(directory) = std::fs::canonicalize(directory) else {
        // The ledger is not made yet.
        let absolute = |path| std::path::absolute(path).ok();
        return absolute(path).zip(absolute(directory)).is_some_and(|(it, of)| it.starts_with(of));
    };
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new(".")).to_owned();
        let places = [std::fs::canonicalize(&path), std::fs::canonicalize(&parent)];
        if places.iter().flatten().any(|place| place.starts_with(&directory)) {
            return true;
        }
        // What is written to a link without a file ends up where it points.
        match std::fs::read_link(&path) {
            Ok(target) if places[0].is_err() => path = parent.join(target),
            _ => break,
        }
    }
    is_file_of(&path, &directory, 1)
}

/// Whether a file is one of a directory under another name: a hard link, or a mount of it.
#[cfg(unix)]
fn is_file_of(path: &Path, directory: &Path, levels: u8) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok(file) = std::fs::metadata(path) else { return false };
    std::fs::read_dir(directory).into_iter().flatten().flatten().any(|entry| {
        let Ok(found) = entry.metadata() else { return false };
        let same = found.ino() == file.ino() && found.dev() == file.dev();
        same || (levels > 0 && found.is_dir() && is_file_of(path, &entry.path(), levels - 1))
    })
}

#[cfg(not(unix))]
fn is_file_of(_: &Path, _: &Path, _: u8) -> bool {
    false
}

fn check_progress(anchor: &str, kept: &Anchored, offered: &Anchored) -> Result<(), AnchorError> {
    let order = offered.size.cmp(&kept.size);
    let (kept, offered) = (Box::new(kept.clone()), Box::new(offered.clone()));
    let anchor = anchor.to_owned();
    match order {
        core::cmp::Ordering::Less => Err(AnchorError::Behind { anchor, kept, offered }),
        core::cmp::Ordering::Equal if offered.head != kept.head => {
            Err(AnchorError::Conflict { anchor, kept, offered })
        }
        _ => Ok(()),
    }
}

/// Whether the last line is whole: a crash can leave one that is not.
fn ends_with_newline(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes one line into any writer: standard error, a socket of syslog, a buffer. It cannot be read back, so a person or
/// another machine has to keep the lines.
///
/// ```
/// use envaudit_ledger::anchor::{Anchor, Anchored, WriterAnchor};
///
/// let anchor = WriterAnchor::new("log", Vec::new());
/// anchor.put(&Anchored { ledger_id: "a-ledger".to_owned(), size: 1, head: [0; 32] })?;
/// assert!(anchor.into_inner().starts_with(b"envaudit-anchor-v1 a-ledger 1 0000"));
/// # Ok::<(), envaudit_ledger::anchor::AnchorError>(())
/// ```
#[derive(Debug)]
pub struct WriterAnchor<W> {
    name: String,
    writer: Mutex<W>,
}

impl<W: Write + Send> WriterAnchor<W> {
    /// The anchor that writes into `writer`.
    pub fn new(name: impl Into<String>, writer: W) -> Self {
        WriterAnchor { name: name.into(), writer: Mutex::new(writer) }
    }

    /// The writer.
    pub fn into_inner(self) -> W {
        self.writer.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send> Anchor for WriterAnchor<W> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn put(&self, anchored: &Anchored) -> Result<(), AnchorError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // One call for the whole line, so that lines of several writers do not mix.
        let written = writer.write_all(format!("{anchored}\n").as_bytes());
        written
            .and_then(|()| writer.flush())
            .map_err(|source| AnchorError::Io { anchor: self.name.clone(), source })
    }

    fn latest(&self, _: AnchorScope<'_>) -> Result<Option<Anchored>, AnchorError> {
        Ok(None)
    }
}

/// Passes every state to a function; created by [`from_fn`].
pub struct FnAnchor<F> {
    name: String,
    put: F,
}

/// An anchor that is a function.
///
/// ```
/// use envaudit_ledger::anchor::{self, Anchor, Anchored};
/// use std::sync::mpsc;
///
/// let (sender, receiver) = mpsc::channel();
/// let anchor = anchor::from_fn("channel", move |anchored: &Anchored| {
///     sender.send(anchored.size).map_err(|error| error.to_string().into())
/// });
/// anchor.put(&Anchored { ledger_id: "a-ledger".to_owned(), size: 7, head: [0; 32] })?;
/// assert_eq!(receiver.recv(), Ok(7));
/// # Ok::<(), envaudit_ledger::anchor::AnchorError>(())
/// ```
pub fn from_fn<F>(name: impl Into<String>, put: F) -> FnAnchor<F>
where
    F: Fn(&Anchored) -> Result<(), Box<dyn std::error::Error + Send + Sync>> + Send + Sync,
{
    FnAnchor { name: name.into(), put }
}

impl<F> fmt::Debug for FnAnchor<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FnAnchor").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<F> Anchor for FnAnchor<F>
where
    F: Fn(&Anchored) -> Result<(), Box<dyn std::error::Error + Send + Sync>> + Send + Sync,
{
    fn name(&self) -> String {
        self.name.clone()
    }

    fn put(&self, anchored: &Anchored) -> Result<(), AnchorError> {
        (self.put)(anchored)
            .map_err(|source| AnchorError::Other { anchor: self.name.clone(), source })
    }

    fn latest(&self, _: AnchorScope<'_>) -> Result<Option<Anchored>, AnchorError> {
        Ok(None)
    }
}

/// The reason why an anchor could not be set or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AnchorError {
    /// The place cannot be read or written.
    #[error("the anchor {anchor} cannot be used")]
    Io {
        /// The anchor.
        anchor: String,
        /// The error of the system.
        source: io::Error,
    },
    /// The place cannot be read or written, for another reason.
    #[error("the anchor {anchor} cannot be used")]
    Other {
        /// The anchor.
        anchor: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The anchor is in the directory of the ledger: the owner of that can take it back, so that it vouches for nothing.
    #[error(
        "the anchor {anchor} is in the directory of the ledger, so that it vouches for nothing; keep it elsewhere"
    )]
    Inside {
        /// The anchor.
        anchor: String,
    },
    /// The anchor is ahead of the ledger: events were cut off, or an older copy has replaced the ledger.
    #[error(
        "the ledger ends at event {}, but the anchor {anchor} has seen event {}: events were cut off or an older copy was put \
         in place; do not append, look for the missing events",
        offered.size, kept.size
    )]
    Behind {
        /// The anchor.
        anchor: String,
        /// The state that it keeps.
        kept: Box<Anchored>,
        /// The state of the ledger.
        offered: Box<Anchored>,
    },
    /// The anchor keeps another hash for the same event: history was rewritten, or there are two ledgers with one id.
    #[error(
        "the ledger, now at event {}, has another event {} than the one that the anchor {anchor} has seen, {}: history was \
         rewritten; do not append",
        offered.size, kept.size, HEXLOWER.encode(&kept.head)
    )]
    Conflict {
        /// The anchor.
        anchor: String,
        /// The state that it keeps.
        kept: Box<Anchored>,
        /// The state of the ledger.
        offered: Box<Anchored>,
    },
}

impl AnchorError {
    /// A copy of the error, if it says that the ledger is not what it was.
    pub(crate) fn alarm(&self) -> Option<Self> {
        Some(match self {
            AnchorError::Behind { anchor, kept, offered } => AnchorError::Behind {
                anchor: anchor.clone(),
                kept: kept.clone(),
                offered: offered.clone(),
            },
            AnchorError::Conflict { anchor, kept, offered } => AnchorError::Conflict {
                anchor: anchor.clone(),
                kept: kept.clone(),
                offered: offered.clone(),
            },
            AnchorError::Io { .. } | AnchorError::Other { .. } | AnchorError::Inside { .. } => {
                return None;
            }
        })
    }
}
