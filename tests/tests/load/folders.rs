//! Secrets in files: `/run/secrets`, volumes of Kubernetes.

use std::ffi::OsString;
use std::path::Path;

use envaudit::{EnvConfig, ExposeSecret, Loader, Problem, ProblemKind, SecretString, Source};
use envaudit_tests::{Files, isolated, problems};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Config {
    api_key: Option<SecretString>,
    #[env(alias = "OLD_NAME")]
    name: Option<String>,
    raw: Option<OsString>,
}

/// The two sources that are folders.
const SOURCES: [Source; 2] = [Source::Docker, Source::K8s];

fn nothing() -> Loader<Config> {
    let files = [Source::FileEnv, Source::File];
    files.into_iter().fold(Config::loader().vars([("", ""); 0]), Loader::without)
}

/// A loader that reads these folders as one of the sources, and nothing else.
fn loader(source: Source, folders: &[&Path]) -> Loader<Config> {
    folders.iter().fold(nothing(), |loader, folder| match source {
        Source::Docker => loader.docker_secrets(folder).without(Source::K8s),
        _ => loader.k8s_secrets(folder).without(Source::Docker),
    })
}

/// What a folder has for the field `name`: the value, the file and the alias.
fn name_in(files: &Files, source: Source) -> (Option<String>, Option<String>, Option<String>) {
    let loaded = loader(source, &[files.path()]).load().unwrap_or_else(|error| panic!("{error}"));
    let entry = &loaded.audit().name;
    assert!(loaded.name.is_none() || entry.source == source, "{entry:?}");
    let file = entry.location.as_ref().map(|location| {
        assert_eq!(location.line(), None);
        let path = location.file().expect("a file");
        path.strip_prefix(files.path()).expect("below the folder").display().to_string()
    });
    (loaded.name.clone(), file, entry.found_as.as_ref().map(ToString::to_string))
}

#[test]
fn a_file_is_found_under_the_key_then_in_lower_case_then_with_hyphens() {
    let table: &[(&[&str], Option<&str>)] = &[
        (&["APP_NAME"], Some("APP_NAME")),
        (&["app_name"], Some("app_name")),
        (&["app-name"], Some("app-name")),
        (&["app-name", "app_name", "APP_NAME"], Some("APP_NAME")),
        (&["app-name", "app_name"], Some("app_name")),
        // The key under any spelling comes before an alias.
        (&["APP_OLD_NAME"], Some("APP_OLD_NAME")),
        (&["app-old-name"], Some("app-old-name")),
        (&["APP_OLD_NAME", "app-name"], Some("app-name")),
        // Others are not ours.
        (&["App_Name", "APP-NAME", "app_name.txt", "NAME", "name", "APP_NAME_FILE"], None),
        (&[], None),
    ];
    for source in SOURCES {
        for (names, winner) in table {
            let files = Files::new();
            for name in *names {
                files.write(name, format!("in {name}"));
            }
            let expected = match winner {
                Some(name) => {
                    let is_alias = name.to_lowercase().contains("old");
                    let found_as = is_alias.then(|| "APP_OLD_NAME".to_owned());
                    (Some(format!("in {name}")), Some(name.to_string()), found_as)
                }
                None => (None, None, None),
            };
            assert_eq!(name_in(&files, source), expected, "{names:?}");
        }
    }
}

#[test]
fn one_final_newline_is_dropped_and_nothing_else_is() {
    let table: &[(&str, &str)] = &[
        ("x", "x"),
        ("x\n", "x"),
        ("x\r\n", "x"),
        ("x\n\n", "x\n"),
        ("x\r\n\r\n", "x\r\n"),
        ("x\r", "x\r"),
        ("x\n\r", "x\n\r"),
        ("x\r\r\n", "x\r"),
        (" x \n", " x "),
        ("\nx\ny\n", "\nx\ny"),
        ("", ""),
        ("\n", ""),
        ("\r\n", ""),
        ("\n\n", "\n"),
        ("$HOME ${X} \\n 'q' # c\n", "$HOME ${X} \\n 'q' # c"),
        ("00123\n", "00123"),
        ("\u{feff}x", "x"),
        ("a\0b", "a\0b"),
    ];
    for (content, expected) in table {
        let files = Files::with("app_name", content);
        for source in SOURCES {
            assert_eq!(name_in(&files, source).0.as_deref(), Some(*expected), "{content:?}");
        }
    }
}

