//! A text may be a stranger's: whatever is repeated in it, it takes no longer than its length.

use envaudit::ledger::redact;

/// So many bytes of each needle. To search the rest of the text at each of them would take many times as long as all tests.
const LENGTH: usize = 1 << 16;

/// What addresses begin with, and what is in them.
const URLS: [&str; 12] = [
    "://",
    "://h:8/",
    "://u@h ",
    ":// ",
    "jdbc:oracle:",
    "jdbc:oracle:a:/@",
    "a:b@tcp(",
    "hooks.slack.com/",
    "://A1b",
    "http://u@",
    "x?",
    "discord.com/hooks.slack.com/x/",
];

/// Names of secrets, and what values begin with.
const NAMES: [&str; 28] = [
    "token=",
    "password={",
    "password={}}",
    "password=\\\"",
    "password=\"\\\"",
    "password=${",
    "password=${password=$(password={{",
    "x;password=",
    "\"password=x;a",
    "cookie:",
    "a=",
    "x_dsn=",
    "x_dsn=a@",
    "pwd=/a",
    "cookie: x ",
    "cookie:x",
    "token: expired,",
    "password=self.",
    "password=a)",
    "password=(",
    "password=a,",
    "password=a;",
    "password=<a",
    "password=a'",
    "?token=a#",
    "secrets=1,",
    ",",
    "password: a.",
];

/// What keys begin with.
const SHAPES: [&str; 9] = [
    "Bearer ",
    "Basic a",
    "bearer \"x",
    "-----BEGIN",
    "-----BEGIN X-----",
    "-----",
    "a-",
    "eyJaaaaaaa.b.",
    "[REDACTED]",
];

/// Programs, options and quotes.
const COMMANDS: [&str; 11] = [
    "docker -x a a a ",
    "sshpass -a ",
    "mysql -p\"",
    "\"'",
    "\"a 'b ",
    "-'",
    "--password ",
    "curl -u a:",
    "sqlplus a/b@//",
    "redis-cli -a x;y|",
    "--password a;",
];

fn redact_each_over_and_over(needles: &[&str]) {
    for needle in needles {
        let text = needle.repeat(LENGTH / needle.len());
        assert!(redact(&text).len() <= text.len() * 4, "{needle}");
    }
}

#[test]
fn a_long_text_of_addresses_would_not_come_to_its_end_were_each_searched_for_to_the_end() {
    redact_each_over_and_over(&URLS);
}

#[test]
fn a_long_text_of_names_would_not_come_to_its_end_were_each_searched_for_to_the_end() {
    redact_each_over_and_over(&NAMES);
}

#[test]
fn a_long_text_of_fronts_of_keys_would_not_come_to_its_end_were_each_searched_for_to_the_end() {
    redact_each_over_and_over(&SHAPES);
}

#[test]
fn a_long_text_of_commands_would_not_come_to_its_end_were_each_searched_for_to_the_end() {
    redact_each_over_and_over(&COMMANDS);
}
