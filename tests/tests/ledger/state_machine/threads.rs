//! Threads that share a handle, threads that share another one, a writer's threads, and failures meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Barrier, Mutex};

use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::testing::{Fault, MemoryDisk};
use envaudit::ledger::writer::SubmitError;
use envaudit::ledger::{Appended, FileStore, KeyRing, Ledger, LedgerWriter};
use envaudit_tests::fresh_ledger::{event, recorded_with};
use envaudit_tests::sequences::{self, Dice};

use super::model::{Fate, assert_no_alarm, listed, segments};
use super::world::{nth_key, options_with, verify};

/// Threads 0 to 2 share a handle, 3 and 4 another; 5 and 6 send their events through a writer on a third.
const THREADS: usize = 7;

/// Failures that pass.
const FAULTS: [Fault; 5] =
    [Fault::Io, Fault::Full, Fault::Short, Fault::DoneButFailed, Fault::Interrupted];

#[derive(Clone, Copy, Debug)]
enum Action {
    Append { count: u64 },
    Checkpoint,
    Seal,
    Prune,
    Reopen,
    Fail { nth: u64, fault: Fault },
}

#[derive(Clone, Copy, Debug)]
struct Step {
    thread: usize,
    action: Action,
}

fn steps(dice: &mut Dice) -> Vec<Step> {
    let len = 10 + dice.below(60);
    (0..len).map(|_| step(dice)).collect()
}

fn step(dice: &mut Dice) -> Step {
    let (count, nth, fault) = (1 + dice.below(3), dice.below(40), dice.one_of(&FAULTS));
    let action = dice.weighted(&[
        (20, Action::Append { count }),
        (4, Action::Checkpoint),
        (2, Action::Seal),
        (1, Action::Prune),
        (3, Action::Reopen),
        (4, Action::Fail { nth, fault }),
    ]);
    Step { thread: dice.index(THREADS), action }
}

/// A handle, and the ids of the events that it was told to be there after all.
struct Shared {
    ledger: Arc<Ledger>,
    found: Mutex<BTreeSet<String>>,
}

impl Shared {
    fn reopen(&self) {
        // Whoever is told keeps what is told, before anybody else is told something.
        let mut found = self.found.lock().expect("no thread panicked with it");
        match self.ledger.reopen() {
            Ok(reopened) => found.extend(reopened.found.iter().map(ToString::to_string)),
            Err(error) => assert_no_alarm(&error, "reopen"),
        }
    }
}