#[test]
fn an_empty_file_is_a_value_until_empty_is_unset() {
    for content in ["", "\n"] {
        let files = Files::with("APP_NAME", content);
        let loader = || loader(Source::Docker, &[files.path()]);
        assert_eq!(loader().load().unwrap().name.as_deref(), Some(""));
        let unset = loader().empty_as_unset(true).load().unwrap();
        assert!(unset.name.is_none() && unset.audit().name.unset);
    }
}

/// The problem of a load that reads the field `api_key` from a folder.
#[track_caller]
fn refused(files: &Files, source: Source) -> Problem {
    let result = loader(source, &[files.path()]).load();
    let problem = problems::only(&result).clone();
    assert_eq!((problem.key(), problem.source()), (Some("APP_API_KEY"), Some(source)));
    let file = problem.location().and_then(|location| location.file());
    assert_eq!(file, Some(&*files.path().join("APP_API_KEY")));
    problem
}

#[test]
fn a_file_may_have_1_mib_and_not_a_byte_more() {
    let files = Files::with("APP_API_KEY", vec![b'x'; 1 << 20]);
    for source in SOURCES {
        let loaded = loader(source, &[files.path()]).load().unwrap();
        let key = loaded.api_key.as_ref().expect("is read");
        assert_eq!(key.expose_secret().len(), 1 << 20);
    }
    files.write("APP_API_KEY", vec![b'x'; (1 << 20) + 1]);
    for source in SOURCES {
        let problem = refused(&files, source);
        assert_eq!(problem.kind(), ProblemKind::Unreadable);
        assert_eq!(problem.reason_text(), Some("it is larger than 1 MiB"));
    }
}

#[test]
fn a_required_field_whose_file_cannot_be_read_is_not_called_missing_as_well() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "it never loads")]
    struct Strict {
        name: String,
        other: String,
    }
    let files = Files::with("name", vec![b'x'; (1 << 20) + 1]);
    let loader = Strict::loader().vars([("", ""); 0]).docker_secrets(files.path());
    let result = loader.without(Source::K8s).without(Source::File).load();
    let found: Vec<(ProblemKind, Option<&str>)> =
        problems::of(&result).iter().map(|problem| (problem.kind(), problem.key())).collect();
    let expected = [(ProblemKind::Unreadable, Some("NAME")), (ProblemKind::Missing, Some("OTHER"))];
    assert_eq!(found, expected);
}

#[test]
fn bytes_that_are_not_utf_8_are_for_os_strings_alone() {
    let files = Files::with("APP_RAW", b"\xff\0\xfe\n");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;

        let loaded = loader(Source::Docker, &[files.path()]).load().unwrap();
        let raw = loaded.raw.as_ref().expect("is read");
        assert_eq!(raw.as_bytes(), b"\xff\0\xfe");
    }
    files.write("APP_API_KEY", b"s3cr3t\xff");
    for source in SOURCES {
        let problem = refused(&files, source);
        assert_eq!(problem.kind(), ProblemKind::Invalid);
        assert_eq!(problem.reason_text(), Some("it is not valid UTF-8"));
        assert!(!format!("{problem} {problem:?}").contains("s3cr3t"), "{problem}");
    }
}

#[test]
fn folders_below_are_not_in_the_way() {
    let files = Files::with("kubernetes.io/serviceaccount/token", "s3cr3t");
    files.write("kubernetes.io/APP_NAME", "wrong");
    for name in ["APP_NAME", "app_name"] {
        files.folder(name);
    }
    for source in SOURCES {
        assert_eq!(name_in(&files, source), (None, None, None));
    }
    files.write("app-name", "right");
    for source in SOURCES {
        let right = (Some("right".to_owned()), Some("app-name".to_owned()), None);
        assert_eq!(name_in(&files, source), right);
    }
}

#[test]
fn of_several_folders_the_later_wins_and_the_earlier_fills_in() {
    let one = Files::with("APP_NAME", "one");
    one.write("APP_RAW", "one");
    let two = Files::with("app-name", "two");
    let three = Files::new();
    for source in SOURCES {
        let folders = [one.path(), two.path(), three.path()];
        let loaded = loader(source, &folders).load().unwrap();
        assert_eq!(loaded.name.as_deref(), Some("two"));
        assert_eq!(loaded.raw, Some("one".into()));
        let audit = loaded.audit();
        let file =
            |entry: &envaudit::AuditEntry| entry.location.as_ref()?.file().map(Path::to_owned);
        assert_eq!(file(&audit.name), Some(two.path().join("app-name")));
        assert_eq!(file(&audit.raw), Some(one.path().join("APP_RAW")));
        assert_eq!((&audit.name.shadowed[..], &audit.raw.shadowed[..]), (&[source][..], &[][..]));
    }
}

