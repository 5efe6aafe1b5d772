//! `record` and `plan`: what is recorded of a configuration, and what would be.

use envaudit_tests::canary::{CANARY, assert_hidden, assert_not_in};
use envaudit_tests::cli_fixture::{CliFixture, KEY, RECORD};
use envaudit_tests::command::Envaudit;
use serde_json::{Value, json};

#[test]
fn a_plan_shows_what_the_next_record_says_and_records_nothing() {
    let service = CliFixture::new("PORT=80\nREGION=eu-1\nAPI_KEY=first-canary\n");
    let first = service.plan();
    assert_eq!((&first["resource"], &first["since"]), (&json!("Checkout"), &Value::Null));
    assert_eq!((&first["added"], &first["unchanged"]), (&json!(4), &json!(0)));
    assert_eq!(service.record()["seq"], 2);
    let same = service.run(&["plan", "--exit-code"]).run().ends_with(0);
    assert_eq!(
        same.out,
        "Checkout, compared with event 2 of the ledger\n\
         0 added, 0 changed, 0 removed, 0 rotated, 0 moved; 4 unchanged\n"
    );

    service.files.write(".env", "PORT=443\nRETRIES=3\nAPI_KEY=second-canary\n");
    let plan = service.run(&["plan"]).run().ends_with(0);
    let lines: Vec<&str> = plan.out.lines().collect();
    assert_eq!(lines.len(), 7, "{}", plan.out);
    let of = |sign: &str, key: &str| {
        let found = lines.iter().find(|line| {
            line.split_whitespace()
                .eq([sign, key].into_iter().chain(line.split_whitespace().skip(2)))
        });
        found
            .unwrap_or_else(|| panic!("{sign} {key}: {}", plan.out))
            .split_whitespace()
            .collect::<Vec<_>>()
    };
    assert_eq!(of("~", "PORT")[2..], ["80", "443", "file"]);
    assert_eq!(of("-", "REGION")[2..], ["eu-1", "file"]);
    assert_eq!(of("~", "RETRIES")[2..], ["3", "3", "schema_default", "→", "file"]);
    let rotated = of("↻", "API_KEY");
    assert!(rotated[2].starts_with('#') && rotated[3].starts_with('#') && rotated[2] != rotated[3]);
    assert_eq!(lines[6], "0 added, 1 changed, 1 removed, 1 rotated, 1 moved; 0 unchanged");
    assert!(!plan.out.contains("canary"));

    service.run(&["plan", "--exit-code"]).run().ends_with(1);
    let changes = service.plan()["changes"].clone();
    assert_eq!(service.last_event()["seq"], 2, "a plan records nothing");
    let recorded = service.record();
    assert_eq!(recorded["changes"], changes);
    let event = service.last_event();
    assert_eq!(event["action"], "config.changed");
    assert_eq!((&event["actor_type"], &event["actor_id"]), (&json!("user"), &json!("ada")));
    assert_eq!((&event["reason"], &event["origin"]), (&json!("OPS-42"), &json!("cli")));
    assert_eq!(service.record()["unchanged_since"], 3);
}

