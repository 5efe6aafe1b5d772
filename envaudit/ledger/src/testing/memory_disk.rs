//! A file system in memory that keeps written and durable bytes apart, and fails on demand.
//!
//! It models failures of a machine that a test cannot wait for: bytes that are lost unless they are synced, names that are lost
//! unless their directory is, a failed sync after which the bytes still read back and yet are never written.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::store::{Disk, DiskFile, FileStat, Identity, Listed};

/// An operation of a [`MemoryDisk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operation {
    /// Open an existing file.
    Open,
    /// Make a file.
    Create,
    /// Make a directory.
    MakeDir,
    /// List a directory.
    List,
    /// Ask for a file's length.
    Stat,
    /// Read.
    Read,
    /// Write.
    Write,
    /// Make bytes durable.
    Sync,
    /// Cut a file.
    Truncate,
    /// Give a file another name.
    Rename,
    /// Remove a file.
    Remove,
    /// Take the right to write.
    SetReadonly,
    /// Make names durable.
    SyncDir,
}

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// EIO; nothing was done. A sync that fails this way has lost its bytes for good: they read back, and are never written. As
    /// on Linux, each handle on the file that was open then is told so once, by its own next sync.
    Io,
    /// ENOSPC; nothing was done.
    Full,
    /// A write that does half of its work, and ENOSPC when the rest is tried; for other operations like [`Fault::Full`].
    Short,
    /// EIO, although everything was done.
    DoneButFailed,
    /// EIO now and for all later operations: the disk is gone.
    Dead,
    /// EINTR; nothing was done, and nothing is lost: a signal came.
    Interrupted,
}

/// A file system in memory. Clones are the same one, as two processes see it.
///
/// ```
/// use envaudit_ledger::{FileStore, LedgerOptions, MasterKey};
/// use envaudit_ledger::testing::{Fault, MemoryDisk};
///
/// let disk = MemoryDisk::new();
/// disk.fail_nth(3, Fault::Full);
/// let options = LedgerOptions::new().key(MasterKey::from_bytes([7; 32]));
/// assert!(options.init_in(FileStore::on(disk.clone())).is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    unlocked: Condvar,
}

#[derive(Debug, Default)]
struct State {
    nodes: HashMap<u64, Node>,
    last_node: u64,
    dirs: BTreeSet<String>,
    names: BTreeMap<String, u64>,
    durable_names: BTreeMap<String, u64>,
    /// The changes of names since their directory was synced, oldest first.
    renamed: Vec<NameChange>,
    done: u64,
    faults: Vec<(u64, Fault)>,
    dead: bool,
    log: Option<Vec<Operation>>,
}

#[derive(Clone, Debug)]
struct NameChange {
    dir: String,
    name: String,
    node: Option<u64>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    live: Vec<u8>,
    durable: Vec<u8>,
    /// The difference between the two, as far as the system remembers.
    dirty: Vec<(usize, usize)>,
    resized: bool,
    readonly: bool,
    locked: bool,
    /// How often a sync has lost bytes.
    losses: u64,
}

impl MemoryDisk {
    /// An empty file system, without even the directory.
    pub fn new() -> Self {
        MemoryDisk::default()
    }

    /// Makes the `nth` operation from now fail, counted from 0.
    pub fn fail_nth(&self, nth: u64, fault: Fault) {
        let mut state = self.state();
        let at = state.done + nth;
        state.faults.push((at, fault));
    }

    /// Removes all faults.
    pub fn heal(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.dead = false;
    }

    /// Starts to record operations, and returns those recorded since the last call.
    pub fn take_log(&self) -> Vec<Operation> {
        self.state().log.replace(Vec::new()).unwrap_or_default()
    }

