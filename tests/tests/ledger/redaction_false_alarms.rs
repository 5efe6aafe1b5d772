//! Ordinary logs, sentences and documentation are left as they are: redaction that eats them would be turned off.

use std::fs;
use std::path::Path;

use envaudit::ledger::redact;
use envaudit_tests::log_lines;
use envaudit_tests::redaction::{left, taken_out};

/// Sentences and code with the words that credentials follow.
const ORDINARY: [&str; 69] = [
    "switched the API from Basic Authentication to OIDC",
    "a server with basic utilities.",
    "X509v3 Basic Constraints: critical",
    "## Basic Operation",
    "Basic understanding/knowledge of Rust",
    "Basic JavaScript and Basic PowerShell",
    "Basic HTTP/1.1 support",
    "the bearer must-have",
    "Bearer Authentication, Bearer Tokens, bearer-only clients",
    "the bearer certificate",
    "a Bearer OAuth2.0 flow",
    "Token::validate",
    "Cookie::parse failed",
    "signature::Verifier",
    "jwt::Header, secret::Store and password::hash()",
    "token: expired",
    "token: Expired.",
    "Token: invalid, please sign in",
    "cookie: missing",
    "signature: valid",
    "signature: mismatch",
    "Password: changed by ada",
    "password: not set",
    "password: required",
    "secret: stored in the vault",
    "secret: see the vault",
    "the secret: ask the team of ada",
    "the password: it is the one of the old server",
    "PIN: wrong",
    "Authorization: denied for ada",
    "Authorization: none",
    "Proxy-Authorization: missing",
    "Cookie: not sent",
    "spark://CoarseGrainedScheduler@10.10.34.11",
    "akka.tcp://sparkDriver@10.10.34.11:48069",
    "ssh://git@github.com/a/b.git",
    "git+ssh://git@github.com/a/b.git",
    "sftp://backup@files.example.org/x",
    "hdfs://hadoop@nn:9000/x",
    "token: String",
    "token: &'a str,",
    "pub password: Option<SecretString>,",
    "token: Token,",
    "cookie: Cookie<'static>,",
    "secret: SecretKey) -> Self {",
    "let token = lexer.next();",
    "token = Token::new(kind)",
    "password = os.environ[\"DB_PASSWORD\"]",
    "password = getpass()",
    "token=null password=none",
    "requires_password=false",
    "tokens: 1532",
    "tokens=1532, secrets=3",
    "max_tokens=4096 total_tokens: 99",
    "random seed: 42",
    "seed=1234567",
    "password: <your password>",
    "password=<hidden>",
    "password=${DB_PASSWORD}",
    "license: MIT",
    "signature: RSA-SHA256",
    "password: too short",
    "password: minimum 8 characters",
    "Password: ********",
    "\"password\": {\"type\": \"string\"}",
    "https://git@github.com/a/b.git",
    "postgres://app@db/shop",
    "bypass_cache=no tokenizer=fast keyboard=us compass: north",
    "monkey=1 passenger=2 author: ada primary_key=7",
];

/// Beside such a text, and of the same words, a credential is still found.
const CREDENTIALS: [(&str, &str); 14] = [
    ("Basic dXNlcjpwYXNz", "Basic [REDACTED]"),
    ("Bearer abcDEF123456", "Bearer [REDACTED]"),
    ("Bearer abcDEF123456!xyz.", "Bearer [REDACTED]."),
    ("token: swordfish", "token: [REDACTED]"),
    ("Password: swordfish", "Password: [REDACTED]"),
    ("password: changedit", "password: [REDACTED]"),
    ("cookie: a=missing", "cookie: [REDACTED]"),
    ("Authorization: Token missing", "Authorization: [REDACTED]"),
    ("secret=stored in the vault", "secret=[REDACTED] in the vault"),
    ("ssh://git:hunter2@github.com", "ssh://[REDACTED]@github.com"),
    ("https://hunter2@github.com", "https://[REDACTED]@github.com"),
    ("seed: a1b2c3", "seed: [REDACTED]"),
    ("\"tokens\": [\"hunter2\", \"swordfish\"], \"a\": 1", "\"tokens\": [[REDACTED]], \"a\": 1"),
    ("tokens=['hunter2','swordfish'] x", "tokens=[[REDACTED]] x"),
];

#[test]
fn ordinary_texts_are_left_as_they_are() {
    left(&ORDINARY);
}

#[test]
fn a_credential_is_found_where_an_ordinary_text_could_be() {
    taken_out(&CREDENTIALS);
}

#[test]
fn hardly_a_line_of_ordinary_logs_is_changed() {
    const COUNT: usize = 30_000;
    let changed: Vec<String> = log_lines::lines(COUNT)
        .filter(|line| redact(line) != *line)
        .map(|line| format!("{line}\n  {}", redact(&line)))
        .collect();
    // At most one line in two thousand, and those are shown.
    let some = &changed[..changed.len().min(20)];
    assert!(changed.len() * 2_000 <= COUNT, "{}:\n{}", changed.len(), some.join("\n"));
}

#[test]
fn hardly_a_line_of_documentation_is_changed() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in a folder");
    let (mut count, mut changed) = (0, Vec::new());
    let docs = fs::read_dir(top.join("docs")).expect("there is documentation");
    let paths = docs.map(|entry| entry.expect("it can be listed").path());
    for path in paths.chain([top.join("README.md"), top.join("CHANGELOG.md")]) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for line in text.lines() {
            count += 1;
            // Examples of what is redacted are.
            if redact(line) != line {
                changed.push(format!("{}: {line}\n  {}", path.display(), redact(line)));
            }
        }
    }
    assert!(count > 1_000, "{count} lines");
    assert!(changed.len() * 100 <= count, "{} of {count}:\n{}", changed.len(), changed.join("\n"));
}
