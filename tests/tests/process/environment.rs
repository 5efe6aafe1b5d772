//! The real environment of a real process, and its current directory.

use std::ffi::OsStr;
use std::process::Command;

use envaudit_tests::Files;
use serde_json::{Value, json};

/// Runs the probe in a folder, with this environment alone.
fn probe<N: AsRef<OsStr>, V: AsRef<OsStr>>(
    files: &Files,
    vars: impl IntoIterator<Item = (N, V)>,
) -> Value {
    run(Command::new(env!("CARGO_BIN_EXE_probe")).current_dir(files.path()).env_clear().envs(vars))
}

#[track_caller]
fn run(command: &mut Command) -> Value {
    let output = command.output().expect("the probe can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the probe prints JSON")
}

#[test]
fn values_come_from_the_process_environment_as_they_are() {
    let report = probe(&Files::new(), [("PROBE_TEXT", "00123"), ("PROBE_TOKEN", " $x ")]);
    assert_eq!(report["values"]["text"], "00123");
    assert_eq!(report["values"]["token"], " $x ");
    assert_eq!(report["values"]["port"], 8080);
    assert_eq!(report["audit"]["PROBE_TEXT"]["source"], "system");
    assert_eq!(report["audit"]["PROBE_TOKEN"]["masked"], true);
    assert_eq!(report["audit"]["PROBE_PORT"]["source"], "schema_default");
    assert!(report["audit"].to_string().find(" $x ").is_none(), "{report}");
}

#[test]
fn an_environment_of_ten_thousand_variables_is_no_trouble() {
    let mut vars: Vec<(String, String)> =
        (0..10_000).map(|at| (format!("OTHER_{at}"), "x".to_owned())).collect();
    vars.push(("PROBE_TEXT".into(), "mine".into()));
    let files = Files::new();
    assert_eq!(probe(&files, vars.clone())["values"]["text"], "mine");
    // With a key missing and one misspelt, all names are gone through.
    vars.push(("PROBE_PROT".into(), "1".into()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_probe"));
    command.arg("deny-unknown").current_dir(files.path()).env_clear().envs(vars);
    let report = run(&mut command);
    let problems = report["problems"].as_array().expect("problems");
    assert_eq!(problems.len(), 1, "{report}");
    assert_eq!(
        (&problems[0]["kind"], &problems[0]["key"]),
        (&json!("unknown_key"), &json!("PROBE_PROT"))
    );
    assert_eq!(problems[0]["hint"], "did you mean PROBE_PORT?");
}

#[test]
fn a_value_may_be_as_long_as_the_system_lets_it() {
    // Linux has a limit of 128 KiB for one variable, with its name and the final NUL.
    let long = "x".repeat((128 << 10) - "PROBE_TEXT=".len() - 1);
    let report = probe(&Files::new(), [("PROBE_TEXT", &long)]);
    assert_eq!(report["values"]["text"].as_str(), Some(&*long));
}

#[test]
fn the_environment_is_named_by_its_variable_and_read_from_the_current_directory() {
    let files = Files::with(".env", "# first\nPROBE_TEXT=general\nPROBE_PORT=1\n");
    files.write(".env.staging", "PROBE_TEXT=${PROBE_TOKEN}-$PATH\n");
    let report = probe(&files, [("ENVAUDIT_ENV", "")]);
    assert_eq!(
        (&report["values"]["text"], &report["environment"]),
        (&json!("general"), &Value::Null)
    );
    let location = json!({ "file": ".env", "line": 2 });
    assert_eq!(report["audit"]["PROBE_TEXT"]["location"], location);
    let vars = [("ENVAUDIT_ENV", "staging"), ("PROBE_TOKEN", "t"), ("PATH", "/bin")];
    let report = probe(&files, vars);
    assert_eq!(report["environment"], "staging");
    assert_eq!(report["values"]["text"], "t-/bin");
    assert_eq!(report["values"]["port"], 1);
    assert_eq!(report["audit"]["PROBE_TEXT"]["source"], "file.env");
    assert_eq!(report["audit"]["PROBE_TEXT"]["shadowed"], json!(["file"]));
    assert_eq!(report["audit"]["PROBE_TEXT"]["location"]["file"], ".env.staging");
    let report = probe(&files, [("ENVAUDIT_ENV", "../staging")]);
    assert_eq!(report["problems"][0]["kind"], "setting");
}

#[test]
fn a_file_may_be_named_relative_to_the_current_directory() {
    let files = Files::with("secrets/token", "s3cr3t\n");
    let report = probe(&files, [("PROBE_TOKEN_FILE", "secrets/token")]);
    assert_eq!(report["values"]["token"], "s3cr3t");
    let entry = &report["audit"]["PROBE_TOKEN"];
    assert_eq!(entry["found_as"], "PROBE_TOKEN_FILE");
    assert_eq!(entry["location"], json!({ "file": "secrets/token" }));
    let report = probe(&files, [("PROBE_TOKEN_FILE", "secrets")]);
    assert_eq!(report["problems"][0]["kind"], "unreadable");
}

#[cfg(unix)]
#[test]
fn what_is_not_utf_8_hurts_where_text_is_expected_and_nowhere_else() {
    use std::os::unix::ffi::OsStrExt;

    let files = Files::new();
    let odd = OsStr::from_bytes(b"s3cr3t\xff");
    let others = [(odd, odd), ("OTHER".as_ref(), odd), ("PROBE_TEXT".as_ref(), "x".as_ref())];
    assert_eq!(probe(&files, others)["values"]["text"], "x");
    let ours = [("PROBE_RAW", odd), ("PROBE_PATH", odd)];
    let report = probe(&files, ours);
    assert_eq!(report["values"]["raw"], json!(b"s3cr3t\xff"));
    assert_eq!(report["values"]["path"], json!(b"s3cr3t\xff"));
    let report = probe(&files, [("PROBE_TEXT", odd), ("PROBE_TOKEN", odd), ("PROBE_PORT", odd)]);
    let problems = report["problems"].as_array().expect("problems");
    assert_eq!(problems.len(), 3, "{report}");
    for problem in problems {
        assert_eq!(problem["kind"], "invalid");
        assert_eq!(problem["reason"], "it is not valid UTF-8");
    }
    assert!(!report.to_string().contains("s3cr3t"), "{report}");
    let report = probe(&files, [("ENVAUDIT_ENV", odd)]);
    assert_eq!(report["problems"][0]["kind"], "setting");
}
