//! Env files as people write them: every kind of docs/env-files.md.

use envaudit::{EnvConfig, LoadError, Loaded, Problem, ProblemKind, SecretString, Warning};
use envaudit_tests::env_file_cases::{CASES, VARS};
use envaudit_tests::{Files, problems};

#[derive(EnvConfig)]
struct Letters {
    a: Option<String>,
    b: Option<String>,
    c: Option<String>,
    d: Option<String>,
}

fn load(text: &str) -> Result<Loaded<Letters>, LoadError> {
    Files::with(".env", text).loader().vars(VARS).load()
}

#[test]
fn every_kind_of_line_says_what_most_readers_say_or_is_refused() {
    for case in CASES {
        let lines = |error: LoadError| -> Vec<u32> {
            let line = |problem: &Problem| problem.location().and_then(|place| place.line());
            error.problems().iter().map(|problem| line(problem).expect("a line")).collect()
        };
        match (load(case.text), case.says) {
            (Ok(loaded), Ok(expected)) => {
                let values =
                    [("A", &loaded.a), ("B", &loaded.b), ("C", &loaded.c), ("D", &loaded.d)];
                let values: Vec<(&str, &str)> = values
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value.as_deref()?)))
                    .collect();
                assert_eq!(values, expected, "{:?}", case.text);
            }
            (Err(error), Err(expected)) => assert_eq!(lines(error), expected, "{:?}", case.text),
            (Ok(_), Err(lines)) => panic!("{:?} is read, lines {lines:?} are not to be", case.text),
            (Err(error), Ok(_)) => panic!("{:?}: {error}", case.text),
        }
    }
}

#[test]
fn no_line_is_swallowed_by_a_quote_on_the_line_of_another_variable() {
    #[derive(EnvConfig)]
    struct Service {
        port: Option<u16>,
        db_password: SecretString,
        mode: String,
    }
    for quote in ["'", "\""] {
        let text = format!("PORT=8080{quote}\nDB_PASSWORD=s3cr3t\nMODE=dev{quote}\n");
        let result = Files::with(".env", text).loader::<Service>().load();
        let problem = problems::only(&result);
        assert_eq!((problem.kind(), problem.key()), (ProblemKind::Invalid, Some("PORT")));
        assert_eq!(problem.found(), Some(&*format!("8080{quote}")));
        assert!(!problems::all_text(result.as_ref().err().expect("no port")).contains("s3cr3t"));
        // With a port that is one, the others are what their own lines say.
        let text = format!("PORT=80\nDB_PASSWORD=it{quote}s\nMODE=dev # don{quote}t\n");
        let loaded = Files::with(".env", text).loader::<Service>().load();
        let loaded = loaded.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((loaded.port, &*loaded.mode), (Some(80), "dev"));
        use envaudit::ExposeSecret;
        assert_eq!(loaded.db_password.expose_secret(), format!("it{quote}s"));
    }
}

#[test]
fn what_to_do_fits_the_mistake() {
    let table = [
        ("A=1 B=2\n", "line of its own"),
        ("A='x' y\n", "second quote"),
        ("A=\"{\"k\":1}\"\n", "other kind of quotes"),
        ("A=\"a\\tb\"\n", "a tab is written as it is"),
        ("A=$$NAME\n", "single quotes"),
        ("A=\\\\$NAME\n", "single quotes"),
        ("A='x\n", "close the quote"),
        ("A=JBSWY3DPEHPK3PXP\nJBSWY3DPEHPK3PXA====\n", "one line"),
    ];
    for (text, hint) in table {
        let result = load(text);
        let problem = problems::only(&result);
        assert_eq!(problem.kind(), ProblemKind::Syntax, "{text:?}");
        assert!(problem.hint_text().is_some_and(|found| found.contains(hint)), "{problem}");
    }
}

#[test]
fn a_value_that_is_taken_for_a_comment_is_a_warning() {
    let loaded = load("A=#FF0000\nB= # none\nC=\nOTHER=#1\nD='' #x\n").expect("loads");
    assert_eq!(loaded.a.as_deref(), Some(""));
    match loaded.audit().warnings() {
        [warning @ Warning::CommentAfterEquals { key: "A", location, .. }] => {
            assert_eq!(location.line(), Some(1));
            let text = warning.to_string();
            assert!(text.contains("A is empty") && !text.contains("FF0000"), "{text}");
        }
        warnings => panic!("{warnings:?}"),
    }
}

#[test]
fn dollars_that_readers_disagree_about_are_nobodys_problem_where_no_field_reads_them() {
    let loaded = load("COMPOSE_HASH=$$2a$$08$$qF\nPATHS=\\\\$x\nA=1\n").expect("loads");
    assert_eq!(loaded.a.as_deref(), Some("1"));
    let result = load("A=$$2a$$08$$qF\n");
    assert_eq!(problems::only(&result).key(), Some("A"));
}
