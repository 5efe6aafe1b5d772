//! How fast a ledger verifies, beside its limit, both taken in turns in one run; and how much memory that needs.
//!
//! `cargo run --release -p envaudit-tests --features ledger --bin verify_speed` compares with a bare HMAC-SHA256 pass;
//! `… verify_speed make <directory> <events>` makes a ledger, `… verify_speed check <directory>` verifies one.

use std::hint::black_box;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use envaudit::ledger::store::SegmentSource;
use envaudit::ledger::testing::MemoryStore;
use envaudit::ledger::verify::{Report, Verifier};
use envaudit::ledger::{Actor, Event, FileStore, KeyRing, LedgerOptions, Origin, SyncMode};
use envaudit_tests::fresh_ledger::key;
use envaudit_tests::ledger::LedgerBytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const ROUNDS: usize = 11;
const EVENTS: usize = 250_000;
const BATCH: usize = 500;
/// How much verification reads at once.
const READ: usize = 512 << 10;

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

fn say(text: &str) {
    writeln!(std::io::stdout(), "{text}").expect("standard output");
}

/// How long this thread was on a core: what else the machine does is not counted.
fn on_core() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    let nanoseconds: u64 = stat.split(' ').next().and_then(|word| word.parse().ok()).expect("ns");
    nanoseconds as f64 / 1e9
}

/// Seconds on a core of this thread, and seconds that passed.
fn timed(run: impl FnOnce()) -> (f64, f64) {
    let (core, start) = (on_core(), Instant::now());
    run();
    (on_core() - core, start.elapsed().as_secs_f64())
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
    report
}

fn compare() {
    let ledger = options().init_in(MemoryStore::default()).expect("a ledger");
    fill(&ledger, EVENTS);
    let ledger = LedgerBytes::copy_of(ledger.source()).expect("readable");
    let ring = KeyRing::new(key());
    let bytes = verified(&ring, &ledger, 1, false).bytes;
    let mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).expect("any length");
    // Both read what verification reads, and no line is split. A pass over whole blocks has no padding and no outer hash for
    // each line, which verification needs: it is the stricter limit.
    let blocks = |hash: &dyn Fn(&[u8])| {
        for segment in ledger.segments().expect("readable") {
            let mut offset = 0;
            while offset < segment.len {
                let mut block = ledger.read(segment.first_seq, offset, READ).expect("readable");
                let whole = block.iter().rposition(|&byte| byte == b'\n').expect("a line") + 1;
                block.truncate(whole);
                offset += whole as u64;
                hash(&block);
            }
        }
    };
    let whole = || {
        blocks(&|block| drop(black_box(mac.clone().chain_update(block).finalize())));
    };
    let lines = || {
        blocks(&|block| {
            for line in block.split_inclusive(|&byte| byte == b'\n') {
                black_box(mac.clone().chain_update(line).finalize());
            }
        });
    };
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut rows = Vec::new();
    for _ in 0..ROUNDS {
        let verify = |threads, quick| timed(|| drop(verified(&ring, &ledger, threads, quick)));
        let one = [timed(whole), timed(lines), verify(1, false), verify(1, true)];
        rows.push((one, [verify(cores, false), verify(cores, true)]));
    }
    let megabytes = bytes as f64 / 1e6;
    let of = |value: &dyn Fn(&Row) -> f64| median(rows.iter().map(value).collect());
    say(&format!("{bytes} bytes in {EVENTS} events; {cores} cores"));
    say(&format!("HMAC-SHA256 of whole blocks: {:.0} MB/s", of(&|(one, _)| megabytes / one[0].0)));
    say(&format!("HMAC-SHA256 of each line:    {:.0} MB/s", of(&|(one, _)| megabytes / one[1].0)));
    for (name, at) in [("verify", 0), ("verify, quick", 1)] {
        say(&format!(
            "{name}: {:.0} MB/s on one core: {:.2} of the pass over lines, {:.2} of the pass over blocks",
            of(&|(one, _)| megabytes / one[2 + at].0),
            of(&|(one, _)| one[1].0 / one[2 + at].0),
            of(&|(one, _)| one[0].0 / one[2 + at].0),
        ));
        say(&format!(
            "  on {cores} threads: {:.2} times as fast; the thread that reads and links has {:.2} of the work",
            of(&|(one, all)| one[2 + at].1 / all[at].1),
            of(&|(one, all)| all[at].0 / one[2 + at].0),
        ));
    }
}

/// The two passes and two verifications on one thread, and the verifications on all.
type Row = ([(f64, f64); 4], [(f64, f64); 2]);

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
        _ => compare(),
    }
}
