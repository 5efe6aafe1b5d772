//! `envaudit audit`: where each value comes from.

use envaudit_tests::Files;
use envaudit_tests::command::envaudit;
use serde_json::json;

#[test]
fn without_a_schema_the_keys_are_those_of_the_files_and_behind_the_prefix() {
    let files = Files::with(".env", "APP_PORT=80\nDB_PASSWORD=hunter22\n");
    files.write(".env.prod", "APP_PORT=443\n");
    let secrets = files.folder("secrets");
    files.write("secrets/api-key", "s3cr3t");
    files.write("secrets/Not.A-Key", "x");
    files.folder("secrets/folder");
    let answer = envaudit(["audit", "--env", "prod", "--prefix", "MY_", "--json"])
        .dir(&files)
        .path("--docker-secrets", secrets)
        .env("MY_NAME", "x")
        .env("HOME", "/root")
        .env("DB_PASSWORD", "other-one")
        .run()
        .ends_with(0);
    let audit = answer.json();
    let found: Vec<(&str, &str, bool)> = audit
        .as_object()
        .expect("an object by key")
        .values()
        .filter_map(|entry| {
            Some((entry["key"].as_str()?, entry["source"].as_str()?, entry["masked"].as_bool()?))
        })
        .collect();
    assert_eq!(
        found,
        [
            ("API_KEY", "docker", true),
            ("APP_PORT", "file.env", false),
            ("DB_PASSWORD", "system", true),
            ("MY_NAME", "system", false),
        ]
    );
    assert_eq!(audit["APP_PORT"]["shadowed"], json!(["file"]));
    assert_eq!(audit["APP_PORT"]["location"]["line"], 1);
    assert_eq!(answer.err, "");
}

#[test]
fn the_table_has_one_line_a_variable_and_no_value() {
    let files = Files::with(".env", "PORT=80\nAPI_TOKEN=abcdefgh12345\n");
    let answer = envaudit(["audit"]).dir(&files).run().ends_with(0);
    let lines: Vec<&str> = answer.out.lines().collect();
    let [head, token, port] = lines.as_slice() else { panic!("{answer:?}") };
    let words =
        |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
    assert_eq!(words(head), ["KEY", "SOURCE", "PROVIDER", "MASKED", "LOADED", "AT", "WHERE"]);
    let place = |line| format!("{}/.env:{line}", files.path().display());
    let token = words(token);
    assert_eq!(token[..3], ["API_TOKEN", "file", "yes"]);
    assert_eq!(token[4], place(2));
    assert!(token[3].ends_with('Z') && token[3].contains('T'), "{token:?}");
    assert_eq!(words(port)[4], place(1));
    assert!(!answer.out.contains("80a") && !answer.out.contains("abcdefgh"));
}

#[test]
fn what_cannot_be_loaded_is_said_on_stderr_and_nothing_on_stdout() {
    let files = Files::with(".env", "PORT=80\n");
    let policy = files.write("policy.json", r#"{"rules": [{"deny": ["file"]}]}"#);
    let answer = envaudit(["audit"]).dir(&files).path("--policy", policy).run().ends_with(1);
    assert_eq!(answer.out, "");
    assert!(answer.err.contains("PORT breaks the rule"), "{}", answer.err);
}

#[test]
fn warnings_stand_on_stderr_unless_they_are_not_wanted() {
    let files = Files::with(".env", "PORT=80\nPORT=81\n");
    let loud = envaudit(["audit", "--json"]).dir(&files).run().ends_with(0);
    assert_eq!(loud.err, "warning: PORT is set twice in file: line 2 overrides line 1\n");
    let quiet = envaudit(["audit", "--json", "-q"]).dir(&files).run().ends_with(0);
    assert_eq!(quiet.err, "");
    assert_eq!(quiet.json()["PORT"]["location"]["line"], 2);
}