    /// The state after a loss of power now: the durable bytes, and as much of the rest as `seed` says.
    ///
    /// Bytes reach a disk from the front of what was written; names in the order of their changes.
    #[must_use]
    pub fn after_power_cut(&self, seed: u64) -> MemoryDisk {
        let state = self.state();
        let mut dice = Dice(seed);
        let mut names = state.durable_names.clone();
        let kept = dice.below(state.renamed.len() + 1);
        for change in &state.renamed[..kept] {
            change.apply(&mut names);
        }
        let mut nodes = HashMap::new();
        for (&id, node) in state.nodes.iter().collect::<BTreeMap<_, _>>() {
            let bytes = node.after_power_cut(&mut dice);
            let (live, readonly) = (bytes.clone(), node.readonly);
            nodes.insert(id, Node { live, durable: bytes, readonly, ..Node::default() });
        }
        let after = State {
            nodes,
            last_node: state.last_node,
            dirs: state.dirs.clone(),
            durable_names: names.clone(),
            names,
            ..State::default()
        };
        MemoryDisk(Arc::new(Shared { state: Mutex::new(after), unlocked: Condvar::new() }))
    }

    /// A copy as another process finds it after this one was killed: nothing is lost, no lock is held, and what was not
    /// durable is not durable yet.
    #[must_use]
    pub fn after_kill(&self) -> MemoryDisk {
        let state = self.state();
        let mut nodes = state.nodes.clone();
        nodes.values_mut().for_each(|node| node.locked = false);
        let after = State {
            nodes,
            last_node: state.last_node,
            dirs: state.dirs.clone(),
            names: state.names.clone(),
            durable_names: state.durable_names.clone(),
            renamed: state.renamed.clone(),
            ..State::default()
        };
        MemoryDisk(Arc::new(Shared { state: Mutex::new(after), unlocked: Condvar::new() }))
    }

    /// The content of a file; `None` if there is none.
    pub fn contents(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.state();
        state.names.get(name).map(|id| state.nodes[id].live.clone())
    }

    /// Writes a file as an attacker would: durable at once, replacing an existing one.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let mut state = self.state();
        let id = state.add_node();
        let node = Node { live: bytes.to_vec(), durable: bytes.to_vec(), ..Node::default() };
        state.nodes.insert(id, node);
        state.names.insert(name.to_owned(), id);
        state.durable_names.insert(name.to_owned(), id);
    }

    /// The names of all files.
    pub fn names(&self) -> Vec<String> {
        self.state().names.keys().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs an operation, or fails as requested.
    fn perform<T>(
        &self,
        operation: Operation,
        act: impl FnOnce(&mut State) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut state = self.state();
        match state.next(operation) {
            None => act(&mut state),
            Some(Fault::DoneButFailed) => act(&mut state).and(Err(broken())),
            Some(Fault::Full | Fault::Short) => Err(io::ErrorKind::StorageFull.into()),
            Some(Fault::Io | Fault::Dead) => Err(broken()),
            Some(Fault::Interrupted) => Err(io::ErrorKind::Interrupted.into()),
        }
    }
}

fn broken() -> io::Error {
    io::Error::other("input/output error")
}

fn directory(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(dir, _)| dir)
}

impl State {
    fn next(&mut self, operation: Operation) -> Option<Fault> {
        if let Some(log) = &mut self.log {
            log.push(operation);
        }
        let now = self.done;
        self.done += 1;
        if self.dead {
            return Some(Fault::Dead);
        }
        let at = self.faults.iter().position(|(at, _)| *at == now)?;
        let (_, fault) = self.faults.remove(at);
        self.dead = fault == Fault::Dead;
        if fault == Fault::Short && operation == Operation::Write {
            self.faults.push((now + 1, Fault::Full));
        }
        Some(fault)
    }

    fn add_node(&mut self) -> u64 {
        self.last_node += 1;
        self.last_node
    }

