//! Google Cloud Secret Manager, against a server that speaks its protocol: which secret feeds which variable, and what the audit
//! says of it.

use std::time::Duration;

use envaudit::{
    EnvConfig, ExposeSecret, GcpSecretManager, Loader, ProblemKind, SecretRef, SecretString, Source,
};
use envaudit_tests::gcp_credentials::StaticToken;
use envaudit_tests::gcp_fake::{GcpFake, TOKEN};
use envaudit_tests::problems;

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
pub(crate) struct App {
    pub(crate) db_password: SecretString,
    #[env(alias = "STRIPE")]
    pub(crate) api_key: Option<SecretString>,
    pub(crate) port: Option<u16>,
    pub(crate) name: Option<String>,
    pub(crate) hosts: Option<Vec<String>>,
}

pub(crate) fn loader() -> Loader<App> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let none: [(&str, &str); 0] = [];
    files.into_iter().fold(App::loader().vars(none), Loader::without)
}

pub(crate) fn secrets(address: &str) -> GcpSecretManager {
    GcpSecretManager::new("p").endpoint(address).credentials(StaticToken(TOKEN))
}

#[test]
fn a_document_feeds_many_fields_in_one_request() {
    let fake = GcpFake::start();
    fake.put(
        "checkout-prod",
        "\u{feff}{\"db_password\": \"s3cret\", \"PORT\": 443, \"app-name\": \"shop\", \"hosts\": [\"a\", \"b\"], \"STRIPE\": null}",
    );
    let store = secrets(&fake.address()).document("checkout-prod");
    let cfg = loader().source(store).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "s3cret");
    assert_eq!((cfg.port, cfg.name.as_deref()), (Some(443), Some("shop")));
    assert_eq!(cfg.hosts.as_deref(), Some(&["a".to_owned(), "b".to_owned()][..]));
    assert!(cfg.api_key.is_none());
    let requests = fake.requests();
    let path = "GET /v1/projects/p/secrets/checkout-prod/versions/latest:access?";
    assert!(requests.len() == 1 && requests[0].starts_with(path), "{requests:?}");
    let entry = &cfg.audit().db_password;
    assert_eq!((entry.source, entry.provider.as_deref()), (Source::Gcp, Some("GcpSecretManager")));
    let location = entry.location.as_ref().unwrap();
    assert_eq!(location.to_string(), "checkout-prod#db_password (version 1)");
    assert_eq!((location.secret_id(), location.version()), (Some("checkout-prod"), Some("1")));
    // Nothing of the configuration goes along, nor of what the program traces.
    let head = fake.head().to_ascii_lowercase();
    let names = head.lines().skip(1).filter_map(|line| line.split(':').next());
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    for name in names {
        let known = ["accept", "authorization", "host", "x-goog-api-client"];
        assert!(known.contains(&name), "{name} is sent: {head}");
    }
}

