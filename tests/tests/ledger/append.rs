//! What a ledger does when nothing fails.

use core::time::Duration;
use std::sync::{Arc, Mutex};

use envaudit::ledger::anchor::FileAnchor;
use envaudit::ledger::format::Head;
use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::store::{Deadline, SegmentRemoval};
use envaudit::ledger::testing::{MemoryDisk, Operation};
use envaudit::ledger::{
    AppendError, FileStore, Filter, KeyRing, Ledger, LedgerOptions, MasterKey, OpenError, SyncMode,
};
use envaudit_tests::causes::with_causes;
use envaudit_tests::fresh_ledger::{
    Clock, actions, event, key, on, options, recorded, recorded_with,
};

fn open(disk: &MemoryDisk) -> Ledger {
    options().open_in(FileStore::on(disk.clone())).expect("a ledger")
}

#[test]
fn what_is_appended_is_there_after_reopening() {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    for nth in 0..10 {
        assert_eq!(ledger.append(&event(nth)).unwrap().seq, nth + 2);
    }
    let batch: Vec<_> = (10..20).map(event).collect();
    let appended = ledger.append_batch(&batch).unwrap();
    assert_eq!(
        appended.iter().map(|appended| appended.seq).collect::<Vec<_>>(),
        (12..22).collect::<Vec<_>>()
    );
    assert!(ledger.append_batch(&[]).unwrap().is_empty());
    let head = ledger.head();
    drop(ledger);
    let ledger = open(&disk);
    assert_eq!(ledger.head(), head);
    assert_eq!(recorded(ledger.source()), (0..20).collect::<Vec<_>>());
}

#[test]
fn a_closed_ledger_says_so_and_can_be_opened_again() {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    ledger.append(&event(0)).unwrap();
    ledger.close().unwrap();
    ledger.close().unwrap();
    assert!(matches!(ledger.append(&event(1)), Err(AppendError::Closed)));
    let ledger = open(&disk);
    ledger.append(&event(1)).unwrap();
    let expected = ["ledger.created", "order.placed", "ledger.closed", "order.placed"];
    assert_eq!(actions(&ledger), expected, "nothing else is recorded by opening");
}

#[test]
fn segments_end_at_their_size_and_at_the_end_of_a_month() {
    let disk = MemoryDisk::new();
    let clock = Clock::at("2026-11-30T23:59:50Z");
    let time = clock.clone();
    let ledger = options()
        .segment_size(4000)
        .clock(move || time.now())
        .init_in(FileStore::on(disk.clone()))
        .unwrap();
    for nth in 0..20 {
        ledger.append(&event(nth)).unwrap();
    }
    let segments = ledger.source().segments().unwrap();
    assert!(segments.len() > 2, "{segments:?}");
    for info in &segments[..segments.len() - 1] {
        assert!(info.sealed && info.len >= 4000 && info.len < 5500, "{info:?}");
    }
    ledger.seal().unwrap();
    let before = ledger.source().segments().unwrap().len();
    ledger.append(&event(20)).unwrap();
    clock.advance(10);
    ledger.append(&event(21)).unwrap();
    ledger.append(&event(22)).unwrap();
    assert_eq!(ledger.source().segments().unwrap().len(), before + 1, "one new month");
    assert_eq!(recorded(ledger.source()), (0..23).collect::<Vec<_>>());
}

#[test]
fn two_writers_see_what_the_other_has_appended() {
    let disk = MemoryDisk::new();
    let first = options().segment_size(3000).init_in(FileStore::on(disk.clone())).unwrap();
    let second = options().segment_size(3000).open_in(FileStore::on(disk.clone())).unwrap();
    for nth in 0..40 {
        let ledger = if nth % 3 == 0 { &first } else { &second };
        ledger.append(&event(nth)).unwrap();
    }
    assert_eq!(recorded(first.source()), (0..40).collect::<Vec<_>>());
}

