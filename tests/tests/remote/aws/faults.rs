//! AWS that is slow, cut off or busy: each load ends in time, and says why in words of its own.

use core::time::Duration;
use std::time::Instant;

use envaudit::{Cached, ExposeSecret, Loader, ProblemKind, Source};
use envaudit_tests::bao::free_port;
use envaudit_tests::fault_proxy::{Fault, FaultProxy};
use envaudit_tests::moto::Moto;
use serde_json::json;

use super::{App, CANARY, config, loader, parameters_at, place, said, secrets_at};

/// How long a provider may wait.
const TIMEOUT: Duration = Duration::from_secs(2);

fn started() -> Moto {
    let moto = Moto::start();
    let document = json!({ "db_password": CANARY }).to_string();
    let secret = json!({ "Name": "app", "SecretString": document });
    moto.call("secretsmanager.CreateSecret", &secret);
    let parameter = json!({ "Name": "/app/db_password", "Type": "SecureString", "Value": CANARY });
    moto.call("AmazonSSM.PutParameter", &parameter);
    moto
}

/// A loader of each of the two.
fn both(address: &str) -> [Loader<App>; 2] {
    [
        loader().source(secrets_at(address).document("app").timeout(TIMEOUT)),
        loader().source(parameters_at(address).path("/app").timeout(TIMEOUT)),
    ]
}

#[test]
fn every_fault_of_a_network_ends_a_load_in_time() {
    let moto = started();
    let proxy = FaultProxy::before(moto.port());
    for fault in [Fault::AnswerSwallowed, Fault::Slow, Fault::Reset, Fault::BlackHole] {
        proxy.set(fault);
        for loader in both(&proxy.address()) {
            let began = Instant::now();
            let error = loader.load().unwrap_err();
            assert!(began.elapsed() < Duration::from_secs(20), "{fault:?}: {:?}", began.elapsed());
            let problem = &error.problems()[0];
            let of = (problem.kind(), problem.source());
            assert_eq!(of, (ProblemKind::Provider, Some(Source::Aws)));
            let said = said(&error);
            assert!(!said.contains(CANARY), "{fault:?}: {said}");
            let of_time = ["no answer within 2s", "it did not answer in time", "it is unavailable"];
            assert!(of_time.iter().any(|words| said.contains(words)), "{fault:?}: {said}");
        }
    }
    proxy.set(Fault::None);
    for loader in both(&proxy.address()) {
        assert_eq!(loader.load().unwrap().db_password.expose_secret(), CANARY);
    }
}

#[test]
fn a_provider_comes_back_by_itself() {
    let moto = started();
    let proxy = FaultProxy::before(moto.port());
    for loader in both(&proxy.address()) {
        loader.load().unwrap();
        for fault in [Fault::AnswerSwallowed, Fault::Reset] {
            proxy.set(fault);
            loader.load().unwrap_err();
            proxy.set(Fault::None);
            let until = Instant::now() + Duration::from_secs(20);
            while let Err(error) = loader.load() {
                assert!(Instant::now() < until, "it does not come back: {error}");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

#[test]
fn a_status_says_whether_to_ask_again() {
    let moto = started();
    let proxy = FaultProxy::before(moto.port());
    for loader in both(&proxy.address()) {
        for status in [429, 500, 502, 503] {
            proxy.set(Fault::Status(status, 2));
            let before = proxy.requests();
            assert_eq!(loader.load().unwrap().db_password.expose_secret(), CANARY);
            assert_eq!(proxy.requests() - before, 3, "{status}");
        }
        for (status, reason) in [
            (400, "it is not configured correctly (HTTP 400)"),
            (403, "access is denied (HTTP 403)"),
            (307, "it answers with a redirect, which is not followed"),
        ] {
            proxy.set(Fault::Status(status, 100));
            let before = proxy.requests();
            let error = loader.load().unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
            assert_eq!(proxy.requests() - before, 1, "{status}");
        }
    }
}

#[test]
fn attempts_have_an_end() {
    let moto = started();
    let proxy = FaultProxy::before(moto.port());
    proxy.set(Fault::Status(503, 1000));
    let store = secrets_at(&proxy.address()).document("app").timeout(Duration::from_secs(60));
    let error = loader().source(store).load().unwrap_err().to_string();
    assert!(error.contains("it is unavailable (HTTP 503)"), "{error}");
    assert_eq!(proxy.requests(), 6);
}

#[test]
fn a_cache_bridges_the_time_in_which_the_store_is_away() {
    let moto = started();
    let proxy = FaultProxy::before(moto.port());
    let store = Cached::new(secrets_at(&proxy.address()).document("app").timeout(TIMEOUT))
        .ttl(Duration::ZERO)
        .stale_if_unavailable(Duration::from_secs(600));
    let loader = loader().source(store);
    loader.load().unwrap();
    proxy.set(Fault::Reset);
    let loaded = loader.load().unwrap();
    assert_eq!(loaded.db_password.expose_secret(), CANARY);
    let place = place!(loaded, db_password);
    assert!(place.contains("stale since"), "{place}");
    proxy.set(Fault::Status(403, 100));
    loader.load().unwrap_err();
}

#[test]
fn nobody_there_is_said_at_once() {
    let address = format!("http://127.0.0.1:{}", free_port());
    for loader in both(&address) {
        let error = loader.load().unwrap_err().to_string();
        assert!(error.contains("it is unavailable"), "{error}");
    }
}

#[test]
fn an_endpoint_is_an_address_that_sends_nothing_in_clear() {
    for (endpoint, reason) in [
        ("http://aws.example", "write https:"),
        ("https://u:canary-4f9a@aws.example", "has a user or a password in it"),
        ("https://aws.example?canary-4f9a", "its endpoint has a query"),
        ("aws.example/canary-4f9a", "its endpoint is not a URL"),
        ("ftp://aws.example/canary-4f9a", "does not begin with https:"),
    ] {
        let secrets = envaudit::AwsSecretsManager::from_sdk_config(&config("http://127.0.0.1:1"));
        let secrets = loader().source(secrets.document("app").endpoint(endpoint)).load();
        let parameters =
            envaudit::AwsParameterStore::from_sdk_config(&config("http://127.0.0.1:1"));
        let parameters = loader().source(parameters.document("/app").endpoint(endpoint)).load();
        for loaded in [secrets, parameters] {
            let said = said(&loaded.unwrap_err());
            assert!(said.contains(reason) && !said.contains(CANARY), "{endpoint}: {said}");
        }
    }
    for region in ["", "eu west 1", "eu-west-1.evil.example/", "EU-WEST-1"] {
        let secrets = secrets_at("http://127.0.0.1:1").document("app").region(region);
        let error = loader().source(secrets).load().unwrap_err().to_string();
        assert!(error.contains("its region is not a word such as eu-west-1"), "{error}");
    }
}
