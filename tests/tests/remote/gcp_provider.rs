//! Secret Manager as one provider among others: the suite of all, policies, caches, runtimes, clients of a program.

use std::time::Duration;

use envaudit::testing::provider_conformance::{self, TestStore};
use envaudit::{Cached, ExposeSecret, GcpSecretManager, Policy, ProblemKind};
use envaudit_tests::fault_proxy::{Fault, FaultProxy};
use envaudit_tests::gcp_credentials::StaticToken;
use envaudit_tests::gcp_fake::{GcpFake, POWERLESS, TOKEN};
use envaudit_tests::problems;

use crate::gcp::{loader, secrets};

struct Store {
    fake: GcpFake,
    proxy: FaultProxy,
}

impl TestStore for Store {
    type Provider = GcpSecretManager;

    fn provider(&self, timeout: Duration) -> GcpSecretManager {
        secrets(&self.proxy.address()).document("suite").timeout(timeout)
    }

    fn put(&self, document: &str) {
        self.fake.put("suite", document);
    }

    fn cut_off(&self, yes: bool) {
        self.proxy.set(if yes { Fault::BlackHole } else { Fault::None });
    }

    fn refused(&self, timeout: Duration) -> Option<GcpSecretManager> {
        Some(self.provider(timeout).credentials(StaticToken(POWERLESS)))
    }

    fn requests(&self) -> Option<usize> {
        Some(self.proxy.requests())
    }
}

#[test]
fn secret_manager_is_a_provider_like_the_others() {
    let fake = GcpFake::start();
    let proxy = FaultProxy::before(fake.port());
    provider_conformance::check(&Store { fake, proxy });
}

#[test]
fn a_policy_can_set_a_limit_to_the_age_of_a_version() {
    let fake = GcpFake::start();
    fake.put("app", r#"{"db_password": "1"}"#);
    let made: chrono::DateTime<chrono::Utc> = "2026-01-02T03:04:05.123456Z".parse().unwrap();
    let store = || secrets(&fake.address()).document("app").dates();
    let load = |days: i64| {
        let at = made + chrono::TimeDelta::days(days);
        let policy = Policy::new().max_age(["APP_DB_PASSWORD"], 90);
        loader().clock(move || at).policy(policy).source(store()).load()
    };
    let cfg = load(90).unwrap();
    let location = cfg.audit().db_password.location.clone().unwrap();
    assert_eq!(location.details().unwrap().created, Some(made));
    let loaded = load(91);
    let problem = problems::only(&loaded);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Policy, Some("APP_DB_PASSWORD")));

    // When a version was made is asked for once.
    fake.forget_requests();
    let again = loader().source(store());
    for expected in [2, 3, 4] {
        again.load().unwrap();
        assert_eq!(fake.requests().len(), expected);
    }
    fake.put("app", r#"{"db_password": "2"}"#);
    again.load().unwrap();
    assert_eq!(fake.requests().len(), 6);
}

#[test]
fn a_cached_store_is_asked_once() {
    let fake = GcpFake::start();
    fake.put("app", r#"{"db_password": "1"}"#);
    let store = Cached::new(secrets(&fake.address()).document("app"));
    let loader = loader().source(store.ttl(Duration::from_secs(3600)));
    loader.load().unwrap();
    fake.put("app", r#"{"db_password": "2"}"#);
    let cfg = loader.load().unwrap();
    assert_eq!((cfg.db_password.expose_secret(), fake.requests().len()), ("1", 1));
    let place = cfg.audit().db_password.location.as_ref().unwrap().to_string();
    assert!(place.starts_with("app#db_password (version 1, cached since 20"), "{place}");
}

#[test]
fn it_works_in_any_runtime_and_in_none() {
    let fake = GcpFake::start();
    fake.put("app", r#"{"db_password": "1"}"#);
    let loader = loader().source(secrets(&fake.address()).document("app"));
    let load = || assert_eq!(loader.load().unwrap().db_password.expose_secret(), "1");
    load();
    let alone = tokio::runtime::Builder::new_current_thread().build().unwrap();
    alone.block_on(async { load() });
    drop(alone);
    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    many.block_on(async { load() });
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(load);
        }
    });
    drop(many);
    load();
}

#[test]
fn the_client_of_a_program_is_taken_as_it_is() {
    use google_cloud_secretmanager_v1::client::SecretManagerService;

    let fake = GcpFake::start();
    fake.put("app", r#"{"db_password": "1"}"#);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let client = SecretManagerService::builder();
    let client = client.with_endpoint(fake.address()).with_credentials(StaticToken(TOKEN));
    let client = runtime.block_on(client.build()).unwrap();
    let store = GcpSecretManager::from_client("p", client).document("app");
    let loader = loader().source(store);
    assert_eq!(loader.load().unwrap().db_password.expose_secret(), "1");
    // Its own way of trying again would be one more.
    fake.forget_requests();
    fake.answer_next(503, serde_json::json!({}));
    loader.load().unwrap();
    assert_eq!(fake.requests().len(), 2);
}
