//! Variables and environments that look misspelt.

use envaudit::{EnvConfig, LoadError, Loaded, ProblemKind, SecretString, Source, Warning};
use envaudit_tests::{Files, isolated, problems};

/// Without a prefix.
#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "only its keys count")]
struct Mail {
    #[env(default = 30)]
    smtp_timeout: u64,
    smtp_host: Option<String>,
    users: Option<String>,
}

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only its keys count")]
struct App {
    #[env(default = 8080)]
    port: u16,
    db_password: Option<SecretString>,
}

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only its keys count")]
struct Worker {
    queue: String,
}

fn warnings<T: EnvConfig>(loaded: &Loaded<T>) -> Vec<String> {
    loaded.audit().warnings().iter().map(ToString::to_string).collect()
}

fn unknown<T: EnvConfig>(result: &Result<Loaded<T>, LoadError>) -> Vec<(String, String)> {
    problems::of(result)
        .iter()
        .map(|problem| {
            assert_eq!(problem.kind(), ProblemKind::UnknownKey, "{problem}");
            (problem.message().to_owned(), problem.hint_text().unwrap_or_default().to_owned())
        })
        .collect()
}

#[test]
fn without_a_prefix_a_near_miss_of_what_nothing_supplies_is_a_warning() {
    for (name, key) in [
        ("SMTP_TIMEOUTT", "SMTP_TIMEOUT"),
        ("SMTP_TIMOUT", "SMTP_TIMEOUT"),
        ("smtp_timeout", "SMTP_TIMEOUT"),
        ("SMTP_HSOT", "SMTP_HOST"),
    ] {
        let cfg = isolated::vars::<Mail>([(name, "3")]).load().unwrap();
        let expected = format!(
            "{name} is set in the process environment, and no field of Mail reads it; did you mean {key}?"
        );
        assert_eq!(warnings(&cfg), [expected]);
        let files = Files::with(".env", format!("{name}=3\n"));
        let cfg = files.loader::<Mail>().load().unwrap();
        let Warning::UnknownKey { name: found, key: meant, source, location, .. } =
            &cfg.audit().warnings()[0]
        else {
            panic!("{:?}", cfg.audit().warnings())
        };
        assert_eq!((found.as_str(), *meant, *source), (name, Some(key), Source::File));
        assert!(location.as_ref().unwrap().to_string().ends_with(".env:1"));
    }
}

#[test]
fn what_is_supplied_is_not_missed_and_what_systems_set_is_not_misspelt() {
    let set = [("SMTP_TIMEOUT", "3"), ("SMTP_TIMEOUTT", "4"), ("USER", "ada"), ("SMTP_PORT", "25")];
    let cfg = isolated::vars::<Mail>(set).load().unwrap();
    assert_eq!(warnings(&cfg), [""; 0]);
    let cfg = isolated::vars::<Mail>([("SMTP_HSOT", "h")]).known(["SMTP_HSOT"]).load().unwrap();
    assert_eq!(warnings(&cfg), [""; 0]);
}

#[test]
fn a_key_cut_short_is_recognised() {
    let result = isolated::vars::<App>([("APP_DB_PAS", "x")]).deny_unknown(true).load();
    let expected = ("APP_DB_PAS is unknown".to_owned(), "did you mean APP_DB_PASSWORD?".to_owned());
    assert_eq!(unknown(&result), [expected]);

    #[derive(EnvConfig, Debug)]
    #[env(prefix = "APP_")]
    #[expect(dead_code, reason = "it does not load")]
    struct Required {
        db_password: SecretString,
    }
    let result = isolated::vars::<Required>([("APP_DB_PAS", "x")]).load();
    let hint = problems::only(&result).hint_text().unwrap();
    assert!(hint.starts_with("APP_DB_PAS is set in the process environment"), "{hint}");
}

#[test]
fn a_name_in_small_letters_is_unknown_in_the_environment_as_in_a_file() {
    let result = isolated::vars::<App>([("app_port", "1")]).deny_unknown(true).load();
    let expected = ("app_port is unknown".to_owned(), "did you mean APP_PORT?".to_owned());
    assert_eq!(unknown(&result), [expected]);
}

#[test]
fn known_variables_are_not_unknown() {
    let files = Files::with(".env", "ROCKET_PORT=1\nAPP_EXTRA=2\n");
    let vars = [("APP_QUEUE", "q"), ("APP_QUEUE_FILE", "/q"), ("APP_LOG_STYLE", "x")];
    let loader = || files.loader::<App>().vars(vars).deny_unknown(true);
    let result = loader().load();
    assert_eq!(unknown(&result).len(), 5);
    let known = ["ROCKET_*", "APP_EXTRA", "APP_LOG_STYLE"];
    let names: Vec<String> =
        unknown(&loader().known(known).load()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["APP_QUEUE is unknown", "APP_QUEUE_FILE is unknown"]);
    loader().known(known).known_by::<Worker>().load().unwrap();
}

