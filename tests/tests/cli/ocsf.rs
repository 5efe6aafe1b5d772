//! `export --format ocsf`: held against the published schema of its version of OCSF, as `.ci/ocsf.py` compiles it.

use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use envaudit::ledger::{Actor, Event, LedgerOptions, Outcome};
use envaudit_tests::cli_fixture::{CliFixture, RECORD};
use serde_json::{Value, json};

const VERSIONS: [&str; 2] = ["1.8.0", "1.9.0-dev"];

struct Ocsf(Schemas, SchemaIndex);

impl Ocsf {
    fn new(version: &str) -> Self {
        let name = format!("data/ocsf-{version}.schema.json");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        let index = compiler.compile(path.to_str().expect("UTF-8"), &mut schemas);
        Ocsf(schemas, index.expect("it is a schema"))
    }

    fn check(&self, event: &Value) -> Result<(), String> {
        self.0.validate(event, self.1).map_err(|error| format!("{error:#}"))
    }
}

/// Every kind of event, with every member that one can have.
fn exported(version: &str) -> Vec<Value> {
    let fixture = CliFixture::new("PORT=80\nAPI_KEY=first-canary\n");
    fixture.record();
    fixture.run(&RECORD).env("PORT", "443").args(["--env", "prod"]).run().ends_with(0);
    fixture.run(&RECORD).env("PORT", "none").run().ends_with(1);
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    fixture.run(&RECORD).args(["--trace-parent", trace, "--no-values"]).run().ends_with(0);
    let ledger = fixture.open();
    let actors =
        [Actor::user("ada"), Actor::service("portal"), Actor::system("cron"), Actor::admin("eve")];
    for actor in actors {
        for outcome in [Outcome::Success, Outcome::Failure, Outcome::Denied] {
            let event = Event::new("user.created", actor.clone()).resource("user", "mallory");
            let event = event.request_id("r-1").session_id("s-1").ip_address("203.0.113.77");
            let event =
                event.user_agent("curl/8").reason("asked").detail("list", json!([{"a": null}]));
            ledger.append(&event.outcome(outcome)).expect("appended");
        }
    }
    ledger.append(&Event::new("door.opened", Actor::user("ada"))).expect("appended");
    ledger.seal().expect("sealed");
    drop(ledger);
    let unkeyed = CliFixture::without_ledger("PORT=80\n");
    LedgerOptions::new().unkeyed().init(unkeyed.ledger()).expect("made");
    unkeyed.keyless(&RECORD).run().ends_with(0);
    let export = ["export", "--format", "ocsf", "--ocsf-version", version];
    let lines = fixture.run(&export).run().ends_with(0).out
        + &unkeyed.keyless(&export).run().ends_with(0).out;
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn every_event_is_one_of_the_published_schema() {
    for version in VERSIONS {
        let ocsf = Ocsf::new(version);
        let events = exported(version);
        assert!(events.len() > 20, "{}", events.len());
        for event in &events {
            assert_eq!(event["metadata"]["version"], version);
            if let Err(error) = ocsf.check(event) {
                panic!("{error}\n{event:#}");
            }
        }
        let classes = |uid: u64| events.iter().filter(|event| event["class_uid"] == uid).count();
        assert!(classes(5019) >= 5 && classes(0) >= 15, "{} and {}", classes(5019), classes(0));
    }
}

#[test]
fn what_is_exported_by_default_is_of_the_newest_published_version() {
    let fixture = CliFixture::new("PORT=80\n");
    fixture.record();
    let lines = fixture.run(&["export", "--format", "ocsf"]).run().ends_with(0).out;
    let ocsf = Ocsf::new("1.8.0");
    for line in lines.lines() {
        let event: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(event["metadata"]["version"], "1.8.0");
        assert_eq!(ocsf.check(&event), Ok(()));
    }
    assert_eq!(lines.lines().count(), 2);
}

#[test]
fn an_event_that_lacks_what_is_required_or_says_something_else_is_refused() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 10] = [
        ("no class", |event| drop(event.as_object_mut().expect("object").remove("class_uid"))),
        ("no device", |event| drop(event.as_object_mut().expect("object").remove("device"))),
        ("no time", |event| drop(event.as_object_mut().expect("object").remove("time"))),
        ("a time that is text", |event| event["time"] = json!("2026-11-30")),
        ("a severity that is none", |event| event["severity_id"] = json!(42)),
        ("a caption of another", |event| event["severity"] = json!("Fatal")),
        ("an attribute of no profile", |event| event["api"] = json!({ "operation": "x" })),
        ("a name that is unknown", |event| event["colour"] = json!("red")),
        ("an attestation of nothing", |event| event["attestation_list"] = json!([{ "uid": "1" }])),
        ("an algorithm without a number", |event| {
            let number = json!({ "algorithm": "SHA-256", "value": "00" });
            event["attestation_list"] = json!([{ "fingerprint": number }]);
        }),
    ];
    for version in VERSIONS {
        let ocsf = Ocsf::new(version);
        let events = exported(version);
        let config = events.iter().find(|event| event["class_uid"] == 5019).expect("one");
        for (what, change) in changes {
            let mut changed = config.clone();
            change(&mut changed);
            assert!(ocsf.check(&changed).is_err(), "{version}: {what}");
        }
        // Only the later version has a place for the hash.
        let other = exported(VERSIONS.into_iter().find(|other| *other != version).expect("two"));
        let fits = other.iter().filter(|event| ocsf.check(event).is_ok()).count();
        assert_eq!(fits == 0, version == "1.8.0", "{version}: {fits}");
    }
}
