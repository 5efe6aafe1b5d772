//! Credentials: where the SDK looks for them, in which order, and what is said where there are none.

use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use envaudit_tests::Files;
use envaudit_tests::http_fake::{FakeAnswer, FakeRequest, HttpFake};
use envaudit_tests::ministack::Ministack;
use serde_json::json;

use super::CANARY;

const PROGRAM: &str = env!("CARGO_BIN_EXE_envaudit_command");

/// A service that lets anybody in.
fn service() -> HttpFake {
    HttpFake::start(|_| {
        let document = json!({ "API_KEY": CANARY }).to_string();
        FakeAnswer::new(200, json!({ "Name": "app", "SecretString": document, "VersionId": "v1" }))
    })
}

/// The command on a machine on which nothing is configured but the region.
fn audit(home: &Files, service: &HttpFake, options: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home.path());
    command.env("AWS_REGION", "eu-west-1").env("AWS_EC2_METADATA_DISABLED", "true");
    command.args(["audit", "--dir"]).arg(home.folder("empty"));
    command.args(["--source", &format!("aws-sm://app?endpoint={}{options}", service.address())]);
    command
}

fn run(command: &mut Command) -> (i32, String) {
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(!said.contains(CANARY), "{said}");
    (status.code().unwrap_or(-1), said)
}

/// The key with which the service was asked: for the names of the variables, then for their values.
#[track_caller]
fn key_of(service: &HttpFake, command: &mut Command) -> String {
    let before = service.requests().len();
    let (code, said) = run(command);
    assert_eq!(code, 0, "{said}");
    let requests = service.requests();
    let keys: Vec<&str> = requests[before..].iter().map(FakeRequest::access_key).collect();
    assert!(keys.len() == 2 && keys[0] == keys[1], "{keys:?}");
    keys[0].to_owned()
}

/// What a container, an instance or a process answers.
fn credentials(key: &str, until: DateTime<Utc>) -> String {
    json!({ "Version": 1, "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key,
        "SecretAccessKey": CANARY, "SessionToken": CANARY, "Token": CANARY,
        "Expiration": until.format("%Y-%m-%dT%H:%M:%SZ").to_string() })
    .to_string()
}

fn in_an_hour() -> DateTime<Utc> {
    Utc::now() + TimeDelta::hours(1)
}

#[test]
fn the_environment_comes_before_a_profile_unless_one_is_named() {
    let (home, service) = (Files::new(), service());
    let file = format!(
        "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = {CANARY}\n\
         [other]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = {CANARY}\n"
    );
    home.write(".aws/credentials", file);
    assert_eq!(key_of(&service, &mut audit(&home, &service, "")), "AKIDDEFAULT");
    assert_eq!(key_of(&service, &mut audit(&home, &service, "&profile=other")), "AKIDOTHER");
    assert_eq!(
        key_of(&service, audit(&home, &service, "").env("AWS_PROFILE", "other")),
        "AKIDOTHER"
    );
    let mut command = audit(&home, &service, "");
    command.env("AWS_ACCESS_KEY_ID", "AKIDENV").env("AWS_SECRET_ACCESS_KEY", CANARY);
    assert_eq!(key_of(&service, &mut command), "AKIDENV");
    let mut command = audit(&home, &service, "&profile=other");
    command.env("AWS_ACCESS_KEY_ID", "AKIDENV").env("AWS_SECRET_ACCESS_KEY", CANARY);
    assert_eq!(key_of(&service, &mut command), "AKIDOTHER");
}

