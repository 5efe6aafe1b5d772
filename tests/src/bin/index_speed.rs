//! How fast a ledger is indexed, and how soon the history of a variable is found in it.
//!
//! `cargo run --release -p envaudit-tests --features report --bin index_speed make <directory> <events>` makes a ledger with
//! a configuration that changes a thousand times among other events; `… index_speed <directory>` measures it, with and
//! without an index that is there; `… index_speed history <directory> <key>` looks one variable up again and again.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use envaudit::EnvConfig;
use envaudit::ledger::store::SegmentSource;
use envaudit::ledger::{Actor, Context, Event, FileStore, KeyRing, LedgerOptions};
use envaudit::ledger::{Origin, Reader, SyncMode};
use envaudit::report::index::Index;
use envaudit_tests::{fresh_ledger, isolated};

const CHANGES: usize = 1000;
const ROUNDS: usize = 21;

#[derive(EnvConfig)]
#[expect(dead_code, reason = "only recorded")]
struct Config {
    port: u16,
    region: String,
}

fn say(text: &str) {
    writeln!(std::io::stdout(), "{text}").expect("standard output");
}

fn event(nth: usize) -> Event {
    Event::new("order.placed", Actor::user(format!("customer-{}", nth % 5000)))
        .resource("order", format!("order-{nth}"))
        .origin(Origin::Http)
        .ip_address("203.0.113.77")
        .detail("nth", nth)
        .detail("total", "129.90")
}

fn make(directory: &Path, events: usize) {
    let options = LedgerOptions::new().key(fresh_ledger::key());
    let options = options.sync(SyncMode::Interval(Duration::from_secs(1)));
    let ledger = options.init(directory).expect("a ledger");
    let batch = events / CHANGES;
    for round in 0..CHANGES {
        let port = (1024 + round).to_string();
        let loaded = isolated::vars::<Config>([("PORT", port.as_str()), ("REGION", "eu-1")]);
        let context = Context::new().service("checkout").actor(Actor::admin("ada"));
        loaded.load().expect("loaded").record_in(&ledger, &context).expect("recorded");
        let events: Vec<Event> = (round * batch..(round + 1) * batch).map(event).collect();
        ledger.append_batch(&events).expect("appended");
    }
    ledger.close().expect("closed");
}

fn seconds(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What this thread has had of a processor: on a busy machine it says more than the time that passed.
fn at_work() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn history(directory: &Path, key: &str) {
    let store = FileStore::new(directory);
    let mut found = 0;
    let mut of_processor = Vec::new();
    let times = (0..ROUNDS).map(|_| {
        let before = at_work();
        let passed = seconds(|| {
            let index = Index::beside(directory, &store).expect("an index");
            found = index.history(key).filter(|change| change.is_ok()).count();
        });
        let work = at_work().zip(before).map(|(after, before)| after - before);
        of_processor.extend(work.map(|work| work.as_secs_f64()));
        passed
    });
    let times: Vec<f64> = times.collect();
    let least = times.iter().copied().fold(f64::INFINITY, f64::min) * 1000.0;
    let time = median(times) * 1000.0;
    say(&format!(
        "open and the history of {key}, {found} changes: {time:.1} ms, at best {least:.1} ms"
    ));
    if !of_processor.is_empty() {
        say(&format!("  of a processor: {:.1} ms", median(of_processor) * 1000.0));
    }
}

fn measure(directory: &Path) {
    let store = FileStore::new(directory);
    let bytes: u64 = store.segments().expect("segments").iter().map(|info| info.len).sum();
    let mut lines = 0;
    let ring = KeyRing::new(fresh_ledger::key());
    for (how, keys) in [("made and sealed", Some(ring.chain_keys())), ("made", None)] {
        let _ = std::fs::remove_file(directory.join("index.sqlite"));
        let made = seconds(|| {
            let len = |index: &Index<'_>| Ok(index.len());
            lines = Index::ask_with_keys(directory, &store, keys, len).expect("an index");
        });
        say(&format!(
            "{how}: {made:.1} s for {lines} events ({} MiB), {:.0} events/s",
            bytes >> 20,
            lines as f64 / made
        ));
    }
    let size = std::fs::metadata(directory.join("index.sqlite")).expect("a file").len();
    say(&format!("index.sqlite: {} MiB, {} bytes an event", size >> 20, size / lines.max(1)));
    history(directory, "PORT");
    history(directory, "REGION");
    let mut found = 0;
    let scan = seconds(|| found = Reader::new(&store).history("PORT").expect("segments").count());
    say(&format!("the same {found} changes by reading all of the ledger: {:.0} ms", scan * 1000.0));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM")).for_each(say);
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", directory, events] => {
            make(Path::new(directory), events.parse().expect("a number of events"));
        }
        ["history", directory, key] => history(Path::new(directory), key),
        [directory] => measure(Path::new(directory)),
        _ => say(
            "index_speed make DIRECTORY EVENTS, index_speed DIRECTORY, or index_speed history DIRECTORY KEY",
        ),
    }
}
