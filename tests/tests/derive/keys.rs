//! The names of variables: prefixes, renames, aliases, and the order in which they are tried.

use envaudit::{EnvConfig, Source, Warning};
use envaudit_tests::{Files, isolated, problems};

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct App {
    port: u16,
    #[env(rename = "HOSTNAME")]
    host: String,
    #[env(key = "DATABASE_URL")]
    url: String,
    #[env(alias = "OLD", alias = "OLDEST", default = 0)]
    current: u8,
    #[env(rename = "NEW_NAME", alias = "current_name", default = 0)]
    renamed: u8,
    #[env(default = 0)]
    r#type: u8,
    #[env(default = 0)]
    http2_port: u8,
}

const NEEDED: [(&str, &str); 3] =
    [("APP_PORT", "80"), ("APP_HOSTNAME", "h"), ("DATABASE_URL", "u")];

fn load(more: &[(&'static str, &'static str)]) -> envaudit::Loaded<App> {
    let vars = NEEDED.iter().chain(more).copied();
    isolated::vars::<App>(vars).load().expect("loads")
}

#[test]
fn keys_are_in_the_order_of_declaration() {
    assert_eq!(
        App::KEYS,
        [
            "APP_PORT",
            "APP_HOSTNAME",
            "DATABASE_URL",
            "APP_CURRENT",
            "APP_NEW_NAME",
            "APP_TYPE",
            "APP_HTTP2_PORT",
        ]
    );
    let loaded = load(&[]);
    let keys: Vec<&str> = loaded.audit().entries().map(|entry| &*entry.key).collect();
    assert_eq!(keys, App::KEYS);
}

#[test]
fn a_rename_stands_behind_the_prefix_and_a_key_does_not() {
    let loaded = load(&[("HOSTNAME", "x"), ("APP_DATABASE_URL", "x"), ("APP_URL", "x")]);
    assert_eq!((loaded.port, &*loaded.host, &*loaded.url), (80, "h", "u"));
    let problem =
        isolated::vars::<App>([("APP_PORT", "80"), ("HOSTNAME", "h"), ("DATABASE_URL", "u")])
            .load();
    assert_eq!(problems::only(&problem).key(), Some("APP_HOSTNAME"));
}

#[test]
fn names_count_as_they_are_written() {
    let result = isolated::vars::<App>([("app_port", "80"), NEEDED[1], NEEDED[2]]).load();
    assert_eq!(problems::only(&result).key(), Some("APP_PORT"));
    assert_eq!(load(&[("APP_TYPE", "1"), ("APP_R#TYPE", "2")]).r#type, 1);
    assert_eq!(load(&[("APP_HTTP2_PORT", "1")]).http2_port, 1);
}

#[test]
fn aliases_are_tried_in_order_after_the_key() {
    for (vars, value, found_as) in [
        (&[("APP_CURRENT", "1"), ("APP_OLD", "2"), ("APP_OLDEST", "3")][..], 1, None),
        (&[("APP_OLDEST", "3"), ("APP_OLD", "2")], 2, Some("APP_OLD")),
        (&[("APP_OLDEST", "3")], 3, Some("APP_OLDEST")),
        (&[("OLD", "4"), ("OLDEST", "5")], 0, None),
    ] {
        let loaded = load(vars);
        assert_eq!(loaded.current, value, "{vars:?}");
        assert_eq!(loaded.audit().current.found_as.as_deref(), found_as);
        assert_eq!(&*loaded.audit().current.key, "APP_CURRENT");
    }
    let loaded = load(&[("APP_current_name", "6")]);
    assert_eq!(loaded.renamed, 6);
    assert_eq!(loaded.audit().renamed.found_as.as_deref(), Some("APP_current_name"));
}

#[test]
fn a_source_that_has_an_alias_wins_over_a_lower_one_that_has_the_key() {
    let files = Files::with(".env", "APP_CURRENT=1\nAPP_OLD=2\n");
    let vars = NEEDED.iter().copied().chain([("APP_OLDEST", "3")]);
    let loaded = files.loader::<App>().vars(vars).load().expect("loads");
    assert_eq!(loaded.current, 3);
    let entry = &loaded.audit().current;
    assert_eq!((entry.source, entry.found_as.as_deref()), (Source::System, Some("APP_OLDEST")));
    assert_eq!(entry.shadowed, [Source::File]);

    // Within one source the order of the names counts, not that of the lines.
    let files = Files::with(".env", "APP_OLDEST=3\nAPP_OLD=2\n");
    let loaded = files.loader::<App>().vars(NEEDED).load().expect("loads");
    assert_eq!(loaded.current, 2);
    let warnings = loaded.audit().warnings();
    assert!(matches!(warnings, [Warning::Conflict { .. }]), "{warnings:?}");
}

#[test]
fn an_alias_is_no_key_of_the_audit() {
    let loaded = load(&[("APP_OLD", "2")]);
    assert!(loaded.audit().get("APP_OLD").is_none());
    assert_eq!(loaded.audit().get("APP_CURRENT"), Some(&loaded.audit().current));
}

#[test]
fn a_checked_key_finds_the_entry_without_an_option() {
    const URL: envaudit::Key<App> = App::key("DATABASE_URL");
    let loaded = load(&[]);
    assert_eq!(loaded.audit().entry(URL), &loaded.audit().url);
    for key in App::KEYS {
        assert_eq!(Some(loaded.audit().entry(App::key(key))), loaded.audit().get(key), "{key}");
    }
    assert_eq!((URL.as_str(), URL.to_string().as_str()), ("DATABASE_URL", "DATABASE_URL"));
    assert_eq!(URL, App::key("DATABASE_URL"));
    assert_ne!(URL, App::key("APP_PORT"));
    assert_eq!(format!("{URL:?}"), "Key(\"DATABASE_URL\")");
}

#[test]
#[should_panic(expected = "`App` has no key `APP_PROT`; did you mean `APP_PORT`?")]
fn a_key_that_does_not_exist_panics_outside_of_constants() {
    let _ = App::key("APP_PROT");
}

#[test]
fn a_struct_without_a_prefix_has_the_bare_names() {
    #[derive(EnvConfig)]
    struct Bare {
        #[env(default = 1)]
        port: u16,
        #[env(default = 1)]
        _private: u16,
    }
    assert_eq!(Bare::KEYS, ["PORT", "_PRIVATE"]);
    let loaded = isolated::vars::<Bare>([("PORT", "2"), ("_PRIVATE", "3")]).load().expect("loads");
    assert_eq!((loaded.port, loaded._private), (2, 3));
}