#[test]
fn a_profile_may_have_a_region_a_program_or_a_single_sign_on() {
    let (home, service) = (Files::new(), service());
    let answer = home.write("answer.json", credentials("AKIDPROGRAM", in_an_hour()));
    let until = in_an_hour().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    home.write(
        ".aws/config",
        format!(
            "[profile program]\nregion = eu-west-3\ncredential_process = /bin/cat {}\n\
             [profile single]\nregion = eu-west-1\nsso_start_url = https://sso.example/start\nsso_region = eu-west-1\n\
             sso_account_id = 123456789012\nsso_role_name = reader\n",
            answer.display()
        ),
    );
    let mut command = audit(&home, &service, "&profile=program");
    assert_eq!(key_of(&service, command.env_remove("AWS_REGION")), "AKIDPROGRAM");
    let signature = service.requests()[0].header("authorization").unwrap().to_owned();
    assert!(signature.contains("/eu-west-3/secretsmanager/"), "{signature}");

    // The file that `aws sso login` leaves, by the SHA-1 of the address.
    let login = json!({ "accessToken": format!("{CANARY}-of-sso"), "expiresAt": until });
    home.write(".aws/sso/cache/98df91031e87f97bfc088c045be6442dc5d70b2a.json", login.to_string());
    let portal = HttpFake::start(|request: &FakeRequest| {
        let is_known = request.header("x-amz-sso_bearer_token") == Some("canary-4f9a-of-sso");
        match is_known && request.path.starts_with("/federation/credentials?") {
            true => {
                let role = json!({ "accessKeyId": "AKIDSSO", "secretAccessKey": CANARY,
                    "sessionToken": CANARY, "expiration": in_an_hour().timestamp_millis() });
                FakeAnswer::new(200, json!({ "roleCredentials": role }))
            }
            false => FakeAnswer::new(401, CANARY),
        }
    });
    let mut command = audit(&home, &service, "&profile=single");
    command.env("AWS_ENDPOINT_URL_SSO", portal.address());
    assert_eq!(key_of(&service, &mut command), "AKIDSSO");

    // One that has ended says what to do.
    let ended = json!({ "accessToken": CANARY, "expiresAt": "2020-01-01T00:00:00Z" });
    home.write(".aws/sso/cache/98df91031e87f97bfc088c045be6442dc5d70b2a.json", ended.to_string());
    let mut command = audit(&home, &service, "&profile=single");
    let (code, said) = run(command.env("AWS_ENDPOINT_URL_SSO", portal.address()));
    assert!(code == 3 && said.contains("run `aws sso login`"), "{code}: {said}");
}

#[test]
fn a_container_has_them_from_its_agent_with_the_token_of_its_file() {
    let (home, service) = (Files::new(), service());
    let agent = HttpFake::start(|request| match request.header("authorization") {
        Some("canary-4f9a-of-the-pod") => {
            FakeAnswer::new(200, credentials("AKIDPOD", in_an_hour()))
        }
        _ => FakeAnswer::new(401, CANARY),
    });
    let token = home.write("token", "canary-4f9a-of-the-pod");
    let mut command = audit(&home, &service, "");
    command
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}/v1/credentials", agent.address()));
    command.env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token);
    assert_eq!(key_of(&service, &mut command), "AKIDPOD");
    home.write("token", "canary-4f9a-of-another");
    let (code, said) = run(&mut command);
    assert!(code == 3 && said.contains("does not give them"), "{code}: {said}");
}

#[test]
fn an_instance_has_them_from_its_metadata() {
    let (home, service) = (Files::new(), service());
    let ministack = Ministack::start();
    let mut command = audit(&home, &service, "");
    command.env_remove("AWS_EC2_METADATA_DISABLED");
    command.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", ministack.address());
    let key = key_of(&service, &mut command);
    assert!(key.starts_with("ASIA"), "{key}");
}

