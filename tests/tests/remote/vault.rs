//! Which secret of a Vault feeds which variable, and what the audit says of it.

use std::collections::BTreeMap;
use std::time::Duration;

use envaudit::{
    Cached, EnvConfig, ExposeSecret, Policy, ProblemKind, SecretRef, SecretString, Source, Vault,
};
use envaudit_tests::bao::Bao;
use envaudit_tests::fault_proxy::FaultProxy;
use envaudit_tests::problems;

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct App {
    db_password: SecretString,
    #[env(alias = "STRIPE")]
    api_key: Option<SecretString>,
    port: Option<u16>,
    ratio: Option<f64>,
    debug: Option<bool>,
    hosts: Option<Vec<String>>,
    #[env(json)]
    limits: Option<BTreeMap<String, u64>>,
    name: Option<String>,
}

fn vault(bao: &Bao) -> Vault {
    Vault::new(bao.address()).token(Bao::ROOT)
}

fn loader() -> envaudit::Loader<App> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let none: [(&str, &str); 0] = [];
    files.into_iter().fold(App::loader().vars(none), envaudit::Loader::without)
}

#[test]
fn one_document_feeds_many_fields_under_each_spelling_of_their_names() {
    let bao = Bao::start();
    bao.put(
        "checkout/prod",
        r#"{"db-password": "s3cret", "STRIPE": "sk_1", "APP_PORT": 443, "ratio": 1.50, "DEBUG": true,
            "hosts": ["a", "b"], "app_limits": {"cpu": 4503599627370497}, "name": null}"#,
    );
    let cfg = loader().source(vault(&bao).document("checkout/prod")).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "s3cret");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "sk_1");
    assert_eq!((cfg.port, cfg.ratio, cfg.debug), (Some(443), Some(1.5), Some(true)));
    assert_eq!(cfg.hosts.as_deref(), Some(&["a".to_owned(), "b".to_owned()][..]));
    assert_eq!(cfg.limits.as_ref().unwrap()["cpu"], 4_503_599_627_370_497);
    assert_eq!(cfg.name, None);
    let entry = &cfg.audit().db_password;
    assert_eq!((entry.source, entry.provider.as_deref()), (Source::Vault, Some("Vault")));
    let location = entry.location.as_ref().unwrap();
    assert_eq!(location.to_string(), "checkout/prod#db-password (version 1)");
    assert_eq!((location.secret_id(), location.version()), (Some("checkout/prod"), Some("1")));
    assert!(location.details().unwrap().created.is_some());
    assert_eq!(cfg.audit().api_key.found_as.as_deref(), Some("APP_STRIPE"));
    assert_eq!(cfg.audit().name.source, Source::SchemaDefault);
}

#[test]
fn an_explicit_reference_wins_over_documents_and_a_later_document_over_an_earlier() {
    let bao = Bao::start();
    bao.put("one", r#"{"db_password": "1", "api_key": "1", "port": 1}"#);
    bao.put("two", r#"{"db_password": "2", "api_key": "2"}"#);
    bao.put("keys", r#"{"live": {"key": "old"}}"#);
    bao.put("keys", r#"{"live": {"key": "new"}, "other": 1}"#);
    bao.put("alone", r#"{"whatever": "3"}"#);
    let store = || vault(&bao).document("one").document("two");
    let cfg = loader().source(store()).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "2");
    assert_eq!(cfg.port, Some(1));
    assert_eq!(cfg.audit().db_password.shadowed, [Source::Vault]);
    assert!(cfg.audit().port.shadowed.is_empty() && cfg.audit().warnings().is_empty());

    let cfg = loader().source(store().map("APP_API_KEY", "keys#/live/key")).load().unwrap();
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "new");
    let place = cfg.audit().api_key.location.as_ref().unwrap().to_string();
    assert_eq!(place, "keys#/live/key (version 2)");

    let old = SecretRef::new("keys").member("/live/key").version("1");
    let cfg = loader().source(store().map("APP_API_KEY", old)).load().unwrap();
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "old");

    let cfg = loader().source(store().map("APP_NAME", "alone")).load().unwrap();
    assert_eq!(cfg.name.as_deref(), Some("3"));

    let loaded = loader().source(store().map("APP_NAME", "keys")).load();
    let problem = problems::only(&loaded);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Provider, Some("APP_NAME")));
    assert!(problem.to_string().contains("the secret keys: it has several members"), "{problem}");
}

