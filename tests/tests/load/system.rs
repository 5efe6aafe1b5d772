//! Variables that are given, and files named by `KEY_FILE`.

use std::ffi::OsString;
use std::path::PathBuf;

use envaudit::{
    EnvConfig, ExposeSecret, LoadError, Loaded, Loader, ProblemKind, SecretString, Source,
};
use envaudit_tests::{Files, isolated, problems};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Config {
    #[env(alias = "OLD_NAME")]
    name: Option<String>,
    token: Option<SecretString>,
    raw: Option<OsString>,
    path: Option<PathBuf>,
    #[env(nested)]
    db: Option<Db>,
}

#[derive(EnvConfig)]
struct Db {
    host: String,
}

type Outcome = Result<Loaded<Config>, LoadError>;

fn load<V: Into<OsString>>(vars: impl IntoIterator<Item = (&'static str, V)>) -> Outcome {
    isolated::vars(vars).load()
}

/// The value of `name`, the name it was found under and the file it stands in.
fn name_of(outcome: &Outcome) -> (Option<&str>, Option<&str>, Option<PathBuf>) {
    let loaded = outcome.as_ref().unwrap_or_else(|error| panic!("{error}"));
    let entry = &loaded.audit().name;
    let file = entry.location.as_ref().and_then(|location| location.file());
    (loaded.name.as_deref(), entry.found_as.as_deref(), file.map(Into::into))
}

#[test]
fn a_text_is_taken_as_it_is() {
    let long = "x".repeat(1 << 20);
    let values = [
        "00123",
        "1e3",
        "true",
        "",
        " ",
        " x\t",
        "x\n",
        "\r\n",
        "'x'",
        "\"x\"",
        "a b",
        "# x",
        "x # y",
        "${APP_PATH}",
        "$APP_PATH",
        "\\n",
        "a=b",
        "ünï\u{1f600}",
        "a\0b",
        "\u{feff}x",
        &long,
    ];
    for value in values {
        let outcome = load([("APP_NAME", value), ("APP_PATH", "p"), ("APP_TOKEN", value)]);
        assert_eq!(name_of(&outcome), (Some(value), None, None));
        let loaded = outcome.unwrap();
        assert_eq!(loaded.token.as_ref().unwrap().expose_secret(), value);
        assert_eq!(loaded.audit().name.source, Source::System);
    }
}

#[test]
fn of_two_variables_with_one_name_the_later_is_the_one_that_is_given() {
    let outcome = load([("APP_NAME", "1"), ("APP_RAW", "x"), ("APP_NAME", "2")]);
    assert_eq!(name_of(&outcome).0, Some("2"));
}

#[test]
fn names_are_compared_to_the_letter() {
    let outcome = load([("app_name", "1"), ("App_Name", "2"), ("APP_NAME ", "3"), ("NAME", "4")]);
    assert_eq!(name_of(&outcome), (None, None, None));
}

#[test]
fn a_variable_may_name_a_file_that_has_the_value() {
    let files = Files::with("name", "from a file\n");
    let table = [
        ("APP_NAME_FILE", Some("APP_NAME_FILE")),
        ("APP_OLD_NAME_FILE", Some("APP_OLD_NAME_FILE")),
    ];
    for (variable, found_as) in table {
        let path = files.path().join("name");
        let outcome = load([(variable, &path)]);
        assert_eq!(name_of(&outcome), (Some("from a file"), found_as, Some(path)));
        let entry = &outcome.unwrap().audit().name.clone();
        assert_eq!((entry.source, &entry.provider), (Source::System, &None));
    }
    let host = files.write("host", "h\r\n");
    let loaded = load([("APP_DB_HOST_FILE", host)]).unwrap();
    assert_eq!(loaded.db.as_ref().map(|db| &*db.host), Some("h"));
}

#[test]
fn a_variable_that_is_set_wins_over_a_file_which_is_then_not_even_opened() {
    let missing = ("APP_NAME_FILE", "/nonexistent/file");
    assert_eq!(name_of(&load([missing, ("APP_NAME", "x")])), (Some("x"), None, None));
    assert_eq!(name_of(&load([missing, ("APP_NAME", "")])), (Some(""), None, None));
    let alias = load([missing, ("APP_OLD_NAME", "x")]);
    assert_eq!(name_of(&alias), (Some("x"), Some("APP_OLD_NAME"), None));
}

#[test]
fn where_empty_is_unset_an_empty_variable_gives_way_to_the_file_and_an_empty_path_names_none() {
    let files = Files::with("name", "x");
    let load = |name: &str, file: &str| -> Outcome {
        let vars = [("APP_NAME", name), ("APP_NAME_FILE", file)];
        isolated::vars(vars).empty_as_unset(true).load()
    };
    let path = files.path().join("name");
    let outcome = load("", path.to_str().unwrap());
    assert_eq!(name_of(&outcome), (Some("x"), Some("APP_NAME_FILE"), Some(path)));
    assert_eq!(name_of(&load("", "")), (None, None, None));
}

#[test]
fn a_file_that_cannot_be_used_is_an_error_that_names_variable_and_file() {
    let files = Files::with("large", vec![b'x'; (1 << 20) + 1]);
    files.folder("folder");
    let mut table = vec![
        ("missing", "it does not exist"),
        ("", "it is a directory"),
        ("folder", "it is a directory"),
        ("large", "it is larger than 1 MiB"),
    ];
    if cfg!(unix) {
        files.pipe("pipe");
        table.push(("pipe", "it is not a regular file"));
    }
    for (name, reason) in table {
        let path = files.path().join(name);
        for (variable, key) in
            [("APP_TOKEN_FILE", "APP_TOKEN"), ("APP_DB_HOST_FILE", "APP_DB_HOST")]
        {
            let outcome = load([(variable, &path)]);
            let problem = problems::only(&outcome);
            assert_eq!((problem.kind(), problem.key()), (ProblemKind::Unreadable, Some(key)));
            assert_eq!(problem.message(), format!("the file that {variable} names cannot be read"));
            assert_eq!(
                (problem.reason_text(), problem.source()),
                (Some(reason), Some(Source::System))
            );
            assert_eq!(problem.location().and_then(|location| location.file()), Some(&*path));
        }
    }
    let outcome = load([("APP_NAME_FILE", "")]);
    assert_eq!(problems::only(&outcome).reason_text(), Some("it does not exist"));
    let outcome = load([("APP_NAME_FILE", "a\0b")]);
    assert_eq!(problems::only(&outcome).kind(), ProblemKind::Unreadable);
}

#[test]
fn a_file_that_is_not_utf_8_is_for_os_strings_alone() {
    let files = Files::with("file", b"s3cr3t\xff\n");
    let path = files.path().join("file");
    for variable in ["APP_NAME_FILE", "APP_TOKEN_FILE"] {
        let outcome = load([(variable, &path)]);
        let problem = problems::only(&outcome);
        assert_eq!(problem.kind(), ProblemKind::Invalid);
        assert_eq!(problem.reason_text(), Some("it is not valid UTF-8"));
        assert_eq!(problem.location().and_then(|location| location.file()), Some(&*path));
        assert!(!problems::all_text(&outcome.err().unwrap()).contains("s3cr3t"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;

        let loaded = load([("APP_RAW_FILE", &path), ("APP_PATH_FILE", &path)]).unwrap();
        assert_eq!(loaded.raw.as_ref().unwrap().as_bytes(), b"s3cr3t\xff");
        assert_eq!(loaded.path.as_ref().unwrap().as_os_str().as_bytes(), b"s3cr3t\xff");
    }
}

#[cfg(unix)]
#[test]
fn a_path_need_not_be_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let files = Files::new();
    let path = files.path().join(OsStr::from_bytes(b"\xff"));
    std::fs::write(&path, "x").unwrap();
    assert_eq!(name_of(&load([("APP_NAME_FILE", &path)])).0, Some("x"));
}

#[test]
fn a_field_called_like_the_file_of_another_takes_its_variable_itself() {
    #[derive(EnvConfig)]
    struct Tls {
        cert: Option<String>,
        cert_file: Option<PathBuf>,
        #[env(alias = "OLD_KEY")]
        key: Option<SecretString>,
        old_key_file: Option<String>,
    }
    let files = Files::with("file", "content");
    let path = files.path().join("file");
    let vars = [("CERT_FILE", &path), ("OLD_KEY_FILE", &path)];
    let loaded = isolated::vars::<Tls>(vars).load().unwrap();
    assert_eq!((&loaded.cert, loaded.cert_file.as_deref()), (&None, Some(&*path)));
    assert!(loaded.key.is_none() && loaded.audit().key.unset);
    assert_eq!(loaded.old_key_file.as_deref(), path.to_str());
    // Where no field is called like that, the file is read all the same.
    let loaded = isolated::vars::<Tls>([("KEY_FILE", &path)]).load().unwrap();
    assert_eq!(loaded.key.as_ref().unwrap().expose_secret(), "content");
    let loaded = isolated::vars::<Tls>([("CERT_FILE_FILE", &path)]).load().unwrap();
    assert_eq!(loaded.cert_file, Some("content".into()));
}

#[test]
fn a_file_named_by_a_variable_stands_where_the_process_environment_stands() {
    let files = Files::with(".env", "APP_NAME=file\n");
    let path = files.write("name", "from a file");
    let loader = || files.loader::<Config>();
    let missing = files.path().join("missing");
    assert_eq!(name_of(&loader().load()).0, Some("file"));
    let outcome = loader().vars([("APP_NAME_FILE", &path)]).load();
    assert_eq!(name_of(&outcome).0, Some("from a file"));
    assert_eq!(outcome.unwrap().audit().name.shadowed, [Source::File]);
    let outcome = loader().vars([("APP_NAME_FILE", &missing)]).load();
    assert_eq!(problems::only(&outcome).kind(), ProblemKind::Unreadable);
    // Not read where another source wins.
    let order = [Source::File, Source::System];
    let outcome = loader().vars([("APP_NAME_FILE", &missing)]).order(order).load();
    assert_eq!(name_of(&outcome).0, Some("file"));
    let outcome = loader().vars([("APP_NAME_FILE", &missing)]).without(Source::System).load();
    assert_eq!(name_of(&outcome).0, Some("file"));
}

#[test]
fn a_file_named_by_a_variable_is_no_way_around_the_sources_of_a_field() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "it never loads")]
    struct Strict {
        #[env(sources(Docker))]
        token: SecretString,
    }
    let result = isolated::vars::<Strict>([("TOKEN_FILE", "/nonexistent")]).load();
    let problem = problems::only(&result);
    assert_eq!(problem.kind(), ProblemKind::DisallowedSource);
    assert_eq!(problem.source(), Some(Source::System));
}

