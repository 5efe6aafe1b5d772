//! Every method of the loader that the configuration page names, with its signature.

#![allow(dead_code, reason = "some fields are there to be loaded, not to be read")]

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use envaudit::{
    Ask, EnvConfig, Fetched, LoadError, Loaded, Loader, Policy, Provider, ProviderError,
    SecretString, Source,
};

#[derive(EnvConfig, Debug)]
#[env(prefix = "SVC_")]
struct Service {
    #[env(default = "none")]
    name: String,
    token: Option<SecretString>,
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for (name, content) in files {
            std::fs::write(dir.path().join(name), content).expect("writes");
        }
        Self(dir)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

fn hermetic() -> (Folder, Loader<Service>) {
    let dir = Folder::with(&[]);
    let none: [(&str, &str); 0] = [];
    let loader = Service::loader().dir(dir.path()).vars(none);
    (dir, loader)
}

struct Remote(Source);

impl Provider for Remote {
    fn name(&self) -> &str {
        "remote"
    }

    fn source(&self) -> Source {
        self.0
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        Ok(Fetched::default())
    }
}

#[test]
fn every_method_of_the_page_chains() {
    let dir = Folder::with(&[(".env.prod", "SVC_NAME=from-prod\n"), ("extra.env", "")]);
    let secrets = Folder::with(&[("SVC_TOKEN", "s3cret\n")]);
    let loaded: Result<Loaded<Service>, LoadError> = Service::loader()
        .environment("prod")
        .dir(dir.path())
        .dotenv(dir.path().join("extra.env"))
        .docker_secrets(secrets.path())
        .k8s_secrets(secrets.path())
        .vars([("SVC_UNRELATED_TO_THIS", "x")])
        .source(Remote(Source::Aws))
        .without(Source::System)
        .order([Source::K8s, Source::Docker, Source::FileEnv, Source::File, Source::SchemaDefault])
        .ci(true)
        .empty_as_unset(true)
        .deny_unknown(true)
        .policy(Policy::production())
        .clock(|| chrono::DateTime::UNIX_EPOCH)
        .load();
    let cfg = loaded.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(cfg.name, "from-prod");
    assert_eq!(cfg.audit().name.source, Source::FileEnv);
    assert_eq!(cfg.audit().token.source, Source::K8s);
    assert_eq!(cfg.audit().token.timestamp, chrono::DateTime::UNIX_EPOCH);
}

#[test]
fn vars_takes_whatever_becomes_an_os_string() {
    let owned: Vec<(String, String)> = vec![("SVC_NAME".into(), "a".into())];
    let mixed: [(&OsStr, PathBuf); 1] = [(OsStr::new("SVC_NAME"), PathBuf::from("a"))];
    let map = std::collections::HashMap::from([(OsString::from("SVC_NAME"), "a")]);
    let names = [
        hermetic().1.vars(owned).load().expect("loads").name.clone(),
        hermetic().1.vars(mixed).load().expect("loads").name.clone(),
        hermetic().1.vars(map).load().expect("loads").name.clone(),
    ];
    assert_eq!(names, ["a", "a", "a"]);
}

#[test]
fn paths_are_anything_that_is_a_path() {
    let dir = Folder::with(&[(".env", "SVC_NAME=x\n")]);
    let text: &str = dir.path().to_str().expect("a temporary folder has a plain name");
    let (_keep, loader) = hermetic();
    let cfg = loader
        .dir(text)
        .dir(String::from(text))
        .dir(PathBuf::from(text))
        .docker_secrets(text)
        .k8s_secrets(OsStr::new(text))
        .dotenv(format!("{text}/.env"))
        .load()
        .expect("loads");
    assert_eq!(cfg.name, "x");
}

#[test]
fn what_was_named_and_does_not_exist_is_an_error_and_a_default_place_is_skipped() {
    let (dir, loader) = hermetic();
    loader.load().expect("no .env and no secret folders is fine");
    let missing = dir.path().join("missing");
    type Name = fn(Loader<Service>, &Path) -> Loader<Service>;
    let named: [Name; 3] = [
        |loader, path| loader.dotenv(path),
        |loader, path| loader.docker_secrets(path),
        |loader, path| loader.k8s_secrets(path),
    ];
    for name_it in named {
        let (_dir, loader) = hermetic();
        let error = name_it(loader, &missing).load().expect_err("it was named");
        assert!(error.to_string().contains("missing"), "{error}");
    }
}

#[test]
fn the_key_file_convention_is_part_of_the_system_source() {
    let folder = Folder::with(&[("token", "from-a-file\n")]);
    let (_dir, loader) = hermetic();
    let cfg = loader.vars([("SVC_NAME_FILE", folder.path().join("token"))]).load().expect("loads");
    assert_eq!(cfg.name, "from-a-file");
    assert_eq!(cfg.audit().name.source, Source::System);
}

#[test]
fn the_environment_comes_from_its_variable_unless_it_is_given() {
    let dir = Folder::with(&[(".env.dev", "SVC_NAME=dev\n"), (".env.prod", "SVC_NAME=prod\n")]);
    let name = |loader: Loader<Service>| loader.dir(dir.path()).load().expect("loads").name.clone();
    let vars = [("ENVAUDIT_ENV", "dev")];
    assert_eq!(name(hermetic().1.vars(vars)), "dev");
    assert_eq!(name(hermetic().1.vars(vars).environment("prod")), "prod");
    assert_eq!(name(hermetic().1), "none");
}

#[test]
fn an_empty_value_is_a_value_until_the_loader_is_told_otherwise() {
    let vars = [("SVC_NAME", "")];
    assert_eq!(hermetic().1.vars(vars).load().expect("loads").name, "");
    let unset = hermetic().1.vars(vars).empty_as_unset(true).load().expect("loads");
    assert_eq!(unset.name, "none");
}

#[test]
fn an_unknown_key_is_an_error_with_the_nearest_key_when_asked_for() {
    let vars = [("SVC_NAMEE", "x")];
    hermetic().1.vars(vars).load().expect("not asked for");
    let error = hermetic().1.vars(vars).deny_unknown(true).load().expect_err("asked for");
    assert!(error.to_string().contains("SVC_NAMEE"), "{error}");
    assert!(error.to_string().replace("SVC_NAMEE", "").contains("SVC_NAME"), "{error}");
}

#[test]
fn an_order_that_is_given_replaces_the_default_one() {
    let dir = Folder::with(&[(".env", "SVC_NAME=file\n")]);
    let vars = [("SVC_NAME", "system")];
    let cfg = hermetic().1.dir(dir.path()).vars(vars).load().expect("loads");
    assert_eq!((&*cfg.name, cfg.audit().name.source), ("system", Source::System));
    let order = [Source::File, Source::System, Source::SchemaDefault];
    let cfg = hermetic().1.dir(dir.path()).vars(vars).order(order).load().expect("loads");
    assert_eq!((&*cfg.name, cfg.audit().name.source), ("file", Source::File));
}

#[test]
fn a_load_error_holds_every_problem() {
    #[derive(EnvConfig, Debug)]
    struct Strict {
        missing: String,
        #[env(sources(Docker, SchemaDefault))]
        elsewhere: Option<String>,
        number: u8,
    }
    let dir = Folder::with(&[]);
    let error = Strict::loader()
        .dir(dir.path())
        .vars([("NUMBER", "300"), ("ELSEWHERE", "x")])
        .load()
        .map(Loaded::into_parts)
        .map(|(config, _)| (config.missing, config.elsewhere, config.number))
        .expect_err("three problems");
    let message = error.to_string();
    for key in ["MISSING", "ELSEWHERE", "NUMBER"] {
        assert!(message.contains(key), "{key} is not named in:\n{message}");
    }
}

#[test]
fn sources_are_ordered_copied_and_written_by_their_names() {
    let named = [
        (Source::Azure, "azure"),
        (Source::Aws, "aws"),
        (Source::System, "system"),
        (Source::Docker, "docker"),
        (Source::K8s, "k8s"),
        (Source::FileEnv, "file.env"),
        (Source::File, "file"),
        (Source::SchemaDefault, "schema_default"),
    ];
    for (source, name) in named {
        let copy = source;
        assert_eq!(serde_json::json!(source), serde_json::json!(name));
        assert_eq!(copy.cmp(&source), std::cmp::Ordering::Equal);
    }
}
