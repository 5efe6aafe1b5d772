//! A writer's thread with its queue, another process beside it, and failures at any time.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use envaudit::ledger::testing::{Fault, MemoryDisk};
use envaudit::ledger::writer::{SubmitError, Ticket, WriterOptions};
use envaudit::ledger::{Appended, FileStore, KeyRing, Ledger, LedgerWriter, SyncMode};
use envaudit_tests::fresh_ledger::{event, recorded_with};
use envaudit_tests::sequences::{self, Dice};

use super::handles::FAULTS;
use super::model::{assert_no_alarm, each_line, listed};
use super::world::{nth_key, options_with, verify};

/// How many events the queue takes.
const CAPACITY: usize = 6;

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A guaranteed event; its caller waits.
    Append,
    /// Guaranteed events whose callers do not wait yet.
    Submit {
        count: u64,
    },
    /// Events that may be lost.
    Record {
        count: u64,
    },
    /// All callers that have not waited yet wait.
    Wait,
    /// The application reads the ledger anew.
    Reopen,
    /// The application takes a checkpoint.
    Checkpoint,
    /// The application ends a segment.
    Seal,
    /// Another process appends.
    AppendElsewhere,
    Fail {
        nth: u64,
        fault: Fault,
    },
    Heal,
    /// The writer is closed; nothing comes after it.
    Close,
    /// The last handle is dropped, on a disk that is well; nothing comes after it.
    Drop,
}

fn steps(dice: &mut Dice) -> Vec<Step> {
    let len = 2 + dice.below(16);
    let mut steps: Vec<Step> = (0..len).map(|_| step(dice)).collect();
    if dice.below(2) == 0 {
        steps.push(Step::Heal);
    }
    steps.push(dice.weighted(&[(3, Step::Close), (1, Step::Drop)]));
    steps
}

fn step(dice: &mut Dice) -> Step {
    let (count, nth) = (1 + dice.below(5), dice.below(16));
    let fault = dice.one_of(&FAULTS);
    dice.weighted(&[
        (4, Step::Append),
        (4, Step::Submit { count }),
        (10, Step::Record { count }),
        (2, Step::Wait),
        (3, Step::Reopen),
        (2, Step::Checkpoint),
        (1, Step::Seal),
        (3, Step::AppendElsewhere),
        (9, Step::Fail { nth, fault }),
        (4, Step::Heal),
    ])
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for an answer, and no longer than a minute.
fn answer(ticket: Ticket) -> Result<Appended, SubmitError> {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut ticket = pin!(ticket);
    for _ in 0..60 {
        if let Poll::Ready(answer) = ticket.as_mut().poll(&mut Context::from_waker(&waker)) {
            return answer;
        }
        std::thread::park_timeout(Duration::from_secs(1));
    }
    panic!("a caller waits for ever")
}

/// What callers of guaranteed events were told.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Recorded { seq: u64 },
    Refused,
    Unknown,
}

struct Machine {
    disk: MemoryDisk,
    writer: LedgerWriter,
    elsewhere: Ledger,
    waiting: Vec<(u64, Ticket)>,
    told: BTreeMap<u64, Told>,
    /// The events that may be lost.
    recorded: Vec<u64>,
    next: u64,
}

