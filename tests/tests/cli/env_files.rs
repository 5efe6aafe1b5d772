//! Env files through the command: what a program that it runs is given, and what is said of lines that are refused.

use std::process::{Command, Output};

use envaudit::{EnvConfig, SecretString, Source};
use envaudit_tests::Files;
use envaudit_tests::cli_fixture::{CliFixture, KEY};
use envaudit_tests::command::envaudit;
use envaudit_tests::env_file_cases::{CASES, VARS};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_envaudit_command");

/// `run` in that folder, without a schema, of a program that writes its variables.
fn run(files: &Files, vars: &[(&str, &str)]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.env_clear().envs(vars.iter().copied()).current_dir(files.path());
    command.args(["run", "--quiet", "--degraded", "--dir"]).arg(files.path());
    command.args(["--docker-secrets"]).arg(files.folder("none"));
    command.args(["--k8s-secrets"]).arg(files.folder("none"));
    command.args(["--", "/usr/bin/env", "-0"]).output().expect("it starts")
}

/// What `env -0` has written.
fn variables(output: &Output) -> Vec<(String, String)> {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn a_program_gets_what_the_env_file_says() {
    for case in CASES {
        let output = run(&Files::with(".env", case.text), &VARS);
        let mut values = variables(&output);
        values.retain(|(name, _)| ["A", "B", "C", "D"].contains(&name.as_str()));
        values.sort();
        match case.says {
            Ok(expected) => {
                let expected: Vec<(String, String)> = expected
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_string()))
                    .collect();
                assert_eq!(values, expected, "{:?}: {output:?}", case.text);
                assert!(output.status.success(), "{:?}", case.text);
            }
            Err(lines) => {
                assert_eq!((values, output.status.code()), (vec![], Some(1)), "{:?}", case.text);
                let said = String::from_utf8_lossy(&output.stderr);
                for line in lines {
                    assert!(said.contains(&format!(".env:{line} ")), "{:?}: {said}", case.text);
                }
            }
        }
    }
}

#[test]
fn the_rest_of_a_pasted_secret_is_no_variable_of_any_command() {
    let (first, second) = ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "kqhkiG9w0BAQEFAASCBKcwggSjAgEA");
    for padding in ["=", "==", "===="] {
        let files = Files::with(".env", format!("TOKEN={first}\n{second}{padding}\n"));
        let ledger = files.path().join("audit");
        let init = envaudit(["ledger", "init"]).path("--ledger", &ledger);
        init.env("ENVAUDIT_SIGNING_KEY", KEY).run().ends_with(0);
        for args in [
            &["audit"][..],
            &["audit", "--json"],
            &["check"],
            &["check", "--json"],
            &["plan"],
            &["plan", "--json"],
            &["explain", "TOKEN"],
            &["record", "--actor", "ada", "--reason", "r"],
            &["run", "--actor", "ada", "--reason", "r", "--", "env"],
            &["docs"],
            &["template"],
        ] {
            let own = args.iter().position(|arg| *arg == "--").unwrap_or(args.len());
            let command = envaudit(args[..own].iter().copied()).dir(&files);
            let command = command.path("--docker-secrets", files.folder("none"));
            let command = command.path("--k8s-secrets", files.folder("none"));
            let command = command.path("--ledger", &ledger).env("ENVAUDIT_SIGNING_KEY", KEY);
            let answer = command.args(args[own..].iter().copied()).run();
            let said = format!("{}{}", answer.out, answer.err);
            assert!(!said.contains(second), "{args:?}: {said}");
            if !["docs", "template", "explain"].contains(&args[0]) {
                assert_eq!(answer.code, 1, "{args:?}: {said}");
                assert!(said.contains(".env:2"), "{args:?}: {said}");
            }
        }
        for file in std::fs::read_dir(&ledger).expect("a ledger") {
            let path = file.expect("a file").path();
            if path.is_file() {
                let bytes = std::fs::read(&path).expect("it can be read");
                assert!(!String::from_utf8_lossy(&bytes).contains(second), "{path:?}");
            }
        }
        let output = run(&files, &[]);
        assert!(output.stdout.is_empty(), "{output:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains(second));
    }
}

#[derive(EnvConfig)]
#[allow(dead_code, reason = "only its schema is read")]
struct Service {
    port: u16,
    api_key: SecretString,
}

