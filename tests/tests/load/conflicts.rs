//! One source that has a variable under several names, or as a value and as a file, with different values.

use envaudit::{
    Conflicts, EnvConfig, ExposeSecret, LoadError, Loaded, Loader, ProblemKind, SecretString,
    Source, Warning,
};
use envaudit_tests::canary::{CANARY, assert_hidden, everything_said};
use envaudit_tests::{Files, Store, isolated, problems};

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct Config {
    #[env(alias = "LISTEN", alias = "OLD_PORT")]
    port: Option<u16>,
    password: Option<SecretString>,
    region: Option<String>,
    #[env(default = "localhost", alias = "DB")]
    db_host: String,
}

fn warnings(loaded: &Loaded<Config>) -> Vec<String> {
    loaded.audit().warnings().iter().map(ToString::to_string).collect()
}

fn vars(vars: &[(&str, &str)]) -> Loader<Config> {
    isolated::vars(vars.iter().copied())
}

fn denied(loader: Loader<Config>) -> Result<Loaded<Config>, LoadError> {
    loader.conflicts(Conflicts::Deny).load()
}

#[test]
fn two_names_with_two_values_are_a_warning_and_shadowed() {
    let both = [("APP_PORT", "1"), ("APP_OLD_PORT", "2")];
    let cfg = vars(&both).load().unwrap();
    assert_eq!(cfg.port, Some(1));
    assert_eq!(cfg.audit().port.shadowed, [Source::System]);
    assert_eq!(
        warnings(&cfg),
        [
            "APP_PORT and APP_OLD_PORT are set to different values in the process environment; APP_PORT counts"
        ]
    );
    let Warning::Conflict { key, names, source, .. } = &cfg.audit().warnings()[0] else {
        panic!("{:?}", cfg.audit().warnings())
    };
    assert_eq!(
        (*key, &names[..], *source),
        ("APP_PORT", &["APP_PORT", "APP_OLD_PORT"][..], Source::System)
    );

    let result = denied(vars(&both));
    let problem = problems::only(&result);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Conflict, Some("APP_PORT")));
    assert_eq!(problem.message(), "APP_PORT and APP_OLD_PORT are set to different values");
    assert_eq!(problem.hint_text(), Some("remove all of them but one"));
}

#[test]
fn aliases_of_one_key_are_compared_with_each_other() {
    let cfg = vars(&[("APP_LISTEN", "1"), ("APP_OLD_PORT", "2")]).load().unwrap();
    assert_eq!(cfg.audit().port.found_as.as_deref(), Some("APP_LISTEN"));
    assert!(warnings(&cfg)[0].starts_with("APP_LISTEN and APP_OLD_PORT are set"));
    let three = [("APP_PORT", "1"), ("APP_LISTEN", "1"), ("APP_OLD_PORT", "2")];
    let cfg = vars(&three).load().unwrap();
    assert!(
        warnings(&cfg)[0].starts_with("APP_PORT and APP_OLD_PORT are set"),
        "the same value is no conflict"
    );
}

#[test]
fn the_same_value_under_two_names_is_no_conflict() {
    let files = Files::with("pw", "s3cret\n");
    let path = files.path().join("pw").display().to_string();
    let same = [
        ("APP_PORT", "1"),
        ("APP_OLD_PORT", "1"),
        ("APP_PASSWORD", "s3cret"),
        ("APP_PASSWORD_FILE", &path),
    ];
    let cfg = denied(vars(&same)).unwrap();
    assert_eq!(warnings(&cfg), [""; 0]);
    assert!(cfg.audit().port.shadowed.is_empty() && cfg.audit().password.shadowed.is_empty());
}

#[test]
fn a_value_and_a_file_are_two_values_whatever_the_type_and_however_empty() {
    let files = Files::with("value", "from the file\n");
    let path = files.path().join("value").display().to_string();
    for (value, key) in
        [("here", "APP_PASSWORD"), ("", "APP_PASSWORD"), ("here", "APP_REGION"), ("", "APP_REGION")]
    {
        let file = format!("{key}_FILE");
        let both = [(key, value), (&*file, &*path)];
        let cfg = vars(&both).load().unwrap();
        let entry = cfg.audit().get(key).unwrap();
        assert_eq!(entry.shadowed, [Source::System], "{key} {value:?}");
        assert_eq!((entry.source, entry.found_as.as_deref()), (Source::System, None));
        let said = warnings(&cfg).join("\n");
        assert!(said.contains(&format!("{key} and {file} are set to different values")), "{said}");
        assert_eq!(problems::only(&denied(vars(&both))).kind(), ProblemKind::Conflict);
        // An empty value that counts as unset is none.
        let unset = vars(&both).empty_as_unset(true).load().unwrap();
        assert_eq!(unset.audit().get(key).unwrap().shadowed.is_empty(), value.is_empty());
    }
}

