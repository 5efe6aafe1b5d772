//! Policies and saved audits with members given twice, lists that say nothing, and texts that are more than a line.

use envaudit::{Audit, AuditSnapshot, EnvConfig, Policy, SecretString, Source};
use envaudit_tests::{Files, isolated, problems};

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "the audits are looked at, not the values")]
struct Config {
    #[env(default = 80)]
    port: u16,
    token: Option<SecretString>,
}

fn audit(vars: &[(&str, &str)]) -> Audit<ConfigAudit> {
    isolated::vars::<Config>(vars.iter().copied()).load().expect("it loads").into_parts().1
}

fn entry(key: &str, more: &str) -> String {
    format!(
        r#""{key}":{{"key":"{key}","source":"aws","masked":true,"timestamp":"2026-11-30T12:00:00Z"{more}}}"#
    )
}

#[test]
fn a_member_given_twice_is_refused() {
    for (policy, member) in [
        (r#"{"rules":[{"secrets":true,"deny":["file"]}],"rules":[]}"#, "rules"),
        (r#"{"rules":[{"deny":["file"],"deny":["aws"]}]}"#, "deny"),
        (r#"{"rules":[{"keys":["A"],"keys":["B"],"deny":["aws"]}]}"#, "keys"),
    ] {
        let error = Policy::from_json(policy).unwrap_err().to_string();
        assert!(error.contains(&format!("`{member}` is given twice")), "{error}");
        assert!(serde_json::from_str::<Policy>(policy).is_err());
    }
    for snapshot in [
        format!("{{{},{}}}", entry("A", ""), entry("A", "")),
        format!("{{{}}}", entry("A", r#","masked":false"#)),
        format!("{{{}}}", entry("A", r#","location":{"file":"a","file":"b"}"#)),
    ] {
        let error = AuditSnapshot::from_json(&snapshot).unwrap_err().to_string();
        assert!(error.contains("is given twice"), "{error}");
    }
    assert!(
        AuditSnapshot::from_json(&format!("{{{},{}}}", entry("A", ""), entry("B", ""))).is_ok()
    );
}

#[test]
fn a_rule_for_no_key_or_no_environment_is_refused() {
    for rule in [
        r#""keys":[]"#,
        r#""environments":[]"#,
        r#""keys":[""]"#,
        r#""environments":[" "]"#,
        r#""keys":["A",""]"#,
    ] {
        let policy = format!(r#"{{"rules":[{{{rule},"deny":["file"]}}]}}"#);
        let error = Policy::from_json(&policy).unwrap_err().to_string();
        assert!(error.contains("empty"), "{rule}: {error}");
    }
}

#[test]
fn an_empty_secret_breaks_the_rules_of_production() {
    let production = Policy::production();
    let result = isolated::vars::<Config>([("APP_TOKEN", "")]).policy(production.clone()).load();
    let problem = problems::only(&result);
    assert!(problem.message().contains("no-empty-secrets"), "{problem}");
    assert_eq!(problem.expected(), Some("a value that is not empty"));
    assert!(audit(&[("APP_TOKEN", "x")]).check(&production).is_ok());
    assert!(
        audit(&[]).check(&production).is_ok(),
        "an optional secret that is not set is not empty"
    );
    let saved = AuditSnapshot::from_json(&audit(&[("APP_TOKEN", "")]).to_json()).unwrap();
    assert!(saved.get("APP_TOKEN").unwrap().empty && !saved.get("APP_PORT").unwrap().empty);
    let read = Policy::from_json(&production.to_json()).unwrap();
    assert_eq!(read, production);
}

#[test]
fn a_rule_whose_key_exists_nowhere_is_a_problem() {
    for policy in [
        Policy::new().no_default_for(["APP_PROT"]),
        Policy::new().require_source("APP_PROT", [Source::SchemaDefault]),
        Policy::from_json(r#"{"rules":[{"keys":["APP_PROT"],"deny":["aws"]}]}"#).unwrap(),
        Policy::new().no_default_for(["APP_PROT"]).only_in("prod"),
    ] {
        let result = isolated::nothing::<Config>().policy(policy.clone()).load();
        let problem = problems::only(&result);
        assert!(problem.message().contains("names APP_PROT"), "{problem}");
        assert_eq!(problem.hint_text(), Some("did you mean APP_PORT?"));
        let violations = audit(&[]).check(&policy).unwrap_err();
        let only = violations.iter().next().unwrap();
        assert_eq!((only.entry().key.as_ref(), violations.iter().len()), ("APP_PROT", 1));
        assert!(
            only.to_string().contains("Config does not have; did you mean APP_PORT?"),
            "{only}"
        );
    }
}

/// Whether a text is one line that a terminal only shows.
fn is_plain_line(text: &str) -> bool {
    !text.trim_end_matches('\n').contains(char::is_control)
}

#[test]
fn nothing_that_is_shown_has_control_characters_or_lines_of_others() {
    let error =
        Policy::from_json("{\"rules\":[{\"deny\":[\"system\"],\"enviro\\u001b\\nok\":[]}]}");
    let error = error.unwrap_err().to_string();
    assert!(is_plain_line(&error), "{error:?}");
    let policy = r#"{"rules":[{"name":"a\u001b[2J\nfine: all","deny":["system"]}]}"#;
    let violations = audit(&[("APP_PORT", "1")]).check(&Policy::from_json(policy).unwrap());
    let said = violations.unwrap_err().to_string();
    assert!(is_plain_line(&said), "{said:?}");

    for text in
        [r#"{"A\u001b\nB":{}}"#, r#"{"A":{"key":"A","source":"\u001b\nx"}}"#, "[\"\u{1b}\"]"]
    {
        let error = AuditSnapshot::from_json(text).unwrap_err().to_string();
        assert!(is_plain_line(&error), "{error:?}");
    }
    let more = r#","provider":"p\u001b\nq","found_as":"f\r\ng","location":{"file":"l\n\u001bm"}"#;
    let json = format!("{{{}}}", entry(r"A\nB\u001b", more));
    let saved = AuditSnapshot::from_json(&json).unwrap();
    let table = saved.to_string();
    assert_eq!(table.lines().count(), 2, "{table:?}");
    assert!(table.lines().all(is_plain_line), "{table:?}");
    let nothing = AuditSnapshot::from_json("{}").unwrap();
    let other = AuditSnapshot::from_json(&json.replace("true", "false")).unwrap();
    for (before, after) in [(&nothing, &saved), (&saved, &nothing), (&saved, &other)] {
        let drift = envaudit::Drift::between(before, after).to_string();
        assert_eq!(drift.lines().count(), 2, "{drift:?}");
        assert!(drift.lines().all(is_plain_line), "{drift:?}");
    }
}

#[test]
fn a_saved_time_can_be_written_and_read_back_or_is_refused() {
    let with = |time: &str| {
        format!(r#"{{"A":{{"key":"A","source":"aws","masked":true,"timestamp":"{time}"}}}}"#)
    };
    for time in ["0000-01-01T00:00:00", "9999-12-31T23:59:59.999999Z", "2026-11-30T12:00:00+02:00"]
    {
        let saved = AuditSnapshot::from_json(&with(time)).unwrap();
        assert_eq!(AuditSnapshot::from_json(&saved.to_json()).unwrap(), saved, "{time}");
    }
    for time in [
        "-0012-11-30T12:00:02",
        "+10000-01-01T00:00:00",
        "0000-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ] {
        assert!(AuditSnapshot::from_json(&with(time)).is_err(), "{time}");
    }
    let files = Files::with("saved.json", with("2026-11-30T12:00:02"));
    assert!(files.path().join("saved.json").exists());
}
