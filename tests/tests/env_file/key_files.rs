//! `KEY_FILE` in an env file: the file that has the value.

use envaudit::{EnvConfig, ExposeSecret, Loaded, ProblemKind, SecretString, Source};
use envaudit_tests::{Files, problems};

#[derive(EnvConfig)]
struct Config {
    #[env(alias = "PASSWORD")]
    token: Option<SecretString>,
    name: Option<String>,
    level: Option<u8>,
}

fn token(loaded: &Loaded<Config>) -> Option<&str> {
    loaded.token.as_ref().map(|token| token.expose_secret())
}

fn loaded(loader: envaudit::Loader<Config>) -> Loaded<Config> {
    loader.load().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_value_is_the_content_of_the_file_and_the_audit_has_both_places() {
    let files = Files::new();
    let secret = files.write("elsewhere/token", "s3cr3t\n");
    files.write(".env", format!("# c\nTOKEN_FILE={}\n", secret.display()));
    let loaded = loaded(files.loader());
    assert_eq!(token(&loaded), Some("s3cr3t"));
    let entry = &loaded.audit().token;
    assert_eq!((entry.source, entry.found_as.as_deref()), (Source::File, Some("TOKEN_FILE")));
    let location = entry.location.as_ref().expect("a location");
    assert_eq!(location.file(), Some(&*secret));
    let named_in = location.named_in().expect("the line that names it");
    assert_eq!((named_in.file(), named_in.line()), (Some(&*files.path().join(".env")), Some(2)));
    let env_file = files.path().join(".env");
    let shown = format!("{} (named in {}:2)", secret.display(), env_file.display());
    assert_eq!(location.to_string(), shown);
    // A saved audit has it too.
    let json = loaded.audit().to_json();
    let saved = envaudit::AuditSnapshot::from_json(&json).expect("a saved audit");
    let saved = saved.get("TOKEN").expect("an entry");
    assert_eq!(saved.location.as_ref(), Some(location));
    assert!(!json.contains("s3cr3t"));
}

#[test]
fn a_relative_path_begins_at_the_folder_of_the_env_file() {
    let files = Files::with("config/.env", "TOKEN_FILE=secrets/token\nNAME_FILE=../name\n");
    files.write("config/secrets/token", "s3cr3t");
    files.write("name", "ada\r\n");
    let loaded = loaded(files.loader().dir(files.path().join("config")));
    assert_eq!((token(&loaded), loaded.name.as_deref()), (Some("s3cr3t"), Some("ada")));
    let named = files.write("other/prod.env", "TOKEN_FILE='the token'\n");
    files.write("other/the token", "prod");
    assert_eq!(token(&self::loaded(files.loader().dotenv(named))), Some("prod"));
}

#[test]
fn a_path_may_have_references() {
    let files = Files::with(".env", "DIR=secrets\nTOKEN_FILE=${DIR}/token\nNAME=<${TOKEN}>\n");
    files.write("secrets/token", "s3cr3t\n");
    let loaded = loaded(files.loader());
    assert_eq!((token(&loaded), loaded.name.as_deref()), (Some("s3cr3t"), Some("<s3cr3t>")));
    files.write(".env", "TOKEN_FILE=${NOPE}/token\n");
    let result = files.loader::<Config>().load();
    let problem = problems::only(&result);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Invalid, Some("TOKEN")));
    assert_eq!(problem.location().and_then(|place| place.line()), Some(1));
}

#[test]
fn a_path_that_has_a_secret_in_it_is_not_shown() {
    // The name is no secret, so that the path is shown; but it is made of what another line has as one.
    let text = "TOKEN=Zq7xW2kvK9pL\nNAME='a Zq7xW2kvK9pL'\nLEVEL_FILE=absent/${NAME}\n";
    let files = Files::with(".env", text);
    let result = files.loader::<Config>().load();
    let problem = problems::only(&result);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Unreadable, Some("LEVEL")));
    assert_eq!(problem.location().and_then(|place| place.line()), Some(3));
    let said = problems::all_text(result.as_ref().err().expect("it failed"));
    assert!(!said.contains("W2kvK9"), "{said}");
    // Any other path is.
    files.write(".env", "TOKEN=Zq7xW2kvK9pL\nNAME=name\nLEVEL_FILE=absent/${NAME}\n");
    let result = files.loader::<Config>().load();
    let location = problems::only(&result).location().expect("a location");
    assert_eq!(location.file(), Some(&*files.path().join("absent/name")));
    assert_eq!(location.named_in().and_then(|place| place.line()), Some(3));
}