#[test]
fn explicit_wins_over_documents_and_documents_over_prefixes() {
    let fake = GcpFake::start();
    fake.put("one", r#"{"db_password": "1", "api_key": "1", "port": 1}"#);
    fake.put("two", r#"{"db_password": "2", "api_key": "2"}"#);
    fake.put("keys", r#"{"live": {"key": "of-the-map"}}"#);
    fake.put("app-name", "of-the-prefix");
    fake.put("app-port", "9");
    fake.put("app-db_password", "canary-not-read");
    fake.put("projects/shared/secrets/hosts", "x,y");
    let store = secrets(&fake.address()).document("one").document("two").prefix("app-");
    let store = store.map("APP_API_KEY", "keys#/live/key");
    let store = store.map("APP_HOSTS", "projects/shared/secrets/hosts");
    let cfg = loader().source(store).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "2");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "of-the-map");
    assert_eq!((cfg.port, cfg.name.as_deref()), (Some(1), Some("of-the-prefix")));
    assert_eq!(cfg.hosts.as_ref().map(Vec::len), Some(2));
    assert_eq!(cfg.audit().db_password.shadowed, [Source::Gcp]);
    let place = |location: &Option<envaudit::Location>| location.as_ref().unwrap().to_string();
    assert_eq!(place(&cfg.audit().name.location), "app-name (version 1)");
    assert_eq!(place(&cfg.audit().hosts.location), "projects/shared/secrets/hosts (version 1)");
    // What a document has is not read by its name, and nothing twice.
    let requests = fake.requests();
    let read: Vec<&String> = requests.iter().filter(|line| line.contains(":access")).collect();
    assert_eq!(read.len(), 5, "{requests:?}");
    assert!(!requests.iter().any(|line| line.contains("app-db_password")), "{requests:?}");
    assert_eq!(requests.len(), 6, "{requests:?}");
}

#[test]
fn names_are_listed_page_by_page_and_only_those_of_variables_are_read() {
    let fake = GcpFake::start();
    for number in 0..25 {
        fake.put(&format!("checkout-other{number}"), "canary");
    }
    fake.put("checkout-db-password", "1");
    fake.put("checkout-API_KEY", "2");
    fake.put("checkout-APP_PORT", "443");
    fake.put("not-checkout-name", "canary");
    fake.put("name", "canary");
    fake.put_empty("checkout-hosts");
    fake.page(4);
    let cfg = loader().source(secrets(&fake.address()).prefix("checkout-")).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "1");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "2");
    assert_eq!((cfg.port, cfg.name.as_deref()), (Some(443), None));
    assert!(cfg.hosts.is_none(), "a secret without a version is not there");
    let requests = fake.requests();
    let lists = requests.iter().filter(|line| line.contains("/secrets?")).collect::<Vec<_>>();
    assert_eq!(lists.len(), 8, "{lists:?}");
    assert!(lists.iter().all(|line| line.contains("filter=name%3Acheckout-")), "{lists:?}");
    assert_eq!(requests.len() - lists.len(), 4, "{requests:?}");
}

#[test]
fn without_a_word_of_secrets_each_variable_is_the_secret_of_its_name() {
    let fake = GcpFake::start();
    fake.put("APP_DB_PASSWORD", "1");
    fake.put("port", "443");
    let url = format!("gcp-sm://p?endpoint={}", fake.address());
    for store in [secrets(&fake.address()), secrets(&fake.address()).prefix("")] {
        let cfg = loader().source(store).load().unwrap();
        assert_eq!((cfg.db_password.expose_secret(), cfg.port), ("1", Some(443)));
    }
    // The same by URL, for which there are no credentials in this test.
    let store = loader().source_url(url);
    assert!(store.ci(true).load().is_err(), "nothing is asked with --ci");
}

#[test]
fn a_prefix_that_comes_later_wins() {
    let fake = GcpFake::start();
    fake.put("base-db-password", "base");
    fake.put("base-port", "1");
    fake.put("prod-db-password", "prod");
    let store = secrets(&fake.address()).prefix("base-").prefix("prod-");
    let cfg = loader().source(store).load().unwrap();
    assert_eq!((cfg.db_password.expose_secret(), cfg.port), ("prod", Some(1)));
    assert_eq!(cfg.audit().db_password.shadowed, [Source::Gcp]);
    assert!(!fake.requests().iter().any(|line| line.contains("base-db-password")));
}

#[test]
fn a_prefix_that_a_filter_would_misread_is_looked_for_here() {
    let fake = GcpFake::start();
    fake.put("-db-password", "1");
    fake.put("_port", "443");
    let store = secrets(&fake.address()).prefix("-").prefix("_");
    let cfg = loader().source(store).load().unwrap();
    assert_eq!((cfg.db_password.expose_secret(), cfg.port), ("1", Some(443)));
    let filtered = fake.requests().iter().any(|line| line.contains("filter=name"));
    assert!(!filtered, "{:?}", fake.requests());
}

