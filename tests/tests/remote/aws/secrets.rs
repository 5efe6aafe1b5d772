//! Which secret of Secrets Manager feeds which variable, and what the audit says of it.

use core::time::Duration;

use envaudit::{AwsSecretsManager, Cached, EnvConfig, ExposeSecret, Policy, ProblemKind, Source};
use envaudit_tests::fault_proxy::FaultProxy;
use envaudit_tests::ministack::Ministack;
use envaudit_tests::moto::Moto;
use envaudit_tests::problems;
use serde_json::{Value, json};

use super::{CANARY, config, loader, place, said, secrets_at, without_files};

fn create(moto: &Moto, name: &str, text: &str) -> Value {
    moto.call("secretsmanager.CreateSecret", &json!({ "Name": name, "SecretString": text }))
}

fn put(moto: &Moto, name: &str, text: &str) -> Value {
    moto.call("secretsmanager.PutSecretValue", &json!({ "SecretId": name, "SecretString": text }))
}

#[test]
fn a_document_of_secrets_manager_feeds_many_fields_in_one_request() {
    let moto = Moto::start();
    create(&moto, "checkout/prod", r#"{"db_password": "s3cret", "PORT": 443, "app-name": "shop"}"#);
    let proxy = FaultProxy::before(moto.port());
    let store = secrets_at(&proxy.address()).document("checkout/prod");
    let cfg = loader().source(store).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "s3cret");
    assert_eq!((cfg.port, cfg.name.as_deref()), (Some(443), Some("shop")));
    assert_eq!(proxy.requests(), 1);
    let entry = &cfg.audit().db_password;
    assert_eq!((entry.source, entry.provider.as_deref()), (Source::Aws, Some("AwsSecretsManager")));
    let place = place!(cfg, db_password);
    assert!(place.starts_with("checkout/prod#db_password (version "), "{place}");
    assert!(place.ends_with(", AWSCURRENT)"), "{place}");
    assert!(entry.location.as_ref().unwrap().details().unwrap().created.is_some());
}

macro_rules! many {
    ($($name:ident)*) => {
        #[derive(EnvConfig)]
        struct Many {
            $($name: Option<String>,)*
        }

        impl Many {
            fn values(&self) -> [Option<&str>; 21] {
                [$(self.$name.as_deref()),*]
            }
        }

        const MANY: [&str; 21] = [$(stringify!($name)),*];
    };
}

many!(k0 k1 k2 k3 k4 k5 k6 k7 k8 k9 k10 k11 k12 k13 k14 k15 k16 k17 k18 k19 k20);

#[test]
fn twenty_secrets_are_one_request_and_twenty_one_are_two() {
    let moto = Moto::start();
    for name in MANY {
        create(&moto, name, &format!("value of {name}"));
    }
    let proxy = FaultProxy::before(moto.port());
    for (count, calls) in [(20, 1), (21, 2)] {
        let store = secrets_at(&proxy.address());
        let store = MANY[..count]
            .iter()
            .fold(store, |store, name| store.map(name.to_ascii_uppercase(), *name));
        let before = proxy.requests();
        let cfg = without_files(Many::loader()).source(store).load().unwrap();
        assert_eq!(proxy.requests() - before, calls);
        for (at, value) in cfg.values().into_iter().enumerate() {
            let expected = (at < count).then(|| format!("value of k{at}"));
            assert_eq!(value, expected.as_deref());
        }
    }
}

#[test]
fn a_secret_is_asked_for_once_however_many_variables_it_feeds() {
    let moto = Moto::start();
    create(&moto, "keys", r#"{"a": "1", "b": {"c": "2"}}"#);
    create(&moto, "name", "shop");
    let proxy = FaultProxy::before(moto.port());
    let store = secrets_at(&proxy.address())
        .map("APP_DB_PASSWORD", "keys#a")
        .map("APP_API_KEY", "keys#/b/c")
        .map("APP_NAME", "keys#a")
        .document("keys");
    let cfg = loader().source(store).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "1");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "2");
    assert_eq!(cfg.name.as_deref(), Some("1"));
    assert_eq!(proxy.requests(), 1);
}

