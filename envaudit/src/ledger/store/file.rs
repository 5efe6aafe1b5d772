//! A ledger in a directory.

use std::io;
use std::path::PathBuf;
use std::sync::Mutex;

use super::disk::{Disk, DiskFile, FileStat, Identity, Listed, RealDisk};
use super::{
    Durability, LINE_END, NextKey, SegmentInfo, SegmentSource, Store, StoreError, StoreErrorKind,
    StoreState, TORN, Tail, WriteError,
};

const MANIFEST: &str = "ledger.json";
const HEAD: &str = "HEAD";
const LOCK: &str = "lock";
const KEY: &str = "signing.key";
/// A key that was current before is `retired-<kid>.key`.
const RETIRED: &str = "retired-";
const KEY_END: &str = ".key";
const CHECKPOINTS: &str = "checkpoints";
const SEGMENT: &str = ".jsonl";
const NOTE: &str = ".note";
/// What is written under this ending is not there yet: a rename makes it be.
const NEW: &str = ".new";
/// How much is read at once.
const BLOCK: usize = 4 << 20;

/// A ledger in a directory: see the [module](crate::ledger) for its files.
///
/// ```
/// use envaudit::ledger::{FileStore, Store, StoreState};
///
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("audit");
/// let store = FileStore::new(path);
/// assert_eq!(store.state()?, StoreState::Absent);
/// # Ok::<(), envaudit::ledger::StoreError>(())
/// ```
#[derive(Debug)]
pub struct FileStore<D: Disk = RealDisk> {
    disk: D,
    open: Mutex<Open<D::File>>,
    /// The segment that was read last: whoever looks up many events would open it for each.
    read: Mutex<Option<Live<D::File>>>,
}

/// The files that stay open between calls.
#[derive(Debug)]
struct Open<F> {
    lock: Option<(F, Identity)>,
    live: Option<Live<F>>,
}

#[derive(Debug)]
struct Live<F> {
    first_seq: u64,
    name: String,
    file: F,
    identity: Identity,
}

impl FileStore {
    /// The ledger in the directory at this path. Nothing is opened or made yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        FileStore::on(RealDisk::new(path))
    }
}

impl<D: Disk> FileStore<D> {
    /// The ledger on another file system.
    pub fn on(disk: D) -> Self {
        let open = Mutex::new(Open { lock: None, live: None });
        FileStore { disk, open, read: Mutex::new(None) }
    }

    /// The file system.
    pub fn disk(&self) -> &D {
        &self.disk
    }

