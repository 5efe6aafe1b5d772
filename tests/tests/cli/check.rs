//! `envaudit check` and `envaudit diff`: what is wrong, and what has changed.

use envaudit::EnvConfig;
use envaudit_tests::Files;
use envaudit_tests::command::{Envaudit, envaudit};
use serde_json::json;

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "it is there for its keys")]
struct Config {
    port: u16,
    #[env(default = "eu")]
    region: String,
    api_key: envaudit::SecretString,
}

fn run(files: &Files, args: &[&str]) -> Envaudit {
    let schema = files.write("schema.json", Config::schema_json());
    envaudit(args.iter().copied()).dir(files).path("--schema", schema)
}

#[test]
fn every_problem_is_listed_at_once() {
    let files = Files::with(".env", "APP_PORT=80a\n");
    let answer = run(&files, &["check"]).run().ends_with(1);
    let place = files.path().join(".env").display().to_string();
    let expected = format!(
        "Config: 2 problems\n\
         \n\
         1. APP_PORT is invalid\n   \
            found     `80a` in {place}:1\n   \
            expected  an integer from 0 to 65535\n\
         \n\
         2. APP_API_KEY is missing\n   \
            expected  text (a secret)\n   \
            hint      set APP_API_KEY in the environment, in `.env` or as a secret file\n"
    );
    assert_eq!(answer.out, expected);
    assert_eq!(answer.err, "");
    let answer = run(&files, &["check", "--json"]).run().ends_with(1).json();
    assert_eq!(answer["ok"], false);
    assert_eq!(answer["problems"][0]["found"], "80a");
    assert_eq!(answer["problems"][1]["kind"], "missing");
    assert_eq!(answer["summary"], json!(null));
}

