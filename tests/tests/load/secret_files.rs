//! Secret files that hold, or are called, something else than was meant: each is said, with what to do.

use envaudit::{
    AuditEntry, EnvConfig, ExposeSecret, Loaded, Loader, ProblemKind, SecretString, Source, Warning,
};
use envaudit_tests::canary::{CANARY, assert_hidden};
use envaudit_tests::{Files, problems};

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "not every field is looked at")]
struct Config {
    db_password: Option<SecretString>,
    #[env(trim)]
    token: Option<SecretString>,
    #[env(default = 8080)]
    port: u16,
    region: Option<String>,
    #[env(nested)]
    mail: Option<Mail>,
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "it is left out")]
struct Mail {
    host: String,
    api_key: SecretString,
}

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "it never loads")]
struct Strict {
    db_password: SecretString,
}

const SOURCES: [Source; 2] = [Source::Docker, Source::K8s];

fn loader<T: EnvConfig>(files: &Files, source: Source) -> Loader<T> {
    let loader = T::loader().vars([("", ""); 0]).without(Source::File);
    match source {
        Source::Docker => loader.docker_secrets(files.path()).without(Source::K8s),
        _ => loader.k8s_secrets(files.path()).without(Source::Docker),
    }
}

fn loaded(files: &Files, source: Source) -> Loaded<Config> {
    loader(files, source).load().unwrap_or_else(|error| panic!("{error}"))
}

fn warnings(files: &Files, source: Source) -> Vec<String> {
    loaded(files, source).audit().warnings().iter().map(ToString::to_string).collect()
}

fn password(files: &Files, source: Source) -> String {
    let loaded = loaded(files, source);
    loaded.db_password.as_ref().expect("is read").expose_secret().to_owned()
}

#[test]
fn the_mark_of_utf_8_is_taken_away_wherever_a_file_holds_a_value() {
    let content = b"\xef\xbb\xbfpw\n";
    let files = Files::with("app_db_password", content);
    for source in SOURCES {
        assert_eq!(password(&files, source), "pw");
        assert_eq!(warnings(&files, source), [""; 0]);
    }
    let path = files.path().join("app_db_password").into_os_string();
    let none = Files::new();
    let by_variable =
        none.loader::<Config>().vars([("APP_DB_PASSWORD_FILE", path)]).load().unwrap();
    assert_eq!(by_variable.db_password.as_ref().unwrap().expose_secret(), "pw");
    // Only at the start, and only once.
    files.write("app_db_password", "\u{feff}\u{feff}p\u{feff}w");
    assert_eq!(password(&files, Source::K8s), "\u{feff}p\u{feff}w");
}

#[test]
fn utf_16_is_called_so() {
    let units = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.iter().copied().chain("s3cret\r\n".encode_utf16().flat_map(bytes)).collect()
    };
    for content in [units(b"\xff\xfe", u16::to_le_bytes), units(b"\xfe\xff", u16::to_be_bytes)] {
        let files = Files::with("app_db_password", &content);
        for source in SOURCES {
            let result = loader::<Config>(&files, source).load();
            let problem = problems::only(&result);
            assert_eq!(problem.key(), Some("APP_DB_PASSWORD"));
            assert_eq!(problem.reason_text(), Some("it is UTF-16"));
            assert_eq!(problem.hint_text(), Some("save the file as UTF-8"));
        }
    }
    // Without the mark it is UTF-8 as well, with a NUL after each letter.
    let files = Files::with("app_db_password", units(b"", u16::to_le_bytes));
    let [warning] = &warnings(&files, Source::Docker)[..] else { panic!("one warning") };
    assert!(warning.contains("NUL bytes") && warning.contains("UTF-16"), "{warning}");
    assert!(!warning.contains("s3"), "{warning}");
}

