//! The last state of a configuration is found wherever it stands, and what lies between is not read.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use envaudit::EnvConfig;
use envaudit::ledger::keys::NO_HASH;
use envaudit::ledger::merkle::{Tree, leaf_hash};
use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::record::Recorded;
use envaudit::ledger::store::{Disk, SegmentSource};
use envaudit::ledger::testing::{MemoryDisk, Operation};
use envaudit::ledger::verify::Verifier;
use envaudit::ledger::{
    Actor, AppendError, Context, FileStore, KeyRing, Ledger, LedgerOptions, Reader,
};
use envaudit_tests::ledger::{LedgerBytes, file_name, hash};
use envaudit_tests::{fresh_ledger, isolated};
use serde_json::{Value, json};

#[derive(EnvConfig)]
#[expect(dead_code, reason = "only recorded")]
struct Config {
    region: String,
}

/// Reads of a search that goes no further back than the newest segment and the event that its table names.
const FEW: usize = 24;

fn options() -> LedgerOptions {
    fresh_ledger::options().segment_size(4096)
}

fn open(disk: &MemoryDisk) -> Ledger {
    options().open_in(FileStore::on(disk.clone())).unwrap()
}

fn init(options: LedgerOptions) -> (Ledger, MemoryDisk) {
    let disk = MemoryDisk::new();
    (options.init_in(FileStore::on(disk.clone())).unwrap(), disk)
}

/// Records a load of this service.
fn load(ledger: &Ledger, service: &str, region: &str) -> Recorded {
    let context = Context::new().service(service.to_owned()).actor(Actor::service("deployer"));
    let loader = isolated::vars::<Config>([("REGION", region)]);
    loader.record_to(ledger, context).load_recorded().unwrap().1
}

fn segments(ledger: &Ledger) -> usize {
    ledger.source().segments().unwrap().len()
}

/// Appends events of something else until there are this many more segments.
fn fill(ledger: &Ledger, more: usize) {
    let enough = segments(ledger) + more;
    while segments(ledger) < enough {
        ledger.append(&fresh_ledger::event(0)).unwrap();
    }
    ledger.append(&fresh_ledger::event(0)).unwrap();
}

/// How often a file was read meanwhile.
fn reads<T>(disk: &MemoryDisk, run: impl FnOnce() -> T) -> (usize, T) {
    disk.take_log();
    let result = run();
    let log = disk.take_log();
    (log.iter().filter(|operation| **operation == Operation::Read).count(), result)
}

/// What the first lines of the segments say, oldest first.
fn tables(source: &dyn SegmentSource) -> Vec<Value> {
    let records = Reader::new(source).events().unwrap();
    let events = records.map(|record| serde_json::from_slice(record.unwrap().bytes()).unwrap());
    events
        .filter(|event: &Value| event["action"] == "ledger.segment_opened")
        .map(|event| event["details"].clone())
        .collect()
}

/// Whether each table has what stands before it, and the ledger holds.
#[track_caller]
fn assert_tables(ledger: &Ledger) {
    let mut last = BTreeMap::new();
    for record in ledger.reader().events().unwrap() {
        let event: Value = serde_json::from_slice(record.unwrap().bytes()).unwrap();
        let details = &event["details"];
        if event["action"] == "ledger.segment_opened" {
            assert_eq!(details["states"], json!(last), "{event}");
            assert_eq!(details["states_from"], 1);
        }
        let has_state = details.get("state").or(details.get("unchanged_since")).is_some();
        if event["resource_type"] == "config" && has_state {
            last.insert(event["resource_id"].as_str().unwrap().to_owned(), event["seq"].clone());
        }
    }
    let ring = KeyRing::new(fresh_ledger::key());
    let report = Verifier::new().keys(&ring).verify(ledger.source()).unwrap();
    assert!(report.is_intact(), "{report}");
}

