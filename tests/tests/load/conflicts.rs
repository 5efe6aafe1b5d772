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
    // Nor are two files of one source, of which the later wins.
    let (one, two) = (files.write("one", "APP_PORT=1\n"), files.write("two", "APP_OLD_PORT=2\n"));
    let cfg = denied(files.loader().dotenv(one).dotenv(two)).unwrap();
    assert_eq!((cfg.port, warnings(&cfg).len()), (Some(2), 0));
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