#[test]
fn what_is_fine_is_said_in_one_line() {
    let files = Files::with(".env", "APP_PORT=80\nAPP_PORT=81\nAPP_API_KEY=abcdefgh\n");
    let answer = run(&files, &["check"]).run().ends_with(0);
    assert_eq!(
        answer.out,
        "warning: APP_PORT is set twice in file: line 2 overrides line 1\n\
         fine: 3 variables, 1 of them secret (file 2, schema_default 1)\n"
    );
    let answer = run(&files, &["check", "--json"]).run().ends_with(0).json();
    assert_eq!((&answer["ok"], &answer["config"]), (&json!(true), &json!("Config")));
    assert_eq!(answer["summary"]["total_variables"], 3);
    assert_eq!(answer["warnings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_policy_is_checked_with_the_rest() {
    let files = Files::with(".env", "APP_API_KEY=abcdefgh\n");
    let answer = run(&files, &["check", "--json", "--policy", "production"]).run().ends_with(1);
    let problems = &answer.json()["problems"];
    assert_eq!((&problems[0]["kind"], &problems[1]["kind"]), (&json!("missing"), &json!("policy")));
    assert_eq!(problems.as_array().map(Vec::len), Some(2));
    let own = files.write("policy.json", r#"{"rules": [{"keys": ["APP_REGION"], "deny": ["schema_default"], "environments": ["prod"]}]}"#);
    let with = |env: &str| {
        run(&files, &["check", "--env", env]).path("--policy", &own).env("APP_PORT", "1").run()
    };
    with("dev").ends_with(0);
    assert!(with("prod").ends_with(1).out.contains("APP_REGION breaks the rule"));

    let wrong = files.write("wrong.json", r#"{"rules": [{"key": "A"}]}"#);
    let answer = run(&files, &["check"]).path("--policy", wrong).run().ends_with(2);
    assert!(answer.err.contains("wrong.json: not a policy: rule 1"), "{}", answer.err);
    run(&files, &["check"]).path("--policy", files.path().join("none")).run().ends_with(3);
}

#[test]
fn without_a_schema_it_says_what_it_cannot_know() {
    let files = Files::with(".env", "PORT=80a\n");
    let answer = envaudit(["check"]).dir(&files).run().ends_with(0);
    assert_eq!(answer.out, "fine: 1 variable, 0 of them secret (file 1)\n");
    assert!(answer.err.contains("types and missing variables are not known"), "{}", answer.err);
}

#[test]
fn a_folder_or_a_file_that_was_named_and_is_not_there_is_a_problem() {
    let files = Files::new();
    for argument in ["--dir", "--env-file", "--docker-secrets", "--k8s-secrets"] {
        let missing = files.path().join("missing");
        let answer = envaudit(["check"]).path(argument, missing).run().ends_with(3);
        assert!(answer.out.contains("cannot be read"), "{argument}: {}", answer.out);
    }
    let answer = envaudit(["check", "--env", "../prod"]).dir(&files).run().ends_with(1);
    assert!(answer.out.contains("the environment's name is not a word"), "{}", answer.out);
}

#[test]
fn drift_between_two_saved_audits_or_a_saved_one_and_now() {
    let files = Files::with(".env", "APP_PORT=80\nAPP_API_KEY=abcdefgh\n");
    let audit = |files: &Files, name: &str, region: &[(&str, &str)]| {
        let run = run(files, &["audit", "--json"]);
        let run = region.iter().fold(run, |run, (key, value)| run.env(*key, *value));
        files.write(name, run.run().ends_with(0).out)
    };
    let old = audit(&files, "old.json", &[]);
    let new = audit(&files, "new.json", &[("APP_REGION", "us"), ("APP_PORT", "1")]);
    let diff = |args: &[&str]| run(&files, &["diff"]).args(args.iter().copied());
    let paths = [old.to_str().expect("UTF-8"), new.to_str().expect("UTF-8")];

    let expected =
        "~ APP_PORT: file -> system\n~ APP_REGION: schema_default -> system\n2 changed\n";
    assert_eq!(diff(&paths).run().ends_with(0).out, expected);
    assert_eq!(diff(&paths).args(["--exit-code"]).run().ends_with(1).out, expected);
    let json = diff(&paths).args(["--json"]).run().ends_with(0).json();
    assert_eq!(json[0]["kind"], "changed");
    assert_eq!(json[0]["after"]["source"], "system");

    let now = diff(&paths[..1]).args(["--exit-code"]).run().ends_with(0);
    assert_eq!(now.out, "no drift\n");
    let now = diff(&["-", "--exit-code"]).stdin(std::fs::read(&new).expect("a file")).run();
    assert!(now.ends_with(1).out.contains("~ APP_PORT: system -> file"));
}

#[test]
fn what_is_no_saved_audit_cannot_be_compared() {
    let files = Files::new();
    let diff = |content: &[u8]| {
        let old = files.write("old.json", content);
        envaudit(["diff"]).dir(&files).args([old]).run().ends_with(3)
    };
    for (content, expected) in [
        (&b"{"[..], "not a saved audit: it is not JSON"),
        (b"[]", "an object by key is expected"),
        (b"\xff", "it is not UTF-8"),
    ] {
        let answer = diff(content);
        assert!(answer.err.contains(expected), "{}", answer.err);
        assert_eq!(answer.out, "");
    }
    envaudit(["diff"]).path("none.json", "also-none.json").run().ends_with(3);
    assert!(
        envaudit(["diff", "-", "-"]).stdin("{}").run().ends_with(2).err.contains("read only once")
    );
    assert!(envaudit(["diff", "-"]).run().ends_with(3).err.contains("stdin: not a saved audit"));
}

#[test]
fn documents_need_a_schema_and_are_those_of_the_struct() {
    let files = Files::new();
    for (args, expected) in [
        (&["template"][..], Config::template()),
        (&["docs"], Config::markdown()),
        (&["schema"], Config::json_schema() + "\n"),
        (&["schema", "--json"], Config::json_schema() + "\n"),
        (&["schema", "--keys"], Config::schema_json() + "\n"),
    ] {
        assert_eq!(run(&files, args).run().ends_with(0).out, expected, "{args:?}");
        let answer = envaudit(args.iter().copied()).dir(&files).run().ends_with(2);
        assert!(answer.err.contains("--schema FILE"), "{}", answer.err);
    }
    for command in ["template", "docs"] {
        let answer = run(&files, &[command, "--json"]).run().ends_with(2);
        assert!(answer.err.contains("does not write JSON"), "{}", answer.err);
    }
}
