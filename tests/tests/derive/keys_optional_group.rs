//! `Option<Nested>`: there when any of its keys is supplied, and then whole.

use envaudit::{EnvConfig, ExposeSecret, Problem, ProblemKind, SecretString, Source};
use envaudit_tests::{Files, isolated, problems};

#[derive(EnvConfig, Debug)]
struct Tls {
    cert: String,
    key: SecretString,
    #[env(default = 443, alias = "OLD_PORT")]
    port: u16,
    bundle: Option<String>,
    #[env(nested)]
    client: Option<Client>,
}

#[derive(EnvConfig, Debug)]
struct Client {
    ca: String,
    #[env(default = 3)]
    depth: u8,
}

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct App {
    #[env(nested)]
    tls: Option<Tls>,
    #[env(flatten)]
    client: Option<Client>,
    #[env(default = 1)]
    after: u8,
}

fn load(vars: &[(&str, &str)]) -> Result<envaudit::Loaded<App>, envaudit::LoadError> {
    isolated::vars::<App>(vars.iter().copied()).load()
}

#[test]
fn a_group_of_which_no_key_is_supplied_is_none() {
    let loaded = load(&[("APP_AFTER", "2")]).expect("nothing of the groups is required");
    assert!(loaded.tls.is_none() && loaded.client.is_none());
    assert_eq!(loaded.after, 2);
    let audit = loaded.audit();
    assert_eq!(audit.entries().len(), App::KEYS.len());
    for entry in audit.entries().filter(|entry| &*entry.key != "APP_AFTER") {
        assert!(entry.unset, "{}", entry.key);
        assert_eq!(entry.source, Source::SchemaDefault);
    }
    assert!(audit.tls.key.masked && !audit.tls.cert.masked);
    assert_eq!(&*audit.tls.client.ca.key, "APP_TLS_CLIENT_CA");
}

#[test]
fn a_group_is_some_when_its_keys_are_supplied() {
    let loaded = load(&[("APP_TLS_CERT", "c"), ("APP_TLS_KEY", "k")]).expect("loads");
    let tls = loaded.tls.as_ref().expect("it is there");
    assert_eq!((&*tls.cert, tls.port, &tls.bundle), ("c", 443, &None));
    assert_eq!(tls.key.expose_secret(), "k");
    assert!(tls.client.is_none());
    let audit = &loaded.audit().tls;
    assert_eq!((audit.cert.source, audit.cert.unset), (Source::System, false));
    assert_eq!((audit.port.source, audit.port.unset), (Source::SchemaDefault, false));
    assert!(audit.bundle.unset && audit.client.ca.unset && audit.client.depth.unset);
}

#[test]
fn a_group_that_is_partially_supplied_misses_the_rest() {
    for (vars, missing) in [
        (&[("APP_TLS_CERT", "c")][..], &["APP_TLS_KEY"][..]),
        // Any key will do: one with a default, an alias, one of a group within.
        (&[("APP_TLS_PORT", "1")], &["APP_TLS_CERT", "APP_TLS_KEY"]),
        (&[("APP_TLS_OLD_PORT", "1")], &["APP_TLS_CERT", "APP_TLS_KEY"]),
        (&[("APP_TLS_BUNDLE", "")], &["APP_TLS_CERT", "APP_TLS_KEY"]),
        (&[("APP_TLS_CLIENT_DEPTH", "1")], &["APP_TLS_CERT", "APP_TLS_KEY", "APP_TLS_CLIENT_CA"]),
        (&[("APP_DEPTH", "1")], &["APP_CA"]),
    ] {
        let result = load(vars);
        let keys: Vec<&str> = problems::of(&result).iter().filter_map(Problem::key).collect();
        assert_eq!(keys, missing, "{vars:?}");
        assert!(problems::of(&result).iter().all(|p| p.kind() == ProblemKind::Missing));
    }
}

