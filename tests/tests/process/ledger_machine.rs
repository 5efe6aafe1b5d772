//! A random state machine of real processes: three of them on one ledger, killed at any time, with a torn end now and then.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use envaudit::ledger::store::SegmentSource;
use envaudit::ledger::verify::Verifier;
use envaudit::ledger::{FileStore, KeyRing, LedgerOptions};
use envaudit_tests::fresh_ledger::{key, recorded};
use envaudit_tests::sequences::{self, Dice};

const SESSION: &str = env!("CARGO_BIN_EXE_ledger_session");
const PROCESSES: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A process is told to do this. Nobody waits for the answer before the process is told something else.
    Tell { process: usize, what: What },
    /// A process is killed, whatever it does, and another takes its place.
    Kill { process: usize, pause: u64 },
    /// All processes are killed, and the last line is left unfinished.
    Tear,
    /// All answers are waited for.
    Wait,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Append { count: u64 },
    Checkpoint,
    Seal,
    Flush,
    Prune { keep: u64 },
    Reopen,
}

fn steps(dice: &mut Dice) -> Vec<Step> {
    let len = 5 + dice.below(30);
    (0..len).map(|_| step(dice)).collect()
}

fn step(dice: &mut Dice) -> Step {
    let process = dice.index(PROCESSES);
    let (count, keep, pause) = (1 + dice.below(12), 2 + dice.below(3), dice.below(3000));
    let what = dice.weighted(&[
        (10, What::Append { count }),
        (3, What::Checkpoint),
        (2, What::Seal),
        (1, What::Flush),
        (1, What::Prune { keep }),
        (1, What::Reopen),
    ]);
    dice.weighted(&[
        (14, Step::Tell { process, what }),
        (3, Step::Kill { process, pause }),
        (1, Step::Tear),
        (2, Step::Wait),
    ])
}

/// A process, and what it was told to do and has not answered yet.
struct Session {
    child: Child,
    tell: ChildStdin,
    answers: BufReader<ChildStdout>,
    waiting: Vec<Option<(u64, u64)>>,
}

impl Session {
    fn start(path: &Path, process: usize) -> Self {
        let mode = if process == 1 { "later" } else { "always" };
        let mut child = Command::new(SESSION)
            .arg(path)
            .arg(mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it can be run");
        let tell = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Session { child, tell, answers, waiting: Vec::new() }
    }
}

/// What was said of an event: its seq and id if it is recorded, or whether it may be there.
#[derive(Debug)]
enum Told {
    Recorded(u64, String),
    Unknown,
    Refused,
}

struct Machine<'p> {
    path: &'p Path,
    sessions: Vec<Session>,
    told: BTreeMap<u64, Told>,
    next: u64,
    prunes: bool,
}

impl Machine<'_> {
    fn tell(&mut self, process: usize, what: What) {
        let (line, events) = match what {
            What::Append { count } => {
                let first = self.next;
                self.next += count;
                (format!("append {first} {count}\n"), Some((first, count)))
            }
            What::Checkpoint => ("checkpoint\n".to_owned(), None),
            What::Seal => ("seal\n".to_owned(), None),
            What::Flush => ("flush\n".to_owned(), None),
            What::Prune { keep } => {
                self.prunes = true;
                (format!("prune {keep}\n"), None)
            }
            What::Reopen => ("reopen\n".to_owned(), None),
        };
        let session = &mut self.sessions[process];
        session.tell.write_all(line.as_bytes()).expect("it reads");
        session.waiting.push(events);
    }

    fn wait(&mut self, process: usize) {
        for events in std::mem::take(&mut self.sessions[process].waiting) {
            let mut answer = String::new();
            self.sessions[process].answers.read_line(&mut answer).expect("an answer");
            assert!(answer.ends_with('\n'), "process {process} has ended: `{answer}`");
            self.hear(events, answer.trim_end());
        }
    }

    fn hear(&mut self, events: Option<(u64, u64)>, answer: &str) {
        let no_alarm = !["was written", "cut off", "rewritten", "changed"]
            .iter()
            .any(|it| answer.contains(it));
        assert!(no_alarm, "an alarm, and nobody has done anything: {answer}");
        let Some((first, count)) = events else {
            assert!(
                answer.starts_with("ok") || answer.starts_with("found"),
                "nothing has failed: {answer}"
            );
            return;
        };
        let words: Vec<&str> = answer.split(' ').collect();
        for nth in 0..count {
            let told = match words[0] {
                "ok" => {
                    let at = 1 + 2 * nth as usize;
                    Told::Recorded(words[at].parse().expect("a seq"), words[at + 1].to_owned())
                }
                "unknown" => Told::Unknown,
                _ => Told::Refused,
            };
            self.told.insert(first + nth, told);
        }
    }

    /// Kills the process. What it has not answered by then may have been done.
    fn kill(&mut self, process: usize, pause: u64) {
        (0..pause).for_each(|_| std::thread::yield_now());
        let session = &mut self.sessions[process];
        session.child.kill().expect("it runs");
        session.child.wait().expect("it ran");
        let mut rest = String::new();
        session.answers.read_to_string(&mut rest).expect("the rest");
        let whole = rest.rfind('\n').map_or(0, |end| end + 1);
        let mut answers = rest[..whole].lines();
        let waiting = std::mem::take(&mut session.waiting);
        for events in waiting {
            match (answers.next(), events) {
                (Some(answer), _) => self.hear(events, answer),
                (None, Some((first, count))) => {
                    self.told.extend((first..first + count).map(|number| (number, Told::Unknown)));
                }
                (None, None) => {}
            }
        }
    }

    fn restart(&mut self, process: usize) {
        self.sessions[process] = Session::start(self.path, process);
    }
}