#[test]
fn threads_append_at_once() {
    let disk = MemoryDisk::new();
    let ledger = Arc::new(on(&disk));
    let other = Arc::new(open(&disk));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let ledger = if thread % 2 == 0 { &ledger } else { &other };
            scope.spawn(move || {
                for nth in 0..50 {
                    ledger.append(&event(thread * 100 + nth)).unwrap();
                }
            });
        }
    });
    let mut numbers = recorded(ledger.source());
    numbers.sort_unstable();
    let expected: Vec<u64> =
        (0..4).flat_map(|thread| (0..50).map(move |nth| thread * 100 + nth)).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn the_oldest_segments_are_pruned_after_saying_so() {
    let disk = MemoryDisk::new();
    let ledger = options().segment_size(3000).init_in(FileStore::on(disk.clone())).unwrap();
    for nth in 0..40 {
        ledger.append(&event(nth)).unwrap();
    }
    let before = ledger.source().segments().unwrap();
    let pruned = ledger.prune(PrunePolicy::KeepSegments(2)).unwrap().unwrap();
    let after = ledger.source().segments().unwrap();
    assert_eq!(after.len(), 2);
    assert_eq!(pruned.segments, before.len() - 2);
    assert_eq!(pruned.first_kept, after[0].first_seq);
    assert_eq!(ledger.prune(PrunePolicy::KeepSegments(2)).unwrap(), None);
    assert_eq!(ledger.prune(PrunePolicy::KeepSegments(0)).unwrap().unwrap().segments, 1);
    ledger.append(&event(40)).unwrap();
    ledger.checkpoint().unwrap();
    ledger.close().unwrap();
    let ledger = open(&disk);
    assert_eq!(recorded(ledger.source()).last(), Some(&40));
    let pruned = ledger.reader().events().unwrap().matching(Filter::new().action("ledger.pruned"));
    assert_eq!(pruned.count(), 2);
}

#[test]
fn a_writer_that_slept_through_several_segments_goes_on_at_the_end() {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    let (fresh, used) = (open(&disk), open(&disk));
    used.append(&event(0)).unwrap();
    for nth in 1..4 {
        ledger.append(&event(nth)).unwrap();
        ledger.seal().unwrap();
    }
    let sealed = ledger.source().segments().unwrap().iter().filter(|info| info.sealed).count();
    assert_eq!(sealed, 3, "nobody can write there");
    fresh.append(&event(4)).unwrap();
    used.append(&event(5)).unwrap();
    assert_eq!(recorded(ledger.source()), (0..6).collect::<Vec<_>>());
}

#[test]
fn segments_are_pruned_by_age() {
    let disk = MemoryDisk::new();
    let clock = Clock::at("2026-01-15T00:00:00Z");
    let time = clock.clone();
    let ledger = options().clock(move || time.now()).init_in(FileStore::on(disk.clone())).unwrap();
    for nth in 0..5 {
        ledger.append(&event(nth)).unwrap();
        clock.advance(31 * 86_400);
    }
    ledger.append(&event(5)).unwrap();
    let prune = |moment: &str| ledger.prune(PrunePolicy::Before(moment.parse().unwrap())).unwrap();
    assert_eq!(prune("2026-01-20T00:00:00Z"), None);
    assert_eq!(prune("2026-03-20T00:00:00Z").unwrap().segments, 2);
    assert_eq!(recorded(ledger.source()), [2, 3, 4, 5]);
}

#[test]
fn a_rotated_ledger_goes_on_with_the_new_key() {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    let new = MasterKey::from_bytes([8; 32]);
    let stale = open(&disk);
    ledger.append(&event(0)).unwrap();
    ledger.rotate(new.clone()).unwrap();
    ledger.append(&event(1)).unwrap();
    assert!(matches!(ledger.rotate(new.clone()), Err(AppendError::Rotation(_))));
    match stale.append(&event(9)) {
        Err(AppendError::KeyUnknown(kid)) => assert_eq!(kid, new.id()),
        other => panic!("{other:?}"),
    }
    drop(ledger);
    let old_alone = options().open_in(FileStore::on(disk.clone()));
    assert!(matches!(old_alone, Err(OpenError::KeyUnknown(_))), "{old_alone:?}");
    let third = MasterKey::from_bytes([9; 32]);
    // Who opens it does not rotate: what ends under a retired key may be an older copy.
    let ring = KeyRing::new(third.clone()).retired(new.clone());
    let ahead = options().keys(ring).open_in(FileStore::on(disk.clone()));
    assert!(matches!(ahead, Err(OpenError::RolledBack { .. })), "{ahead:?}");
    let ledger = options().key(new.clone()).open_in(FileStore::on(disk.clone())).unwrap();
    ledger.rotate(third.clone()).unwrap();
    ledger.append(&event(2)).unwrap();
    assert_eq!(recorded_with(ledger.source(), &[key(), new, third]), [0, 1, 2]);
    let rotations =
        actions(&ledger).iter().filter(|action| *action == "ledger.key_rotated").count();
    assert_eq!(rotations, 2);
}