#[test]
fn versions_are_numbers_aliases_or_the_newest() {
    let fake = GcpFake::start();
    for value in ["one", "two", "three", "four"] {
        fake.put("key", value);
    }
    fake.alias("key", "prod", 2);
    let load = |reference: SecretRef| {
        let cfg = loader().source(secrets(&fake.address()).map("APP_DB_PASSWORD", reference));
        let cfg = cfg.load().unwrap();
        let place = cfg.audit().db_password.location.as_ref().unwrap().to_string();
        (cfg.db_password.expose_secret().to_owned(), place)
    };
    for (reference, value, place) in [
        ("key", "four", "key (version 4)"),
        ("key@latest", "four", "key (version 4)"),
        ("key@1", "one", "key (version 1)"),
        ("key@prod", "two", "key (version 2, prod)"),
    ] {
        assert_eq!(load(reference.into()), (value.to_owned(), place.to_owned()), "{reference}");
    }
    fake.put("key", "five");
    assert_eq!(load("key".into()).0, "five");
}

#[test]
fn regional_secrets_are_asked_for_in_their_region() {
    let fake = GcpFake::start();
    fake.put("projects/p/locations/europe-west3/secrets/app-db-password", "regional");
    fake.put("projects/p/locations/europe-west3/secrets/doc", r#"{"port": 1}"#);
    let store = || secrets(&fake.address()).region("europe-west3");
    let cfg = loader().source(store().prefix("app-").document("doc")).load().unwrap();
    assert_eq!((cfg.db_password.expose_secret(), cfg.port), ("regional", Some(1)));
    let start = "GET /v1/projects/p/locations/europe-west3/secrets";
    assert!(fake.requests().iter().all(|line| line.starts_with(start)), "{:?}", fake.requests());
}

#[test]
fn what_is_not_there_is_named_with_the_reason() {
    let fake = GcpFake::start();
    fake.put("app", r#"{"db_password": "canary-1"}"#);
    for value in ["canary-2", "canary-3", "canary-4"] {
        fake.put("gone", value);
    }
    fake.set_state("gone", 3, "DISABLED");
    fake.set_state("gone", 1, "DESTROYED");
    fake.put("binary", [0xff, 0xfe]);
    fake.put("twice", r#"{"x": 1, "x": 2}"#);
    fake.put("large", vec![b'a'; (1 << 20) + 1]);
    fake.put("object", r#"{"x": {"y": 1}}"#);
    for (reference, reason) in [
        ("none", "the secret none: it does not exist (HTTP 404, NOT_FOUND)"),
        ("gone", "the secret gone: it does not exist (HTTP 400, the version is disabled)"),
        ("gone@1", "the secret gone@1: it does not exist (HTTP 400, the version is destroyed)"),
        ("gone@9", "the secret gone@9: it does not exist (HTTP 404, NOT_FOUND)"),
        ("app#x", "the secret app#x: it does not exist"),
        ("binary", "the secret binary: it is not UTF-8"),
        ("twice#x", "it has a member twice"),
        ("large", "the secret large: its answer is too large"),
        ("object#x", "it is an object or a list"),
        ("a.b", "the secret a.b: it is not the name of a secret"),
        ("../app", "it is not the name of a secret"),
        ("projects/p/secrets/app/versions/1", "write its version after an `@`"),
        ("app@1/2", "its version is no number, no alias, and not `latest`"),
    ] {
        let store = secrets(&fake.address()).document("app").map("APP_NAME", reference);
        let loaded = loader().source(store).load();
        let problem = problems::only(&loaded);
        assert_eq!((problem.kind(), problem.key()), (ProblemKind::Provider, Some("APP_NAME")));
        assert!(problem.to_string().contains(reason), "{reference}: {problem}");
        assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");
    }
    let loaded = loader().source(secrets(&fake.address()).document("none")).load();
    let error = loaded.unwrap_err().to_string();
    assert!(error.contains("the secret none: it does not exist (HTTP 404, NOT_FOUND)"), "{error}");
    // A listed secret that is disabled is no absence.
    fake.put("p-db_password", "x");
    fake.set_state("p-db_password", 1, "DISABLED");
    let loaded = loader().source(secrets(&fake.address()).prefix("p-")).load();
    let problem = problems::only(&loaded);
    assert_eq!(problem.key(), Some("APP_DB_PASSWORD"));
    assert!(problem.to_string().contains("p-db_password: it does not exist"), "{problem}");
}

#[test]
fn what_is_impossible_is_said_before_anything_is_sent() {
    let fake = GcpFake::start();
    let address = fake.address();
    for (store, reason) in [
        (secrets(&address).region("eu/west"), "its region is not one such as"),
        (secrets(&address).prefix("a/b"), "a prefix of secrets has letters"),
        (secrets("http://secretmanager.example"), "write https:"),
        (secrets("https://me:canary@host"), "has a user or a password in it"),
        (secrets("https://host?token=canary"), "has a path or a query"),
        (GcpSecretManager::new("a/b?canary"), "its project is not the id"),
        (GcpSecretManager::new("..").endpoint(&address), "its project is not the id"),
    ] {
        let error = loader().source(store).load().unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
    assert_eq!(fake.requests(), [""; 0]);
}

#[test]
fn a_secret_is_as_long_as_the_service_lets_it_be() {
    let fake = GcpFake::start();
    let long = "a".repeat(64 << 10);
    fake.put("long", &long);
    fake.put("app", format!("{{\"db_password\": \"{}\"}}", &long[..(64 << 10) - 20]));
    let store = secrets(&fake.address()).document("app").map("APP_NAME", "long");
    let cfg = loader().source(store).load().unwrap();
    assert_eq!(cfg.name.as_deref(), Some(&*long));
    assert_eq!(cfg.db_password.expose_secret().len(), (64 << 10) - 20);
}

#[test]
fn a_checksum_that_is_wrong_is_asked_for_again_once() {
    let fake = GcpFake::start();
    fake.put("app", r#"{"db_password": "canary-5b1c"}"#);
    let store = || secrets(&fake.address()).document("app");
    fake.damage(1);
    let cfg = loader().source(store()).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "canary-5b1c");
    assert_eq!(fake.requests().len(), 2);
    fake.forget_requests();
    fake.damage(100);
    let error = loader().source(store()).load().unwrap_err();
    assert!(error.to_string().contains("the secret app: its checksum is not that"), "{error}");
    assert!(!problems::all_text(&error).contains("canary"), "{error:?}");
    assert_eq!(fake.requests().len(), 2);
    // The protocol lets the service leave it out.
    fake.without_checksums();
    assert!(loader().source(store()).load().is_ok());
}

#[test]
fn many_secrets_are_read_some_at_a_time_and_each_once() {
    #[derive(EnvConfig, Debug)]
    struct Many {
        keys: Option<String>,
    }
    let fake = GcpFake::start();
    fake.delay(Duration::from_millis(30));
    let mut store = secrets(&fake.address()).map("KEYS", "s0");
    for number in 0..20 {
        fake.put(&format!("s{number}"), format!("{{\"other{number}\": 1}}"));
        store = store.document(SecretRef::new(format!("s{number}")));
    }
    let none: [(&str, &str); 0] = [];
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let loader = files.into_iter().fold(Many::loader().vars(none), Loader::without);
    // Of a variable whose secret is named no document is read.
    let cfg = loader.source(store.map("OTHER", "s1")).load().unwrap();
    assert!(cfg.keys.is_some());
    assert_eq!(fake.requests().len(), 1, "{:?}", fake.requests());

    let loader = files.into_iter().fold(App::loader().vars(none), Loader::without);
    fake.forget_requests();
    let mut store = secrets(&fake.address()).map("APP_NAME", "s0").map("APP_API_KEY", "s0#other0");
    for number in 0..20 {
        store = store.document(SecretRef::new(format!("s{number}")));
    }
    let store = store.map("APP_DB_PASSWORD", "s7#other7");
    let cfg = loader.source(store).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "1");
    assert_eq!(fake.requests().len(), 20, "{:?}", fake.requests());
    let at_once = fake.most_at_once();
    assert!((2..=8).contains(&at_once), "{at_once} requests at once");
}
