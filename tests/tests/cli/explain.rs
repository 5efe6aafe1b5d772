//! `envaudit explain`: which sources are asked for one variable, and which one wins.

use std::ffi::OsString;
use std::path::PathBuf;

use envaudit::EnvConfig;
use envaudit_tests::Files;
use envaudit_tests::command::{Envaudit, envaudit};
use serde_json::{Value, json};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "it is there for its keys")]
struct Config {
    /// Port the HTTP server listens on.
    #[env(default = 8080, range(1..=65535), alias = "LISTEN")]
    port: u16,
    #[env(sources(Docker, K8s))]
    api_key: envaudit::SecretString,
    region: Option<String>,
    #[env(nested)]
    cache: Option<Cache>,
}

#[derive(EnvConfig)]
#[expect(dead_code, reason = "it is there for its keys")]
struct Cache {
    url: String,
    #[env(default = 16)]
    size: u8,
}

fn explain(files: &Files, key: &str) -> Envaudit {
    let schema = files.write("schema.json", Config::schema_json());
    let docker = files.folder("docker");
    files.write("docker/app-api-key", "s3cr3t-of-docker");
    envaudit(["explain", key])
        .dir(files)
        .path("--schema", schema)
        .path("--docker-secrets", docker)
        .path("--k8s-secrets", files.folder("k8s"))
}

/// The sources and what each answers.
fn steps(answer: &Value) -> Vec<(String, String)> {
    let text = |step: &Value, name: &str| step[name].as_str().unwrap_or_default().to_owned();
    let steps = answer["steps"].as_array().expect("steps");
    steps.iter().map(|step| (text(step, "source"), text(step, "answer"))).collect()
}

#[test]
fn every_source_is_told_in_the_order_in_which_it_is_asked() {
    let files = Files::with(".env", "APP_PORT=80\nX=1\nAPP_PORT=81\n");
    files.write(".env.prod", "APP_LISTEN=443\n");
    let answer = explain(&files, "APP_PORT").args(["--env", "prod", "--json"]).run().ends_with(0);
    let answer = answer.json();
    assert_eq!(
        steps(&answer).iter().map(|(one, two)| (&**one, &**two)).collect::<Vec<_>>(),
        [
            ("azure", "not_asked"),
            ("aws", "not_asked"),
            ("gcp", "not_asked"),
            ("vault", "not_asked"),
            ("custom", "not_asked"),
            ("system", "absent"),
            ("docker", "absent"),
            ("k8s", "absent"),
            ("file.env", "wins"),
            ("file", "shadowed"),
            ("file", "shadowed"),
            ("schema_default", "shadowed"),
        ]
    );
    assert_eq!(answer["winner"]["source"], "file.env");
    assert_eq!(answer["winner"]["found_as"], "APP_LISTEN");
    assert_eq!(answer["winner"]["location"]["line"], 1);
    // Of two lines the later counts, so that it stands first.
    assert_eq!(answer["steps"][9]["location"]["line"], 3);
    assert_eq!(answer["steps"][10]["location"]["line"], 1);
    assert_eq!(answer["problems"], json!([]));
    assert_eq!(answer["docs"], "Port the HTTP server listens on.");
}

