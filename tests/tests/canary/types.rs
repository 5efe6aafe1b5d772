//! Secrets of every type a field can have are nowhere in what the crate says, in each source, good or bad.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use envaudit::{
    EnvConfig, EnvValue, IsSecret, Loader, Policy, SecretBox, SecretString, Source, ValueError,
};
use envaudit_tests::canary::{CANARY, assert_hidden, everything_said};
use envaudit_tests::{Files, Store};

/// A secret type whose parser repeats what it was given.
struct Pin;

impl IsSecret for Pin {}

impl FromStr for Pin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "pin" { Ok(Pin) } else { Err(format!("`{text}` is no pin")) }
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

/// The same with a form of its own.
#[derive(Debug)]
struct Code;

impl IsSecret for Code {}

impl EnvValue for Code {
    fn parse(text: &str) -> Result<Self, ValueError> {
        if text == "code" { Ok(Code) } else { Err(ValueError::new(format!("{text:?} is no code"))) }
    }
}

/// A secret type read as JSON, whose errors repeat members and values.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    #[serde(rename = "n")]
    _number: u8,
}

impl IsSecret for Account {}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account")
    }
}

/// A type that is secret to the struct alone, whose parser repeats what it was given in several forms.
#[derive(Debug)]
struct Marked;

impl FromStr for Marked {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (half, escaped) = (text.len() / 2, text.escape_debug());
        let part = text.get(..half).unwrap_or(text);
        match text {
            "marked" => Ok(Marked),
            _ => Err(format!("{text}, {escaped}, {part}, {}", text.to_uppercase())),
        }
    }
}

fn marked_key(text: &str) -> Result<[u8; 2], String> {
    if text == "key" { Ok([1, 2]) } else { Err(format!("not a key: {text:?}")) }
}

fn refuse(text: &str) -> Result<SecretString, String> {
    if text == "fine" { Ok("fine".into()) } else { Err(format!("not {text}")) }
}

fn refuse_value(secret: &SecretString) -> Result<(), String> {
    use envaudit::ExposeSecret;
    refuse(secret.expose_secret()).map(|_| ())
}

