//! "Did you mean": variables that are nearly called right, and unknown ones where they are not allowed.

use envaudit::{EnvConfig, Loader, Problem, ProblemKind, Source};
use envaudit_tests::{Files, Store, isolated, problems};

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct App {
    port: u16,
    #[env(alias = "HOSTNAME", default = "localhost")]
    host: String,
    #[env(nested)]
    db: Option<Db>,
    #[env(key = "SHARED_REGION", default = "eu")]
    region: String,
}

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct Db {
    url: String,
}

fn hint(result: &Result<envaudit::Loaded<App>, envaudit::LoadError>) -> String {
    let problem = problems::only(result);
    assert_eq!(problem.kind(), ProblemKind::Missing);
    problem.hint_text().expect("a missing variable has a hint").to_owned()
}

#[test]
fn a_slip_of_the_finger_is_found_in_the_environment() {
    for near in ["APP_PROT", "APP_POT", "APP_PORTS", "APP-PORT", "app_port", "AP_PORT"] {
        let hint = hint(&isolated::vars::<App>([(near, "80")]).load());
        assert_eq!(hint, format!("{near} is set in the process environment; did you mean that?"));
    }
}

#[test]
fn a_slip_of_the_finger_is_found_in_an_env_file() {
    let files = Files::with(".env", "APP_PROT=80\n");
    let hint = hint(&files.loader().load());
    let place = files.path().join(".env");
    assert_eq!(hint, format!("APP_PROT is set in {}; did you mean that?", place.display()));
}

#[test]
fn what_is_far_away_or_another_fields_is_not_offered() {
    for other in ["PORT", "APP_COLOUR", "APP_HOST", "APP_DB_URL", "EXPORT", "PATH"] {
        let hint = hint(&isolated::vars::<App>([(other, "x")]).load());
        assert!(hint.starts_with("set APP_PORT in"), "{other}: {hint}");
    }
}

#[test]
fn the_environment_is_not_searched_when_it_is_not_asked() {
    let loader = isolated::vars::<App>([("APP_PROT", "80")]).without(Source::System);
    assert!(hint(&loader.load()).starts_with("set APP_PORT in"));
}

const COMPLETE: [(&str, &str); 1] = [("APP_PORT", "80")];

#[track_caller]
fn denied(vars: &[(&str, &str)]) -> Vec<(String, String)> {
    let vars = COMPLETE.iter().chain(vars).copied();
    let result = isolated::vars::<App>(vars).deny_unknown(true).load();
    if result.is_ok() {
        return Vec::new();
    }
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let describe = |problem: &envaudit::Problem| {
        assert_eq!(problem.kind(), ProblemKind::UnknownKey);
        (text(problem.key()), text(problem.hint_text()))
    };
    problems::of(&result).iter().map(describe).collect()
}

#[test]
fn an_unknown_variable_behind_the_prefix_is_refused_with_the_nearest_key() {
    for (unknown, hint) in [
        ("APP_HOTS", "did you mean APP_HOST?"),
        ("APP_HOSTNAM", "did you mean APP_HOSTNAME?"),
        ("APP_DB_URI", "did you mean APP_DB_URL?"),
        ("APP_COLOUR", "no field of App reads it; remove it"),
        ("APP_", "no field of App reads it; remove it"),
        ("APP_REGION", "no field of App reads it; remove it"),
    ] {
        assert_eq!(denied(&[(unknown, "x")]), [(unknown.to_owned(), hint.to_owned())]);
    }
    let two = denied(&[("APP_B", "1"), ("APP_A", "1")]);
    assert_eq!([&*two[0].0, &*two[1].0], ["APP_A", "APP_B"], "in order");
}

#[test]
fn there_is_no_false_alarm() {
    let file = Files::with("port", "80\n");
    let path = file.path().join("port").display().to_string();
    for fine in [
        ("APP_HOSTNAME", "an alias"),
        ("APP_DB_URL", "a key of a group"),
        ("SHARED_REGION", "a full key"),
        ("APP_HOST_FILE", &*path),
        ("APP_HOSTNAME_FILE", &*path),
        ("APP", "shorter than the prefix"),
        ("APPLE", "somebody else's"),
        ("MY_APP_X", "somebody else's"),
        ("SHARED_COLOUR", "near a full key, but not behind the prefix"),
        ("ENVAUDIT_ENV", "prod"),
        ("PATH", "/bin"),
    ] {
        assert_eq!(denied(&[fine]), [], "{fine:?}");
    }
}

