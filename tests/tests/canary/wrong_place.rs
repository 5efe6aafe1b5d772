//! Secrets that stand where none belongs: in a value of another type, within a text, in what a parser or a check says of it.

use std::fmt;
use std::str::FromStr;

use envaudit::{EnvConfig, SecretString};
use envaudit_tests::canary::{assert_not_in, everything_said};
use envaudit_tests::{Files, isolated, problems};

const SECRET: &str = "Kq7xWm2eZt9bRv4n";

/// Values that have the secret at the sign `%`, in shapes that are known.
const VALUES: [&str; 24] = [
    "Server=db;Password=%;",
    "host=db user=u password=%",
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=%;EndpointSuffix=x",
    "redis://h?password=%",
    "postgres://app:%@db/shop",
    "https://%@git.example.org/x",
    "app:%@tcp(db:3306)/app",
    "jdbc:oracle:thin:scott/%@h:1521:x",
    "https://h/p?access_token=%",
    "https://hooks.slack.com/services/T0AB/B0CD/%",
    "Bearer %",
    "Authorization: Bearer %",
    "X-Api-Key: %",
    "Cookie: sid=%",
    "{\"private_key\":\"%\"}",
    "{\"a\": [{\"password\": \"%\"}]}",
    "[\"deploy\", \"--token\", \"%\"]",
    "deploy --password % -v",
    "curl -u me:% https://h",
    "mysql -p% shop",
    "PGPASSWORD=% psql",
    "password: '%'",
    "-----BEGIN PRIVATE KEY-----\n%\n-----END PRIVATE KEY-----",
    "client_id=a&client_secret=%",
];

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// What a parser may say of a value, and of the secret that it has found in it.
fn messages(value: &str, secret: &str) -> Vec<String> {
    let (front, back) = secret.split_at(secret.len() / 2);
    vec![
        format!("cannot parse {value}"),
        format!("cannot parse {value:?} at 3"),
        format!("cannot parse {}", value.to_uppercase()),
        format!("cannot parse {}", value.to_lowercase()),
        format!("cannot parse {}", serde_json::json!(value)),
        format!("unexpected word `{secret}`"),
        format!("it begins with {front}"),
        format!("it ends with '{back}'"),
        format!("unexpected word {}", secret.to_uppercase()),
        format!("unexpected bytes {}", hex(secret)),
        format!("unexpected bytes {:?}", secret.as_bytes()),
    ]
}

/// A type whose parser says what the test wants: the message after the last bar.
#[derive(Debug)]
struct Told;

