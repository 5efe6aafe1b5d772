//! A Secret Manager that is slow, cut off, busy or not willing: each load ends in time, and says why in words of its own.

use std::time::{Duration, Instant};

use envaudit::{ExposeSecret, GcpSecretManager, OnFailure, ProblemKind, Source};
use envaudit_tests::bao::free_port;
use envaudit_tests::fault_proxy::{Fault, FaultProxy};
use envaudit_tests::gcp_credentials::StaticToken;
use envaudit_tests::gcp_fake::{self, GcpFake, POWERLESS, TOKEN};
use envaudit_tests::problems;
use google_cloud_secretmanager_v1::client::SecretManagerService;
use serde_json::json;

use crate::gcp::{loader, secrets};

const CANARY: &str = "canary-4f9a";

fn started() -> GcpFake {
    let fake = GcpFake::start();
    fake.put("app", format!(r#"{{"db_password": "{CANARY}"}}"#));
    fake
}

fn store(address: &str) -> GcpSecretManager {
    secrets(address).document("app").timeout(Duration::from_secs(2))
}

#[test]
fn every_fault_of_a_network_ends_a_load_in_time() {
    let fake = started();
    let proxy = FaultProxy::before(fake.port());
    for fault in [Fault::AnswerSwallowed, Fault::Slow, Fault::Reset, Fault::BlackHole] {
        proxy.set(fault);
        let began = Instant::now();
        let error = loader().source(store(&proxy.address())).load().unwrap_err();
        assert!(began.elapsed() < Duration::from_secs(20), "{fault:?}: {:?}", began.elapsed());
        let problem = &error.problems()[0];
        assert_eq!((problem.kind(), problem.source()), (ProblemKind::Provider, Some(Source::Gcp)));
        let said = problems::all_text(&error);
        assert!(!said.contains("canary"), "{fault:?}: {said}");
        let of_time = ["no answer within 2s", "it did not answer in time", "it is unavailable"];
        assert!(of_time.iter().any(|words| said.contains(words)), "{fault:?}: {said}");
    }
    proxy.set(Fault::None);
    let cfg = loader().source(store(&proxy.address())).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), CANARY);
}

#[test]
fn what_may_work_later_is_tried_again_and_what_stays_is_not() {
    let fake = started();
    let proxy = FaultProxy::before(fake.port());
    for status in [429, 500, 502, 503] {
        proxy.set(Fault::Status(status, 2));
        let before = proxy.requests();
        let cfg = loader().source(store(&proxy.address())).load().unwrap();
        assert_eq!(cfg.db_password.expose_secret(), CANARY);
        assert_eq!(proxy.requests() - before, 3, "{status}");
    }
    for (status, said) in [
        (400, "it is not configured correctly (HTTP 400)"),
        (403, "access is denied (HTTP 403)"),
        (404, "it does not exist (HTTP 404)"),
        (307, "it answers with a redirect"),
        (418, "its answer cannot be understood (HTTP 418)"),
    ] {
        proxy.set(Fault::Status(status, 100));
        let before = proxy.requests();
        let error = loader().source(store(&proxy.address())).load().unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
        assert_eq!(proxy.requests() - before, 1, "{status}");
    }
}

#[test]
fn a_redirect_sends_no_token_elsewhere() {
    let (fake, elsewhere) = (started(), started());
    let path = "/v1/projects/p/secrets/app/versions/latest:access";
    let redirect = json!({"location": format!("{}{path}", elsewhere.address())});
    for status in [301, 302, 303, 307, 308] {
        fake.answer_next(status, redirect.clone());
        let error = loader().source(store(&fake.address())).load().unwrap_err().to_string();
        assert!(error.contains("it answers with a redirect, which is not followed"), "{error}");
    }
    assert_eq!((fake.requests().len(), elsewhere.requests().len()), (5, 0));

    // A client of the program's own goes where it is led, without the token.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let client = SecretManagerService::builder();
    let client = client.with_endpoint(fake.address()).with_credentials(StaticToken(TOKEN));
    let client = runtime.block_on(client.build()).unwrap();
    fake.answer_next(307, redirect);
    let store = GcpSecretManager::from_client("p", client).document("app");
    loader().source(store).load().unwrap_err();
    assert_eq!(elsewhere.requests().len(), 1);
    assert!(!elsewhere.head().contains("ya29."), "{}", elsewhere.head());
}