#[test]
fn a_key_is_found_in_the_environment_or_made_beside_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let none = || LedgerOptions::new().vars([("", ""); 0]);
    let hex = "11".repeat(32);
    let with = || LedgerOptions::new().vars([("ENVAUDIT_SIGNING_KEY", hex.as_str())]);

    let made = none().init(dir.path().join("made")).unwrap();
    assert!(made.key_is_beside_ledger());
    drop(made);
    assert!(none().open(dir.path().join("made")).unwrap().key_is_beside_ledger());
    let production = none().environment("prod").open(dir.path().join("made"));
    assert!(matches!(production, Err(OpenError::NoKey { .. })), "{production:?}");
    let other_key = with().open(dir.path().join("made"));
    assert!(matches!(other_key, Err(OpenError::KeyUnknown(_))), "{other_key:?}");

    let given = with().production(true).init(dir.path().join("given")).unwrap();
    assert!(!given.key_is_beside_ledger());
    drop(given);
    let file = dir.path().join("key");
    std::fs::write(&file, format!("{hex}\n")).unwrap();
    let path = file.to_str().unwrap();
    LedgerOptions::new()
        .vars([("ENVAUDIT_SIGNING_KEY_FILE", path)])
        .open(dir.path().join("given"))
        .unwrap();
    std::fs::write(&file, "not hex").unwrap();
    let bad = LedgerOptions::new()
        .vars([("ENVAUDIT_SIGNING_KEY_FILE", path)])
        .open(dir.path().join("given"));
    let shown = bad.unwrap_err().to_string();
    assert!(shown.contains(path) && !shown.contains("not hex"), "{shown}");
    assert!(matches!(none().open(dir.path().join("given")), Err(OpenError::NoKey { .. })));
    assert!(matches!(
        none().production(true).init(dir.path().join("p")),
        Err(OpenError::NoKey { .. })
    ));
    assert!(matches!(none().open(dir.path().join("absent")), Err(OpenError::Absent)));
    assert!(matches!(with().init(dir.path().join("given")), Err(OpenError::Exists)));
}

#[test]
fn of_several_keys_the_nearest_to_the_code_is_used() {
    let dir = tempfile::tempdir().unwrap();
    let hex = |byte: &str| byte.repeat(32);
    let file = dir.path().join("key");
    std::fs::write(&file, hex("33")).unwrap();
    let file = file.to_str().unwrap();
    let (variable, variable_text) = ("ENVAUDIT_SIGNING_KEY", hex("22"));
    let of_variable = (variable, variable_text.as_str());
    let of_file = ("ENVAUDIT_SIGNING_KEY_FILE", file);
    let cases = [
        (true, vec![of_variable, of_file], "11"),
        (false, vec![of_variable], "22"),
        (false, vec![of_file], "33"),
    ];
    for (nth, (in_code, vars, expected)) in cases.into_iter().enumerate() {
        let path = dir.path().join(nth.to_string());
        // A key that lies beside the ledger comes last.
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("signing.key"), hex("44")).unwrap();
        let mut options = LedgerOptions::new().vars(vars).production(true);
        if in_code {
            options = options.key(MasterKey::from_hex(&hex("11")).unwrap());
        }
        let ledger = options.init(&path).unwrap();
        let expected = MasterKey::from_hex(&hex(expected)).unwrap().id();
        assert_eq!(ledger.manifest().keys().unwrap().kid, expected);
        assert!(!ledger.key_is_beside_ledger());
    }
    let path = dir.path().join("beside");
    // Of two variables with different keys, neither is passed over.
    let two = LedgerOptions::new().vars([of_variable, of_file]).init(&path).unwrap_err();
    assert!(matches!(two, OpenError::TwoKeys { .. }), "{two:?}");
    assert!(!two.to_string().contains(&hex("22")) && !two.to_string().contains(&hex("33")));
    let same = LedgerOptions::new().vars([(variable, hex("33").as_str()), of_file]);
    assert!(same.init(dir.path().join("same")).is_ok());
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("signing.key"), hex("44")).unwrap();
    let ledger = LedgerOptions::new().vars([("", ""); 0]).init(&path).unwrap();
    let expected = MasterKey::from_hex(&hex("44")).unwrap().id();
    assert_eq!(ledger.manifest().keys().unwrap().kid, expected);
    assert!(ledger.key_is_beside_ledger());
}