#[test]
fn an_env_file_with_both_names_is_a_conflict_in_any_order() {
    for content in [
        "APP_PORT=1\nAPP_OLD_PORT=2\n",
        "APP_OLD_PORT=2\nAPP_PORT=1\n",
        "APP_OLD_PORT=2\nAPP_PORT='1'\n",
    ] {
        let files = Files::with(".env", content);
        let cfg = files.loader::<Config>().load().unwrap();
        assert_eq!(
            (cfg.port, &cfg.audit().port.shadowed[..]),
            (Some(1), &[Source::File][..]),
            "{content}"
        );
        assert!(
            warnings(&cfg)[0]
                .starts_with("APP_PORT and APP_OLD_PORT are set to different values in ")
        );
        let result = denied(files.loader());
        assert_eq!(problems::only(&result).kind(), ProblemKind::Conflict);
    }
    let files = Files::with(".env", "A=1\nAPP_PORT=1\nAPP_OLD_PORT=2\nAPP_OLD_PORT=${A}\n");
    let cfg = files.loader::<Config>().load().unwrap();
    assert!(cfg.audit().port.shadowed.is_empty(), "the last line counts, and it is the same");
}

#[test]
fn a_folder_and_a_provider_with_both_names_are_conflicts() {
    let files = Files::new();
    files.write("docker/app_port", "1");
    files.write("docker/app_old_port", "2");
    let folder = isolated_docker(&files);
    let cfg = folder.load().unwrap();
    assert_eq!((cfg.port, &cfg.audit().port.shadowed[..]), (Some(1), &[Source::Docker][..]));
    assert_eq!(problems::only(&denied(isolated_docker(&files))).kind(), ProblemKind::Conflict);

    let store = || Store::holding("store", Source::Aws, &[("APP_PORT", "1"), ("APP_LISTEN", "2")]);
    let cfg = vars(&[]).source(store()).load().unwrap();
    assert_eq!((cfg.port, &cfg.audit().port.shadowed[..]), (Some(1), &[Source::Aws][..]));
    assert_eq!(problems::only(&denied(vars(&[]).source(store()))).kind(), ProblemKind::Conflict);
}

fn isolated_docker(files: &Files) -> Loader<Config> {
    Config::loader()
        .vars([("", ""); 0])
        .docker_secrets(files.path().join("docker"))
        .without(Source::K8s)
        .without(Source::FileEnv)
        .without(Source::File)
}

#[test]
fn one_source_that_overrides_another_is_no_conflict() {
    let files = Files::with(".env", "APP_OLD_PORT=2\nAPP_DB=other\n");
    let cfg = denied(files.loader().vars([("APP_PORT", "1"), ("APP_DB_HOST", "h")])).unwrap();
    assert_eq!(warnings(&cfg), [""; 0]);
    assert_eq!(cfg.audit().port.shadowed, [Source::File]);
}

/// The loaders that have the port twice in one source, with these values; what comes first wins.
fn twice(files: &Files, first: &str, second: &str) -> Vec<(Source, Loader<Config>)> {
    let file = |name: &str, port: &str| files.write(name, format!("APP_PORT={port}\n"));
    let folder = |name: &str, port: &str| {
        files.write(&format!("{name}/app_port"), port);
        files.path().join(name)
    };
    let store = |source, port: &str| Store::holding("store", source, &[("APP_PORT", port)]);
    let alias = files.write("alias", format!("APP_OLD_PORT={second}\n"));
    let (docker, k8s) = (Source::Docker, Source::K8s);
    let folders = || Config::loader().vars([("", ""); 0]).without(Source::File);
    let (one, two) = (folder("one", second), folder("two", first));
    vec![
        (Source::File, files.loader().dotenv(file("a", second)).dotenv(file("b", first))),
        (Source::File, files.loader().dotenv(alias).dotenv(file("c", first))),
        (
            Source::Aws,
            vars(&[]).source(store(Source::Aws, first)).source(store(Source::Aws, second)),
        ),
        (Source::System, vars(&[("APP_PORT", second)]).source(store(Source::System, first))),
        (Source::System, vars(&[("APP_LISTEN", second)]).source(store(Source::System, first))),
        (docker, folders().without(k8s).docker_secrets(&one).docker_secrets(&two)),
        (k8s, folders().without(docker).k8s_secrets(&one).k8s_secrets(&two)),
        (docker, folders().without(k8s).docker_secrets(&one).source(store(docker, first))),
    ]
}

