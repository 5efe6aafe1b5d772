//! The documents that are made from the metadata alone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use boon::{Compiler, SchemaIndex, Schemas};
use envaudit::{EnvConfig, EnvValue, SecretString, Source};
use envaudit_tests::{Files, isolated};
use serde_json::{Value, json};

#[derive(EnvValue, Debug, Clone, Copy, PartialEq)]
enum Level {
    Debug,
    Info,
}

/// Settings of a service.
#[derive(EnvConfig, Debug, PartialEq)]
#[env(prefix = "APP_")]
struct Defaults {
    /// Port the server listens on.
    ///
    /// Below 1024 only for root.
    #[env(default = 8080, range(1..=65535))]
    port: u16,
    #[env(default = -1_000)]
    offset: i64,
    #[env(default = 0.5, range(0.0..=1.0))]
    ratio: f64,
    #[env(default = true)]
    verbose: bool,
    #[env(default = 'é')]
    letter: char,
    #[env(default = "1h 30m")]
    timeout: Duration,
    #[env(default = "127.0.0.1")]
    address: std::net::IpAddr,
    #[env(default = "/var/lib/app data")]
    folder: PathBuf,
    #[env(default = Level::Info)]
    level: Level,
    #[env(default = "red", one_of("red", "green"))]
    colour: String,
    #[env(default = "a;b", sep = ";", example = "x;y;z")]
    hosts: Vec<String>,
    #[env(default = "80,443", range(1..=65535), len(1..=3))]
    ports: Vec<u16>,
    #[env(default = "x=1,y=2")]
    labels: BTreeMap<String, u8>,
    #[env(default = "0.5,1.5")]
    pair: [f64; 2],
    #[env(nested)]
    texts: Texts,
    skipped: Option<String>,
}

/// Texts that an env file would read as something else if they were not quoted.
#[derive(EnvConfig, Debug, PartialEq)]
struct Texts {
    #[env(default = "")]
    empty: String,
    #[env(default = " two  blanks ")]
    blanks: String,
    #[env(default = "it's")]
    single: String,
    #[env(default = "say \"hi\"")]
    double: String,
    #[env(default = "'\"both\"' $HOME \\n")]
    both: String,
    #[env(default = "pa$$word${X}$Y")]
    dollars: String,
    #[env(default = "#no comment # here")]
    hash: String,
    #[env(default = "C:\\dir\\")]
    backslash: String,
    #[env(default = "one\ntwo\n")]
    lines: String,
    #[env(default = "'one'\r\n\t$two\\")]
    lines_and_quotes: String,
    #[env(default = "`date` $(date) a=b | c; d & e")]
    shell: String,
    #[env(default = "grüße 🦀 \u{a0}")]
    unicode: String,
    #[env(default = "# LOOKS=like a comment")]
    comment: String,
}

/// A struct with what a template must ask for.
#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "its documents are looked at, not its values")]
struct Asked {
    name: String,
    /// The key to the vault.
    #[env(alias = "OLD_KEY", sources(Aws, System), example = "not-shown")]
    api_key: SecretString,
    #[env(example = "it's $5")]
    price: String,
    #[env(example = "eu", default = "us")]
    region: String,
    #[env(default = std::time::Duration::from_secs(3))]
    pause: Duration,
    #[env(deprecated = "use PRICE", non_empty)]
    cost: Option<String>,
    /// Either | or.
    #[env(default = "a|b`c")]
    pipe: String,
    #[env(len(2..5))]
    code: String,
    #[env(json)]
    limits: BTreeMap<String, u32>,
    #[env(sep = ",", one_of("a", "b"))]
    kinds: Vec<String>,
}

/// The template with the lines that have a default in them. What has none, or one that is an expression, is left out.
fn uncommented(template: &str) -> String {
    let none = ["APP_SKIPPED=", "APP_LEVEL="];
    let line = |line: &str| match line.strip_prefix("# ") {
        Some(rest) if rest.starts_with("APP_") && !none.contains(&rest) => rest.to_owned(),
        _ => line.to_owned(),
    };
    template.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_template_loads_as_it_is_and_changes_nothing() {
    let files = Files::with(".env", Defaults::template());
    let loaded =
        files.loader::<Defaults>().deny_unknown(true).load().expect("a template is an env file");
    let defaults = isolated::nothing::<Defaults>().load().expect("all have defaults");
    assert_eq!(*loaded, *defaults);
    assert_eq!(loaded.audit().get_by_source(Source::File).count(), 0);
}

#[test]
fn the_lines_of_a_template_mean_the_defaults_when_they_are_uncommented() {
    let defaults = isolated::nothing::<Defaults>().load().expect("all have defaults");
    let env = uncommented(&Defaults::template());
    let files = Files::with(".env", &env);
    let loaded = files.loader::<Defaults>().deny_unknown(true).load();
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}\n{env}"));
    assert_eq!(*loaded, *defaults, "{env}");
    let from_file = loaded.audit().get_by_source(Source::File).count();
    assert_eq!(from_file, Defaults::KEYS.len() - 2, "{env}");
    assert_eq!(loaded.audit().warnings(), []);
}