    fn failed(&self, verb: &str, name: &str, error: io::Error) -> StoreError {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => StoreErrorKind::Missing,
            _ => StoreErrorKind::Failed,
        };
        StoreError::new(kind, format!("{verb} `{}`", self.disk.place(name))).because(error)
    }

    fn rejected(&self, verb: &str, name: &str, error: io::Error) -> WriteError {
        WriteError::Rejected(self.failed(verb, name, error))
    }

    fn unknown(&self, verb: &str, name: &str, error: io::Error) -> WriteError {
        WriteError::Unknown(self.failed(verb, name, error))
    }

    fn listed(&self, dir: &str) -> Result<Vec<Listed>, StoreError> {
        self.disk
            .list(dir)
            .map(Option::unwrap_or_default)
            .map_err(|error| self.failed("list", dir, error))
    }

    fn contents(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        let file = self.disk.open(name, false).map_err(|error| self.failed("open", name, error))?;
        let len = file.stat().map_err(|error| self.failed("read", name, error))?.len;
        let limit = usize::try_from(len).unwrap_or(usize::MAX);
        read(&file, 0, limit).map_err(|error| self.failed("read", name, error))
    }

    fn contents_if_there(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match self.contents(name) {
            Err(error) if error.kind() == StoreErrorKind::Missing => Ok(None),
            result => result.map(Some),
        }
    }

    /// Writes a file under a name that means nothing yet, and makes its bytes durable.
    fn stage(&self, name: &str, bytes: &[u8]) -> Result<String, WriteError> {
        let staged = format!("{name}{NEW}");
        match self.disk.remove(&staged) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(self.rejected("remove", &staged, error));
            }
            _ => {}
        }
        let file =
            self.disk.create(&staged).map_err(|error| self.rejected("make", &staged, error))?;
        write(&file, bytes, 0).map_err(|error| self.rejected("write", &staged, error))?;
        file.sync().map_err(|error| self.rejected("sync", &staged, error))?;
        Ok(staged)
    }

    /// Puts a file in the place of another: after a crash it is the one or the other.
    fn replace(&self, dir: &str, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let staged = self.stage(name, bytes)?;
        self.adopt(dir, &staged, name)
    }

    /// Gives a staged file its name.
    fn adopt(&self, dir: &str, staged: &str, name: &str) -> Result<(), WriteError> {
        self.disk.rename(staged, name).map_err(|error| self.rejected("rename", staged, error))?;
        self.disk.sync_dir(dir).map_err(|error| self.unknown("sync", dir, error))
    }

    /// Removes a file of the directory itself, durably, if it is there.
    fn remove(&self, name: &str) -> Result<(), WriteError> {
        match self.disk.remove(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.rejected("remove", name, error))
            }
            _ => self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error)),
        }
    }

    /// Runs `act` on the open segment, opened if need be, after checking that it still has its name.
    fn with_live<T>(
        &self,
        first_seq: u64,
        act: impl FnOnce(&Live<D::File>, FileStat) -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        let mut open = self.open.lock().unwrap_or_else(|poison| poison.into_inner());
        if open.live.as_ref().is_none_or(|live| live.first_seq != first_seq) {
            open.live = None;
            let name = segment_name(first_seq);
            let file = match self.disk.open(&name, true) {
                Err(error)
                    if error.kind() == io::ErrorKind::PermissionDenied
                        && self.is_ended(first_seq).map_err(WriteError::Rejected)? =>
                {
                    return Err(WriteError::Stale);
                }
                result => result.map_err(|error| self.rejected("open", &name, error))?,
            };
            let stat = file.stat().map_err(|error| self.rejected("read", &name, error))?;
            open.live = Some(Live { first_seq, name, file, identity: stat.identity });
        }
        let Some(live) = &open.live else { return Err(WriteError::Stale) };
        match self.disk.stat(&live.name) {
            Ok(stat) if stat.identity == live.identity => act(live, stat),
            _ => {
                let doing = format!("write `{}`", self.disk.place(&live.name));
                Err(WriteError::Rejected(StoreError::new(StoreErrorKind::Replaced, doing)))
            }
        }
    }

    /// Takes the lock in this way, which says whether it did.
    fn lock_by(&self, take: impl Fn(&D::File) -> io::Result<bool>) -> Result<(), StoreError> {
        let mut open = self.open.lock().unwrap_or_else(|poison| poison.into_inner());
        loop {
            let (file, identity) = match open.lock.take() {
                Some(held) => held,
                None => self.open_lock().map_err(|error| self.failed("open", LOCK, error))?,
            };
            if !take(&file).map_err(|error| self.failed("lock", LOCK, error))? {
                let doing = format!("lock `{}`", self.disk.place(LOCK));
                return Err(StoreError::new(StoreErrorKind::Locked, doing));
            }
            // Two writers with two lock files would both believe to be alone.
            let named = self.disk.stat(LOCK);
            if named.is_ok_and(|named| named.identity == identity) {
                open.lock = Some((file, identity));
                return Ok(());
            }
            open.lock = None;
        }
    }

    /// A segment to read from: the file that has its name now.
    fn open_to_read(&self, first_seq: u64) -> Result<Live<D::File>, StoreError> {
        let kept = self.read.lock().unwrap_or_else(|poison| poison.into_inner()).take();
        if let Some(kept) = kept.filter(|kept| kept.first_seq == first_seq)
            // A system that does not number its files tells none from another.
            && kept.identity.inode != 0
            && self.disk.stat(&kept.name).is_ok_and(|named| named.identity == kept.identity)
        {
            return Ok(kept);
        }
        let name = segment_name(first_seq);
        let file =
            self.disk.open(&name, false).map_err(|error| self.failed("open", &name, error))?;
        let stat = file.stat().map_err(|error| self.failed("read", &name, error))?;
        Ok(Live { first_seq, name, file, identity: stat.identity })
    }

    fn forget_live(&self) {
        self.open.lock().unwrap_or_else(|poison| poison.into_inner()).live = None;
    }

    fn is_live(&self, first_seq: u64) -> bool {
        let open = self.open.lock().unwrap_or_else(|poison| poison.into_inner());
        open.live.as_ref().is_some_and(|live| live.first_seq == first_seq)
    }

    /// Whether others have sealed a segment and gone on behind it.
    fn is_ended(&self, first_seq: u64) -> Result<bool, StoreError> {
        let segments = self.segments()?;
        let sealed = segments.iter().any(|info| info.first_seq == first_seq && info.sealed);
        Ok(sealed && segments.iter().any(|info| info.first_seq > first_seq && info.len > 0))
    }
}

