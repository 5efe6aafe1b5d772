//! Which parameter of the Parameter Store feeds which variable, and what the audit says of it.

use core::time::Duration;

use envaudit::{AwsParameterStore, ExposeSecret, ProblemKind, Source};
use envaudit_tests::fault_proxy::FaultProxy;
use envaudit_tests::http_fake::{FakeAnswer, HttpFake};
use envaudit_tests::moto::Moto;
use envaudit_tests::problems;
use serde_json::json;

use super::{CANARY, config, loader, parameters_at, place, said};

fn put(moto: &Moto, name: &str, kind: &str, value: &str) {
    let parameter = json!({ "Name": name, "Type": kind, "Value": value, "Overwrite": true });
    moto.call("AmazonSSM.PutParameter", &parameter);
}

#[test]
fn parameters_below_a_path_feed_the_fields_of_their_names() {
    let moto = Moto::start();
    for name in ["db_password", "API_KEY", "app-name"] {
        put(&moto, &format!("/checkout/prod/{name}"), "SecureString", &format!("v-{name}"));
    }
    for other in 0..12 {
        put(&moto, &format!("/checkout/prod/other{other}"), "String", "x");
    }
    put(&moto, "/checkout/prod/below/port", "String", "1");
    put(&moto, "/checkout/production/port", "String", "1");
    put(&moto, "/shared/port", "String", "80");
    put(&moto, "/shared/port", "String", "443");
    let proxy = FaultProxy::before(moto.port());
    let store = |path: &str| parameters_at(&proxy.address()).path(path);
    for path in ["/checkout/prod/", "/checkout/prod"] {
        let before = proxy.requests();
        let cfg = loader().source(store(path)).load().unwrap();
        assert_eq!(cfg.db_password.expose_secret(), "v-db_password");
        assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "v-API_KEY");
        assert_eq!((cfg.name.as_deref(), cfg.port), (Some("v-app-name"), None));
        assert_eq!(proxy.requests() - before, 2, "ten parameters are one page");
        let entry = &cfg.audit().name;
        let provider = entry.provider.as_deref();
        assert_eq!((entry.source, provider), (Source::Aws, Some("AwsParameterStore")));
        assert_eq!(place!(cfg, name), "/checkout/prod/app-name (version 1)");
    }
    for (reference, port, place) in [
        ("/shared/port", 443, "/shared/port (version 2)"),
        ("/shared/port@1", 80, "/shared/port (version 1)"),
        ("/shared/port:1", 80, "/shared/port:1 (version 1)"),
    ] {
        let store = store("/checkout/prod/").map("APP_PORT", reference);
        let cfg = loader().source(store).load().unwrap();
        assert_eq!((cfg.port, &*place!(cfg, port)), (Some(port), place));
    }
    let error = loader().source(store("checkout/prod")).load().unwrap_err().to_string();
    assert!(error.contains("a path of parameters begins with `/`"), "{error}");
}

#[test]
fn a_label_is_a_version_and_an_arn_is_a_name() {
    let moto = Moto::start();
    put(&moto, "/key", "SecureString", "old");
    let label = json!({ "Name": "/key", "ParameterVersion": 1, "Labels": ["good"] });
    moto.call("AmazonSSM.LabelParameterVersion", &label);
    put(&moto, "/key", "SecureString", "new");
    let answer = moto.call("AmazonSSM.GetParameters", &json!({ "Names": ["/key"] }));
    let arn = answer["Parameters"][0]["ARN"].as_str().unwrap();
    for (reference, value) in [("/key@good", "old"), ("/key:good", "old"), (arn, "new")] {
        let store = parameters_at(&moto.address()).map("APP_DB_PASSWORD", reference);
        let cfg = loader().source(store).load().unwrap();
        assert_eq!(cfg.db_password.expose_secret(), value, "{reference}");
    }
    let store = parameters_at(&moto.address()).map("APP_DB_PASSWORD", "/key@good");
    let store = store.map("APP_API_KEY", "/key").map("APP_NAME", "/key@1");
    let cfg = loader().source(store.map("APP_HOSTS", "/key:2")).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "old");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "new");
    assert_eq!(
        (cfg.name.as_deref(), cfg.hosts.as_deref()),
        (Some("old"), Some(&["new".to_owned()][..]))
    );
    assert_eq!(place!(cfg, db_password), "/key (version 1, good)");
}

#[test]
fn ten_parameters_are_one_request_and_eleven_are_two() {
    let fake = HttpFake::start(|request| {
        let names = request.json()["Names"].as_array().cloned().unwrap_or_default();
        let found: Vec<_> = names
            .iter()
            .map(|name| json!({ "Name": name, "Type": "String", "Value": "1", "Version": 1 }))
            .collect();
        FakeAnswer::new(200, json!({ "Parameters": found, "InvalidParameters": [] }))
    });
    for (count, calls) in [(10, vec![10]), (11, vec![10, 1])] {
        let store = (0..count).fold(parameters_at(&fake.address()), |store, at| {
            store.document(format!("/documents/{at}").as_str())
        });
        let before = fake.requests().len();
        // They are no documents: all that counts here is how they are asked for.
        loader().source(store).load().unwrap_err();
        let requests = fake.requests();
        let asked = requests[before..].iter();
        let asked: Vec<usize> =
            asked.map(|request| request.json()["Names"].as_array().unwrap().len()).collect();
        assert_eq!(asked, calls);
    }
}