fn run(steps: &[Step]) {
    let disk = MemoryDisk::new();
    let ring = KeyRing::new(nth_key(0));
    let options = || options_with(ring.clone());
    drop(options().init_in(FileStore::on(disk.clone())).expect("an empty disk"));
    let handles: Vec<Shared> = (0..3)
        .map(|_| {
            let ledger = options().open_in(FileStore::on(disk.clone())).expect("a ledger");
            Shared { ledger: Arc::new(ledger), found: Mutex::default() }
        })
        .collect();
    let writer = LedgerWriter::new(Arc::clone(&handles[2].ledger));
    let start = Barrier::new(THREADS);
    let fates: Vec<Vec<(u64, Fate)>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let actions: Vec<Action> =
                    steps.iter().filter(|it| it.thread == thread).map(|it| it.action).collect();
                let (disk, start) = (&disk, &start);
                let shared = &handles[[0, 0, 0, 1, 1, 2, 2][thread]];
                let writer = (thread >= 5).then_some(&writer);
                scope.spawn(move || {
                    start.wait();
                    act(thread, &actions, disk, shared, writer)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    disk.heal();
    drop(writer);
    handles.iter().for_each(Shared::reopen);

    let there = listed(&disk);
    for (thread, fates) in fates.iter().enumerate() {
        let shared = &handles[[0, 0, 0, 1, 1, 2, 2][thread]];
        let told = shared.found.lock().expect("no thread panicked with it");
        let mut last = 0;
        for (number, fate) in fates {
            let found = there.get(number);
            let told = found.is_some_and(|found| told.contains(&found.id));
            match fate {
                Fate::Refused => assert_eq!(found, None, "event {number} was refused"),
                // A writer asks the ledger itself, and nobody else is told.
                Fate::Unknown if thread >= 5 => {}
                Fate::Unknown => assert_eq!(told, found.is_some(), "event {number}: {found:?}"),
                Fate::Acknowledged { seq, .. } => {
                    assert!(last < *seq, "the events of one thread are in its order");
                    last = *seq;
                }
            }
        }
    }
    let all: BTreeMap<u64, Fate> = fates.into_iter().flatten().collect();
    drop(handles);
    for disk in [disk.after_kill(), disk.after_power_cut(0), disk.after_power_cut(1)] {
        check_end(&disk, &ring, &all);
    }
}

fn act(
    thread: usize,
    actions: &[Action],
    disk: &MemoryDisk,
    shared: &Shared,
    writer: Option<&LedgerWriter>,
) -> Vec<(u64, Fate)> {
    let mut fates = Vec::new();
    let mut next = thread as u64 * 10_000;
    for action in actions {
        let told = match *action {
            Action::Append { count } => {
                let numbers = next..next + count;
                next += count;
                append(numbers, shared, writer, &mut fates);
                Ok(())
            }
            Action::Checkpoint => shared.ledger.checkpoint(),
            Action::Seal => shared.ledger.seal(),
            Action::Prune => {
                if let Err(error) = shared.ledger.prune(PrunePolicy::KeepSegments(3)) {
                    assert_no_alarm(&error, "prune");
                }
                Ok(())
            }
            Action::Reopen => {
                shared.reopen();
                Ok(())
            }
            Action::Fail { nth, fault } => {
                disk.fail_nth(nth, fault);
                Ok(())
            }
        };
        if let Err(error) = told {
            assert_no_alarm(&error, format_args!("{action:?}"));
        }
    }
    fates
}

fn append(
    numbers: Range<u64>,
    shared: &Shared,
    writer: Option<&LedgerWriter>,
    fates: &mut Vec<(u64, Fate)>,
) {
    let acknowledged = |appended: Appended| Fate::Acknowledged {
        seq: appended.seq,
        id: appended.event_id.to_string(),
        durable: true,
    };
    if let Some(writer) = writer {
        for number in numbers {
            let fate = match writer.append(event(number)) {
                Ok(appended) => acknowledged(appended),
                Err(SubmitError::Append(error)) => {
                    assert_no_alarm(&*error, "append");
                    if error.may_be_there() { Fate::Unknown } else { Fate::Refused }
                }
                Err(error) => panic!("{error}"),
            };
            fates.push((number, fate));
        }
        return;
    }
    let events: Vec<_> = numbers.clone().map(event).collect();
    match shared.ledger.append_batch(&events) {
        Ok(appended) => fates.extend(numbers.zip(appended.into_iter().map(acknowledged))),
        Err(error) => {
            assert_no_alarm(&error, "append");
            let fate = if error.may_be_there() { Fate::Unknown } else { Fate::Refused };
            fates.extend(numbers.map(|number| (number, fate.clone())));
        }
    }
}

fn check_end(disk: &MemoryDisk, ring: &KeyRing, fates: &BTreeMap<u64, Fate>) {
    let ledger = options_with(ring.clone()).open_in(FileStore::on(disk.clone()));
    let ledger = ledger.unwrap_or_else(|error| panic!("it is not opened: {error}"));
    recorded_with(ledger.source(), &[nth_key(0)]);
    let there = listed(disk);
    let first = segments(disk).first().map_or(1, |(first, _)| *first);
    for (number, fate) in fates {
        if let Fate::Acknowledged { seq, id, .. } = fate
            && *seq >= first
        {
            let found = there.get(number).map(|found| (found.seq, &found.id));
            assert_eq!(found, Some((*seq, id)), "event {number} was acknowledged");
        }
    }
    let report = verify(disk, ring, None);
    assert!(report.is_intact(), "{report}");
}

#[test]
fn threads_on_three_handles_lose_nothing_and_write_nothing_twice() {
    sequences::check("threads", 40, steps, run);
}
