//! How fast a ledger verifies, beside a loop by hand over the same lines, taken in turns in one run; and how much memory that needs.
//!
//! `cargo run --release -p envaudit-tests --features ledger --bin verify_speed` compares; `… verify_speed make <directory> <events>`
//! makes a ledger, `… check <directory>` verifies it, and `… hand <directory>` goes over it by hand, for counting instructions.

use std::hint::black_box;
use std::io::{BufRead, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use data_encoding::{BASE64, HEXLOWER};
use envaudit::ledger::store::SegmentSource;
use envaudit::ledger::verify::{Report, Verifier};
use envaudit::ledger::{Actor, Event, FileStore, KeyRing, LedgerOptions, Origin, SyncMode};
use envaudit_tests::fresh_ledger::key;
use envaudit_tests::ledger::LedgerBytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

const ROUNDS: usize = 11;
const EVENTS: usize = 400_000;
const BATCH: usize = 500;

type Hash = [u8; 32];

/// The least that a verifier of single lines can do, without a look at what they say: the MAC of each, whose bytes are in memory
/// already, its leaf, and the root over all.
fn by_hand(mut lines: &[u8], key: &[u8]) -> Hash {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    let hash = |parts: &[&[u8]]| -> Hash {
        parts.iter().fold(Sha256::new(), |sha256, part| sha256.chain_update(part)).finalize().into()
    };
    let (mut size, mut peaks) = (0_u64, Vec::<Hash>::new());
    while !lines.is_empty() {
        let line = lines;
        let len = lines.skip_until(b'\n').expect("bytes in memory");
        let covered = &line[..len - ",\"event_hash\":\"\"}\n".len() - 64];
        let mut top = hash(&[&[0], &mac.clone().chain_update(covered).finalize().into_bytes()]);
        for _ in 0..size.trailing_ones() {
            top = hash(&[&[1], &peaks.pop().expect("one for each 1"), &top]);
        }
        peaks.push(top);
        size += 1;
    }
    peaks.into_iter().rev().reduce(|right, left| hash(&[&[1], &left, &right])).expect("a line")
}

/// The same by several threads, each with a share of the lines to itself: they share nothing but the memory, so that no verifier
/// gains more from several cores. The roots of the shares are left as they are.
fn by_hand_shared(lines: &[u8], key: &[u8], threads: usize) -> Vec<Hash> {
    let (mut shares, mut rest) = (Vec::new(), lines);
    for left in (1..=threads).rev() {
        let newline = rest[..rest.len() / left].iter().rposition(|byte| *byte == b'\n');
        let (share, after) = rest.split_at(newline.expect("more lines than threads") + 1);
        shares.push(share);
        rest = after;
    }
    std::thread::scope(|scope| {
        let hands: Vec<_> =
            shares.iter().map(|share| scope.spawn(|| by_hand(share, key))).collect();
        hands.into_iter().map(|hand| hand.join().expect("hashed")).collect()
    })
}

/// All lines of a ledger.
fn lines_of(ledger: &LedgerBytes) -> Vec<u8> {
    ledger.segments.values().map(Vec::as_slice).collect::<Vec<_>>().concat()
}

fn options() -> LedgerOptions {
    LedgerOptions::new().key(key()).sync(SyncMode::Interval(Duration::from_secs(1)))
}

fn event(nth: usize) -> Event {
    Event::new("config.changed", Actor::service("checkout"))
        .resource("config", "checkout/prod")
        .reason("rollout 42")
        .origin(Origin::Library)
        .detail("key", "LOG_LEVEL")
        .detail("before", "info")
        .detail("after", format!("debug-{}", nth % 100))
}

fn fill(ledger: &envaudit::ledger::Ledger, events: usize) {
    for first in (0..events).step_by(BATCH) {
        let batch: Vec<Event> = (first..events.min(first + BATCH)).map(event).collect();
        ledger.append_batch(&batch).expect("appended");
    }
    ledger.close().expect("closed");
}

/// The key that the lines are hashed with, as its text has it.
fn chain_key() -> Vec<u8> {
    let text = key().chain_key().to_text();
    let digits = text.trim_end().split_once(':').expect("a name and digits").1;
    HEXLOWER.decode(digits.as_bytes()).expect("hex")
}

fn say(text: &str) {
    writeln!(std::io::stdout(), "{text}").expect("standard output");
}

/// How long this thread was on a core: what else the machine does is not counted.
fn on_core() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    let nanoseconds: u64 = stat.split(' ').next().and_then(|word| word.parse().ok()).expect("ns");
    nanoseconds as f64 / 1e9
}

/// How long all threads of this process were on cores, in steps of 10 ms.
fn on_cores() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells it");
    let fields = stat.rsplit(')').next().expect("fields").split_whitespace();
    // User and system time, the 14th and 15th field: the first two are before the parenthesis.
    let ticks: u64 = fields.skip(11).take(2).map(|it| it.parse::<u64>().expect("ticks")).sum();
    ticks as f64 / 100.0
}

