//! A ledger on a disk that fails as told, with three handles as three processes have them, and the model of what was promised.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use envaudit::ledger::anchor::Anchored;
use envaudit::ledger::prune::{PruneError, PrunePolicy};
use envaudit::ledger::testing::{Fault, MemoryDisk};
use envaudit::ledger::verify::{Report, Verdict, Verifier};
use envaudit::ledger::{
    AppendError, FileStore, KeyRing, Ledger, LedgerOptions, MasterKey, OpenError, SyncMode,
};
use envaudit_tests::fresh_ledger::{event, options, recorded_with};

use super::model::{
    Fate, MemoryAnchor, assert_no_alarm, head_of, key_at_end, listed, rotation_at_end, segments,
};

/// How many processes have the ledger open.
pub(super) const HANDLES: usize = 3;

/// When the events of each handle are durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Modes {
    /// When they are acknowledged.
    Always,
    /// Each handle has another mode: at once, after each append, much later.
    Mixed,
}

impl Modes {
    fn of(self, handle: usize) -> SyncMode {
        match (self, handle) {
            (Modes::Always, _) | (Modes::Mixed, 2) => SyncMode::Always,
            (Modes::Mixed, 1) => SyncMode::Interval(Duration::ZERO),
            (Modes::Mixed, _) => SyncMode::Interval(Duration::from_secs(100_000)),
        }
    }
}

/// An open ledger, and the events whose fate it has yet to tell.
struct Handle {
    ledger: Ledger,
    uncertain: Vec<u64>,
}

/// The ledger and the model of it.
pub(super) struct World {
    pub(super) disk: MemoryDisk,
    modes: Modes,
    handles: Vec<Option<Handle>>,
    events: Vec<Fate>,
    keys: Vec<MasterKey>,
    anchor: MemoryAnchor,
    prunes: bool,
    /// Whether an operation was told to fail since all handles were opened.
    troubled: bool,
    /// The furthest that HEAD was, and how far a power cut leaves it.
    head: u64,
    head_kept: u64,
}

/// The key of this number.
pub(super) fn nth_key(nth: usize) -> MasterKey {
    MasterKey::from_bytes(core::array::from_fn(|at| (at * 31 + nth * 57 + 11) as u8))
}