#[test]
fn each_answer_of_the_service_has_its_meaning() {
    let fake = started();
    for (status, code, reason, said, requests) in [
        (
            403,
            "PERMISSION_DENIED",
            "SERVICE_DISABLED",
            "access is denied (HTTP 403, SERVICE_DISABLED)",
            1,
        ),
        (
            403,
            "PERMISSION_DENIED",
            "canary-of-a-reason",
            "access is denied (HTTP 403, PERMISSION_DENIED)",
            1,
        ),
        (
            401,
            "UNAUTHENTICATED",
            "",
            "the credentials are missing, wrong or expired (HTTP 401, UNAUTHENTICATED)",
            1,
        ),
        (
            400,
            "INVALID_ARGUMENT",
            "",
            "it is not configured correctly (HTTP 400, INVALID_ARGUMENT)",
            1,
        ),
        (
            400,
            "FAILED_PRECONDITION",
            "",
            "it is not configured correctly (HTTP 400, FAILED_PRECONDITION)",
            1,
        ),
        (404, "NOT_FOUND", "", "it does not exist (HTTP 404, NOT_FOUND)", 1),
        (501, "UNIMPLEMENTED", "", "it is not configured correctly (HTTP 501, UNIMPLEMENTED)", 1),
    ] {
        let (status, body) = gcp_fake::error(status, code, "canary-of-a-message", reason);
        fake.forget_requests();
        fake.answer_next(status, body);
        let error = loader().source(store(&fake.address())).load().unwrap_err();
        assert!(error.to_string().contains(said), "{code}: {error}");
        assert!(!problems::all_text(&error).contains("canary"), "{error:?}");
        assert_eq!(fake.requests().len(), requests, "{code}");
    }
    for code in ["UNAVAILABLE", "INTERNAL", "ABORTED", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"] {
        let (status, body) = gcp_fake::error(503, code, "canary-of-a-message", "");
        fake.forget_requests();
        fake.answer_next(status, body);
        loader().source(store(&fake.address())).load().unwrap();
        assert_eq!(fake.requests().len(), 2, "{code}");
    }
    for (body, said) in [
        (json!("canary: no JSON"), "its answer cannot be understood"),
        (json!({"payload": {"data": "canary, no base64"}}), "its answer cannot be understood"),
        (json!({"name": "projects/123/secrets/app/versions/1"}), "its answer cannot be understood"),
        (
            json!({"name": "projects/123/secrets/canary/versions/1", "payload": {"data": "e30="}}),
            "its answer cannot be understood",
        ),
    ] {
        fake.answer_next(200, body);
        let error = loader().source(store(&fake.address())).load().unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert!(!problems::all_text(&error).contains("canary"), "{error:?}");
    }
}

