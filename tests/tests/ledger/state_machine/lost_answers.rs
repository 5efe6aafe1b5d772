//! Three writers on one store without a lock, whose answers get lost.

use std::collections::BTreeMap;
use std::time::Duration;

use envaudit::ledger::prune::{PruneError, PrunePolicy};
use envaudit::ledger::testing::{LostAnswer, LostAnswers, MemoryStore, UnreliableStore};
use envaudit::ledger::verify::{Verdict, Verifier};
use envaudit::ledger::{AppendError, Ledger, LedgerOptions};
use envaudit_tests::fresh_ledger::event;
use envaudit_tests::sequences::{self, Dice};

use super::model::{Fate, MemoryAnchor, assert_no_alarm, number_of};
use super::world::{nth_key, options_with, ring_with};

const WRITERS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    Append {
        writer: usize,
        count: u64,
    },
    Checkpoint {
        writer: usize,
    },
    Seal {
        writer: usize,
    },
    Rotate {
        writer: usize,
    },
    Prune {
        writer: usize,
        keep: usize,
    },
    Reopen {
        writer: usize,
    },
    Restart {
        writer: usize,
    },
    /// So many of the next answers are lost, or all of them.
    Lose {
        writer: usize,
        what: LostAnswer,
        often: usize,
    },
    Heal {
        writer: usize,
    },
}

fn steps(dice: &mut Dice) -> Vec<Step> {
    let len = 3 + dice.below(20);
    (0..len).map(|_| step(dice)).collect()
}

fn step(dice: &mut Dice) -> Step {
    let writer = dice.index(WRITERS);
    let (count, keep) = (1 + dice.below(4), 1 + dice.index(3));
    let what =
        dice.one_of(&[LostAnswer::BeforeWriting, LostAnswer::AfterWriting, LostAnswer::Stale]);
    let often = dice.one_of(&[1, 1, 2, 3, usize::MAX]);
    dice.weighted(&[
        (12, Step::Append { writer, count }),
        (3, Step::Checkpoint { writer }),
        (2, Step::Seal { writer }),
        (1, Step::Rotate { writer }),
        (1, Step::Prune { writer, keep }),
        (4, Step::Reopen { writer }),
        (2, Step::Restart { writer }),
        (6, Step::Lose { writer, what, often }),
        (3, Step::Heal { writer }),
    ])
}

struct Writer {
    ledger: Ledger,
    answers: LostAnswers,
    uncertain: Vec<u64>,
}

struct Machine {
    store: MemoryStore,
    writers: Vec<Option<Writer>>,
    fates: Vec<Fate>,
    keys: usize,
    anchor: MemoryAnchor,
    prunes: bool,
}

/// What is in the store.
struct Content {
    /// The seq and the id of each event of these tests.
    there: BTreeMap<u64, (u64, String)>,
    first: u64,
    key: Option<String>,
}

impl Machine {
    fn new() -> Self {
        let store = MemoryStore::default();
        let anchor = MemoryAnchor::default();
        let mut machine = Machine {
            store,
            writers: Vec::new(),
            fates: Vec::new(),
            keys: 1,
            anchor,
            prunes: false,
        };
        let made = options_with(ring_with(&[nth_key(0)], None)).init_in(machine.store.clone());
        drop(made.expect("an empty store"));
        machine.writers = (0..WRITERS).map(|_| Some(machine.open())).collect();
        machine
    }

    fn content(&self) -> Content {
        let segments =
            envaudit_tests::ledger::LedgerBytes::copy_of(&self.store).expect("readable").segments;
        let first = segments.first_key_value().map_or(1, |(first, _)| *first);
        let (mut there, mut key) = (BTreeMap::new(), None);
        for line in segments.values().flat_map(|bytes| bytes.split(|&byte| byte == b'\n')) {
            if line.is_empty() {
                continue;
            }
            let line = envaudit::ledger::format::Line::parse(line).expect("a store tears nothing");
            let to = line.details.filter(|_| line.action == "ledger.key_rotated").map(|details| {
                let details: serde_json::Value = serde_json::from_str(details).expect("JSON");
                details["to"].as_str().expect("a key").to_owned()
            });
            key = to.or_else(|| line.kid.map(|kid| kid.to_string()));
            if let Some(number) = number_of(&line) {
                let before = there.insert(number, (line.seq, line.event_id.to_owned()));
                assert_eq!(before, None, "event {number} is there twice");
            }
        }
        Content { there, first, key }
    }

    fn options(&self) -> LedgerOptions {
        let keys: Vec<_> = (0..self.keys).map(nth_key).collect();
        let options = options_with(ring_with(&keys, self.content().key.as_deref()));
        // What is retried is retried at once, and not for long.
        options
            .anchor(self.anchor.clone())
            .write_timeout(Duration::from_millis(15))
            .lock_pause(|_| ())
    }

    fn open(&self) -> Writer {
        let store = UnreliableStore::new(self.store.clone());
        let answers = store.faults();
        let ledger = self.options().open_in(store);
        let ledger = ledger.unwrap_or_else(|error| panic!("nothing fails yet: {error}"));
        Writer { ledger, answers, uncertain: Vec::new() }
    }

