//! Rules about where values may come from, in code and as data.

#![expect(dead_code, reason = "the audits are looked at, not the values")]

use envaudit::{Audit, EnvConfig, Loader, Policy, ProblemKind, SecretString, Source};
use envaudit_tests::{Files, Store, isolated, problems};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Config {
    #[env(default = 80)]
    port: u16,
    api_token: SecretString,
    #[env(nested)]
    db: Db,
}

#[derive(EnvConfig)]
struct Db {
    #[env(default = "localhost")]
    host: String,
    password: Option<SecretString>,
    name: Option<String>,
}

/// A port and a secret of the process environment, the host of an env file, the rest not set.
fn loader(files: &Files) -> Loader<Config> {
    files.write(".env", "APP_DB_HOST=db1\n");
    files.loader().vars([("APP_PORT", "1"), ("APP_API_TOKEN", "s3cret")])
}

fn audit(environment: &str) -> Audit<ConfigAudit> {
    let files = Files::new();
    loader(&files).environment(environment).load().expect("loads").into_parts().1
}

/// `RULE KEY` of every violation.
fn broken(audit: &Audit<ConfigAudit>, policy: &Policy) -> Vec<String> {
    let violations = audit.check(policy).err();
    let violations = violations.iter().flat_map(|violations| violations.iter());
    violations.map(|violation| format!("{} {}", violation.rule(), violation.entry().key)).collect()
}

fn read(json: &str) -> Policy {
    Policy::from_json(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[test]
fn a_rule_in_code_is_the_same_rule_as_data() {
    let vaults = [Source::Aws, Source::Docker, Source::K8s];
    for (code, data) in [
        (Policy::new(), r#"{"rules": []}"#),
        (
            Policy::new().secrets_only_from(vaults),
            r#"{"rules": [{"name": "secrets-only-from", "secrets": true, "allow": ["k8s", "docker", "aws"]}]}"#,
        ),
        (
            Policy::new().no_default_for(["APP_PORT", "APP_DB_*"]),
            r#"{"rules": [{"name": "no-default", "keys": ["APP_PORT", "APP_DB_*"], "deny": ["schema_default"]}]}"#,
        ),
        (
            Policy::new().require_source("APP_PORT", [Source::System]).only_in("prod"),
            r#"{"rules": [{"name": "required-source", "keys": ["APP_PORT"], "allow": ["system"],
                "environments": ["prod"]}]}"#,
        ),
        (
            Policy::new().forbid_source(Source::File).only_in("prod").only_in("staging"),
            r#"{"rules": [{"name": "forbidden-source", "deny": ["file"],
                "environments": ["prod", "staging"]}]}"#,
        ),
        (
            Policy::production(),
            r#"{"rules": [{"name": "secrets-outside-files", "secrets": true,
                "deny": ["file.env", "file", "schema_default"]},
                {"name": "no-empty-secrets", "secrets": true, "non_empty": true}]}"#,
        ),
        (
            Policy::production().and(Policy::new().forbid_source(Source::Custom)),
            r#"{"rules": [
                {"name": "secrets-outside-files", "secrets": true, "deny": ["file", "file.env", "schema_default"]},
                {"name": "no-empty-secrets", "secrets": true, "non_empty": true},
                {"name": "forbidden-source", "deny": ["custom"]}]}"#,
        ),
        (
            Policy::new().secrets_only_from([]),
            r#"{"rules": [{"name": "secrets-only-from", "secrets": true, "allow": []}]}"#,
        ),
    ] {
        assert_eq!(read(data), code);
        assert_eq!(read(&code.to_json()), code);
        assert_eq!(serde_json::from_str::<Policy>(data).expect("deserialises"), code);
        let json = serde_json::to_string(&code).expect("serialises");
        assert_eq!(serde_json::from_str::<Policy>(&json).expect("deserialises"), code);
        assert_eq!(code.is_empty(), data == r#"{"rules": []}"#);
    }
}

