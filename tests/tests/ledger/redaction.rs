//! Credentials do not get into a ledger, however they are given.

use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{Actor, Event, REDACTED, is_secret_name, redact};
use envaudit_tests::fresh_ledger::on;
use envaudit_tests::redaction::{left, taken_out};
use proptest::prelude::*;
use serde_json::json;

/// Texts with a credential in them, and what is left.
const TEXTS: [(&str, &str); 41] = [
    // The userinfo of URLs.
    ("postgres://app:hunter2@db/shop", "postgres://[REDACTED]@db/shop"),
    ("redis://:hunter2@cache:6379/0", "redis://[REDACTED]@cache:6379/0"),
    ("https://hunter2@git.example.org/x.git", "https://[REDACTED]@git.example.org/x.git"),
    ("postgres://app:hun/ter#2?@db/shop", "postgres://[REDACTED]@db/shop"),
    ("postgres://app:hun@ter2@db/shop", "postgres://[REDACTED]@db/shop"),
    ("a amqp://a:b@h, c http://c:d@i/x", "a amqp://[REDACTED]@h, c http://[REDACTED]@i/x"),
    // Parameters and members that are named like secrets.
    ("GET /in?token=hunter2&page=2", "GET /in?token=[REDACTED]&page=2"),
    ("https://h/p?a=1&access_token=hunter2#f", "https://h/p?a=1&access_token=[REDACTED]#f"),
    ("https://h/b?sv=1&sig=hun%2Fter2&b=2", "https://h/b?sv=1&sig=[REDACTED]&b=2"),
    ("https://h/#access_token=hunter2", "https://h/#access_token=[REDACTED]"),
    ("password=hunter2", "password=[REDACTED]"),
    ("DB_PASSWORD: hunter2", "DB_PASSWORD: [REDACTED]"),
    ("{\"apiKey\": \"hunter2\", \"b\": 1}", "{\"apiKey\": \"[REDACTED]\", \"b\": 1}"),
    ("Server=db;Password=hun ter 2;Port=1", "Server=db;Password=[REDACTED];Port=1"),
    ("AccountName=a;AccountKey=aHVudGVyMg==;x=1", "AccountName=a;AccountKey=[REDACTED];x=1"),
    // Headers.
    ("Authorization: Bearer hunterhunter", "Authorization: [REDACTED]"),
    ("Authorization: Digest username=\"a\"", "Authorization: [REDACTED]\"a\""),
    ("Cookie: a=1; b=hunter2\nHost: h", "Cookie: [REDACTED]\nHost: h"),
    ("X-Api-Key: hunter2", "X-Api-Key: [REDACTED]"),
    ("sent Bearer abcDEF123456.x to h", "sent Bearer [REDACTED] to h"),
    ("sent bearer abcdefghijklmnopqrstuvwxyz", "sent bearer [REDACTED]"),
    ("sent Basic dXNlcjpwYXNzMQ== to h", "sent Basic [REDACTED] to h"),
    // Private keys.
    ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "[REDACTED]"),
    (
        "k -----BEGIN OPENSSH PRIVATE KEY-----\\nb3Bl\\n-----END OPENSSH PRIVATE KEY----- e",
        "k [REDACTED] e",
    ),
    ("-----BEGIN EC PRIVATE KEY-----\nMIIE, cut off", "[REDACTED]"),
    ("-----BEGIN PRIVATE KEY-----\nMIIE", "[REDACTED]"),
    // Twice is once.
    (
        "postgres://[REDACTED]@db and token=[REDACTED]",
        "postgres://[REDACTED]@db and token=[REDACTED]",
    ),
    ("[REDACTED]", "[REDACTED]"),
    ("redis://:s3cret@cache:6379/0", "redis://[REDACTED]@cache:6379/0"),
    ("see amqp://a:b@h and http://c:d@i/x", "see amqp://[REDACTED]@h and http://[REDACTED]@i/x"),
    ("postgres://u:p/w?d@h/db", "postgres://[REDACTED]@h/db"),
    ("https://h/p?a=1&access_token=xyz#f", "https://h/p?a=1&access_token=[REDACTED]#f"),
    ("https://h/p?X-Amz-Signature=abc&b=2", "https://h/p?X-Amz-Signature=[REDACTED]&b=2"),
    ("Server=db;Password=hun ter", "Server=db;Password=[REDACTED]"),
    ("Server=db;Password=hun ter;Port=1", "Server=db;Password=[REDACTED];Port=1"),
    ("Password=\"hun ter\";x", "Password=\"[REDACTED]\";x"),
    ("{\"apiKey\": \"abc\", \"b\": 1}", "{\"apiKey\": \"[REDACTED]\", \"b\": 1}"),
    ("authorised by Bearer abcDEF123456.x", "authorised by Bearer [REDACTED]"),
    ("Basic dXNlcjpwYXNz", "Basic [REDACTED]"),
    ("Basic dXNlcjpwYXNzMQ==", "Basic [REDACTED]"),
    ("key AKIAIOSFODNN7EXAMPLE rotated", "key [REDACTED] rotated"),
];