#[test]
fn the_key_and_its_aliases_win_within_a_file_and_the_place_of_the_file_between_files() {
    let files = Files::new();
    files.write("a", "from-a");
    files.write("b", "from-b");
    let value = |text: &str| {
        files.write(".env", text);
        token(&loaded(files.loader())).map(str::to_owned)
    };
    assert_eq!(value("TOKEN_FILE=a\nTOKEN=key\n").as_deref(), Some("key"));
    assert_eq!(value("TOKEN=key\nTOKEN_FILE=a\n").as_deref(), Some("key"));
    assert_eq!(value("PASSWORD=alias\nTOKEN_FILE=a\n").as_deref(), Some("alias"));
    assert_eq!(value("PASSWORD_FILE=b\nTOKEN_FILE=a\n").as_deref(), Some("from-a"));
    assert_eq!(value("PASSWORD_FILE=b\n").as_deref(), Some("from-b"));
    assert_eq!(value("TOKEN_FILE=a\nTOKEN_FILE=b\n").as_deref(), Some("from-b"));
    // The file of the environment wins over the general one, and the process over both.
    files.write(".env", "TOKEN=key\n");
    files.write(".env.prod", "TOKEN_FILE=a\n");
    let prod = loaded(files.loader().environment("prod"));
    assert_eq!(token(&prod), Some("from-a"));
    assert_eq!(prod.audit().token.shadowed, [Source::File]);
    let file = files.path().join("b");
    let both = loaded(files.loader().environment("prod").vars([("TOKEN_FILE", file)]));
    assert_eq!(token(&both), Some("from-b"));
    assert_eq!(both.audit().token.source, Source::System);
}

#[test]
fn an_empty_path_counts_as_not_set_where_empty_is_unset() {
    let files = Files::with(".env", "TOKEN_FILE=\nNAME_FILE=${NOPE:-}\n");
    let loaded = loaded(files.loader().empty_as_unset(true));
    assert_eq!((token(&loaded), loaded.name.as_deref()), (None, None));
}

#[test]
fn a_variable_of_its_own_that_ends_in_file_is_no_path_of_another() {
    #[derive(EnvConfig)]
    struct Log {
        log: Option<String>,
        log_file: Option<String>,
    }
    let files = Files::with(".env", "LOG_FILE=/var/log/x\n");
    let loaded = files.loader::<Log>().load().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((loaded.log.as_deref(), loaded.log_file.as_deref()), (None, Some("/var/log/x")));
}

#[test]
fn unknown_variables_are_those_that_name_the_file_of_no_key() {
    let files = Files::with(".env", "TOKEN_FILE=token\nPASSWORD_FILE=token\nOTHER_FILE=token\n");
    files.write("token", "s3cr3t");
    let result = files.loader::<Config>().deny_unknown(true).load();
    assert_eq!(problems::only(&result).key(), Some("OTHER_FILE"));
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_line_and_a_secret_in_its_place_is_not() {
    let files = Files::with(".env", "\nTOKEN_FILE=nowhere/token\n");
    files.folder("nowhere");
    let result = files.loader::<Config>().load();
    let problem = problems::only(&result);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Unreadable, Some("TOKEN")));
    let text = problem.to_string();
    assert!(text.contains("nowhere/token (named in ") && text.contains(".env:2)"), "{text}");
    assert!(text.contains("TOKEN_FILE") && text.contains("it does not exist"), "{text}");
    for secret in ["s3cr3t", "s3/cr3t", "x s3cr3t", "./s3cr3t"] {
        files.write(".env", format!("TOKEN_FILE='{secret}'\n"));
        let result = files.loader::<Config>().load();
        let problem = problems::only(&result);
        assert_eq!(problem.location().and_then(|place| place.line()), Some(1), "{problem}");
        let hint = problem.hint_text().unwrap_or_default();
        assert!(hint.contains("set TOKEN_FILE to a path"), "{problem}");
        let said = problems::all_text(result.as_ref().err().expect("no file"));
        assert!(!said.contains("s3cr3t") && !said.contains("cr3t"), "{said}");
    }
    // What a file holds alone is taken to be a secret: its place is shown, and not the value.
    files.write(".env", "LEVEL_FILE=level\n");
    files.write("level", "high");
    let result = files.loader::<Config>().load();
    let problem = problems::only(&result);
    assert_eq!((problem.kind(), problem.found()), (ProblemKind::Invalid, None));
    files.write("level", "7\n");
    assert_eq!(loaded(files.loader()).level, Some(7));
    assert!(problem.to_string().contains(".env:1)"), "{problem}");
}