#[test]
fn a_state_is_found_without_reading_the_segments_behind_it() {
    let (ledger, disk) = init(options());
    let mut since = BTreeMap::new();
    for place in ["first", "middle", "last"] {
        since.insert(place, load(&ledger, place, "eu-1").appended.seq);
        if place != "last" {
            fill(&ledger, 30);
        }
    }
    drop(ledger);
    for (place, seq) in since {
        let ledger = open(&disk);
        let (reads, again) = reads(&disk, || load(&ledger, place, "eu-1"));
        assert_eq!(again.unchanged_since(), Some(seq), "{place}");
        assert!(reads < FEW, "{place}: {reads} reads");
    }
    let ledger = open(&disk);
    let (reads, new) = reads(&disk, || load(&ledger, "new", "eu-1"));
    assert_eq!(new.unchanged_since(), None);
    assert!(reads < FEW, "that there is none is known as well: {reads} reads");
    assert!(segments(&ledger) > 60);
    assert_tables(&ledger);
}

#[test]
fn a_load_that_changed_nothing_leads_to_the_state_all_the_same() {
    let (ledger, disk) = init(options());
    let first = load(&ledger, "checkout", "eu-1").appended.seq;
    for _ in 0..3 {
        fill(&ledger, 20);
        let (reads, again) = reads(&disk, || load(&ledger, "checkout", "eu-1"));
        assert_eq!(again.unchanged_since(), Some(first));
        assert!(reads < FEW, "{reads} reads");
    }
    fill(&ledger, 20);
    let changed = load(&ledger, "checkout", "eu-2");
    assert_eq!(changed.changes()[0].to_string(), "~ REGION: eu-1 -> eu-2");
    assert_tables(&ledger);
}

#[test]
fn tables_hold_whoever_writes_and_whatever_happens_in_between() {
    let (ledger, disk) = init(options());
    let mut writers = vec![ledger, open(&disk), open(&disk)];
    let mut model: BTreeMap<String, (String, u64)> = BTreeMap::new();
    let mut random = 7_u64;
    let mut below = |limit: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % limit
    };
    for step in 0..400 {
        let at = usize::try_from(below(3)).unwrap();
        match below(12) {
            0 => writers[at] = open(&disk),
            1 => writers[at].seal().unwrap(),
            2 => {
                // A writer was killed in the middle of a line; the others see that.
                let last = writers[at].source().segments().unwrap().pop().unwrap();
                let mut bytes = disk.contents(&last.name).unwrap();
                bytes.extend_from_slice(b"{\"v\":1,\"seq\":");
                writers.clear();
                disk.put(&last.name, &bytes);
                writers.extend((0..3).map(|_| open(&disk)));
            }
            3 => {
                let context = Context::new().service("one");
                let loader = isolated::nothing::<Config>();
                assert!(loader.record_to(&writers[at], context).load().is_err());
            }
            4 | 5 => {
                let batch: Vec<_> = (0..below(30)).map(fresh_ledger::event).collect();
                writers[at].append_batch(&batch).unwrap();
            }
            _ => {
                let service =
                    ["one", "two", "a \"third\" one", "four"][usize::try_from(below(4)).unwrap()];
                let region = format!("eu-{}", below(2));
                let found = load(&writers[at], service, &region);
                let same = model.get(service).filter(|(known, _)| *known == region);
                assert_eq!(found.unchanged_since(), same.map(|(_, seq)| *seq), "step {step}");
                if found.unchanged_since().is_none() {
                    model.insert(service.to_owned(), (region, found.appended.seq));
                }
            }
        }
    }
    assert!(segments(&writers[0]) > 40);
    assert_tables(&open(&disk));
}

#[test]
fn what_was_taken_away_by_others_is_looked_for_no_further_than_the_table_says() {
    let (ledger, disk) = init(options());
    load(&ledger, "gone", "eu-1");
    load(&ledger, "referred", "eu-1");
    fill(&ledger, 30);
    load(&ledger, "referred", "eu-1");
    let kept = load(&ledger, "kept", "eu-1").appended.seq;
    fill(&ledger, 30);
    let segments = ledger.source().segments().unwrap();
    for info in &segments[..segments.len() - 40] {
        disk.remove(&info.name).unwrap();
    }
    let before = tables(ledger.source()).pop().unwrap();
    assert!(before["states"]["gone"].is_u64(), "this table is older than the prune");
    for (service, since) in [("gone", None), ("referred", None), ("kept", Some(kept))] {
        let (reads, found) = reads(&disk, || load(&ledger, service, "eu-1"));
        assert_eq!(found.unchanged_since(), since, "{service}");
        assert!(found.changes().is_empty(), "{service}: what it was is not known");
        assert!(reads < FEW, "{service}: {reads} reads");
    }
}