#[test]
fn a_program_gets_the_value_of_a_file_that_an_env_file_names_and_not_the_path() {
    let fixture = CliFixture::new("PORT_FILE=port\nAPI_KEY_FILE=secrets/key\nOTHER_FILE=x\n");
    let fixture = fixture.with_schema(Service::schema_json());
    fixture.files.write("port", "8080\n");
    fixture.files.write("secrets/key", "s3cr3t\n");
    let args = ["run", "--actor", "ada", "--reason", "r", "--", "/usr/bin/env", "-0"];
    let output = fixture.process(PROGRAM, &args).output().expect("it starts");
    let values = variables(&output);
    let value = |name: &str| {
        values.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    };
    assert_eq!((value("PORT"), value("API_KEY")), (Some("8080"), Some("s3cr3t")), "{output:?}");
    for name in ["PORT_FILE", "API_KEY_FILE", "OTHER_FILE"] {
        assert_eq!(value(name), None, "{name}");
    }
    // Without a schema nothing says that it is a path: it is a variable like any other.
    let values = variables(&run(&fixture.files, &[]));
    assert!(values.contains(&("API_KEY_FILE".into(), "secrets/key".into())), "{values:?}");

    let audit = fixture.run(&["audit", "--json"]).run().ends_with(0);
    assert!(!audit.out.contains("s3cr3t"), "{}", audit.out);
    let text = audit.json().to_string();
    assert!(text.contains("API_KEY_FILE") && text.contains("named_in"), "{text}");
    let explained = fixture.run(&["explain", "API_KEY"]).run().ends_with(0);
    assert!(explained.out.contains("secrets/key (named in "), "{}", explained.out);
    assert!(explained.out.contains(".env:2)"), "{}", explained.out);
    let explained = fixture.run(&["explain", "API_KEY", "--json"]).run().ends_with(0).json();
    assert!(explained.to_string().contains("\"named_in\":{\"file\":"), "{explained}");
    assert!(!explained.to_string().contains("s3cr3t"), "{explained}");
    // A value that is no path may be the secret.
    fixture.files.write(".env", "PORT=80\nAPI_KEY_FILE=s3cr3t\n");
    for args in
        [&["explain", "API_KEY"][..], &["explain", "API_KEY", "--json"], &["check"], &["audit"]]
    {
        let answer = fixture.run(args).run();
        let said = format!("{}{}", answer.out, answer.err);
        assert!(!said.contains("s3cr3t") && said.contains("API_KEY"), "{args:?}: {said}");
    }
}

#[derive(EnvConfig)]
struct Letter {
    #[env(default = "x")]
    a: String,
}

fn template_of(default: &str) -> String {
    let mut schema: Value = serde_json::from_str(&Letter::schema_json()).expect("JSON");
    schema["variables"][0]["default"]["value"] = default.into();
    let files = Files::with("schema.json", schema.to_string());
    let command = envaudit(["template"]).path("--schema", files.path().join("schema.json"));
    command.run().ends_with(0).out
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(100) })]

    #[test]
    fn any_default_in_a_template_is_read_back(
        value in "[ -~]{0,12}|[\"'`$\\\\ #=\r\n\t{}a]{0,8}|.{0,8}",
    ) {
        // A terminal would obey other control characters: a template has a blank for each.
        prop_assume!(!value.contains(|char: char| char.is_control() && !"\t\r\n".contains(char)));
        let template = template_of(&value);
        // It is commented out, so that nothing of it counts.
        let files = Files::with(".env", &template);
        let loaded = files.loader::<Letter>().load();
        let loaded = loaded.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(loaded.audit().a.source, Source::SchemaDefault, "{:?}", template);
        let text = template.replace("# A=", "A=");
        files.write(".env", &text);
        let loaded = files.loader::<Letter>().load();
        let loaded = loaded.map_err(|error| TestCaseError::fail(format!("{text:?}: {error}")))?;
        prop_assert_eq!(&*loaded.a, &*value, "{:?}", text);
    }
}

#[test]
fn a_long_list_of_problems_is_short_on_every_stream() {
    let files = Files::with(".env", "x\n".repeat(20_000));
    for args in [&["audit"][..], &["check"]] {
        let command = envaudit(args.iter().copied()).dir(&files);
        let command = command.path("--docker-secrets", files.folder("none"));
        let answer = command.path("--k8s-secrets", files.folder("none")).run();
        let length = answer.out.len() + answer.err.len();
        assert!(length < 100_000, "{args:?}: {length}");
        let said = format!("{}{}", answer.out, answer.err);
        assert!(said.contains("… and 19,900 more"), "{args:?}: {said}");
    }
}