#[test]
fn each_kind_of_rule_is_broken_by_what_it_is_about_and_by_nothing_else() {
    let audit = audit("prod");
    for (policy, expected) in [
        (Policy::new(), &[][..]),
        (Policy::new().secrets_only_from([Source::Aws]), &["secrets-only-from APP_API_TOKEN"]),
        (Policy::new().secrets_only_from([Source::Aws, Source::System]), &[]),
        (Policy::new().secrets_only_from([]), &["secrets-only-from APP_API_TOKEN"]),
        (Policy::new().no_default_for(["APP_PORT", "APP_DB_HOST"]), &[]),
        (Policy::new().no_default_for(["APP_DB_NAME"]), &["no-default APP_DB_NAME"]),
        (Policy::new().no_default_for([""; 0]), &[]),
        (Policy::new().require_source("APP_PORT", [Source::File]), &["required-source APP_PORT"]),
        (Policy::new().require_source("APP_PORT", [Source::File, Source::System]), &[]),
        (Policy::new().require_source("APP_PORTS", [Source::File]), &["required-source APP_PORTS"]),
        (Policy::new().forbid_source(Source::File), &["forbidden-source APP_DB_HOST"]),
        (
            Policy::new().forbid_source(Source::System),
            &["forbidden-source APP_PORT", "forbidden-source APP_API_TOKEN"],
        ),
        (Policy::new().forbid_source(Source::Aws), &[]),
    ] {
        assert_eq!(broken(&audit, &policy), expected, "{}", policy.to_json());
    }
}

#[test]
fn a_star_at_the_end_of_a_key_stands_for_anything() {
    let audit = audit("prod");
    for (key, expected) in [
        ("APP_DB_*", &["APP_DB_HOST", "APP_DB_PASSWORD", "APP_DB_NAME"][..]),
        ("APP_DB_HOST*", &["APP_DB_HOST"]),
        ("APP_DB_HOST", &["APP_DB_HOST"]),
        ("APP_DB_", &[]),
        ("app_db_*", &[]),
        ("OTHER_*", &[]),
        ("APP_*_HOST", &["APP_DB_HOST"]),
        ("*_DB_*T", &["APP_DB_HOST"]),
        ("*PASS*WORD", &["APP_DB_PASSWORD"]),
        ("*A*P*I*N*", &["APP_API_TOKEN"]),
        ("APP_DB_HOST*HOST", &[]),
        ("*PORTS", &[]),
        ("**", &["APP_PORT", "APP_API_TOKEN", "APP_DB_HOST", "APP_DB_PASSWORD", "APP_DB_NAME"]),
        ("*", &["APP_PORT", "APP_API_TOKEN", "APP_DB_HOST", "APP_DB_PASSWORD", "APP_DB_NAME"]),
    ] {
        let policy = Policy::new().require_source(key, [Source::Aws]);
        // A pattern that matches no key is a mistake, and is itself what is wrong.
        let expected = if expected.is_empty() { &[key][..] } else { expected };
        let expected: Vec<String> =
            expected.iter().map(|key| format!("required-source {key}")).collect();
        assert_eq!(broken(&audit, &policy), expected, "{key}");
    }
}

#[test]
fn a_rule_holds_in_the_environments_it_names() {
    let anywhere = Policy::new().forbid_source(Source::File);
    let prod = anywhere.clone().only_in("prod");
    let two = prod.clone().only_in("staging");
    for (environment, expected) in [
        ("prod", [true, true, true]),
        ("staging", [true, false, true]),
        ("Staging", [true, false, true]),
        ("PROD", [true, true, true]),
        ("Production", [true, true, true]),
        ("preprod", [true, false, false]),
        ("", [true, false, false]),
    ] {
        let audit = audit(environment);
        let found = [&anywhere, &prod, &two].map(|policy| audit.check(policy).is_err());
        assert_eq!(found, expected, "{environment}");
    }
}

#[test]
fn only_in_narrows_the_last_rule_alone() {
    let policy = Policy::new()
        .forbid_source(Source::File)
        .require_source("APP_PORT", [Source::File])
        .only_in("prod");
    assert_eq!(broken(&audit("test"), &policy), ["forbidden-source APP_DB_HOST"]);
    assert_eq!(broken(&audit("prod"), &policy).len(), 2);
}

#[test]
#[should_panic(expected = "`only_in` narrows the rule before it")]
fn only_in_without_a_rule_is_a_mistake_of_the_program() {
    let _ = Policy::new().only_in("prod");
}