    fn append(&mut self, writer: usize, count: u64) {
        let Some(open) = &mut self.writers[writer] else { return };
        let first = self.fates.len() as u64;
        let numbers = first..first + count;
        let events: Vec<_> = numbers.clone().map(event).collect();
        match open.ledger.append_batch(&events) {
            Ok(appended) => self.fates.extend(appended.iter().map(|appended| Fate::Acknowledged {
                seq: appended.seq,
                id: appended.event_id.to_string(),
                durable: true,
            })),
            Err(error) => {
                assert_no_alarm(&error, "append");
                let fate = if error.may_be_there() { Fate::Unknown } else { Fate::Refused };
                if fate == Fate::Unknown {
                    open.uncertain.extend(numbers.clone());
                }
                self.fates.extend(numbers.map(|_| fate.clone()));
            }
        }
    }

    fn act(
        &mut self,
        writer: usize,
        doing: &str,
        act: impl Fn(&Ledger) -> Result<(), AppendError>,
    ) {
        if let Some(open) = &self.writers[writer]
            && let Err(error) = act(&open.ledger)
        {
            assert_no_alarm(&error, doing);
        }
    }

    fn reopen(&mut self, writer: usize) {
        let Some(open) = &mut self.writers[writer] else { return };
        let reopened = match open.ledger.reopen() {
            Ok(reopened) => reopened,
            Err(error) => return assert_no_alarm(&error, "reopen"),
        };
        let uncertain = std::mem::take(&mut open.uncertain);
        let there = self.content().there;
        for number in uncertain {
            self.fates[number as usize] = match there.get(&number) {
                None => Fate::Refused,
                Some((seq, id)) => {
                    let told = reopened.found.iter().any(|found| found.to_string() == *id);
                    assert!(
                        told,
                        "event {number} is there, and reopening does not tell: {reopened:?}"
                    );
                    Fate::Acknowledged { seq: *seq, id: id.clone(), durable: true }
                }
            };
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Append { writer, count } => self.append(writer, count),
            Step::Checkpoint { writer } => self.act(writer, "checkpoint", Ledger::checkpoint),
            Step::Seal { writer } => self.act(writer, "seal", Ledger::seal),
            Step::Rotate { writer } => {
                let key = nth_key(self.keys);
                self.keys += 1;
                self.act(writer, "rotate", |ledger| ledger.rotate(key.clone()));
            }
            Step::Prune { writer, keep } => {
                self.prunes = true;
                if let Some(open) = &self.writers[writer]
                    && let Err(error) = open.ledger.prune(PrunePolicy::KeepSegments(keep))
                {
                    assert!(!matches!(error, PruneError::Changed(_)), "prune: {error}");
                    assert_no_alarm(&error, "prune");
                }
            }
            Step::Reopen { writer } => self.reopen(writer),
            Step::Restart { writer } => {
                self.writers[writer] = None;
                self.writers[writer] = Some(self.open());
            }
            Step::Lose { writer, what, often } => {
                let Some(open) = &self.writers[writer] else { return };
                match often {
                    usize::MAX => open.answers.lose_all(what),
                    often => open.answers.lose(what, often),
                }
            }
            Step::Heal { writer } => {
                if let Some(open) = &self.writers[writer] {
                    open.answers.heal();
                }
            }
        }
    }

    fn check_end(&self) {
        let Content { there, first, .. } = self.content();
        assert!(first == 1 || self.prunes, "nothing was pruned, and the first event is {first}");
        for (fate, number) in self.fates.iter().zip(0..) {
            match fate {
                Fate::Unknown => {}
                Fate::Refused => assert_eq!(there.get(&number), None, "event {number} was refused"),
                Fate::Acknowledged { seq, .. } if *seq < first => {}
                Fate::Acknowledged { seq, id, .. } => {
                    let expected = (*seq, id.clone());
                    assert_eq!(there.get(&number), Some(&expected), "event {number}");
                }
            }
        }
        let ledger = self.options().open_in(self.store.clone());
        let ledger = ledger.unwrap_or_else(|error| panic!("it is not opened: {error}"));
        ledger.append(&event(self.fates.len() as u64)).expect("it goes on");
        ledger.close().expect("nothing is in the way");
        let ring = ledger.keys().expect("keys");
        let verifier = Verifier::new().keys(&ring).anchor(self.anchor.last().expect("closed"));
        let report = verifier.verify(&self.store).expect("memory can be read");
        assert_eq!(report.verdict(), Verdict::OkAnchored, "{report}");
        let back = report.findings.iter().find(|it| it.verdict == Verdict::ClockRegression);
        assert_eq!(back, None, "a timestamp goes back");
    }
}

fn run(steps: &[Step]) {
    let mut machine = Machine::new();
    steps.iter().for_each(|step| machine.step(*step));
    machine.writers.clear();
    machine.check_end();
}

#[test]
fn whatever_answers_of_a_store_get_lost_nothing_acknowledged_is_and_nothing_is_there_twice() {
    sequences::check("lost answers", 60, steps, run);
}
