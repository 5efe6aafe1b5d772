//! What the program's own observability is told: that a load took place, and no secret of it.
#![expect(dead_code, reason = "the fields are there to be loaded, not to be read")]

use envaudit::{EnvConfig, ExposeSecret, SecretBox, SecretString};
use envaudit_tests::canary::{CANARY, assert_hidden, observed};
use envaudit_tests::isolated;

#[derive(EnvConfig, Debug)]
#[env(validate = tell)]
struct Observed {
    key: SecretString,
    number: SecretBox<u64>,
    #[env(parse_with = refuse)]
    parsed: SecretBox<String>,
    #[env(deprecated = "use KEY", alias = "FORMER")]
    old: Option<SecretString>,
}

fn refuse(text: &str) -> Result<SecretBox<String>, String> {
    match text {
        CANARY => Err(format!("cannot use {text:?} ({text})")),
        text => Ok(SecretBox::new(Box::new(text.to_owned()))),
    }
}

fn tell(config: &Observed) -> Result<(), String> {
    let secrets = [Some(&config.key), config.old.as_ref()];
    let texts: Vec<&str> = secrets.iter().flatten().map(|secret| secret.expose_secret()).collect();
    match texts.contains(&CANARY) {
        true => Err(format!("these are wrong: {texts:?} {}", texts.join(" "))),
        false => Ok(()),
    }
}

const GOOD: [(&str, &str); 3] = [("KEY", "good"), ("NUMBER", "7"), ("PARSED", "good")];

#[test]
fn a_load_is_told_with_its_summary_and_its_warnings() {
    let told = observed(|| {
        let loader = isolated::vars::<Observed>(GOOD.into_iter().chain([("OLD", "good")]));
        loader.load().expect("every value is good");
    });
    for part in ["INFO", "configuration loaded", "total_variables=4", "WARN", "use KEY"] {
        assert!(told.contains(part), "`{part}` is missing from {told}");
    }
}

#[test]
fn no_event_shows_a_secret() {
    for name in ["KEY", "NUMBER", "PARSED", "OLD", "FORMER"] {
        let vars = GOOD.into_iter().filter(|(key, _)| *key != name).chain([(name, CANARY)]);
        let told = observed(|| {
            isolated::vars::<Observed>(vars).load().expect_err("a check refuses it");
        });
        assert!(told.contains("ERROR") && told.contains("Observed"), "no event: {told}");
        assert_hidden(&told, name);
    }
}
