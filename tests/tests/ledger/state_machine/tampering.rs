//! Honest steps, and what somebody else does to copies of the ledger between them: the verifier finds it, and the writer agrees.

use std::panic::{AssertUnwindSafe, catch_unwind};

use envaudit::ledger::anchor::{Anchor, Anchored};
use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::verify::{Report, Verdict};
use envaudit::ledger::{FileStore, KeyRing, Ledger, MasterKey};
use envaudit_tests::fresh_ledger::event;
use envaudit_tests::sequences::{self, Dice};

use super::model::{MemoryAnchor, key_at_end, segments};
use super::tampers::{Copy, Expect, Tamper};
use super::world::{nth_key, options_with, ring_with, verify};

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Append {
        count: u64,
    },
    Checkpoint,
    Seal,
    Rotate,
    Prune {
        keep: usize,
    },
    /// The ledger is closed and opened again.
    Close,
    /// Somebody makes a copy.
    Copy,
    Tamper(Tamper),
}

fn steps(dice: &mut Dice) -> Vec<Step> {
    let len = 4 + dice.below(16);
    let mut steps: Vec<Step> = (0..len).map(|_| step(dice)).collect();
    steps.push(Step::Tamper(Tamper::any(dice)));
    steps
}

fn step(dice: &mut Dice) -> Step {
    let (count, keep) = (1 + dice.below(4), 1 + dice.index(3));
    let tamper = Tamper::any(dice);
    dice.weighted(&[
        (8, Step::Append { count }),
        (3, Step::Checkpoint),
        (3, Step::Seal),
        (2, Step::Rotate),
        (1, Step::Prune { keep }),
        (1, Step::Close),
        (3, Step::Copy),
        (8, Step::Tamper(tamper)),
    ])
}

struct Machine {
    disk: MemoryDisk,
    ledger: Ledger,
    keys: Vec<MasterKey>,
    older: Option<Copy>,
    next: u64,
}

impl Machine {
    fn new() -> Self {
        let disk = MemoryDisk::new();
        let options = options_with(KeyRing::new(nth_key(0)));
        let ledger = options.init_in(FileStore::on(disk.clone())).expect("an empty disk");
        Machine { disk, ledger, keys: vec![nth_key(0)], older: None, next: 0 }
    }

    fn ring(&self) -> KeyRing {
        ring_with(&self.keys, key_at_end(&self.disk).as_deref())
    }

    fn act(&mut self, step: Step) {
        match step {
            Step::Append { count } => {
                let events: Vec<_> = (self.next..self.next + count).map(event).collect();
                self.ledger.append_batch(&events).expect("appended");
                self.next += count;
            }
            Step::Checkpoint => self.ledger.checkpoint().expect("taken"),
            Step::Seal => self.ledger.seal().expect("sealed"),
            Step::Rotate => {
                let key = nth_key(self.keys.len());
                self.keys.push(key.clone());
                self.ledger.rotate(key).expect("rotated");
            }
            Step::Prune { keep } => {
                self.ledger.prune(PrunePolicy::KeepSegments(keep)).expect("pruned");
            }
            Step::Close => {
                self.ledger.close().expect("closed");
                let opened = options_with(self.ring()).open_in(FileStore::on(self.disk.clone()));
                self.ledger = opened.expect("an honest ledger");
            }
            Step::Copy => {
                let (disk, ring) = (self.disk.after_kill(), self.ring());
                self.older = Some(Copy { disk, key: ring.current().clone(), ring });
            }
            Step::Tamper(tamper) => self.tamper(tamper),
        }
    }

    fn anchored(&self) -> Anchored {
        let (ledger_id, head) =
            (self.ledger.manifest().ledger_id().to_string(), self.ledger.head());
        Anchored { ledger_id, size: head.seq, head: head.hash }
    }

    fn tamper(&self, tamper: Tamper) {
        let ring = self.ring();
        let anchored = self.anchored();
        let honest = verify(&self.disk, &ring, Some(anchored.clone()));
        assert_eq!(honest.verdict(), Verdict::OkAnchored, "before anything is done: {honest}");
        let tampered = tamper.apply(&self.disk, ring.current(), self.older.as_ref());
        let Some(tampered) = tampered else { return };
        for (anchor, expected) in [(None, tampered.alone), (Some(anchored), tampered.anchored)] {
            let report = verify(&tampered.disk, &ring, anchor.clone());
            if expected == Expect::Broken {
                assert!(!report.is_intact(), "{tamper:?}, anchor {anchor:?}: {report}");
            }
            check_writer(&tampered.disk, &ring, anchor, &report, tamper);
        }
    }
}

/// The writer opens what is intact, mends what is torn, and makes nothing else intact.
fn check_writer(
    disk: &MemoryDisk,
    ring: &KeyRing,
    anchored: Option<Anchored>,
    report: &Report,
    tamper: Tamper,
) {
    let disk = disk.after_kill();
    let anchor = MemoryAnchor::default();
    if let Some(anchored) = &anchored {
        anchor.put(anchored).expect("kept");
    }
    let breaks = || report.findings.iter().filter(|it| it.verdict.is_break());
    // Where the first event of all is torn, nothing is left to go on from.
    let is_torn = breaks().all(|it| it.verdict == Verdict::Torn) && report.events > 0;
    let options = options_with(ring.clone()).anchor(anchor);
    let opened = options.open_in(FileStore::on(disk.clone()));
    let context = || format!("{tamper:?}, anchor {anchored:?}: {report}");
    let ledger = match opened {
        Ok(ledger) => ledger,
        Err(error) => {
            assert!(!report.is_intact() && !is_torn, "the writer refuses: {error}\n{}", context());
            return;
        }
    };
    let works = |ledger: &Ledger| {
        ledger.append(&event(2_000_000))?;
        ledger.seal()?;
        ledger.close()
    };
    if is_torn {
        works(&ledger).unwrap_or_else(|error| panic!("{error}\n{}", context()));
    } else {
        // Whatever it does, and even if it panics at what it finds, it must not make it good.
        let _ = catch_unwind(AssertUnwindSafe(|| {
            // As many events as reach the checkpoints that are there.
            for nth in 0..8 {
                let _ = ledger.append(&event(3_000_000 + nth));
                let _ = ledger.checkpoint();
            }
            let _ = works(&ledger);
            let _ = ledger.prune(PrunePolicy::KeepSegments(1));
        }));
    }
    drop(ledger);
    let after = verify(&disk, ring, anchored.clone());
    assert_eq!(after.is_intact(), is_torn, "after the writer: {after}\nbefore: {}", context());
    assert!(!segments(&disk).is_empty(), "something is left");
}

fn run(steps: &[Step]) {
    let mut machine = Machine::new();
    steps.iter().for_each(|step| machine.act(*step));
}

#[test]
fn what_somebody_changes_is_found_and_the_writer_agrees() {
    sequences::check("tampering", 150, steps, run);
}
