//! `docs/schemas`: what `--json` answers is what the published schemas say, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use envaudit::ledger::{Actor, Event, LedgerOptions};
use envaudit_tests::cli_fixture::{CliFixture, RECORD, tamper};
use envaudit_tests::command::{Answer, Envaudit, envaudit, whole_commands};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas")
}

/// The published schemas by what they are called.
struct Published {
    schemas: Schemas,
    names: BTreeMap<String, SchemaIndex>,
}

impl Published {
    fn new() -> Self {
        let (mut schemas, mut names) = (Schemas::new(), BTreeMap::new());
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        for file in std::fs::read_dir(folder()).expect("a folder") {
            let path = file.expect("a file").path().canonicalize().expect("a path");
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
            let name = name.strip_suffix(".schema.json").expect("a schema").to_owned();
            let text = std::fs::read_to_string(&path).expect("text");
            let schema: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
            let compiled = compiler.compile(path.to_str().expect("UTF-8"), &mut schemas);
            names.insert(name, compiled.expect("it is a schema"));
        }
        Published { schemas, names }
    }

    fn check(&self, name: &str, answer: &Value) -> Result<(), String> {
        let index = self.names[name];
        self.schemas.validate(answer, index).map_err(|error| format!("{error:#}"))
    }
}

/// The values of an answer: one document, or one a line.
fn values(name: &str, answer: &Answer) -> Vec<Value> {
    match name {
        "log" | "export" => {
            answer.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        }
        _ => vec![answer.json()],
    }
}

/// The states of a ledger and of a configuration.
struct Stages {
    /// Everything is fine, and much has happened.
    good: CliFixture,
    /// The configuration cannot be loaded, and an event was changed.
    bad: CliFixture,
    /// Nothing of anything.
    new: CliFixture,
    unkeyed: CliFixture,
    /// Nothing was recorded for years.
    aged: CliFixture,
}

impl Stages {
    fn new() -> Self {
        let good = CliFixture::new("PORT=80\nREGION=eu-1\nAPI_KEY=first-canary\n");
        good.record();
        good.files.write("old.json", good.run(&["audit", "--json"]).run().ends_with(0).out);
        good.files.write(".env", "PORT=443\nPORT=444\nRETRIES=3\nAPI_KEY=second-canary\n");
        good.record();
        good.run(&RECORD).env("PORT", "none").run().ends_with(1);
        good.run(&RECORD).args(["--trace-parent", TRACE]).run().ends_with(0);
        let event = Event::new("user.created", Actor::service("portal")).resource("user", "eve");
        let event = event.request_id("r-1").session_id("s-1").ip_address("203.0.113.77");
        let event = event.user_agent("curl/8").reason("asked").detail("any", "thing");
        good.open().append(&event).expect("appended");
        good.open().seal().expect("sealed");

        let bad = CliFixture::new("PORT=none\nRETRIES=1000\n");
        bad.run(&RECORD).run().ends_with(1);
        bad.files.write("old.json", "{}");
        tamper(&bad.first_segment(), |text| text.replace("ledger.created", "ledger.crested"));

        let new = CliFixture::without_ledger("");
        new.files.write("old.json", "{}");

        let unkeyed = CliFixture::without_ledger("PORT=80\nAPI_KEY=canary-of-it\n");
        LedgerOptions::new().unkeyed().init(unkeyed.ledger()).expect("made");
        let aged = CliFixture::unchanged_for_years("PORT=80\n");
        Stages { good, bad, new, unkeyed, aged }
    }

