//! No output of the crate shows a secret, whatever goes wrong with it.
//!
//! Each secret field in turn gets a canary as its value, from each source, in a form that its parser or check may refuse
//! with a message that quotes it. Everything the load then gives is printed in every way there is.

#![allow(dead_code, reason = "some fields are there to be loaded, not to be read")]

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use envaudit::{
    Ask, EnvConfig, ExposeSecret, Fetched, IsSecret, LoadError, Loaded, Loader, OnFailure, Policy,
    Provider, ProviderError, SecretBox, SecretString, Source,
};
use envaudit_tests::Files;

const CANARY: &str = "Zq7-canary-f3a9b2c4d5e6f708-Xw9";
/// So short a part may stand anywhere by chance.
const SHORTEST_PART: usize = 8;

#[derive(EnvConfig, Debug)]
#[env(prefix = "C_", validate = quotes_everything)]
struct Config {
    text: SecretString,
    maybe: Option<SecretString>,
    #[env(sep = ";")]
    list: Vec<SecretString>,
    number: SecretBox<u64>,
    #[env(json)]
    document: Account,
    #[env(parse_with = refuse)]
    parsed: SecretBox<String>,
    #[env(parse_with = refuse)]
    maybe_parsed: Option<SecretBox<String>>,
    #[env(from_str)]
    pin: Pin,
    #[env(validate = refuse_secret)]
    checked: SecretString,
    #[env(len(..=4))]
    short: SecretString,
    #[env(one_of("a", "b"))]
    letter: SecretString,
    #[env(sources(Docker))]
    restricted: Option<SecretString>,
    #[env(deprecated = "use C_TEXT", alias = "FORMER")]
    old: Option<SecretString>,
    #[env(nested)]
    inner: Inner,
    #[env(nested)]
    group: Option<Inner>,
    #[env(default = "")]
    public: String,
}

#[derive(EnvConfig, Debug)]
struct Inner {
    key: SecretString,
    number: Option<SecretBox<u8>>,
}

#[derive(serde::Deserialize)]
struct Account {
    #[expect(dead_code, reason = "what is read does not matter")]
    user: u8,
}

impl IsSecret for Account {}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account")
    }
}

#[derive(Debug)]
struct Pin;

impl IsSecret for Pin {}

impl FromStr for Pin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() == 4 { Ok(Pin) } else { Err(format!("`{text}` is no PIN")) }
    }
}

fn refuse(text: &str) -> Result<SecretBox<String>, String> {
    match text {
        "good" => Ok(SecretBox::new(Box::new(text.to_owned()))),
        _ => Err(format!("cannot use {text:?} ({text})")),
    }
}

fn refuse_secret(secret: &SecretString) -> Result<(), String> {
    match secret.expose_secret() {
        "good" => Ok(()),
        other => Err(format!("{other} is not good")),
    }
}

fn quotes_everything(config: &Config) -> Result<(), String> {
    let mut texts =
        vec![config.text.expose_secret().to_owned(), config.inner.key.expose_secret().to_owned()];
    texts.extend(config.maybe.iter().map(|secret| secret.expose_secret().to_owned()));
    texts.extend(config.list.iter().map(|secret| secret.expose_secret().to_owned()));
    texts.extend(config.old.iter().map(|secret| secret.expose_secret().to_owned()));
    texts.extend(config.restricted.iter().map(|secret| secret.expose_secret().to_owned()));
    texts.extend(config.group.iter().map(|inner| inner.key.expose_secret().to_owned()));
    match texts.iter().any(|text| text.contains(CANARY)) {
        true => Err(format!("these are wrong: {texts:?} {}", texts.join(" "))),
        false => Ok(()),
    }
}