#[test]
fn the_variables_of_kubernetes_services_are_passed_over() {
    let service = [
        ("APP_SERVICE_HOST", "10.0.48.109"),
        ("APP_SERVICE_PORT", "9106"),
        ("APP_SERVICE_PORT_METRICS", "9106"),
        ("APP_PORT_9106_TCP", "tcp://10.0.48.109:9106"),
        ("APP_PORT_9106_TCP_ADDR", "10.0.48.109"),
        ("APP_PORT_9106_TCP_PORT", "9106"),
        ("APP_PORT_9106_TCP_PROTO", "tcp"),
        ("APP_WEB_PORT", "tcp://10.0.48.110:80"),
    ];
    isolated::vars::<App>(service).deny_unknown(true).load().unwrap();
    let near = [("APP_SERVICE_PORT", "9106"), ("APP_WEB_PORT", "80")];
    let result = isolated::vars::<App>(near).deny_unknown(true).load();
    assert_eq!(unknown(&result).len(), 2, "they are not of a Service");
}

#[test]
fn the_address_of_a_service_in_place_of_a_port_gets_the_hint_that_helps() {
    for address in ["tcp://10.0.48.109:9106", "udp://[fd00::1]:53"] {
        let result = isolated::vars::<App>([("APP_PORT", address)]).load();
        let hint = problems::only(&result).hint_text().unwrap().to_owned();
        assert!(hint.contains("enableServiceLinks: false") && hint.contains("`app`"), "{hint}");
    }
    let result = isolated::vars::<App>([("APP_PORT", "http")]).load();
    assert_eq!(problems::only(&result).hint_text(), None);
}

#[test]
fn an_environment_without_a_file_is_a_warning_where_others_have_one() {
    let files = Files::with(".env.prod", "APP_PORT=1\n");
    let load = |environment: &str| files.loader::<App>().environment(environment).load().unwrap();
    assert_eq!(warnings(&load("prod")), [""; 0]);
    for (environment, end) in [
        ("prdo", "; did you mean prod?"),
        ("Prod", "; there is .env.prod, and names differ by upper and lower case"),
        ("staging", "; there is .env.prod"),
    ] {
        let cfg = load(environment);
        let said = warnings(&cfg).join("\n");
        assert!(said.starts_with(&format!("the environment {environment} has no file ")), "{said}");
        assert!(said.ends_with(end), "{said}");
        assert!(matches!(cfg.audit().warnings(), [Warning::NoEnvironmentFile { .. }]));
    }
    let result = files.loader::<App>().environment("prdo").vars([("APP_PORT", "x")]).load();
    assert_eq!(result.unwrap_err().warnings().len(), 1, "a load that fails says so too");
}

#[test]
fn samples_and_copies_are_no_environments() {
    let files = Files::new();
    for name in [
        ".env.example",
        ".env.local",
        ".env.prod.local",
        ".env.prod.bak",
        ".env.prod~",
        ".env.sample",
    ] {
        files.write(name, "APP_PORT=1\n");
    }
    let cfg = files.loader::<App>().environment("prod").load().unwrap();
    assert_eq!(warnings(&cfg), [""; 0]);
    files.write(".env.dev", "");
    let cfg = files.loader::<App>().environment("prod").without(Source::FileEnv).load().unwrap();
    assert_eq!(warnings(&cfg), [""; 0], "they are not asked");
}

#[test]
fn an_empty_secret_is_a_warning() {
    for vars in [[("APP_DB_PASSWORD", "")], [("APP_DB_PASSWORD_FILE", "/dev/null")]] {
        let result = isolated::vars::<App>(vars).load();
        // A device is not read.
        let Ok(cfg) = result else { continue };
        let expected = "APP_DB_PASSWORD is a secret and is empty in the process environment";
        assert_eq!(warnings(&cfg), [expected]);
        assert!(cfg.audit().db_password.empty);
    }
    let files = Files::with(".env", "APP_DB_PASSWORD=\n");
    let cfg = files.loader::<App>().load().unwrap();
    assert!(matches!(
        cfg.audit().warnings(),
        [Warning::EmptySecret { key: "APP_DB_PASSWORD", .. }]
    ));
    let cfg = files.loader::<App>().empty_as_unset(true).load().unwrap();
    assert_eq!(warnings(&cfg), [""; 0]);
}