type Tokens = BTreeMap<String, SecretString>;

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct Secrets {
    text: SecretString,
    optional: Option<SecretString>,
    #[env(alias = "OLD_ALIASED")]
    aliased: SecretString,
    #[env(deprecated = "use APP_TEXT")]
    deprecated: Option<SecretString>,
    number: SecretBox<u32>,
    bytes: Option<SecretBox<Vec<u8>>>,
    list: Vec<SecretString>,
    #[env(sep = ";", len(..=2))]
    numbers: Vec<SecretBox<u32>>,
    pair: [SecretString; 2],
    map: BTreeMap<String, SecretString>,
    alias: Tokens,
    pin: Pin,
    #[env(from_str)]
    pin_by_from_str: Option<Pin>,
    pins: Vec<Pin>,
    code: Code,
    codes: Option<Vec<Code>>,
    #[env(json)]
    account: Account,
    #[env(json)]
    optional_account: Option<Account>,
    #[env(parse_with = refuse)]
    parsed: SecretString,
    #[env(validate = refuse_value)]
    validated: SecretString,
    #[env(len(..=4))]
    short: SecretString,
    #[env(non_empty, trim)]
    trimmed: SecretString,
    #[env(one_of("red", "green"))]
    chosen: SecretString,
    #[env(sources(Aws, SchemaDefault), default = fallback())]
    vaulted: SecretString,
    #[env(nested)]
    nested: Nested,
    #[env(nested)]
    group: Option<Nested>,
    #[env(default = fallback())]
    fallback: SecretString,
    #[env(secret, deprecated_alias = "OLD_MARKED")]
    marked: Marked,
    #[env(secret)]
    marked_list: Vec<Marked>,
    #[env(secret, parse_with = marked_key)]
    marked_key: [u8; 2],
    #[env(secret, json)]
    marked_json: Option<BTreeMap<String, u8>>,
    #[env(secret, one_of(1, 2))]
    marked_number: Option<u32>,
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct Nested {
    text: SecretString,
}

/// The canary as a default, which is always there.
fn fallback() -> SecretString {
    CANARY.into()
}

/// Values that load.
const GOOD: [(&str, &str); 22] = [
    ("APP_TEXT", "text"),
    ("APP_ALIASED", "text"),
    ("APP_NUMBER", "1"),
    ("APP_LIST", "a,b"),
    ("APP_NUMBERS", "1;2"),
    ("APP_PAIR", "a,b"),
    ("APP_MAP", "a=b"),
    ("APP_ALIAS", "a=b"),
    ("APP_PIN", "pin"),
    ("APP_PINS", "pin"),
    ("APP_CODE", "code"),
    ("APP_ACCOUNT", r#"{"n": 1}"#),
    ("APP_PARSED", "fine"),
    ("APP_VALIDATED", "fine"),
    ("APP_SHORT", "four"),
    ("APP_TRIMMED", "x"),
    ("APP_CHOSEN", "red"),
    ("APP_NESTED_TEXT", "text"),
    ("APP_FALLBACK", "text"),
    ("APP_MARKED", "marked"),
    ("APP_MARKED_LIST", "marked,marked"),
    ("APP_MARKED_KEY", "key"),
];

/// The key and a value with the canary in it, for each way in which one can be wrong or right.
fn planted() -> Vec<(&'static str, String)> {
    let mut planted: Vec<(&str, String)> =
        Secrets::KEYS.iter().map(|key| (*key, CANARY.to_owned())).collect();
    let quoted = serde_json::to_string(CANARY).expect("a text is JSON");
    planted.extend([
        ("APP_OLD_ALIASED", CANARY.to_owned()),
        ("APP_NUMBERS", format!("1;{CANARY}")),
        ("APP_NUMBERS", "1;2;3".to_owned()),
        ("APP_PAIR", format!("{CANARY},b,c")),
        ("APP_PAIR", format!("{CANARY},b")),
        ("APP_MAP", format!("a={CANARY},a={CANARY}")),
        ("APP_ALIAS", format!("a={CANARY},a=b")),
        ("APP_PINS", format!("pin,{CANARY}")),
        ("APP_ACCOUNT", format!("{{{quoted}: 1}}")),
        ("APP_ACCOUNT", format!("{{\"n\": {quoted}}}")),
        ("APP_OPTIONAL_ACCOUNT", format!("[{quoted}]")),
        ("APP_TRIMMED", format!("  {CANARY}\t")),
        ("APP_NUMBER", format!("{CANARY}\u{1b}[2J")),
        ("APP_OLD_MARKED", CANARY.to_owned()),
        ("APP_MARKED_LIST", format!("marked,{CANARY}")),
        ("APP_MARKED_JSON", format!("{{{quoted}: 1000}}")),
        ("APP_MARKED_JSON", format!("{{\"a\": {quoted}}}")),
    ]);
    planted
}

/// A loader of the good values, and of one value in a source of its own.
fn with(files: &Files, channel: &str, key: &'static str, value: &str) -> Loader<Secrets> {
    let name = key.replace("APP_OLD_", "APP_");
    let good = GOOD.into_iter().filter(|(good, _)| *good != name);
    let mut vars: Vec<(String, String)> =
        good.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let (docker, k8s) = (files.folder("docker"), files.folder("k8s"));
    // Single quotes keep everything but themselves.
    let line = format!("{key}='{}'\n", value.replace('\'', "'\"'\"'"));
    let mut provider = Store::holding("vault", Source::Aws, &[]);
    match channel {
        "system" => vars.push((key.to_owned(), value.to_owned())),
        "file" => {
            let path = files.write("named/secret", value);
            vars.push((format!("{key}_FILE"), path.display().to_string()));
        }
        "docker" => drop(files.write(&format!("docker/{key}"), value)),
        "k8s" => drop(files.write(&format!("k8s/{key}"), value)),
        ".env.prod" => drop(files.write(".env.prod", line)),
        ".env" => drop(files.write(".env", line)),
        "provider" => provider = Store::holding("vault", Source::Aws, &[(key, value)]),
        _ => unreachable!("no such channel"),
    }
    let loader = Secrets::loader().environment("prod").dir(files.path()).vars(vars);
    loader.docker_secrets(docker).k8s_secrets(k8s).source(provider)
}

const CHANNELS: [&str; 7] = ["system", "file", "docker", "k8s", ".env.prod", ".env", "provider"];

#[test]
fn no_part_of_a_secret_is_said_whichever_field_and_source_it_stands_in() {
    let (mut loaded, mut refused) = (0, 0);
    for channel in CHANNELS {
        for (key, value) in planted() {
            let what = format!("{key}={value} from {channel}");
            let files = Files::new();
            let loader = with(&files, channel, key, &value);
            match loader.load() {
                Ok(_) => loaded += 1,
                Err(_) => refused += 1,
            }
            assert_hidden(&everything_said(&loader), &what);
            let strict = loader.policy(Policy::production()).deny_unknown(true);
            assert_hidden(&everything_said(&strict), &format!("{what}, with a policy"));
        }
    }
    // Both ways have been gone often.
    assert!(loaded > 80 && refused > 80, "{loaded} loads, {refused} refusals");
}

#[test]
fn the_canary_would_be_found_where_it_is_shown() {
    #[derive(EnvConfig, Debug)]
    #[expect(dead_code, reason = "only what a load says of it is looked at")]
    struct Open {
        number: u16,
    }
    let loader = envaudit_tests::isolated::vars::<Open>([("NUMBER", CANARY)]);
    let said = everything_said(&loader);
    assert!(std::panic::catch_unwind(|| assert_hidden(&said, "")).is_err(), "{said}");
}
