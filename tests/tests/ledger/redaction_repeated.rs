//! What was redacted is settled: to redact it again changes nothing, whatever the text.

use envaudit::ledger::redact;
use proptest::prelude::*;

/// Parts of texts that redaction looks at. What is put together of them is no text that anybody writes, but may be one that
/// somebody sends.
const PARTS: [&str; 79] = [
    "mysql ",
    "sql ",
    "-p",
    "-pabc",
    "abc",
    "Ab1",
    ";",
    "|",
    "&",
    "&&",
    " ",
    "=",
    ":",
    "password",
    "password=",
    "password: ",
    "token",
    "\"",
    "'",
    "`",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ",",
    ".",
    "\n",
    "\\",
    "\\\"",
    "/",
    "://",
    "@",
    "https://",
    "postgres://",
    "u:p@h",
    "?",
    "#",
    "[REDACTED]",
    "[REDACTED",
    "--password ",
    "--token",
    "curl -u ",
    "a:b",
    "sqlplus ",
    "scott/tiger@db",
    "jdbc:oracle:thin:",
    "tcp(",
    "Bearer ",
    "abcDEF123456",
    "Authorization: ",
    "Cookie: ",
    "Password=",
    "DSN=",
    "DATABASE_URL=",
    "hooks.slack.com/services/",
    "T0AB/",
    "-----BEGIN ",
    "PRIVATE KEY-----",
    "${",
    "$(",
    "}}",
    "\t",
    "\r\n",
    "é",
    " is ",
    "key=",
    "value=",
    "</password>",
    "<password>",
    "IDENTIFIED BY ",
    "connect ",
    "set to ",
    "|\n ",
    "requirepass ",
    "sh -c '",
];

#[test]
fn a_value_that_goes_on_behind_a_separator_takes_the_next_command_with_it_at_once() {
    for sign in [';', '|', '&'] {
        let text = format!("mysql -pabc{sign}sql -pabc");
        let clean = redact(&text);
        assert_eq!(clean, "mysql -p[REDACTED] -p[REDACTED]", "{text}");
        assert_eq!(redact(&clean), clean);
    }
}

#[test]
fn texts_that_once_changed_again_are_settled() {
    for text in [
        "mysql -pabc;sql -pabc",
        "hooks.slack.com/services/pwd=%\u{1}postgres://seed ",
        "DSN=password={u:p@h/>dXNlcjpwYXNz${@}$(}}}}\"",
        "sshpass -p a;b sshpass -p c|d sshpass -p e&f",
    ] {
        let clean = redact(text);
        assert_eq!(redact(&clean), clean, "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn what_was_redacted_stays_as_it_is(parts in prop::collection::vec(prop::sample::select(&PARTS[..]), 1..16)) {
        let text = parts.concat();
        let clean = redact(&text).into_owned();
        prop_assert_eq!(redact(&clean), &*clean, "{:?}", text);
    }

    #[test]
    fn so_does_any_text(text in "\\PC{0,40}") {
        let clean = redact(&text).into_owned();
        prop_assert_eq!(redact(&clean), &*clean, "{:?}", text);
    }
}