/// Ids that differ and are the same in each run.
fn entropy() -> impl Fn(&mut [u8]) -> std::io::Result<()> + Send + Sync {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(8) {
            let next = NEXT.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            chunk.copy_from_slice(&next.to_be_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A ring of these keys, in which the one with this id is current.
pub(super) fn ring_with(keys: &[MasterKey], current: Option<&str>) -> KeyRing {
    let current = keys.iter().find(|key| Some(key.id().as_str()) == current);
    let current = current.unwrap_or(&keys[0]);
    let others = keys.iter().filter(|key| key.id() != current.id());
    others.fold(KeyRing::new(current.clone()), |ring, key| ring.retired(key.clone()))
}

/// The options of all ledgers of these tests, with this ring.
pub(super) fn options_with(ring: KeyRing) -> LedgerOptions {
    options().keys(ring).segment_size(3000).entropy(entropy())
}

impl World {
    /// A new ledger that three handles have open.
    pub(super) fn new(modes: Modes) -> Self {
        let disk = MemoryDisk::new();
        let mut world = World {
            disk,
            modes,
            handles: Vec::new(),
            events: Vec::new(),
            keys: vec![nth_key(0)],
            anchor: MemoryAnchor::default(),
            prunes: false,
            troubled: false,
            head: 0,
            head_kept: 0,
        };
        let made = world.options(0, &world.disk).init_in(FileStore::on(world.disk.clone()));
        drop(made.expect("an empty disk"));
        world.open_all();
        world
    }

    fn options(&self, handle: usize, disk: &MemoryDisk) -> LedgerOptions {
        let ring = ring_with(&self.keys, key_at_end(disk).as_deref());
        let options = options_with(ring).anchor(self.anchor.clone()).sync(self.modes.of(handle));
        // An operator who knows that a rotation was cut off by a crash.
        match rotation_at_end(disk)
            .and_then(|to| self.keys.iter().find(|key| key.id().as_str() == to))
        {
            Some(key) => options.finish_rotation(key.clone()),
            None => options,
        }
    }

    fn open(&self, handle: usize) -> Result<Handle, OpenError> {
        let ledger = self.options(handle, &self.disk).open_in(FileStore::on(self.disk.clone()))?;
        Ok(Handle { ledger, uncertain: Vec::new() })
    }

    fn open_all(&mut self) {
        self.handles.clear();
        for nth in 0..HANDLES {
            let handle = self.open(nth).unwrap_or_else(|error| panic!("a healthy disk: {error}"));
            self.handles.push(Some(handle));
        }
        self.troubled = false;
    }

    fn ledger(&self, handle: usize) -> Option<&Ledger> {
        self.handles[handle].as_ref().map(|handle| &handle.ledger)
    }

    /// Everything that was acknowledged and is there is durable now.
    fn all_durable(&mut self) {
        for fate in &mut self.events {
            if let Fate::Acknowledged { durable, .. } = fate {
                *durable = true;
            }
        }
        self.head_kept = head_of(&self.disk);
    }

    /// Appends so many events at once.
    pub(super) fn append(&mut self, handle: usize, count: u64) {
        let Some(open) = &mut self.handles[handle] else { return };
        let first = self.events.len() as u64;
        let numbers = first..first + count;
        let events: Vec<_> = numbers.clone().map(event).collect();
        match open.ledger.append_batch(&events) {
            Ok(appended) => {
                let durable =
                    !matches!(self.modes.of(handle), SyncMode::Interval(time) if !time.is_zero());
                self.events.extend(appended.iter().map(|appended| Fate::Acknowledged {
                    seq: appended.seq,
                    id: appended.event_id.to_string(),
                    durable,
                }));
            }
            Err(error) => {
                assert_no_alarm(&error, "append");
                let fate = if error.may_be_there() { Fate::Unknown } else { Fate::Refused };
                if fate == Fate::Unknown {
                    open.uncertain.extend(numbers.clone());
                }
                self.events.extend(numbers.map(|_| fate.clone()));
            }
        }
    }

    /// Does something that leaves all of the ledger durable where it succeeds. Returns whether it did.
    fn settle(
        &mut self,
        handle: usize,
        doing: &str,
        act: impl Fn(&Ledger) -> Result<(), AppendError>,
    ) -> bool {
        let Some(ledger) = self.ledger(handle) else { return false };
        match act(ledger) {
            Ok(()) => {
                self.all_durable();
                true
            }
            Err(error) => {
                assert_no_alarm(&error, doing);
                false
            }
        }
    }

    pub(super) fn checkpoint(&mut self, handle: usize) {
        self.settle(handle, "checkpoint", Ledger::checkpoint);
    }

    pub(super) fn seal(&mut self, handle: usize) {
        self.settle(handle, "seal", Ledger::seal);
    }

    pub(super) fn close(&mut self, handle: usize) {
        if self.settle(handle, "close", Ledger::close) {
            self.handles[handle] = None;
        }
    }

    pub(super) fn flush(&mut self, handle: usize) {
        let Some(ledger) = self.ledger(handle) else { return };
        if let Err(error) = ledger.flush() {
            assert_no_alarm(&error, "flush");
        }
    }

    pub(super) fn rotate(&mut self, handle: usize) {
        let key = nth_key(self.keys.len());
        self.keys.push(key.clone());
        self.settle(handle, "rotate", |ledger| ledger.rotate(key.clone()));
    }

    pub(super) fn prune(&mut self, handle: usize, keep: usize) {
        let Some(ledger) = self.ledger(handle) else { return };
        let pruned = ledger.prune(PrunePolicy::KeepSegments(keep));
        self.prunes = true;
        if let Err(error) = pruned {
            assert!(!matches!(error, PruneError::Changed(_)), "prune: {error}");
            assert_no_alarm(&error, "prune");
        }
    }

    /// Reads the ledger anew. It tells which events of the handle's failed writes are there.
    pub(super) fn reopen(&mut self, handle: usize) {
        let Some(open) = &mut self.handles[handle] else { return };
        match open.ledger.reopen() {
            Ok(reopened) => {
                let there = listed(&self.disk);
                for number in open.uncertain.drain(..) {
                    let Some(found) = there.get(&number) else {
                        self.events[number as usize] = Fate::Refused;
                        continue;
                    };
                    let told = reopened.found.iter().any(|id| id.to_string() == found.id);
                    assert!(
                        told,
                        "event {number} is there, and reopening does not tell: {reopened:?}"
                    );
                    let (seq, id) = (found.seq, found.id.clone());
                    self.events[number as usize] = Fate::Acknowledged { seq, id, durable: true };
                }
            }
            Err(error) => assert_no_alarm(&error, "reopen"),
        }
    }

    /// Another process takes the handle's place.
    pub(super) fn restart(&mut self, handle: usize) {
        self.handles[handle] = None;
        match self.open(handle) {
            Ok(open) => self.handles[handle] = Some(open),
            Err(error) => assert_no_alarm(&error, "open"),
        }
    }

    pub(super) fn fail(&mut self, nth: u64, fault: Fault) {
        self.troubled = true;
        self.disk.fail_nth(nth, fault);
    }

    /// The power is cut, and everybody starts anew.
    pub(super) fn cut_power(&mut self, seed: u64) {
        let disk = self.disk.after_power_cut(seed);
        self.handles.clear();
        self.disk = disk;
        for fate in &mut self.events {
            if let Fate::Acknowledged { durable: false, .. } = fate {
                *fate = Fate::Unknown;
            }
        }
        self.head = head_of(&self.disk);
        assert!(
            self.head >= self.head_kept,
            "HEAD, which was at {}, is at {}",
            self.head_kept,
            self.head
        );
        self.open_all();
        self.check_events(self.ledger(0).expect("it was opened"));
    }

    /// All processes are killed, and start anew.
    pub(super) fn kill(&mut self) {
        let disk = self.disk.after_kill();
        self.handles.clear();
        self.disk = disk;
        self.open_all();
    }

    /// What holds after each step.
    pub(super) fn check_step(&mut self) {
        let head = head_of(&self.disk);
        assert!(head >= self.head, "HEAD goes back from {} to {head}", self.head);
        self.head = head;
    }

    /// What holds without anybody reading the ledger anew, as long as nothing has failed.
    pub(super) fn check_untroubled(&self) {
        if !self.troubled {
            let disk = self.disk.after_kill();
            let ring = ring_with(&self.keys, key_at_end(&disk).as_deref());
            let report = verify(&disk, &ring, self.anchor.last());
            assert!(report.is_intact(), "{report}");
        }
    }

    /// What must hold of the ledger in the end, however it is left: by a kill, or by power cuts.
    pub(super) fn check_ends(mut self) {
        let killed = self.disk.after_kill();
        let cuts: Vec<_> = (0..2).map(|seed| self.disk.after_power_cut(seed)).collect();
        self.handles.clear();
        self.check_end(&killed, "after a kill");
        for fate in &mut self.events {
            if let Fate::Acknowledged { durable: false, .. } = fate {
                *fate = Fate::Unknown;
            }
        }
        for (seed, cut) in cuts.iter().enumerate() {
            self.check_end(cut, &format!("after power cut {seed}"));
        }
    }

    fn check_end(&self, disk: &MemoryDisk, context: &str) {
        let ends = World {
            disk: disk.clone(),
            anchor: self.anchor.copy(),
            handles: Vec::new(),
            events: self.events.clone(),
            keys: self.keys.clone(),
            ..*self
        };
        let mut handle = ends.open(2).unwrap_or_else(|error| panic!("{context}: {error}"));
        let ledger = &mut handle.ledger;
        ends.check_events(ledger);
        ends.check_intact(ledger, context);
        let last = ledger.append(&event(self.events.len() as u64));
        let last = last.unwrap_or_else(|error| panic!("{context}, an append: {error}"));
        ledger.close().unwrap_or_else(|error| panic!("{context}, a close: {error}"));
        ends.check_intact(ledger, context);
        let there = listed(disk).get(&(self.events.len() as u64)).map(|listed| listed.seq);
        assert_eq!(there, Some(last.seq), "{context}: it goes on");
    }

    fn check_intact(&self, ledger: &Ledger, context: &str) {
        let report = ledger.verify().unwrap_or_else(|error| panic!("{context}: {error}"));
        assert!(report.is_intact(), "{context}: {report}");
        let back = report.findings.iter().find(|it| it.verdict == Verdict::ClockRegression);
        assert_eq!(back, None, "{context}: a timestamp goes back");
    }

    /// The events of a ledger that was opened, against what was told of them.
    fn check_events(&self, ledger: &Ledger) {
        let numbers = recorded_with(ledger.source(), &self.keys);
        assert!(numbers.is_sorted(), "out of order: {numbers:?}");
        let there = listed(&self.disk);
        let first = segments(&self.disk).first().map_or(1, |(first, _)| *first);
        assert!(first == 1 || self.prunes, "the first segment is {first}, and nothing was pruned");
        for (fate, number) in self.events.iter().zip(0..) {
            let found = there.get(&number);
            match fate {
                Fate::Unknown => {}
                Fate::Refused => assert_eq!(found, None, "event {number} was refused and is there"),
                Fate::Acknowledged { seq, .. } if *seq < first => {}
                Fate::Acknowledged { seq, id, .. } => {
                    let found = found.map(|found| (found.seq, &found.id));
                    assert_eq!(found, Some((*seq, id)), "event {number} was acknowledged");
                }
            }
        }
        let strange = there.keys().find(|number| **number >= self.events.len() as u64);
        assert_eq!(strange, None, "nobody asked for it");
    }
}

/// Verifies with these keys, and with what an anchor knows.
pub(super) fn verify(disk: &MemoryDisk, ring: &KeyRing, anchored: Option<Anchored>) -> Report {
    let mut verifier = Verifier::new().keys(ring);
    if let Some(anchored) = anchored {
        verifier = verifier.anchor(anchored);
    }
    verifier.verify(&FileStore::on(disk.clone())).expect("it can be read")
}