/// Texts that look a little like one, and have none.
const HARMLESS: [&str; 24] = [
    "",
    "moved to the new cluster",
    "https://h:8080/x@y",
    "http://h/a@b",
    "ada@example.org",
    "author=me&monkey=2&keyboard=qwerty",
    "primary_key=7",
    "port: 8080",
    "12:30",
    "a basic understanding, the bearer certificate",
    "sk-8 AKIA eyJ",
    "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "019aabcd-0000-7000-8000-000000000001",
    "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----",
    "é: ü = ö",
    "/usr/share/doc/libstdc++6/changelog.gz",
    "registry.example.org/team/app@sha256:0123456789abcdef",
    "author=me&monkey=2",
    "a basic understanding",
    "the bearer certificate",
    "sk-8",
    "keyboard=qwerty",
];

/// Keys in the shapes of their makers. None is real, and none stands in this file as one piece.
fn keys() -> Vec<(&'static str, String)> {
    let of = |front: &str, rest: usize| {
        format!("{front}{}", "aB3dE5gH7j".chars().cycle().take(rest).collect::<String>())
    };
    vec![
        ("an access key of AWS", format!("AKIA{}", "IOSFODNN7EXAMPLE")),
        ("a temporary access key of AWS", format!("ASIA{}", "IOSFODNN7EXAMPLE")),
        ("a secret key of AWS", of("", 40)),
        ("one with slashes", format!("wJalrXUtnFEMI/{}", "K7MDENG/bPxRfiCYEXAMPLEKEY")),
        ("a session token of AWS", of("IQoJb3JpZ2lu", 200)),
        ("a key of an Azure account", format!("{}==", of("", 86))),
        ("a client secret of Azure", format!("abc8Q~{}", of("", 34))),
        ("an API key of Google", of("AIza", 35)),
        ("an access token of Google", of("ya29.", 60)),
        ("a client secret of Google", of("GOCSPX-", 28)),
        ("a token of GitHub", of("ghp_", 36)),
        ("a fine-grained token of GitHub", of("github_pat_", 60)),
        ("a token of GitLab", of("glpat-", 20)),
        ("a token of Slack", of("xoxb-", 40)),
        ("a key of Stripe", of("sk_live_", 24)),
        ("a webhook secret of Stripe", of("whsec_", 32)),
        ("a key of a model", of("sk-proj-", 40)),
        ("a token of Vault", of("hvs.", 24)),
        ("a token of npm", of("npm_", 36)),
        ("a token of PyPI", of("pypi-", 80)),
        ("a key of SendGrid", format!("{}.{}", of("SG.", 22), of("", 43))),
        ("a JSON web token", format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", of("eyJ", 20), of("", 43))),
        ("a short one", format!("eyJhbGciOiJIUzI1NiJ9.{}", "eyJzdWIiOiIxIn0.dGVzdA_-x")),
        (
            "a private key",
            format!("-----BEGIN RSA{}", " PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"),
        ),
        ("one that is not signed", format!("eyJhbGciOiJub25lIn0.{}.", of("eyJ", 20))),
        (
            "one that is encrypted",
            format!(
                "{}.{}.{}.{}.{}",
                of("eyJ", 30),
                of("", 30),
                of("", 16),
                of("", 50),
                of("", 22)
            ),
        ),
    ]
}

#[test]
fn what_looks_like_a_credential_is_taken_out() {
    taken_out(&TEXTS);
}

#[test]
fn what_does_not_is_left_as_it_is() {
    left(&HARMLESS);
}

#[test]
fn keys_are_known_by_their_shapes_wherever_they_stand() {
    for (name, key) in keys() {
        let around = [
            ("", ""),
            ("key ", " rotated"),
            ("(", ")"),
            ("key is ", "."),
            ("k=", ";"),
            ("\"", "\","),
        ];
        for (before, after) in around {
            let clean = redact(&format!("{before}{key}{after}")).into_owned();
            let part = &key[..key.len() - 2];
            assert!(clean.contains(REDACTED) && !clean.contains(part), "{name}: {clean}");
            assert!(clean.starts_with(before), "{name}: {clean}");
        }
    }
}

#[test]
fn names_of_secrets_are_told_by_their_words() {
    let secret = [
        "PASSWORD",
        "passwords",
        "DB_PASSWORD",
        "dbPassword",
        "PASSPHRASE",
        "apiKey",
        "API_KEY",
        "APIKey",
        "x-api-key",
        "auth.token",
        "client_secret",
        "AWS_SECRET_ACCESS_KEY",
        "privateKey",
        "session-cookie",
        "SIGNING_KEY",
        "Authorization",
        "PGPASSWORD",
        "dbpassword",
        "DBPASS",
        "ROOTPASS",
        "MYSQL_ROOT_PW",
        "APP_KEY",
        "SESSION_KEY",
        "DEPLOY_KEY",
        "TLS_KEY",
        "AES_KEY",
        "GPG_KEY",
        "APP_SALT",
        "STRIPE_SK",
        "NPM_AUTH",
        "WALLET_MNEMONIC",
        "KEY_SEED",
        "DUO_SKEY",
        "DUO_AKEY",
        "TOKENS",
        "API_TOKENS",
        "CRYPTO_KEY",
        "CRYPTO_KEYS",
        "AUTH_KEYS",
        "authKeys",
        "MASTER_KEY",
        "LDAP_USER_PASS",
        "PKCS12_PASSPHRASE",
        "ACCESSTOKEN",
        "AUTHORIZATION_HEADER",
        "CONNECTION_STRING",
        "ConnectionStrings",
        "LICENSE_KEY",
        "INSTALLATION_KEY",
        "SECRETKEY",
        "PASSWORD2",
        "token_1",
        "DB_PASSWORD_OLD",
        "token_ttl",
    ];
    let public = [
        "AUTHOR",
        "MONKEY",
        "key",
        "primary_key",
        "keyboard",
        "passenger",
        "compass",
        "",
        "tokenizer",
        "PORT",
        "max_tokens",
        "pinned",
        "auth",
        "BYPASS",
        "salt",
        "OAUTH_URL",
        "foreign_key",
        "cache_key",
        "bypass_x",
        "LICENSE",
        "max_output_tokens",
        "total_tokens",
        "secretary",
        "pass_rate",
        "passing",
        "seedling",
        "pinning",
        "turkey",
        "hotkey_1",
        "dsn",
        "signatory",
        "connection",
    ];
    for name in secret {
        assert!(is_secret_name(name), "{name}");
    }
    for name in public {
        assert!(!is_secret_name(name), "{name}");
    }
}

#[test]
fn no_member_of_an_event_lets_a_credential_through() {
    type Put = fn(Event, String) -> Event;
    let puts: [(&str, Put); 9] = [
        ("resource type", |event, text| event.resource(text, "x")),
        ("resource id", |event, text| event.resource("x", text)),
        ("reason", Event::reason),
        ("request id", Event::request_id),
        ("session id", Event::session_id),
        ("user agent", Event::user_agent),
        ("ip address", |event, text| event.ip_address(&text)),
        ("detail", |event, text| event.detail("note", text)),
        ("nested detail", |event, text| event.detail("notes", json!([{"deep": [text]}]))),
    ];
    let ledger = on(&MemoryDisk::new());
    let line = |event: Event| {
        let seq = ledger.append(&event).unwrap().seq;
        String::from_utf8(ledger.reader().get(seq).unwrap().unwrap().bytes().to_vec()).unwrap()
    };
    for (name, key) in keys() {
        let text = format!("key {key} rotated");
        for (member, put) in puts {
            let line = line(put(Event::new("a.b", Actor::user("ada")), text.clone()));
            assert!(!line.contains(&key), "{name} as {member}: {line}");
        }
        let line = line(Event::new("a.b", Actor::user(text)));
        assert!(!line.contains(&key), "{name} as actor: {line}");
    }
    for value in [
        json!("hunter2"),
        json!(["hunter2", 4711471147114711u64]),
        json!({"x": {"y": "hunter2"}}),
        json!(4711471147114711u64),
    ] {
        let line = line(Event::new("a.b", Actor::user("ada")).detail("db_password", value));
        assert!(
            line.contains(REDACTED)
                && !line.contains("hunter2")
                && !line.contains("4711471147114711"),
            "{line}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_password_in_a_url_survives(
        user in "[a-z]{0,8}", password in "[a-zA-Z0-9!$%^*_+~-]{6,30}Z", host in "[a-z]{1,8}",
        before in "[ -~é]{0,20} ", after in "( [ -~é]{0,20})?",
    ) {
        let text = format!("{before}postgres://{user}:{password}@{host}/db{after}");
        let clean = redact(&text);
        prop_assert!(!clean.contains(&format!(":{password}@")), "{}", clean);
        prop_assert!(clean.contains(REDACTED), "{}", clean);
    }

    #[test]
    fn redacting_any_text_ends_and_is_stable(text in "\\PC{0,80}") {
        let clean = redact(&text).into_owned();
        let again = redact(&clean).into_owned();
        prop_assert_eq!(redact(&again).into_owned(), again);
    }
}