#[test]
fn a_path_with_blanks_or_control_characters_at_its_ends_is_shown_in_quotes() {
    let files = Files::new();
    let secret = files.write("run/token", "s3cr3t");
    for end in ["\n", "\r", " ", "\t"] {
        let path = format!("{}{end}", secret.display());
        let result = files.loader::<Config>().vars([("TOKEN_FILE", &path)]).load();
        let text = problems::only(&result).to_string();
        assert!(text.contains(&format!("{path:?}")), "{text}");
        assert!(text.contains("there is a file of that name without the blanks"), "{text}");
    }
    files.write(".env", "NAME_FILE=\"run/token\\n\"\n");
    let result = files.loader::<Config>().load();
    let text = problems::only(&result).to_string();
    assert!(text.contains("run/token\\n\" (named in"), "{text}");
    let missing = files.path().join(" x ");
    let result = files.loader::<Config>().dotenv(&missing).load();
    let text = problems::only(&result).to_string();
    assert!(text.contains(&format!("{missing:?} cannot be read")), "{text}");
}

#[test]
fn a_source_that_may_not_supply_the_key_may_not_name_its_file_either() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "it never loads")]
    struct Strict {
        #[env(sources(System))]
        token: SecretString,
    }
    let files = Files::with(".env", "TOKEN_FILE=token\n");
    files.write("token", "s3cr3t");
    let result = files.loader::<Strict>().load();
    let problem = problems::only(&result);
    assert_eq!(problem.kind(), ProblemKind::DisallowedSource);
    assert_eq!(problem.location().and_then(|place| place.line()), Some(1));
}

#[test]
fn a_source_that_may_not_supply_it_is_told_by_the_name_that_is_set() {
    #[derive(EnvConfig, Debug)]
    struct Mounted {
        #[env(sources(Docker))]
        #[expect(dead_code, reason = "never loaded")]
        token: SecretString,
    }
    let files = Files::with(".env", "TOKEN_FILE=token\n");
    let path = files.write("token", "s3cr3t");
    let by_line = files.loader::<Mounted>().load();
    let expected = "TOKEN_FILE may not come from the source `file`";
    assert_eq!(problems::only(&by_line).message(), expected);
    let empty = Files::new();
    let by_variable = empty.loader::<Mounted>().vars([("TOKEN_FILE", path)]).load();
    let expected = "TOKEN_FILE may not come from the source `system`";
    assert_eq!(problems::only(&by_variable).message(), expected);
}

#[test]
fn an_empty_path_is_said_to_be_empty() {
    for key in ["TOKEN", "NAME"] {
        let name = format!("{key}_FILE");
        let files = Files::with(".env", format!("{name}=\n"));
        let empty = Files::new();
        for loader in [files.loader::<Config>(), empty.loader().vars([(&*name, "")])] {
            let result = loader.load();
            let problem = problems::only(&result);
            let hint = format!("{name} is empty: set it to a path, or remove it");
            assert_eq!((problem.key(), problem.hint_text()), (Some(key), Some(&*hint)));
            assert!(problem.source().is_some());
        }
    }
}
