//! How fast a ledger appends, each figure beside its limit, both taken in turns in one run.
//!
//! `cargo run --release -p envaudit-tests --features ledger --bin ledger_speed [directory [part]]`, where a part
//! is `memory`, `interval`, `durable`, `grouped` or `long`.

use std::fs::OpenOptions;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use envaudit::EnvConfig;
use envaudit::ledger::testing::MemoryStore;
use envaudit::ledger::{
    Actor, Context, Event, FileStore, Ledger, LedgerOptions, LedgerWriter, Origin, SyncMode,
};
use envaudit_tests::isolated;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

const ROUNDS: usize = 15;

fn options() -> LedgerOptions {
    LedgerOptions::new().key(envaudit_tests::fresh_ledger::key()).segment_size(1 << 40)
}

fn event() -> Event {
    Event::new("config.changed", Actor::service("checkout"))
        .resource("config", "checkout/prod")
        .reason("rollout 42")
        .origin(Origin::Library)
        .detail("key", "LOG_LEVEL")
        .detail("before", "info")
        .detail("after", "debug")
}

/// What one would write by hand for the same line.
#[derive(Serialize)]
struct ByHand<'a> {
    v: u64,
    seq: u64,
    event_id: &'a str,
    timestamp: &'a str,
    chain: &'a str,
    kid: &'a str,
    actor_type: &'a str,
    actor_id: &'a str,
    action: &'a str,
    resource_type: &'a str,
    resource_id: &'a str,
    outcome: &'a str,
    reason: &'a str,
    origin: &'a str,
    details: &'a serde_json::Value,
    previous_hash: &'a str,
}

fn seconds(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

fn per_second(count: usize, run: impl FnOnce()) -> f64 {
    count as f64 / seconds(run)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print(name: &str, pairs: &[(f64, f64)]) {
    let (ours, limits): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let ratio = median(pairs.iter().map(|(ours, limit)| ours / limit).collect());
    let (ours, limit) = (median(ours), median(limits));
    writeln!(std::io::stdout(), "{name}: {ours:.0}/s, limit {limit:.0}/s, ratio {ratio:.2}")
        .expect("standard output");
}

fn in_memory() {
    const COUNT: usize = 100_000;
    let key = Hmac::<Sha256>::new_from_slice(&[7; 32]).expect("any length");
    let details = serde_json::json!({"after": "debug", "before": "info", "key": "LOG_LEVEL"});
    let event = event();
    let pairs: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| {
            let ledger = options().init_in(MemoryStore::default()).expect("a ledger");
            let ours = per_second(COUNT, || {
                for _ in 0..COUNT {
                    ledger.append(black_box(&event)).expect("appended");
                }
            });
            let mut previous = "0".repeat(64);
            let mut file = Vec::new();
            let limit = per_second(COUNT, || {
                for seq in 0..COUNT as u64 {
                    let line = ByHand {
                        v: 1,
                        seq,
                        event_id: "019aabcd-0000-7000-8000-000000000001",
                        timestamp: "2026-11-30T12:00:00.000042Z",
                        chain: "0197f0c0-5b1e-7a3e-9c1e-0123456789ab",
                        kid: "6d1eebd7d986e8c3",
                        actor_type: "service",
                        actor_id: "checkout",
                        action: "config.changed",
                        resource_type: "config",
                        resource_id: "checkout/prod",
                        outcome: "success",
                        reason: "rollout 42",
                        origin: "library",
                        details: black_box(&details),
                        previous_hash: &previous,
                    };
                    let start = file.len();
                    serde_json::to_writer(&mut file, &line).expect("serialised");
                    file.pop();
                    let hash = key.clone().chain_update(&file[start..]).finalize().into_bytes();
                    previous = HEXLOWER.encode(&hash);
                    file.extend_from_slice(b",\"event_hash\":\"");
                    file.extend_from_slice(previous.as_bytes());
                    file.extend_from_slice(b"\"}\n");
                }
            });
            black_box(file);
            (ours, limit)
        })
        .collect();
    print("append in memory against serialise + HMAC by hand", &pairs);
}

/// A lone writer that syncs twice a second, against the same appends in memory.
fn interval(dir: &Path) {
    const COUNT: usize = 100_000;
    let event = event();
    let rate = |ledger: &Ledger| {
        per_second(COUNT, || {
            for _ in 0..COUNT {
                ledger.append(black_box(&event)).expect("appended");
            }
        })
    };
    let pairs: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|nth| {
            let syncing = options().sync(SyncMode::Interval(Duration::from_millis(500)));
            let path = dir.join(format!("interval-{nth}"));
            let file = syncing.init(&path).expect("a ledger");
            let memory = options().init_in(MemoryStore::default()).expect("a ledger");
            let pair = (rate(&file), rate(&memory));
            drop(file);
            std::fs::remove_dir_all(path).expect("removed");
            pair
        })
        .collect();
    print("append with an interval sync, one writer, against memory", &pairs);
}

fn durable(dir: &Path) {
    const COUNT: usize = 600;
    let ledger = options().init(dir.join("one")).expect("a ledger");
    let event = event();
    let len = || ledger.source().segments().expect("segments")[0].len as usize;
    let created = len();
    ledger.append(&event).expect("appended");
    let line = vec![b'x'; len() - created];
    let mut bare =
        OpenOptions::new().create(true).append(true).open(dir.join("bare")).expect("a file");
    let append = || {
        ledger.append(&event).expect("appended");
    };
    let mut write = || {
        bare.write_all(&line).expect("written");
        bare.sync_data().expect("synced");
    };
    // The disk is faster at one moment than at another, which meets both where they take turns.
    let turns = (0..ROUNDS).map(|_| {
        let (mut ours, mut limit) = (0.0, 0.0);
        for _ in 0..COUNT {
            ours += seconds(append);
            limit += seconds(&mut write);
        }
        (COUNT as f64 / ours, COUNT as f64 / limit)
    });
    print(
        "durable append, one writer, against write + fdatasync, in turns",
        &turns.collect::<Vec<_>>(),
    );
    let loops = (0..ROUNDS).map(|_| {
        let ours = per_second(COUNT, || (0..COUNT).for_each(|_| append()));
        (ours, per_second(COUNT, || (0..COUNT).for_each(|_| write())))
    });
    print("the same, one loop after the other", &loops.collect::<Vec<_>>());
}