thread_local! {
    static MESSAGE: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

impl FromStr for Told {
    type Err = String;

    fn from_str(_: &str) -> Result<Self, String> {
        Err(MESSAGE.with_borrow(Clone::clone))
    }
}

fn refuse(_: &String) -> Result<(), String> {
    Err(MESSAGE.with_borrow(Clone::clone))
}

fn refuse_all(_: &Checked) -> Result<(), String> {
    Err(MESSAGE.with_borrow(Clone::clone))
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct Read {
    setting: Told,
    list: Option<Vec<Told>>,
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct Validated {
    #[env(validate = refuse)]
    setting: String,
}

#[derive(EnvConfig, Debug)]
#[env(validate = refuse_all)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct Checked {
    setting: String,
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct Numbers {
    setting: u16,
    limits: Option<Vec<u8>>,
}

/// Panics when eight characters of the secret are said, in any case, or its bytes.
#[track_caller]
fn assert_nothing_of(secret: &str, said: &str, what: &str) {
    let said = said.to_lowercase();
    assert_not_in(&said, &secret.to_lowercase(), what);
    assert_not_in(&said, &hex(secret), what);
    let bytes = format!("{:?}", secret.as_bytes());
    assert!(!said.contains(&bytes[1..24]), "{what}: {said}");
}

#[test]
fn a_credential_within_a_value_is_said_neither_by_a_parser_nor_by_a_check() {
    for shape in VALUES {
        let value = shape.replace('%', SECRET);
        for message in messages(&value, SECRET) {
            let what = format!("{value}: {message}");
            MESSAGE.replace(message);
            let vars = || [("SETTING", value.clone()), ("LIST", format!("a,{value}"))];
            for said in [
                everything_said(&isolated::vars::<Read>(vars())),
                everything_said(&isolated::vars::<Validated>(vars())),
                everything_said(&isolated::vars::<Checked>(vars())),
            ] {
                assert_nothing_of(SECRET, &said, &what);
            }
        }
    }
}

#[test]
fn a_credential_in_the_place_of_a_number_is_not_shown() {
    for shape in VALUES {
        let value = shape.replace('%', SECRET);
        let vars = [("SETTING", value.clone()), ("LIMITS", format!("1,{value}"))];
        let loader = isolated::vars::<Numbers>(vars);
        assert_eq!(problems::of(&loader.load()).len(), 2);
        assert_nothing_of(SECRET, &everything_said(&loader), &value);
    }
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct Named {
    password_pin: Option<u32>,
    session_cookie: Option<Told>,
    token_ttl: Option<std::time::Duration>,
    max_tokens: Option<u32>,
    private_key_path: Option<u8>,
    #[env(json)]
    users: Option<Vec<User>>,
    api_key: Option<SecretString>,
    port: Option<u16>,
    setting: Option<Told>,
}

#[derive(Debug, serde::Deserialize)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct User {
    name: String,
    password: Hidden,
}

/// A secret type of the program's own.
#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "nothing reads it")]
struct Hidden(String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden")
    }
}

#[test]
fn nothing_is_shown_of_a_value_under_the_name_of_a_secret() {
    MESSAGE.replace(format!("not {SECRET}"));
    for key in ["PASSWORD_PIN", "SESSION_COOKIE"] {
        let loader = isolated::vars::<Named>([(key, SECRET)]);
        let result = loader.load();
        let problem = problems::only(&result);
        assert_eq!((problem.key(), problem.found()), (Some(key), None));
        assert_nothing_of(SECRET, &everything_said(&loader), key);
    }
}

#[test]
fn a_number_or_a_duration_that_only_describes_a_secret_is_shown() {
    for key in ["TOKEN_TTL", "MAX_TOKENS", "PRIVATE_KEY_PATH"] {
        let result = isolated::vars::<Named>([(key, "12 parsecs")]).load();
        assert_eq!(problems::only(&result).found(), Some("12 parsecs"), "{key}");
    }
}

#[test]
fn nothing_is_shown_of_a_json_document_but_the_place_of_the_fault() {
    for (document, reason) in [
        (
            format!("[{{\"name\":\"a\",\"password\":\"{SECRET}\"}},{{\"name\":7}}]"),
            "an integer instead of a string at line 1, column 59",
        ),
        (
            format!("[{{\"name\":\"a\",\"password\":\"{SECRET}\"}},{{\"name\":\"b\"}}]"),
            "missing field `password` at line 1, column 61",
        ),
        (format!("[{{\"name\":\"{SECRET}\""), "EOF while parsing an object at line 1, column 26"),
        (format!("\"{SECRET}\""), "a string instead of a sequence at line 1, column 18"),
        (SECRET.to_owned(), "expected value at line 1, column 1"),
    ] {
        let loader = isolated::vars::<Named>([("USERS", document.clone())]);
        let result = loader.load();
        let problem = problems::only(&result);
        assert_eq!(problem.found(), None, "{document}");
        let said = problem.reason_text().expect("the place is said");
        // A word that the document has too is not said, even if it is the program's.
        assert!(said == reason || said.contains("at line 1, column"), "{document}: {said}");
        assert_nothing_of(SECRET, &everything_said(&loader), &document);
    }
}

#[test]
fn a_secret_that_was_copied_into_another_variable_is_not_shown_there() {
    for message in messages(SECRET, SECRET) {
        MESSAGE.replace(message);
        let vars = [("API_KEY", SECRET), ("PORT", SECRET), ("SETTING", "x")];
        let loader = isolated::vars::<Named>(vars);
        assert_nothing_of(SECRET, &everything_said(&loader), "a copy");
    }
    // The secret that loses, in each of the other sources, is one too.
    let files = Files::with(".env", format!("API_KEY={SECRET}\nPORT=x{SECRET}\n"));
    files.write("docker/api_key", format!("{SECRET}2"));
    let vars = [("API_KEY", "short"), ("SETTING", "x")];
    let loader = files.loader::<Named>().vars(vars).docker_secrets(files.path().join("docker"));
    MESSAGE.replace(format!("neither {SECRET}2 nor {SECRET}"));
    let said = everything_said(&loader);
    assert!(said.contains("[REDACTED]"), "{said}");
    assert_nothing_of(SECRET, &said, "one that loses");
}

#[test]
fn what_is_no_secret_is_still_said() {
    MESSAGE.replace("cannot parse `colour`: there is no such colour".to_owned());
    let vars = [("API_KEY", SECRET), ("PORT", "80a"), ("SETTING", "colour")];
    let result = isolated::vars::<Named>(vars).load();
    let [port, setting] = problems::of(&result) else { panic!("{result:?}") };
    assert_eq!(port.found(), Some("80a"));
    assert_eq!(setting.found(), Some("colour"));
    assert_eq!(setting.reason_text(), Some("cannot parse `colour`: there is no such colour"));
}

#[test]
fn nothing_is_shown_of_a_value_of_an_env_file_that_spans_lines() {
    MESSAGE.replace(format!("not {SECRET}"));
    for key in ["PORT", "SETTING"] {
        let files = Files::with(".env", format!("{key}=\"8080\nOTHER={SECRET}\nMODE=dev\"\n"));
        let loader = files.loader::<Named>();
        let result = loader.load();
        assert_eq!(problems::only(&result).found(), None);
        assert_nothing_of(SECRET, &everything_said(&loader), key);
    }
}

#[test]
fn nothing_is_shown_of_a_value_into_which_a_variable_named_like_a_secret_was_put() {
    MESSAGE.replace("no".to_owned());
    for reference in [
        "PORT=${DB_PASSWORD}",
        "PORT=1,$SMTP_PASS",
        "MID=<${DB_PASSWORD}>\nPORT=$MID",
        "PORT=${ORACLE_DSN}",
    ] {
        let values =
            format!("DB_PASSWORD={SECRET}\nSMTP_PASS={SECRET}\nORACLE_DSN=scott/{SECRET}@db\n");
        let text = format!("{values}{reference}\n");
        let files = Files::with(".env", text);
        let loader = files.loader::<Named>().vars([("API_KEY", "short"), ("SETTING", "x")]);
        let result = loader.load();
        let port = problems::of(&result).iter().find(|problem| problem.key() == Some("PORT"));
        assert_eq!(port.map(|port| port.found()), Some(None), "{reference}");
        assert_nothing_of(SECRET, &everything_said(&loader), reference);
    }
    // The place of one, or a rule for it, may be said.
    let text = "SESSION_TOKEN_TTL=1h\nAPI_KEY=short\nSETTING=x\nPORT=${SESSION_TOKEN_TTL}\n";
    let result = Files::with(".env", text).loader::<Named>().load();
    assert!(problems::of(&result).iter().any(|problem| problem.found() == Some("1h")));
}

#[test]
fn a_credential_in_the_place_of_the_path_of_a_file_is_not_shown() {
    for value in VALUES {
        let value = value.replace('%', SECRET);
        let vars = [("PORT_FILE", &*value), ("API_KEY", "short"), ("SETTING", "x")];
        MESSAGE.replace("no".to_owned());
        let loader = isolated::vars::<Named>(vars);
        assert_nothing_of(SECRET, &everything_said(&loader), &value);
        if value.contains(['\n', '\'', '"']) {
            continue;
        }
        let files = Files::with(".env", format!("PORT_FILE='{value}'\n"));
        let loader = files.loader::<Named>().vars([("API_KEY", "short"), ("SETTING", "x")]);
        assert_nothing_of(SECRET, &everything_said(&loader), &value);
    }
}

/// A message is made when it is written, so it may panic or be long: neither shows a secret.
#[test]
fn a_long_message_is_cut_without_leaving_half_a_secret() {
    struct Long;

    impl fmt::Display for Long {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}{SECRET}", "x ".repeat(195))
        }
    }

    MESSAGE.replace(Long.to_string());
    let loader = isolated::vars::<Named>([("API_KEY", SECRET), ("SETTING", "x")]);
    assert_nothing_of(SECRET, &everything_said(&loader), "a long message");
}
