//! Messages of the program's own code that repeat a secret: validation, providers, and a secret put where its path belongs.

use envaudit::{EnvConfig, ExposeSecret, Fetched, ProviderError, SecretString, Source};
use envaudit_tests::canary::{CANARY, assert_hidden, assert_not_in, everything_said};
use envaudit_tests::{Files, Store, isolated, problems};

#[derive(EnvConfig, Debug)]
#[env(validate = tell_everything)]
struct Outer {
    #[env(default = "whole")]
    mode: String,
    key: SecretString,
    keys: Option<Vec<SecretString>>,
    #[env(nested)]
    inner: Option<Inner>,
}

#[derive(EnvConfig, Debug)]
#[env(validate = tell_the_password)]
struct Inner {
    #[env(trim)]
    password: SecretString,
}

fn tell_everything(outer: &Outer) -> Result<(), String> {
    let key = outer.key.expose_secret();
    let keys = outer.keys.iter().flatten().map(|key| key.expose_secret().to_owned());
    let keys: Vec<String> = keys.collect();
    let inner = outer.inner.as_ref().map_or("", |inner| inner.password.expose_secret());
    let chars: Vec<char> = key.chars().collect();
    let half = |range: &[char]| range.iter().collect::<String>();
    Err(match outer.mode.as_str() {
        "whole" => format!("the key is {key}"),
        "twice" => format!("the key is {key}{key}"),
        "debug" => format!("the key is {key:?}"),
        "json" => format!("the key is {}", serde_json::json!(key)),
        "first half" => format!("it begins with {}", half(&chars[..chars.len() / 2])),
        "second half" => format!("it ends with {}", half(&chars[chars.len() / 2..])),
        "lines" => format!("the key\nis\n{key}\n"),
        "list" => format!("the keys are {keys:?}, the first is {}", keys[0]),
        "inner" => format!("the password is `{inner}`"),
        mode => unreachable!("no mode {mode}"),
    })
}

fn tell_the_password(inner: &Inner) -> Result<(), String> {
    let password = inner.password.expose_secret();
    if password.len() > 40 { Err(format!("{password} is too long")) } else { Ok(()) }
}

#[test]
fn what_the_validation_of_a_struct_says_is_cleared_of_its_secrets() {
    for mode in
        ["whole", "twice", "debug", "json", "first half", "second half", "lines", "list", "inner"]
    {
        let vars = [
            ("MODE", mode.to_owned()),
            ("KEY", CANARY.to_owned()),
            ("KEYS", format!("{CANARY},short")),
            ("INNER_PASSWORD", format!(" {CANARY} ")),
        ];
        let loader = isolated::vars::<Outer>(vars);
        let result = loader.load();
        let reason = problems::only(&result).reason_text().expect("the validation says why");
        assert!(reason.contains("[REDACTED]"), "{mode}: {reason}");
        assert!(!reason.contains("short"), "{mode}: {reason}");
        assert_hidden(&everything_said(&loader), mode);
    }
    let vars = [("KEY", "k".to_owned()), ("INNER_PASSWORD", CANARY.repeat(3))];
    let loader = isolated::vars::<Outer>(vars);
    assert_eq!(
        problems::only(&loader.load()).to_string(),
        "Inner is not valid\n   because   [REDACTED] is too long\n"
    );
    assert_hidden(&everything_said(&loader), "a nested struct");
}

#[test]
fn a_message_without_a_secret_is_left_alone() {
    fn refuse(_: &Plain) -> Result<(), &'static str> {
        Err("the key and the password are the same")
    }
    #[derive(EnvConfig, Debug)]
    #[env(validate = refuse)]
    #[expect(dead_code, reason = "only what a load says of it is looked at")]
    struct Plain {
        key: SecretString,
        password: Option<SecretString>,
    }
    for (key, password) in [("a", "e"), ("", " "), ("thekey", CANARY)] {
        let result = isolated::vars::<Plain>([("KEY", key), ("PASSWORD", password)]).load();
        let reason = problems::only(&result).reason_text();
        assert_eq!(reason, Some("the key and the password are the same"));
    }
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct Config {
    key: Option<SecretString>,
    number: Option<u8>,
}