/// Names for which a variable that names a file was probably meant.
const MISSPELT_FILES: [(&str, &str); 6] = [
    ("APP_DB_PASSWROD_FILE", "APP_DB_PASSWORD_FILE"),
    ("APP_DB_PASSWORD_FIEL", "APP_DB_PASSWORD_FILE"),
    ("APP_DB_PASSWORDFILE", "APP_DB_PASSWORD_FILE"),
    ("app_db_passwrod_file", "APP_DB_PASSWORD_FILE"),
    ("APP_DB_PAS_FILE", "APP_DB_PASSWORD_FILE"),
    ("APP_PROT_FILE", "APP_PORT_FILE"),
];

#[test]
fn a_misspelt_name_of_a_file_is_recognised_wherever_names_are_compared() {
    for (name, meant) in MISSPELT_FILES {
        let expected = (format!("{name} is unknown"), format!("did you mean {meant}?"));
        let result = isolated::vars::<App>([(name, "/run/pw")]).deny_unknown(true).load();
        assert_eq!(unknown(&result), std::slice::from_ref(&expected));
        let files = Files::with(".env", format!("{name}=/run/pw\n"));
        let result = files.loader::<App>().deny_unknown(true).load();
        assert_eq!(unknown(&result), [expected]);
        // Where unknown names are not refused.
        let cfg = files.loader::<App>().load().unwrap();
        let said = warnings(&cfg);
        assert!(
            said.len() == 1 && said[0].ends_with(&format!("did you mean {meant}?")),
            "{said:?}"
        );
    }
    for name in ["SMTP_HSOT_FILE", "smtp_host_file", "SMTP_HOST_FIL"] {
        let cfg = isolated::vars::<Mail>([(name, "/run/host")]).load().unwrap();
        let said = warnings(&cfg);
        assert!(said.len() == 1 && said[0].ends_with("did you mean SMTP_HOST_FILE?"), "{said:?}");
    }
}

#[test]
fn a_missing_variable_names_the_misspelt_variable_of_its_file() {
    #[derive(EnvConfig, Debug)]
    #[env(prefix = "APP_")]
    #[expect(dead_code, reason = "it does not load")]
    struct Required {
        db_password: SecretString,
    }
    for (name, meant) in &MISSPELT_FILES[..5] {
        let files = Files::with(".env", format!("{name}=/run/pw\n"));
        let in_file = files.loader::<Required>().load();
        let in_environment = isolated::vars::<Required>([(*name, "/run/pw")]).load();
        for (result, place) in [(in_file, ".env"), (in_environment, "the process environment")] {
            let problem = problems::only(&result);
            assert_eq!(
                (problem.kind(), problem.key()),
                (ProblemKind::Missing, Some("APP_DB_PASSWORD"))
            );
            let hint = problem.hint_text().unwrap();
            assert!(
                hint.starts_with(&format!("{name} is set in ")) && hint.contains(place),
                "{hint}"
            );
            assert!(hint.ends_with(&format!("did you mean {meant}?")), "{hint}");
        }
    }
}

#[test]
fn the_file_of_one_field_is_not_taken_for_that_of_another() {
    #[derive(EnvConfig, Debug)]
    #[expect(dead_code, reason = "it does not load")]
    struct Two {
        db_host: Option<String>,
        db_port: u16,
        log_file: Option<String>,
        log: Option<String>,
    }
    let files = Files::with("host", "db");
    let path = files.path().join("host").display().to_string();
    let result = isolated::vars::<Two>([("DB_HOST_FILE", &*path), ("LOG_FILE", "x")]).load();
    let hint = problems::only(&result).hint_text().unwrap();
    assert!(hint.starts_with("set DB_PORT"), "{hint}");
    let set = [("DB_PORT", "1"), ("DB_HOST_FILE", &*path), ("DB_NAME_FILE", "/n")];
    let cfg = isolated::vars::<Two>(set).load().unwrap();
    assert_eq!(warnings(&cfg), [""; 0]);
}

#[test]
fn a_variable_that_is_set_twice_is_named_as_it_is_set() {
    #[derive(EnvConfig, Debug)]
    #[expect(dead_code, reason = "only what it says is looked at")]
    struct Config {
        #[env(alias = "OLD")]
        name: Option<String>,
    }
    for (name, value) in [("NAME", "a"), ("OLD", "a"), ("NAME_FILE", "pw"), ("OLD_FILE", "pw")] {
        let files = Files::with(".env", format!("{name}={value}\n{name}={value}\n"));
        files.write("pw", "x");
        let cfg = files.loader::<Config>().load().unwrap();
        let twice = cfg.audit().warnings().iter().find_map(|warning| match warning {
            Warning::Duplicate { key, name, .. } => Some((*key, *name, warning.to_string())),
            _ => None,
        });
        let said = format!("{name} is set twice in file: line 2 overrides line 1");
        assert_eq!(twice, Some(("NAME", name, said)));
    }
}