#[test]
fn with_unknown_keys_denied_the_variables_that_name_files_are_known() {
    let files = Files::with("name", "x");
    let path = files.path().join("name");
    let strict = |name: &str| -> Outcome {
        let loader: Loader<Config> = isolated::vars([(name, &path)]);
        loader.deny_unknown(true).load()
    };
    assert_eq!(name_of(&strict("APP_NAME_FILE")).0, Some("x"));
    assert_eq!(name_of(&strict("APP_OLD_NAME_FILE")).0, Some("x"));
    for unknown in ["APP_NAME_FILES", "APP_FILE", "APP_NAMES_FILE"] {
        assert_eq!(problems::only(&strict(unknown)).kind(), ProblemKind::UnknownKey);
    }
}

#[cfg(unix)]
mod bytes {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn variables_of_others_may_have_any_bytes() {
        let odd = OsStr::from_bytes(b"\xff\xfe");
        let vars = [(odd, odd), (OsStr::new("OTHER"), odd), (OsStr::new("APP_NAME"), "x".as_ref())];
        let load = |strict| -> Outcome { isolated::vars(vars).deny_unknown(strict).load() };
        assert_eq!(name_of(&load(false)).0, Some("x"));
        assert_eq!(name_of(&load(true)).0, Some("x"));
    }

    #[test]
    fn a_variable_of_ours_that_is_not_utf_8_is_refused_where_text_is_expected() {
        let odd = OsStr::from_bytes(b"s3cr3t\xff");
        for (key, variable) in [("APP_NAME", "APP_OLD_NAME"), ("APP_TOKEN", "APP_TOKEN")] {
            let outcome = load([(variable, odd)]);
            let problem = problems::only(&outcome);
            assert_eq!((problem.kind(), problem.key()), (ProblemKind::Invalid, Some(key)));
            assert_eq!(problem.reason_text(), Some("it is not valid UTF-8"));
            assert_eq!(problem.found(), None);
        }
        let loaded = load([("APP_RAW", odd), ("APP_PATH", odd)]).unwrap();
        assert_eq!(loaded.raw.as_deref(), Some(odd));
        assert_eq!(loaded.path.as_ref().map(|path| path.as_os_str()), Some(odd));
    }
}