#[test]
fn a_template_asks_for_what_is_required_and_explains_the_rest() {
    assert_eq!(
        Asked::template(),
        "# text (required)\n\
         NAME=\n\
         \n\
         # The key to the vault.\n\
         # text (required, secret, from aws, system)\n\
         API_KEY=\n\
         \n\
         # text (required)\n\
         PRICE=\"it's \\$5\"\n\
         \n\
         # text\n\
         # example: eu\n\
         # REGION=us\n\
         \n\
         # a duration such as `1h 30m` or `250ms`\n\
         # default: std::time::Duration::from_secs(3)\n\
         # PAUSE=\n\
         \n\
         # text, not empty (optional)\n\
         # deprecated: use PRICE\n\
         # COST=\n\
         \n\
         # Either | or.\n\
         # text\n\
         # PIPE='a|b`c'\n\
         \n\
         # text, with a length from 2 to below 5 (required)\n\
         CODE=\n\
         \n\
         # a JSON document (required)\n\
         LIMITS=\n\
         \n\
         # a list separated by `,`, each element one of `a`, `b` (required)\n\
         KINDS=\n"
    );
}

#[test]
fn an_example_stands_in_the_template_as_itself() {
    let files = Files::with(".env", Asked::template());
    let loaded = files
        .loader::<Asked>()
        .vars([("API_KEY", "k"), ("CODE", "abc"), ("LIMITS", "{}"), ("KINDS", "a")])
        .load()
        .expect("the rest is filled in");
    assert_eq!(loaded.price, "it's $5");
    assert_eq!(loaded.region, "us");
}

#[test]
fn markdown_is_a_table_of_four_columns_with_a_row_a_variable() {
    let markdown = Asked::markdown();
    let rows: Vec<&str> = markdown.lines().collect();
    assert_eq!(
        rows[..2],
        ["| Variable | Value | Default | Description |", "| --- | --- | --- | --- |"]
    );
    assert_eq!(
        rows[2..],
        [
            "| `NAME` | text | **required** | |",
            "| `API_KEY` | text (a secret) | **required** | The key to the vault. Also read as `OLD_KEY`. Only from: aws, system. |",
            "| `PRICE` | text | **required** | Example: `it's $5`. |",
            "| `REGION` | text | `us` | Example: `eu`. |",
            "| `PAUSE` | a duration such as `1h 30m` or `250ms` | `std::time::Duration::from_secs(3)` | |",
            "| `COST` | text, not empty | not set | Deprecated: use PRICE. |",
            "| `PIPE` | text | `` a\\|b`c `` | Either \\| or. |",
            "| `CODE` | text, with a length from 2 to below 5 | **required** | |",
            "| `LIMITS` | a JSON document | **required** | |",
            "| `KINDS` | a list separated by `,`, each element one of `a`, `b` | **required** | |",
        ]
    );
    for row in Defaults::markdown().lines() {
        let cells = row.replace("\\|", "").matches('|').count();
        assert_eq!(cells, 5, "{row}");
    }
    assert!(
        Defaults::markdown().contains("Port the server listens on.  Below 1024 only for root.")
    );
    assert!(Defaults::markdown().contains("| `APP_TEXTS_EMPTY` | text | empty | |"));
}

/// A schema by the judgement of another implementation, which checks it against the meta-schema first.
struct Judge(Schemas, SchemaIndex);

impl Judge {
    fn of<T: EnvConfig>() -> Self {
        let schema: Value = serde_json::from_str(&T::json_schema()).expect("JSON");
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.add_resource("config.json", schema).expect("a resource");
        let index = compiler.compile("config.json", &mut schemas);
        let index = index.unwrap_or_else(|error| panic!("no JSON Schema: {error:#}"));
        Judge(schemas, index)
    }

    fn accepts(&self, document: &Value) -> Result<(), String> {
        self.0.validate(document, self.1).map_err(|error| format!("{error:#}"))
    }
}

