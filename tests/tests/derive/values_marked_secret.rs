//! `secret` on types that are not secret themselves, and names that say nothing of a secret.

#![allow(dead_code, reason = "some fields are there to be loaded, not to be read")]

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use envaudit::{EnvConfig, EnvValue, SecretString, Source};
use envaudit_tests::{Files, isolated, problems};
use serde_json::Value;

/// What every bad value has in it, and nothing else.
const CANARY: &str = "c4n4ry-f00d";

/// A type of the program's own whose error repeats the text, in three forms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct EdgeToken(String);

impl FromStr for EdgeToken {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("edge:") {
            Some(rest) => Ok(EdgeToken(rest.to_owned())),
            None => Err(format!("{text} is no token, nor is {text:?} or {}", text.to_uppercase())),
        }
    }
}

/// Types of other crates that are called as a secret is.
mod foreign {
    use std::fmt;
    use std::str::FromStr;

    #[derive(Debug)]
    pub(crate) struct SecretString(pub(crate) String);

    impl FromStr for SecretString {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            if text.len() < 8 {
                Ok(SecretString(text.to_owned()))
            } else {
                Err(format!("bad: {text}"))
            }
        }
    }

    /// As secrecy 0.8 has it.
    pub(crate) struct Secret<T>(pub(crate) T);

    impl FromStr for Secret<String> {
        type Err = fmt::Error;

        fn from_str(text: &str) -> Result<Self, fmt::Error> {
            Ok(Secret(text.to_owned()))
        }
    }

    pub(crate) struct SecretBox<T>(pub(crate) T);

    impl FromStr for SecretBox<u32> {
        type Err = std::num::ParseIntError;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            text.parse().map(SecretBox)
        }
    }
}

#[derive(Debug, serde::Deserialize)]
struct Account {
    user: String,
    number: u32,
}

fn hex(text: &str) -> Result<[u8; 4], String> {
    let byte = |at| {
        let digits = text.get(at..at + 2).ok_or_else(|| format!("{text} is too short"))?;
        u8::from_str_radix(digits, 16).map_err(|_| format!("`{text}` is not hexadecimal"))
    };
    Ok([byte(0)?, byte(2)?, byte(4)?, byte(6)?])
}

fn even(number: &u32) -> Result<(), String> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(format!("{number} is odd")) }
}

type Key = [u8; 4];
type Bytes = Vec<u8>;

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Marked {
    #[env(secret, parse_with = hex)]
    encryption_key: [u8; 4],
    #[env(secret)]
    private_key: Vec<u8>,
    #[env(secret)]
    alias_key: Key,
    #[env(secret)]
    alias_bytes: Option<Bytes>,
    #[env(secret)]
    token: EdgeToken,
    #[env(secret)]
    tokens: Vec<EdgeToken>,
    #[env(secret)]
    password_by_user: HashMap<String, String>,
    #[env(secret)]
    api_keys: Vec<String>,
    #[env(secret, json)]
    credentials: Account,
    #[env(secret, json)]
    accounts: BTreeMap<String, Account>,
    #[env(secret, validate = even)]
    pin: u32,
    #[env(secret)]
    client_secret: foreign::SecretString,
    #[env(secret)]
    redis_uri: foreign::Secret<String>,
    #[env(secret)]
    foreign_box: foreign::SecretBox<u32>,
    #[env(secret)]
    password_file: Option<PathBuf>,
    #[env(secret)]
    admin_address: Option<IpAddr>,
    #[env(secret)]
    plain_secret: SecretString,
}