#[test]
fn the_environments_own_variable_is_known_behind_any_prefix() {
    #[derive(EnvConfig, Debug)]
    #[env(prefix = "ENVAUDIT_")]
    struct Own {
        #[env(default = 1)]
        port: u16,
    }
    let loader = isolated::vars::<Own>([("ENVAUDIT_ENV", "prod")]).deny_unknown(true);
    assert_eq!(loader.load().expect("it is known").port, 1);
}

#[test]
fn without_a_prefix_the_environment_is_free() {
    #[derive(EnvConfig, Debug)]
    struct Bare {
        #[env(default = 1)]
        port: u16,
    }
    let loader = isolated::vars::<Bare>([("PROT", "2"), ("HOME", "/")]).deny_unknown(true);
    assert_eq!(loader.load().expect("nothing is behind no prefix").port, 1);
}

#[test]
fn every_variable_of_an_env_file_needs_a_field_or_a_reference() {
    let unknown = |content: &str, more: &str| {
        let files = Files::with(".env", content);
        files.write(".env.prod", more);
        let loader = files.loader::<App>().vars(COMPLETE).environment("prod");
        match loader.deny_unknown(true).load() {
            Ok(_) => Vec::new(),
            error => {
                problems::of(&error).iter().filter_map(|p| Some(p.key()?.to_owned())).collect()
            }
        }
    };
    let none: [&str; 0] = [];
    assert_eq!(unknown("LEFT_OVER=1\n", ""), ["LEFT_OVER"]);
    assert_eq!(unknown("ZONE=a\nAPP_HOST=${ZONE}.example.org\n", ""), none);
    assert_eq!(unknown("ZONE=a\nAPP_HOST=$ZONE.example.org\n", ""), none);
    assert_eq!(unknown("ZONE=a\nAPP_HOST=${ZONE:-b}\n", ""), none);
    assert_eq!(unknown("ZONE=a\n", "APP_HOST=${ZONE}\n"), none, "from another file");
    assert_eq!(unknown("APP_HOST=${ZONE}\n", "ZONE=a\n"), none, "from another file");
    assert_eq!(unknown("ZONE=a\nAPP_HOST='${ZONE}'\n# ${ZONE}\n", ""), none, "what looks like one");
    assert_eq!(unknown("ZONE=a\nZONE_B=b\nAPP_HOST=${ZONE_B}\n", ""), ["ZONE"]);
}

#[test]
fn a_hint_names_only_places_where_the_loader_looks() {
    let hint = |loader: Loader<App>| hint(&loader.load());
    let here = || isolated::nothing::<App>();
    assert_eq!(hint(here()), "set APP_PORT in the environment");
    let store = || Store::holding("store", Source::Aws, &[]);
    assert_eq!(hint(here().source(store())), "set APP_PORT in AWS or in the environment");
    let ci = here().source(store()).ci(true);
    assert_eq!(hint(ci), "set APP_PORT in the environment");
    let local = here().source(store().local()).ci(true);
    assert_eq!(hint(local), "set APP_PORT in AWS or in the environment");
    let files = Files::new();
    assert_eq!(hint(files.loader()), "set APP_PORT in the environment or in `.env`");
    let few = files.loader().without(Source::System).without(Source::File);
    assert_eq!(hint(few), "set APP_PORT in `.env.{environment}`");
}

#[test]
fn what_may_stand_in_a_file_that_cannot_be_read_is_not_asked_for_elsewhere() {
    let files = Files::new();
    let hint = |loader: Loader<App>| {
        let result = loader.load();
        let missing = |problem: &&Problem| problem.kind() == ProblemKind::Missing;
        let missing = problems::of(&result).iter().find(missing).expect("it is missing");
        missing
            .hint_text()
            .expect("it has a hint")
            .replace(&files.path().display().to_string(), "DIR")
    };
    files.write(".env", "X='it is not closed\nAPP_PORT=80\n");
    assert_eq!(hint(files.loader()), "it may be set in DIR/.env:1: fix that first");
    files.write(".env", b"APP_PORT=80\n\xff");
    assert_eq!(hint(files.loader()), "it may be set in DIR/.env: fix that first");
    files.write(".env", "APP_PORTS=80\n\'\n");
    assert_eq!(hint(files.loader()), "APP_PORTS is set in DIR/.env; did you mean that?");
}
