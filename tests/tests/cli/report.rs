//! `report`: what each of them counts, in every format.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use envaudit_tests::Files;
use envaudit_tests::command::envaudit;
use envaudit_tests::reports::{EACH, ask, made, report};
use envaudit_tests::sample_quarter::HOSTILE;
use serde_json::{Value, json};

/// All events, as `log` has them.
fn events(files: &Files) -> Vec<Value> {
    let log = envaudit(["log", "--json"]).path("--ledger", files.path().join("audit")).run();
    log.ends_with(0).out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn count(events: &[Value], which: impl Fn(&Value) -> bool) -> u64 {
    events.iter().filter(|event| which(event)).count() as u64
}

fn sum(list: &Value, member: &str) -> u64 {
    list.as_array().unwrap().iter().map(|item| item[member].as_u64().unwrap()).sum()
}

#[test]
fn access_counts_what_the_log_has() {
    let files = made();
    let events = events(&files);
    let all = ask(&files, ["access"]);
    let about = |event: &Value| !event["resource_id"].is_null();
    assert_eq!(all["events"], count(&events, about));
    for member in ["events", "success", "failure", "denied"] {
        assert_eq!(sum(&all["groups"], member), sum(&all["days"], member), "{member}");
    }
    for outcome in ["success", "failure", "denied"] {
        let of = count(&events, |event| about(event) && event["outcome"] == outcome);
        assert_eq!(all[outcome], of, "{outcome}");
    }
    for group in all["groups"].as_array().unwrap() {
        let same = |event: &&Value| {
            ["actor_type", "actor_id", "action", "resource_type", "resource_id"]
                .iter()
                .all(|member| event[*member] == group[*member])
        };
        let of: Vec<&Value> = events.iter().filter(same).collect();
        assert_eq!(group["events"], of.len(), "{group}");
        assert_eq!(group["first"], of[0]["timestamp"], "{group}");
        assert_eq!(group["last"], of[of.len() - 1]["timestamp"], "{group}");
    }
    let newest = all["newest"].as_array().unwrap();
    assert_eq!(newest.len(), 200);
    for (shown, event) in newest.iter().zip(events.iter().rev().filter(|event| about(event))) {
        for member in ["seq", "event_id", "timestamp", "actor_id", "action", "outcome", "reason"] {
            assert_eq!(shown[member], event[member], "{shown}");
        }
    }
}

#[test]
fn access_is_narrowed_by_resource_actor_action_and_time() {
    let files = made();
    let events = events(&files);
    type Which = fn(&Value) -> bool;
    let text = |event: &Value, member: &str| event[member].as_str().unwrap_or("").to_owned();
    let cases: [(&[&str], Which); 7] = [
        (&["--resource", "payments"], |event| event["resource_id"] == "payments"),
        (&["--resource", "checkout/*"], |event| {
            event["resource_id"].as_str().is_some_and(|id| id.starts_with("checkout/"))
        }),
        (&["--resource", "payments", "--resource", "search/prod"], |event| {
            event["resource_id"] == "payments" || event["resource_id"] == "search/prod"
        }),
        (&["--actor", "ada", "--resource", "*"], |event| {
            event["actor_id"] == "ada" && !event["resource_id"].is_null()
        }),
        (&["--action", "config.*"], |event| {
            event["action"].as_str().unwrap().starts_with("config.")
        }),
        (&["--action", "ledger.closed"], |event| event["action"] == "ledger.closed"),
        (&["--resource", HOSTILE[0]], |event| event["resource_id"] == HOSTILE[0]),
    ];
    let times = [
        (["--since", "2026-09-01", "--until", "2027-01-01"], ("2026-09-01", "2027")),
        (
            ["--since", "2026-10-05T12:00:35Z", "--until", "2026-10-08"],
            ("2026-10-05T12:00:35", "2026-10-08"),
        ),
    ];
    for (args, which) in cases {
        let all = report(&files, ["access", "--json"]).args(args.iter().copied()).run();
        assert_eq!(all.ends_with(0).json()["events"], count(&events, which), "{args:?}");
        for (range, (since, until)) in times {
            let within = |event: &Value| {
                let time = text(event, "timestamp");
                which(event) && *since <= *time && *time < *until
            };
            let answer =
                report(&files, ["access", "--json"]).args(args.iter().copied()).args(range);
            let answer = answer.run().ends_with(0).json();
            assert_eq!(answer["events"], count(&events, within), "{args:?} {range:?}");
        }
    }
}

#[test]
fn privileged_says_why() {
    let files = made();
    let events = events(&files);
    let answer = ask(&files, ["privileged"]);
    let reasons = |of: &str| {
        let groups = answer["groups"].as_array().unwrap().iter();
        let has = |group: &&Value| group["why"].as_array().unwrap().contains(&json!(of));
        groups.filter(has).map(|group| group["events"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(reasons("admin"), count(&events, |event| event["actor_type"] == "admin"));
    assert_eq!(reasons("marked"), HOSTILE.len() as u64);
    assert_eq!(reasons("ledger"), count(&events, |event| event["action"] == "ledger.created"));
    assert_eq!(reasons("secret-changed"), 16);
    assert_eq!(reasons("named-actor"), 0);
    let named = ask(&files, ["privileged", "--actor", "grace", "--resource", "order-90*"]);
    let by = |event: &Value| {
        event["actor_id"] == "grace"
            || event["resource_id"].as_str().is_some_and(|id| id.starts_with("order-90"))
    };
    let more = named["events"].as_u64().unwrap() - answer["events"].as_u64().unwrap();
    assert_eq!(more, count(&events, by));
}

#[test]
fn failures_are_those_that_repeat_and_say_how_fast() {
    let files = made();
    let answer = ask(&files, ["failures", "--min", "5"]);
    assert_eq!((&answer["failure"], &answer["denied"]), (&json!(19), &json!(9)));
    let expected = json!([{
        "actor_type": "user",
        "actor_id": "mallory",
        "resource_type": "account",
        "resource_id": "admin@shop",
        "origin": "http",
        "ip_address": "203.0.113.0/24",
        "actions": ["session.opened"],
        "events": 24,
        "failure": 18,
        "denied": 6,
        "first": "2026-09-05T12:00:35.000000Z",
        "last": "2026-11-04T12:01:24.000000Z",
        "fastest": {
            "micros": 28_000_000,
            "from": "2026-09-05T12:00:35.000000Z",
            "to": "2026-09-05T12:01:03.000000Z",
        },
    }]);
    assert_eq!(answer["groups"], expected);
    let groups = |args: &[&str]| {
        let answer = report(&files, ["failures", "--json"]).args(args.iter().copied()).run();
        answer.ends_with(0).json()["groups"].as_array().unwrap().len()
    };
    let cases: [(&[&str], usize); 8] = [
        (&["--min", "24"], 1),
        (&["--min", "25"], 0),
        (&["--min", "8", "--within", "49s"], 1),
        (&["--min", "8", "--within", "48s"], 0),
        (&["--min", "9", "--within", "1h"], 0),
        (&["--min", "1"], 5),
        (&["--min", "5", "--since", "2026-11-05"], 0),
        (&["--min", "5", "--actor", "bob"], 0),
    ];
    for (args, expected) in cases {
        assert_eq!(groups(args), expected, "{args:?}");
    }
    report(&files, ["failures", "--exit-code"]).run().ends_with(1);
    report(&files, ["failures", "--exit-code", "--min", "25"]).run().ends_with(0);
    report(&files, ["failures", "--min", "0"]).run().ends_with(2);
    report(&files, ["failures", "--within", "soon"]).run().ends_with(2);
}

#[test]
fn config_tells_sources_files_and_defaults_of_production_broken_rules_and_changes() {
    let files = made();
    let answer = ask(&files, ["config"]);
    let sources = json!([{"source": "docker", "values": 3}, {"source": "file", "values": 2}]);
    assert_eq!(answer["secrets_by_source"], sources);
    let outside: Vec<(&str, &str, &str)> = answer["from_files_or_defaults_in_production"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| ["resource", "key", "source"].map(|member| value[member].as_str().unwrap()))
        .map(|[resource, key, source]| (resource, key, source))
        .collect();
    assert_eq!(
        outside,
        [
            ("checkout/prod", "SHOP_SESSION_SECRET", "file"),
            ("checkout/prod", "SHOP_CACHE_TTL", "file"),
            ("search/prod", "SHOP_PORT", "schema_default"),
            ("search/prod", "SHOP_LOG_LEVEL", "schema_default"),
        ]
    );
    let broken = &answer["policy_violations"];
    assert_eq!(broken.as_array().unwrap().len(), 1, "{broken}");
    assert_eq!(broken[0]["rule"], "secrets-outside-files");
    assert_eq!(broken[0]["key"], "SHOP_SESSION_SECRET");
    assert_eq!(answer["refused"][0]["problems"][0]["kind"], "policy");

    // Every change that the histories have is counted, and no first record.
    let mut changes = 0;
    for variable in answer["variables"].as_array().unwrap() {
        let key = variable["key"].as_str().unwrap();
        let resource = variable["resource"].as_str().unwrap();
        let history = envaudit(["history", key, "--json", "--resource", resource]);
        let history =
            history.path("--ledger", files.path().join("audit")).run().ends_with(0).json();
        let of = history.as_array().unwrap();
        let of: Vec<&Value> = of
            .iter()
            .filter(|change| change["kind"] != "added" || !is_first(&files, change))
            .collect();
        assert_eq!(variable["changes"], of.len(), "{key} of {resource}");
        assert_eq!(
            variable["last_change"],
            of.last().map_or(Value::Null, |it| it["timestamp"].clone())
        );
        changes += of.len();
    }
    assert_eq!(answer["changes"], changes);
    assert_eq!(sum(&answer["changes_per_day"], "changes"), changes as u64);

    let at = |until: &str| ask(&files, ["config", "--until", until]);
    assert_eq!(at("2026-08-24")["configurations"], json!([]));
    assert_eq!(at("2026-08-25")["configurations"].as_array().unwrap().len(), 2);
    let september = ask(&files, ["config", "--since", "2026-09-01", "--until", "2026-10-01"]);
    let days = september["changes_per_day"].as_array().unwrap();
    assert!(
        days.iter().all(|day| day["day"].as_str().unwrap().starts_with("2026-09-")),
        "{days:?}"
    );
    assert_eq!(september["refused_count"], 0);
    report(&files, ["config", "--exit-code"]).run().ends_with(1);
    report(&files, ["config", "--exit-code", "--until", "2026-08-24"]).run().ends_with(0);
}

/// Whether the change is the first record of a configuration.
fn is_first(files: &Files, change: &Value) -> bool {
    events(files)
        .iter()
        .any(|event| event["seq"] == change["seq"] && event["action"] == "config.loaded")
}

#[test]
fn a_policy_of_ones_own_is_asked_of_every_configuration() {
    let files = made();
    let policy = files.write(
        "policy.json",
        r#"{"rules": [{"name": "no-region", "keys": ["*_REGION"], "deny": ["system"]}]}"#,
    );
    let answer =
        report(&files, ["config", "--json"]).path("--policy", policy).run().ends_with(0).json();
    let broken = answer["policy_violations"].as_array().unwrap();
    let of: Vec<&str> = broken.iter().map(|it| it["resource"].as_str().unwrap()).collect();
    assert_eq!(of, ["checkout/staging", "search/prod"]);
    assert!(broken.iter().all(|it| it["rule"] == "no-region"));
}

#[test]
fn an_index_and_the_ledger_itself_give_the_same_answer() {
    let files = made();
    for name in EACH {
        let by_index = ask(&files, [name]);
        let mut without = ask(&files, [name, "--no-index"]);
        assert_eq!((&by_index["index"], &without["index"]), (&json!("file"), &json!("temporary")));
        without["index"] = json!("file");
        assert_eq!(by_index, without, "{name}");
    }
    std::fs::remove_file(files.path().join("audit/index.sqlite")).unwrap();
    report(&files, ["access", "--no-index"]).run().ends_with(0);
    assert!(!files.path().join("audit/index.sqlite").exists());
}

#[test]
fn an_index_from_which_events_were_taken_is_made_anew() {
    let files = made();
    for edit in [
        "DELETE FROM events WHERE actor = 'mallory'",
        "DELETE FROM kinds",
        "UPDATE events SET kind = 99999",
        "UPDATE events SET at = at + 1",
        "UPDATE events SET actor = 'ada' WHERE actor = 'mallory'",
        "UPDATE kinds SET origin = 'cli'",
    ] {
        let before = ask(&files, ["failures"]);
        let db = rusqlite::Connection::open(files.path().join("audit/index.sqlite")).unwrap();
        db.execute_batch(edit).unwrap();
        drop(db);
        assert_eq!(ask(&files, ["failures"]), before, "{edit}");
    }
}

#[test]
fn limits_leave_out_and_say_so() {
    let files = made();
    let answer = ask(&files, ["access", "--limit", "2", "--events", "3"]);
    let whole = ask(&files, ["access"]);
    assert_eq!(answer["events"], whole["events"]);
    assert_eq!(
        answer["groups"].as_array().unwrap().as_slice(),
        &whole["groups"].as_array().unwrap()[..2]
    );
    assert_eq!(answer["newest"].as_array().unwrap().len(), 3);
    let groups = whole["groups"].as_array().unwrap().len() as u64;
    assert_eq!(answer["groups_omitted"], groups - 2);
}

#[test]
fn without_a_ledger_or_with_times_that_make_no_sense_there_is_no_report() {
    let files = Files::new();
    report(&files, ["access"]).run().ends_with(3);
    let files = made();
    report(&files, ["access", "--since", "2026-10-01", "--until", "2026-09-01"]).run().ends_with(2);
    report(&files, ["access", "--since", "yesterday"]).run().ends_with(2);
    report(&files, ["access", "--format", "pdf"]).run().ends_with(2);
    report(&files, []).run().ends_with(2);
}