#[test]
fn a_pod_has_them_for_the_token_of_its_web_identity() {
    let (home, service) = (Files::new(), service());
    let ministack = Ministack::start();
    let token = home.write("token", "canary-4f9a.of.the-pod");
    let mut command = audit(&home, &service, "");
    command.env("AWS_ENDPOINT_URL_STS", ministack.address());
    command.env("AWS_ROLE_ARN", "arn:aws:iam::000000000000:role/reader");
    command.env("AWS_WEB_IDENTITY_TOKEN_FILE", token);
    let key = key_of(&service, &mut command);
    assert!(key.starts_with("ASIA"), "{key}");

    let refuses = HttpFake::start(|_| {
        let body = format!(
            "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>{CANARY}</Message></Error></ErrorResponse>"
        );
        FakeAnswer::new(400, body).header("content-type", "text/xml")
    });
    let (code, said) = run(command.env("AWS_ENDPOINT_URL_STS", refuses.address()));
    assert!(code == 3 && said.contains("does not give them"), "{code}: {said}");
}

#[test]
fn credentials_that_have_ended_early_are_looked_for_once_more() {
    let home = Files::new();
    let service = HttpFake::start(|request| match request.access_key() {
        "AKID2" => {
            let document = json!({ "API_KEY": CANARY }).to_string();
            FakeAnswer::new(
                200,
                json!({ "Name": "app", "SecretString": document, "VersionId": "v1" }),
            )
        }
        _ => FakeAnswer::new(400, json!({ "__type": "ExpiredTokenException", "message": CANARY })),
    });
    let given = AtomicUsize::new(0);
    let agent = HttpFake::start(move |_| {
        let key = format!("AKID{}", given.fetch_add(1, Ordering::SeqCst) + 1);
        FakeAnswer::new(200, credentials(&key, in_an_hour()))
    });
    let agent_at = format!("{}/credentials", agent.address());
    let mut command = audit(&home, &service, "");
    let (code, said) = run(command.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &agent_at));
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        (agent.requests().len(), service.requests().len()),
        (2, 3),
        "the list, and the load"
    );

    // And no more than once: the list of names fails, and so does the load.
    let (code, said) = run(&mut command);
    assert!(code == 3 && said.contains("ExpiredTokenException"), "{code}: {said}");
    assert_eq!((agent.requests().len(), service.requests().len()), (5, 7), "{said}");
}

#[test]
fn credentials_that_do_not_come_end_a_load_in_time() {
    // An instance that is too many hops away is sent the request, and its answer never arrives.
    let (home, service) = (Files::new(), service());
    let silent = HttpFake::start(|_| FakeAnswer::never());
    let mut of_instance = audit(&home, &service, "&timeout=3s");
    of_instance.env_remove("AWS_EC2_METADATA_DISABLED");
    of_instance.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", silent.address());
    let mut of_container = audit(&home, &service, "&timeout=3s");
    let address = format!("{}/credentials", silent.address());
    of_container.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", address);
    for (command, reason) in [
        (&mut of_instance, "no credentials were found"),
        (&mut of_container, "the credentials did not come in time"),
    ] {
        let began = Instant::now();
        let (code, said) = run(command);
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        assert_eq!(code, 3, "{said}");
        assert!(said.contains(reason), "{said}");
    }
    assert!(service.requests().is_empty());
}

#[test]
fn without_credentials_nothing_is_asked_and_the_error_says_where_they_may_be() {
    let (home, service) = (Files::new(), service());
    let (code, said) = run(&mut audit(&home, &service, ""));
    assert!(code == 3 && said.contains("no credentials were found"), "{code}: {said}");
    let (code, said) = run(&mut audit(&home, &service, "&profile=none"));
    assert_eq!(code, 3, "{said}");
    assert!(service.requests().is_empty());
}

#[test]
fn neither_what_is_asked_for_nor_the_credentials_go_through_a_proxy() {
    let (home, service) = (Files::new(), service());
    let agent = HttpFake::start(|_| FakeAnswer::new(200, credentials("AKIDPOD", in_an_hour())));
    let proxy = HttpFake::start(|_| FakeAnswer::new(502, CANARY));
    let mut command = audit(&home, &service, "");
    let address = format!("{}/credentials", agent.address());
    command.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", address);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, proxy.address());
    }
    assert_eq!(key_of(&service, &mut command), "AKIDPOD");
    assert!(proxy.requests().is_empty());
}