#[test]
fn what_is_not_there_is_named_with_the_reason() {
    let bao = Bao::start();
    bao.put("app", r#"{"db_password": "canary-1"}"#);
    bao.put("gone", r#"{"x": "canary-2"}"#);
    bao.put("gone", r#"{"x": "canary-3"}"#);
    bao.run(&["kv", "destroy", "-mount=secret", "-versions=1", "gone"]);
    bao.run(&["kv", "delete", "-mount=secret", "gone"]);
    for (reference, reason) in [
        ("none#x", "the secret none: it does not exist (HTTP 404)"),
        ("app#x", "the secret app#x: it does not exist"),
        ("gone#x", "it does not exist (HTTP 404, the version is deleted)"),
        ("gone#x@1", "it does not exist (HTTP 404, the version is destroyed)"),
        ("app#x@7", "the secret app"),
        ("app#x@latest", "a version of Vault is a number"),
    ] {
        let store = vault(&bao).document("app").map("APP_NAME", reference);
        let loaded = loader().source(store).load();
        let problem = problems::only(&loaded);
        assert_eq!((problem.kind(), problem.key()), (ProblemKind::Provider, Some("APP_NAME")));
        assert!(problem.to_string().contains(reason), "{reference}: {problem}");
        assert!(!problem.to_string().contains("canary"), "{problem}");
    }
    // A failure of one key is none where a source of higher precedence has it, or where it may be left out.
    let store = || vault(&bao).document("app").map("APP_NAME", "none#x");
    let cfg = loader().order([Source::System, Source::Vault]).vars([("APP_NAME", "x")]);
    assert_eq!(cfg.source(store()).load().unwrap().name.as_deref(), Some("x"));
    let cfg = loader().source(store().optional()).load().unwrap();
    assert_eq!(cfg.name, None);
    let warnings: Vec<String> = cfg.audit().warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "APP_NAME could not be fetched by the provider Vault: the secret none: it does not exist (HTTP 404)"
        ]
    );

    for (hosts, said) in [
        (r#"["a", "b,c"]"#, "an element has the separator of the field in it"),
        (r#"["a", ["b"]]"#, "it is an object or a list"),
        (r#"{"a": "b"}"#, "it is an object or a list"),
    ] {
        bao.put("app", &format!(r#"{{"db_password": "canary-1", "hosts": {hosts}}}"#));
        let loaded = loader().source(vault(&bao).document("app")).load();
        let problem = problems::only(&loaded);
        assert_eq!((problem.kind(), problem.key()), (ProblemKind::Provider, Some("APP_HOSTS")));
        assert!(problem.to_string().contains(said), "{problem}");
    }

    let loaded = loader().source(vault(&bao).document("none")).load();
    let error = loaded.unwrap_err().to_string();
    assert!(error.contains("the secret none: it does not exist (HTTP 404)"), "{error}");
    for elsewhere in [vault(&bao).document("app"), vault(&bao).prefix("app/")] {
        let error = loader().source(elsewhere.mount("nowhere")).load().unwrap_err().to_string();
        assert!(error.contains("no engine is mounted there"), "{error}");
    }
}

#[test]
fn a_cached_store_is_asked_once_and_shows_since_when_it_is_kept() {
    let bao = Bao::start();
    bao.put("app", r#"{"db_password": "1"}"#);
    let proxy = FaultProxy::before(bao.port());
    let store = Vault::new(proxy.address()).token(Bao::ROOT).document("app");
    let loader = loader().source(Cached::new(store).ttl(Duration::from_secs(3600)));
    loader.load().unwrap();
    let asked = proxy.requests();
    assert_eq!(asked, 1, "a token that is given is not looked up");
    bao.put("app", r#"{"db_password": "2"}"#);
    let cfg = loader.load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "1");
    assert_eq!(proxy.requests(), asked);
    let place = cfg.audit().db_password.location.as_ref().unwrap().to_string();
    assert!(place.starts_with("app#db_password (version 1, cached since 20"), "{place}");
}

#[test]
fn a_policy_can_set_a_limit_to_the_age_of_a_version() {
    let bao = Bao::start();
    bao.put("app", r#"{"db_password": "1"}"#);
    let now = chrono::Utc::now();
    let load = |days: i64| {
        let at = now + chrono::TimeDelta::days(days);
        let policy = Policy::new().max_age(["APP_DB_PASSWORD"], 90);
        loader().clock(move || at).policy(policy).source(vault(&bao).document("app")).load()
    };
    assert!(load(89).is_ok());
    let loaded = load(92);
    let problem = problems::only(&loaded);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Policy, Some("APP_DB_PASSWORD")));
    assert!(problem.to_string().contains("at most 90 days old; this one is 9"), "{problem}");
}

#[test]
fn under_a_prefix_a_variable_has_a_secret_of_its_own() {
    let bao = Bao::start();
    bao.put("checkout/prod/db-password", r#"{"value": "s3cret"}"#);
    bao.put("checkout/prod/APP_API_KEY", r#"{"key": "sk_1"}"#);
    bao.put("checkout/prod/hosts", r#"{"all": ["a", "b"]}"#);
    bao.put("checkout/prod/deeper/port", r#"{"value": 1}"#);
    bao.put("checkout/prod-port", r#"{"value": 2}"#);
    bao.put("checkout/other/name", r#"{"value": "of another"}"#);
    let below = || vault(&bao).prefix("checkout/prod/");
    let cfg = loader().source(below()).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "s3cret");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "sk_1");
    assert_eq!(cfg.hosts.as_deref(), Some(&["a".to_owned(), "b".to_owned()][..]));
    assert_eq!((cfg.port, cfg.name.as_deref()), (None, None));
    let place = cfg.audit().db_password.location.as_ref().unwrap().to_string();
    assert_eq!(place, "checkout/prod/db-password (version 1)");

    let cfg = loader().source(below().prefix("checkout/prod-")).load().unwrap();
    assert_eq!(cfg.port, Some(2), "a prefix need not end with a slash");
    let cfg = loader().source(below().prefix("nothing/is/here/")).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "s3cret");

    bao.put("documents", r#"{"db_password": "of the document", "name": "here"}"#);
    bao.put("newer/api_key", r#"{"value": "sk_2"}"#);
    let cfg = loader().source(below().prefix("newer/").document("documents")).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "of the document");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "sk_2", "the later wins");
    assert_eq!(cfg.audit().api_key.shadowed, [Source::Vault]);

    bao.put("checkout/prod/hosts", r#"{"one": "a", "two": "b"}"#);
    let loaded = loader().source(below()).load();
    let problem = problems::only(&loaded);
    assert_eq!(problem.key(), Some("APP_HOSTS"));
    assert!(problem.to_string().contains("it has several members"), "{problem}");
}

#[test]
fn a_list_needs_a_right_of_its_own_and_says_so_without_it() {
    let bao = Bao::start();
    bao.put("checkout/prod/db-password", r#"{"value": "s3cret"}"#);
    let token = bao.token(r#"path "secret/data/*" { capabilities = ["read"] }"#);
    let reading = Vault::new(bao.address()).token(token).prefix("checkout/prod/");
    let loaded = loader().source(reading).load();
    let problem = &problems::of(&loaded)[0];
    assert_eq!((problem.kind(), problem.source()), (ProblemKind::Provider, Some(Source::Vault)));
    assert!(problem.to_string().contains("403"), "{problem}");
    assert!(problem.to_string().contains("checkout/prod/"), "{problem}");
    let token = bao.token(
        r#"path "secret/data/*" { capabilities = ["read"] }
           path "secret/metadata/checkout/prod/" { capabilities = ["list"] }"#,
    );
    let listing = Vault::new(bao.address()).token(token).prefix("checkout/prod/");
    let cfg = loader().source(listing).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "s3cret");
}
