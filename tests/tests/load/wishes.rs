//! What users of other crates ask for and no other test holds; `docs/wishes.md` has the whole list.

use std::thread;

use envaudit::{EnvConfig, ProblemKind, Source};
use envaudit_tests::{Files, isolated, problems};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Service {
    #[env(default = 80)]
    max_db_connections: u16,
    #[env(nested)]
    db: Db,
    #[env(nested, prefix = "OLD_DB_")]
    old: Option<Db>,
    #[env(flatten)]
    limits: Limits,
    #[env(flatten, prefix = "BURST_")]
    burst: Limits,
}

#[derive(EnvConfig)]
struct Db {
    host_name: String,
    #[env(default = 10)]
    max_connections: u16,
}

#[derive(EnvConfig)]
struct Limits {
    #[env(default = 1.5)]
    rate_per_second: f64,
}

#[test]
fn underscores_of_names_and_of_nesting_do_not_meet() {
    let loaded = isolated::vars::<Service>([
        ("APP_DB_HOST_NAME", "db1"),
        ("APP_DB_MAX_CONNECTIONS", "3"),
        ("APP_MAX_DB_CONNECTIONS", "4"),
        ("APP_BURST_RATE_PER_SECOND", "9"),
    ]);
    let loaded = loaded.load().expect("loads");
    assert_eq!(loaded.db.host_name, "db1");
    assert_eq!((loaded.db.max_connections, loaded.max_db_connections), (3, 4));
    assert!(loaded.old.is_none());
    assert_eq!((loaded.limits.rate_per_second, loaded.burst.rate_per_second), (1.5, 9.0));
}

#[test]
fn a_flattened_or_nested_field_keeps_its_type_and_its_error_has_the_variable_and_the_line() {
    let files = Files::with(
        ".env",
        "APP_DB_HOST_NAME=00123\nAPP_RATE_PER_SECOND=2.25\nAPP_OLD_DB_HOST_NAME=1\n",
    );
    let loaded = files.loader::<Service>().load().expect("loads");
    assert_eq!(loaded.db.host_name, "00123");
    assert_eq!(loaded.limits.rate_per_second, 2.25);
    assert_eq!(loaded.old.as_ref().map(|old| &*old.host_name), Some("1"));
    assert_eq!(loaded.audit().limits.rate_per_second.source, Source::File);
    let line = |entry: &envaudit::AuditEntry| entry.location.as_ref()?.line();
    assert_eq!(line(&loaded.audit().limits.rate_per_second), Some(2));

    files.write(
        ".env",
        "APP_DB_HOST_NAME=h\n\nAPP_RATE_PER_SECOND=fast\nAPP_DB_MAX_CONNECTIONS=x\n",
    );
    let result = files.loader::<Service>().load();
    let found: Vec<_> = problems::of(&result)
        .iter()
        .map(|problem| {
            let line = problem.location().and_then(|location| location.line());
            (problem.kind(), problem.key(), line)
        })
        .collect();
    let invalid = ProblemKind::Invalid;
    assert_eq!(
        found,
        [
            (invalid, Some("APP_DB_MAX_CONNECTIONS"), Some(4)),
            (invalid, Some("APP_RATE_PER_SECOND"), Some(3)),
        ]
    );
    let text = result.as_ref().map(|_| ()).expect_err("two problems").to_string();
    assert!(!text.contains("rate_per_second") && !text.contains("max_connections"), "{text}");
}

#[test]
fn mistyped_variables_are_found_without_an_alarm_about_those_of_others() {
    let load = |name: &str| {
        let vars = [
            ("APP_DB_HOST_NAME", "h"),
            ("PATH", "/bin"),
            ("APPLE", "1"),
            ("app_x", "1"),
            (name, "5"),
        ];
        isolated::vars::<Service>(vars).deny_unknown(true).load()
    };
    for fine in ["APP", "APPDB", "MY_APP_X", "APP_DB_MAX_CONNECTIONS", "APP_OLD_DB_HOST_NAME"] {
        assert!(load(fine).is_ok(), "{fine}");
    }
    for (wrong, near) in [
        ("APP_RATE_PER_SECNOD", "APP_RATE_PER_SECOND"),
        ("APP_DB_MAXCONNECTIONS", "APP_DB_MAX_CONNECTIONS"),
    ] {
        let result = load(wrong);
        let problem = problems::only(&result);
        assert_eq!((problem.kind(), problem.key()), (ProblemKind::UnknownKey, Some(wrong)));
        assert!(problem.to_string().contains(near), "{problem}");
    }
}

#[test]
fn loads_at_the_same_time_see_their_own_variables() {
    thread::scope(|scope| {
        let load = |number: u16| {
            let vars = [
                ("APP_DB_HOST_NAME".to_owned(), format!("db{number}")),
                ("APP_DB_MAX_CONNECTIONS".to_owned(), number.to_string()),
            ];
            let loaded = isolated::vars::<Service>(vars).load().expect("loads");
            (loaded.db.host_name.clone(), loaded.db.max_connections)
        };
        let threads: Vec<_> = (0..32).map(|number| scope.spawn(move || load(number))).collect();
        for (number, thread) in threads.into_iter().enumerate() {
            let (host, connections) = thread.join().expect("no thread panics");
            assert_eq!((host, usize::from(connections)), (format!("db{number}"), number));
        }
    });
}