impl<D: Disk> SegmentSource for FileStore<D> {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        self.contents(MANIFEST)
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        let mut segments = Vec::new();
        for listed in self.listed("")? {
            let Some(first_seq) = seq_of(&listed.name, SEGMENT) else { continue };
            if !listed.file {
                let doing = format!("read `{}`", self.disk.place(&listed.name));
                return Err(StoreError::new(StoreErrorKind::Replaced, doing));
            }
            segments.push(SegmentInfo {
                first_seq,
                name: listed.name,
                len: listed.len,
                sealed: listed.readonly,
            });
        }
        segments.sort_by_key(|segment| segment.first_seq);
        Ok(segments)
    }

    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        let mut read = self.read_parts(first_seq, &[(offset, limit)])?;
        Ok(read.pop().unwrap_or_default())
    }

    fn read_parts(
        &self,
        first_seq: u64,
        parts: &[(u64, usize)],
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let opened = self.open_to_read(first_seq)?;
        let part = |&(offset, limit): &(u64, usize)| read(&opened.file, offset, limit);
        let bytes = parts.iter().map(part).collect::<io::Result<_>>();
        let bytes = bytes.map_err(|error| self.failed("read", &opened.name, error))?;
        *self.read.lock().unwrap_or_else(|poison| poison.into_inner()) = Some(opened);
        Ok(bytes)
    }

    fn checkpoints(&self) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let listed = self.listed(CHECKPOINTS)?;
        let mut seqs: Vec<u64> =
            listed.iter().filter_map(|listed| seq_of(&listed.name, NOTE)).collect();
        seqs.sort_unstable();
        seqs.into_iter().map(|seq| Ok((seq, self.contents(&checkpoint_name(seq))?))).collect()
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.contents_if_there(HEAD)
    }
}

impl<D: Disk> Store for FileStore<D> {
    fn state(&self) -> Result<StoreState, StoreError> {
        let Some(listed) = self.disk.list("").map_err(|error| self.failed("list", "", error))?
        else {
            return Ok(StoreState::Absent);
        };
        if listed.iter().any(|listed| listed.name == MANIFEST) {
            return Ok(StoreState::Present);
        }
        let mut state = StoreState::Absent;
        for Listed { name, len, dir, .. } in listed {
            match name.as_str() {
                // What mounting a file system leaves, and what a user may have put here before the first start.
                LOCK | KEY | "lost+found" => continue,
                CHECKPOINTS if dir && self.listed(CHECKPOINTS)?.is_empty() => {}
                name if name.ends_with(NEW) => {}
                // `create` renames the first segment before the manifest; it has one line then.
                name if seq_of(name, SEGMENT) == Some(1) && self.has_one_line(name, len)? => {}
                // Another process may have come to the end of its creation since the directory was listed.
                _ if self.disk.stat(MANIFEST).is_ok() => return Ok(StoreState::Present),
                _ => return Ok(StoreState::Foreign { example: name }),
            }
            state = StoreState::Unfinished;
        }
        Ok(state)
    }

    fn create(
        &self,
        manifest: &[u8],
        first_lines: &[u8],
        key: Option<&[u8]>,
    ) -> Result<(), WriteError> {
        self.disk.make_dir("").map_err(|error| self.rejected("make", "", error))?;
        self.lock().map_err(WriteError::Rejected)?;
        let result = self.create_locked(manifest, first_lines, key);
        self.unlock();
        result
    }