/// A value for every required field.
const GOOD: [(&str, &str); 9] = [
    ("C_TEXT", "good"),
    ("C_LIST", "good;better"),
    ("C_NUMBER", "7"),
    ("C_DOCUMENT", r#"{"user":1}"#),
    ("C_PARSED", "good"),
    ("C_PIN", "1234"),
    ("C_CHECKED", "good"),
    ("C_SHORT", "abc"),
    ("C_LETTER", "a"),
];
const INNER: (&str, &str) = ("C_INNER_KEY", "good");

/// Keys that take a canary: all that are secret, by every name they have.
fn secret_names() -> Vec<String> {
    let schema: serde_json::Value =
        serde_json::from_str(&Config::schema_json()).expect("the metadata is JSON");
    let variables = schema["variables"].as_array().expect("a list").clone();
    let secret = variables.iter().filter(|variable| variable["secret"] == true);
    let names = secret.flat_map(|variable| {
        let aliases = variable["aliases"].as_array().expect("a list").clone();
        std::iter::once(variable["key"].clone()).chain(aliases)
    });
    names.map(|name| name.as_str().expect("a name").to_owned()).collect()
}

fn good_except(name: &str) -> Vec<(String, String)> {
    let pairs = GOOD.iter().chain([&INNER]).filter(|(key, _)| *key != name);
    pairs.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

struct Store {
    name: String,
    fails: Option<OnFailure>,
}

impl Provider for Store {
    fn name(&self) -> &str {
        "store"
    }

    fn source(&self) -> Source {
        Source::Aws
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        if self.fails.is_some() {
            return Err(ProviderError::new("unreachable"));
        }
        let mut fetched = Fetched::new();
        let value = fetched.insert(self.name.as_str(), CANARY);
        value.secret_id("prod/canary").version("3");
        let mut shown = format!("{value:?}");
        write!(shown, "{fetched:?}").expect("writing to a string");
        assert_silent("what a provider fetched", &shown);
        Ok(fetched)
    }

    fn on_failure(&self) -> OnFailure {
        self.fails.unwrap_or(OnFailure::Required)
    }
}

/// Everything that a load gives, printed in every way.
fn shown(loader: &Loader<Config>) -> String {
    let result = loader.load();
    let mut out = format!("{loader:?}\n");
    match &result {
        Ok(loaded) => show_loaded(&mut out, loaded),
        Err(error) => show_error(&mut out, error),
    }
    // What `unwrap` and `?` in `main` print.
    write!(out, "{result:?} {result:#?}").expect("writing to a string");
    out
}

fn show_loaded(out: &mut String, loaded: &Loaded<Config>) {
    let audit = loaded.audit();
    let snapshot = audit.snapshot();
    let empty = envaudit::AuditSnapshot::from_json("{}").expect("an object");
    let drift = audit.diff(&empty);
    let policy = Policy::new().forbid_source(Source::System).forbid_source(Source::File);
    let violations = audit.check(&policy);
    let mut put = |text: String| out.push_str(&text);
    put(format!("{loaded:?} {loaded:#?} {audit} {audit:?} {snapshot} {snapshot:?}"));
    put(audit.to_json() + &audit.to_json_pretty() + &snapshot.to_json_pretty());
    put(format!("{drift} {drift:?} {}", serde_json::to_string(&drift).expect("JSON")));
    put(format!("{} {:?}", audit.summary(), audit.summary()));
    put(format!("{violations:?}"));
    if let Err(violations) = violations {
        put(violations.to_string());
    }
    for entry in audit.entries() {
        put(format!("{entry:?} {}", serde_json::to_string(entry).expect("JSON")));
    }
    for warning in audit.warnings() {
        put(format!("{warning} {warning:?}"));
    }
}

fn show_error(out: &mut String, error: &LoadError) {
    let mut put = |text: String| out.push_str(&text);
    put(format!("{error} {error:?} {error:#?}"));
    for problem in error.problems() {
        put(format!("{problem} {problem:?} {}", serde_json::to_string(problem).expect("JSON")));
        let texts = [
            Some(problem.message()),
            problem.found(),
            problem.expected(),
            problem.reason_text(),
            problem.hint_text(),
        ];
        texts.into_iter().flatten().for_each(|text| put(text.to_owned()));
    }
}

/// Fails when the canary, or a part of it that could not be there by chance, is in the text.
#[track_caller]
fn assert_silent(what: &str, text: &str) {
    for part in CANARY.as_bytes().windows(SHORTEST_PART) {
        let part = std::str::from_utf8(part).expect("the canary is ASCII");
        assert!(!text.contains(part), "{what} shows `{part}`:\n{text}");
    }
}

/// A loader that sees what a test gives it and an empty folder.
fn loader(files: &Files, vars: Vec<(String, String)>) -> Loader<Config> {
    Config::loader().vars(vars).dir(files.path()).environment("prod")
}

#[test]
fn the_canary_is_found_where_it_is_shown() {
    let text = format!("password: {CANARY}");
    assert!(std::panic::catch_unwind(|| assert_silent("a test", &text)).is_err());
    assert!(std::panic::catch_unwind(|| assert_silent("a test", "b2c4d5e6")).is_err());
}

#[test]
fn a_good_configuration_loads_so_that_both_outcomes_are_printed() {
    let files = Files::new();
    let loaded = loader(&files, good_except("")).load().expect("every value is good");
    assert_eq!(loaded.audit().secrets().count(), loaded.audit().entries().count() - 1);
    assert_eq!(secret_names().len(), loaded.audit().secrets().count() + 1);
}

#[test]
fn a_secret_of_the_process_environment_is_shown_nowhere() {
    for name in secret_names() {
        let files = Files::new();
        let mut vars = good_except(&name);
        vars.push((name.clone(), CANARY.to_owned()));
        assert_silent(&name, &shown(&loader(&files, vars)));
    }
}

#[test]
fn a_secret_of_a_file_that_a_variable_names_is_shown_nowhere() {
    for name in secret_names() {
        let files = Files::with("secret", CANARY);
        let mut vars = good_except(&name);
        let path = files.path().join("secret").to_string_lossy().into_owned();
        vars.push((format!("{name}_FILE"), path));
        assert_silent(&name, &shown(&loader(&files, vars)));
    }
}

#[test]
fn a_secret_of_a_folder_is_shown_nowhere() {
    for name in secret_names() {
        let files = Files::with(&format!("secrets/{name}"), CANARY);
        let folder = files.path().join("secrets");
        let vars = || good_except(&name);
        assert_silent(&name, &shown(&loader(&files, vars()).docker_secrets(&folder)));
        assert_silent(&name, &shown(&loader(&files, vars()).k8s_secrets(&folder)));
    }
}

#[test]
fn a_secret_of_a_provider_is_shown_nowhere() {
    for name in secret_names() {
        let files = Files::new();
        let store = Store { name: name.clone(), fails: None };
        assert_silent(&name, &shown(&loader(&files, good_except(&name)).source(store)));
        for fails in [OnFailure::Optional, OnFailure::Required] {
            let mut vars = good_except(&name);
            vars.push((name.clone(), CANARY.to_owned()));
            let store = Store { name: name.clone(), fails: Some(fails) };
            assert_silent(&name, &shown(&loader(&files, vars).source(store)));
        }
    }
}

#[test]
fn a_secret_of_an_env_file_is_shown_nowhere_however_it_is_written() {
    let forms: [fn(&str) -> String; 12] = [
        |name| format!("{name}={CANARY}"),
        |name| format!("{name}=\"{CANARY}\" # {CANARY}"),
        |name| format!("{name}='{CANARY}'"),
        |name| format!("{name}=\"{CANARY}"),
        |name| format!("{name}={CANARY} {CANARY}"),
        |name| format!("{name}=\\{CANARY}"),
        |name| format!("{name} {CANARY}"),
        |name| format!("{name}=1\n{CANARY}"),
        |name| format!("{name}=${{{}}}", CANARY.replace('-', "_")),
        |name| format!("{name}=${{X:?{CANARY}}}"),
        |name| format!("{name}=${{{CANARY}}}"),
        |name| format!("{name}={CANARY}\n{name}=\"{CANARY}-2\""),
    ];
    for name in secret_names() {
        for form in forms {
            let line = form(&name);
            for file in [".env", ".env.prod"] {
                let files = Files::with(file, &line);
                let out = shown(&loader(&files, good_except(&name)));
                assert_silent(&line, &out);
                assert_silent(&line, &out.replace('_', "-"));
                // The field that another one's value refers to is as secret there.
                files.write(".env", format!("{line}\nC_PUBLIC=${{{name}}}\n"));
                let loader = loader(&files, good_except(&name)).deny_unknown(true);
                assert_silent(&line, &show_problems(&loader));
            }
        }
    }
}

/// Only what went wrong: a plain field that was told to hold a secret shows it in its own `Debug`.
fn show_problems(loader: &Loader<Config>) -> String {
    let mut out = String::new();
    if let Err(error) = loader.load() {
        show_error(&mut out, &error);
    }
    out
}