#[test]
fn what_was_pruned_is_in_no_table_any_more_and_its_states_are_those_recorded_anew() {
    let (ledger, _) = init(options());
    load(&ledger, "gone", "eu-1");
    fill(&ledger, 5);
    let kept = load(&ledger, "kept", "eu-1").appended.seq;
    ledger.prune(PrunePolicy::KeepSegments(2)).unwrap().unwrap();
    // Before the statement of the prune.
    let carried = ledger.head().seq - 1;
    ledger.seal().unwrap();
    let table = tables(ledger.source()).pop().unwrap();
    assert_eq!(table["states"], json!({"gone": carried, "kept": kept}));
}

#[test]
fn of_too_many_configurations_those_heard_of_last_are_in_the_table() {
    let (ledger, disk) = init(options().segment_size(1 << 20));
    let name = |nth: usize| format!("service-{nth}");
    let mut since: Vec<u64> =
        (0..300).map(|nth| load(&ledger, &name(nth), "eu-1").appended.seq).collect();
    ledger.seal().unwrap();
    let table = tables(ledger.source()).pop().unwrap();
    let expected: BTreeMap<String, u64> = (44..300).map(|nth| (name(nth), since[nth])).collect();
    assert_eq!(table["states"], json!(expected));
    assert_eq!(table["states_from"], since[43] + 1, "from there on none is absent");
    for _ in 0..20 {
        ledger.seal().unwrap();
    }
    assert_eq!(tables(ledger.source()).pop().unwrap()["states"], table["states"]);

    let (few, in_table) = reads(&disk, || load(&ledger, &name(299), "eu-1"));
    let (many, beyond) = reads(&disk, || load(&ledger, &name(0), "eu-1"));
    assert_eq!(in_table.unchanged_since(), Some(since[299]));
    assert_eq!(beyond.unchanged_since(), Some(since[0]), "it is looked for");
    assert!(few < FEW, "{few} reads");
    assert!(many < FEW, "what the table covers is not looked at: {many} reads");

    // Who is heard of again is in the next table, and another one is not.
    since[0] = beyond.appended.seq;
    since[299] = in_table.appended.seq;
    ledger.seal().unwrap();
    let table = tables(ledger.source()).pop().unwrap();
    assert_eq!(table["states"].as_object().unwrap().len(), 256);
    assert_eq!(table["states"][name(0)], since[0]);
    assert_eq!(table["states"][name(299)], since[299]);
    assert_eq!(table["states"].get(name(44)), None);
    assert_eq!(table["states_from"], since[44] + 1);

    // A name beyond all measure has no place there, and is found all the same.
    let long = "x".repeat(300);
    let first = load(&ledger, &long, "eu-1").appended.seq;
    ledger.seal().unwrap();
    assert_eq!(load(&ledger, &long, "eu-1").unchanged_since(), Some(first));
    assert_eq!(tables(ledger.source()).pop().unwrap()["states"].get(long), None);
}

#[test]
fn a_first_line_with_the_longest_table_is_read_by_everybody() {
    let (ledger, disk) = init(options().segment_size(1 << 20));
    // Each character takes six bytes in a line.
    let name = |nth: usize| format!("{}{nth:03}", "\u{1}".repeat(253));
    for nth in 0..256 {
        load(&ledger, &name(nth), "eu-1");
    }
    ledger.seal().unwrap();
    ledger.append(&fresh_ledger::event(0)).unwrap();
    let first = ledger.reader().get(ledger.head().segment).unwrap().unwrap();
    assert!(first.bytes().len() > 256 * 253 * 6, "{}", first.bytes().len());
    let ledger = open(&disk);
    assert!(load(&ledger, &name(0), "eu-1").unchanged_since().is_some());
    ledger.seal().unwrap();
    assert_tables(&ledger);
    assert!(ledger.prune(PrunePolicy::KeepSegments(1)).unwrap().is_some());
}