#[test]
fn a_key_that_is_none_is_refused_wherever_it_is_given() {
    let dir = tempfile::tempdir().unwrap();
    let secret = "c0ffee";
    for (nth, bad) in ["", secret, &secret.repeat(11), &"zz".repeat(32)].into_iter().enumerate() {
        let path = dir.path().join(nth.to_string());
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("signing.key"), bad).unwrap();
        let file = path.join("signing.key");
        let vars = [
            vec![("ENVAUDIT_SIGNING_KEY", bad)],
            vec![("ENVAUDIT_SIGNING_KEY_FILE", file.to_str().unwrap())],
            vec![],
        ];
        for vars in vars {
            let error = LedgerOptions::new().vars(vars).init(&path).unwrap_err();
            let shown = with_causes(&error);
            assert!(matches!(error, OpenError::Key { .. }), "{shown}");
            assert!(shown.contains("64 hex digits") && !shown.contains(secret), "{shown}");
        }
    }
    let absent = dir.path().join("absent");
    let vars = [("ENVAUDIT_SIGNING_KEY_FILE", absent.to_str().unwrap())];
    let error = LedgerOptions::new().vars(vars).init(dir.path().join("new")).unwrap_err();
    assert!(matches!(error, OpenError::KeyFile { .. }), "{error}");
}

#[test]
fn production_needs_a_key_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let options = || LedgerOptions::new().vars([("", ""); 0]);
    for environment in ["prod", "production", "PROD", "Production"] {
        let refused = options().environment(environment).init(&path);
        assert!(matches!(refused, Err(OpenError::NoKey { .. })), "{environment}: {refused:?}");
        assert!(!path.exists(), "nothing was made");
    }
    let refused = options().production(true).environment("dev").init(&path);
    assert!(matches!(refused, Err(OpenError::NoKey { .. })), "{refused:?}");
    for environment in ["dev", "preprod", "production-like"] {
        options().environment(environment).init(dir.path().join(environment)).unwrap();
    }
}

#[test]
fn head_moves_at_a_roll_a_checkpoint_and_a_close_alone() {
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    let seen = || {
        let head = disk.contents("HEAD")?;
        Some(Head::parse(&head).unwrap().seq)
    };
    ledger.append(&event(0)).unwrap();
    assert_eq!(seen(), None);
    ledger.checkpoint().unwrap();
    assert_eq!(seen(), Some(2));
    ledger.append(&event(1)).unwrap();
    assert_eq!(seen(), Some(2));
    ledger.seal().unwrap();
    assert_eq!(seen(), Some(5), "the first event of the new segment");
    ledger.append(&event(2)).unwrap();
    ledger.close().unwrap();
    assert_eq!(seen(), Some(7));
}

#[test]
fn a_writer_that_lags_behind_a_prune_goes_on_if_the_prune_was_recorded() {
    let disk = MemoryDisk::new();
    let first = on(&disk);
    let lagging = [open(&disk), open(&disk)];
    first.append(&event(0)).unwrap();
    first.seal().unwrap();
    first.append(&event(1)).unwrap();
    first.seal().unwrap();
    first.prune(PrunePolicy::KeepSegments(1)).unwrap().unwrap();
    lagging[0].append(&event(2)).unwrap();
    first.append(&event(3)).unwrap();
    assert_eq!(recorded(first.source()), [2, 3]);

    let store = FileStore::on(disk.clone());
    first.seal().unwrap();
    first.seal().unwrap();
    let kept = first.source().segments().unwrap()[1].first_seq;
    let stolen = first.source().segments().unwrap()[0].first_seq;
    assert!(stolen < kept);
    store.remove_segment(stolen, Deadline::NEVER).unwrap();
    let error = lagging[1].append(&event(4)).unwrap_err();
    assert!(matches!(error, AppendError::Damaged(_)), "{error}");
}