fn good() -> Vec<(&'static str, &'static str)> {
    vec![
        ("APP_ENCRYPTION_KEY", "01020304"),
        ("APP_PRIVATE_KEY", "1,2"),
        ("APP_ALIAS_KEY", "1,2,3,4"),
        ("APP_ALIAS_BYTES", "5"),
        ("APP_TOKEN", "edge:a"),
        ("APP_TOKENS", "edge:a,edge:b"),
        ("APP_PASSWORD_BY_USER", "ada=x"),
        ("APP_API_KEYS", "k,l"),
        ("APP_CREDENTIALS", r#"{"user": "ada", "number": 1}"#),
        ("APP_ACCOUNTS", r#"{"a": {"user": "bob", "number": 2}}"#),
        ("APP_PIN", "2"),
        ("APP_CLIENT_SECRET", "short"),
        ("APP_REDIS_URI", "redis://"),
        ("APP_FOREIGN_BOX", "7"),
        ("APP_PASSWORD_FILE", "/run/pw"),
        ("APP_ADMIN_ADDRESS", "127.0.0.1"),
        ("APP_PLAIN_SECRET", "s"),
    ]
}

#[test]
fn any_type_that_is_read_can_be_marked_secret() {
    let loaded = isolated::vars::<Marked>(good()).load().expect("loads");
    assert_eq!((loaded.encryption_key, loaded.alias_key), ([1, 2, 3, 4], [1, 2, 3, 4]));
    assert_eq!(loaded.tokens, [EdgeToken("a".to_owned()), EdgeToken("b".to_owned())]);
    assert_eq!((loaded.credentials.number, &*loaded.accounts["a"].user), (1, "bob"));
    assert_eq!((&*loaded.client_secret.0, loaded.foreign_box.0, loaded.pin), ("short", 7, 2));
    for entry in loaded.audit().entries() {
        assert!(entry.masked, "{} is not masked", entry.key);
    }
    let schema: Value = serde_json::from_str(&Marked::schema_json()).expect("JSON");
    let variables = schema["variables"].as_array().expect("an array");
    assert_eq!(variables.len(), Marked::KEYS.len());
    assert!(variables.iter().all(|variable| variable["secret"] == true));
    let schema: Value = serde_json::from_str(&Marked::json_schema()).expect("JSON");
    assert_eq!(schema["properties"]["APP_PIN"]["writeOnly"], true);
}

#[test]
fn no_message_shows_a_value_that_is_marked_secret() {
    let json = format!(r#"{{"user": 1, "number": "{CANARY}"}}"#);
    let named = format!(r#"{{"a": {{"user": "{CANARY}"}}}}"#);
    let list = format!("edge:a,{CANARY}");
    for (key, bad) in [
        ("APP_ENCRYPTION_KEY", CANARY),
        ("APP_PRIVATE_KEY", CANARY),
        ("APP_ALIAS_KEY", CANARY),
        ("APP_ALIAS_BYTES", CANARY),
        ("APP_TOKEN", CANARY),
        ("APP_TOKENS", &list),
        ("APP_PASSWORD_BY_USER", CANARY),
        ("APP_CREDENTIALS", &json),
        ("APP_ACCOUNTS", &named),
        ("APP_PIN", CANARY),
        ("APP_CLIENT_SECRET", CANARY),
        ("APP_FOREIGN_BOX", CANARY),
        ("APP_ADMIN_ADDRESS", CANARY),
    ] {
        let mut vars = good();
        vars.retain(|(name, _)| *name != key);
        vars.push((key, bad));
        let result = isolated::vars::<Marked>(vars).load();
        let problem = problems::only(&result);
        assert_eq!((problem.key(), problem.found()), (Some(key), None));
        let error = result.err().expect("it was refused");
        let said = problems::all_text(&error);
        assert!(!said.to_lowercase().contains(CANARY), "{key}: {said}");
        assert!(said.contains("(a secret)"), "{key}: {said}");
    }
    // What a check refuses is not shown either.
    let mut vars = good();
    vars.retain(|(name, _)| *name != "APP_PIN");
    vars.push(("APP_PIN", "98765431"));
    let error = isolated::vars::<Marked>(vars).load().err().expect("it is odd");
    assert!(!problems::all_text(&error).contains("98765431"), "{error}");
}

#[test]
fn a_file_that_has_it_is_named_and_its_value_is_not() {
    let files = Files::with(".env", format!("APP_TOKEN={CANARY}\n"));
    #[derive(EnvConfig, Debug)]
    #[env(prefix = "APP_")]
    struct Config {
        #[env(secret)]
        token: EdgeToken,
    }
    let result = files.loader::<Config>().load();
    let problem = problems::only(&result);
    assert_eq!(problem.source(), Some(Source::File));
    assert!(problem.location().is_some());
    assert!(!format!("{result:?}").contains(CANARY), "{result:?}");
}

#[test]
fn documents_have_no_default_of_a_secret() {
    fn generated() -> EdgeToken {
        EdgeToken(["gene", "rated"].concat())
    }
    #[derive(EnvConfig)]
    struct Config {
        #[env(secret, default = generated(), example = "edge:example")]
        token: EdgeToken,
        #[env(secret, default)]
        limits: BTreeMap<String, u32>,
        #[env(secret, one_of(17, 18), range(1..=99))]
        pin: Option<u32>,
    }
    for document in
        [Config::template(), Config::markdown(), Config::json_schema(), Config::schema_json()]
    {
        for shown in ["generated()", "edge:example", "17"] {
            assert!(!document.contains(shown), "{shown}: {document}");
        }
    }
    assert!(Config::template().contains("# TOKEN=\n"), "{}", Config::template());
    let loaded = isolated::nothing::<Config>().load().expect("loads");
    assert_eq!(loaded.token.0, "generated");
    assert!(loaded.audit().token.masked);
}

#[derive(EnvValue, Debug, PartialEq)]
enum Kind {
    Jwt,
    Opaque,
}

type Lifetime = Duration;

/// Named like secrets, and of types that never hold one.
#[derive(EnvConfig)]
struct Harmless {
    token_ttl: Duration,
    token_lifetime: Lifetime,
    max_token: u32,
    token_limits: Option<Vec<u32>>,
    password_min_len: u8,
    secret_rotation: bool,
    token_ratio: f64,
    private_key_path: PathBuf,
    token_kind: Kind,
    token_kinds: Vec<Kind>,
    token_server: IpAddr,
    token_from: Option<chrono::NaiveDate>,
    token_separator: char,
    token_level: Option<HashMap<Kind2, u8>>,
}

#[derive(EnvValue, Debug, PartialEq, Eq, Hash)]
enum Kind2 {
    One,
}

#[test]
fn a_type_that_holds_no_secret_may_be_named_like_one() {
    let vars = [
        ("TOKEN_TTL", "1h"),
        ("TOKEN_LIFETIME", "2h"),
        ("MAX_TOKEN", "3"),
        ("PASSWORD_MIN_LEN", "12"),
        ("SECRET_ROTATION", "yes"),
        ("TOKEN_RATIO", "0.5"),
        ("PRIVATE_KEY_PATH", "/etc/key.pem"),
        ("TOKEN_KIND", "jwt"),
        ("TOKEN_KINDS", "jwt,opaque"),
        ("TOKEN_SERVER", "::1"),
        ("TOKEN_SEPARATOR", ";"),
    ];
    let loaded = isolated::vars::<Harmless>(vars).load().expect("loads");
    assert_eq!((loaded.token_kind.clone_name(), loaded.max_token), ("jwt", 3));
    assert_eq!(loaded.audit().secrets().count(), 0);
}

impl Kind {
    fn clone_name(&self) -> &'static str {
        match self {
            Kind::Jwt => "jwt",
            Kind::Opaque => "opaque",
        }
    }
}

#[test]
fn public_says_of_any_type_that_it_is_no_secret() {
    #[derive(EnvConfig)]
    struct Config {
        #[env(public)]
        token: EdgeToken,
        #[env(public)]
        tokens: Vec<EdgeToken>,
        #[env(public)]
        private_key: [u8; 2],
        #[env(public)]
        not_hidden: foreign::SecretString,
    }
    let vars =
        [("TOKEN", "edge:a"), ("TOKENS", "edge:b"), ("PRIVATE_KEY", "1,2"), ("NOT_HIDDEN", "x")];
    let loaded = isolated::vars::<Config>(vars).load().expect("loads");
    assert_eq!(loaded.audit().secrets().count(), 0);
    assert_eq!((loaded.private_key, &*loaded.not_hidden.0), ([1, 2], "x"));
}

#[test]
fn texts_in_any_box_are_read() {
    #[derive(EnvConfig)]
    struct Config {
        shared: std::rc::Rc<str>,
        cow: Cow<'static, str>,
        boxed: Option<Box<str>>,
    }
    let vars = [("SHARED", "a"), ("COW", "b"), ("BOXED", "c")];
    let loaded = isolated::vars::<Config>(vars).load().expect("loads");
    assert_eq!((&*loaded.shared, &*loaded.cow, loaded.boxed.as_deref()), ("a", "b", Some("c")));
}
