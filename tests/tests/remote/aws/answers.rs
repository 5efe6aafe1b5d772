//! What real servers cannot be made to answer: refusals, throttling, batches in part, bodies that are none. Nothing of it is shown.

use core::time::Duration;
use std::sync::atomic::{AtomicUsize, Ordering};

use envaudit::{ExposeSecret, OnFailure, ProblemKind, SecretRef};
use envaudit_tests::http_fake::{FakeAnswer, FakeRequest, HttpFake};
use envaudit_tests::problems;
use serde_json::{Value, json};

use super::{CANARY, loader, parameters_at, place, said, secrets_at};

/// An error in the words of the service, with a canary in all that is not the code.
fn refusal(status: u16, code: &str) -> FakeAnswer {
    let body = json!({ "__type": code, "message": CANARY, "Message": CANARY, CANARY: CANARY });
    FakeAnswer::new(status, body).header("x-amzn-requestid", CANARY)
}

fn secret(name: &str) -> Value {
    json!({ "Name": name, "ARN": format!("arn:aws:secretsmanager:eu-west-1:1:secret:{name}-AbCdEf"),
        "SecretString": format!("value of {name}"), "VersionId": "v1", "VersionStages": ["AWSCURRENT"] })
}

fn one(request: &FakeRequest) -> FakeAnswer {
    FakeAnswer::new(200, secret(request.json()["SecretId"].as_str().unwrap()))
}

fn operations(fake: &HttpFake) -> Vec<String> {
    fake.requests().iter().map(|request| request.operation().to_owned()).collect()
}

#[test]
fn a_batch_is_an_answer_for_each_of_its_secrets() {
    for (code, reason) in [
        (
            "ResourceNotFoundException",
            "the secret other: it does not exist (ResourceNotFoundException)",
        ),
        ("InvalidRequestException", "the secret other: it is marked for deletion"),
        ("AccessDeniedException", "the secret other: access is denied (AccessDeniedException)"),
        (
            "DecryptionFailure",
            "the secret other: the key of KMS that it is encrypted with cannot be used",
        ),
        (CANARY, "the secret other: its answer cannot be understood"),
    ] {
        let fake = HttpFake::start(move |request| match request.operation() {
            "BatchGetSecretValue" => {
                let failure = json!({ "SecretId": "other", "ErrorCode": code, "Message": CANARY });
                FakeAnswer::new(
                    200,
                    json!({ "SecretValues": [secret("key")], "Errors": [failure] }),
                )
            }
            operation => panic!("{operation} is not asked for"),
        });
        let store = || {
            let store = secrets_at(&fake.address()).map("APP_DB_PASSWORD", "key");
            store.map("APP_NAME", "other")
        };
        let loaded = loader().source(store()).load();
        let problem = problems::only(&loaded);
        assert_eq!((problem.kind(), problem.key()), (ProblemKind::Provider, Some("APP_NAME")));
        assert!(problem.to_string().contains(reason), "{problem}");
        assert!(!said(loaded.as_ref().unwrap_err()).contains(CANARY));
        let cfg = loader().source(store().optional()).load().unwrap();
        assert_eq!(cfg.db_password.expose_secret(), "value of key");
        assert_eq!(fake.requests().len(), 2, "each load is one request");
    }
}

#[test]
fn what_a_batch_could_not_read_now_is_asked_for_alone() {
    let fake = HttpFake::start(|request| match request.operation() {
        "BatchGetSecretValue" => {
            let failure = json!({ "SecretId": "other", "ErrorCode": "InternalServiceError" });
            FakeAnswer::new(200, json!({ "SecretValues": [secret("key")], "Errors": [failure] }))
        }
        _ => one(request),
    });
    let store = secrets_at(&fake.address()).map("APP_DB_PASSWORD", "key");
    let cfg = loader().source(store.map("APP_NAME", "other")).load().unwrap();
    assert_eq!(cfg.name.as_deref(), Some("value of other"));
    assert_eq!(operations(&fake), ["BatchGetSecretValue", "GetSecretValue"]);
}

