//! Both stores by URL, for programs and for the command.

use std::process::{Command, Output};

use envaudit::{ProblemKind, Source};
use envaudit_tests::cli_fixture::CliFixture;
use envaudit_tests::fault_proxy::{Fault, FaultProxy};
use envaudit_tests::moto::Moto;
use envaudit_tests::problems;
use serde_json::{Value, json};

use super::{CANARY, loader, said};

const PROGRAM: &str = env!("CARGO_BIN_EXE_envaudit_command");

fn started() -> Moto {
    let moto = Moto::start();
    let document = json!({ "PORT": 443, "REGION": "eu", "API_KEY": CANARY, "RETRIES": 5 });
    let secret = json!({ "Name": "checkout/prod", "SecretString": document.to_string() });
    moto.call("secretsmanager.CreateSecret", &secret);
    for (name, value) in [("port", "443"), ("region", "eu"), ("api_key", CANARY), ("retries", "5")]
    {
        let name = format!("/checkout/prod/{name}");
        let parameter = json!({ "Name": name, "Type": "SecureString", "Value": value });
        moto.call("AmazonSSM.PutParameter", &parameter);
    }
    moto
}

/// A process with credentials of its environment.
fn process(fixture: &CliFixture, args: &[&str]) -> Command {
    let mut command = fixture.process(PROGRAM, args);
    command.env("HOME", fixture.files.path()).env("AWS_REGION", "eu-west-1");
    command.env("AWS_ACCESS_KEY_ID", "AKIDOFTHETEST");
    command.env("AWS_SECRET_ACCESS_KEY", format!("{CANARY}-of-the-key"));
    command.env("AWS_SESSION_TOKEN", format!("{CANARY}-of-the-session"));
    command
}

fn run(mut command: Command) -> (i32, String) {
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(!said.contains(CANARY), "{said}");
    (status.code().unwrap_or(-1), said)
}

#[test]
fn the_audit_shows_the_keys_of_a_store_and_the_versions_that_they_are_of() {
    let moto = started();
    let fixture = CliFixture::without_ledger("PORT=80\n");
    let endpoint = format!("endpoint={}", moto.address());
    for (url, place) in [
        (format!("aws-sm://checkout/prod?{endpoint}"), "checkout/prod"),
        (format!("aws-ssm:///checkout/prod/?{endpoint}"), "/checkout/prod/"),
        (format!("aws-ssm://?prefix=/checkout/prod/&{endpoint}"), "/checkout/prod/"),
    ] {
        let (code, said) = run(process(&fixture, &["audit", "--json", "--source", &url]));
        assert_eq!(code, 0, "{said}");
        let audit: Value = serde_json::from_str(&said).expect("JSON");
        for key in ["PORT", "REGION", "API_KEY", "RETRIES"] {
            let entry = &audit[key];
            assert_eq!(entry["source"], "aws", "{entry}");
            let location = &entry["location"];
            assert!(location.to_string().contains(place), "{location}");
            assert!(location.to_string().contains("version"), "{location}");
        }
        let (code, said) = run(process(&fixture, &["audit", "--source", &url]));
        assert_eq!((code, said.matches("(version ").count()), (0, 4), "{said}");
    }
    // Without a schema the keys are those of the store.
    let with_schema = process(&fixture, &[]);
    let mut command = Command::new(PROGRAM);
    let set = with_schema.get_envs().filter_map(|(name, value)| Some((name, value?)));
    command.env_clear().envs(set).arg("--dir").arg(fixture.files.folder("empty"));
    command.args(["audit", "--source", &format!("aws-sm://checkout/prod?{endpoint}")]);
    let (code, said) = run(command);
    assert_eq!((code, said.matches(" aws ").count()), (0, 4), "{said}");
    assert_eq!(said.matches(", AWSCURRENT)").count(), 4, "{said}");
}

