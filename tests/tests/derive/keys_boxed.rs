//! Nested structs in a box: `Box`, `Arc`, `Rc`, within `Option` and within one another.

use std::rc::Rc;
use std::sync::Arc;

use envaudit::{EnvConfig, Source};
use envaudit_tests::{isolated, problems};

#[derive(EnvConfig, Debug)]
struct Db {
    host: String,
    #[env(default = 5432)]
    port: u16,
}

type Shared<T> = Arc<T>;

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(clippy::redundant_allocation, reason = "that boxes can be within boxes is what is tested")]
struct App {
    #[env(nested)]
    boxed: Box<Db>,
    #[env(nested)]
    shared: std::sync::Arc<Db>,
    #[env(nested)]
    counted: Option<Rc<Db>>,
    #[env(nested, prefix = "X_")]
    twice: Option<Arc<Box<Db>>>,
    #[env(flatten)]
    flat: Arc<Flat>,
    #[env(nested)]
    alias: Shared<Db>,
}

#[derive(EnvConfig, Debug)]
struct Flat {
    #[env(default = 1)]
    level: u8,
}

#[test]
fn a_struct_in_a_box_is_read_as_the_struct_is() {
    assert_eq!(
        App::KEYS,
        [
            "APP_BOXED_HOST",
            "APP_BOXED_PORT",
            "APP_SHARED_HOST",
            "APP_SHARED_PORT",
            "APP_COUNTED_HOST",
            "APP_COUNTED_PORT",
            "APP_X_HOST",
            "APP_X_PORT",
            "APP_LEVEL",
            "APP_ALIAS_HOST",
            "APP_ALIAS_PORT",
        ]
    );
    let vars = [
        ("APP_BOXED_HOST", "a"),
        ("APP_SHARED_HOST", "b"),
        ("APP_SHARED_PORT", "1"),
        ("APP_X_HOST", "c"),
        ("APP_ALIAS_HOST", "d"),
    ];
    let loaded = isolated::vars::<App>(vars).load().expect("loads");
    assert_eq!((&*loaded.boxed.host, loaded.shared.port, loaded.flat.level), ("a", 1, 1));
    assert!(loaded.counted.is_none());
    assert_eq!(loaded.twice.as_ref().map(|db| db.host.as_str()), Some("c"));
    let shared: Arc<Db> = Arc::clone(&loaded.shared);
    assert_eq!((&*shared.host, &*loaded.alias.host), ("b", "d"));

    // The audit is that of the struct.
    let audit: &DbAudit = &loaded.audit().shared;
    assert_eq!((audit.port.source, &*audit.port.key), (Source::System, "APP_SHARED_PORT"));
    let audit: &DbAudit = &loaded.audit().twice;
    assert_eq!(audit.host.source, Source::System);
    assert!(loaded.audit().counted.host.unset);
    const HOST: envaudit::Key<App> = App::key("APP_X_HOST");
    assert_eq!(&*loaded.audit().entry(HOST).key, "APP_X_HOST");
}

#[test]
fn what_is_missing_in_a_box_is_missing() {
    let result = isolated::vars::<App>([("APP_COUNTED_PORT", "1")]).load();
    let keys: Vec<_> = problems::of(&result).iter().filter_map(|problem| problem.key()).collect();
    assert_eq!(keys, ["APP_BOXED_HOST", "APP_SHARED_HOST", "APP_COUNTED_HOST", "APP_ALIAS_HOST"]);
}

#[test]
fn a_struct_can_be_loaded_into_a_box() {
    let loaded = isolated::vars::<Arc<Db>>([("HOST", "a")]).load().expect("loads");
    assert_eq!((&*loaded.host, &*loaded.audit().host.key), ("a", "HOST"));
    let (db, _) = loaded.into_parts();
    assert_eq!(Arc::strong_count(&db), 1);
}