#[test]
fn a_file_folder_or_provider_over_another_of_its_source_is_no_conflict_and_shadows_it() {
    let files = Files::new();
    // As it is between sources, the values do not matter.
    for second in ["2", "1"] {
        for (at, (source, loader)) in twice(&files, "1", second).into_iter().enumerate() {
            let cfg = denied(loader).unwrap_or_else(|error| panic!("{at}: {error}"));
            assert_eq!(cfg.port, Some(1), "{at}");
            let entry = &cfg.audit().port;
            assert_eq!((entry.source, &entry.shadowed[..]), (source, &[source][..]), "{at}");
            assert_eq!(warnings(&cfg), [""; 0], "{at}");
        }
    }
}

#[test]
fn what_is_not_set_in_the_upper_one_comes_from_the_lower_one_and_shadows_nothing() {
    let files = Files::new();
    let lower = files.write("lower", "APP_PORT=1\nAPP_REGION=\n");
    let upper = files.write("upper", "APP_PORT=\nAPP_REGION=eu\n");
    let loader = || files.loader::<Config>().dotenv(&lower).dotenv(&upper).empty_as_unset(true);
    let cfg = loader().load().unwrap();
    assert_eq!((cfg.port, cfg.region.as_deref()), (Some(1), Some("eu")));
    assert!(cfg.audit().port.shadowed.is_empty() && cfg.audit().region.shadowed.is_empty());

    files.write("one/app_region", "us");
    files.write("one/app_port", "\n");
    files.write("two/app_region", "");
    files.write("two/app_port", "2");
    let folders = isolated_docker(&files)
        .docker_secrets(files.path().join("one"))
        .docker_secrets(files.path().join("two"));
    files.folder("docker");
    let cfg = folders.empty_as_unset(true).load().unwrap();
    assert_eq!((cfg.port, cfg.region.as_deref()), (Some(2), Some("us")));
    assert!(cfg.audit().port.shadowed.is_empty() && cfg.audit().region.shadowed.is_empty());
}

#[test]
fn a_conflict_over_a_lower_file_of_the_same_source_shadows_it_once() {
    let files = Files::with("lower", "APP_PORT=3\n");
    let upper = files.write("upper", "APP_PORT=1\nAPP_LISTEN=2\n");
    let loader = || files.loader::<Config>().dotenv(files.path().join("lower")).dotenv(&upper);
    let cfg = loader().load().unwrap();
    assert_eq!(cfg.audit().port.shadowed, [Source::File]);
    assert!(warnings(&cfg)[0].starts_with("APP_PORT and APP_LISTEN are set"));
    assert_eq!(problems::only(&denied(loader())).kind(), ProblemKind::Conflict);
    let store = Store::holding("store", Source::Custom, &[("APP_PORT", "0")]);
    let cfg = loader().source(store).load().unwrap();
    assert_eq!(cfg.audit().port.shadowed, [Source::File], "a lower source is named once");
    assert_eq!(warnings(&cfg), [""; 0]);
}

/// Reads a folder of secrets and nothing else.
fn folder_of(files: &Files, source: Source) -> Loader<Config> {
    let loader = Config::loader().vars([("", ""); 0]).without(Source::File);
    match source {
        Source::Docker => loader.docker_secrets(files.path()).without(Source::K8s),
        _ => loader.k8s_secrets(files.path()).without(Source::Docker),
    }
}