/// Seconds.
struct Taken {
    /// On a core, of this thread.
    here: f64,
    /// On cores, of all threads.
    all: f64,
    passed: f64,
}

fn timed(run: impl FnOnce()) -> Taken {
    let (core, cores, start) = (on_core(), on_cores(), Instant::now());
    run();
    let passed = start.elapsed().as_secs_f64();
    Taken { here: on_core() - core, all: on_cores() - cores, passed }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn verified(ring: &KeyRing, ledger: &dyn SegmentSource, threads: usize, quick: bool) -> Report {
    let threads = NonZeroUsize::new(threads).expect("some");
    let verifier = Verifier::new().keys(ring).threads(threads);
    let verifier = if quick { verifier.quick() } else { verifier };
    let report = verifier.verify(ledger).expect("readable");
    assert!(report.is_intact(), "{report}");
    assert!(report.roots > 0, "{report}");
    report
}

/// Seconds of one round: the loop by hand, verification, and quick verification, each on one core and on all.
struct Round {
    hand: Taken,
    hands: Taken,
    one: [Taken; 2],
    all: [Taken; 2],
}

fn compare() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let directory = folder.path().join("ledger");
    make(&directory, EVENTS);
    let store = FileStore::new(&directory);
    let copy = LedgerBytes::copy_of(&store).expect("readable");
    let lines = lines_of(&copy);
    let (ring, chain_key) = (KeyRing::new(key()), chain_key());
    let report = verified(&ring, &store, 1, false);
    let note = copy.checkpoints.get(&report.events).expect("a checkpoint of all");
    let root = str::from_utf8(note).expect("text").lines().nth(2).expect("the root");
    assert_eq!(root, BASE64.encode(&by_hand(&lines, &chain_key)), "by hand is right");
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let round = |_| {
        let verify = |threads, quick| timed(|| drop(verified(&ring, &store, threads, quick)));
        let hand = timed(|| {
            black_box(by_hand(&lines, &chain_key));
        });
        let hands = timed(|| {
            black_box(by_hand_shared(&lines, &chain_key, cores));
        });
        Round {
            hand,
            hands,
            one: [false, true].map(|quick| verify(1, quick)),
            all: [false, true].map(|quick| verify(cores, quick)),
        }
    };
    let rounds: Vec<Round> = (0..ROUNDS).map(round).collect();
    let of = |value: &dyn Fn(&Round) -> f64| median(rounds.iter().map(value).collect());
    let events = report.events as f64;
    say(&format!(
        "{} lines, {:.0} bytes each; {cores} cores",
        report.events,
        report.bytes as f64 / events
    ));
    say(&format!(
        "by hand, one core: {:.2} million lines/s",
        of(&|it| events / 1e6 / it.hand.here)
    ));
    say(&format!(
        "by hand, {cores} cores: {:.2} million lines/s, {:.2} times one core",
        of(&|it| events / 1e6 / it.hands.passed),
        of(&|it| it.hand.passed / it.hands.passed),
    ));
    for (name, at) in [("verify", 0), ("verify, quick", 1)] {
        say(&format!(
            "{name}, one core: {:.2} million lines/s, {:.2} of by hand",
            of(&|it| events / 1e6 / it.one[at].here),
            of(&|it| it.hand.here / it.one[at].here),
        ));
        say(&format!(
            "{name}, {cores} cores: {:.2} million lines/s, {:.2} times one core, {:.2} of by hand",
            of(&|it| events / 1e6 / it.all[at].passed),
            of(&|it| it.one[at].passed / it.all[at].passed),
            of(&|it| it.hands.passed / it.all[at].passed),
        ));
        say(&format!(
            "  on cores: {:.2} of one core's time, {:.2} of it in the thread that reads and links",
            of(&|it| it.all[at].all / it.one[at].here),
            of(&|it| it.all[at].here / it.one[at].here),
        ));
    }
}

fn make(directory: &Path, events: usize) {
    let ledger = options().init(directory).expect("a ledger");
    fill(&ledger, events);
}

fn check(directory: &Path) {
    let start = Instant::now();
    let ring = KeyRing::new(key());
    let report = Verifier::new().keys(&ring).verify(&FileStore::new(directory)).expect("readable");
    let seconds = start.elapsed().as_secs_f64();
    say(&report.to_string());
    say(&format!(
        "{:.2} s, {:.0} events/s, {:.0} MB/s, roots {}/{}",
        seconds,
        report.events as f64 / seconds,
        report.bytes as f64 / 1e6 / seconds,
        report.roots,
        report.checkpoints
    ));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
        say(line);
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", directory, events] => {
            make(Path::new(directory), events.parse().expect("a number of events"));
        }
        ["check", directory] => check(Path::new(directory)),
        ["hand", directory] => {
            let store = FileStore::new(directory);
            let lines = lines_of(&LedgerBytes::copy_of(&store).expect("readable"));
            say(&HEXLOWER.encode(&by_hand(&lines, &chain_key())));
        }
        _ => compare(),
    }
}
