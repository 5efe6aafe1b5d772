//! No value, token or answer of Secret Manager is in anything that is said of a load, whatever the SDK traces.

use std::time::Duration;

use envaudit::{EnvConfig, GcpSecretManager, Loader, SecretString, Source};
use envaudit_tests::canary::{self, CANARY};
use envaudit_tests::fault_proxy::{Fault, FaultProxy};
use envaudit_tests::gcp_credentials::StaticToken;
use envaudit_tests::gcp_fake::{self, GcpFake, TOKEN};
use google_cloud_secretmanager_v1::client::SecretManagerService;
use serde_json::json;

use crate::gcp::secrets;

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "loaded and shown, never read")]
struct App {
    api_key: SecretString,
    port: Option<u16>,
}

fn loader() -> Loader<App> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let none: [(&str, &str); 0] = [];
    files.into_iter().fold(App::loader().vars(none), Loader::without)
}

#[track_caller]
fn assert_nothing_said(said: &str, what: &str) {
    canary::assert_hidden(said, what);
    for part in ["canary-of", "canary-page", "canary-label", TOKEN, "ya29."] {
        assert!(!said.contains(part), "{what}: {part} is in {said}");
    }
}

#[test]
fn nothing_of_a_secret_or_an_answer_is_said() {
    let fake = GcpFake::start();
    let document = json!({ "api_key": CANARY, "port": CANARY }).to_string();
    fake.put("good", json!({ "api_key": CANARY }).to_string());
    fake.put("bad-port", &document);
    fake.put("no-json", CANARY);
    fake.put("half", &document[..document.len() - 5]);
    fake.put("list", format!("[{}]", json!(CANARY)));
    fake.put("twice", format!(r#"{{"api_key": {0}, "api_key": {0}}}"#, json!(CANARY)));
    fake.put("binary", [CANARY.as_bytes(), &[0xff]].concat());
    fake.put("app-api_key", CANARY);
    fake.put("app-port", CANARY);
    let proxy = FaultProxy::before(fake.port());
    let store = || secrets(&proxy.address()).timeout(Duration::from_secs(1));
    for secret in ["good", "bad-port", "no-json", "half", "list", "twice", "binary", "none"] {
        let said = canary::everything_said(&loader().source(store().document(secret)));
        assert_nothing_said(&said, secret);
        let said =
            canary::everything_said(&loader().source(store().map("API_KEY", secret).optional()));
        assert_nothing_said(&said, secret);
    }
    assert_nothing_said(
        &canary::everything_said(&loader().source(store().prefix("app-"))),
        "prefix",
    );
    let message = format!("{CANARY} canary-of-a-message");
    for (status, code) in [
        (400, "FAILED_PRECONDITION"),
        (401, "UNAUTHENTICATED"),
        (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"),
    ] {
        let (status, body) = gcp_fake::error(status, code, &message, "canary-of-a-reason");
        fake.answer_next(status, body);
        let said = canary::everything_said(&loader().source(store().document("good")));
        assert_nothing_said(&said, code);
    }
    for body in [json!(message), json!({ "error": message }), json!({ "payload": message })] {
        for status in [200, 302, 400, 403] {
            fake.answer_next(status, body.clone());
            let said = canary::everything_said(&loader().source(store().document("good")));
            assert_nothing_said(&said, "a body");
        }
    }
    for fault in [Fault::AnswerSwallowed, Fault::Slow, Fault::Reset, Fault::BlackHole] {
        proxy.set(fault);
        let said = canary::everything_said(&loader().source(store().document("good")));
        assert_nothing_said(&said, &format!("{fault:?}"));
    }
}

/// The SDK traces what it received, the bytes of secrets included, where its client is told to.
#[test]
fn the_sdk_traces_no_secret() {
    let fake = GcpFake::start();
    fake.put("app", json!({ "api_key": CANARY }).to_string());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let client = SecretManagerService::builder().with_tracing();
    let client = client.with_endpoint(fake.address()).with_credentials(StaticToken(TOKEN));
    let client = runtime.block_on(client.build()).unwrap();
    let store = || GcpSecretManager::from_client("p", client.clone()).document("app");
    let traced = canary::traced_anywhere(|| {
        loader().source(store()).load().unwrap();
        let (status, body) = gcp_fake::error(403, "PERMISSION_DENIED", CANARY, "");
        fake.answer_next(status, body);
        loader().source(store()).load().unwrap_err();
    });
    assert_nothing_said(&traced, "the trace");
    assert!(!traced.contains("data_crc32c"), "{traced}");

    // The same call by the program itself is traced: the test sees what there is to see.
    let call = client.access_secret_version().set_name("projects/p/secrets/app/versions/1");
    let traced = canary::traced_anywhere(|| drop(runtime.block_on(call.send()).unwrap()));
    assert!(traced.contains("data_crc32c"), "{traced}");
}