impl Machine {
    fn new(sync: SyncMode) -> Self {
        let disk = MemoryDisk::new();
        let options = || options_with(ring());
        let ledger = options().sync(sync).init_in(FileStore::on(disk.clone()));
        let ledger = ledger.expect("an empty disk");
        let elsewhere = options().open_in(FileStore::on(disk.clone())).expect("a ledger");
        let options = WriterOptions::new().capacity(CAPACITY);
        Machine {
            disk,
            writer: LedgerWriter::with(Arc::new(ledger), &options),
            elsewhere,
            waiting: Vec::new(),
            told: BTreeMap::new(),
            recorded: Vec::new(),
            next: 0,
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    fn submit(&mut self) {
        let number = self.number();
        match self.writer.submit(event(number)) {
            Ok(ticket) => self.waiting.push((number, ticket)),
            Err(_) => drop(self.told.insert(number, Told::Refused)),
        }
    }

    fn wait(&mut self) {
        for (number, ticket) in self.waiting.drain(..) {
            let told = match answer(ticket) {
                Ok(appended) => Told::Recorded { seq: appended.seq },
                Err(SubmitError::Append(error)) => {
                    assert_no_alarm(&*error, "append");
                    if error.may_be_there() { Told::Unknown } else { Told::Refused }
                }
                Err(_) => Told::Refused,
            };
            self.told.insert(number, told);
        }
    }

    fn append_elsewhere(&mut self) {
        let number = self.number();
        let told = match self.elsewhere.append(&event(number)) {
            Ok(appended) => Told::Recorded { seq: appended.seq },
            Err(error) => {
                assert_no_alarm(&error, "append elsewhere");
                // Whatever it was, the other process reads the ledger again.
                let _ = self.elsewhere.reopen();
                if error.may_be_there() { Told::Unknown } else { Told::Refused }
            }
        };
        self.told.insert(number, told);
    }

    fn act(&mut self, step: Step) {
        match step {
            Step::Append => {
                self.submit();
                self.wait();
            }
            Step::Submit { count } => (0..count).for_each(|_| self.submit()),
            Step::Record { count } => {
                for _ in 0..count {
                    let number = self.number();
                    self.writer.record(event(number));
                    self.recorded.push(number);
                }
            }
            Step::Wait => self.wait(),
            Step::Reopen => {
                if let Err(error) = self.writer.ledger().reopen() {
                    assert_no_alarm(&error, "reopen");
                }
            }
            Step::Checkpoint => {
                if let Err(error) = self.writer.ledger().checkpoint() {
                    assert_no_alarm(&error, "checkpoint");
                }
            }
            Step::Seal => {
                if let Err(error) = self.writer.ledger().seal() {
                    assert_no_alarm(&error, "seal");
                }
            }
            Step::AppendElsewhere => self.append_elsewhere(),
            Step::Fail { nth, fault } => self.disk.fail_nth(nth, fault),
            Step::Heal => self.disk.heal(),
            Step::Close | Step::Drop => {}
        }
    }
}

fn ring() -> KeyRing {
    KeyRing::new(nth_key(0))
}

fn run(sync: SyncMode, steps: &[Step]) {
    let mut machine = Machine::new(sync);
    let mut drops = false;
    for step in steps {
        machine.act(*step);
        if let Step::Close | Step::Drop = step {
            drops = matches!(step, Step::Drop);
            break;
        }
    }
    let closed = if drops {
        // Dropping tells nobody: on a disk that is well it has nothing to tell.
        machine.disk.heal();
        true
    } else {
        match machine.writer.close() {
            Ok(()) => true,
            Err(error) => {
                assert_no_alarm(&error, "close");
                false
            }
        }
    };
    machine.wait();
    let lost = machine.writer.lost();
    let Machine { disk, writer, elsewhere, told, recorded, .. } = machine;
    drop((writer, elsewhere));
    let lost = (!drops).then_some(lost);
    disk.heal();
    check_end(&disk.after_kill(), &told);
    if sync == SyncMode::Always {
        (0..2).for_each(|seed| check_end(&disk.after_power_cut(seed), &told));
    }

    let there = listed(&disk);
    let found = recorded.iter().filter(|number| there.contains_key(number)).count() as u64;
    let mut gaps = 0;
    each_line(&disk, |line| {
        if line.action == "ledger.gap" {
            let details: serde_json::Value =
                serde_json::from_str(line.details.expect("details")).expect("JSON");
            gaps += details["events"].as_u64().expect("a number");
        }
    });
    let asked = recorded.len() as u64;
    if closed {
        assert_eq!(found + gaps, asked, "events there and events in gaps, against those asked for");
    }
    if let Some(lost) = lost {
        assert!(found + lost >= asked, "{asked} asked for, {found} there, {lost} lost");
        assert!(!closed || gaps == lost, "{gaps} events in gaps, {lost} lost");
    }
}

/// What must hold of a ledger that another process finds.
fn check_end(disk: &MemoryDisk, told: &BTreeMap<u64, Told>) {
    let ledger = options_with(ring()).open_in(FileStore::on(disk.clone()));
    let ledger = ledger.unwrap_or_else(|error| panic!("it is not opened: {error}"));
    recorded_with(ledger.source(), &[nth_key(0)]);
    let there = listed(disk);
    for (number, told) in told {
        let found = there.get(number).map(|found| found.seq);
        match told {
            Told::Unknown => {}
            Told::Refused => assert_eq!(found, None, "event {number} was refused"),
            Told::Recorded { seq } => assert_eq!(found, Some(*seq), "event {number} was recorded"),
        }
    }
    let report = verify(disk, &ring(), None);
    assert!(report.is_intact(), "{report}");
}

#[test]
fn a_writer_loses_nothing_silently_and_writes_nothing_twice() {
    sequences::check("a writer", 40, steps, |steps| run(SyncMode::Always, steps));
}

#[test]
fn the_same_with_a_writer_that_syncs_later() {
    let later = SyncMode::Interval(Duration::from_millis(2));
    sequences::check("a writer that syncs later", 20, steps, |steps| run(later, steps));
}
