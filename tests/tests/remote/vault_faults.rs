//! A Vault that is sealed, slow, cut off or busy: each load ends in time, and says why in words of its own.

use std::time::{Duration, Instant};

use envaudit::{
    Cached, EnvConfig, ExposeSecret, OnFailure, ProblemKind, SecretString, Source, Vault,
};
use envaudit_tests::bao::{Bao, free_port};
use envaudit_tests::fault_proxy::{Fault, FaultProxy};

const CANARY: &str = "canary-4f9a";

#[derive(EnvConfig, Debug)]
struct App {
    api_key: SecretString,
}

fn loader() -> envaudit::Loader<App> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let none: [(&str, &str); 0] = [];
    files.into_iter().fold(App::loader().vars(none), envaudit::Loader::without)
}

fn started() -> Bao {
    let bao = Bao::start();
    bao.put("app", &format!(r#"{{"api_key": "{CANARY}"}}"#));
    bao
}

fn vault(address: impl Into<String>) -> Vault {
    Vault::new(address).token(Bao::ROOT).document("app").timeout(Duration::from_secs(2))
}

#[test]
fn every_fault_of_a_network_ends_a_load_in_time() {
    let bao = started();
    let proxy = FaultProxy::before(bao.port());
    for fault in [Fault::AnswerSwallowed, Fault::Slow, Fault::Reset, Fault::BlackHole] {
        proxy.set(fault);
        let began = Instant::now();
        let error = loader().source(vault(proxy.address())).load().unwrap_err();
        assert!(began.elapsed() < Duration::from_secs(20), "{fault:?}: {:?}", began.elapsed());
        let problem = &error.problems()[0];
        assert_eq!(
            (problem.kind(), problem.source()),
            (ProblemKind::Provider, Some(Source::Vault))
        );
        let said = format!("{error} {error:?} {error:#?}");
        assert!(!said.contains(CANARY) && !said.contains(Bao::ROOT), "{fault:?}: {said}");
        let of_time = ["no answer within 2s", "it did not answer in time", "it is unavailable"];
        assert!(of_time.iter().any(|words| said.contains(words)), "{fault:?}: {said}");
    }
    proxy.set(Fault::None);
    assert_eq!(
        loader().source(vault(proxy.address())).load().unwrap().api_key.expose_secret(),
        CANARY
    );
}

#[test]
fn what_may_work_later_is_tried_again_and_what_stays_is_not() {
    let bao = started();
    let proxy = FaultProxy::before(bao.port());
    for status in [429, 500, 502, 503, 412] {
        proxy.set(Fault::Status(status, 2));
        let before = proxy.requests();
        let cfg = loader().source(vault(proxy.address())).load().unwrap();
        assert_eq!(cfg.api_key.expose_secret(), CANARY);
        assert_eq!(proxy.requests() - before, 3, "{status}");
    }
    for (status, said) in [
        (400, "it is not configured correctly (HTTP 400)"),
        (307, "it answers with a redirect"),
        (418, "its answer cannot be understood (HTTP 418)"),
    ] {
        proxy.set(Fault::Status(status, 100));
        let before = proxy.requests();
        let error = loader().source(vault(proxy.address())).load().unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
        assert_eq!(proxy.requests() - before, 1, "{status}");
    }
}

#[test]
fn a_sealed_vault_is_unavailable_and_a_refusal_is_not() {
    let bao = started();
    let denied = bao.token(r#"path "secret/data/none" { capabilities = ["read"] }"#);
    let lenient = |store: Vault| store.on_failure(OnFailure::OptionalWhenUnavailable);
    let vars = || loader().vars([("API_KEY", "from the environment")]);
    let error = vars().source(lenient(vault(bao.address()).token(denied))).load().unwrap_err();
    assert!(error.to_string().contains("access is denied"), "{error}");

    bao.run(&["operator", "seal"]);
    let error = loader().source(vault(bao.address())).load().unwrap_err().to_string();
    assert!(error.contains("HTTP 503, sealed"), "{error}");
    let cfg = vars().source(lenient(vault(bao.address()))).load().unwrap();
    assert_eq!(cfg.api_key.expose_secret(), "from the environment");
    assert_eq!(cfg.audit().warnings().len(), 1);
}

#[test]
fn a_cache_bridges_the_time_in_which_the_store_is_away() {
    let bao = started();
    let proxy = FaultProxy::before(bao.port());
    let now = std::sync::Arc::new(std::sync::Mutex::new(chrono::Utc::now()));
    let clock = std::sync::Arc::clone(&now);
    let store = Cached::new(vault(proxy.address()))
        .ttl(Duration::from_secs(60))
        .stale_if_unavailable(Duration::from_secs(600));
    let loader = loader().clock(move || *clock.lock().unwrap()).source(store);
    loader.load().unwrap();
    let later = |seconds| *now.lock().unwrap() += chrono::TimeDelta::seconds(seconds);
    proxy.set(Fault::BlackHole);
    later(30);
    let place = |loaded: &envaudit::Loaded<App>| {
        loaded.audit().api_key.location.as_ref().unwrap().to_string()
    };
    assert!(place(&loader.load().unwrap()).contains("cached since"));
    later(60);
    let loaded = loader.load().unwrap();
    assert_eq!(loaded.api_key.expose_secret(), CANARY);
    assert!(place(&loaded).contains("stale since"), "{}", place(&loaded));
    later(600);
    assert!(loader.load().is_err());
    proxy.set(Fault::Status(403, 100));
    later(-590);
    assert!(loader.load().is_err(), "a refusal is no reason for an old value");
    proxy.set(Fault::None);
    assert_eq!(place(&loader.load().unwrap()), "app#api_key (version 1)");
}

#[test]
fn nobody_there_is_said_at_once() {
    let port = free_port();
    let error = loader().source(vault(format!("http://127.0.0.1:{port}"))).load().unwrap_err();
    let error = error.to_string();
    assert!(error.contains("it is unavailable (connection refused)"), "{error}");
    let error = loader().source(vault("http://vault.example:8200")).load().unwrap_err().to_string();
    assert!(error.contains("write https:"), "{error}");
    let error = loader().source(vault("https://u:canary-4f9a@v")).load().unwrap_err().to_string();
    assert!(error.contains("has a user or a password in it") && !error.contains(CANARY), "{error}");
}
