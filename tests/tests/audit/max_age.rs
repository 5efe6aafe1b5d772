//! How old the version of a secret may be, by the dates of its store.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use chrono::{DateTime, TimeDelta, Utc};
use envaudit::{
    Ask, EnvConfig, Fetched, LoadError, Loaded, Policy, ProblemKind, Provider, ProviderError,
    SecretString, Source,
};
use envaudit_tests::{isolated, problems};

#[derive(EnvConfig)]
#[expect(dead_code, reason = "the audits are looked at, not the values")]
struct Config {
    api_key: Option<SecretString>,
    db_password: Option<SecretString>,
}

fn now() -> DateTime<Utc> {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

/// A store whose key was made then.
struct Dated(Option<DateTime<Utc>>);

impl Provider for Dated {
    fn name(&self) -> &str {
        "dated"
    }

    fn source(&self) -> Source {
        Source::Aws
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        let mut fetched = Fetched::new();
        // The store has no name for it.
        let value = fetched.insert("API_KEY", "k");
        if let Some(date) = self.0 {
            value.created(date);
        }
        Ok(fetched)
    }
}

fn load(made: Option<DateTime<Utc>>, policy: Policy) -> Result<Loaded<Config>, LoadError> {
    isolated::nothing().clock(now).policy(policy).source(Dated(made)).load()
}

fn rule() -> Policy {
    Policy::new().max_age(["API_*"], 90)
}

#[test]
fn a_version_that_is_older_breaks_the_rule() {
    for (age, is_broken) in [
        (TimeDelta::zero(), false),
        (TimeDelta::days(90), false),
        (TimeDelta::days(90) + TimeDelta::seconds(1), true),
        (TimeDelta::days(4000), true),
        // A clock that is behind that of the store.
        (TimeDelta::days(-3), false),
    ] {
        let loaded = load(Some(now() - age), rule());
        assert_eq!(loaded.is_err(), is_broken, "{age}");
        if is_broken {
            let problem = problems::only(&loaded);
            assert_eq!((problem.kind(), problem.key()), (ProblemKind::Policy, Some("API_KEY")));
            let said = problem.to_string();
            assert!(said.contains("max-age") && said.contains("at most 90 days old"), "{said}");
        }
    }
}

#[test]
fn what_has_no_date_and_what_is_not_set_is_not_judged() {
    assert!(load(None, rule()).is_ok());
    let old = Some(now() - TimeDelta::days(400));
    assert!(load(old, Policy::new().max_age(["DB_PASSWORD"], 90)).is_ok());
    let of_environment = isolated::vars::<Config>([("API_KEY", "k")]).policy(rule()).load();
    assert!(of_environment.is_ok());
}

#[test]
fn the_rule_is_the_same_as_data() {
    let json = r#"{"rules": [{"name": "fresh", "keys": ["API_KEY"], "max_age_days": 90}]}"#;
    let policy = Policy::from_json(json).unwrap();
    let old = Some(now() - TimeDelta::days(91));
    assert_eq!(problems::only(&load(old, policy.clone())).kind(), ProblemKind::Policy);
    assert!(load(Some(now() - TimeDelta::days(89)), policy).is_ok());
    for wrong in ["-1", "\"90\"", "1.5", "null"] {
        let json = json.replace("90", wrong);
        let error = Policy::from_json(&json).unwrap_err().to_string();
        assert!(error.contains("max_age_days"), "{wrong}: {error}");
    }
}