    fn named(&self, name: &str) -> io::Result<u64> {
        self.names.get(name).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn stat(&mut self, id: u64) -> io::Result<FileStat> {
        let len = self.node(id)?.live.len() as u64;
        Ok(FileStat { len, identity: Identity { device: 0, inode: id } })
    }

    fn node(&mut self, id: u64) -> io::Result<&mut Node> {
        self.nodes.get_mut(&id).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn name(&mut self, name: &str, node: Option<u64>) {
        let change = NameChange { dir: directory(name).to_owned(), name: name.to_owned(), node };
        change.apply(&mut self.names);
        self.renamed.push(change);
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<String, u64>) {
        match self.node {
            Some(id) => names.insert(self.name.clone(), id),
            None => names.remove(&self.name),
        };
    }
}

impl Node {
    fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        if self.live.len() == offset {
            self.live.extend_from_slice(bytes);
            self.resized = true;
        } else {
            if self.live.len() < end {
                self.live.resize(end, 0);
                self.resized = true;
            }
            self.live[offset..end].copy_from_slice(bytes);
        }
        match self.dirty.last_mut() {
            Some((_, last)) if *last == offset => *last = end,
            _ => self.dirty.push((offset, end)),
        }
    }

    fn sync(&mut self) {
        if self.resized {
            self.durable.resize(self.live.len(), 0);
        }
        for (from, to) in self.dirty.drain(..) {
            let to = to.min(self.live.len()).min(self.durable.len());
            if from < to {
                self.durable[from..to].copy_from_slice(&self.live[from..to]);
            }
        }
        self.resized = false;
    }

    /// The system drops the bytes that it could not write, and takes them for written.
    fn lose(&mut self) {
        self.dirty.clear();
        self.losses += 1;
    }

    fn after_power_cut(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        if self.live.len() < bytes.len() && self.resized && dice.below(2) == 0 {
            bytes.truncate(self.live.len());
        }
        let total: usize = self.dirty.iter().map(|(from, to)| to - from).sum();
        let mut kept = dice.below(total + 1);
        for &(from, to) in &self.dirty {
            let to = to.min(from + kept).min(self.live.len());
            if from >= to {
                break;
            }
            kept -= to - from;
            if bytes.len() < to {
                bytes.resize(to, 0);
            }
            bytes[from..to].copy_from_slice(&self.live[from..to]);
        }
        // Some file systems make the length durable before the bytes, which then read as zeros.
        if bytes.len() < self.live.len() && dice.below(4) == 0 {
            bytes.resize(self.live.len(), 0);
        }
        bytes
    }
}

impl Disk for MemoryDisk {
    type File = MemoryFile;

    fn place(&self, name: &str) -> String {
        format!("memory:/{name}")
    }

    fn make_dir(&self, name: &str) -> io::Result<()> {
        self.perform(Operation::MakeDir, |state| {
            state.dirs.insert(name.to_owned());
            Ok(())
        })
    }

    fn list(&self, dir: &str) -> io::Result<Option<Vec<Listed>>> {
        self.perform(Operation::List, |state| {
            if !state.dirs.contains(dir) {
                return Ok(None);
            }
            let files = state.names.iter().filter(|(name, _)| directory(name) == dir);
            let mut listed: Vec<Listed> = files
                .map(|(name, id)| {
                    let node = &state.nodes[id];
                    let name = name.rsplit('/').next().unwrap_or(name).to_owned();
                    let len = node.live.len() as u64;
                    Listed { name, len, readonly: node.readonly, file: true, dir: false }
                })
                .collect();
            let dirs = state.dirs.iter().filter(|name| dir.is_empty() && !name.is_empty());
            listed.extend(dirs.map(|name| Listed {
                name: name.clone(),
                len: 0,
                readonly: false,
                file: false,
                dir: true,
            }));
            Ok(Some(listed))
        })
    }