#[test]
fn a_folder_that_was_named_must_exist_and_be_a_folder() {
    let files = Files::with("file", "x");
    for source in SOURCES {
        let result = loader(source, &[&files.path().join("missing")]).load();
        let problem = problems::only(&result);
        assert_eq!((problem.kind(), problem.source()), (ProblemKind::Unreadable, Some(source)));
        assert_eq!(problem.reason_text(), Some("it does not exist"));
        let result = loader(source, &[&files.path().join("file")]).load();
        let problem = problems::only(&result);
        assert_eq!((problem.kind(), problem.source()), (ProblemKind::Unreadable, Some(source)));
    }
}

#[test]
fn a_folder_of_thousands_of_files_of_others_is_no_trouble() {
    let files = Files::with("APP_NAME", "mine");
    for at in 0..5_000 {
        files.write(&format!("OTHER_{at}"), "theirs");
    }
    for source in SOURCES {
        assert_eq!(name_in(&files, source).0.as_deref(), Some("mine"));
    }
}

#[test]
fn what_a_better_source_has_is_shadowed_and_the_file_not_used() {
    let files = Files::with("APP_NAME", "file");
    let loaded = isolated_with_vars(&files, &[("APP_NAME", "variable")]);
    let loaded = loaded.load().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(loaded.name.as_deref(), Some("variable"));
    let entry = &loaded.audit().name;
    assert_eq!((entry.source, &entry.shadowed[..]), (Source::System, &[Source::Docker][..]));
    assert_eq!(entry.location, None);
}

fn isolated_with_vars(files: &Files, vars: &[(&str, &str)]) -> Loader<Config> {
    loader(Source::Docker, &[files.path()]).vars(vars.iter().copied())
}

#[test]
fn a_source_that_may_not_supply_a_field_is_named_with_the_file_it_has() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "it never loads")]
    struct Strict {
        #[env(sources(System, K8s))]
        name: String,
    }
    let files = Files::with("name", b"\xff not read at all");
    let result = isolated::nothing::<Strict>().load();
    assert_eq!(problems::only(&result).kind(), ProblemKind::Missing);
    let result = Strict::loader()
        .vars([("", ""); 0])
        .docker_secrets(files.path())
        .without(Source::K8s)
        .without(Source::File)
        .load();
    let problem = problems::only(&result);
    assert_eq!(problem.kind(), ProblemKind::DisallowedSource);
    let file = problem.location().and_then(|location| location.file());
    assert_eq!(file, Some(&*files.path().join("name")));
}

#[cfg(unix)]
mod on_unix {
    use std::fs::{Permissions, rename, set_permissions};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Lays out a volume as the kubelet does: the files in a folder of the moment, `..data` pointing to it, and each key
    /// pointing into `..data`.
    fn mount(files: &Files, moment: &str, content: &[(&str, &str)]) {
        for (name, content) in content {
            files.write(&format!("{moment}/{name}"), content);
        }
        files.link("..data", moment);
        for (name, _) in content {
            files.link(name, Path::new("..data").join(name));
        }
    }

    /// Replaces all of its content at once, as the kubelet does: a new folder, and a link renamed over `..data`.
    fn swap(files: &Files, moment: &str, content: &[(&str, &str)]) {
        for (name, content) in content {
            files.write(&format!("{moment}/{name}"), content);
        }
        let link = files.link("..data_tmp", moment);
        rename(link, files.path().join("..data")).expect("a link can be renamed");
    }

    #[test]
    fn a_volume_of_kubernetes_is_read_through_its_links_also_after_it_was_swapped() {
        let files = Files::new();
        mount(&files, "..2026_11_01", &[("APP_API_KEY", "one"), ("app-name", "first\n")]);
        let load = || loader(Source::K8s, &[files.path()]).load().unwrap();
        let values = |loaded: &envaudit::Loaded<Config>| {
            let key = loaded.api_key.as_ref().map(|key| key.expose_secret().to_owned());
            (key, loaded.name.clone())
        };
        let before = load();
        assert_eq!(values(&before), (Some("one".into()), Some("first".into())));
        let location = before.audit().api_key.location.as_ref().expect("a file");
        assert_eq!(location.file(), Some(&*files.path().join("APP_API_KEY")));

        swap(&files, "..2026_11_02", &[("APP_API_KEY", "two"), ("app-name", "second\n")]);
        std::fs::remove_dir_all(files.path().join("..2026_11_01")).unwrap();
        let after = load();
        assert_eq!(values(&after), (Some("two".into()), Some("second".into())));
        assert_eq!(values(&before), (Some("one".into()), Some("first".into())));
        assert!(after.audit().diff(&before.audit().snapshot()).is_empty());
    }