#[test]
fn a_cached_store_is_asked_once() {
    let moto = Moto::start();
    create(&moto, "app", r#"{"db_password": "1"}"#);
    let proxy = FaultProxy::before(moto.port());
    let store = Cached::new(secrets_at(&proxy.address()).document("app"));
    let loader = loader().source(store.ttl(Duration::from_secs(3600)));
    loader.load().unwrap();
    put(&moto, "app", r#"{"db_password": "2"}"#);
    let cfg = loader.load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "1");
    assert_eq!(proxy.requests(), 1);
    let place = place!(cfg, db_password);
    assert!(place.contains(", AWSCURRENT, cached since 20"), "{place}");
}

#[test]
fn what_an_explicit_secret_has_wins_over_documents_and_those_over_prefixes() {
    let moto = Moto::start();
    create(&moto, "shop/db_password", "by prefix");
    create(&moto, "shop/API_KEY", "by prefix");
    create(&moto, "shop/name", "by prefix");
    create(&moto, "shop/deep/port", "1");
    create(&moto, "shopping", "1");
    create(&moto, "app", r#"{"db_password": "by document", "api_key": "by document"}"#);
    create(&moto, "key", "explicit");
    let proxy = FaultProxy::before(moto.port());
    let store = || secrets_at(&proxy.address()).prefix("shop/");
    let cfg = loader().source(store().document("app").map("APP_API_KEY", "key")).load().unwrap();
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "explicit");
    assert_eq!(cfg.db_password.expose_secret(), "by document");
    assert_eq!((cfg.name.as_deref(), cfg.port), (Some("by prefix"), None));
    assert!(place!(cfg, name).starts_with("shop/name (version "));

    // The names, and the secrets that are wanted.
    let before = proxy.requests();
    let cfg = loader().source(store()).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "by prefix");
    assert_eq!(proxy.requests() - before, 2);
    assert_eq!(place!(cfg, api_key).split(' ').next(), Some("shop/API_KEY"));
}

#[test]
fn failures_are_those_of_their_keys() {
    let moto = Moto::start();
    create(&moto, "good", "value");
    create(&moto, "gone", CANARY);
    moto.call("secretsmanager.DeleteSecret", &json!({ "SecretId": "gone" }));
    // The bytes ff and fe.
    let binary = json!({ "Name": "binary", "SecretBinary": "//4=" });
    moto.call("secretsmanager.CreateSecret", &binary);
    let bytes = json!({ "Name": "bytes", "SecretBinary": "YnktYnl0ZXM=" });
    moto.call("secretsmanager.CreateSecret", &bytes);
    let store = || secrets_at(&moto.address()).map("APP_DB_PASSWORD", "good");
    for (secret, reason) in [
        ("none", "the secret none: it does not exist (ResourceNotFoundException)"),
        ("none@AWSPREVIOUS", "the secret none@AWSPREVIOUS: it does not exist (HTTP 404, Res"),
        ("good@AWSPREVIOUS", "it does not exist (HTTP 404, ResourceNotFoundException)"),
        ("good@00000000-0000-0000-0000-000000000000", "it does not exist (HTTP 404, Res"),
        ("gone", "it is marked for deletion"),
        ("gone#x", "it is marked for deletion"),
        ("binary", "the secret binary: it is not UTF-8"),
    ] {
        let loaded = loader().source(store().map("APP_NAME", secret)).load();
        let problem = problems::only(&loaded);
        assert_eq!((problem.kind(), problem.key()), (ProblemKind::Provider, Some("APP_NAME")));
        assert!(problem.to_string().contains(reason), "{secret}: {problem}");
        assert!(!said(loaded.as_ref().unwrap_err()).contains(CANARY));
        let cfg = loader().source(store().map("APP_NAME", secret).optional()).load().unwrap();
        assert_eq!(cfg.name, None);
        let warnings = format!("{:#?}", cfg.audit().warnings());
        assert!(cfg.audit().warnings().len() == 1 && !warnings.contains(CANARY), "{warnings}");
    }
    let cfg = loader().source(store().map("APP_NAME", "bytes")).load().unwrap();
    assert_eq!(cfg.name.as_deref(), Some("by-bytes"));

    // A document that cannot be read is a failure of all.
    for document in ["none", "gone", "binary"] {
        let loaded = loader().source(secrets_at(&moto.address()).document(document)).load();
        assert_eq!(problems::of(&loaded)[0].kind(), ProblemKind::Provider, "{document}");
    }
}

