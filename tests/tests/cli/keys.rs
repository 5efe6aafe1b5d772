//! `--schema`: the keys as a program wrote them into a file, and what is checked by them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroI8;
use std::path::PathBuf;
use std::time::Duration;

use envaudit::{EnvConfig, EnvValue, SecretString};
use envaudit_tests::Files;
use envaudit_tests::command::{Answer, envaudit};
use serde_json::{Value, json};

#[test]
fn a_file_that_is_no_schema_is_refused_with_what_would_be_one() {
    let files = Files::new();
    let refused = |content: &str| -> Answer {
        let schema = files.write("schema.json", content);
        let answer = envaudit(["audit"]).dir(&files).path("--schema", schema).run();
        let answer = answer.ends_with(3);
        assert_eq!(answer.out, "");
        answer
    };
    let variable = |more: Value| {
        let mut variable = json!({ "key": "A", "shape": { "kind": "text" } });
        for (name, value) in more.as_object().expect("members") {
            variable[name] = value.clone();
        }
        json!({ "version": 1, "name": "Config", "variables": [variable, { "key": "B", "shape": { "kind": "text" } }] })
            .to_string()
    };
    for (content, expected) in [
        ("{".to_owned(), "is not JSON (line 1, column 1)"),
        ("[]".to_owned(), "has no `version`"),
        (json!({ "version": 2 }).to_string(), "has version 2; this envaudit reads up to 1"),
        (json!({ "$schema": "x", "version": 1 }).to_string(), "is a JSON Schema"),
        (json!({ "version": 1 }).to_string(), "`variables` must be an array"),
        (json!({ "version": 1, "variables": [] }).to_string(), "`name` is missing"),
        (variable(json!({ "key": 1 })), "variable 1: `key` must be text"),
        (variable(json!({ "key": "B" })), "two variables are called B"),
        (variable(json!({ "aliases": ["B"] })), "two variables are called B"),
        (variable(json!({ "key": "" })), "is not the name of a variable"),
        (variable(json!({ "shape": null })), "`shape` must be an object"),
        (variable(json!({ "shape": { "kind": "integer", "min": "a" } })), "`max` is missing"),
        (variable(json!({ "default": {} })), "neither `value` nor `expression`"),
        (variable(json!({ "range": 3 })), "`range` must be an object"),
    ] {
        let answer = refused(&content);
        assert!(answer.err.contains(expected), "{content}: {}", answer.err);
        assert!(answer.err.contains("hint: "), "{content}: {}", answer.err);
    }
    let mut deep = json!({ "kind": "text" });
    for _ in 0..40 {
        deep = json!({ "kind": "list", "element": deep });
    }
    assert!(refused(&variable(json!({ "shape": deep }))).err.contains("nested too deeply"));
    let missing = envaudit(["audit"]).path("--schema", files.path().join("none")).run();
    assert!(missing.ends_with(3).err.contains("it does not exist"));
    let both = envaudit(["audit", "--schema", "a", "--bin", "b"]).run().ends_with(2);
    assert!(both.err.contains("cannot be used with"), "{}", both.err);
}

#[test]
fn a_schema_that_overlaps_itself_is_refused() {
    let files = Files::new();
    let variables: Vec<Value> = ["A", "B", "C"]
        .iter()
        .map(|key| json!({ "key": key, "shape": { "kind": "text" } }))
        .collect();
    for (groups, is_fine) in [
        (json!([{ "field": "a", "keys": ["A", "B"] }, { "field": "b", "keys": ["B"] }]), true),
        (
            json!([{ "field": "a", "keys": ["A", "B"] }, { "field": "b", "keys": ["B", "C"] }]),
            false,
        ),
        (json!([{ "field": "a", "keys": ["B", "A"] }]), false),
        (json!([{ "field": "a", "keys": ["C", "D"] }]), false),
        (json!([{ "field": "a", "keys": ["D"] }]), false),
        (json!([{ "field": "a", "keys": [] }]), true),
        (
            json!([{ "field": "a", "keys": ["A", "B", "C"] }, { "field": "b", "keys": ["A", "B", "C"] }]),
            true,
        ),
    ] {
        let schema = json!({
            "version": 1, "name": "Config", "variables": variables, "optional_groups": groups,
        });
        let schema = files.write("schema.json", schema.to_string());
        let answer = envaudit(["template"]).path("--schema", schema).run();
        assert_eq!(answer.code, if is_fine { 0 } else { 3 }, "{groups}: {answer:?}");
    }
}

/// A configuration with one field of each kind, all with checks that the metadata can say.
#[derive(EnvConfig)]
#[expect(dead_code, reason = "it is there for its checks")]
struct Config {
    #[env(default = 8080, range(1..=65535))]
    port: u16,
    flag: Option<bool>,
    big: Option<u128>,
    signed: Option<NonZeroI8>,
    #[env(range(0.0..1.0))]
    ratio: Option<f32>,
    #[env(one_of(1, 2, 4))]
    workers: Option<u8>,
    #[env(one_of("red", "green"))]
    colour: Option<String>,
    #[env(len(2..=4))]
    code: Option<String>,
    #[env(non_empty)]
    name: Option<String>,
    #[env(trim)]
    trimmed: Option<i32>,
    timeout: Option<Duration>,
    address: Option<IpAddr>,
    letter: Option<char>,
    level: Option<Level>,
    #[env(sep = ";", trim, range(..10), len(..=2))]
    list: Option<Vec<u8>>,
    map: Option<BTreeMap<String, bool>>,
    #[env(len(5..))]
    secret: Option<SecretString>,
    #[env(json)]
    document: Option<Value>,
    path: Option<PathBuf>,
    #[env(nested)]
    db: Option<Db>,
}

