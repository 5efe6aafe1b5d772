//! No secret is in any byte of a ledger, whichever way it came into the configuration.

use std::path::PathBuf;

use envaudit::ledger::record::Values;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{Context, Ledger};
use envaudit::{
    Ask, EnvConfig, Fetched, Loader, Provider, ProviderError, SecretBox, SecretString, Source,
};
use envaudit_tests::canary::{CANARY, assert_hidden, assert_not_in};
use envaudit_tests::record_helpers::{bytes, events, last, ledger};
use envaudit_tests::{Files, fresh_ledger, isolated};

#[derive(EnvConfig)]
#[expect(dead_code, reason = "only recorded")]
struct Secrets {
    api_key: SecretString,
    pair: Vec<SecretString>,
    other: Option<SecretBox<String>>,
    #[env(default = 8080)]
    port: u16,
}

/// A word that a file, a variable and a store can all hold as it is.
const PLAIN: &str = "Zq7xW2vK9pL4uJ8";

struct Store;

impl Provider for Store {
    fn name(&self) -> &str {
        "store"
    }

    fn source(&self) -> Source {
        Source::Custom
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        let mut fetched = Fetched::new();
        fetched.insert("API_KEY", CANARY).secret_id("kv/api").version("7");
        fetched.insert("PAIR", format!("{CANARY},{CANARY}"));
        fetched.insert("OTHER", CANARY);
        Ok(fetched)
    }
}

/// Loads twice, with another secret between, and records everything.
fn record_all<T: EnvConfig>(ledger: &Ledger, loaders: [Loader<T>; 3]) {
    for loader in loaders {
        loader.record_to(ledger, Context::new()).load().expect("it can be loaded and recorded");
    }
}

#[test]
fn no_source_brings_a_secret_into_the_ledger() {
    let files = Files::new();
    let quoted = format!("'{PLAIN}'");
    let env = format!("API_KEY={quoted}\nPAIR={quoted}\nOTHER={PLAIN}\n");
    files.write("plain/.env", &env);
    files.write("named/.env.prod", &env);
    files.write("secrets/api-key", CANARY);
    files.write("secrets/pair", format!("{CANARY}\n"));
    files.write("secrets/OTHER", CANARY);
    let path = files.write("one", CANARY).display().to_string();
    let dir = |name: &str| -> PathBuf { files.path().join(name) };
    let vars = [("API_KEY", CANARY), ("PAIR", CANARY), ("OTHER", CANARY)];
    let by_file = [
        ("API_KEY_FILE", path.as_str()),
        ("PAIR_FILE", path.as_str()),
        ("OTHER_FILE", path.as_str()),
    ];
    let none = || isolated::nothing::<Secrets>();
    type Make<'a> = Box<dyn Fn() -> Loader<Secrets> + 'a>;
    let sources: [(&str, Make<'_>); 7] = [
        ("the environment", Box::new(|| isolated::vars(vars))),
        ("files that variables name", Box::new(|| isolated::vars(by_file))),
        (
            "docker",
            Box::new(|| Secrets::loader().vars([("", ""); 0]).docker_secrets(dir("secrets"))),
        ),
        ("k8s", Box::new(|| Secrets::loader().vars([("", ""); 0]).k8s_secrets(dir("secrets")))),
        (".env", Box::new(|| Secrets::loader().vars([("", ""); 0]).dir(dir("plain")))),
        (
            ".env.prod",
            Box::new(|| {
                Secrets::loader().vars([("", ""); 0]).dir(dir("named")).environment("prod")
            }),
        ),
        ("a provider", Box::new(|| none().source(Store))),
    ];
    for (what, make) in &sources {
        let (ledger, _disk) = ledger();
        record_all(&ledger, [make(), make(), make()]);
        let said = bytes(ledger.source());
        assert_hidden(&said, what);
        assert_not_in(&said, PLAIN, what);
        let events = events(ledger.source());
        let state = events[0]["details"]["state"].as_array().unwrap();
        assert_eq!(state.len(), 4, "{what}");
        for value in state.iter().filter(|value| value["key"] != "PORT") {
            assert_eq!(value["masked"], true, "{what}");
            assert!(value["fingerprint"].is_string(), "{what}");
            assert_eq!(value.get("value"), None, "{what}");
        }
    }
    // And the secret that is looked for is the one that was loaded.
    let (ledger, _disk) = ledger();
    isolated::vars::<Secrets>(vars).record_to(&ledger, Context::new()).load().unwrap();
    let expected = fresh_ledger::key().fingerprint("API_KEY", CANARY.as_bytes());
    assert_eq!(last(&ledger)["details"]["state"][0]["fingerprint"], expected);
}

#[test]
fn a_secret_in_a_field_that_is_none_is_redacted() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "only recorded")]
    struct Leaky {
        api_key: SecretString,
        url: String,
        session_cookie: Option<String>,
        hosts: Option<Vec<String>>,
        header: Option<String>,
    }
    let secret = PLAIN;
    let in_url = format!("postgres://app:{secret}@db.internal/shop?sslmode=require");
    let as_parameter = format!("https://hooks.example/in?token={secret}&page=2");
    let copied = format!("mirror of {secret}, kept");
    let bearer = format!("Authorization: Bearer {secret}");
    let list = format!("a.internal,user:{secret}@b.internal");
    // What is set, and what of it is still there.
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("URL", &in_url)], "postgres://[REDACTED]@db.internal/shop?sslmode=require"),
        (&[("URL", &as_parameter)], "https://hooks.example/in?token=[REDACTED]&page=2"),
        (&[("URL", &copied), ("API_KEY", secret)], "mirror of [REDACTED], kept"),
        (&[("URL", "-"), ("SESSION_COOKIE", secret)], "[REDACTED]"),
        (&[("URL", "-"), ("HEADER", &bearer)], "[REDACTED]"),
        (&[("URL", "-"), ("HOSTS", &list), ("API_KEY", secret)], "a.internal,user:[REDACTED]@b"),
    ];
    for (vars, kept) in cases {
        let (ledger, _disk) = ledger();
        let with_key = vars.iter().any(|(name, _)| *name == "API_KEY");
        let other = [("API_KEY", "another secret")].into_iter().filter(|_| !with_key);
        let make = || isolated::vars::<Leaky>(vars.iter().copied().chain(other.clone()));
        make().record_to(&ledger, Context::new()).load().unwrap();
        // A rotation shows the former state once more.
        let rotated = make().vars(vars.iter().copied().chain([("API_KEY", "rotated away")]));
        rotated.record_to(&ledger, Context::new()).load().unwrap();
        let said = bytes(ledger.source());
        assert_not_in(&said, secret, kept);
        assert!(said.contains(kept), "{kept} is not in {said}");
    }
}