    /// Every command, and the code it ends with, in an order in which nothing is in the way of the next.
    fn runs(&self) -> Vec<(&'static str, Envaudit, u8)> {
        let Stages { good, bad, new, unkeyed, aged } = self;
        let old = |fixture: &CliFixture, args: &[&str]| {
            fixture.run(args).args([fixture.files.path().join("old.json")])
        };
        let mut bare = envaudit(["audit", "--json", "--dir"]).args([good.files.path()]);
        bare = bare.path("--docker-secrets", good.files.folder("secrets"));
        good.files.write("secrets/token", "canary-of-docker");
        let new_key = |fixture: &CliFixture, name: &str| {
            fixture
                .run(&["rotate-key", "--json"])
                .path("--new-key", fixture.files.path().join(name))
        };
        let chain_key = |fixture: &CliFixture, name: &str| {
            let run = fixture.run(&["ledger", "chain-key", "--json"]);
            run.args([fixture.files.path().join(name)])
        };
        vec![
            ("audit", good.run(&["audit", "--json"]), 0),
            ("audit", bare, 0),
            ("check", good.run(&["check", "--json"]), 0),
            ("check", bad.run(&["check", "--json", "--policy", "production"]), 1),
            ("check", bad.run(&["check", "--json", "--env", "../no"]), 1),
            ("explain", good.run(&["explain", "PORT", "--json"]), 0),
            ("explain", bad.run(&["explain", "PORT", "--json"]), 1),
            ("explain", envaudit(["explain", "HOME", "--json"]).env("HOME", "/root"), 0),
            ("diff", old(good, &["diff", "--json"]), 0),
            ("diff", old(new, &["diff", "--json"]).env("PORT", "80"), 0),
            ("schema", good.run(&["schema", "--json"]), 0),
            ("keys", good.run(&["schema", "--keys"]), 0),
            ("plan", good.run(&["plan", "--json", "--exit-code"]).env("REGION", "us"), 1),
            ("plan", unkeyed.keyless(&["plan", "--json"]), 0),
            ("record", good.run(&RECORD).args(["--json"]).env("REGION", "us"), 0),
            ("record", good.run(&RECORD).args(["--json"]).env("REGION", "us"), 0),
            ("record", unkeyed.keyless(&RECORD).args(["--json", "--no-values"]), 0),
            ("log", good.run(&["log", "--json"]), 0),
            ("log", bad.run(&["log", "--json"]), 1),
            ("log", good.run(&["log", "--actor", "adda", "--json"]), 1),
            ("log", unkeyed.keyless(&["log", "--json"]), 0),
            ("export", good.run(&["export", "--format", "jsonl"]), 0),
            ("export", good.run(&["export", "--json"]), 0),
            ("history", good.run(&["history", "PORT", "--json"]), 0),
            ("history", good.run(&["history", "API_KEY", "--json"]), 0),
            ("history", unkeyed.keyless(&["history", "PORT", "--json"]), 0),
            ("history", bad.run(&["history", "PORT", "--json"]), 1),
            ("history", good.run(&["history", "PORTT", "--json"]), 1),
            ("report", good.run(&["report", "access", "--actor", "adda", "--json"]), 1),
            ("report", good.run(&["report", "access", "--json"]), 0),
            ("report", good.run(&["report", "privileged", "--json"]), 0),
            ("report", good.run(&["report", "failures", "--min", "1", "--json"]), 0),
            ("report", good.run(&["report", "config", "--policy", "production", "--json"]), 0),
            ("report", good.run(&["report", "access", "--verify", "--json"]), 0),
            ("report", bad.run(&["report", "failures", "--verify", "--json"]), 1),
            ("report", unkeyed.keyless(&["report", "config", "--json"]), 0),
            ("verify", good.run(&["verify", "--json"]), 0),
            ("verify", bad.run(&["verify", "--json"]), 1),
            ("verify", unkeyed.keyless(&["verify", "--json"]), 0),
            ("checkpoint", good.run(&["checkpoint", "--json"]), 0),
            ("checkpoint", unkeyed.keyless(&["checkpoint", "--json"]), 0),
            ("prune", good.run(&["prune", "--keep", "1d", "--json"]), 0),
            ("prune", aged.run(&["prune", "--keep", "1d", "--dry-run", "--json"]), 0),
            ("prune", aged.run(&["prune", "--keep", "1d", "--json"]), 0),
            ("rotate-key", new_key(good, "new.key"), 0),
            ("ledger-chain-key", chain_key(good, "chain.key"), 0),
            ("ledger-init", new.keyless(&["ledger", "init", "--json"]), 0),
            ("rotate-key", new.keyless(&["rotate-key", "--json"]), 0),
            ("verify", new.keyless(&["verify", "--json"]), 0),
        ]
    }
}

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn every_answer_is_as_its_schema_says_and_no_answer_with_another_member_is() {
    let published = Published::new();
    let mut seen = BTreeSet::new();
    let mut refused = 0;
    for (name, run, code) in Stages::new().runs() {
        let answer = run.run().ends_with(code);
        seen.insert(name.to_owned());
        for value in values(name, &answer) {
            if let Err(error) = published.check(name, &value) {
                panic!("{name}: {error}\n{value:#}");
            }
            for (path, other) in renamed(&value, &mut |path| is_free(name, &value, path)) {
                let result = published.check(name, &other);
                assert!(result.is_err(), "{name}: {} may be called otherwise", path.join("/"));
                refused += 1;
            }
        }
    }
    assert!(refused > 1000, "{refused}");
    seen.insert("common".to_owned());
    assert_eq!(published.names.into_keys().collect::<BTreeSet<_>>(), seen);
}