#[test]
fn where_many_may_not_be_asked_for_at_once_each_is_asked_for_alone() {
    for code in ["AccessDeniedException", "InvalidParameterException"] {
        let fake = HttpFake::start(move |request| match request.operation() {
            "BatchGetSecretValue" => refusal(400, code),
            _ => one(request),
        });
        let store = secrets_at(&fake.address()).map("APP_DB_PASSWORD", "key");
        let loader = loader().source(store.map("APP_NAME", "other").map("APP_API_KEY", "key"));
        let cfg = loader.load().unwrap();
        assert_eq!(cfg.db_password.expose_secret(), "value of key");
        assert_eq!(cfg.name.as_deref(), Some("value of other"));
        assert_eq!(fake.requests().len(), 3, "the batch, and two secrets");
        loader.load().unwrap();
        // A right that is missing is remembered; names that are not taken may be others the next time.
        let asked = if code == "AccessDeniedException" { 5 } else { 6 };
        assert_eq!(fake.requests().len(), asked);
    }
}

#[test]
fn the_pages_of_a_batch_are_one_answer() {
    let fake = HttpFake::start(|request| {
        let asked = request.json();
        assert_eq!(asked["SecretIdList"], json!(["key", "other"]));
        FakeAnswer::new(
            200,
            match asked["NextToken"].as_str() {
                None => json!({ "SecretValues": [secret("other")], "NextToken": "2" }),
                Some(_) => json!({ "SecretValues": [secret("key")] }),
            },
        )
    });
    let store = secrets_at(&fake.address()).map("APP_DB_PASSWORD", "key");
    let cfg = loader().source(store.map("APP_NAME", "other")).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "value of key");
    assert_eq!(fake.requests().len(), 2);
}

#[test]
fn what_stays_is_asked_for_once_and_said_in_words_of_its_own() {
    for (status, code, reason) in [
        (
            400,
            "ResourceNotFoundException",
            "it does not exist (HTTP 400, ResourceNotFoundException)",
        ),
        (400, "InvalidRequestException", "it is marked for deletion (HTTP 400"),
        (400, "AccessDeniedException", "access is denied (HTTP 400, AccessDeniedException)"),
        (
            400,
            "DecryptionFailure",
            "the key of KMS that it is encrypted with cannot be used (HTTP 400",
        ),
        (
            400,
            "UnrecognizedClientException",
            "the credentials are missing, wrong or expired (HTTP 400",
        ),
        (400, "ExpiredTokenException", "the credentials are missing, wrong or expired (HTTP 400"),
        (
            403,
            "InvalidSignatureException",
            "the clock of this machine is more than five minutes off",
        ),
        (400, "InvalidParameterException", "it is not configured correctly (HTTP 400"),
        (400, CANARY, "it is not configured correctly (HTTP 400)"),
        (401, "", "the credentials are missing, wrong or expired (HTTP 401)"),
        (403, "", "access is denied (HTTP 403)"),
        (404, CANARY, "it does not exist (HTTP 404)"),
        (413, "", "its answer is too large (HTTP 413)"),
    ] {
        let fake = HttpFake::start(move |_| refusal(status, code));
        // The names of the services' codes are the same.
        for of_parameters in [false, true] {
            let before = fake.requests().len();
            let loaded = match of_parameters {
                false => loader().source(secrets_at(&fake.address()).document("app")).load(),
                true => loader().source(parameters_at(&fake.address()).document("/app")).load(),
            };
            let error = loaded.unwrap_err();
            assert_eq!(error.problems()[0].kind(), ProblemKind::Provider);
            let said = said(&error);
            assert!(said.contains(reason), "{code}: {said}");
            assert!(!said.contains(CANARY), "{said}");
            assert_eq!(fake.requests().len() - before, 1, "{code}");
        }
    }
}

