//! Configurations and failures that are too long for one line of a ledger.

use envaudit::EnvConfig;
use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::{Ledger, Reader, redact};
use envaudit_tests::cli_fixture::{CliFixture, KEY, RECORD};
use envaudit_tests::command::{Envaudit, envaudit};
use envaudit_tests::record_helpers::events;
use serde_json::Value;

const COUNT: usize = 20_000;

/// An `.env` of many variables, some of them secrets.
fn env_file(value: &str, count: usize) -> String {
    let line = |at: usize| match at % 40 {
        10 => format!("SERVICE_{at:05}_PASSWORD=secret-{value}-{at}\n"),
        _ => format!("SERVICE_{at:05}_NAME={value}-{at}\n"),
    };
    (0..count).map(line).collect()
}

/// A command without a schema: every variable of the file counts.
fn run(fixture: &CliFixture, args: &[&str]) -> Envaudit {
    envaudit(args.iter().copied())
        .dir(&fixture.files)
        .path("--ledger", fixture.ledger())
        .path("--docker-secrets", fixture.files.folder("docker"))
        .path("--k8s-secrets", fixture.files.folder("k8s"))
        .args(["--env", "test"])
        .env("ENVAUDIT_SIGNING_KEY", KEY)
}

fn record(fixture: &CliFixture) -> Value {
    run(fixture, &RECORD).args(["--json"]).run().ends_with(0).json()
}

fn configs(ledger: &Ledger) -> Vec<Value> {
    events(ledger.source())
}

#[test]
fn twenty_thousand_variables_are_recorded_compared_and_found_again() {
    let fixture = CliFixture::new(&env_file("one", COUNT));
    let first = record(&fixture);
    let ledger = fixture.open();
    let lines = configs(&ledger);
    let (last, parts) = lines.split_last().unwrap();
    assert!(parts.len() > 1 && parts.iter().all(|part| part["action"] == "config.part"));
    assert_eq!((&last["action"], &last["seq"]), (&"config.loaded".into(), &first["seq"]));
    assert_eq!(last["details"]["parts"], parts.len());
    let values = |part: &Value| part["details"]["state"].as_array().map_or(0, Vec::len);
    assert_eq!(parts.iter().map(values).sum::<usize>(), COUNT);

    // Nothing has changed: one short line says so.
    assert_eq!(record(&fixture)["unchanged_since"], first["seq"]);
    assert_eq!(configs(&ledger).len(), lines.len() + 1);
    let plan = run(&fixture, &["plan", "--json"]).run().ends_with(0).json();
    assert_eq!(plan["changes"].as_array().map(Vec::len), Some(0));

    // One variable is changed, one removed, one added.
    let changed = env_file("one", COUNT)
        .replace("SERVICE_12345_NAME=one-12345", "SERVICE_12345_NAME=two")
        .replace("SERVICE_00010_PASSWORD=secret-one-10\n", "");
    fixture.files.write(".env", changed + "ADDED=1\n");
    let changes = record(&fixture)["changes"].clone();
    let found: Vec<(&str, &str)> = changes
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["kind"].as_str().unwrap(), change["key"].as_str().unwrap()))
        .collect();
    let expected = [
        ("added", "ADDED"),
        ("changed", "SERVICE_12345_NAME"),
        ("removed", "SERVICE_00010_PASSWORD"),
    ];
    assert_eq!(found, expected);
    for (key, count) in [
        ("ADDED", 1),
        ("SERVICE_12345_NAME", 2),
        ("SERVICE_00010_PASSWORD", 2),
        ("SERVICE_19999_NAME", 1),
    ] {
        let history: Vec<String> = Reader::new(ledger.source())
            .history(key)
            .unwrap()
            .map(|entry| entry.unwrap().change.to_string())
            .collect();
        let indexed = run(&fixture, &["history", key, "--json"]).run().ends_with(0).json();
        let indexed = indexed.as_array().unwrap().len();
        assert_eq!((history.len(), indexed), (count, count), "{key}: {history:?}");
    }
    let report = run(&fixture, &["report", "config", "--json"]).run().ends_with(0).json();
    assert_eq!(report["configurations"][0]["variables"], COUNT, "{}", report["configurations"]);
    assert!(ledger.verify().unwrap().is_intact());
    assert!(!envaudit_tests::record_helpers::bytes(ledger.source()).contains("secret-one"));
}

#[test]
fn all_of_a_large_configuration_can_change_at_once() {
    let fixture = CliFixture::new(&env_file("one", COUNT));
    record(&fixture);
    fixture.files.write(".env", env_file("two", COUNT));
    assert_eq!(record(&fixture)["changes"].as_array().map(Vec::len), Some(COUNT));
    assert!(record(&fixture)["unchanged_since"].is_u64());
    assert!(fixture.open().verify().unwrap().is_intact());
}

#[test]
fn a_state_in_parts_is_carried_across_a_prune() {
    let fixture = CliFixture::new(&env_file("one", COUNT));
    record(&fixture);
    let ledger = fixture.open();
    ledger.seal().unwrap();
    record(&fixture);
    let pruned = ledger.prune(PrunePolicy::KeepSegments(1)).unwrap().expect("a segment went");
    assert_eq!(pruned.carried, 1);
    let carried = configs(&ledger).pop().unwrap();
    assert!(carried["details"]["parts"].is_u64() && carried["details"]["carried_from"].is_u64());
    assert_eq!(record(&fixture)["unchanged_since"], carried["seq"]);
    let history = run(&fixture, &["history", "SERVICE_00011_NAME", "--json"]).run().ends_with(0);
    assert_eq!(history.json().as_array().map(Vec::len), Some(0), "nothing has changed");
    assert!(fixture.open().verify().unwrap().is_intact());
}

