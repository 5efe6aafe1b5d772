//! How much of a bad value an error shows.

use envaudit::{EnvConfig, SecretString};
use envaudit_tests::{Files, problems, read_as};

fn refuse(text: &str) -> Result<String, String> {
    Err(format!("cannot parse {text}"))
}

#[test]
fn a_value_is_shown_on_one_line_without_what_a_terminal_would_obey() {
    for (value, shown) in [
        ("8\n0", "8\\n0"),
        ("\u{1b}[31mred", "\\u{1b}[31mred"),
        ("\u{7}", "\\u{7}"),
        ("a\"b'c\\d", "a\"b'c\\\\d"),
        ("zażółć", "zażółć"),
        ("\u{202e}txt", "\\u{202e}txt"),
    ] {
        let problem = read_as!(u16, value).expect_err("no number");
        assert_eq!(problem.found(), Some(shown));
        assert_eq!(problem.to_string().lines().count(), 3);
    }
}

#[test]
fn a_long_value_is_cut() {
    let problem = read_as!(u16, "x".repeat(1000)).expect_err("no number");
    let shown = problem.found().expect("it is shown");
    assert_eq!(shown, format!("{}… (920 more characters)", "x".repeat(80)));
}

#[test]
fn a_long_message_of_a_parser_is_cut() {
    let problem = read_as!([parse_with = refuse] String, "é".repeat(1000)).expect_err("no");
    let reason = problem.reason_text().expect("the parser says why");
    assert_eq!(reason.chars().count(), 400);
    assert!(reason.starts_with("cannot parse éé"));
    let problem = read_as!([parse_with = refuse] String, "a\u{1b}[2Jb\nc").expect_err("refused");
    assert_eq!(problem.reason_text(), Some("cannot parse a[2Jb\nc"));
}

#[test]
fn a_password_in_a_url_is_shown_neither_as_value_nor_in_the_parsers_message() {
    for url in [
        "postgres://app:hunter2@db/app",
        "postgres://app:hun/ter?2#@db/app",
        "postgres://app:p@hunter2@db",
        "redis://:hunter2@cache:x",
        "https://hunter2@github.com/a/b",
        "amqp://a:hunter2@one,amqp://b:hunter2@two",
        "app:hunter2@tcp(db:3306)/app",
    ] {
        for problem in [
            read_as!([parse_with = refuse] String, url).expect_err("refused"),
            read_as!([len(..4)] String, url).expect_err("long"),
        ] {
            let json = serde_json::to_string(&problem).expect("serialises");
            for text in [problem.to_string(), format!("{problem:?}"), json] {
                assert!(!text.contains("hun") && !text.contains("ter2"), "{url}:\n{text}");
                assert!(text.contains("[REDACTED]"), "{url}:\n{text}");
            }
        }
    }
}

#[test]
fn an_address_without_a_password_is_shown_whole() {
    for text in ["http://host/a@b", "somebody@example.org", "npm/@scope/name", "https://host:80"] {
        let problem = read_as!([len(..4)] String, text).expect_err("long");
        assert_eq!(problem.found(), Some(text));
    }
}

#[test]
fn a_value_made_of_a_secret_is_not_shown_either() {
    #[derive(EnvConfig, Debug)]
    struct Config {
        password: SecretString,
        #[env(parse_with = refuse)]
        url: String,
    }
    let files = Files::with(".env", "PASSWORD=hunter2\nURL=\"host=db password=${PASSWORD}\"\n");
    let result = files.loader::<Config>().load();
    let problem = problems::only(&result);
    assert_eq!((problem.key(), problem.found()), (Some("URL"), None));
    let reason = "the reason is not shown, because the value is secret";
    assert_eq!(problem.reason_text(), Some(reason));
    let read = result.map(|loaded| (loaded.password.clone(), loaded.url.clone()));
    assert!(!problems::all_text(&read.expect_err("refused")).contains("hunter2"));
}
