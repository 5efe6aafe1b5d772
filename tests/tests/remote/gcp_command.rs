//! Secret Manager by URL, for programs and for the command, with the credentials that the SDK finds.

use std::path::PathBuf;
use std::process::{Command, Output};

use envaudit::{ProblemKind, Source};
use envaudit_tests::bao::free_port;
use envaudit_tests::cli_fixture::CliFixture;
use envaudit_tests::fault_proxy::{Fault, FaultProxy};
use envaudit_tests::gcp_fake::GcpFake;
use envaudit_tests::problems;
use serde_json::{Value, json};

use crate::gcp::{loader, secrets};

const PROGRAM: &str = env!("CARGO_BIN_EXE_envaudit_command");

const DOCUMENT: &str = r#"{"PORT": 443, "REGION": "eu", "API_KEY": "canary-of-a-value"}"#;

fn started() -> GcpFake {
    let fake = GcpFake::start();
    fake.put("checkout-prod", DOCUMENT);
    fake
}

/// A file of credentials whose token is to be had by this server.
fn user(fixture: &CliFixture, fake: &GcpFake, refresh_token: &str) -> PathBuf {
    let file = json!({"type": "authorized_user", "client_id": "id", "client_secret": "canary-of-a-client",
        "refresh_token": refresh_token, "token_uri": format!("{}/token", fake.address())});
    fixture.files.write("credentials.json", file.to_string())
}

fn run(mut command: Command) -> (i32, String) {
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    for part in ["canary", "ya29."] {
        assert!(!said.contains(part), "{said}");
    }
    (status.code().unwrap_or(-1), said)
}

#[test]
fn the_command_reads_a_document_and_explains_where_a_value_is_from() {
    let fake = started();
    let fixture = CliFixture::without_ledger("PORT=80\n");
    let file = user(&fixture, &fake, "canary-refresh-token");
    let url = format!("gcp-sm://p/checkout-prod?endpoint={}", fake.address());
    let command = |args: &[&str]| {
        let mut command = fixture.process(PROGRAM, args);
        command.args(["--source", &url]).env("GOOGLE_APPLICATION_CREDENTIALS", &file);
        command
    };
    let (code, said) = run(command(&["audit", "--json"]));
    assert_eq!(code, 0, "{said}");
    let audit: Value = serde_json::from_str(&said).expect("JSON");
    let location = &audit["API_KEY"]["location"];
    assert_eq!(audit["API_KEY"]["provider"], "GcpSecretManager", "{said}");
    assert!(location.to_string().contains("checkout-prod"), "{location}");
    assert!(
        audit["API_KEY"].get("value").is_none_or(|value| value != "canary-of-a-value"),
        "{said}"
    );
    let requests = fake.requests();
    assert_eq!(requests.len(), 2, "a token and a document: {requests:?}");

    let (code, said) = run(command(&["explain", "API_KEY"]));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("checkout-prod#API_KEY (version 1)"), "{said}");

    fake.forget_requests();
    let (code, said) = run(command(&["audit", "--ci"]));
    assert!(code == 0 && !said.contains("checkout-prod"), "{code}: {said}");
    let (_, said) = run(command(&["explain", "API_KEY", "--ci"]));
    assert!(said.contains("not asked"), "{said}");
    assert_eq!(fake.requests(), [""; 0], "nothing is asked with --ci");
}