#[test]
fn the_pause_that_the_service_asks_for_is_kept_and_never_goes_beyond_the_deadline() {
    let fake = started();
    let busy = |delay: &str| {
        json!({"error": {"code": 429, "message": CANARY, "status": "RESOURCE_EXHAUSTED", "details": [
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]}})
    };
    fake.answer_next(429, busy("0.3s"));
    let began = Instant::now();
    loader().source(store(&fake.address())).load().unwrap();
    assert!(began.elapsed() >= Duration::from_millis(300), "{:?}", began.elapsed());
    // A minute is more than there is: the load ends at once.
    fake.forget_requests();
    fake.answer_next(429, busy("60s"));
    let error = loader().source(store(&fake.address())).load().unwrap_err().to_string();
    assert!(error.contains("it may be asked again in 1m"), "{error}");
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn a_refusal_is_no_reason_to_go_on_and_an_outage_may_be() {
    let fake = started();
    let lenient = |store: GcpSecretManager| store.on_failure(OnFailure::OptionalWhenUnavailable);
    let vars = || loader().vars([("APP_DB_PASSWORD", "of the environment")]);
    let denied = store(&fake.address()).credentials(StaticToken(POWERLESS));
    let error = vars().source(lenient(denied)).load().unwrap_err().to_string();
    assert!(error.contains("access is denied (HTTP 403, IAM_PERMISSION_DENIED)"), "{error}");

    let nobody = format!("http://127.0.0.1:{}", free_port());
    let error = loader().source(store(&nobody)).load().unwrap_err().to_string();
    assert!(error.contains("it is unavailable (connection refused)"), "{error}");
    let nowhere = "https://secretmanager.invalid";
    let error = loader().source(store(nowhere)).load().unwrap_err().to_string();
    // Where there is no network, who would know the host does not answer.
    let reasons = ["it is unavailable (host not found)", "no answer within 2s", "answer in time"];
    assert!(reasons.iter().any(|reason| error.contains(reason)), "{error}");
    let cfg = vars().source(lenient(store(&nobody))).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "of the environment");
    assert_eq!(cfg.audit().warnings().len(), 1);
}

#[test]
fn one_secret_that_fails_is_the_failure_of_its_key() {
    let fake = started();
    fake.put("port", "443");
    let failing = || store(&fake.address()).map("APP_PORT", "port").map("APP_NAME", "none");
    let loaded = loader().source(failing()).load();
    assert_eq!(problems::only(&loaded).key(), Some("APP_NAME"));
    let cfg = loader().source(failing().optional()).load().unwrap();
    assert_eq!((cfg.port, cfg.name.as_deref()), (Some(443), None));
    let vars = loader().order([Source::System, Source::Gcp]).vars([("APP_NAME", "x")]);
    assert_eq!(vars.source(failing()).load().unwrap().name.as_deref(), Some("x"));
}

#[test]
fn an_outage_costs_no_more_requests_than_are_made_at_once() {
    let fake = GcpFake::start();
    let mut many = secrets(&fake.address()).timeout(Duration::from_secs(5));
    for number in 0..40 {
        fake.put(&format!("s{number}"), "{}");
        many = many.document(format!("s{number}"));
    }
    for _ in 0..400 {
        fake.answer_next(503, json!({}));
    }
    let error = loader().source(many).load().unwrap_err().to_string();
    assert!(error.contains("it is unavailable (HTTP 503)"), "{error}");
    let requests = fake.requests().len();
    assert!(requests <= 6 * 9, "{requests} requests");
}

#[test]
fn a_secret_that_moves_to_another_page_is_read_once() {
    let fake = started();
    fake.put("app-db_password", "1");
    fake.put("app-port", "443");
    let page = |names: &[&str], next: &str| {
        let names =
            names.iter().map(|name| json!({"name": format!("projects/123/secrets/{name}")}));
        json!({"secrets": names.collect::<Vec<_>>(), "nextPageToken": next})
    };
    fake.answer_next(200, page(&["app-a", "app-db_password"], "2"));
    // One was made meanwhile; another has gone.
    fake.answer_next(200, page(&["app-db_password", "app-name", "app-port"], ""));
    let store = secrets(&fake.address()).prefix("app-");
    let cfg = loader().source(store).load().unwrap();
    assert_eq!((cfg.db_password.expose_secret(), cfg.port), ("1", Some(443)));
    assert_eq!(cfg.name, None);
    let warnings = cfg.audit().db_password.shadowed.len();
    assert_eq!((warnings, fake.requests().len()), (0, 5), "{:?}", fake.requests());
}

#[test]
fn a_list_that_never_ends_is_an_error() {
    let fake = started();
    for _ in 0..3 {
        fake.answer_next(200, json!({"secrets": [], "nextPageToken": "canary-page"}));
    }
    let endless = secrets(&fake.address()).prefix("app-").timeout(Duration::from_secs(2));
    let error = loader().source(endless).load().unwrap_err().to_string();
    assert!(error.contains("its answer cannot be understood"), "{error}");
    assert_eq!(fake.requests().len(), 2);
}