    #[test]
    fn a_loader_reads_a_folder_anew_at_each_load() {
        let files = Files::with("APP_NAME", "one");
        let loader = loader(Source::K8s, &[files.path()]);
        assert_eq!(loader.load().unwrap().name.as_deref(), Some("one"));
        files.write("APP_NAME", "two");
        assert_eq!(loader.load().unwrap().name.as_deref(), Some("two"));
        std::fs::remove_file(files.path().join("APP_NAME")).unwrap();
        assert_eq!(loader.load().unwrap().name, None);
    }

    #[test]
    fn a_link_to_nowhere_is_an_error_when_it_is_ours_and_ignored_when_not() {
        let files = Files::with("APP_NAME", "x");
        files.link("OTHER", "nowhere");
        files.link("app_api_key_2", "app_api_key_2");
        for source in SOURCES {
            assert_eq!(name_in(&files, source).0.as_deref(), Some("x"));
        }
        files.link("APP_API_KEY", "nowhere");
        for source in SOURCES {
            let problem = refused(&files, source);
            assert_eq!(problem.kind(), ProblemKind::Unreadable);
            assert_eq!(problem.reason_text(), Some("it does not exist"));
        }
    }

    #[test]
    fn a_link_to_itself_and_a_pipe_are_refused_without_waiting() {
        let files = Files::new();
        files.link("APP_API_KEY", "APP_API_KEY");
        for source in SOURCES {
            assert_eq!(refused(&files, source).kind(), ProblemKind::Unreadable);
        }
        let files = Files::new();
        files.pipe("APP_API_KEY");
        for source in SOURCES {
            let problem = refused(&files, source);
            assert_eq!(problem.reason_text(), Some("it is not a regular file"));
        }
        let files = Files::new();
        files.link("APP_API_KEY", "/dev/zero");
        for source in SOURCES {
            let problem = refused(&files, source);
            assert_eq!(problem.reason_text(), Some("it is not a regular file"));
        }
    }

    #[test]
    fn a_pipe_of_others_is_left_alone() {
        let files = Files::with("APP_NAME", "x");
        files.pipe("OTHER");
        for source in SOURCES {
            assert_eq!(name_in(&files, source).0.as_deref(), Some("x"));
        }
    }

    #[test]
    fn names_that_are_not_utf_8_are_of_others() {
        let files = Files::with("APP_NAME", "x");
        let name = std::ffi::OsStr::from_bytes(b"APP_\xff");
        std::fs::write(files.path().join(name), "y").unwrap();
        for source in SOURCES {
            assert_eq!(name_in(&files, source).0.as_deref(), Some("x"));
        }
    }

    #[test]
    fn a_file_without_permission_is_an_error_of_its_key() {
        let files = Files::with("APP_API_KEY", "x");
        let path = files.path().join("APP_API_KEY");
        set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
        match std::fs::read(&path) {
            // Root reads anything.
            Ok(_) => assert!(loader(Source::K8s, &[files.path()]).load().is_ok()),
            Err(_) => assert_eq!(refused(&files, Source::K8s).kind(), ProblemKind::Unreadable),
        }
    }

    #[test]
    fn a_folder_that_may_be_entered_and_not_listed_is_an_error_when_it_was_named() {
        let files = Files::with("folder/APP_NAME", "x");
        let folder = files.path().join("folder");
        set_permissions(&folder, Permissions::from_mode(0o111)).unwrap();
        let result = loader(Source::Docker, &[&folder]).load();
        match std::fs::read_dir(&folder) {
            // Root lists anything.
            Ok(_) => assert_eq!(result.unwrap().name.as_deref(), Some("x")),
            Err(_) => assert_eq!(problems::only(&result).kind(), ProblemKind::Unreadable),
        }
        set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn a_folder_may_be_reached_through_a_link() {
        let files = Files::with("real/APP_NAME", "x");
        let link = files.link("link", "real");
        let loaded = loader(Source::K8s, &[&link]).load().unwrap();
        assert_eq!(loaded.name.as_deref(), Some("x"));
        let location = loaded.audit().name.location.as_ref().expect("a file");
        assert_eq!(location.file(), Some(&*link.join("APP_NAME")));
    }
}