#[test]
fn credentials_are_those_of_a_file_of_a_federation_or_of_the_metadata_server() {
    let fake = started();
    let fixture = CliFixture::without_ledger("");
    let url = format!("gcp-sm://p/checkout-prod?endpoint={}", fake.address());
    let command = || {
        let mut command = fixture.process(PROGRAM, &["audit"]);
        command.env("ENVAUDIT_SOURCES", &url);
        command
    };
    // Nobody is there but the metadata server.
    let mut metadata = command();
    metadata.env("GCE_METADATA_HOST", format!("127.0.0.1:{}", fake.port()));
    assert_eq!(run(metadata).0, 0);
    let paths = fake.requests();
    assert!(paths[0].contains("/instance/service-accounts/default/token"), "{paths:?}");

    // The file of gcloud in the home folder wins over it.
    let home = fixture.files.folder("home/.config/gcloud");
    let file = user(&fixture, &fake, "canary-refresh-token");
    std::fs::copy(&file, home.join("application_default_credentials.json")).unwrap();
    fake.forget_requests();
    let mut gcloud = command();
    gcloud.env("HOME", fixture.files.folder("home"));
    gcloud.env("GCE_METADATA_HOST", format!("127.0.0.1:{}", free_port()));
    assert_eq!(run(gcloud).0, 0);
    assert!(fake.requests()[0].starts_with("POST /token"), "{:?}", fake.requests());

    // Workload identity federation: the token of a pod, say, for one of Google.
    let subject = fixture.files.write("subject", "canary-subject-token");
    let federation = json!({"type": "external_account", "audience": "//iam.googleapis.com/projects/1/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": format!("{}/sts", fake.address()),
        "credential_source": {"file": subject}});
    let file = fixture.files.write("federation.json", federation.to_string());
    fake.forget_requests();
    let mut federated = command();
    federated
        .env("GOOGLE_APPLICATION_CREDENTIALS", &file)
        .env("HOME", fixture.files.folder("home"));
    let (code, said) = run(federated);
    assert_eq!(code, 0, "{said}");
    assert!(fake.requests()[0].starts_with("POST /sts"), "{:?}", fake.requests());
}

