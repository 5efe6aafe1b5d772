//! What lies in a place of secrets is shown in no error, even for a plain field.

use envaudit::{EnvConfig, Source};
use envaudit_tests::canary::everything_said;
use envaudit_tests::{Files, Store, problems};

/// No name and no shape tells that this is a secret.
const VALUE: &str = "swordfish";

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "the loads fail")]
struct Plain {
    port: u16,
    #[env(one_of("a", "b"))]
    mode: String,
    #[env(validate = refuse)]
    label: String,
    #[env(from_str)]
    level: Level,
}

#[derive(Debug)]
struct Level;

impl std::str::FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "1" { Ok(Level) } else { Err(format!("no level is called {text}")) }
    }
}

fn refuse(text: &str) -> Result<(), String> {
    if text == "ok" { Ok(()) } else { Err(format!("`{text}` will not do")) }
}

const GOOD: [(&str, &str); 4] =
    [("APP_PORT", "1"), ("APP_MODE", "a"), ("APP_LABEL", "ok"), ("APP_LEVEL", "1")];

fn others(key: &str) -> Vec<(String, String)> {
    let good = GOOD.iter().filter(|(name, _)| *name != key);
    good.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_value_from_a_place_of_secrets_is_not_shown_whatever_its_field() {
    for (key, _) in GOOD {
        for place in ["docker", "k8s", "file", "aws", "azure", "custom", "system"] {
            let files = Files::new();
            let (docker, k8s) = (files.folder("docker"), files.folder("k8s"));
            let mut vars = others(key);
            let mut store = Store::holding("store", Source::Aws, &[]);
            match place {
                "docker" | "k8s" => drop(files.write(&format!("{place}/{key}"), VALUE)),
                "file" => {
                    let path = files.write("named", VALUE);
                    vars.push((format!("{key}_FILE"), path.display().to_string()));
                }
                "aws" => store = Store::holding("store", Source::Aws, &[(key, VALUE)]),
                "azure" => store = Store::holding("store", Source::Azure, &[(key, VALUE)]),
                "custom" => store = Store::holding("store", Source::Custom, &[(key, VALUE)]),
                _ => store = Store::holding("store", Source::System, &[(key, VALUE)]),
            }
            let loader = Plain::loader().dir(files.path()).vars(vars);
            let loader = loader.docker_secrets(docker).k8s_secrets(k8s).source(store);
            let said = everything_said(&loader);
            assert!(!said.contains(VALUE), "{key} from {place}: {said}");
            let result = loader.load();
            let problem = problems::only(&result);
            assert_eq!(problem.found(), None, "{key} from {place}");
            assert!(problem.key().is_some() && problem.source().is_some(), "{problem}");
        }
    }
}

#[test]
fn one_from_a_file_that_an_env_file_names_is_not_shown_either() {
    let files = Files::new();
    files.write("named", VALUE);
    files.write(".env", "APP_PORT_FILE=named\nAPP_MODE=a\nAPP_LABEL=ok\nAPP_LEVEL=1\n");
    let loader = files.loader::<Plain>();
    let said = everything_said(&loader);
    assert!(!said.contains(VALUE), "{said}");
    assert_eq!(problems::only(&loader.load()).found(), None);
}

#[test]
fn a_copy_of_it_in_another_variable_is_not_shown_there() {
    let files = Files::new();
    let docker = files.folder("docker");
    files.write("docker/APP_LABEL", VALUE);
    let mut vars = others("APP_LABEL");
    vars.retain(|(name, _)| name != "APP_PORT");
    vars.push(("APP_PORT".to_owned(), VALUE.to_owned()));
    let loader = Plain::loader().dir(files.path()).vars(vars).docker_secrets(docker);
    let said = everything_said(&loader);
    assert!(!said.contains(VALUE), "{said}");
}

#[test]
fn from_the_environment_and_from_env_files_the_value_of_a_plain_field_is_shown() {
    let files = Files::new();
    files.write(".env", format!("APP_PORT={VALUE}\nAPP_MODE=a\nAPP_LABEL=ok\nAPP_LEVEL=1\n"));
    let result = files.loader::<Plain>().load();
    let problem = problems::only(&result);
    assert_eq!(problem.found(), Some(VALUE));
}