/// The defaults that a schema states, by key.
fn stated_defaults<T: EnvConfig>() -> Value {
    let schema: Value = serde_json::from_str(&T::json_schema()).expect("JSON");
    let properties = schema["properties"].as_object().expect("properties by key");
    let defaults = properties
        .iter()
        .filter_map(|(key, property)| Some((key.clone(), property.get("default")?.clone())));
    Value::Object(defaults.collect())
}

#[test]
fn the_defaults_of_a_json_schema_keep_to_it() {
    let defaults = stated_defaults::<Defaults>();
    assert_eq!(Judge::of::<Defaults>().accepts(&defaults), Ok(()));
    for (key, value) in [
        ("APP_PORT", json!(8080)),
        ("APP_OFFSET", json!(-1000)),
        ("APP_RATIO", json!(0.5)),
        ("APP_VERBOSE", json!(true)),
        ("APP_LETTER", json!("é")),
        ("APP_TIMEOUT", json!("1h 30m")),
        ("APP_HOSTS", json!(["a", "b"])),
        ("APP_PORTS", json!([80, 443])),
        ("APP_LABELS", json!({ "x": 1, "y": 2 })),
        ("APP_PAIR", json!([0.5, 1.5])),
        ("APP_TEXTS_EMPTY", json!("")),
        ("APP_TEXTS_DOLLARS", json!("pa$$word${X}$Y")),
    ] {
        assert_eq!(defaults[key], value, "{key}");
    }
}

#[test]
fn a_json_schema_accepts_what_a_load_accepts_and_refuses_what_it_refuses() {
    let judge = Judge::of::<Defaults>();
    for (key, good, bad) in [
        ("APP_PORT", json!(1), json!(0)),
        ("APP_PORT", json!(65535), json!(65536)),
        ("APP_PORT", json!(443), json!("443")),
        ("APP_OFFSET", json!(i64::MIN), json!(1.5)),
        ("APP_RATIO", json!(1), json!(1.01)),
        ("APP_VERBOSE", json!(false), json!("yes")),
        ("APP_LETTER", json!("x"), json!("xy")),
        ("APP_LEVEL", json!("debug"), json!("loud")),
        ("APP_COLOUR", json!("green"), json!("blue")),
        ("APP_HOSTS", json!([]), json!("a;b")),
        ("APP_HOSTS", json!(["a"]), json!([1])),
        ("APP_PORTS", json!([1, 2, 3]), json!([1, 2, 3, 4])),
        ("APP_PORTS", json!([1]), json!([])),
        ("APP_PORTS", json!([65535]), json!([0])),
        ("APP_LABELS", json!({}), json!({ "x": 256 })),
        ("APP_PAIR", json!([1, 2]), json!([1])),
        ("APP_PAIR", json!([0.25, -3]), json!([1, 2, 3])),
    ] {
        assert_eq!(judge.accepts(&json!({ key: good })), Ok(()));
        assert!(judge.accepts(&json!({ key: bad })).is_err(), "{key}: {bad}");
    }

    let judge = Judge::of::<Asked>();
    let whole = json!({
        "NAME": "n", "API_KEY": "k", "PRICE": "1", "CODE": "abcd", "LIMITS": { "rate": 3 }, "KINDS": ["a"],
    });
    assert_eq!(judge.accepts(&whole), Ok(()));
    for key in ["NAME", "API_KEY", "PRICE", "CODE", "LIMITS", "KINDS"] {
        let mut part = whole.clone();
        part.as_object_mut().expect("an object").remove(key);
        assert!(judge.accepts(&part).is_err(), "without {key}");
    }
    for (key, bad) in [
        ("CODE", json!("abcde")),
        ("CODE", json!("a")),
        ("COST", json!("")),
        ("KINDS", json!(["c"])),
    ] {
        let mut other = whole.clone();
        other[key] = bad.clone();
        assert!(judge.accepts(&other).is_err(), "{key}: {bad}");
    }
}