#[test]
fn explain_says_whether_a_store_was_asked_and_with_ci_none_is() {
    let moto = started();
    let proxy = FaultProxy::before(moto.port());
    let fixture = CliFixture::without_ledger("PORT=80\n");
    let url = format!("aws-sm://checkout/prod?endpoint={}", proxy.address());
    let (code, said) = run(process(&fixture, &["explain", "PORT", "--source", &url]));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("checkout/prod#PORT (version "), "{said}");
    assert!(said.contains("has it, and wins"), "{said}");
    let asked = proxy.requests();
    assert!(asked >= 1);

    for args in [&["explain", "PORT", "--ci"][..], &["audit", "--ci"]] {
        let (code, said) = run(process(&fixture, &[args, &["--source", &url]].concat()));
        assert!(code == 0 && !said.contains("checkout/prod"), "{code}: {said}");
    }
    assert_eq!(proxy.requests(), asked);

    proxy.set(Fault::Status(403, 1000));
    let (code, said) = run(process(&fixture, &["explain", "PORT", "--source", &url]));
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("asked, failed: the secret checkout/prod: access is denied (HTTP 403)"),
        "{said}"
    );
    assert!(said.contains("the provider AwsSecretsManager failed"), "{said}");
    let json = ["explain", "PORT", "--json", "--source", &format!("{url}&optional")];
    let (code, said) = run(process(&fixture, &json));
    assert_eq!(code, 0, "{said}");
    let said: Value = serde_json::from_str(&said).expect("JSON");
    let steps = said["steps"].as_array().expect("steps");
    let step = steps.iter().find(|step| step["source"] == "aws").expect("a step");
    assert_eq!((&step["asked"], &step["answer"]), (&json!(true), &json!("failed")));
    assert_eq!(step["reason"], "the secret checkout/prod: access is denied (HTTP 403)");

    // A secret of one variable that cannot be read.
    proxy.set(Fault::None);
    let url = format!("aws-sm://checkout/prod?map.REGION=none&endpoint={}", proxy.address());
    let (code, said) = run(process(&fixture, &["explain", "REGION", "--source", &url]));
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("asked, failed: the secret none: it does not exist"), "{said}");
    let (code, said) = run(process(&fixture, &["explain", "PORT", "--source", &url]));
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_store_that_fails_ends_a_command_with_three_and_a_value_that_is_missing_with_one() {
    let moto = started();
    let fixture = CliFixture::without_ledger("");
    let endpoint = format!("endpoint={}", moto.address());
    for url in [
        format!("aws-sm://none?{endpoint}"),
        "aws-sm://checkout/prod?endpoint=http://127.0.0.1:1".to_owned(),
        format!("aws-ssm:///none?{endpoint}"),
    ] {
        let (code, said) = run(process(&fixture, &["check", "--source", &url]));
        assert_eq!(code, 3, "{said}");
        let (code, said) =
            run(process(&fixture, &["check", "--source", &format!("{url}&optional")]));
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("PORT"), "{said}");
    }
    let mut command = process(&fixture, &["check"]);
    let urls = format!(
        "aws-sm://none?optional&{endpoint} aws-ssm:///checkout/prod/?timeout=5s&cache=5m&{endpoint}"
    );
    command.env("ENVAUDIT_SOURCES", urls);
    let (code, said) = run(command);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn without_a_region_there_is_an_error_that_says_how_to_give_one() {
    let fixture = CliFixture::without_ledger("");
    for scheme in ["aws-sm://checkout", "aws-ssm:///checkout"] {
        let url = format!("{scheme}?endpoint=http://127.0.0.1:1");
        let mut command = process(&fixture, &["audit", "--source", &url]);
        command.env_remove("AWS_REGION").env("AWS_EC2_METADATA_DISABLED", "true");
        let (code, said) = run(command);
        assert_eq!(code, 3, "{said}");
        assert!(
            said.contains("there is no region: give one with `region`, in AWS_REGION"),
            "{said}"
        );
    }
}

#[test]
fn urls_have_options_and_no_credentials() {
    for (url, reason) in [
        ("aws-sm://u:canary-4f9a@checkout", "has a user or a password in it"),
        ("aws-sm://canary-4f9a@checkout/prod", "has a user or a password in it"),
        ("aws-sm://checkout?token=canary-4f9a", "has the option `token`"),
        ("aws-sm://checkout?secret=canary-4f9a", "has the option `secret`"),
        ("aws-ssm:///x?aws_secret_access_key=canary-4f9a", "has the option `access_key`"),
        ("aws-ssm:///x?AccessKeyId=canary-4f9a", "which is not known"),
        ("aws-ssm:///x?aws_access_key_id=canary-4f9a", "has the option `key_id`"),
        ("aws-ssm:///x?X-Amz-Signature=canary-4f9a", "has the option `signature`"),
        ("aws-ssm:///x?X-Amz-Security-Token=canary-4f9a", "has the option `token`"),
        ("aws-sm://checkout?zone=canary-4f9a", "which is not known"),
        ("aws-sm://checkout?timeout=canary-4f9a", "its option `timeout` is no duration"),
        ("aws-sm://checkout?optional=canary-4f9a", "its option `optional` is"),
        (
            "aws-sm://checkout?endpoint=https://u:canary-4f9a@host&region=a",
            "has a user or a password",
        ),
        (
            "aws-sm://checkout?region=canary-4f9a_&endpoint=http://127.0.0.1:1",
            "its region is not a word",
        ),
        (
            "aws-ssm://checkout/prod/?region=a&endpoint=http://127.0.0.1:1",
            "a path of parameters begins with",
        ),
    ] {
        let error = loader().source_url(url).load().unwrap_err();
        let said = said(&error);
        assert!(said.contains(reason), "{url}: {said}");
        assert!(!said.contains(CANARY), "{url}: {said}");
    }
    // Whose source may not be asked is not looked up at all.
    let url = "aws-sm://checkout?region=eu-west-1&profile=none&prefix=app/&map.APP_NAME=x%23y&timeout=1s&cache=5m&endpoint=http://127.0.0.1:1";
    let loaded = loader().without(Source::Aws).source_url(url).load();
    assert_eq!(problems::only(&loaded).kind(), ProblemKind::Missing);
}