/// Files with their contents, the port that is read, and the files that are told of.
type Spelled = (&'static [(&'static str, &'static str)], Option<u16>, &'static [&'static str]);

#[test]
fn files_for_one_name_that_is_spelled_in_several_ways_are_compared() {
    let table: &[Spelled] = &[
        (&[("APP_PORT", "1"), ("app_port", "2")], Some(1), &["APP_PORT", "app_port"]),
        (&[("app-port", "1"), ("app_port", "2")], Some(2), &["app_port", "app-port"]),
        (
            &[("app-port", "1"), ("app_port", "2"), ("APP_PORT", "3")],
            Some(3),
            &["APP_PORT", "app_port", "app-port"],
        ),
        // Only those that differ.
        (
            &[("app-port", "1"), ("app_port", "3\n"), ("APP_PORT", "3")],
            Some(3),
            &["APP_PORT", "app-port"],
        ),
        (&[("APP_PORT", "1"), ("app_port", "1\n"), ("app-port", "1\r\n")], Some(1), &[]),
        // Two spellings of an alias.
        (
            &[("app-old-port", "1"), ("app_old_port", "2")],
            Some(2),
            &["app_old_port", "app-old-port"],
        ),
    ];
    for source in [Source::Docker, Source::K8s] {
        for (contents, port, told) in table {
            let files = Files::new();
            for (name, content) in *contents {
                files.write(name, content);
            }
            let cfg = folder_of(&files, source).load().unwrap();
            assert_eq!(cfg.port, *port, "{contents:?}");
            let result = denied(folder_of(&files, source));
            if told.is_empty() {
                assert_eq!(warnings(&cfg), [""; 0], "{contents:?}");
                assert!(cfg.audit().port.shadowed.is_empty() && result.is_ok());
                continue;
            }
            let paths: Vec<_> = told.iter().map(|name| files.path().join(name)).collect();
            let expected =
                Warning::ConflictingFiles { key: "APP_PORT", files: paths.clone(), source };
            assert_eq!(cfg.audit().warnings(), [expected], "{contents:?}");
            assert_eq!(cfg.audit().port.shadowed, [source], "{contents:?}");
            let said = warnings(&cfg).join("");
            assert!(said.starts_with("APP_PORT has different values in the files /"), "{said}");
            assert!(said.ends_with(&format!("; {} counts", paths[0].display())), "{said}");
            let problem = problems::only(&result);
            assert_eq!((problem.kind(), problem.key()), (ProblemKind::Conflict, Some("APP_PORT")));
            assert!(problem.message().contains(&paths[1].display().to_string()), "{problem}");
        }
    }
}

#[test]
fn spellings_and_aliases_are_two_conflicts_of_one_folder() {
    let files = Files::with("app_port", "1");
    files.write("app-port", "2");
    files.write("app_listen", "3");
    files.write("app-listen", "4");
    let cfg = folder_of(&files, Source::Docker).load().unwrap();
    assert_eq!(cfg.audit().port.shadowed, [Source::Docker]);
    let [names, spellings] = &warnings(&cfg)[..] else { panic!("{:?}", warnings(&cfg)) };
    assert!(names.starts_with("APP_PORT and APP_LISTEN are set to different values"), "{names}");
    assert!(spellings.contains("app-port") && !spellings.contains("listen"), "{spellings}");
    let result = denied(folder_of(&files, Source::Docker));
    let problem = problems::only(&result);
    assert!(problem.message().starts_with("APP_PORT and APP_LISTEN"), "{problem}");
    assert!(problem.reason_text().unwrap().contains("app-port"), "{problem}");
}

#[test]
fn of_two_files_that_are_empty_and_one_that_is_not_the_last_counts_where_empty_is_unset() {
    let files = Files::with("APP_REGION", "");
    files.write("app_region", "\n");
    files.write("app-region", "eu");
    let cfg = folder_of(&files, Source::K8s).empty_as_unset(true).load().unwrap();
    assert_eq!(cfg.region.as_deref(), Some("eu"));
    let location = cfg.audit().region.location.as_ref().unwrap();
    assert_eq!(location.file(), Some(files.path().join("app-region").as_path()));
    assert!(cfg.audit().region.shadowed.is_empty() && warnings(&cfg).is_empty());
    // Where it is a value, it is another one.
    let cfg = folder_of(&files, Source::K8s).load().unwrap();
    assert_eq!(
        (cfg.region.as_deref(), &cfg.audit().region.shadowed[..]),
        (Some(""), &[Source::K8s][..])
    );
}

#[test]
fn a_second_file_that_cannot_be_read_is_another_value() {
    for other in ["app-region", "APP_DB"] {
        let files = Files::with("app_region", "eu");
        files.write("app_db_host", "db");
        // More than a secret may have.
        files.write(other, vec![b'x'; (1 << 20) + 2]);
        let cfg = folder_of(&files, Source::Docker).load().unwrap();
        assert_eq!((cfg.region.as_deref(), &*cfg.db_host), (Some("eu"), "db"));
        assert_eq!(warnings(&cfg).len(), 1, "{other}: {:?}", warnings(&cfg));
        let result = denied(folder_of(&files, Source::Docker));
        assert_eq!(problems::only(&result).kind(), ProblemKind::Conflict);
    }
}

#[test]
fn neither_of_two_secret_files_is_shown() {
    let files = Files::with("app_password", CANARY);
    files.write("app-password", format!("{CANARY}-other"));
    let cfg = folder_of(&files, Source::Docker).load().unwrap();
    assert_eq!(warnings(&cfg).len(), 1);
    assert_hidden(&everything_said(&folder_of(&files, Source::Docker)), "a warning");
    let denied = folder_of(&files, Source::Docker).conflicts(Conflicts::Deny);
    assert_hidden(&everything_said(&denied), "a conflict that is denied");
}

#[test]
fn what_a_source_shadows_of_itself_comes_before_other_sources() {
    let files = Files::with(".env", "APP_PORT=3\n");
    let cfg =
        files.loader::<Config>().vars([("APP_PORT", "1"), ("APP_LISTEN", "2")]).load().unwrap();
    assert_eq!(cfg.audit().port.shadowed, [Source::System, Source::File]);
    let json = cfg.audit().to_json();
    assert!(json.contains(r#""shadowed":["system","file"]"#), "{json}");
}

#[test]
fn neither_of_two_secrets_is_shown() {
    let files = Files::with("pw", format!("{CANARY}-other\n"));
    let path = files.path().join("pw").display().to_string();
    let both = [("APP_PASSWORD", CANARY), ("APP_PASSWORD_FILE", &path)];
    let cfg = vars(&both).load().unwrap();
    assert_eq!(cfg.password.as_ref().map(|it| it.expose_secret()), Some(CANARY));
    assert_hidden(&everything_said(&vars(&both)), "a conflict that warns");
    assert_hidden(
        &everything_said(&vars(&both).conflicts(Conflicts::Deny)),
        "a conflict that is denied",
    );
}

#[test]
fn a_value_and_a_file_in_one_env_file_are_compared_in_any_order() {
    for text in
        ["APP_REGION=eu\nAPP_REGION_FILE=region\n", "APP_REGION_FILE=region\nAPP_REGION=eu\n"]
    {
        let files = Files::with(".env", text);
        files.write("region", "us\n");
        let cfg = files.loader::<Config>().load().unwrap();
        assert_eq!(cfg.region.as_deref(), Some("eu"), "{text}");
        assert_eq!(cfg.audit().region.shadowed, [Source::File], "{text}");
        let said = warnings(&cfg);
        assert!(
            said[0].starts_with("APP_REGION and APP_REGION_FILE are set to different values in "),
            "{said:?}"
        );
        let line = cfg.audit().region.location.as_ref().and_then(|location| location.line());
        assert_eq!(line, Some(if text.starts_with("APP_REGION=") { 1 } else { 2 }), "{text}");
        assert_eq!(
            problems::only(&denied(files.loader::<Config>())).kind(),
            ProblemKind::Conflict,
            "{text}"
        );

        files.write("region", "eu\n");
        let cfg = denied(files.loader::<Config>()).unwrap();
        assert!(cfg.audit().warnings().is_empty(), "{text}");
    }
}

#[test]
fn two_files_of_one_env_file_are_compared() {
    let files = Files::with(".env", "APP_DB_FILE=old\nAPP_DB_HOST_FILE=new\n");
    files.write("old", "a");
    files.write("new", "b");
    let cfg = files.loader::<Config>().load().unwrap();
    assert_eq!(cfg.db_host, "b");
    let said = warnings(&cfg);
    assert!(said[0].starts_with("APP_DB_HOST_FILE and APP_DB_FILE are set"), "{said:?}");
}