/// Whether the members of what stands there are not ours to name.
fn is_free(name: &str, whole: &Value, path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (name, path.as_slice()) {
        ("audit", []) | ("schema", _) | ("check", ["summary", "sources" | "providers"]) => true,
        ("log" | "export", ["details", ..]) => whole["resource_type"] != "config",
        _ => false,
    }
}

/// The value, each time with one of its members under another name.
fn renamed(value: &Value, is_free: &mut dyn FnMut(&[String]) -> bool) -> Vec<(Vec<String>, Value)> {
    let mut paths = Vec::new();
    members(value, &mut Vec::new(), is_free, &mut paths);
    let rename = |path: Vec<String>| {
        let (last, above) = path.split_last().expect("it names a member");
        let mut other = value.clone();
        let object = above.iter().fold(&mut other, |value, step| match value {
            Value::Array(list) => &mut list[step.parse::<usize>().expect("a place")],
            value => &mut value[step.as_str()],
        });
        let object = object.as_object_mut().expect("an object");
        let member = object.remove(last).expect("a member");
        object.insert(format!("{last}s"), member);
        (path, other)
    };
    paths.into_iter().map(rename).collect()
}

/// The paths of all members.
fn members(
    value: &Value,
    path: &mut Vec<String>,
    is_free: &mut dyn FnMut(&[String]) -> bool,
    paths: &mut Vec<Vec<String>>,
) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => {
            list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => return,
    };
    let named = value.is_object() && !is_free(path);
    for (key, value) in inner {
        path.push(key);
        if named {
            paths.push(path.clone());
        }
        members(value, path, is_free, paths);
        path.pop();
    }
}

#[test]
fn every_command_has_a_schema_or_says_that_it_writes_no_json() {
    let fixture = CliFixture::new("PORT=80\n");
    let published = Published::new();
    let without: [(&str, &[&str]); 5] = [
        ("template", &[]),
        ("docs", &[]),
        ("completions", &["bash"]),
        ("man", &[]),
        ("run", &["--", "true"]),
    ];
    for command in whole_commands() {
        let name = &command.join("-");
        match without.iter().find(|(without, _)| without == name) {
            Some((_, args)) => {
                let run = fixture.run(&[name, "--json"]).args(args.iter().copied());
                let answer = run.run().ends_with(2);
                assert!(answer.err.contains("does not write JSON"), "{name}: {}", answer.err);
                assert!(!published.names.contains_key(name), "{name}");
            }
            // One schema may be that of all commands of a command.
            None => assert!(
                [name, &command[0]].iter().any(|name| published.names.contains_key(*name)),
                "{name} has no schema"
            ),
        }
    }
}