#[test]
fn blanks_and_line_ends_at_the_ends_of_a_secret_are_told_and_stay() {
    let table: &[(&str, &str, Option<&str>)] = &[
        ("pw", "pw", None),
        ("pw\n", "pw", None),
        ("pw\r\n", "pw", None),
        ("pw\n\n", "pw\n", Some("ends with a line end")),
        ("pw\r\n\r\n", "pw\r\n", Some("ends with a line end")),
        ("pw\r", "pw\r", Some("ends with a line end")),
        ("pw ", "pw ", Some("ends with a blank")),
        ("pw\t\n", "pw\t", Some("ends with a blank")),
        ("pw\u{a0}\n", "pw\u{a0}", Some("ends with a blank")),
        (" pw\n", " pw", Some("begins with a blank")),
        ("\npw\n", "\npw", Some("begins with a line end")),
        (" pw \n", " pw ", Some("begins with a blank and ends with a blank")),
        (" \n", " ", Some("nothing but blanks")),
        ("", "", Some("is empty")),
        ("\n", "", Some("is empty")),
        ("p w\n", "p w", None),
        // The lines of a certificate.
        (
            "-----BEGIN X-----\nAAAA\n-----END X-----\n\n",
            "-----BEGIN X-----\nAAAA\n-----END X-----\n",
            None,
        ),
    ];
    for (content, value, told) in table {
        let files = Files::with("app_db_password", content);
        for source in SOURCES {
            assert_eq!(password(&files, source), *value, "{content:?}");
            let warnings = warnings(&files, source);
            match told {
                None => assert_eq!(warnings, [""; 0], "{content:?}"),
                Some(told) => {
                    let [warning] = &warnings[..] else { panic!("{content:?}: {warnings:?}") };
                    assert!(warning.contains(told), "{content:?}: {warning}");
                    let place = files.path().join("app_db_password").display().to_string();
                    assert!(warning.contains(&place), "{warning}");
                    let rest = warning.replace(&place, "");
                    assert!(rest.contains("APP_DB_PASSWORD") && !rest.contains("pw"), "{rest}");
                }
            }
        }
    }
}

#[test]
fn a_file_that_a_variable_names_is_looked_at_in_the_same_way() {
    let files = Files::with("pw", format!("{CANARY}\n\n"));
    let path = files.path().join("pw");
    let vars = [("APP_DB_PASSWORD_FILE", path.clone().into_os_string())];
    let loaded = files.loader::<Config>().vars(vars).load().unwrap();
    let [warning] = loaded.audit().warnings() else { panic!("one warning") };
    assert!(matches!(
        warning,
        Warning::FileContent { key: "APP_DB_PASSWORD", source: Source::System, .. }
    ));
    assert!(warning.to_string().contains(&path.display().to_string()), "{warning}");
    assert_hidden(&format!("{warning}{warning:?}"), "a warning");
}

#[test]
fn a_field_that_is_trimmed_has_no_blanks_to_warn_of() {
    let files = Files::with("app_token", " pw \n\n");
    assert_eq!(warnings(&files, Source::Docker), [""; 0]);
    assert_eq!(loaded(&files, Source::Docker).token.as_ref().unwrap().expose_secret(), "pw");
}

/// What a load says of something in a folder of secrets that it does not read: the warning where the field may stay empty, the
/// hint where it may not.
#[track_caller]
fn said_of(files: &Files, source: Source, path: &str) -> String {
    let path = files.path().join(path).display().to_string();
    let warnings = loaded(files, source).audit().warnings().to_vec();
    let [warning @ Warning::Overlooked { key: "APP_DB_PASSWORD", .. }] = &warnings[..] else {
        panic!("{warnings:?}")
    };
    let warning = warning.to_string();
    assert!(warning.contains(&path), "{warning}");
    let result = loader::<Strict>(files, source).load();
    let problem = problems::only(&result);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Missing, Some("APP_DB_PASSWORD")));
    let hint = problem.hint_text().expect("a hint");
    assert!(hint.contains(&path), "{hint}");
    warning + hint
}

#[test]
fn a_folder_where_a_secret_file_should_be_is_named() {
    for name in ["APP_DB_PASSWORD", "app_db_password", "app-db-password"] {
        let files = Files::new();
        files.folder(name);
        for source in SOURCES {
            let said = said_of(&files, source, name);
            assert!(said.contains("it is a folder") && said.contains("Docker"), "{said}");
        }
        #[cfg(unix)]
        {
            let files = Files::new();
            files.folder("real");
            files.link(name, "real");
            assert!(said_of(&files, Source::K8s, name).contains("it is a folder"));
        }
    }
}