#[derive(EnvConfig)]
#[expect(dead_code, reason = "it is there for its checks")]
struct Db {
    host: String,
    port: u16,
    #[env(default = 5)]
    pool: u8,
}

#[derive(EnvValue)]
enum Level {
    Low,
    VeryHigh,
}

/// Values of the fields above; each is told by the struct itself whether it is right.
const VALUES: [(&str, &[&str]); 22] = [
    ("PORT", &["0", "1", "65535", "65536", "-1", "+80", "080", " 80", "80a", ""]),
    ("FLAG", &["true", "OFF", "1", "2", "ja", ""]),
    (
        "BIG",
        &[
            "340282366920938463463374607431768211455",
            "340282366920938463463374607431768211456",
            "-0",
        ],
    ),
    ("SIGNED", &["-128", "127", "128", "0", "-0", "+0", "00", "-129"]),
    ("RATIO", &["0", "0.5", "1", "1e-3", "nan", "-0.1", "x"]),
    ("WORKERS", &["1", "01", "3", "4"]),
    ("COLOUR", &["red", "Red", "", "green"]),
    ("CODE", &["a", "ab", "äöüß", "abcde"]),
    ("NAME", &["", "x"]),
    ("TRIMMED", &[" 7 ", "7", "\t7", "x "]),
    ("TIMEOUT", &["1h 30m", "250ms", "7", ""]),
    ("ADDRESS", &["127.0.0.1", "::1", "localhost"]),
    ("LETTER", &["ä", "ab", ""]),
    ("LEVEL", &["low", "VERY-HIGH", "very_high", "high"]),
    ("LIST", &["", "1", " 1 ; 9 ", "1;10", "1;2;3", "1,2", "1;"]),
    ("MAP", &["", "a=true", "a=true,b=off", "a=true,a=off", "a", "a=x"]),
    ("SECRET", &["12345", "1234"]),
    ("DOCUMENT", &["{}", "[1", "3"]),
    ("PATH", &["", "/a b"]),
    ("DB_HOST", &["x"]),
    ("DB_PORT", &["1"]),
    ("DB_POOL", &["7", "x"]),
];

#[test]
fn a_value_is_refused_by_the_schema_exactly_where_the_struct_refuses_it() {
    let files = Files::new();
    let schema = files.write("schema.json", Config::schema_json());
    let mut refused = 0;
    for (key, values) in VALUES {
        for value in values {
            let typed = files.loader::<Config>().vars([(key, *value)]).load();
            let answer = envaudit(["check", "--json"])
                .dir(&files)
                .path("--schema", &schema)
                .env(key, *value)
                .run();
            let mut typed = match typed {
                Ok(_) => Vec::new(),
                Err(error) => error.problems().iter().map(|problem| json!(problem)).collect(),
            };
            let mut told = answer.json()["problems"].as_array().expect("a list").clone();
            // The test's own loader asks no folders of secrets, so that it names fewer places to set a variable.
            for problem in typed.iter_mut().chain(&mut told) {
                problem["hint"].take();
            }
            assert_eq!(told, typed, "{key}={value:?}");
            assert_eq!(answer.code, u8::from(!typed.is_empty()), "{key}={value:?}");
            refused += typed.len();
        }
    }
    assert!(refused > 30, "{refused}");
}

#[test]
fn a_list_of_bytes_that_are_no_text_is_refused_as_the_struct_refuses_it() {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        let files = Files::new();
        let schema = files.write("schema.json", Config::schema_json());
        for key in ["NAME", "PATH", "LIST", "SECRET"] {
            let value = std::ffi::OsString::from_vec(b"x\xff1234".to_vec());
            let typed = files.loader::<Config>().vars([(key, value.clone())]).load();
            let answer = envaudit(["check", "--json"])
                .dir(&files)
                .path("--schema", &schema)
                .env(key, value)
                .run();
            let typed = typed.err().map_or_else(Vec::new, |error| {
                error.problems().iter().map(|problem| json!(problem)).collect()
            });
            assert_eq!(answer.json()["problems"], json!(typed), "{key}");
        }
    }
}

#[test]
fn what_is_loaded_by_a_schema_is_audited_as_by_the_struct() {
    let files = Files::with(".env", "PORT=80\nDB_HOST=a\nSECRET=123456\n");
    let schema = files.write("schema.json", Config::schema_json());
    for vars in [&[("DB_PORT", "1")][..], &[("DB_PORT", "1"), ("SECRET", "7654321")]] {
        let typed = files.loader::<Config>().vars(vars.iter().copied()).load().expect("it is fine");
        let run = envaudit(["audit", "--json"]).dir(&files).path("--schema", &schema);
        let run = vars.iter().fold(run, |run, (key, value)| run.env(*key, *value));
        let without_times = |text: &str| {
            let mut audit: Value = serde_json::from_str(text).expect("JSON");
            for entry in audit.as_object_mut().expect("an object").values_mut() {
                entry["timestamp"] = Value::Null;
            }
            audit
        };
        let audit = run.run().ends_with(0);
        assert_eq!(without_times(&audit.out), without_times(&typed.audit().to_json()));
    }
}

#[test]
fn a_schema_of_an_older_writer_without_its_groups_asks_for_less_and_not_for_more() {
    let files = Files::new();
    let mut schema: Value = serde_json::from_str(&Config::schema_json()).expect("JSON");
    schema.as_object_mut().expect("an object").remove("optional_groups").expect("it has some");
    let required: Vec<Value> = schema["variables"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|variable| variable.get("required_with").is_some())
        .cloned()
        .collect();
    assert_eq!(required.len(), 2, "{required:#?}");
    let schema = files.write("schema.json", schema.to_string());
    envaudit(["check"]).dir(&files).path("--schema", schema).run().ends_with(0);
}
