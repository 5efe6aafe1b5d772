//! Asking the audit is free of allocations.

use std::hint::black_box;

use allocation_counter::measure;
use envaudit::{EnvConfig, SecretString, Source};
use envaudit_tests::isolated;

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only where its values came from is looked at")]
struct App {
    port: u16,
    #[env(alias = "KEY")]
    api_key: SecretString,
    #[env(nested)]
    db: Db,
}

#[derive(EnvConfig)]
#[expect(dead_code, reason = "only where its values came from is looked at")]
struct Db {
    host: String,
    #[env(default = 5432)]
    port: u16,
}

#[test]
fn look_ups_in_the_audit_allocate_nothing() {
    const HOST: envaudit::Key<App> = App::key("APP_DB_HOST");
    let vars = [("APP_PORT", "80"), ("APP_KEY", "k"), ("APP_DB_HOST", "h")];
    let loaded = isolated::vars::<App>(vars).load().expect("loads");
    let audit = loaded.audit();
    let asked: [(&str, &dyn Fn() -> bool); 7] = [
        ("get", &|| audit.get("APP_DB_PORT").is_some_and(|entry| &*entry.key == "APP_DB_PORT")),
        ("get of a key that is not there", &|| audit.get("APP_DB_PROT").is_none()),
        ("entry", &|| audit.entry(HOST).source == Source::System),
        ("a field", &|| audit.db.host.source == Source::System),
        ("entries", &|| audit.entries().filter(|entry| !entry.masked).count() == 3),
        ("get_by_source", &|| audit.get_by_source(Source::SchemaDefault).count() == 1),
        ("secrets", &|| audit.secrets().count() == 1),
    ];
    for (name, ask) in asked {
        let mut right = false;
        let allocations = measure(|| right = black_box(ask())).count_total;
        assert!(right, "{name}");
        assert_eq!(allocations, 0, "{name}");
    }
    // The measure does measure.
    assert!(measure(|| drop(black_box(audit.snapshot()))).count_total > 0);
}