#[test]
fn a_source_that_is_not_asked_says_why() {
    let files = Files::new();
    let answer = explain(&files, "APP_REGION").args(["--ci", "--json"]).run().ends_with(0).json();
    let reason = |source: &str| {
        let steps = answer["steps"].as_array().expect("steps");
        let step = steps.iter().find(|step| step["source"] == source).expect("the source");
        step["reason"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(reason("aws"), "nothing leaves the machine");
    assert_eq!(reason("file.env"), "no environment is named");
    assert_eq!(reason("file"), "it does not exist");
    assert_eq!(answer["winner"], Value::Null);
}

#[test]
fn a_source_that_may_not_supply_it_is_told_and_is_a_finding_where_no_other_has_it() {
    let files = Files::new();
    let elsewhere = files.folder("elsewhere");
    let answer = explain(&files, "APP_API_KEY")
        .env("APP_API_KEY", "not-from-here-please")
        .args(["--json"])
        .run()
        .ends_with(0);
    assert!(!answer.out.contains("please"));
    let found = answer.json();
    assert!(steps(&found).contains(&("system".to_owned(), "not_allowed".to_owned())), "{found:#}");
    assert_eq!(found["winner"]["source"], "docker");

    let schema = files.write("schema.json", Config::schema_json());
    let answer = envaudit(["explain", "APP_API_KEY"])
        .path("--schema", schema)
        .path("--dir", &elsewhere)
        .path("--docker-secrets", &elsewhere)
        .path("--k8s-secrets", &elsewhere)
        .env("APP_API_KEY", "not-from-here-please")
        .run()
        .ends_with(1);
    assert!(answer.out.contains("has it, but is not allowed to supply it"), "{}", answer.out);
    assert!(answer.out.contains("APP_API_KEY has no value"), "{}", answer.out);
    assert!(answer.out.contains("may not come from the source `system`"), "{}", answer.out);
    assert!(!answer.out.contains("please"));
}

#[test]
fn the_table_marks_the_winner_and_ends_with_the_answer() {
    let files = Files::with(".env", "APP_PORT=80\n");
    let answer = explain(&files, "APP_PORT").env("APP_PORT", "443").run().ends_with(0);
    let place = files.path().join(".env").display().to_string();
    let winner: Vec<&str> = answer.out.lines().filter(|line| line.starts_with("->")).collect();
    let [winner] = winner.as_slice() else { panic!("{}", answer.out) };
    assert!(winner.contains("system") && winner.ends_with("has it, and wins"), "{winner}");
    let end = format!(
        "APP_PORT comes from system (the process environment), which shadows file ({place}:1), schema_default (`8080`)\n"
    );
    assert!(answer.out.ends_with(&end), "{}", answer.out);
    assert!(answer.out.starts_with("APP_PORT: an integer from 1 to 65535\nPort the HTTP server"));
    assert_eq!(answer.err, "");
}

#[test]
fn an_invalid_value_is_a_finding_and_is_explained_all_the_same() {
    let files = Files::new();
    let answer = explain(&files, "APP_PORT").env("APP_PORT", "80a").run().ends_with(1);
    assert!(answer.out.contains("APP_PORT comes from system"), "{}", answer.out);
    assert!(answer.out.contains("found     `80a` in the process environment"), "{}", answer.out);
}

#[test]
fn a_variable_that_nobody_knows_is_refused_with_the_nearest_one() {
    let files = Files::new();
    let answer = explain(&files, "APP_PROT").run().ends_with(2);
    assert_eq!(answer.out, "");
    assert_eq!(answer.err, "error: APP_PROT is unknown\nhint: did you mean APP_PORT?\n");
}

#[test]
fn an_alias_is_as_good_as_the_key() {
    let files = Files::new();
    let answer = explain(&files, "APP_LISTEN").args(["--json"]).run().ends_with(0);
    assert_eq!(answer.json()["key"], "APP_PORT");
}

#[test]
fn without_a_schema_a_variable_of_the_environment_needs_no_prefix() {
    let files = Files::new();
    let answer =
        envaudit(["explain", "PATH", "--json"]).dir(&files).env("PATH", "/bin").run().ends_with(0);
    assert_eq!(answer.json()["winner"]["source"], "system");
}

#[test]
fn a_default_in_an_optional_struct_counts_only_where_the_struct_is_there() {
    let files = Files::new();
    let answer = explain(&files, "APP_CACHE_SIZE").args(["--json"]).run().ends_with(0).json();
    assert_eq!(answer["winner"], Value::Null);
    let told = answer["steps"].as_array().and_then(|steps| steps.last()).expect("a step");
    assert_eq!(told["reason"], "no variable of its optional struct is set");
    let answer = explain(&files, "APP_CACHE_SIZE").env("APP_CACHE_URL", "x").args(["--json"]).run();
    assert_eq!(answer.ends_with(0).json()["winner"]["source"], "schema_default");
}

/// A place for the variable, and what puts it there.
type Place = fn(&Files, Envaudit) -> Envaudit;

#[test]
fn the_winner_is_always_the_source_that_the_audit_names() {
    let places: [Place; 6] = [
        |_, run| run.env("APP_REGION", "a"),
        |files, run| run.env("APP_REGION_FILE", files.write("named", "b").into_os_string()),
        |files, run| run.path("--docker-secrets", one_secret(files, "d")),
        |files, run| run.path("--k8s-secrets", one_secret(files, "k")),
        |files, run| {
            files.write(".env.test", "APP_REGION=e");
            run
        },
        |files, run| {
            files.write(".env", "APP_REGION=f");
            run
        },
    ];
    for chosen in 0..1 << places.len() {
        let files = Files::new();
        let schema: OsString = files.write("schema.json", Config::schema_json()).into();
        files.write("always/app_api_key", "x");
        let with_all = |mut run: Envaudit| {
            for (at, place) in places.iter().enumerate() {
                if chosen & (1 << at) != 0 {
                    run = place(&files, run);
                }
            }
            let run = run.dir(&files).args(["--env", "test", "--json"]);
            run.path("--schema", &schema).path("--docker-secrets", files.path().join("always"))
        };
        let audit = with_all(envaudit(["audit"])).run().ends_with(0).json();
        let told = with_all(envaudit(["explain", "APP_REGION"])).run().ends_with(0).json();
        let entry = &audit["APP_REGION"];
        match entry["unset"].as_bool() {
            Some(true) => assert_eq!(told["winner"], Value::Null, "{chosen:b}"),
            _ => {
                assert_eq!(told["winner"]["source"], entry["source"], "{chosen:b}");
                assert_eq!(told["winner"]["location"], entry["location"], "{chosen:b}");
                assert_eq!(told["winner"]["found_as"], entry["found_as"], "{chosen:b}");
            }
        }
    }
}

fn one_secret(files: &Files, folder: &str) -> PathBuf {
    files.write(&format!("{folder}/APP_REGION"), folder);
    files.path().join(folder)
}

#[test]
fn what_could_be_a_credential_is_not_shown_as_the_path_of_a_file() {
    const SECRET: &str = "Kq7xWm2eZt9bRv4n";
    let address = format!("postgres://app:{SECRET}@db/shop");
    for key in ["APP_PORT", "APP_REGION"] {
        let variable = format!("{key}_FILE");
        let written = Files::with(".env", format!("{variable}={address}\n"));
        let by_line = explain(&written, key).run();
        let by_variable = explain(&Files::new(), key).env(&*variable, &*address).run();
        for answer in [by_line, by_variable] {
            assert!(answer.out.contains(&variable), "{}", answer.out);
            assert!(!answer.out.contains(SECRET) && !answer.err.contains(SECRET), "{}", answer.out);
        }
    }
}

#[test]
fn every_file_for_the_variable_is_a_step_of_its_own() {
    let files = Files::new();
    files.write("docker/APP_API_KEY", "another");
    let answer = explain(&files, "APP_API_KEY").args(["--json"]).run().ends_with(0).json();
    let places: Vec<&str> = answer["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter(|step| step["source"] == "docker")
        .map(|step| step["location"]["file"].as_str().expect("a path"))
        .collect();
    assert_eq!(places.len(), 2);
    assert!(places[0].ends_with("/APP_API_KEY") && places[1].ends_with("/app-api-key"));
    assert_eq!(answer["winner"]["location"]["file"], places[0]);
    assert_eq!(answer["shadowed"][0]["location"]["file"], places[1]);
}

#[test]
fn what_was_meant_and_is_not_read_is_told_as_a_check_tells_it() {
    for (path, said) in [
        ("k8s/shop/app_region", "folders below are not looked into"),
        ("docker/region", "the file of APP_REGION is called `app_region`"),
        ("docker/app_region/x", "it is a folder"),
    ] {
        let files = Files::with(path, "eu");
        let answer = explain(&files, "APP_REGION").run().ends_with(0);
        let line = answer.out.lines().last().expect("a line");
        assert!(line.contains(" is there and not read: ") && line.contains(said), "{}", answer.out);
        let json = explain(&files, "APP_REGION").args(["--json"]).run().ends_with(0).json();
        let reason = |step: &Value| step["reason"].as_str().unwrap_or_default().contains(said);
        let told = json["steps"].as_array().expect("steps").iter().filter(|step| reason(step));
        assert_eq!(told.count(), 1, "{json:#}");
        // What a source has is not missed.
        let set = explain(&files, "APP_REGION").env("APP_REGION", "us").run().ends_with(0);
        assert!(!set.out.contains("not read"), "{}", set.out);
    }
    // Where it is missing, the problem says so, once.
    let files = Files::with("k8s/shop/app_api_key", "x");
    let answer = explain(&files, "APP_API_KEY");
    std::fs::remove_file(files.path().join("docker/app-api-key")).expect("it is there");
    let answer = answer.run().ends_with(1);
    assert_eq!(answer.out.matches("is there and not read").count(), 1, "{}", answer.out);
}
