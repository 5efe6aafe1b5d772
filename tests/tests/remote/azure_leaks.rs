//! No value, token, credential or answer of a vault of Azure is in anything that is said of a load.

use std::time::Duration;

use envaudit::{AzureKeyVault, EnvConfig, Loader, SecretString, Source};
use envaudit_tests::azure_fake::{Answer, AzureFake, CLIENT, CLIENT_SECRET, TENANT, VAULT};
use envaudit_tests::canary::{self, CANARY};
use envaudit_tests::fault_proxy::{Fault, FaultProxy};
use serde_json::json;

#[derive(EnvConfig, Debug)]
struct App {
    #[allow(dead_code, reason = "nobody may see it")]
    api_key: SecretString,
    #[allow(dead_code, reason = "nobody may see it")]
    port: Option<u16>,
}

fn loader(proxy: &str) -> Loader<App> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let vars = [
        ("HTTPS_PROXY", proxy),
        ("AZURE_TENANT_ID", TENANT),
        ("AZURE_CLIENT_ID", CLIENT),
        ("AZURE_CLIENT_SECRET", CLIENT_SECRET),
    ];
    files.into_iter().fold(App::loader().vars(vars), Loader::without)
}

#[track_caller]
fn assert_nothing_said(said: &str, what: &str) {
    canary::assert_hidden(said, what);
    for part in ["canary", "eyJ.", "Bearer "] {
        assert!(!said.contains(part), "{what}: {part} is in {said}");
    }
}

#[test]
fn nothing_of_a_secret_or_an_answer_is_said() {
    let fake = AzureFake::start();
    let document = json!({ "api_key": CANARY, "port": CANARY }).to_string();
    fake.put("good", &json!({ "api_key": CANARY }).to_string());
    fake.put("bad-port", &document);
    fake.put("no-json", CANARY);
    fake.put("half", &document[..document.len() - 5]);
    fake.put("list", &format!("[{}]", json!(CANARY)));
    fake.put("twice", &format!(r#"{{"api_key": {0}, "api_key": {0}}}"#, json!(CANARY)));
    fake.put_with("number", json!({ "x": CANARY }), json!({}));
    fake.put_with("off", json!(CANARY), json!({"enabled": false}));
    fake.put_with("old", json!(CANARY), json!({"exp": 1_767_322_801}));
    fake.put("app-api-key", CANARY);
    fake.put("app-port", CANARY);
    let proxy = FaultProxy::before(fake.port());
    let port = proxy.address().rsplit(':').next().unwrap().parse().unwrap();
    let tunnel = fake.tunnel_to(port);
    let loader = || loader(&tunnel.address());
    let store = || {
        let vault = AzureKeyVault::new(format!("https://{VAULT}"));
        vault.certificates(fake.certificates()).timeout(Duration::from_secs(1))
    };
    let secrets =
        ["good", "bad-port", "no-json", "half", "list", "twice", "number", "off", "old", "none"];
    for secret in secrets {
        let said = canary::everything_said(&loader().source(store().document(secret)));
        assert_nothing_said(&said, secret);
        let mapped = store().map("API_KEY", secret).optional();
        let said = canary::everything_said(&loader().source(mapped));
        assert_nothing_said(&said, secret);
    }
    let listed = loader().source(store().prefix("app-"));
    assert_nothing_said(&canary::everything_said(&listed), "prefix");
    let message = format!("{CANARY} canary of a message");
    for status in [200, 302, 400, 401, 403, 404, 409, 429, 503] {
        for body in [
            json!(message),
            json!({ "error": { "code": message, "message": message } }),
            json!({ "error": { "code": "Forbidden", "innererror": { "code": message } } }),
            json!({ "value": message, "id": message, "attributes": message }),
        ] {
            let answer = || {
                Answer::new(status, &body)
                    .header("WWW-Authenticate", &format!("Bearer resource=\"{CANARY}\""))
                    .header("Location", &format!("https://{VAULT}/?canary={CANARY}"))
                    .header("Retry-After", "canary")
            };
            fake.answer_next(answer());
            fake.answer_next(answer());
            let said = canary::everything_said(&loader().source(store().document("good")));
            assert_nothing_said(&said, &format!("{status} {body}"));
            fake.answer_as_usual();
            fake.answer_next_for_token(answer());
            let said = canary::everything_said(&loader().source(store().document("good")));
            assert_nothing_said(&said, &format!("{status} for a token"));
            fake.answer_as_usual();
        }
    }
    for fault in [Fault::AnswerSwallowed, Fault::Slow, Fault::Reset, Fault::BlackHole] {
        proxy.set(fault);
        let said = canary::everything_said(&loader().source(store().document("good")));
        assert_nothing_said(&said, &format!("{fault:?}"));
    }
}

#[test]
fn nothing_of_a_credential_in_an_address_is_said() {
    for address in [
        format!("https://{CANARY}@{VAULT}"),
        format!("https://me:{CANARY}@{VAULT}"),
        format!("https://{VAULT}?{CANARY}"),
        format!("https://{VAULT}/{CANARY}"),
        format!("https://{VAULT}#{CANARY}"),
        format!("http://me:{CANARY}@{VAULT}"),
        format!("azure {CANARY}"),
        CANARY.to_owned(),
    ] {
        let store = AzureKeyVault::new(&address).document("app");
        let debug = format!("{store:?} {store:#?}");
        canary::assert_hidden(&debug, &address);
        let said = canary::everything_said(&loader("").source(store));
        assert_nothing_said(&said, &address);
    }
    // The address of a proxy may have a password.
    let proxy = "http://me:canary-of-a-proxy@127.0.0.1:1";
    let store = AzureKeyVault::new(format!("https://{VAULT}")).document("app");
    assert_nothing_said(&canary::everything_said(&loader(proxy).source(store)), "a proxy");
}

/// The SDK traces addresses and more, where the program has told its own client nothing else.
#[cfg(feature = "tracing")]
#[test]
fn the_sdk_traces_no_secret() {
    let fake = AzureFake::start();
    fake.put("traced", &json!({ "api_key": CANARY }).to_string());
    let tunnel = fake.tunnel();
    let client = crate::azure::client(&fake, &tunnel, &fake.give_token());
    let own = || AzureKeyVault::new(format!("https://{VAULT}")).certificates(fake.certificates());
    let traced = canary::traced_anywhere(|| {
        loader(&tunnel.address()).source(own().document("traced")).load().unwrap();
        let store = AzureKeyVault::from_client(client).document("traced");
        loader("").source(store).load().unwrap();
        fake.answer_next(Answer::error(403, CANARY, Some(CANARY)));
        loader(&tunnel.address()).source(own().document("traced")).load().unwrap_err();
    });
    canary::assert_hidden(&traced, "the trace");
    for part in ["eyJ.canary-of-the-token", CLIENT_SECRET, "/secrets/traced"] {
        assert!(!traced.contains(part), "{part} is in {traced}");
    }

    // The same call by the program itself is traced: the test sees what there is to see.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let client = crate::azure::client(&fake, &tunnel, &fake.give_token());
    let traced = canary::traced_anywhere(|| {
        drop(runtime.block_on(client.get_secret("traced", None)).unwrap());
    });
    assert!(traced.contains("/secrets/traced"), "{traced}");
}