    fn open(&self, name: &str, write: bool) -> io::Result<MemoryFile> {
        self.perform(Operation::Open, |state| {
            let id = state.named(name)?;
            if write && state.node(id)?.readonly {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            MemoryFile::new(self, id, state)
        })
    }

    fn create(&self, name: &str) -> io::Result<MemoryFile> {
        self.perform(Operation::Create, |state| {
            if state.names.contains_key(name) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            if !state.dirs.contains(directory(name)) {
                return Err(io::ErrorKind::NotFound.into());
            }
            let id = state.add_node();
            state.nodes.insert(id, Node::default());
            state.name(name, Some(id));
            MemoryFile::new(self, id, state)
        })
    }

    fn stat(&self, name: &str) -> io::Result<FileStat> {
        self.perform(Operation::Stat, |state| {
            let inode = state.named(name)?;
            state.stat(inode)
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.perform(Operation::Rename, |state| {
            let id = state.named(from)?;
            state.name(to, Some(id));
            state.name(from, None);
            Ok(())
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.perform(Operation::Remove, |state| {
            state.named(name)?;
            state.name(name, None);
            Ok(())
        })
    }

    fn set_readonly(&self, name: &str) -> io::Result<()> {
        self.perform(Operation::SetReadonly, |state| {
            let id = state.named(name)?;
            state.node(id)?.readonly = true;
            Ok(())
        })
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        self.perform(Operation::SyncDir, |state| {
            let changes = std::mem::take(&mut state.renamed);
            for change in changes {
                if change.dir == dir {
                    change.apply(&mut state.durable_names);
                } else {
                    state.renamed.push(change);
                }
            }
            Ok(())
        })
    }
}

/// An open file of a [`MemoryDisk`].
#[derive(Debug)]
pub struct MemoryFile {
    disk: MemoryDisk,
    id: u64,
    holds_lock: AtomicBool,
    /// The losses that this handle was told of, or that were before it.
    told: AtomicU64,
}

impl MemoryFile {
    fn new(disk: &MemoryDisk, id: u64, state: &mut State) -> io::Result<Self> {
        let told = AtomicU64::new(state.node(id)?.losses);
        Ok(MemoryFile { disk: disk.clone(), id, holds_lock: AtomicBool::new(false), told })
    }
}

impl Drop for MemoryFile {
    /// A lock ends with the file handle that took it.
    fn drop(&mut self) {
        let _ = self.unlock();
    }
}

impl DiskFile for MemoryFile {
    fn stat(&self) -> io::Result<FileStat> {
        self.disk.perform(Operation::Stat, |state| state.stat(self.id))
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.disk.perform(Operation::Read, |state| {
            let node = state.node(self.id)?;
            let from = usize::try_from(offset).unwrap_or(usize::MAX).min(node.live.len());
            let there = &node.live[from..];
            let count = there.len().min(buffer.len());
            buffer[..count].copy_from_slice(&there[..count]);
            Ok(count)
        })
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let mut state = self.disk.state();
        let (written, result) = match state.next(Operation::Write) {
            None => (bytes.len(), Ok(bytes.len())),
            Some(Fault::Short) => (bytes.len() / 2, Ok(bytes.len() / 2)),
            Some(Fault::DoneButFailed) => (bytes.len(), Err(broken())),
            Some(Fault::Full) => (0, Err(io::ErrorKind::StorageFull.into())),
            Some(Fault::Io | Fault::Dead) => (0, Err(broken())),
            Some(Fault::Interrupted) => (0, Err(io::ErrorKind::Interrupted.into())),
        };
        state.node(self.id)?.write(&bytes[..written], offset);
        result
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        let fault = state.next(Operation::Sync);
        let node = state.node(self.id)?;
        match fault {
            None => node.sync(),
            Some(Fault::DoneButFailed) => {
                node.sync();
                return Err(broken());
            }
            Some(Fault::Interrupted) => return Err(io::ErrorKind::Interrupted.into()),
            Some(_) => node.lose(),
        }
        // A loss is told to every open file, whoever's sync it was.
        match self.told.swap(node.losses, Ordering::Relaxed) == node.losses {
            true => Ok(()),
            false => Err(broken()),
        }
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        self.disk.perform(Operation::Truncate, |state| {
            let node = state.node(self.id)?;
            node.resized |= node.live.len() != len;
            node.live.resize(len, 0);
            node.dirty.retain_mut(|(from, to)| {
                *to = (*to).min(len);
                from < to
            });
            Ok(())
        })
    }

    fn lock(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        while state.node(self.id)?.locked {
            state = self.disk.0.unlocked.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.node(self.id)?.locked = true;
        self.holds_lock.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn try_lock(&self) -> io::Result<bool> {
        let is_free = !std::mem::replace(&mut self.disk.state().node(self.id)?.locked, true);
        self.holds_lock.fetch_or(is_free, Ordering::Relaxed);
        Ok(is_free)
    }

    fn unlock(&self) -> io::Result<()> {
        if self.holds_lock.swap(false, Ordering::Relaxed) {
            self.disk.state().node(self.id)?.locked = false;
            self.disk.0.unlocked.notify_all();
        }
        Ok(())
    }
}

/// SplitMix64: the same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}