#[test]
fn a_record_says_who_why_of_what_and_in_which_trace() {
    let service = CliFixture::new("PORT=80\n");
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let args =
        ["record", "--actor", "service:deployer", "--reason", "release", "--resource", "shop/eu"];
    let run = service.run(&args).args(["--trace-parent", trace]).run().ends_with(0);
    assert_eq!(run.out, "recorded: shop/eu, event 2\n");
    let event = service.last_event();
    assert_eq!((&event["actor_type"], &event["actor_id"]), (&json!("service"), &json!("deployer")));
    assert_eq!(event["resource_id"], "shop/eu");
    assert_eq!(event["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(event["span_id"], "00f067aa0ba902b7");
    let prod = service.run(&RECORD).args(["--env", "prod", "--json"]).run().ends_with(0);
    assert_eq!(prod.json()["resource"], "Checkout/prod");
    service.run(&["plan", "--resource", "shop/eu", "--exit-code"]).run().ends_with(0);
    let spiffe = ["record", "--actor", "spiffe://shop/ci", "--reason", "r"];
    service.run(&spiffe).run().ends_with(0);
    assert_eq!(service.last_event()["actor_id"], "spiffe://shop/ci");
    for wrong in [
        "",
        "00-4bf9-00f0-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    ] {
        let run = service.run(&RECORD).args([format!("--trace-parent={wrong}")]);
        assert!(run.run().ends_with(2).err.contains("is not a traceparent"), "{wrong}");
    }
    for (args, expected) in [
        (&["record", "--actor", "ada"][..], "--reason"),
        (&["record", "--reason", "r"], "--actor"),
        (&["record", "--reason", "r", "--actor", "service:"], "must not be empty"),
    ] {
        let answer = service.run(args).run().ends_with(2);
        assert!(answer.err.contains(expected), "{args:?}: {}", answer.err);
    }
}

#[test]
fn what_cannot_be_loaded_is_recorded_as_a_failure_and_every_problem_is_said() {
    let service = CliFixture::new("PORT=none\nRETRIES=1000\n");
    let answer = service.run(&RECORD).run().ends_with(1);
    assert!(answer.err.contains("PORT") && answer.err.contains("RETRIES"), "{}", answer.err);
    assert_eq!(answer.out, "");
    let event = service.last_event();
    assert_eq!((&event["outcome"], &event["action"]), (&json!("failure"), &json!("config.loaded")));
    assert_eq!(event["details"]["problems"].as_array().map(Vec::len), Some(2));
    service.run(&["plan"]).run().ends_with(1);
}

#[test]
fn a_policy_holds_for_what_is_recorded_and_planned() {
    let service = CliFixture::new("PORT=80\nAPI_KEY=in-a-file\n");
    for args in [&RECORD[..], &["plan"]] {
        let answer = service.run(args).args(["--policy", "production"]).run().ends_with(1);
        assert!(answer.err.contains("API_KEY"), "{}", answer.err);
    }
}

#[test]
fn the_name_of_a_thing_is_shown_and_found_as_it_is_recorded() {
    let service = CliFixture::new("PORT=80\n");
    let secret = "hunter2-of-the-url";
    let id = format!("https://u:{secret}@h/prod");
    let of = |args: &[&str]| {
        let answer = service.run(args).args(["--resource", &id]).run().ends_with(0);
        assert_not_in(&(answer.out.clone() + &answer.err), secret, args[0]);
        answer
    };
    of(&["plan"]);
    of(&RECORD);
    of(&[&RECORD[..], &["--json"]].concat());
    assert_eq!(of(&["plan", "--json"]).json()["since"], 2);
    let plan = of(&["plan"]).out;
    assert!(plan.starts_with("https://[REDACTED]@h/prod, compared with event 2"), "{plan}");
    assert_eq!(of(&["log", "--json"]).out.lines().count(), 2);
    assert!(of(&["history", "PORT"]).out.contains("added"));
    for report in ["access", "failures", "privileged"] {
        of(&["report", report]);
        of(&["report", report, "--format", "html"]);
    }
    let access = of(&["report", "access", "--json"]).json();
    assert_eq!(access["events"], 2, "{access}");
    let page = of(&["report", "access", "--format", "html"]).out;
    assert!(page.contains("Access to https://[REDACTED]@h/prod"), "{page}");
}

#[test]
fn values_are_left_out_where_that_is_wanted() {
    let service = CliFixture::new("PORT=80\nREGION=eu-1\n");
    service.run(&RECORD).args(["--no-values"]).run().ends_with(0);
    let event = service.last_event().to_string();
    assert!(!event.contains("eu-1") && event.contains("REGION"), "{event}");
    // Fingerprints still tell what is other.
    assert_eq!(service.plan()["unchanged"], 3);
}

#[test]
fn a_plan_without_the_key_is_refused_as_nothing_could_be_compared() {
    let service = CliFixture::new("PORT=80\n");
    service.record();
    let answer = service.keyless(&["plan"]).run().ends_with(3);
    assert!(answer.err.contains("ENVAUDIT_SIGNING_KEY"), "{}", answer.err);
}

#[test]
fn no_command_of_the_ledger_says_a_secret_whatever_its_source() {
    type With = fn(&CliFixture, Envaudit) -> Envaudit;
    let sources: [(&str, With); 3] = [
        ("environment", |_, command| command.env("API_KEY", CANARY)),
        ("file", |service, command| {
            let quoted = CANARY.replace('\\', "\\\\").replace('"', "\\\"");
            service.files.write(".env", format!("PORT=80\nAPI_KEY=\"{quoted}\"\n"));
            command
        }),
        ("docker", |service, command| {
            service.files.write("docker/API_KEY", CANARY);
            command
        }),
    ];
    for (name, with) in sources {
        let service = CliFixture::new("PORT=80\n");
        service.record();
        let commands: [&[&str]; 17] = [
            &["plan"],
            &["plan", "--json"],
            &["plan", "--color", "always"],
            &RECORD,
            &["plan", "--resource", "other", "--json"],
            &["log"],
            &["log", "--json"],
            &["history", "API_KEY"],
            &["history", "API_KEY", "--json"],
            &["export", "--format", "jsonl"],
            &["export", "--format", "csv"],
            &["export", "--format", "ocsf"],
            &["export", "--format", "cef"],
            &["verify", "--json"],
            &["checkpoint"],
            &["audit", "--json"],
            &["prune", "--keep", "1d"],
        ];
        let mut seen = String::new();
        for args in commands {
            for more in [&[][..], &["-v"]] {
                let run = with(&service, service.run(args)).args(more.iter().copied());
                let answer = run.run().ends_with(0);
                seen += &answer.out;
                let (said, what) = (answer.out + &answer.err, format!("{name}: {args:?} {more:?}"));
                assert_hidden(&said, &what);
                assert_not_in(&said, KEY, &what);
            }
        }
        assert!(seen.contains("API_KEY"), "{name}: the secret was there");
        // One that makes the load fail.
        let failing = service.run(&RECORD).env("PORT", CANARY).env("API_KEY", CANARY);
        let answer = failing.run().ends_with(1);
        assert_hidden(&service.last_event().to_string(), name);
        assert!(answer.err.contains("PORT"));
    }
}

#[test]
fn a_record_says_why_and_of_what() {
    let fixture = CliFixture::new("PORT=80\n");
    for (args, missing) in [
        (["record", "--actor", "ada", "--reason", " "], "`--reason` must not be empty"),
        (["record", "--actor", " ", "--reason", "x"], "`--actor` must not be empty"),
    ] {
        let refused = fixture.run(&args).run().ends_with(2);
        assert!(refused.err.contains(missing), "{args:?}: {}", refused.err);
    }
    let refused = fixture.run(&RECORD).args(["--resource", ""]).run().ends_with(2);
    assert!(refused.err.contains("`--resource` must not be empty"), "{}", refused.err);
}