#[test]
fn what_may_pass_is_asked_for_again_whatever_its_status() {
    for (status, code) in [
        (400, "ThrottlingException"),
        (400, "RequestLimitExceeded"),
        (429, ""),
        (500, "InternalServiceError"),
        (503, CANARY),
        (502, ""),
    ] {
        let failures = AtomicUsize::new(0);
        let fake = HttpFake::start(move |request| {
            if failures.fetch_add(1, Ordering::SeqCst) < 2 {
                return refusal(status, code).header("retry-after", "0");
            }
            match request.operation() {
                "GetParametersByPath" => {
                    let parameter =
                        json!({ "Name": "/app/db_password", "Value": "1", "Version": 1 });
                    FakeAnswer::new(200, json!({ "Parameters": [parameter] }))
                }
                _ => one(request),
            }
        });
        let store = secrets_at(&fake.address()).map("APP_DB_PASSWORD", "key");
        loader().source(store).load().unwrap();
        assert_eq!(fake.requests().len(), 3, "{code}");
    }
}

#[test]
fn a_wait_that_the_store_asks_for_is_not_longer_than_the_deadline() {
    let fake = HttpFake::start(|_| refusal(400, "ThrottlingException").header("retry-after", "60"));
    let store = || secrets_at(&fake.address()).timeout(Duration::from_secs(5)).document("app");
    let error = loader().source(store()).load().unwrap_err();
    let reason =
        "it was asked too often; it may be asked again in 1m (HTTP 400, ThrottlingException)";
    assert!(error.to_string().contains(reason), "{error}");
    assert_eq!(fake.requests().len(), 1);

    let lenient = |store: envaudit::AwsSecretsManager| {
        let vars = loader().vars([("APP_DB_PASSWORD", "of the environment")]);
        vars.source(store.on_failure(OnFailure::OptionalWhenUnavailable)).load()
    };
    let cfg = lenient(store()).unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "of the environment");
    let denies = HttpFake::start(|_| refusal(400, "AccessDeniedException"));
    lenient(secrets_at(&denies.address()).document("app")).unwrap_err();
}

