//! What `envaudit check` says of variables, environments and rules that look misspelt.

use envaudit::EnvConfig;
use envaudit_tests::Files;
#[cfg(target_os = "linux")]
use envaudit_tests::cli_fixture::CliFixture;
use envaudit_tests::command::{Answer, envaudit};

#[derive(EnvConfig)]
#[env(prefix = "SHOP_")]
#[expect(dead_code, reason = "it is there for its keys")]
struct Shop {
    #[env(default = 8080)]
    port: u16,
    #[env(default = "30s")]
    request_timeout: core::time::Duration,
    db_password: envaudit::SecretString,
}

#[derive(EnvConfig)]
#[expect(dead_code, reason = "it is there for its keys")]
struct Bare {
    #[env(default = 30)]
    smtp_timeout: u64,
}

fn check(files: &Files, env: &[(&str, &str)], args: &[&str]) -> Answer {
    let schema = files.write("schema.json", Shop::schema_json());
    let command =
        envaudit(["check"]).args(args.iter().copied()).dir(files).path("--schema", schema);
    env.iter().fold(command, |command, (name, value)| command.env(*name, *value)).run()
}

#[test]
fn misspelt_variables_are_warnings_that_name_what_was_meant() {
    let files = Files::with(
        ".env",
        "SHOP_DB_PASSWORD=abcdefgh\nSHOP_DB_PAS=oops\nSHOP_REQUEST_TIMOUT=5s\nRUST_LOG=info\n",
    );
    let answer = check(
        &files,
        &[("SHOP_PROT", "1"), ("SHOP_COLOUR", "red"), ("shop_port", "2"), ("OTHER", "3")],
        &[],
    );
    let said = answer.ends_with(0).out;
    for (name, key) in [
        ("SHOP_DB_PAS", "SHOP_DB_PASSWORD"),
        ("SHOP_REQUEST_TIMOUT", "SHOP_REQUEST_TIMEOUT"),
        ("SHOP_PROT", "SHOP_PORT"),
        ("shop_port", "SHOP_PORT"),
    ] {
        let line = said
            .lines()
            .find(|line| line.starts_with(&format!("warning: {name} is set in ")))
            .unwrap();
        assert!(line.ends_with(&format!("did you mean {key}?")), "{line}");
    }
    assert!(said.contains("warning: SHOP_COLOUR is set in the process environment, and no field of Shop reads it\n"), "{said}");
    assert!(!said.contains("RUST_LOG") && !said.contains("OTHER"), "{said}");
    assert!(!said.contains("oops") && !said.contains("red"), "names alone: {said}");
    assert!(said.contains("\nfine: "), "{said}");
}

#[test]
fn with_deny_unknown_they_are_problems() {
    let files = Files::with(".env", "SHOP_DB_PASSWORD=abcdefgh\nSHOP_DB_PAS=oops\n");
    let answer = check(&files, &[], &["--deny-unknown"]).ends_with(1);
    assert!(answer.out.contains("SHOP_DB_PAS is unknown"), "{}", answer.out);
    assert!(answer.out.contains("did you mean SHOP_DB_PASSWORD?"), "{}", answer.out);
    let bare = envaudit(["check", "--deny-unknown"]).dir(&files).run().ends_with(2);
    assert!(bare.err.contains("--schema"), "{}", bare.err);
}

#[test]
fn the_variables_of_kubernetes_are_passed_over() {
    let files = Files::with(".env", "SHOP_DB_PASSWORD=abcdefgh\n");
    let links = [
        ("SHOP_SERVICE_HOST", "10.0.0.1"),
        ("SHOP_SERVICE_PORT", "80"),
        ("SHOP_PORT_80_TCP_ADDR", "10.0.0.1"),
    ];
    let answer = check(&files, &links, &["--deny-unknown"]).ends_with(0);
    assert!(!answer.out.contains("warning"), "{}", answer.out);
    let answer = check(&files, &[("SHOP_PORT", "tcp://10.0.0.1:80")], &[]).ends_with(1);
    assert!(answer.out.contains("enableServiceLinks: false"), "{}", answer.out);
}