#[test]
fn a_provider_that_panics_takes_its_message_with_it() {
    let panicking = || {
        Store::new("vault", Source::Aws, |_| -> Result<Fetched, ProviderError> {
            panic!("the answer was {CANARY}")
        })
    };
    let required = isolated::nothing::<Config>().source(panicking());
    let reason = "it panicked";
    assert_eq!(problems::only(&required.load()).reason_text(), Some(reason));
    assert_hidden(&everything_said(&required), "a panic");
    let optional = isolated::nothing::<Config>().source(panicking().optional());
    assert_eq!(optional.load().expect("it goes on").audit().warnings().len(), 1);
    assert_hidden(&everything_said(&optional), "a panic that is passed over");
}

#[test]
fn what_a_provider_has_is_not_in_its_own_debug_output() {
    let mut fetched = Fetched::new();
    fetched.insert("KEY", CANARY).secret_id("kv/key").version("1");
    assert_hidden(&format!("{fetched:?} {fetched:#?}"), "Fetched");
    assert_hidden(&format!("{:?}", fetched.insert("KEY", CANARY)), "FetchedValue");
}

#[test]
fn a_secret_put_where_its_path_belongs_is_not_shown() {
    for value in [CANARY.to_owned(), format!("/{CANARY}"), format!("no-such-folder/{CANARY}")] {
        let loader = isolated::vars::<Config>([("KEY_FILE", value.clone())]);
        assert_eq!(
            problems::only(&loader.load()).to_string(),
            "the file that KEY_FILE names cannot be read\n   \
               found     in the process environment\n   \
               because   it does not exist\n   \
               hint      set KEY_FILE to a path; its present value is not shown, because it could be the secret\n"
        );
        assert_hidden(&everything_said(&loader), &value);
    }
    // A path that leads somewhere is one.
    let files = Files::new();
    for path in [files.path().join("missing"), "/tmp/no-such-folder/missing".into()] {
        let result = isolated::vars::<Config>([("KEY_FILE", &path)]).load();
        let location = problems::only(&result).location().and_then(|location| location.file());
        assert_eq!(location, Some(path.as_path()));
    }
    // That of a field that is no secret is shown anyway.
    let result = isolated::vars::<Config>([("NUMBER_FILE", "nowhere")]).load();
    assert!(problems::only(&result).to_string().contains("in nowhere"));
}

#[test]
fn bytes_of_a_secret_that_are_not_text_are_not_shown() {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        let mut bytes = CANARY.as_bytes().to_vec();
        bytes.push(0xff);
        let value = std::ffi::OsString::from_vec(bytes);
        for key in ["KEY", "NUMBER"] {
            let loader = isolated::vars::<Config>([(key, value.clone())]);
            assert_eq!(problems::only(&loader.load()).reason_text(), Some("it is not valid UTF-8"));
            assert_hidden(&everything_said(&loader), key);
        }
    }
}

#[derive(EnvConfig, Debug)]
#[env(validate = tell_the_dsn)]
struct Place {
    dsn: String,
}

fn tell_the_dsn(place: &Place) -> Result<(), String> {
    Err(format!("cannot use {}", place.dsn))
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct ReadLater {
    #[env(flatten)]
    place: Place,
    late: SecretString,
}

#[test]
fn what_a_validation_says_is_cleared_of_secrets_that_are_read_after_it() {
    let files = Files::with(".env", "LATE=Zq7xW2vK9pL4uJ8\nDSN=\"db://x:${LATE}@h\"\n");
    let error = files.loader::<ReadLater>().load().map(|_| ()).expect_err("it is refused");
    let text = format!("{error} {error:?} {}", serde_json::json!(error.problems()));
    assert!(text.contains("cannot use "), "{text}");
    assert_not_in(&text, "Zq7xW2vK9pL4uJ8", "the validation");
}