fn options() -> LedgerOptions {
    LedgerOptions::new().key(key()).vars([("", ""); 0]).segment_size(4000)
}

fn run(steps: &[Step]) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("ledger");
    drop(options().init(&path).expect("a new ledger"));
    let sessions = (0..PROCESSES).map(|process| Session::start(&path, process)).collect();
    let mut machine =
        Machine { path: &path, sessions, told: BTreeMap::new(), next: 0, prunes: false };
    for step in steps {
        match *step {
            Step::Tell { process, what } => machine.tell(process, what),
            Step::Kill { process, pause } => {
                machine.kill(process, pause);
                machine.restart(process);
            }
            Step::Tear => {
                (0..PROCESSES).for_each(|process| machine.kill(process, 0));
                tear(&path);
                (0..PROCESSES).for_each(|process| machine.restart(process));
            }
            Step::Wait => (0..PROCESSES).for_each(|process| machine.wait(process)),
        }
    }
    (0..PROCESSES).for_each(|process| machine.wait(process));
    let Machine { sessions, told, prunes, .. } = machine;
    for mut session in sessions {
        // The end of its input ends it.
        drop(session.tell);
        assert!(session.child.wait().expect("it ran").success());
    }
    check_end(&path, &told, prunes);
}

/// Leaves the end of the ledger as a machine does that stops in the middle of a write.
fn tear(path: &Path) {
    let last = FileStore::new(path).segments().expect("segments").pop().expect("one");
    let mut file = OpenOptions::new().append(true).open(path.join(last.name)).expect("a file");
    file.write_all(b"{\"v\":1,\"seq\":").expect("written");
}

fn check_end(path: &Path, told: &BTreeMap<u64, Told>, prunes: bool) {
    let ledger = options().open(path).expect("it is opened");
    let numbers = recorded(ledger.source());
    let mut there = BTreeMap::new();
    for record in ledger.reader().events().expect("segments") {
        let record = record.expect("a record");
        let line = record.line().expect("a line");
        if line.action == "order.placed" {
            let details: serde_json::Value =
                serde_json::from_str(line.details.expect("details")).expect("JSON");
            let number = details["nth"].as_u64().expect("a number");
            let before = there.insert(number, (line.seq, line.event_id.to_owned()));
            assert_eq!(before, None, "event {number} is there twice");
        }
    }
    assert_eq!(numbers.len(), there.len());
    let first = ledger.source().segments().expect("segments")[0].first_seq;
    assert!(first == 1 || prunes, "nothing was pruned, and the first event is {first}");
    for (number, told) in told {
        match told {
            Told::Unknown => {}
            Told::Refused => assert_eq!(there.get(number), None, "event {number} was refused"),
            Told::Recorded(seq, _) if *seq < first => {}
            Told::Recorded(seq, id) => {
                assert_eq!(
                    there.get(number),
                    Some(&(*seq, id.clone())),
                    "event {number} was recorded"
                );
            }
        }
    }
    let report = Verifier::new().keys(&KeyRing::new(key())).verify(ledger.source());
    let report = report.expect("it can be read");
    assert!(report.is_intact(), "{report}");
}

#[test]
fn processes_that_are_killed_at_any_time_lose_nothing_and_write_nothing_twice() {
    sequences::check("processes", 8, steps, run);
}