#[test]
fn without_a_prefix_near_misses_are_warnings() {
    let files = Files::new();
    let schema = files.write("schema.json", Bare::schema_json());
    let command =
        envaudit(["check"]).dir(&files).path("--schema", schema).env("SMTP_TIMEOUTT", "3");
    let answer = command.run().ends_with(0);
    assert!(answer.out.contains("did you mean SMTP_TIMEOUT?"), "{}", answer.out);
}

#[test]
fn a_misspelt_environment_is_a_warning_also_where_something_is_missing() {
    let files = Files::with(".env.prod", "SHOP_DB_PASSWORD=abcdefgh\n");
    for (environment, said) in [("prdo", "did you mean prod?"), ("Prod", "upper and lower case")] {
        let answer = check(&files, &[], &["--env", environment]).ends_with(1);
        assert!(answer.out.contains(said), "{}", answer.out);
        let json = check(&files, &[], &["--env", environment, "--json"]).ends_with(1).json();
        assert_eq!(json["warnings"].as_array().map(Vec::len), Some(1), "{json}");
    }
    check(&files, &[], &["--env", "prod"]).ends_with(0);
}

#[test]
fn nothing_found_is_said() {
    let files = Files::new();
    let answer = envaudit(["check"]).dir(&files).run().ends_with(0);
    assert!(answer.out.contains("warning: nothing was found in "), "{}", answer.out);
    let answer = envaudit(["audit"]).dir(&files).run().ends_with(0);
    assert!(answer.err.contains("nothing was found in "), "{}", answer.err);
}

