//! A configuration that has not changed for long keeps its state when the segment that has it is pruned.

use envaudit::EnvConfig;
use envaudit::ledger::prune::{PrunePlan, PrunePolicy};
use envaudit::ledger::record::Recorded;
use envaudit::ledger::testing::MemoryStore;
use envaudit::ledger::{Actor, Context, Ledger, MasterKey};
use envaudit_tests::{fresh_ledger, isolated};
use serde_json::{Value, json};

#[derive(EnvConfig)]
#[expect(dead_code, reason = "only recorded")]
struct Config {
    region: String,
}

fn load(ledger: &Ledger, service: &str, region: &str) -> Recorded {
    let context = Context::new().service(service.to_owned()).environment("prod");
    let loader = isolated::vars::<Config>([("REGION", region)]);
    loader.record_to(ledger, context).load_recorded().expect("recorded").1
}

fn ledger() -> Ledger {
    fresh_ledger::options().init_in(MemoryStore::default()).expect("a ledger")
}

/// A ledger of three segments: `still` has its state in the first one alone, and was the same since; `moved` has another in
/// the second.
fn three_segments() -> (Ledger, u64) {
    let ledger = ledger();
    let still = load(&ledger, "still", "eu-1").appended.seq;
    load(&ledger, "moved", "eu-1");
    ledger.seal().expect("sealed");
    load(&ledger, "moved", "us-1");
    assert_eq!(load(&ledger, "still", "eu-1").unchanged_since(), Some(still));
    ledger.seal().expect("sealed");
    (ledger, still)
}

/// All lines, as JSON.
fn events(ledger: &Ledger) -> Vec<Value> {
    let records = ledger.reader().events().expect("segments");
    let read = |bytes: &[u8]| serde_json::from_slice(bytes).expect("JSON");
    records.map(|record| read(record.expect("a record").bytes())).collect()
}

#[test]
fn the_last_state_of_a_configuration_is_recorded_anew_before_it_goes() {
    let (ledger, still) = three_segments();
    let old = events(&ledger).into_iter().find(|event| event["seq"] == still).expect("there");
    let keep_two = PrunePolicy::KeepSegments(2);
    let keys = ledger.keys();
    let plan = PrunePlan::of(ledger.source(), keys.as_ref(), keep_two).expect("read");
    let plan = plan.expect("a segment may go");
    let planned: Vec<_> = plan.carried.iter().map(|it| (it.resource.as_str(), it.seq)).collect();
    assert_eq!(planned, [("still/prod", still)], "`moved` has a state that stays");
    let pruned = ledger.prune(keep_two).expect("pruned").expect("a segment went");
    assert_eq!((pruned.segments, pruned.first_kept, pruned.carried), (1, plan.first_kept, 1));

    let events = events(&ledger);
    let [.., carried, statement] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(statement["action"], "ledger.pruned");
    assert_eq!(carried["action"], "config.loaded");
    assert_eq!(carried["resource_id"], "still/prod");
    assert_eq!(
        (&carried["actor_type"], &carried["actor_id"]),
        (&json!("system"), &json!("envaudit"))
    );
    assert_eq!(carried["reason"], format!("the state of event {still}, which a prune takes away"));
    let mut expected = old["details"].clone();
    expected["carried_from"] = still.into();
    assert_eq!(carried["details"], expected, "with its environment, values and fingerprints");
    assert!(ledger.verify().expect("read").is_intact());

    let again = load(&ledger, "still", "eu-1");
    assert_eq!(again.unchanged_since(), carried["seq"].as_u64());
    let changed = load(&ledger, "still", "us-1");
    let change = changed.changes().first().map(ToString::to_string);
    assert_eq!(change.as_deref(), Some("~ REGION: eu-1 -> us-1"), "what it was is known");
}

#[test]
fn nothing_has_changed_when_a_state_is_recorded_anew() {
    let (ledger, _) = three_segments();
    let history = |ledger: &Ledger| -> Vec<String> {
        let history = ledger.reader().history("REGION").expect("segments");
        history
            .map(|entry| entry.expect("a change"))
            .map(|entry| format!("{} {}", entry.resource, entry.change))
            .collect()
    };
    let first = ["still/prod + REGION: eu-1", "moved/prod + REGION: eu-1"];
    let moved = "moved/prod ~ REGION: eu-1 -> us-1";
    assert_eq!(history(&ledger), [first[0], first[1], moved]);
    ledger.prune(PrunePolicy::KeepSegments(2)).expect("pruned").expect("a segment went");
    assert_eq!(history(&ledger), [moved]);
}

#[test]
fn a_state_is_carried_from_prune_to_prune_and_across_a_change_of_the_key() {
    let ledger = ledger();
    load(&ledger, "still", "eu-1");
    for round in 1..4_u8 {
        ledger.seal().expect("sealed");
        ledger.rotate(MasterKey::from_bytes([round; 32])).expect("rotated");
        let pruned = ledger.prune(PrunePolicy::KeepSegments(1)).expect("pruned");
        assert_eq!(pruned.expect("a segment went").carried, 1, "{round}");
    }
    assert!(load(&ledger, "still", "eu-1").unchanged_since().is_some());
    assert_eq!(load(&ledger, "still", "us-1").changes().len(), 1);
    assert!(ledger.verify().expect("read").is_intact());
}

#[test]
fn more_states_than_a_write_may_have_are_carried_in_several() {
    let ledger = fresh_ledger::options().segment_size(64 << 20);
    let ledger = ledger.init_in(MemoryStore::default()).expect("a ledger");
    let note = "x".repeat(3000);
    for nth in 0..20 {
        let context = Context::new().service(format!("service-{nth}"));
        let loader = isolated::vars::<Config>([("REGION", note.as_str())]);
        loader.record_to(&ledger, context).load_recorded().expect("recorded");
    }
    ledger.seal().expect("sealed");
    let on_behalf = ledger.on_behalf_of(Actor::user("ada")).reason("retention");
    let pruned = on_behalf.prune(PrunePolicy::KeepSegments(1)).expect("pruned");
    assert_eq!(pruned.expect("a segment went").carried, 20);
    let events = events(&ledger);
    let by_ada = events.iter().filter(|event| event["actor_id"] == "ada").count();
    assert_eq!(by_ada, 21, "each of them, and the statement");
    assert_eq!(events.last().expect("one")["reason"], "retention");
    assert!(ledger.verify().expect("read").is_intact());
}

#[test]
fn where_nothing_may_go_nothing_is_planned_and_a_plan_writes_nothing() {
    let (ledger, _) = three_segments();
    let (before, keys) = (events(&ledger), ledger.keys());
    for (policy, segments, gone) in [
        (PrunePolicy::KeepSegments(3), 0, 0),
        (PrunePolicy::KeepSegments(1), 2, before.len() - 1),
        (PrunePolicy::Before("2020-01-01T00:00:00Z".parse().expect("a time")), 0, 0),
        (PrunePolicy::Before("2030-01-01T00:00:00Z".parse().expect("a time")), 2, before.len() - 1),
    ] {
        let plan = PrunePlan::of(ledger.source(), keys.as_ref(), policy).expect("read");
        let found = plan.map_or((0, 0), |plan| (plan.segments.len(), plan.events() as usize));
        assert_eq!(found, (segments, gone), "{policy}");
    }
    assert_eq!(events(&ledger), before);
}