/// Changes lines, and hashes the chain anew as whoever has the key could, or anybody where there is none.
fn forge(ledger: Ledger, disk: &MemoryDisk, edit: impl Fn(u64, &str) -> String) {
    let key = ledger.keys().map(|ring| ring.current().clone());
    let bytes = LedgerBytes::copy_of(ledger.source()).unwrap();
    drop(ledger);
    let (mut previous, mut last) = (HEXLOWER.encode(&NO_HASH), 0);
    let mut tree = Tree::new();
    for &first in bytes.segments.keys() {
        let mut segment = String::new();
        for (seq, line) in (first..).zip(bytes.lines(first)) {
            let line = String::from_utf8(line).unwrap();
            let (members, _) = line.rsplit_once(",\"previous_hash\":\"").unwrap();
            let edited = with_peaks(&edit(seq, members), &tree);
            let covered = format!("{edited},\"previous_hash\":\"{previous}\"");
            let hash = hash(key.as_ref(), covered.as_bytes());
            tree.push(leaf_hash(&hash));
            previous = HEXLOWER.encode(&hash);
            writeln!(segment, "{covered},\"event_hash\":\"{previous}\"}}").unwrap();
            last = seq;
        }
        disk.put(&file_name(first), segment.as_bytes());
        let name = file_name(first);
        let head = format!("{{\"seq\":{last},\"hash\":\"{previous}\",\"segment\":\"{name}\"}}\n");
        disk.put("HEAD", head.as_bytes());
    }
    // They know of another history.
    for name in disk.names().iter().filter(|name| name.ends_with(".note")) {
        disk.remove(name).unwrap();
    }
}

/// The first line of a segment with the peaks of the tree before it; any other line as it is.
fn with_peaks(line: &str, tree: &Tree) -> String {
    let Some((before, rest)) = line.split_once("\"peaks\":[") else { return line.to_owned() };
    let (_, after) = rest.split_once(']').unwrap();
    let peaks: Vec<_> =
        tree.peaks().iter().map(|peak| format!("\"{}\"", HEXLOWER.encode(peak))).collect();
    format!("{before}\"peaks\":[{}]{after}", peaks.join(","))
}

/// The line with another table, or without one.
fn with_table(line: &str, table: &str) -> String {
    let Some((before, rest)) = line.split_once(",\"states\":{") else { return line.to_owned() };
    let (_, rest) = rest.split_once(",\"states_from\":").unwrap();
    let after = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    format!("{before}{table}{after}")
}

#[test]
fn a_ledger_without_tables_is_searched_and_gets_them() {
    for unkeyed in [false, true] {
        let options = || if unkeyed { options().unkeyed() } else { options() };
        let (ledger, disk) = init(options());
        let first = load(&ledger, "checkout", "eu-1").appended.seq;
        fill(&ledger, 10);
        forge(ledger, &disk, |_, line| with_table(line, ""));
        let ledger = options().open_in(FileStore::on(disk.clone())).unwrap();
        assert!(tables(ledger.source()).iter().all(|table| table.get("states").is_none()));
        let since = ledger.head().segment;
        let again = load(&ledger, "checkout", "eu-1");
        assert_eq!(again.unchanged_since(), Some(first));
        ledger.seal().unwrap();
        let table = tables(ledger.source()).pop().unwrap();
        assert_eq!(table["states"], json!({"checkout": again.appended.seq}));
        assert_eq!(table["states_from"], since, "what stands before is not known");
        // What stands before is still found, and what does not is not.
        assert_eq!(load(&ledger, "checkout", "eu-1").unchanged_since(), Some(first));
        assert_eq!(load(&ledger, "new", "eu-1").unchanged_since(), None);
    }
}

#[test]
fn a_state_before_the_first_table_is_found() {
    let (ledger, disk) = init(options());
    let first = load(&ledger, "checkout", "eu-1").appended.seq;
    fill(&ledger, 10);
    forge(ledger, &disk, |_, line| with_table(line, ""));
    let ledger = open(&disk);
    let since = ledger.head().segment;
    fill(&ledger, 20);
    let table = tables(ledger.source()).pop().unwrap();
    assert_eq!((&table["states"], &table["states_from"]), (&json!({}), &json!(since)));
    let (reads, again) = reads(&disk, || load(&ledger, "checkout", "eu-1"));
    assert_eq!(again.unchanged_since(), Some(first));
    assert!(reads < 2 * FEW, "what the table covers is not looked at: {reads} reads");
}