fn grouped(dir: &Path) {
    const ONE: usize = 1000;
    const EACH: usize = 600;
    let store = FileStore::new(dir.join("many"));
    let ledger = Arc::new(options().init_in(store).expect("a ledger"));
    let writer = LedgerWriter::new(ledger);
    let pairs: Vec<(f64, f64)> = (0..5)
        .map(|_| {
            let many = per_second(64 * EACH, || {
                std::thread::scope(|scope| {
                    for _ in 0..64 {
                        scope.spawn(|| {
                            for _ in 0..EACH {
                                writer.append(event()).expect("appended");
                            }
                        });
                    }
                });
            });
            let one = per_second(ONE, || {
                for _ in 0..ONE {
                    writer.append(event()).expect("appended");
                }
            });
            (many, one)
        })
        .collect();
    print("durable append, 64 writers against one", &pairs);
}

fn millis(run: impl FnOnce()) -> f64 {
    seconds(run) * 1000.0
}

#[derive(EnvConfig)]
#[expect(dead_code, reason = "only recorded")]
struct Config {
    port: u16,
    region: String,
}

/// The last state of a configuration, wherever it stands, in a ledger of five million events.
fn long(dir: &Path) {
    const EVENTS: usize = 5_000_000;
    const BATCH: usize = 5000;
    const SEGMENT: u64 = 64 << 20;
    let path = dir.join("long");
    let options = || options().segment_size(SEGMENT);
    let loader = isolated::vars::<Config>([("PORT", "80"), ("REGION", "eu-1")]);
    let loaded = loader.load().expect("loaded");
    // A load that is recorded is the last of its service: each search is one for another service.
    let context = |place: &str, nth: usize| {
        Context::new().service(format!("{place}-{nth}")).actor(Actor::service("deployer"))
    };
    let ledger = options().init(&path).expect("a ledger");
    let record = |place: &str| {
        for nth in 0..ROUNDS {
            loaded.record_in(&ledger, &context(place, nth)).expect("recorded");
        }
    };
    let batch: Vec<Event> = (0..BATCH)
        .map(|nth| {
            Event::new("order.placed", Actor::user("ada"))
                .resource("order", format!("order-{nth}"))
                .detail("nth", nth)
        })
        .collect();
    record("first");
    let mut times = Vec::new();
    for done in (0..EVENTS).step_by(BATCH) {
        if done == EVENTS / 2 {
            record("middle");
        }
        if done + BATCH == EVENTS {
            record("last");
        }
        times.push(millis(|| drop(ledger.append_batch(&batch).expect("appended"))));
    }
    let last = || ledger.source().segments().expect("segments").pop().expect("a segment").len;
    // The most that can lie before the end without a roll: the table of a segment is at its beginning.
    while last() < SEGMENT - (4 << 20) {
        ledger.append_batch(&batch).expect("appended");
    }
    let (slowest, usual) = (times.iter().copied().fold(0.0, f64::max), median(times));
    let megabytes = last() >> 20;
    ledger.close().expect("closed");
    drop(ledger);
    let mut out = std::io::stdout();
    writeln!(out, "append {BATCH} events: {usual:.0} ms, at most {slowest:.0} ms with a roll")
        .expect("standard output");
    writeln!(out, "{EVENTS} events, the newest segment has {megabytes} MiB")
        .expect("standard output");
    for name in ["last", "middle", "first", "no"] {
        let (mut opened, mut found) = (Vec::new(), Vec::new());
        for nth in 0..ROUNDS {
            // What is measured is the search and not the disk.
            let options = options().sync(SyncMode::Interval(Duration::from_secs(3600)));
            let mut ledger = None;
            opened.push(millis(|| ledger = Some(options.open(&path).expect("a ledger"))));
            let ledger = ledger.expect("opened");
            let mut recorded = None;
            found.push(millis(|| recorded = Some(loaded.record_in(&ledger, &context(name, nth)))));
            let recorded = recorded.expect("measured").expect("recorded");
            assert_eq!(recorded.unchanged_since().is_none(), name == "no", "{name}");
            ledger.close().expect("closed");
        }
        let (opened, found) = (median(opened), median(found));
        writeln!(
            out,
            "open: {opened:.1} ms; find the {name} state and append: {found:.1} ms; together: {:.1} ms",
            opened + found
        )
        .expect("standard output");
    }
}

/// A name and what is measured under it.
type Part = (&'static str, fn(&Path));

fn main() {
    let dir = match std::env::args_os().nth(1) {
        Some(dir) => tempfile::tempdir_in(dir),
        None => tempfile::tempdir(),
    };
    let dir = dir.expect("a directory");
    let part = std::env::args().nth(2);
    let parts: [Part; 5] = [
        ("memory", |_| in_memory()),
        ("interval", interval),
        ("durable", durable),
        ("grouped", grouped),
        ("long", long),
    ];
    for (name, run) in parts {
        if part.as_ref().is_none_or(|part| part == name) {
            run(dir.path());
        }
    }
}