    fn key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.contents_if_there(KEY)
    }

    fn next_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.contents_if_there(&format!("{KEY}{NEW}"))
    }

    fn retired_keys(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut names: Vec<String> = self.listed("")?.into_iter().map(|it| it.name).collect();
        names.retain(|name| name.starts_with(RETIRED) && name.ends_with(KEY_END));
        names.sort_unstable();
        names.iter().map(|name| self.contents(name)).collect()
    }

    fn stage_key(&self, key: &[u8]) -> Result<(), WriteError> {
        self.stage(KEY, key)?;
        self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error))
    }

    fn retire_key(&self, kid: &str, key: &[u8], next: NextKey) -> Result<(), WriteError> {
        self.replace("", &format!("{RETIRED}{kid}{KEY_END}"), key)?;
        match next {
            NextKey::Staged => self.adopt("", &format!("{KEY}{NEW}"), KEY),
            NextKey::Elsewhere => self.remove(KEY),
        }
    }

    fn lock(&self) -> Result<(), StoreError> {
        self.lock_by(|file| file.lock().map(|()| true))
    }

    fn try_lock(&self) -> Result<(), StoreError> {
        self.lock_by(DiskFile::try_lock)
    }

    fn unlock(&self) {
        let mut open = self.open.lock().unwrap_or_else(|poison| poison.into_inner());
        // A lock that cannot be given back is given back by closing its file.
        if open.lock.as_ref().is_some_and(|(file, _)| file.unlock().is_err()) {
            open.lock = None;
        }
    }

    fn segment_len(&self, first_seq: u64) -> Result<u64, StoreError> {
        if !self.is_live(first_seq) {
            // It may be one that others have sealed.
            let name = segment_name(first_seq);
            let file = self.disk.open(&name, false);
            let stat = file.and_then(|file| file.stat());
            return stat.map(|stat| stat.len).map_err(|error| self.failed("open", &name, error));
        }
        match self.with_live(first_seq, |_, stat| Ok(stat.len)) {
            Ok(len) => Ok(len),
            Err(WriteError::Rejected(error) | WriteError::Unknown(error)) => Err(error),
            Err(WriteError::Stale) => {
                let doing = format!("open `{}`", self.disk.place(&segment_name(first_seq)));
                Err(StoreError::new(StoreErrorKind::Missing, doing))
            }
        }
    }

    fn append(&self, tail: &Tail, lines: &[u8], durability: Durability) -> Result<(), WriteError> {
        self.with_live(tail.segment, |Live { file, name, .. }, stat| {
            if stat.len != tail.offset {
                return Err(WriteError::Stale);
            }
            if let Some(from) = tail.end() {
                let mut end = [0; LINE_END];
                let filled = fill(file, &mut end, from);
                let filled = filled.map_err(|error| self.rejected("read", name, error))?;
                if !tail.is_end(&end[..filled]) {
                    return Err(WriteError::Stale);
                }
            }
            if let Err(error) = write(file, lines, tail.offset) {
                // Whatever a short write left is cut off before anything else.
                return Err(match file.truncate(tail.offset) {
                    Ok(()) => self.rejected("write", name, error),
                    Err(_) => self.unknown("write", name, error),
                });
            }
            if durability == Durability::Deferred {
                return Ok(());
            }
            file.sync().map_err(|error| {
                // A failed sync is never tried again: the system has forgotten what it did not write. Other writers
                // must not build upon it.
                let _ = file.truncate(tail.offset);
                self.unknown("sync", name, error)
            })
        })
    }

    fn sync(&self, first_seq: u64) -> Result<(), WriteError> {
        self.with_live(first_seq, |Live { file, name, .. }, _| {
            file.sync().map_err(|error| self.unknown("sync", name, error))
        })
    }

    fn start_segment(&self, first_seq: u64, lines: &[u8]) -> Result<(), WriteError> {
        self.forget_live();
        let name = segment_name(first_seq);
        let file = match self.disk.create(&name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let file = self.disk.open(&name, true);
                let file = file.map_err(|error| self.rejected("open", &name, error))?;
                let stat = file.stat().map_err(|error| self.rejected("read", &name, error))?;
                if stat.len > 0 {
                    return Err(WriteError::Stale);
                }
                file
            }
            result => result.map_err(|error| self.rejected("make", &name, error))?,
        };
        if let Err(error) = write(&file, lines, 0) {
            // An empty segment is what a start that failed leaves.
            return Err(match file.truncate(0) {
                Ok(()) => self.rejected("write", &name, error),
                Err(_) => self.unknown("write", &name, error),
            });
        }
        let durable = file.sync().and_then(|()| self.disk.sync_dir(""));
        durable.map_err(|error| {
            let _ = file.truncate(0);
            self.unknown("sync", &name, error)
        })
    }

    fn seal(&self, first_seq: u64) -> Result<(), WriteError> {
        let name = segment_name(first_seq);
        self.disk.set_readonly(&name).map_err(|error| self.rejected("seal", &name, error))
    }

    fn cut(&self, first_seq: u64, offset: u64, copy: &str) -> Result<(), WriteError> {
        self.with_live(first_seq, |Live { file, name, .. }, stat| {
            let len = usize::try_from(stat.len.saturating_sub(offset)).unwrap_or(usize::MAX);
            let bytes =
                read(file, offset, len).map_err(|error| self.rejected("read", name, error))?;
            self.replace("", copy, &bytes)?;
            file.truncate(offset)
                .and_then(|()| file.sync())
                .map_err(|error| self.unknown("cut", name, error))
        })
    }

    fn copies(&self) -> Result<Vec<String>, StoreError> {
        let listed = self.listed("")?.into_iter().filter(|listed| listed.file);
        let mut names: Vec<String> = listed
            .map(|listed| listed.name)
            .filter(|name| name.starts_with(TORN) && !name.ends_with(NEW))
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    fn copy(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        self.contents(name)
    }

    fn rename_copy(&self, from: &str, to: &str) -> Result<(), WriteError> {
        self.disk.rename(from, to).map_err(|error| self.rejected("rename", from, error))?;
        self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error))
    }

    fn reaffirm(
        &self,
        first_seq: u64,
        offset: u64,
        durability: Durability,
    ) -> Result<(), WriteError> {
        self.with_live(first_seq, |Live { file, name, .. }, stat| {
            let mut from = offset;
            while from < stat.len {
                let bytes =
                    read(file, from, BLOCK).map_err(|error| self.rejected("read", name, error))?;
                if bytes.is_empty() {
                    break;
                }
                // Whatever of it is written reads as before.
                write(file, &bytes, from).map_err(|error| self.rejected("write", name, error))?;
                from += bytes.len() as u64;
            }
            if offset == 0 {
                // The segment's name may be as little durable as its bytes.
                self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error))?;
            }
            if durability == Durability::Deferred {
                return Ok(());
            }
            file.sync().map_err(|error| self.unknown("sync", name, error))
        })
    }

    fn remove_segment(&self, first_seq: u64) -> Result<(), WriteError> {
        self.remove(&segment_name(first_seq))
    }

    fn write_head(&self, head: &[u8]) -> Result<(), WriteError> {
        self.replace("", HEAD, head)
    }

    fn write_checkpoint(&self, seq: u64, note: &[u8]) -> Result<(), WriteError> {
        self.disk
            .make_dir(CHECKPOINTS)
            .map_err(|error| self.rejected("make", CHECKPOINTS, error))?;
        self.replace(CHECKPOINTS, &checkpoint_name(seq), note)
    }
}