#[test]
fn a_table_that_lies_is_not_believed() {
    let options = || options().unkeyed();
    let lies = |other: u64, order: u64, own: u64| {
        [
            format!(",\"states\":{{\"checkout\":{other}}},\"states_from\":1"),
            format!(",\"states\":{{\"checkout\":{order}}},\"states_from\":1"),
            format!(",\"states\":{{\"checkout\":{own}}},\"states_from\":1"),
            ",\"states\":{\"checkout\":9007199254740992},\"states_from\":1".to_owned(),
            ",\"states\":{\"checkout\":0},\"states_from\":1".to_owned(),
            ",\"states\":{\"checkout\":\"2\"},\"states_from\":1".to_owned(),
            ",\"states\":[2],\"states_from\":1".to_owned(),
            ",\"states\":{},\"states_from\":1".to_owned(),
            ",\"states\":{\"checkout\":2}".to_owned(),
            ",\"states\":{},\"states_from\":9007199254740992".to_owned(),
            ",\"states\":null,\"states_from\":null".to_owned(),
        ]
    };
    for nth in 0..lies(0, 0, 0).len() {
        let (ledger, disk) = init(options());
        let first = load(&ledger, "checkout", "eu-1").appended.seq;
        let other = load(&ledger, "other", "eu-1").appended.seq;
        let order = ledger.append(&fresh_ledger::event(0)).unwrap().seq;
        fill(&ledger, 10);
        let lie = &lies(other, order, ledger.head().segment)[nth];
        forge(ledger, &disk, |_, line| with_table(line, lie));
        let ledger = options().open_in(FileStore::on(disk)).unwrap();
        assert_eq!(load(&ledger, "checkout", "eu-1").unchanged_since(), Some(first), "{lie}");
        assert_eq!(load(&ledger, "other", "eu-2").changes().len(), 1, "{lie}");
    }
}

#[test]
fn a_table_that_was_changed_without_the_key_is_neither_believed_nor_passed_on() {
    let (ledger, disk) = init(options());
    let old = load(&ledger, "checkout", "eu-1").appended.seq;
    let new = load(&ledger, "checkout", "eu-2").appended.seq;
    fill(&ledger, 10);
    let segment = ledger.head().segment;
    drop(ledger);
    let name = file_name(segment);
    let text = String::from_utf8(disk.contents(&name).unwrap()).unwrap();
    let table = format!("{{\"checkout\":{new}}}");
    assert!(text.contains(&table));
    disk.put(&name, text.replace(&table, &format!("{{\"checkout\":{old}}}")).as_bytes());
    let ledger = open(&disk);
    // A changed line is not passed on, and is not signed over either.
    assert!(matches!(ledger.seal(), Err(AppendError::NotSigned(_))));
    assert_eq!(ledger.head().segment, segment);
    let found = load(&ledger, "checkout", "eu-2");
    assert_eq!(found.unchanged_since(), Some(new), "the one before says where it is");
}

#[test]
fn an_event_that_was_changed_leads_nowhere() {
    for more in [0, 10] {
        let (ledger, disk) = init(options());
        let old = load(&ledger, "checkout", "eu-1").appended.seq;
        let new = load(&ledger, "checkout", "eu-2").appended.seq;
        load(&ledger, "checkout", "eu-2");
        ledger.append(&fresh_ledger::event(0)).unwrap();
        fill(&ledger, more);
        drop(ledger);
        let name = file_name(1);
        let text = String::from_utf8(disk.contents(&name).unwrap()).unwrap();
        let [from, to] = [new, old].map(|seq| format!("{{\"unchanged_since\":{seq}}}"));
        assert_eq!(text.matches(&from).count(), 1);
        disk.put(&name, text.replace(&from, &to).as_bytes());
        let ledger = open(&disk);
        assert_eq!(load(&ledger, "checkout", "eu-2").unchanged_since(), Some(new), "{more}");
    }
}