#[test]
fn a_rule_whose_key_exists_nowhere_is_a_finding() {
    let files = Files::with(".env", "SHOP_DB_PASSWORD=abcdefgh\n");
    let policy = |text: &str| files.write("policy.json", text).display().to_string();
    for (keys, meant) in [("SHOP_PROT", "SHOP_PORT"), ("shop_port", "SHOP_PORT")] {
        let path = policy(&format!(r#"{{"rules":[{{"keys":["{keys}"],"deny":["aws"]}}]}}"#));
        let answer = check(&files, &[], &["--policy", &path]).ends_with(1);
        assert!(answer.out.contains(&format!("names {keys}")), "{}", answer.out);
        assert!(answer.out.contains(&format!("did you mean {meant}?")), "{}", answer.out);
    }
    let path =
        policy(r#"{"rules":[{"keys":["SHOP_DB_*"],"deny":["aws"],"environments":["prod"]}]}"#);
    check(&files, &[], &["--policy", &path]).ends_with(0);
    let path =
        policy(r#"{"rules":[{"keys":["SHOP_CACHE_*"],"deny":["aws"],"environments":["prod"]}]}"#);
    check(&files, &[], &["--policy", &path]).ends_with(1);
    // Without a schema, other keys may exist elsewhere.
    let answer = envaudit(["check", "--policy", &path]).dir(&files).run();
    answer.ends_with(0);
}

#[test]
fn production_is_one_idea_in_any_case() {
    let files = Files::with(".env", "SHOP_DB_PASSWORD=abcdefgh\n");
    let rule = r#"{"rules":[{"secrets":true,"environments":["prod"],"deny":["file","file.env"]}]}"#;
    let path = files.write("policy.json", rule).display().to_string();
    for (environment, code) in
        [("prod", 1), ("Prod", 1), ("PROD", 1), ("production", 1), ("preprod", 0), ("dev", 0)]
    {
        check(&files, &[], &["--policy", &path, "--env", environment]).ends_with(code);
    }
}

#[test]
fn a_member_given_twice_is_an_error_of_every_document() {
    let files = Files::with(".env", "SHOP_DB_PASSWORD=abcdefgh\n");
    let twice = r#"{"rules":[{"secrets":true,"deny":["file"]}],"rules":[]}"#;
    let path = files.write("policy.json", twice).display().to_string();
    let answer = check(&files, &[], &["--policy", &path]);
    assert!(answer.code != 0 && answer.err.contains("`rules` is given twice"), "{}", answer.err);
    let schema = Shop::schema_json().replacen('{', r#"{"version":1,"#, 1);
    let schema = files.write("twice.json", schema);
    let answer = envaudit(["check"]).dir(&files).path("--schema", schema).run().ends_with(3);
    assert!(answer.err.contains("`version` is given twice"), "{}", answer.err);
}

#[test]
fn a_name_that_no_variable_can_have_is_refused_in_a_schema() {
    let files = Files::new();
    for name in [
        "SHOP_PORT\\nLD_PRELOAD",
        "SHOP PORT",
        "SHOP_PORT=1",
        "1SHOP",
        "SHOP_\\u001b",
        "SHOP'",
        "SHOP\\\"",
        "",
        "SHOP#",
        "É",
    ] {
        let text = Shop::schema_json().replacen("SHOP_PORT", name, 1);
        let schema = files.write("schema.json", text);
        for command in ["template", "check", "docs"] {
            let answer =
                envaudit([command]).dir(&files).path("--schema", &schema).run().ends_with(3);
            assert!(answer.err.contains("is not the name of a variable"), "{name}: {}", answer.err);
            assert_eq!(answer.out, "");
        }
    }
    let text = Shop::schema_json().replacen("SHOP_PORT", "shop.port-1", 1);
    let schema = files.write("schema.json", text);
    envaudit(["template"]).dir(&files).path("--schema", schema).run().ends_with(0);
}

#[test]
fn texts_of_a_schema_put_no_line_of_their_own_into_template_and_table() {
    let files = Files::new();
    let text = Shop::schema_json()
        .replacen("\"name\": \"Shop\"", "\"name\": \"Shop\\r\\u001b[2J\"", 1)
        .replacen("\"name\":\"Shop\"", "\"name\":\"Shop\\r\\u001b[2J\"", 1)
        .replace("\"8080\"", "\"80\\nLD_PRELOAD=/tmp/evil.so\\u001b[2J\"");
    assert!(text.contains("evil"), "{text}");
    let schema = files.write("schema.json", text);
    for command in ["template", "docs"] {
        let answer = envaudit([command]).dir(&files).path("--schema", &schema).run().ends_with(0);
        let bad = |char: char| char.is_control() && char != '\n';
        assert!(!answer.out.contains(bad), "{:?}", answer.out);
        assert!(!answer.out.lines().any(|line| line.starts_with("LD_PRELOAD")), "{}", answer.out);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_policy_that_is_built_in_is_found_in_any_case_unless_a_file_has_the_name() {
    let fixture = CliFixture::without_ledger("PORT=80\nAPI_KEY=abcdefgh\n");
    let check = |policy: &str| {
        let args = ["check", "--env", "prod", "--policy", policy];
        let mut command = fixture.process(env!("CARGO_BIN_EXE_envaudit_command"), &args);
        let output = command.current_dir(fixture.files.path()).output().expect("it starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    for policy in ["production", "Production", "PRODUCTION"] {
        let (code, out, err) = check(policy);
        assert_eq!(code, Some(1), "{policy}: {out}{err}");
        assert!(out.contains("API_KEY") && !err.contains("policy"), "{policy}: {out}{err}");
    }
    assert_eq!(check("prod").0, Some(3), "no other word is one");
    // A folder is no policy.
    fixture.files.folder("PRODUCTION");
    assert_eq!(check("PRODUCTION").0, Some(1));

    fixture.files.write("Production", r#"{"rules":[]}"#);
    let (code, _, err) = check("Production");
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("reads the file Production"), "{err}");
    assert_eq!(check("PRODUCTION").0, Some(1), "the file has another name");

    fixture.files.write("production", r#"{"rules":[]}"#);
    let (code, _, err) = check("production");
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("takes the policy that is built in"), "{err}");
    assert_eq!(check("./production").0, Some(0));
}