impl<D: Disk> FileStore<D> {
    fn create_locked(
        &self,
        manifest: &[u8],
        first_lines: &[u8],
        key: Option<&[u8]>,
    ) -> Result<(), WriteError> {
        match self.state().map_err(WriteError::Rejected)? {
            StoreState::Absent | StoreState::Unfinished => {}
            _ => return Err(WriteError::Stale),
        }
        self.disk
            .make_dir(CHECKPOINTS)
            .map_err(|error| self.rejected("make", CHECKPOINTS, error))?;
        if let Some(key) = key {
            self.replace("", KEY, key)?;
        }
        let first = segment_name(1);
        let staged = [self.stage(&first, first_lines)?, self.stage(MANIFEST, manifest)?];
        for (staged, name) in staged.iter().zip([first.as_str(), MANIFEST]) {
            self.disk
                .rename(staged, name)
                .map_err(|error| self.rejected("rename", staged, error))?;
            // The manifest is the last: where it stands, all the rest does.
            self.disk.sync_dir("").map_err(|error| self.unknown("sync", "", error))?;
        }
        Ok(())
    }

    fn open_lock(&self) -> io::Result<(D::File, Identity)> {
        let file = match self.disk.create(LOCK) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.disk.open(LOCK, true)?
            }
            result => result?,
        };
        let identity = file.stat()?.identity;
        Ok((file, identity))
    }

    fn has_one_line(&self, name: &str, len: u64) -> Result<bool, StoreError> {
        const MUCH: u64 = 64 << 10;
        if len > MUCH {
            return Ok(false);
        }
        let bytes = self.contents(name)?;
        Ok(bytes.iter().filter(|&&byte| byte == b'\n').count() <= 1)
    }
}

fn segment_name(first_seq: u64) -> String {
    format!("{first_seq:020}{SEGMENT}")
}

fn checkpoint_name(seq: u64) -> String {
    format!("{CHECKPOINTS}/{seq:020}{NOTE}")
}

/// The number in a name of 20 digits and this ending.
fn seq_of(name: &str, ending: &str) -> Option<u64> {
    let digits = name.strip_suffix(ending)?;
    let all = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if all { digits.parse().ok() } else { None }
}

fn read(file: &impl DiskFile, offset: u64, limit: usize) -> io::Result<Vec<u8>> {
    /// As much memory is had sooner than it is known whether there is as much to read.
    const LITTLE: usize = 16 << 10;
    let there = match limit {
        0..=LITTLE => limit,
        _ => usize::try_from(file.stat()?.len.saturating_sub(offset)).unwrap_or(usize::MAX),
    };
    let mut bytes = vec![0; limit.min(there)];
    let filled = fill(file, &mut bytes, offset)?;
    bytes.truncate(filled);
    Ok(bytes)
}

/// Reads until the buffer is full or the file is at its end.
fn fill(file: &impl DiskFile, buffer: &mut [u8], mut offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset) {
            Ok(0) => break,
            Ok(count) => {
                filled += count;
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn write(file: &impl DiskFile, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                bytes = &bytes[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
