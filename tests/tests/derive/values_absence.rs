//! Fields that are not read, and variables that should no longer be set.

use envaudit::{EnvConfig, Source, Warning};
use envaudit_tests::{Files, isolated};

#[derive(Debug, Default, PartialEq)]
struct NotReadable;

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct Config {
    #[env(skip)]
    counter: u64,
    #[env(skip)]
    handle: NotReadable,
    #[env(skip, default = 7)]
    seven: u8,
    #[env(skip, default = "text")]
    text: String,
    #[env(default = 8080)]
    port: u16,
    #[env(deprecated = "use APP_PORT")]
    http_port: Option<u16>,
    #[env(deprecated = "it has no effect", default = 3)]
    workers: u8,
}

#[test]
fn a_skipped_field_takes_its_default_and_reads_nothing() {
    let vars = [("APP_COUNTER", "9"), ("APP_SEVEN", "9"), ("COUNTER", "9")];
    let loaded = isolated::vars::<Config>(vars).load().expect("loads");
    assert_eq!((loaded.counter, loaded.seven, &*loaded.text), (0, 7, "text"));
    assert_eq!(loaded.handle, NotReadable);
}

#[test]
fn a_skipped_field_has_no_key_and_no_audit_entry() {
    assert_eq!(Config::KEYS, ["APP_PORT", "APP_HTTP_PORT", "APP_WORKERS"]);
    let loaded = isolated::nothing::<Config>().load().expect("loads");
    assert_eq!(loaded.audit().entries().len(), 3);
    assert!(loaded.audit().get("APP_COUNTER").is_none());
    for text in [Config::template(), Config::markdown(), Config::json_schema()] {
        assert!(!text.contains("COUNTER"), "{text}");
    }
    // The struct of the audit has these three fields and no other.
    let ConfigAudit { port, http_port, workers } = &**loaded.audit();
    assert_eq!(port.source, Source::SchemaDefault);
    assert!(http_port.unset && !workers.unset);
}

#[test]
fn a_skipped_field_can_be_unknown() {
    let result = isolated::vars::<Config>([("APP_COUNTER", "9")]).deny_unknown(true).load();
    assert_eq!(envaudit_tests::problems::only(&result).message(), "APP_COUNTER is unknown");
}

#[test]
fn a_deprecated_variable_warns_when_it_is_set() {
    let quiet = isolated::nothing::<Config>().load().expect("loads");
    assert_eq!(quiet.audit().warnings(), []);
    let vars = [("APP_HTTP_PORT", "80"), ("APP_WORKERS", "4")];
    let loaded = isolated::vars::<Config>(vars).load().expect("loads");
    assert_eq!((loaded.http_port, loaded.workers, loaded.port), (Some(80), 4, 8080));
    let [first, second] = loaded.audit().warnings() else {
        panic!("{:?}", loaded.audit().warnings())
    };
    assert!(matches!(
        first,
        Warning::Deprecated {
            key: "APP_HTTP_PORT",
            instead: "use APP_PORT",
            source: Source::System,
            ..
        }
    ));
    assert_eq!(
        first.to_string(),
        "APP_HTTP_PORT is deprecated: use APP_PORT (set in the process environment)"
    );
    assert_eq!(
        second.to_string(),
        "APP_WORKERS is deprecated: it has no effect (set in the process environment)"
    );
}

#[test]
fn the_warning_says_where_the_deprecated_variable_stands() {
    let files = Files::with(".env", "\nAPP_WORKERS=4\n");
    let loaded = files.loader::<Config>().load().expect("loads");
    let place = files.path().join(".env");
    assert_eq!(
        loaded.audit().warnings().iter().map(ToString::to_string).collect::<Vec<_>>(),
        [format!("APP_WORKERS is deprecated: it has no effect (set in {}:2)", place.display())]
    );
}