#[test]
fn a_state_in_parts_of_which_one_was_changed_is_not_believed() {
    let fixture = CliFixture::new(&env_file("one", COUNT));
    record(&fixture);
    envaudit_tests::cli_fixture::tamper(&fixture.first_segment(), |text| {
        text.replacen("SERVICE_00011_NAME", "SERVICE_00011_MANE", 1)
    });
    let plan = run(&fixture, &["plan", "--json"]).run();
    assert!(plan.err.contains("was changed"), "{}", plan.err);
}

#[test]
fn a_failure_with_any_number_of_problems_is_recorded() {
    let fixture = CliFixture::new(&"x\n".repeat(30_000));
    let answer = fixture.run(&RECORD).args(["-q"]).run().ends_with(1);
    assert!(answer.err.contains("this failure was recorded as event"), "{}", tail(&answer.err));
    let event = fixture.last_event();
    assert_eq!((&event["action"], &event["outcome"]), (&"config.loaded".into(), &"failure".into()));
    let listed = event["details"]["problems"].as_array().unwrap().len();
    let more = event["details"]["more_problems"].as_u64().unwrap() as usize;
    assert!(listed > 1000 && listed + more >= 30_000, "{listed} and {more}");
    let report = fixture.run(&["report", "config"]).run().ends_with(0);
    assert!(report.out.contains("… and ") && report.out.contains(" more"), "the rest is counted");
    let json = fixture.run(&["report", "config", "--json"]).run().ends_with(0).json();
    assert_eq!(json["refused"][0]["more_problems"], more);
}

#[test]
fn a_failure_that_cannot_be_recorded_is_said_however_quiet_the_command_is() {
    let fixture = CliFixture::new("PORT=none\n");
    let lock = std::fs::File::open(fixture.ledger().join("lock")).unwrap();
    lock.lock().unwrap();
    for more in [&[][..], &["-q"]] {
        let args = [&RECORD[..], &["--lock-timeout", "0"], more].concat();
        let answer = fixture.run(&args).run();
        assert_ne!(answer.code, 0);
        let said = redact(&answer.err).into_owned();
        assert!(said.contains("not recorded") || said.contains("lock"), "{said}");
    }
}

#[derive(EnvConfig)]
#[expect(dead_code, reason = "only its schema is read")]
struct Long {
    certificate: String,
    key: envaudit::SecretString,
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_value_too_long_for_a_variable_is_named_and_recorded_as_a_failure() {
    let long = "x".repeat(140_000);
    let fixture =
        CliFixture::new(&format!("CERTIFICATE=a\nKEY={long}\n")).with_schema(Long::schema_json());
    let program = env!("CARGO_BIN_EXE_envaudit_command");
    let mut run = fixture.process(program, &["run", "--reason", "start", "--", "true"]);
    let output = run.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("KEY is too long for a variable of a process"), "{said}");
    assert!(said.contains("140000 bytes") && !said.contains("xxxx"), "{said}");
    let event = fixture.last_event();
    assert_eq!(event["outcome"], "failure");
    assert_eq!(event["details"]["problems"][0]["key"], "KEY");
    // As long as it may be, it starts: the longest is 128 KiB with its name, `=` and a final byte.
    let fits = "x".repeat((128 << 10) - "CERTIFICATE".len() - 2);
    fixture.files.write(".env", format!("CERTIFICATE={fits}\nKEY=a\n"));
    let mut run = fixture.process(program, &["run", "--reason", "start", "--", "true"]);
    assert_eq!(run.output().unwrap().status.code(), Some(0));
}

fn tail(text: &str) -> &str {
    &text[text.len().saturating_sub(500)..]
}

#[test]
fn a_configuration_in_parts_is_one_event_of_every_report() {
    let fixture = CliFixture::new(&env_file("one", COUNT));
    record(&fixture);
    fixture.files.write(".env", env_file("two", COUNT));
    record(&fixture);
    let lines = configs(&fixture.open());
    assert!(lines.len() > 4, "{} lines", lines.len());
    let report = |args: &[&str]| {
        let args = [&["report"], args, &["--json"]].concat();
        run(&fixture, &args).run().ends_with(0).json()
    };
    let access = report(&["access"]);
    assert_eq!(access["events"], 2, "{}", access["groups"]);
    let privileged = report(&["privileged"]);
    let groups = privileged["groups"].as_array().unwrap();
    let of_config: Vec<&Value> =
        groups.iter().filter(|group| group["resource_type"] == "config").collect();
    let [group] = of_config[..] else { panic!("{groups:?}") };
    assert_eq!((&group["action"], &group["events"]), (&"config.changed".into(), &1.into()));
    assert_eq!(group["why"], serde_json::json!(["secret-changed"]));
    let config = report(&["config"]);
    assert_eq!(config["events"], 1, "{config}");
    let changes: u64 = config["changes_per_day"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| day["changes"].as_u64().unwrap())
        .sum();
    assert_eq!(changes, COUNT as u64);
}