#[test]
fn production_wants_secrets_from_neither_files_nor_defaults() {
    #[derive(EnvConfig)]
    struct Secrets {
        plain: String,
        given: SecretString,
        #[env(default)]
        default: SecretString,
        unset: Option<SecretString>,
    }
    let files = Files::with(".env", "PLAIN=p\n");
    let load = |name: &str, text: &str| {
        files.write(name, text);
        let loaded = files.loader::<Secrets>().environment("prod").load().expect("loads");
        let violations = loaded.audit().check(&Policy::production()).expect_err("a default");
        violations.to_string()
    };
    let from_default = "DEFAULT comes from schema_default; the rule `secrets-outside-files` wants \
                        a value from anywhere but `file.env`, `file` or `schema_default`\n";
    let text = load(".env.prod", "GIVEN=s3cret\n");
    let place = files.path().join(".env.prod").display().to_string();
    let from_file = format!(
        "GIVEN comes from file.env ({place}:1); the rule `secrets-outside-files` wants a value \
         from anywhere but `file.env`, `file` or `schema_default`\n"
    );
    assert_eq!(text, from_file + from_default);

    let kept = isolated::vars::<Secrets>([("PLAIN", "p"), ("GIVEN", "a"), ("DEFAULT", "b")]);
    let kept = kept.load().expect("loads");
    assert_eq!(kept.audit().check(&Policy::production()), Ok(()));
}

#[test]
fn an_optional_value_that_is_not_set_breaks_the_rules_that_name_it_alone() {
    let audit = audit("prod");
    assert!(audit.db.password.unset && audit.db.name.unset);
    for policy in [
        Policy::production(),
        Policy::new().secrets_only_from([Source::System]),
        Policy::new().forbid_source(Source::SchemaDefault),
    ] {
        assert_eq!(broken(&audit, &policy), [""; 0], "{}", policy.to_json());
    }
    for policy in [
        Policy::new().no_default_for(["APP_DB_PASSWORD"]),
        Policy::new().require_source("APP_DB_PASSWORD", [Source::Aws]),
    ] {
        assert_eq!(broken(&audit, &policy).len(), 1, "{}", policy.to_json());
    }
}