#[test]
fn a_list_of_texts_has_the_separator_of_its_field() {
    let moto = Moto::start();
    put(&moto, "/app/db_password", "SecureString", "p,q");
    put(&moto, "/app/hosts", "StringList", "a,b,c");
    put(&moto, "/app/name", "StringList", "a,b");
    let cfg = loader().source(parameters_at(&moto.address()).path("/app")).load().unwrap();
    assert_eq!(cfg.hosts.as_deref(), Some(&["a", "b", "c"].map(str::to_owned)[..]));
    assert_eq!((cfg.name.as_deref(), cfg.db_password.expose_secret()), (Some("a,b"), "p,q"));
    put(&moto, "/app/hosts", "String", "a;b");
    let store = parameters_at(&moto.address()).path("/app").map("APP_HOSTS", "/app/hosts");
    let cfg = loader().source(store).load().unwrap();
    assert_eq!(cfg.hosts.as_deref(), Some(&["a", "b"].map(str::to_owned)[..]));
}

#[test]
fn what_is_not_there_is_a_failure_of_its_key() {
    let moto = Moto::start();
    put(&moto, "/key", "SecureString", CANARY);
    let store = || parameters_at(&moto.address()).map("APP_DB_PASSWORD", "/key");
    for reference in ["/none", "/key@7", "/key@nolabel", "/none#member"] {
        let loaded = loader().source(store().map("APP_NAME", reference)).load();
        let problem = problems::only(&loaded);
        assert_eq!((problem.kind(), problem.key()), (ProblemKind::Provider, Some("APP_NAME")));
        assert!(problem.to_string().contains("it does not exist"), "{reference}: {problem}");
        assert!(!said(loaded.as_ref().unwrap_err()).contains(CANARY));
    }
}

#[test]
fn one_parameter_that_may_not_be_read_leaves_the_others() {
    let denied = |code: &str| {
        FakeAnswer::new(400, json!({ "__type": code, "message": format!("no {CANARY}") }))
    };
    for (code, said_of_it) in [
        ("AccessDeniedException", "access is denied (HTTP 400, AccessDeniedException)"),
        ("InvalidKeyId", "the key of KMS that it is encrypted with cannot be used"),
        ("ValidationException", "the service does not take its name"),
    ] {
        let fake = HttpFake::start(move |request| {
            let names = request.json()["Names"].clone();
            let names = names.as_array().unwrap();
            if names.iter().any(|name| name == "/secret") {
                return denied(code);
            }
            let found: Vec<_> = names
                .iter()
                .map(|name| json!({ "Name": name, "Type": "String", "Value": "1", "Version": 1 }))
                .collect();
            FakeAnswer::new(200, json!({ "Parameters": found }))
        });
        let store = parameters_at(&fake.address());
        let store = store.map("APP_DB_PASSWORD", "/a").map("APP_PORT", "/b");
        let loaded = loader().source(store.map("APP_NAME", "/secret")).load();
        let problem = problems::only(&loaded);
        assert_eq!(problem.key(), Some("APP_NAME"));
        assert!(problem.to_string().contains(said_of_it), "{problem}");
        assert!(!said(loaded.as_ref().unwrap_err()).contains(CANARY));
        assert_eq!(fake.requests().len(), 4, "all three, then each of them");
    }
}

#[test]
fn what_changes_between_two_pages_is_there_once_and_the_newer() {
    let fake = HttpFake::start(|request| {
        let parameter = |name: &str, value: &str, version: u8| json!({ "Name": name, "Type": "String", "Value": value, "Version": version });
        FakeAnswer::new(
            200,
            match request.json()["NextToken"].as_str() {
                None => {
                    json!({ "Parameters": [parameter("/app/name", "old", 1)], "NextToken": "2" })
                }
                Some("2") => json!({ "Parameters": [], "NextToken": "3" }),
                Some(_) => json!({ "Parameters": [
                    parameter("/app/db_password", "p", 1), parameter("/app/name", "new", 2),
                ] }),
            },
        )
    });
    let cfg = loader().source(parameters_at(&fake.address()).path("/app/")).load().unwrap();
    assert_eq!((cfg.name.as_deref(), &*place!(cfg, name)), (Some("new"), "/app/name (version 2)"));
    assert!(cfg.audit().name.shadowed.is_empty());
    assert_eq!(fake.requests().len(), 3);
}

#[test]
fn a_client_of_the_program_is_used_without_its_retries() {
    let moto = Moto::start();
    put(&moto, "/app", "SecureString", r#"{"db_password": "1"}"#);
    let proxy = FaultProxy::before(moto.port());
    let client = aws_sdk_ssm::Client::new(&config(&proxy.address()));
    let store = AwsParameterStore::from_client(client).document("/app");
    let loader = loader().source(store.timeout(Duration::from_secs(20)));
    assert_eq!(loader.load().unwrap().db_password.expose_secret(), "1");
    assert_eq!(proxy.requests(), 1);
}