#[test]
fn a_file_that_is_nearly_named_like_a_key_is_named() {
    for name in [
        "db_password",
        "DB_PASSWORD",
        "db-password",
        "App_Db_Password",
        "APP-DB-PASSWORD",
        "app.db.password",
        "app_db_password.txt",
        "db_password.txt",
        "app_db_password_file",
        "app_db_pasword",
        "db_pasword",
    ] {
        let files = Files::with(name, CANARY);
        for source in SOURCES {
            let said = said_of(&files, source, name);
            assert!(said.contains("called `app_db_password`"), "{name}: {said}");
            assert_hidden(&said, name);
        }
    }
}

#[test]
fn a_file_that_is_far_from_any_key_or_belongs_to_another_field_is_left_alone() {
    for name in
        ["tls.crt", "ca.crt", "namespace", "other_db_password_2", "password", "..2026", "db"]
    {
        let files = Files::with(name, "x");
        assert_eq!(warnings(&files, Source::Docker), [""; 0], "{name}");
    }
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "only what it says is looked at")]
    struct Two {
        token: Option<SecretString>,
        tokens: Option<SecretString>,
    }
    let files = Files::with("tokens", "x");
    let two = loader::<Two>(&files, Source::Docker).load().unwrap();
    assert!(two.tokens.is_some() && two.audit().warnings().is_empty());
    // With thousands of others, slips of the finger are not looked for, and the rest is.
    let files = Files::with("db_password", "x");
    for at in 0..2_000 {
        files.write(&format!("other_{at}"), "x");
    }
    assert!(said_of(&files, Source::Docker, "db_password").contains("called `app_db_password`"));
}

#[test]
fn a_file_in_a_folder_below_is_named_with_the_folder() {
    for (path, method) in [
        ("shop-secrets/APP_DB_PASSWORD", "k8s_secrets"),
        ("shop-secrets/app_db_password", "k8s_secrets"),
        ("app/db_password", "k8s_secrets"),
        ("app_db/password", "k8s_secrets"),
        ("db/password", "k8s_secrets"),
    ] {
        let files = Files::with(path, CANARY);
        let said = said_of(&files, Source::K8s, path);
        assert!(said.contains("folders below are not looked into"), "{said}");
        assert!(said.contains(method) && said.contains("--k8s-secrets"), "{said}");
        assert_hidden(&said, path);
    }
    let files = Files::with("kubernetes.io/serviceaccount/token", "x");
    assert_eq!(warnings(&files, Source::Docker), [""; 0], "what Kubernetes puts there itself");
}

#[cfg(unix)]
#[test]
fn the_path_of_an_item_of_a_projected_volume_is_named() {
    use envaudit_tests::kubelet::Volume;

    let files = Files::new();
    Volume::mounted(files.path(), &[("db/password", "x".to_owned())]);
    assert!(said_of(&files, Source::K8s, "db/password").contains("folders below"));
}

#[test]
fn what_is_set_elsewhere_is_not_missed_in_a_folder() {
    let files = Files::with("db_password", "x");
    files.folder("app_db_password");
    let loader = loader::<Config>(&files, Source::Docker).vars([("APP_DB_PASSWORD", "pw")]);
    assert_eq!(loader.load().unwrap().audit().warnings(), []);
}

#[test]
fn a_default_and_a_group_that_is_left_out_do_not_hide_what_was_overlooked() {
    let files = Files::with("port", "80");
    files.folder("app_mail_api_key");
    let loaded = loaded(&files, Source::Docker);
    assert_eq!(loaded.port, 8080);
    assert!(loaded.mail.is_none());
    let keys: Vec<&str> = loaded
        .audit()
        .warnings()
        .iter()
        .map(|warning| match warning {
            Warning::Overlooked { key, .. } => *key,
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(keys, ["APP_PORT", "APP_MAIL_API_KEY"]);
    let entry: &AuditEntry = &loaded.audit().port;
    assert_eq!(entry.source, Source::SchemaDefault);
}