#[test]
fn a_body_that_is_none_is_malformed_and_not_shown() {
    let parameter = json!({ "Name": "/app", "Value": { CANARY: CANARY } });
    for body in [
        String::new(),
        format!("<html>{CANARY}</html>"),
        format!("\"{CANARY}\""),
        format!(r#"{{"SecretString": {{"{CANARY}": 1}}, "Parameters": "{CANARY}"}}"#),
        format!(r#"{{"SecretString": "{CANARY}""#),
        json!({ "Parameters": [parameter], "Name": CANARY, "VersionId": CANARY }).to_string(),
    ] {
        let of_fake = body.clone();
        let fake = HttpFake::start(move |_| FakeAnswer::new(200, &of_fake));
        let secret = loader().source(secrets_at(&fake.address()).document("app")).load();
        let parameter = loader().source(parameters_at(&fake.address()).document("/app")).load();
        for loaded in [secret, parameter] {
            let said = said(&loaded.unwrap_err());
            assert!(!said.contains(CANARY), "{body}: {said}");
            assert!(!said.contains("SecretString"), "{body}: {said}");
        }
    }
}

#[test]
fn an_answer_that_ends_in_the_middle_is_asked_for_again() {
    let failures = AtomicUsize::new(0);
    let fake = HttpFake::start(move |request| match failures.fetch_add(1, Ordering::SeqCst) {
        0 => one(request).cut(),
        _ => one(request),
    });
    let store = secrets_at(&fake.address()).map("APP_DB_PASSWORD", "key");
    loader().source(store).load().unwrap();
    assert_eq!(fake.requests().len(), 2);
}

#[test]
fn a_redirect_is_not_followed() {
    let other = HttpFake::start(one);
    for status in [301, 302, 307, 308] {
        let to = format!("{}/?{CANARY}", other.address());
        let fake =
            HttpFake::start(move |_| FakeAnswer::new(status, CANARY).header("location", &to));
        let error =
            loader().source(secrets_at(&fake.address()).document("app")).load().unwrap_err();
        let said = said(&error);
        assert!(said.contains("it answers with a redirect, which is not followed"), "{said}");
        assert!(!said.contains(CANARY), "{said}");
        assert_eq!((fake.requests().len(), other.requests().len()), (1, 0));
    }
}

#[test]
fn a_secret_that_is_too_large_is_a_failure_of_its_key() {
    let fake = HttpFake::start(|_| {
        let mut large = secret("key");
        large["SecretString"] = CANARY.repeat(100_000).into();
        FakeAnswer::new(200, large)
    });
    let loaded = loader().source(secrets_at(&fake.address()).map("APP_DB_PASSWORD", "key")).load();
    let problem = problems::only(&loaded).to_string();
    assert!(problem.contains("the secret key: its answer is too large"), "{problem}");
    assert!(!said(loaded.as_ref().unwrap_err()).contains(CANARY));
}

#[test]
fn names_are_listed_by_page_and_what_has_gone_since_is_absent() {
    let fake = HttpFake::start(|request| match (request.operation(), request.json()) {
        ("ListSecrets", asked) => {
            assert_eq!(asked["Filters"][0]["Values"], json!(["app/"]));
            FakeAnswer::new(
                200,
                match asked["NextToken"].as_str() {
                    None => {
                        json!({ "SecretList": [{ "Name": "app/db_password" }, { "Name": "app/name" }],
                        "NextToken": "2" })
                    }
                    // The service takes what is asked for as the beginning of any word.
                    Some(_) => {
                        json!({ "SecretList": [{ "Name": "app/name" }, { "Name": "other/app/port" },
                        { "Name": "app/api-key" }] })
                    }
                },
            )
        }
        ("BatchGetSecretValue", asked) => {
            assert_eq!(
                asked["SecretIdList"],
                json!(["app/api-key", "app/db_password", "app/name"])
            );
            let gone = |name, code| json!({ "SecretId": name, "ErrorCode": code });
            FakeAnswer::new(
                200,
                json!({ "SecretValues": [secret("app/db_password")],
                    "Errors": [gone("app/name", "ResourceNotFoundException"),
                        gone("app/api-key", "InvalidRequestException")] }),
            )
        }
        (operation, _) => panic!("{operation} is not asked for"),
    });
    let cfg = loader().source(secrets_at(&fake.address()).prefix("app/")).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "value of app/db_password");
    assert_eq!((cfg.name.as_deref(), cfg.api_key.is_none()), (None, true));
    assert!(cfg.audit().warnings().is_empty());
    assert_eq!(place!(cfg, db_password), "app/db_password (version v1, AWSCURRENT)");
    assert_eq!(fake.requests().len(), 3);

    let denies = HttpFake::start(|_| refusal(400, "AccessDeniedException"));
    let error = loader().source(secrets_at(&denies.address()).prefix("app/")).load().unwrap_err();
    assert!(error.to_string().contains("access is denied"), "{error}");
}

#[test]
fn a_name_is_taken_as_it_is_and_sent_as_it_is() {
    for name in ["a#b@c", "ü/+=.@-_", "with blanks", "\"quoted\\"] {
        let fake = HttpFake::start(one);
        let store = secrets_at(&fake.address()).map("APP_DB_PASSWORD", SecretRef::new(name));
        let cfg = loader().source(store).load().unwrap();
        assert_eq!(cfg.db_password.expose_secret(), format!("value of {name}"));
        assert_eq!(fake.requests()[0].json()["SecretId"], name);
    }
}

#[test]
fn only_what_is_wanted_is_asked_for() {
    let fake = HttpFake::start(one);
    let store = || secrets_at(&fake.address()).map("APP_OTHER", "other").map("APP_NAME", "name");
    let vars = loader().vars([("APP_DB_PASSWORD", "1")]);
    let cfg = vars.source(store()).load().unwrap();
    assert_eq!(cfg.name.as_deref(), Some("value of name"));
    let asked: Vec<Value> =
        fake.requests().iter().map(|it| it.json()["SecretId"].clone()).collect();
    assert_eq!(asked, ["name"]);
    let ci = loader().vars([("APP_DB_PASSWORD", "1")]).ci(true).source(store()).load().unwrap();
    assert_eq!((ci.name.as_deref(), fake.requests().len()), (None, 1));
}