#[test]
fn a_document_is_an_object_of_json_and_nothing_else() {
    let moto = Moto::start();
    create(&moto, "app", "{}");
    let store = || secrets_at(&moto.address()).document("app");
    let long = "x".repeat(60_000);
    for (document, name, port) in [
        (r#"{"db_password": "p", "name": null, "port": 80}"#.to_owned(), None, Some(80)),
        ("\u{feff}{\"db_password\": \"p\", \"name\": \"\\u00fc\"}".to_owned(), Some("ü"), None),
        (format!(r#"{{"db_password": "p", "name": "{long}"}}"#), Some(&*long), None),
    ] {
        put(&moto, "app", &document);
        let cfg = loader().source(store()).load().unwrap();
        assert_eq!((cfg.name.as_deref(), cfg.port), (name, port));
    }
    for (document, reason) in [
        (format!("{CANARY}, and no JSON"), "it is not JSON (line 1, column 1)"),
        (format!(r#"["{CANARY}"]"#), "it is JSON, but not an object"),
        (format!(r#"{{"name": "{CANARY}", "name": "{CANARY}"}}"#), "it has a member twice"),
        (
            format!(r#"{{"name": {{"a": "{CANARY}"}}, "db_password": "p"}}"#),
            "it is an object or a list",
        ),
        (format!(r#"{{"name": "{CANARY}"#), "it is not JSON"),
    ] {
        put(&moto, "app", &document);
        let error = loader().source(store()).load().unwrap_err();
        let said = said(&error);
        assert!(said.contains(reason), "{document}: {said}");
        assert!(!said.contains(CANARY), "{said}");
    }
}

#[test]
fn versions_and_stages_are_those_that_were_asked_for() {
    let moto = Moto::start();
    let old = create(&moto, "key", "old")["VersionId"].as_str().unwrap().to_owned();
    put(&moto, "key", "new");
    let pending = json!({ "SecretId": "key", "SecretString": CANARY, "VersionStages": ["AWSPENDING"],
        "ClientRequestToken": "11111111-2222-3333-4444-555555555555" });
    moto.call("secretsmanager.PutSecretValue", &pending);
    let load = |reference: &str| {
        loader().source(secrets_at(&moto.address()).map("APP_DB_PASSWORD", reference)).load()
    };
    for (reference, value, stage) in [
        ("key", "new", "AWSCURRENT"),
        ("key@AWSCURRENT", "new", "AWSCURRENT"),
        ("key@AWSPREVIOUS", "old", "AWSPREVIOUS"),
        (&*format!("key@{old}"), "old", "AWSPREVIOUS"),
        ("key@AWSPENDING", CANARY, "AWSPENDING"),
    ] {
        let cfg = load(reference).unwrap();
        assert_eq!(cfg.db_password.expose_secret(), value, "{reference}");
        let place = place!(cfg, db_password);
        assert!(place.ends_with(&format!(", {stage})")), "{reference}: {place}");
    }
    // A rotation may still give it up.
    let error = load("key@11111111-2222-3333-4444-555555555555").unwrap_err();
    assert!(error.to_string().contains("the version is AWSPENDING"), "{error}");
    assert!(!said(&error).contains(CANARY));
}

#[test]
fn a_stage_of_ones_own_may_be_as_long_as_the_id_of_a_version() {
    let ministack = Ministack::start();
    let stage = "the-stage-that-the-release-team-has-made";
    let secret = json!({ "Name": "key", "SecretString": "1" });
    ministack.call("secretsmanager.CreateSecret", &secret);
    let version = json!({ "SecretId": "key", "SecretString": "2", "VersionStages": [stage] });
    ministack.call("secretsmanager.PutSecretValue", &version);
    let reference = format!("key@{stage}");
    let store = secrets_at(&ministack.address()).map("APP_DB_PASSWORD", &*reference);
    let cfg = loader().source(store).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "2");
}

#[test]
fn a_policy_can_set_a_limit_to_the_age_of_a_version() {
    let moto = Moto::start();
    create(&moto, "app", r#"{"db_password": "1"}"#);
    let now = chrono::Utc::now();
    let load = |days: i64| {
        let at = now + chrono::TimeDelta::days(days);
        let policy = Policy::new().max_age(["APP_DB_PASSWORD"], 90);
        let store = secrets_at(&moto.address()).document("app");
        loader().clock(move || at).policy(policy).source(store).load()
    };
    assert!(load(89).is_ok());
    let loaded = load(92);
    let problem = problems::only(&loaded);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Policy, Some("APP_DB_PASSWORD")));
}

#[test]
fn a_secret_is_found_by_its_arn_as_well() {
    let moto = Moto::start();
    let arn = create(&moto, "key", "1")["ARN"].as_str().unwrap().to_owned();
    create(&moto, "other", "2");
    let store = secrets_at(&moto.address()).map("APP_DB_PASSWORD", &*arn).map("APP_NAME", "other");
    let cfg = loader().source(store.map("APP_API_KEY", "key")).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "1");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "1");
    assert_eq!(cfg.name.as_deref(), Some("2"));
    assert!(place!(cfg, db_password).starts_with(&format!("{arn} (version ")));
}

#[test]
fn it_works_within_every_runtime_and_without_one() {
    let moto = Moto::start();
    create(&moto, "app", r#"{"db_password": "1"}"#);
    let load = || {
        let loader = loader().source(secrets_at(&moto.address()).document("app"));
        for _ in 0..2 {
            assert_eq!(loader.load().unwrap().db_password.expose_secret(), "1");
        }
    };
    load();
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async { load() });
    tokio::runtime::Builder::new_multi_thread().build().unwrap().block_on(async { load() });
}

#[test]
fn a_client_of_the_program_is_used_without_its_retries() {
    let moto = Moto::start();
    create(&moto, "app", r#"{"db_password": "1"}"#);
    let proxy = FaultProxy::before(moto.port());
    let client = aws_sdk_secretsmanager::Client::new(&config(&proxy.address()));
    let store = AwsSecretsManager::from_client(client).document("app");
    let loader = loader().source(store.timeout(Duration::from_secs(20)));
    assert_eq!(loader.load().unwrap().db_password.expose_secret(), "1");
    assert_eq!(proxy.requests(), 1);
}

#[test]
fn a_provider_that_was_told_of_no_secret_says_so() {
    let error = loader().source(secrets_at("http://127.0.0.1:1")).load().unwrap_err().to_string();
    assert!(error.contains("it was told of no secret"), "{error}");
}