#[test]
fn a_json_schema_says_what_the_struct_says() {
    let schema: Value = serde_json::from_str(&Defaults::json_schema()).expect("JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["title"], "Defaults");
    assert_eq!(schema["description"], "Settings of a service.");
    assert_eq!(schema["required"], json!([]));
    assert_eq!(schema["properties"]["APP_HOSTS"]["examples"], json!([["x", "y", "z"]]));
    let keys = schema["properties"].as_object().expect("an object").len();
    assert_eq!(keys, Defaults::KEYS.len());

    let schema: Value = serde_json::from_str(&Asked::json_schema()).expect("JSON");
    assert_eq!(schema["required"], json!(["NAME", "API_KEY", "PRICE", "CODE", "LIMITS", "KINDS"]));
    let secret = &schema["properties"]["API_KEY"];
    assert_eq!(secret["writeOnly"], true);
    assert_eq!(secret.get("examples"), None);
    assert_eq!(schema["properties"]["COST"]["deprecated"], true);
    assert_eq!(schema["properties"]["PAUSE"].get("default"), None);
}

#[test]
fn the_metadata_for_tools_has_every_variable_with_all_that_is_known_of_it() {
    let schema: Value = serde_json::from_str(&Asked::schema_json()).expect("JSON");
    assert_eq!((&schema["version"], &schema["name"]), (&json!(1), &json!("Asked")));
    assert_eq!(schema["docs"], "A struct with what a template must ask for.");
    let variables = schema["variables"].as_array().expect("an array");
    let keys: Vec<&str> =
        variables.iter().filter_map(|variable| variable["key"].as_str()).collect();
    assert_eq!(keys, Asked::KEYS);
    let of = |key: &str| {
        let position = keys.iter().position(|other| *other == key);
        variables[position.expect("a key")].clone()
    };
    let secret = of("API_KEY");
    assert_eq!((&secret["secret"], &secret["required"]), (&json!(true), &json!(true)));
    assert_eq!(secret["aliases"], json!(["OLD_KEY"]));
    assert_eq!(secret["sources"], json!(["aws", "system"]));
    assert_eq!(secret["field"], "api_key");
    assert_eq!(secret.get("example"), None);
    assert_eq!(of("NAME")["sources"], Value::Null);
    assert_eq!(of("REGION")["default"], json!({ "value": "us" }));
    assert_eq!(of("REGION")["example"], "eu");
    assert_eq!(
        of("PAUSE")["default"],
        json!({ "expression": "std::time::Duration::from_secs(3)" })
    );
    assert_eq!(of("COST")["deprecated"], "use PRICE");
    assert_eq!((&of("COST")["non_empty"], &of("COST")["required"]), (&json!(true), &json!(false)));
    assert_eq!(of("CODE")["len"], json!({ "min": "2", "max": "5", "inclusive": false }));
    assert_eq!(of("KINDS")["one_of"], json!(["a", "b"]));
    assert_eq!(of("KINDS")["shape"]["kind"], "list");
    assert_eq!(of("LIMITS")["shape"]["kind"], "json");
    assert!(!Asked::schema_json().contains("not-shown"));

    let schema: Value = serde_json::from_str(&Defaults::schema_json()).expect("JSON");
    assert_eq!(schema["prefix"], "APP_");
    let port = &schema["variables"][0];
    assert_eq!(port["shape"], json!({ "kind": "integer", "min": "0", "max": "65535" }));
    assert_eq!(port["range"], json!({ "min": "1", "max": "65535", "inclusive": true }));
    assert_eq!(port["docs"], "Port the server listens on.\n\nBelow 1024 only for root.");
    assert_eq!(schema["variables"].as_array().map(Vec::len), Some(Defaults::KEYS.len()));
}

#[test]
fn no_document_shows_the_example_of_a_secret() {
    for document in
        [Asked::template(), Asked::markdown(), Asked::json_schema(), Asked::schema_json()]
    {
        assert!(document.contains("API_KEY") && !document.contains("not-shown"), "{document}");
    }
}

#[test]
fn no_document_shows_what_a_secret_is_by_default_or_can_be() {
    fn made(text: &str) -> SecretString {
        text.to_owned().into()
    }
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "only its documents are looked at")]
    struct Secrets {
        #[env(default = made("hunter2"))]
        made: SecretString,
        #[env(default = "hunter2".repeat(2).into())]
        repeated: SecretString,
        #[env(default = vec![made("hunter2")])]
        list: Vec<SecretString>,
        #[env(one_of("hunter2", "hunter3"))]
        chosen: Option<SecretString>,
        #[env(default)]
        empty: SecretString,
    }
    for document in [
        Secrets::template(),
        Secrets::markdown(),
        Secrets::json_schema(),
        Secrets::schema_json(),
        format!("{:?}", Secrets::SCHEMA),
    ] {
        assert!(document.contains("CHOSEN") && !document.contains("hunter"), "{document}");
    }
    assert!(Secrets::template().contains("default: Default::default()"));
}
