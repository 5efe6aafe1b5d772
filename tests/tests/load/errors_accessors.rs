//! What a program reads: the parts of a problem, and its JSON.

use envaudit::{EnvConfig, Policy, Problem, ProblemKind, SecretString, Source};
use envaudit_tests::{Files, Store, isolated, problems};
use serde_json::json;

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct App {
    #[env(default = 8080)]
    port: u16,
    #[env(sources(System))]
    token: Option<SecretString>,
    name: String,
}

#[test]
fn an_invalid_value_has_all_its_parts() {
    let files = Files::with(".env", "APP_NAME=x\n\nAPP_PORT=80a\n");
    let result = files.loader::<App>().load();
    let problem = problems::only(&result);
    assert_eq!(problem.kind(), ProblemKind::Invalid);
    assert_eq!(problem.message(), "APP_PORT is invalid");
    assert_eq!(problem.key(), Some("APP_PORT"));
    assert_eq!(problem.source(), Some(Source::File));
    let location = problem.location().expect("a line of a file");
    assert_eq!(location.file(), Some(files.path().join(".env").as_path()));
    assert_eq!((location.line(), location.secret_id(), location.version()), (Some(3), None, None));
    assert_eq!(problem.found(), Some("80a"));
    assert_eq!(problem.expected(), Some("an integer from 0 to 65535"));
    assert_eq!((problem.reason_text(), problem.hint_text()), (None, None));
}

#[test]
fn problems_come_in_order_sources_first_and_then_the_fields() {
    let files = Files::with(".env", "APP_TOKEN=k\nAPP_PORT=x\noops\nAPP_NAM=n\n");
    let broken = Store::failing("vault", Source::Aws, "it is down");
    let result = files
        .loader::<App>()
        .environment("a b")
        .source(broken)
        .deny_unknown(true)
        .policy(Policy::new().no_default_for(["APP_*"]))
        .load();
    let found: Vec<(ProblemKind, Option<&str>)> =
        problems::of(&result).iter().map(|p| (p.kind(), p.key())).collect();
    assert_eq!(
        found,
        [
            (ProblemKind::Setting, None),
            (ProblemKind::Provider, None),
            (ProblemKind::Syntax, None),
            (ProblemKind::UnknownKey, Some("APP_NAM")),
            (ProblemKind::Invalid, Some("APP_PORT")),
            (ProblemKind::DisallowedSource, Some("APP_TOKEN")),
            (ProblemKind::Missing, Some("APP_NAME")),
        ]
    );
    let Err(error) = result else { panic!("it loads") };
    assert_eq!(error.config(), "App");
    assert_eq!(error.problems().len(), found_len(&error));
}

fn found_len(error: &envaudit::LoadError) -> usize {
    error.to_string().matches("\n\n").count()
}

#[test]
fn a_problem_is_an_object_in_json() {
    let files = Files::with(".env", "APP_NAME=x\nAPP_PORT=80a\n");
    let result = files.loader::<App>().load();
    let problem = problems::only(&result);
    assert_eq!(
        serde_json::to_value(problem).expect("a problem serialises"),
        json!({
            "kind": "invalid",
            "message": "APP_PORT is invalid",
            "key": "APP_PORT",
            "source": "file",
            "location": { "file": files.path().join(".env"), "line": 2 },
            "found": "80a",
            "expected": "an integer from 0 to 65535",
            "reason": null,
            "hint": null,
        })
    );
}

#[test]
fn every_kind_has_a_name() {
    for (kind, name) in [
        (ProblemKind::Missing, "missing"),
        (ProblemKind::Invalid, "invalid"),
        (ProblemKind::DisallowedSource, "disallowed_source"),
        (ProblemKind::UnknownKey, "unknown_key"),
        (ProblemKind::Unreadable, "unreadable"),
        (ProblemKind::Syntax, "syntax"),
        (ProblemKind::Provider, "provider"),
        (ProblemKind::Validation, "validation"),
        (ProblemKind::Policy, "policy"),
        (ProblemKind::Setting, "setting"),
    ] {
        assert_eq!(kind.name(), name);
    }
}

#[test]
fn every_missing_variable_is_named_at_once() {
    #[derive(EnvConfig, Debug)]
    struct Many {
        a: String,
        b: u8,
        c: SecretString,
        d: bool,
        e: Vec<u8>,
    }
    let result = isolated::nothing::<Many>().load();
    let keys: Vec<_> = problems::of(&result).iter().filter_map(Problem::key).collect();
    assert_eq!(keys, Many::KEYS);
    let read = |many: &Many| (many.a.len(), many.b, many.c.clone(), many.d, many.e.len());
    assert!(result.map(|loaded| read(&loaded)).is_err());
}
