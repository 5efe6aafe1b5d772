//! Names that are deprecated, and names without the prefix: which are found, and what is said of them.

use envaudit::{EnvConfig, SecretString, Warning};
use envaudit_tests::{Files, isolated, problems};
use serde_json::{Value, json};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct App {
    #[env(deprecated_alias = "HTTP_PORT", default = 8080)]
    port: u16,
    #[env(alias_key = "DATABASE_URL", deprecated_alias_key = "PGURL", alias = "DB")]
    database: Option<String>,
    #[env(deprecated = "use APP_PORT", alias = "WORKERS")]
    threads: Option<u8>,
    #[env(deprecated_alias = "OLD_TOKEN")]
    token: Option<SecretString>,
}

fn load<const N: usize>(vars: [(&str, &str); N]) -> envaudit::Loaded<App> {
    isolated::vars::<App>(vars).load().expect("loads")
}

fn warnings(loaded: &envaudit::Loaded<App>) -> Vec<String> {
    loaded.audit().warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn a_deprecated_name_works_and_warns_and_the_new_name_is_silent() {
    let old = load([("APP_HTTP_PORT", "80")]);
    assert_eq!((old.port, old.audit().port.found_as.as_deref()), (80, Some("APP_HTTP_PORT")));
    assert_eq!(
        warnings(&old),
        ["APP_HTTP_PORT is deprecated: use APP_PORT (set in the process environment)"]
    );
    assert!(matches!(
        old.audit().warnings(),
        [Warning::DeprecatedName { key: "APP_PORT", name: "APP_HTTP_PORT", .. }]
    ));
    let new = load([("APP_PORT", "81")]);
    assert_eq!((new.port, warnings(&new)), (81, vec![]));
    let none = load([]);
    assert_eq!((none.port, warnings(&none)), (8080, vec![]));
}

#[test]
fn the_key_wins_over_a_deprecated_name() {
    let both = load([("APP_HTTP_PORT", "80"), ("APP_PORT", "80")]);
    assert_eq!((both.port, both.audit().port.found_as.as_deref()), (80, None));
}

#[test]
fn a_name_without_the_prefix_is_read_as_it_is_written() {
    let loaded = load([("DATABASE_URL", "one")]);
    assert_eq!(loaded.database.as_deref(), Some("one"));
    assert_eq!(loaded.audit().database.found_as.as_deref(), Some("DATABASE_URL"));
    assert_eq!(warnings(&loaded), [""; 0]);

    let loaded = load([("PGURL", "two")]);
    assert_eq!(loaded.database.as_deref(), Some("two"));
    assert_eq!(
        warnings(&loaded),
        ["PGURL is deprecated: use APP_DATABASE (set in the process environment)"]
    );

    // In the order in which they are written.
    let loaded = load([("PGURL", "a"), ("APP_DB", "a"), ("DATABASE_URL", "a")]);
    assert_eq!(loaded.audit().database.found_as.as_deref(), Some("DATABASE_URL"));
    let loaded = load([("PGURL", "a"), ("APP_DB", "a")]);
    assert_eq!(loaded.audit().database.found_as.as_deref(), Some("PGURL"));

    // They are no names behind the prefix.
    let loaded = load([("APP_DATABASE_URL", "x"), ("APP_PGURL", "x"), ("DB", "x")]);
    assert_eq!(loaded.database, None);
}

#[test]
fn a_deprecated_variable_warns_by_the_name_that_was_found() {
    let loaded = load([("APP_WORKERS", "4")]);
    assert_eq!(loaded.threads, Some(4));
    assert_eq!(
        warnings(&loaded),
        ["APP_WORKERS is deprecated: use APP_PORT (set in the process environment)"]
    );
    assert!(matches!(
        loaded.audit().warnings(),
        [Warning::Deprecated { key: "APP_THREADS", name: "APP_WORKERS", .. }]
    ));
    let loaded = load([("APP_THREADS", "4")]);
    assert!(warnings(&loaded)[0].starts_with("APP_THREADS is deprecated"));
}

#[test]
fn a_file_named_by_a_deprecated_name_is_one_too() {
    let files = Files::with("port", "443\n");
    let path = files.path().join("port");
    let loaded = isolated::vars::<App>([("APP_HTTP_PORT_FILE", path.as_os_str())]).load();
    let loaded = loaded.expect("loads");
    assert_eq!(loaded.port, 443);
    let place = path.display();
    assert_eq!(
        warnings(&loaded),
        [format!("APP_HTTP_PORT_FILE is deprecated: use APP_PORT_FILE (set in {place})")]
    );
    let loaded = isolated::vars::<App>([("APP_PORT_FILE", path.as_os_str())]).load();
    assert_eq!(warnings(&loaded.expect("loads")), [""; 0]);
}

#[test]
fn env_files_and_secret_folders_know_the_names_too() {
    let files = Files::with(".env", "\nAPP_HTTP_PORT=80\nDATABASE_URL=x\n");
    let loaded = files.loader::<App>().deny_unknown(true).load().expect("loads");
    let place = files.path().join(".env");
    assert_eq!((loaded.port, loaded.database.as_deref()), (80, Some("x")));
    assert_eq!(
        warnings(&loaded),
        [format!("APP_HTTP_PORT is deprecated: use APP_PORT (set in {}:2)", place.display())]
    );
    files.write("secrets/app-old-token", "s3cret-value");
    let secrets = files.path().join("secrets");
    let loader = App::loader().dir(&secrets).vars([("", ""); 0]).docker_secrets(&secrets);
    let loaded = loader.load().expect("loads");
    assert!(loaded.token.is_some());
    let [warning] = &*warnings(&loaded) else { panic!("{:?}", warnings(&loaded)) };
    assert!(warning.starts_with("APP_OLD_TOKEN is deprecated: use APP_TOKEN (set in "));
    assert!(!warning.contains("s3cret"), "{warning}");
}

#[test]
fn documents_say_which_names_are_deprecated() {
    let schema: Value = serde_json::from_str(&App::schema_json()).expect("JSON");
    let of = |key: &str| {
        let variables = schema["variables"].as_array().expect("an array");
        variables.iter().find(|variable| variable["key"] == key).expect("a variable").clone()
    };
    assert_eq!(of("APP_DATABASE")["aliases"], json!(["DATABASE_URL", "PGURL", "APP_DB"]));
    assert_eq!(of("APP_DATABASE")["deprecated_aliases"], json!(["PGURL"]));
    assert_eq!(of("APP_THREADS").get("deprecated_aliases"), None);
    let markdown = App::markdown();
    for part in [
        "Also read as `DATABASE_URL`, `APP_DB`.",
        "Also read as `PGURL`, which is deprecated.",
        "Also read as `APP_HTTP_PORT`, which is deprecated.",
    ] {
        assert!(markdown.contains(part), "{markdown}");
    }
}

#[test]
fn a_nested_struct_has_its_names_behind_its_prefix_or_as_they_are() {
    #[derive(EnvConfig, Debug)]
    struct Redis {
        #[env(alias_key = "REDIS_URL", deprecated_alias = "ADDRESS")]
        url: String,
    }
    #[derive(EnvConfig, Debug)]
    #[env(prefix = "APP_")]
    struct Config {
        #[env(nested)]
        cache: Redis,
    }
    let names = Config::SCHEMA.members.len();
    assert_eq!((names, Config::KEYS), (1, &["APP_CACHE_URL"][..]));
    let loaded = isolated::vars::<Config>([("REDIS_URL", "a")]).load().expect("loads");
    assert_eq!((&*loaded.cache.url, loaded.audit().warnings().len()), ("a", 0));
    let loaded = isolated::vars::<Config>([("APP_CACHE_ADDRESS", "b")]).load().expect("loads");
    assert_eq!((&*loaded.cache.url, loaded.audit().warnings().len()), ("b", 1));
    let result = isolated::vars::<Config>([("APP_CACHE_REDIS_URL", "c")]).load();
    assert_eq!(problems::only(&result).key(), Some("APP_CACHE_URL"));
}