#[test]
fn a_missing_variable_says_which_one_opened_its_group() {
    let reasons = |vars: &[(&str, &str)]| {
        let result = load(vars);
        let reason = |problem: &Problem| problem.reason_text().map(str::to_owned);
        problems::of(&result).iter().filter_map(reason).collect::<Vec<_>>()
    };
    let set = |name: &str, group: &str| {
        format!("{name} is set in the process environment ({group} is an optional group)")
    };
    assert_eq!(reasons(&[("APP_TLS_CERT", "c")]), [set("APP_TLS_CERT", "tls")]);
    // By the name that is set, whichever that is.
    let both = [set("APP_TLS_OLD_PORT", "tls"), set("APP_TLS_OLD_PORT", "tls")];
    assert_eq!(reasons(&[("APP_TLS_OLD_PORT", "1")]), both);
    // Of the group that it is in: the inner one opens the outer one, too.
    let within = reasons(&[("APP_TLS_CLIENT_DEPTH", "1")]);
    let by_depth = |group| set("APP_TLS_CLIENT_DEPTH", group);
    assert_eq!(within, [by_depth("tls"), by_depth("tls"), by_depth("client")]);
    assert_eq!(reasons(&[("APP_DEPTH", "1")]), [set("APP_DEPTH", "client")]);

    let files = Files::with(".env", "\nAPP_TLS_CERT=c\n");
    let result = files.loader::<App>().load();
    let place = files.path().join(".env");
    let expected =
        format!("APP_TLS_CERT is set in {}:2 (tls is an optional group)", place.display());
    assert_eq!(problems::only(&result).reason_text(), Some(&*expected));

    let files = Files::with("cert", "c");
    let path = files.path().join("cert");
    let result = isolated::vars::<App>([("APP_TLS_CERT_FILE", path.as_os_str())]).load();
    assert_eq!(problems::only(&result).reason_text(), Some(&*set("APP_TLS_CERT_FILE", "tls")));
    let place = files.write(".env", "APP_TLS_CERT_FILE=cert\n");
    let result = files.loader::<App>().load();
    let expected =
        format!("APP_TLS_CERT_FILE is set in {}:1 (tls is an optional group)", place.display());
    assert_eq!(problems::only(&result).reason_text(), Some(&*expected));
}

#[test]
fn a_variable_that_is_required_anyway_has_no_such_reason() {
    #[derive(EnvConfig, Debug)]
    struct Config {
        #[env(nested)]
        client: Option<Client>,
        name: String,
    }
    let result = isolated::vars::<Config>([("CLIENT_CA", "a")]).load();
    let problem = problems::only(&result);
    assert_eq!((problem.key(), problem.reason_text()), (Some("NAME"), None));
    assert!(result.map(|loaded| (loaded.client.is_some(), loaded.name.len())).is_err());
}

#[test]
fn a_group_within_a_group_is_read_after_a_group_that_is_not_there() {
    let vars = [("APP_CA", "a"), ("APP_DEPTH", "9"), ("APP_AFTER", "2")];
    let loaded = load(&vars).expect("loads");
    assert!(loaded.tls.is_none());
    let client = loaded.client.as_ref().expect("it is there");
    assert_eq!((&*client.ca, client.depth, loaded.after), ("a", 9, 2));
    assert_eq!(loaded.audit().client.depth.source, Source::System);

    let vars = [("APP_TLS_CERT", "c"), ("APP_TLS_KEY", "k"), ("APP_TLS_CLIENT_CA", "ca")];
    let loaded = load(&vars).expect("loads");
    let tls = loaded.tls.as_ref().expect("it is there");
    assert_eq!(tls.client.as_ref().map(|client| client.depth), Some(3));
}

#[test]
fn any_source_supplies_a_group() {
    let files = Files::new();
    files.write(".env", "APP_TLS_CERT=c\n");
    let secrets = files.folder("secrets");
    files.write("secrets/app-tls-key", "k\n");
    let loaded = files.loader::<App>().docker_secrets(&secrets);
    // The shared loader leaves the folders out.
    let result = loaded.load();
    assert_eq!(problems::only(&result).key(), Some("APP_TLS_KEY"));

    let loaded = App::loader()
        .dir(files.path())
        .vars([("", ""); 0])
        .docker_secrets(&secrets)
        .load()
        .expect("loads");
    assert!(loaded.tls.is_some());
    let audit = &loaded.audit().tls;
    assert_eq!((audit.cert.source, audit.key.source), (Source::File, Source::Docker));
}

#[test]
fn an_empty_value_supplies_a_group_unless_it_counts_as_unset() {
    let vars = [("APP_TLS_CERT", ""), ("APP_TLS_KEY", "")];
    assert!(load(&vars).expect("loads").tls.is_some());
    let loader = isolated::vars::<App>(vars).empty_as_unset(true);
    assert!(loader.load().expect("loads").tls.is_none());
}

#[test]
fn a_value_in_a_source_that_may_not_supply_it_is_reported() {
    #[derive(EnvConfig, Debug)]
    struct Vaulted {
        #[env(sources(Aws))]
        key: SecretString,
    }
    #[derive(EnvConfig, Debug)]
    struct Config {
        #[env(nested)]
        vaulted: Option<Vaulted>,
    }
    let result = isolated::vars::<Config>([("VAULTED_KEY", "k")]).load();
    assert_eq!(problems::only(&result).kind(), ProblemKind::DisallowedSource);
    let none = isolated::nothing::<Config>().load().expect("loads");
    assert!(none.vaulted.as_ref().map(|vaulted| &vaulted.key).is_none());
}