#[test]
fn a_keyed_ledger_is_not_opened_as_an_unkeyed_one_nor_the_other_way_round() {
    let keyed = MemoryDisk::new();
    drop(on(&keyed));
    let opened = options().unkeyed().open_in(FileStore::on(keyed));
    assert!(matches!(opened, Err(OpenError::NoKey { .. })), "{opened:?}");
    let unkeyed = MemoryDisk::new();
    let ledger = options().unkeyed().init_in(FileStore::on(unkeyed.clone())).unwrap();
    ledger.append(&event(1)).unwrap();
    ledger.close().unwrap();
    assert!(ledger.source().checkpoints().unwrap().is_empty(), "nothing signs them");
    assert_eq!(recorded(ledger.source()), [1]);
    let opened = options().open_in(FileStore::on(unkeyed));
    assert!(matches!(opened, Err(OpenError::Downgraded)), "{opened:?}");
}

#[test]
fn a_lost_or_shortened_ledger_is_found_out_by_its_anchor() {
    let dir = tempfile::tempdir().unwrap();
    let anchor = || FileAnchor::new(dir.path().join("anchor"));
    let disk = MemoryDisk::new();
    let ledger = options().anchor(anchor()).init_in(FileStore::on(disk.clone())).unwrap();
    ledger.append(&event(0)).unwrap();
    let older = disk.after_power_cut(0);
    ledger.append(&event(1)).unwrap();
    ledger.close().unwrap();
    let opened = options().anchor(anchor()).open_in(FileStore::on(older));
    assert!(matches!(opened, Err(OpenError::Anchor(_))), "{opened:?}");
    let gone = options().anchor(anchor()).open_or_init_in(FileStore::on(MemoryDisk::new()));
    assert!(matches!(gone, Err(OpenError::Lost { .. })), "{gone:?}");
    options().anchor(anchor()).open_in(FileStore::on(disk)).unwrap();
}

#[test]
fn an_interval_loses_at_most_what_it_says() {
    let disk = MemoryDisk::new();
    let clock = Clock::at("2026-11-01T00:00:00Z");
    let time = clock.clone();
    let ledger = options()
        .sync(SyncMode::Interval(Duration::from_secs(5)))
        .clock(move || time.now())
        .init_in(FileStore::on(disk.clone()))
        .unwrap();
    let after_cut = || {
        let ledger = open(&disk.after_power_cut(u64::MAX / 3));
        recorded(ledger.source()).len()
    };
    for nth in 0..6 {
        ledger.append(&event(nth)).unwrap();
        clock.advance(1);
    }
    assert!(after_cut() >= 6, "the sixth came five seconds after the first");
    ledger.append(&event(6)).unwrap();
    ledger.flush().unwrap();
    assert_eq!(after_cut(), 7);
}

#[test]
fn however_long_the_interval_is_no_more_than_some_mib_wait_for_a_sync() {
    let disk = MemoryDisk::new();
    let ledger = options()
        .sync(SyncMode::Interval(Duration::from_secs(86_400)))
        .init_in(FileStore::on(disk.clone()))
        .unwrap();
    let text = "x y ".repeat(1 << 16);
    let mut most = 0;
    let mut waiting = 0;
    disk.take_log();
    for nth in 0..60 {
        ledger.append(&event(nth).reason(text.clone())).unwrap();
        let synced = disk.take_log().contains(&Operation::Sync);
        waiting = if synced { 0 } else { waiting + text.len() };
        most = most.max(waiting);
    }
    assert!((1 << 20..=4 << 20).contains(&most), "{most} bytes waited");
}

#[test]
fn events_are_found_by_seq_and_by_filter_from_both_ends() {
    let disk = MemoryDisk::new();
    let ledger = options().segment_size(100_000).init_in(FileStore::on(disk)).unwrap();
    let batch: Vec<_> = (0..3000).map(event).collect();
    for chunk in batch.chunks(100) {
        ledger.append_batch(chunk).unwrap();
    }
    let head = ledger.head().seq;
    let reader = ledger.reader();
    for seq in (1..=head).step_by(29).chain([head]) {
        assert_eq!(reader.get(seq).unwrap().unwrap().line().unwrap().seq, seq);
    }
    assert_eq!(reader.get(head + 1).unwrap(), None);
    assert_eq!(reader.get(0).unwrap(), None);
    let seqs = |records: envaudit::ledger::read::Records<'_>| -> Vec<u64> {
        records.map(|record| record.unwrap().line().unwrap().seq).collect()
    };
    let forward = seqs(reader.events().unwrap());
    assert_eq!(forward, (1..=head).collect::<Vec<_>>());
    let mut backward = seqs(reader.newest().unwrap());
    backward.reverse();
    assert_eq!(backward, forward);
    let range = Filter::new().seqs(500, 510);
    assert_eq!(seqs(reader.newest().unwrap().matching(range)).len(), 11);
    let one = Filter::new().resource("order", "order-77");
    let found: Vec<_> = reader.newest().unwrap().matching(one).collect();
    assert_eq!(found.len(), 1);
}