#[test]
fn a_policy_of_the_loader_makes_each_broken_rule_a_problem_of_the_load() {
    let files = Files::new();
    let policy = Policy::new()
        .secrets_only_from([Source::Aws])
        .forbid_source(Source::System)
        .no_default_for(["APP_DB_PASSWORD"])
        .forbid_source(Source::File)
        .only_in("staging");
    let result = loader(&files).environment("prod").policy(policy.clone()).load();
    let found: Vec<(ProblemKind, Option<&str>)> =
        problems::of(&result).iter().map(|problem| (problem.kind(), problem.key())).collect();
    assert_eq!(
        found,
        [
            (ProblemKind::Policy, Some("APP_PORT")),
            (ProblemKind::Policy, Some("APP_API_TOKEN")),
            (ProblemKind::Policy, Some("APP_API_TOKEN")),
            (ProblemKind::Policy, Some("APP_DB_PASSWORD")),
        ]
    );
    let text = result.as_ref().map(|_| ()).map_err(problems::all_text).expect_err("problems");
    assert!(text.contains("secrets-only-from") && text.contains("a value from `aws`"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");

    let result = loader(&files).environment("staging").policy(policy).load();
    assert_eq!(problems::of(&result).len(), 5);
    let kept = Policy::new().require_source("APP_PORT", [Source::System]);
    assert!(loader(&files).policy(kept).load().is_ok());
}

#[test]
fn what_no_source_could_supply_is_not_reported_by_the_policy_too() {
    let policy = || Policy::production().and(Policy::new().no_default_for(["*"]));
    let strict = || {
        Policy::new()
            .secrets_only_from([Source::Aws])
            .no_default_for(["APP_API_TOKEN"])
            .require_source("APP_PORT", [Source::Aws])
    };
    #[derive(EnvConfig)]
    #[env(prefix = "APP_")]
    struct Small {
        port: u16,
        #[env(sources(Aws, System, File))]
        api_token: SecretString,
    }
    let files = Files::new();
    let load = |env: &str, vars: &[(&str, &str)], policy: Policy| {
        files.write(".env", env);
        let result = files.loader::<Small>().vars(vars.iter().copied()).policy(policy).load();
        let kinds = problems::of(&result).iter().map(|problem| (problem.kind(), problem.key()));
        kinds
            .map(|(kind, key)| format!("{} {}", kind.name(), key.unwrap_or("-")))
            .collect::<Vec<_>>()
    };
    // What was found breaks a rule whether or not it can be read.
    for (env, vars, problems, production_too, strict_too) in [
        ("", &[][..], &["missing APP_PORT", "missing APP_API_TOKEN"][..], &[][..], &[][..]),
        (
            "APP_PORT=x",
            &[],
            &["invalid APP_PORT", "missing APP_API_TOKEN"],
            &[],
            &["policy APP_PORT"],
        ),
        (
            "APP_API_TOKEN='open",
            &[("APP_PORT", "1")],
            &["syntax -", "missing APP_API_TOKEN"],
            &[],
            &["policy APP_PORT"],
        ),
        (
            "APP_API_TOKEN='a' b",
            &[("APP_PORT", "1")],
            &["syntax APP_API_TOKEN"],
            &[],
            &["policy APP_PORT"],
        ),
        (
            "APP_API_TOKEN=${NO}",
            &[("APP_PORT", "1")],
            &["invalid APP_API_TOKEN"],
            &["policy APP_API_TOKEN"],
            &["policy APP_PORT", "policy APP_API_TOKEN"],
        ),
    ] {
        for (policy, too) in [(policy(), production_too), (strict(), strict_too)] {
            let json = policy.to_json();
            assert_eq!(
                load(env, vars, policy),
                [problems, too].concat(),
                "{env:?} {vars:?} {json}"
            );
        }
    }
    let store = Store::failing("vault", Source::Aws, "no route to it");
    let result = isolated::vars::<Small>([("APP_PORT", "1")]).source(store).policy(policy()).load();
    let kinds: Vec<ProblemKind> =
        problems::of(&result).iter().map(|problem| problem.kind()).collect();
    assert!(!kinds.contains(&ProblemKind::Policy), "{kinds:?}");
}

#[test]
fn what_is_no_policy_is_refused_with_the_rule_and_the_reason() {
    let rule = |rule: &str| format!(r#"{{"rules": [{{"deny": ["file"]}}, {rule}]}}"#);
    for (text, message) in [
        ("".to_owned(), "it is not JSON (line 1, column 0)"),
        ("{\n\"rules\": s3cret".to_owned(), "it is not JSON (line 2, column 10)"),
        ("[]".to_owned(), "an object with an array `rules` is expected"),
        ("{}".to_owned(), "an object with an array `rules` is expected"),
        (r#"{"rules": {}}"#.to_owned(), "an object with an array `rules` is expected"),
        (r#"{"rules": [], "rule": []}"#.to_owned(), "`rule` is not one of rules"),
        (rule("7"), "rule 2: an object is expected"),
        (rule("{}"), "rule 2: it has no effect"),
        (rule(r#"{"secrets": true}"#), "rule 2: it has no effect"),
        (rule(r#"{"deny": []}"#), "rule 2: it has no effect"),
        (
            rule(r#"{"denies": ["file"]}"#),
            "rule 2: `denies` is not one of name, keys, secrets, environments, allow, deny",
        ),
        (rule(r#"{"deny": ["file"], "secret": true}"#), "rule 2: `secret` is not one of"),
        (rule(r#"{"deny": "file"}"#), "rule 2: `deny` must be an array of texts"),
        (rule(r#"{"deny": ["files"]}"#), "rule 2: `deny`: `files` is not a source"),
        (rule(r#"{"allow": ["AWS"]}"#), "rule 2: `allow`: `AWS` is not a source"),
        (rule(r#"{"deny": ["file"], "keys": "PORT"}"#), "`keys` must be an array of texts"),
        (rule(r#"{"deny": ["file"], "keys": [1]}"#), "`keys` must be an array of texts"),
        (rule(r#"{"deny": ["file"], "environments": "prod"}"#), "`environments` must be an array"),
        (rule(r#"{"deny": ["file"], "secrets": 1}"#), "`secrets` must be true or false"),
        (rule(r#"{"deny": ["file"], "name": null}"#), "`name` must be text"),
    ] {
        let error = Policy::from_json(&text).expect_err(&text).to_string();
        assert!(error.starts_with("not a policy: "), "{error}");
        assert!(error.contains(message), "{text}: {error}");
        assert!(!error.contains("s3cret"), "{error}");
        assert!(serde_json::from_str::<Policy>(&text).is_err(), "{text}");
    }
}