#[test]
fn credentials_that_cannot_be_used_are_an_error_that_shows_nothing_of_them() {
    let fake = started();
    let fixture = CliFixture::without_ledger("");
    let url = format!("gcp-sm://p/checkout-prod?endpoint={}&timeout=3s", fake.address());
    let with = |file: &std::path::Path| {
        let mut command = fixture.process(PROGRAM, &["audit"]);
        command.args(["--source", &url]).env("GOOGLE_APPLICATION_CREDENTIALS", file);
        run(command)
    };
    let key = json!({"type": "service_account", "client_email": "a@b", "private_key_id": "1",
        "private_key": "-----BEGIN PRIVATE KEY-----\ncanary-of-a-key\n-----END PRIVATE KEY-----\n", "project_id": "p"});
    for (text, said) in [
        (r#"{"type": "canary-of-a-type"}"#.to_owned(), "is of a type that is not supported"),
        ("canary-of-no-json".to_owned(), "its file of credentials cannot be used"),
        (
            r#"{"canary": "canary-of-a-member"}"#.to_owned(),
            "its file of credentials cannot be used",
        ),
        (key.to_string(), "there is no access token"),
    ] {
        let file = fixture.files.write("bad.json", text);
        let (code, output) = with(&file);
        assert!(code == 3 && output.contains(said), "{code}: {output}");
    }
    let (code, said) = with(&fixture.files.path().join("none.json"));
    assert!(code == 3 && said.contains("its file of credentials cannot be read"), "{code}: {said}");
    let (code, said) = with(&user(&fixture, &fake, "canary-of-another"));
    assert!(code == 3 && said.contains("there is no access token"), "{code}: {said}");

    // Nobody is there, and nobody knows who asks.
    let mut nobody = fixture.process(PROGRAM, &["audit"]);
    nobody.args(["--source", &url]).env("GCE_METADATA_HOST", format!("127.0.0.1:{}", free_port()));
    let (code, said) = run(nobody);
    assert!(code == 3 && said.contains("gcloud auth application-default login"), "{code}: {said}");
}

#[test]
fn a_proxy_for_what_is_not_encrypted_gets_no_token() {
    let fake = started();
    let proxy = FaultProxy::before(fake.port());
    let fixture = CliFixture::without_ledger("");
    let file = user(&fixture, &fake, "canary-refresh-token");
    let url = format!("gcp-sm://p/checkout-prod?endpoint={}", fake.address());
    let mut command = fixture.process(PROGRAM, &["audit"]);
    command.args(["--source", &url]).env("GOOGLE_APPLICATION_CREDENTIALS", &file);
    command.env("HTTP_PROXY", proxy.address());
    let (code, said) = run(command);
    assert!(code == 3 && said.contains("name the host in NO_PROXY"), "{code}: {said}");
    assert_eq!(proxy.requests(), 0);
}

#[test]
fn a_proxy_is_not_asked_for_the_token_of_a_machine() {
    let fake = started();
    let proxy = FaultProxy::before(fake.port());
    let fixture = CliFixture::without_ledger("");
    let url = "gcp-sm://p/checkout-prod?timeout=3s";
    let proxied = || {
        let mut command = fixture.process(PROGRAM, &["audit", "--source", url]);
        command.env("HTTP_PROXY", proxy.address()).env("HTTPS_PROXY", "http://127.0.0.1:1");
        command
    };
    let (code, said) = run(proxied());
    assert!(code == 3 && said.contains("metadata.google.internal in NO_PROXY"), "{code}: {said}");
    assert_eq!(proxy.requests(), 0);
    // Past the proxy it may be asked; the secrets themselves go through the proxy, by TLS.
    let mut past = proxied();
    past.env("GCE_METADATA_HOST", format!("127.0.0.1:{}", fake.port()));
    past.env("NO_PROXY", "127.0.0.0/8");
    let (code, said) = run(past);
    assert!(code == 3 && said.contains("it is unavailable (connection refused)"), "{code}: {said}");
    assert_eq!(proxy.requests(), 0);
    assert_eq!(counted(&fake), (1, 0));
}

/// How many tokens and how many secrets were asked for.
fn counted(fake: &GcpFake) -> (usize, usize) {
    let requests = fake.requests();
    let count = |part: &str| requests.iter().filter(|line| line.contains(part)).count();
    (count("/default/token"), count("/secrets"))
}

#[test]
fn a_token_that_is_refused_is_replaced_once() {
    let fake = started();
    let fixture = CliFixture::without_ledger("");
    let url = format!("gcp-sm://p/checkout-prod?endpoint={}", fake.address());
    let audit = || {
        let mut command = fixture.process(PROGRAM, &["audit", "--source", &url]);
        command.env("GCE_METADATA_HOST", format!("127.0.0.1:{}", fake.port()));
        run(command)
    };
    fake.refuse_tokens(1);
    let (code, said) = audit();
    assert_eq!(code, 0, "{said}");
    assert_eq!(counted(&fake), (2, 2), "{:?}", fake.requests());
    fake.forget_requests();
    fake.refuse_tokens(100);
    let (code, said) = audit();
    let reason = "the credentials are missing, wrong or expired (HTTP 401, ACCESS_TOKEN_EXPIRED)";
    assert!(code == 3 && said.contains(reason), "{code}: {said}");
    assert_eq!(counted(&fake), (2, 2), "{:?}", fake.requests());
}

#[test]
fn an_outage_of_what_gives_tokens_out_costs_the_same_for_documents_and_lists() {
    let fixture = CliFixture::without_ledger("");
    for path in ["/checkout-prod", ""] {
        let fake = started();
        let file = user(&fixture, &fake, "canary-refresh-token");
        for _ in 0..400 {
            fake.answer_next(503, json!("canary-of-an-outage"));
        }
        let url = format!("gcp-sm://p{path}?endpoint={}&timeout=60s", fake.address());
        let mut command = fixture.process(PROGRAM, &["audit", "--source", &url]);
        command.env("GOOGLE_APPLICATION_CREDENTIALS", &file);
        let (code, said) = run(command);
        assert!(code == 3 && said.contains("there is no access token"), "{code}: {said}");
        let requests = fake.requests();
        assert!(requests.iter().all(|line| line == "POST /token"), "{requests:?}");
        assert!(requests.len() <= 6, "{path}: {} requests", requests.len());
    }
}

#[test]
fn a_metadata_server_that_does_not_answer_ends_in_time() {
    let fake = started();
    let proxy = FaultProxy::before(fake.port());
    let fixture = CliFixture::without_ledger("");
    let url = format!("gcp-sm://p/checkout-prod?endpoint={}&timeout=1s", fake.address());
    for fault in [Fault::BlackHole, Fault::AnswerSwallowed, Fault::Slow, Fault::Status(404, 99)] {
        proxy.set(fault);
        let mut command = fixture.process(PROGRAM, &["audit", "--source", &url]);
        command.env("GCE_METADATA_HOST", proxy.address().trim_start_matches("http://"));
        let (code, said) = run(command);
        assert!(
            code == 3 && said.contains("there is no access token"),
            "{fault:?}: {code}: {said}"
        );
    }
    assert_eq!(counted(&fake).1, 0, "without a token no secret is asked for");
}

#[test]
fn the_way_to_the_service_is_tls_whose_certificate_is_looked_at() {
    let fake = GcpFake::start_tls();
    fake.put("checkout-prod", DOCUMENT);
    let fixture = CliFixture::without_ledger("");
    let authority = fixture.files.write("authority.pem", fake.authority());
    let file = user(&fixture, &fake, "canary-refresh-token");
    let url = format!("gcp-sm://p/checkout-prod?endpoint={}&timeout=5s", fake.address());
    let audit = || {
        let mut command = fixture.process(PROGRAM, &["audit", "--source", &url]);
        command.env("GOOGLE_APPLICATION_CREDENTIALS", &file);
        command
    };
    let mut trusting = audit();
    trusting.env("SSL_CERT_FILE", authority);
    let (code, said) = run(trusting);
    assert!(code == 0 && said.contains("checkout-prod#API_KEY"), "{code}: {said}");
    assert_eq!(fake.requests().len(), 2);

    // Of an authority that this machine does not know: of what gives tokens out, and of the service itself.
    fake.forget_requests();
    let (code, said) = run(audit());
    assert!(code == 3 && said.contains("its certificate is not accepted"), "{code}: {said}");
    let error = loader().source(secrets(&fake.address()).document("checkout-prod")).load();
    let error = error.unwrap_err().to_string();
    assert!(error.contains("its certificate is not accepted"), "{error}");
    assert_eq!(fake.requests(), [""; 0]);
}

#[test]
fn an_operator_needs_no_code() {
    let fake = GcpFake::start();
    fake.put("projects/p/locations/europe-west3/secrets/app-PORT", "443");
    fake.put("projects/shared/secrets/keys", r#"{"live": "canary-of-a-value"}"#);
    let fixture = CliFixture::without_ledger("");
    let file = user(&fixture, &fake, "canary-refresh-token");
    let url = format!(
        "gcp-sm://p?endpoint={}&region=europe-west3&prefix=app-&dates&timeout=5s&cache=5m\
         &map.API_KEY=projects/shared/secrets/keys%23live@1",
        fake.address()
    );
    let mut command = fixture.process(PROGRAM, &["audit", "--json"]);
    command.env("ENVAUDIT_SOURCES", &url).env("GOOGLE_APPLICATION_CREDENTIALS", &file);
    let (code, said) = run(command);
    assert_eq!(code, 0, "{said}");
    let audit: Value = serde_json::from_str(&said).expect("JSON");
    for (key, secret) in [("API_KEY", "projects/shared/secrets/keys"), ("PORT", "app-PORT")] {
        let location = audit[key]["location"].to_string();
        assert!(location.contains(secret) && location.contains("2026-01-02"), "{location}");
    }

    // A project of old may have a domain in its name.
    fake.put("projects/example.com:p/secrets/checkout-prod", DOCUMENT);
    let url = format!("gcp-sm://example.com:p/checkout-prod?endpoint={}", fake.address());
    let mut command = fixture.process(PROGRAM, &["audit", "--source", &url]);
    command.env("GOOGLE_APPLICATION_CREDENTIALS", &file);
    let (code, said) = run(command);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn urls_have_options_and_no_credentials() {
    for (url, said) in [
        ("gcp-sm://", "it has no project"),
        ("gcp-sm://me:canary@p", "has a user or a password in it"),
        ("gcp-sm://p?token=canary", "has the option `token`"),
        ("gcp-sm://p?credentials=canary", "has the option `credentials`"),
        ("gcp-sm://p?canary=1&zone=x", "which is not known"),
        ("gcp-sm://p?dates=perhaps", "its option `dates` is `true` or `false`"),
        ("gcp-sm://p?timeout=soon", "its option `timeout` is no duration"),
        ("gcp-sm://p?endpoint=http://secretmanager.example", "write https:"),
        ("gcp-sm://p/a.b", "it is not the name of a secret"),
    ] {
        let error = loader().source_url(url).load().unwrap_err();
        let said_of = problems::all_text(&error);
        assert!(said_of.contains(said), "{url}: {error}");
        assert!(!said_of.replace("`canary`", "").contains("canary"), "{said_of}");
    }
    // An optional store that is not there is a warning; in the meantime, no credentials are looked for.
    let url = "gcp-sm://p?prefix=app-&region=europe-west3&dates&optional&timeout=1s&cache=5m&endpoint=http://127.0.0.1:1";
    let loaded = loader().without(Source::Gcp).source_url(url).load();
    assert_eq!(problems::only(&loaded).kind(), ProblemKind::Missing);
}
