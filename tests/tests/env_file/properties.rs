//! Env files of any content.

use std::collections::HashMap;

use envaudit::{EnvConfig, LoadError, Loaded, SecretString};
use envaudit_tests::{Files, problems};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

#[derive(EnvConfig, Debug)]
struct Letters {
    a: Option<String>,
    b: Option<String>,
    c: Option<String>,
}

impl Letters {
    fn values(&self) -> [Option<&str>; 3] {
        [self.a.as_deref(), self.b.as_deref(), self.c.as_deref()]
    }
}

fn load(content: impl AsRef<[u8]>) -> Result<Loaded<Letters>, LoadError> {
    Files::with(".env", content).loader().load()
}

/// As many cases as `PROPTEST_CASES` says. A case that failed becomes a test of its own, not a file.
fn config() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}

/// What needs no quotes.
const PLAIN: &str = "[!%&(-\\[\\]-~]{0,40}";

/// A value that dotenvy and we must read alike: what stands in quotes is read by it, and what has none means itself. No `$`,
/// and none of the ways of dotenvy in which it stands alone.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[!%&(-\\[\\]-~üß€][!#%&(-\\[\\]-~üß€]{0,9}",
        "'[ -#%&(-\\[\\]-~\n\tü]{0,9}'",
        "\"([ !#%-\\[\\]-~\n\tü]|\\\\[n\"'\\\\]){0,9}\"",
        "",
    ]
}

fn line() -> impl Strategy<Value = String> {
    let comment = "[ \t]{0,2}|[ \t]{1,2}#[a-z #=\\]]{0,8}";
    let assignment = ("[ \t]{0,2}(export[ \t]{1,2})?[ABC][ \t]?=[ \t]{0,2}", value(), comment)
        .prop_map(|(name, value, comment)| format!("{name}{value}{comment}\n"));
    prop_oneof![
        8 => assignment,
        1 => "[ \t]{0,3}\n",
        1 => "[ \t]{0,2}#[ -~]{0,8}\n",
        1 => "[a-z_][a-z_.0-9]{0,3}=x\n",
    ]
}

/// A value in quotes, so that it is read back as it is.
fn quoted(value: &str) -> String {
    if value.contains(['\'', '\r']) {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
        format!("\"{}\"", escaped.replace('\r', "\\r"))
    } else {
        format!("'{value}'")
    }
}

/// What env files are made of.
const TOKENS: &[&str] = &[
    "A", "B", "C", "A=", "B=", "\nC=", "=", "'", "\"", "\\", "$", "${", "}", "${A}", "$B", "${C:-",
    ":-", ":?", ":+", " ", "\t", "\n", "\r\n", "\r", "#", " #", "export ", "x", "1", "ü", "\0",
    "\u{a0}", "\u{feff}", "\u{e000}", "\u{e001}",
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_dotenvy_accepts_is_read_as_dotenvy_reads_it(lines in vec(line(), 1..6)) {
        let text = lines.concat();
        let theirs: HashMap<String, String> = dotenvy::from_read_iter(text.as_bytes())
            .collect::<Result<_, _>>()
            .expect("these lines are fine with dotenvy");
        let ours = load(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let theirs = ["A", "B", "C"].map(|key| theirs.get(key).map(String::as_str));
        prop_assert_eq!(ours.values(), theirs);
    }

    #[test]
    fn a_plain_value_is_the_same_however_it_is_written(value in PLAIN) {
        let ways = [
            format!("A={value}"),
            format!("A={value}\n"),
            format!("A={value}\r\n"),
            format!(" A={value}"),
            format!("A ={value} # c"),
            format!("A= {value}\n"),
            format!("A={value}\t"),
            format!("export A={value}"),
            format!("A='{value}'"),
            format!("A=\"{value}\""),
            format!("\u{feff}A={value}"),
        ];
        let files = Files::new();
        for way in ways {
            files.write(".env", &way);
            let loaded: Result<Loaded<Letters>, _> = files.loader().load();
            let loaded = loaded.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(loaded.a.as_deref(), Some(&*value), "{:?}", way);
        }
    }

    #[test]
    fn any_text_in_quotes_is_read_back_with_its_line(
        values in vec((".*|[\0-\u{7f}\n]{0,9}|[\u{e000}-\u{e003}'\"$\\\\]{0,9}", "(\n|# [a-z']*\n){0,3}"), 3..=3),
    ) {
        let mut text = String::new();
        let mut lines = Vec::new();
        for (key, (value, gap)) in ["A", "B", "C"].into_iter().zip(&values) {
            text.push_str(gap);
            lines.push(1 + text.matches('\n').count() as u32);
            text.push_str(&format!("{key}={}\n", quoted(value)));
        }
        let loaded = load(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let expected: Vec<Option<&str>> = values.iter().map(|(value, _)| Some(&**value)).collect();
        prop_assert_eq!(&loaded.values()[..], expected);
        let found: Vec<u32> = loaded
            .audit()
            .entries()
            .filter_map(|entry| entry.location.as_ref()?.line())
            .collect();
        prop_assert_eq!(found, lines);
    }

    #[test]
    fn any_bytes_are_read_or_refused_line_by_line(bytes in vec(any::<u8>(), 0..200)) {
        check_any(&bytes)?;
    }

    #[test]
    fn any_mixture_of_what_means_something_is_read_or_refused(
        tokens in vec(select(TOKENS), 0..60),
    ) {
        check_any(tokens.concat().as_bytes())?;
    }

    #[test]
    fn no_error_about_secrets_has_any_content_of_the_file(tokens in vec(select(TOKENS), 0..40)) {
        #[derive(EnvConfig)]
        #[expect(dead_code, reason = "only asked for in errors")]
        struct Secrets {
            a: Option<SecretString>,
            b: Option<envaudit::SecretBox<u16>>,
            c: Option<Vec<SecretString>>,
        }
        let text = tokens.concat().replace('x', "s3cr3t");
        let result = Files::with(".env", text).loader::<Secrets>().deny_unknown(false).load();
        match result {
            Ok(loaded) => prop_assert!(!loaded.audit().to_json().contains("s3cr3t")),
            Err(error) => prop_assert!(!problems::all_text(&error).contains("s3cr3t"), "{}", error),
        }
    }
}

/// Whatever a file holds, a load ends, and each value and each problem has a line of the file.
fn check_any(bytes: &[u8]) -> Result<(), TestCaseError> {
    let lines = 1 + bytes.iter().filter(|byte| b"\n\r".contains(byte)).count() as u32;
    match load(bytes) {
        Ok(loaded) => {
            for (entry, value) in loaded.audit().entries().zip(loaded.values()) {
                let line = entry.location.as_ref().and_then(|location| location.line());
                prop_assert_eq!(line.is_some(), value.is_some());
                prop_assert!(line.is_none_or(|line| (1..=lines).contains(&line)));
            }
        }
        Err(error) => {
            prop_assert!(!error.problems().is_empty());
            for problem in error.problems() {
                let location = problem.location();
                prop_assert!(location.is_some_and(|location| location.file().is_some()));
                let line = location.and_then(|location| location.line());
                prop_assert!(line.is_none_or(|line| (1..=lines).contains(&line)), "{}", problem);
            }
        }
    }
    Ok(())
}