#[test]
fn a_filter_finds_texts_with_escapes_and_texts_in_other_members() {
    use envaudit::ledger::{Actor, Event};
    let ledger = on(&MemoryDisk::new());
    let ids = ["plain", "with \"quotes\"", "back\\slash", "line\nbreak", "ünï", "\u{1}"];
    for id in ids {
        for nth in 0..40 {
            ledger.append(&event(nth)).unwrap();
        }
        let event = Event::new("a.b", Actor::user(id)).resource("thing", id).request_id(id);
        ledger.append(&event.detail("resource_id", "other")).unwrap();
    }
    let reader = ledger.reader();
    for id in ids {
        let filters = [
            Filter::new().resource("thing", id),
            Filter::new().actor(id),
            Filter::new().request_id(id),
            Filter::new().action("a.b").actor(id),
        ];
        for filter in filters {
            for records in [reader.events().unwrap(), reader.newest().unwrap()] {
                let found: Vec<_> = records.matching(filter.clone()).flatten().collect();
                assert_eq!(found.len(), 1, "{id:?} {filter:?}");
                assert_eq!(found[0].line().unwrap().actor_id, id);
                let at = reader.get(found[0].line().unwrap().seq).unwrap().unwrap();
                assert_eq!(at, found[0], "where it stands");
            }
        }
    }
    let other = Filter::new().resource("thing", "other");
    assert_eq!(reader.events().unwrap().matching(other).count(), 0);
}

#[test]
fn what_cannot_be_recorded_is_refused_and_nothing_is_written() {
    use envaudit::ledger::{Actor, Event};
    let disk = MemoryDisk::new();
    let ledger = on(&disk);
    let long = "x y ".repeat(1 << 18);
    let ada = || Actor::user("ada");
    let bad = [
        Event::new("ledger.created", ada()),
        Event::new("Config.Changed", ada()),
        Event::new("", ada()),
        Event::new("a..b", ada()),
        Event::new("a.b", Actor::user("")),
        Event::new("a.b", ada()).trace("00", "11"),
        Event::new("a.b", ada()).trace("0".repeat(32), "1".repeat(16)),
        Event::new("a.b", ada()).detail("x", 1.5),
        Event::new("a.b", ada()).reason(long.clone()),
        Event::new("a.b", ada()).details_json("{\"a\":1,\"a\":2}".to_owned()),
    ];
    let before = disk.contents("00000000000000000001.jsonl");
    for event in bad {
        assert!(ledger.append(&event).is_err(), "{:?}", event.action());
        assert!(ledger.append_batch(&[self::event(1), event]).is_err());
    }
    let half = long[..1 << 19].to_owned();
    let many: Vec<_> = (0..20).map(|_| Event::new("a.b", ada()).reason(half.clone())).collect();
    assert!(matches!(ledger.append_batch(&many), Err(AppendError::BatchTooLong { .. })));
    assert_eq!(disk.contents("00000000000000000001.jsonl"), before);
    ledger.append(&event(1)).unwrap();
}

#[test]
fn clocks_and_random_bytes_are_those_that_were_given() {
    let filled = Arc::new(Mutex::new(0));
    let count = Arc::clone(&filled);
    let ledger = options()
        .entropy(move |bytes| {
            *count.lock().unwrap() += bytes.len();
            bytes.fill(0xab);
            Ok(())
        })
        .clock(|| "2026-11-30T12:00:00.123456789Z".parse().unwrap())
        .init_in(FileStore::on(MemoryDisk::new()))
        .unwrap();
    let appended = ledger.append(&event(0)).unwrap();
    assert_eq!(appended.timestamp.to_string(), "2026-11-30T12:00:00.123456Z");
    assert_eq!(appended.event_id.to_string(), "01a22c53-827b-7bab-abab-abababababab");
    assert!(*filled.lock().unwrap() > 0);
}
