//! The names of variables across nested and flattened structs, and what those inherit.

use envaudit::{EnvConfig, Problem, ProblemKind, Source};
use envaudit_tests::{Files, isolated, problems};

#[derive(EnvConfig, Debug, PartialEq)]
struct Db {
    host: String,
    #[env(default = 5432)]
    port: u16,
}

#[derive(EnvConfig, Debug)]
#[env(prefix = "CACHE_")]
struct Cache {
    #[env(default = 1)]
    size: u32,
    #[env(key = "REDIS_URL", default = "redis://")]
    url: String,
    #[env(nested)]
    db: Db,
}

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct App {
    #[env(default = false)]
    first: bool,
    #[env(nested)]
    db: Db,
    #[env(nested, prefix = "PG_")]
    main: Db,
    #[env(nested, prefix = "")]
    bare: Extra,
    #[env(nested)]
    cache: Cache,
    #[env(flatten)]
    flat: Flat,
    #[env(flatten, prefix = "F_")]
    flat_with_prefix: Flat,
    #[env(default = false)]
    last: bool,
}

#[derive(EnvConfig, Debug)]
struct Extra {
    #[env(default = 0)]
    extra: u8,
}

#[derive(EnvConfig, Debug)]
struct Flat {
    #[env(default = 0, alias = "OLD_FLAG")]
    flag: u8,
}

const HOSTS: [(&str, &str); 3] =
    [("APP_DB_HOST", "a"), ("APP_PG_HOST", "b"), ("APP_CACHE_DB_HOST", "c")];

#[test]
fn the_prefix_is_the_fields_then_the_childs_then_the_fields_name() {
    assert_eq!(
        App::KEYS,
        [
            "APP_FIRST",
            "APP_DB_HOST",
            "APP_DB_PORT",
            "APP_PG_HOST",
            "APP_PG_PORT",
            "APP_EXTRA",
            "APP_CACHE_SIZE",
            "REDIS_URL",
            "APP_CACHE_DB_HOST",
            "APP_CACHE_DB_PORT",
            "APP_FLAG",
            "APP_F_FLAG",
            "APP_LAST",
        ]
    );
}

#[test]
fn every_nested_value_is_read_and_audited_under_its_full_key() {
    let vars = HOSTS.into_iter().chain([
        ("APP_PG_PORT", "1"),
        ("APP_CACHE_DB_PORT", "2"),
        ("REDIS_URL", "r"),
        ("APP_OLD_FLAG", "3"),
        ("APP_F_OLD_FLAG", "4"),
        ("APP_EXTRA", "5"),
        ("APP_LAST", "yes"),
    ]);
    let loaded = isolated::vars::<App>(vars).load().expect("loads");
    assert_eq!(loaded.db, Db { host: "a".to_owned(), port: 5432 });
    assert_eq!(loaded.main, Db { host: "b".to_owned(), port: 1 });
    assert_eq!(loaded.cache.db, Db { host: "c".to_owned(), port: 2 });
    assert_eq!((loaded.cache.size, &*loaded.cache.url), (1, "r"));
    assert_eq!((loaded.flat.flag, loaded.flat_with_prefix.flag), (3, 4));
    assert_eq!((loaded.first, loaded.bare.extra, loaded.last), (false, 5, true));

    let audit = loaded.audit();
    for (entry, key, found_as) in [
        (&audit.db.host, "APP_DB_HOST", None),
        (&audit.main.port, "APP_PG_PORT", None),
        (&audit.cache.db.host, "APP_CACHE_DB_HOST", None),
        (&audit.cache.url, "REDIS_URL", None),
        (&audit.flat.flag, "APP_FLAG", Some("APP_OLD_FLAG")),
        (&audit.flat_with_prefix.flag, "APP_F_FLAG", Some("APP_F_OLD_FLAG")),
        (&audit.bare.extra, "APP_EXTRA", None),
        (&audit.last, "APP_LAST", None),
    ] {
        assert_eq!((&*entry.key, entry.found_as.as_deref()), (key, found_as));
        assert_eq!(entry.source, Source::System);
        assert_eq!(audit.get(key), Some(entry));
        assert_eq!(audit.entry(App::key(key)), entry);
    }
}

#[test]
fn a_nested_struct_loads_by_itself_under_its_own_names() {
    assert_eq!(Db::KEYS, ["HOST", "PORT"]);
    assert_eq!(Cache::KEYS, ["CACHE_SIZE", "REDIS_URL", "CACHE_DB_HOST", "CACHE_DB_PORT"]);
    let loaded = isolated::vars::<Db>([("HOST", "h")]).load().expect("loads");
    assert_eq!(loaded.host, "h");
}

#[test]
fn the_audit_of_a_nested_struct_is_the_same_type_as_when_it_is_loaded_alone() {
    let nested = isolated::vars::<App>(HOSTS).load().expect("loads");
    let alone = isolated::vars::<Db>([("HOST", "a")]).load().expect("loads");
    let both: [&DbAudit; 2] = [&nested.audit().db, alone.audit()];
    assert_eq!(both.map(|audit| audit.host.source), [Source::System; 2]);
    assert_eq!(both.map(|audit| &*audit.host.key), ["APP_DB_HOST", "HOST"]);
}

#[derive(EnvConfig, Debug)]
#[env(sources(System, SchemaDefault))]
struct Narrow {
    #[env(default = 0)]
    own: u8,
    #[env(default = 0, sources(File, SchemaDefault))]
    wider: u8,
    #[env(nested)]
    inherits: Inherits,
    #[env(nested)]
    overrides: Overrides,
}

#[derive(EnvConfig, Debug)]
struct Inherits {
    #[env(default = 0)]
    value: u8,
}

#[derive(EnvConfig, Debug)]
#[env(sources(File, SchemaDefault))]
struct Overrides {
    #[env(default = 0)]
    value: u8,
}

#[test]
fn sources_are_the_fields_then_the_structs_then_the_outer_structs() {
    let lines = "OWN=1\nWIDER=1\nINHERITS_VALUE=1\nOVERRIDES_VALUE=1\n";
    let files = Files::with(".env", lines);
    let result = files.loader::<Narrow>().load();
    let refused: Vec<Option<&str>> = problems::of(&result).iter().map(Problem::key).collect();
    assert_eq!(refused, [Some("OWN"), Some("INHERITS_VALUE")]);
    assert!(problems::of(&result).iter().all(|p| p.kind() == ProblemKind::DisallowedSource));

    let vars = [("OWN", "2"), ("WIDER", "2"), ("INHERITS_VALUE", "2"), ("OVERRIDES_VALUE", "2")];
    let loaded = files.loader::<Narrow>().vars(vars).load().expect("loads");
    let values = (loaded.own, loaded.wider, loaded.inherits.value, loaded.overrides.value);
    assert_eq!(values, (2, 1, 2, 1));
    let warnings: Vec<String> = loaded.audit().warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 4, "{warnings:#?}");
    assert!(warnings.iter().all(|text| text.contains("which may not supply it and is ignored")));
}