#[test]
fn what_a_reference_made_of_a_secret_is_one() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "only recorded")]
    struct Config {
        short: SecretString,
        greeting: String,
    }
    let (ledger, _disk) = ledger();
    let files = Files::with(".env", "SHORT=q7Z\nGREETING=\"hello ${SHORT}, hello\"\n");
    let cfg = files.loader::<Config>().record_to(&ledger, Context::new()).load().unwrap();
    assert_eq!(cfg.greeting, "hello q7Z, hello");
    let state = last(&ledger)["details"]["state"].clone();
    assert_eq!(state[1]["key"], "GREETING");
    assert_eq!(state[1]["masked"], true);
    assert_eq!(state[1].get("value"), None);
    assert!(!bytes(ledger.source()).contains("q7Z"));
}

#[test]
fn a_field_that_is_said_to_be_public_keeps_its_value() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "only recorded")]
    struct Config {
        #[env(public)]
        token_url: String,
        #[env(public)]
        public_token: String,
    }
    let (ledger, _disk) = ledger();
    let vars = [("TOKEN_URL", "https://id.example/token"), ("PUBLIC_TOKEN", "pk-1")];
    isolated::vars::<Config>(vars).record_to(&ledger, Context::new()).load().unwrap();
    let state = last(&ledger)["details"]["state"].clone();
    assert_eq!(state[0]["value"], "https://id.example/token");
    assert_eq!(state[1]["value"], "pk-1");
}

#[test]
fn a_field_that_became_a_secret_is_not_shown_once_more() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "only recorded")]
    struct Before {
        pass_word: String,
    }
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "only recorded")]
    struct After {
        pass_word: SecretString,
    }
    let (ledger, _disk) = ledger();
    let context = Context::new().service("checkout");
    let vars = [("PASS_WORD", "plain at first")];
    let before = isolated::vars::<Before>(vars).load().unwrap();
    let after = isolated::vars::<After>(vars).load().unwrap();
    before.record_in(&ledger, &context.clone().values(Values::Redacted)).unwrap();
    let recorded = after.record_in(&ledger, &context).unwrap();
    assert_eq!(recorded.changes().len(), 1, "whether it is masked is part of the state");
    assert!(!last(&ledger).to_string().contains("plain at first"));
}

#[test]
fn an_event_that_quotes_a_url_has_no_password() {
    let (ledger, _disk) = ledger();
    let context = Context::new().reason(format!("moved to postgres://app:{PLAIN}@db/shop"));
    isolated::vars::<Secrets>([("API_KEY", "k"), ("PAIR", "")])
        .record_to(&ledger, context)
        .load()
        .unwrap();
    assert_eq!(last(&ledger)["reason"], "moved to postgres://[REDACTED]@db/shop");
    assert_not_in(&bytes(ledger.source()), PLAIN, "the reason");
}

#[test]
fn no_byte_of_the_directory_has_a_secret() {
    let files = Files::new();
    let path = files.path().join("audit");
    let ledger = fresh_ledger::options().segment_size(2000).init(&path).unwrap();
    for port in ["1", "2", "3", "4", "5", "none"] {
        let vars = [("API_KEY", CANARY), ("PAIR", CANARY), ("PORT", port)];
        let result = isolated::vars::<Secrets>(vars).record_to(&ledger, Context::new()).load();
        assert_eq!(result.is_err(), port == "none");
    }
    ledger.close().unwrap();
    let mut folders = vec![path];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            read += 1;
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert_hidden(&text, &path.display().to_string());
        }
    }
    assert!(read > 4, "manifest, segments, head, checkpoints: {read}");
}

#[test]
fn what_is_said_of_a_record_has_no_secret() {
    let (ledger, disk) = ledger();
    let load = |key| {
        let vars = [("API_KEY", key), ("PAIR", CANARY)];
        isolated::vars::<Secrets>(vars).load().unwrap()
    };
    load("first").record_in(&ledger, &Context::new()).unwrap();
    let recorded = load(CANARY).record_in(&ledger, &Context::new()).unwrap();
    let lines: Vec<String> = recorded.changes().iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["~ API_KEY: (secret) rotated"]);
    let recorder = isolated::vars::<Secrets>([("API_KEY", CANARY)]);
    let recorder = recorder.record_to(&ledger, Context::new());
    assert_hidden(&format!("{recorded:?}{recorded:#?}{lines:?}{recorder:?}"), "Debug");
    let _: MemoryDisk = disk;
}
