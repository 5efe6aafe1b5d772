//! How fast a ledger verifies, beside its limit, both taken in turns in one run; and how much memory that needs.
//!
//! `cargo run --release -p envaudit-tests --features ledger --bin verify_speed` compares with a bare HMAC-SHA256 pass;
//! `… verify_speed make <directory> <events>` makes a ledger, `… verify_speed check <directory>` verifies one.

use std::hint::black_box;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use envaudit::ledger::verify::{Report, Verifier};
use envaudit::ledger::{
    Actor, Event, FileStore, KeyRing, LedgerOptions, MemoryStore, Origin, SegmentSource, SyncMode,
};
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

fn megabytes_per_second(bytes: u64, run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    bytes as f64 / 1e6 / start.elapsed().as_secs_f64()
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
        let verify = |threads, quick| {
            megabytes_per_second(bytes, || drop(verified(&ring, &ledger, threads, quick)))
        };
        rows.push([
            megabytes_per_second(bytes, whole),
            megabytes_per_second(bytes, lines),
            verify(1, false),
            verify(cores, false),
            verify(1, true),
            verify(cores, true),
        ]);
    }
    let column = |at: usize| median(rows.iter().map(|row| row[at]).collect());
    let ratio = |at: usize, to: usize| median(rows.iter().map(|row| row[at] / row[to]).collect());
    say(&format!("{bytes} bytes in {EVENTS} events; {cores} cores"));
    say(&format!("HMAC-SHA256 of all bytes at once: {:.0} MB/s", column(0)));
    say(&format!("HMAC-SHA256 of each line:         {:.0} MB/s", column(1)));
    for (name, one, all) in [("verify", 2, 3), ("verify, quick", 4, 5)] {
        say(&format!(
            "{name}: {:.0} MB/s on one core, {:.2} of all bytes at once, {:.2} of each line; {:.0} MB/s on all cores, {:.2} times one",
            column(one),
            ratio(one, 0),
            ratio(one, 1),
            column(all),
            ratio(all, one),
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
        _ => compare(),
    }
}
