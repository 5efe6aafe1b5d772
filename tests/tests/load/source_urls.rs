//! Stores that a URL names: what is not one is refused before anything is asked, and is not shown.

use envaudit::{EnvConfig, ProblemKind, SecretString, Source, Vault};
use envaudit_tests::{isolated, problems};

#[derive(EnvConfig, Debug)]
struct App {
    api_key: Option<SecretString>,
}

/// Parts of URLs that are nobody's business.
const CANARIES: [&str; 3] = ["hunter2", "s.token", "payroll"];

fn refused(url: &str) -> String {
    let loaded = isolated::nothing::<App>().source_url(url).load();
    let problem = problems::only(&loaded);
    assert_eq!(problem.kind(), ProblemKind::Setting, "{url}");
    let said = problems::all_text(&loaded.expect_err("it is refused"));
    for canary in CANARIES {
        assert!(!said.contains(canary), "{url}: {said}");
    }
    said
}

#[test]
fn a_url_with_a_credential_is_refused_and_not_shown() {
    for url in [
        "vault://root:hunter2@vault.internal/secret/payroll",
        "vault://hunter2@vault.internal/secret/payroll",
        "vault://:hunter2@vault.internal",
        "vault+http://root:hunter2@127.0.0.1:1/secret/payroll",
        "aws-sm://key:hunter2@payroll",
    ] {
        assert!(refused(url).contains("a URL never has a credential"), "{url}");
    }
    for name in [
        "token",
        "Token",
        "password",
        "secret_id",
        "secret-id",
        "access_key",
        "SECRET_KEY",
        "vault_token",
        "X-Vault-Token",
        "s.token",
        "api%5Fkey",
    ] {
        let said = refused(&format!("vault://vault.internal/secret/payroll?{name}=s.token"));
        assert!(said.contains("a URL never has a credential"), "{name}: {said}");
    }
    for name in ["hunter2", "sig", "%73ig"] {
        let said = refused(&format!("vault://vault.internal/secret/payroll?{name}=s.token"));
        assert!(said.contains("which is not known; known are optional, timeout"), "{name}: {said}");
    }
}

#[test]
fn what_is_no_url_of_a_store_says_why() {
    for (url, reason) in [
        ("", "it has no scheme"),
        ("payroll", "it has no scheme"),
        ("vault:/payroll", "it has no scheme"),
        ("://payroll", "it has no scheme"),
        ("hun ter2://payroll", "it has no scheme"),
        ("consul://payroll", "its scheme is none of "),
        ("vault://", "it has no host"),
        ("vault:///secret/payroll", "it has no host"),
        ("vault://vault.internal/secret/payroll#s.token", "it has a `#` in it"),
        ("vault://vault.internal/secret/%zz", "a `%` in it is not followed by two hex digits"),
        ("vault://vault.internal/secret/%4", "a `%` in it is not followed by two hex digits"),
        ("vault://vault.internal/secret/%ff", "it is not UTF-8"),
        ("vault://vault.internal?timeout=soon", "its option `timeout` is no duration"),
        ("vault://vault.internal?cache=-1s", "its option `cache` is no duration"),
        ("vault://vault.internal?optional=perhaps", "its option `optional` is `true` or `false`"),
    ] {
        let said = refused(url);
        assert!(said.contains(reason), "{url}: {said}");
    }
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    let loaded = isolated::nothing::<App>()
        .source_url("vault+http://vault.internal:8200/secret/payroll")
        .vars([("VAULT_TOKEN", "s.token")])
        .load();
    let problem = problems::only(&loaded);
    assert_eq!((problem.kind(), problem.source()), (ProblemKind::Provider, Some(Source::Vault)));
    assert!(problem.to_string().contains("which is for this machine alone"), "{problem}");
}

#[test]
fn the_variable_with_urls_is_read_by_those_who_ask_for_it() {
    let vars = [("ENVAUDIT_SOURCES", " vault://a:hunter2@b\tconsul://payroll  ")];
    assert!(isolated::nothing::<App>().vars(vars).load().is_ok());
    let loaded = isolated::nothing::<App>().vars(vars).sources_from_env().load();
    assert_eq!(problems::of(&loaded).len(), 2);
    let said = problems::all_text(&loaded.unwrap_err());
    assert!(CANARIES.iter().all(|canary| !said.contains(canary)), "{said}");
    let nothing = isolated::nothing::<App>().sources_from_env().load();
    assert!(nothing.is_ok(), "no store is named");
}

#[test]
fn under_ci_a_store_is_not_asked() {
    let loader = isolated::nothing::<App>().source_url("vault+http://127.0.0.1:1/secret/payroll");
    assert!(loader.load().is_err(), "nobody listens there");
    let loader = isolated::nothing::<App>().source_url("vault+http://127.0.0.1:1/secret/payroll");
    assert!(loader.ci(true).load().unwrap().api_key.is_none());
}

#[test]
fn an_address_with_something_else_in_it_is_not_shown() {
    let good = Vault::new("https://vault.internal:8200").document("payroll");
    assert!(format!("{good:?}").contains("vault.internal:8200"), "{good:?}");
    for address in [
        "https://root:hunter2@vault.internal",
        "https://hunter#2@vault.internal",
        "https://vault.internal?token=hunter2",
        "hunter2",
    ] {
        let vault = Vault::new(address);
        assert!(!format!("{vault:?}").contains("hunter"), "{vault:?}");
        let loaded = isolated::nothing::<App>().source(vault).vars([("VAULT_TOKEN", "s.t")]).load();
        let said = problems::all_text(&loaded.unwrap_err());
        assert!(!said.contains("hunter"), "{said}");
    }
}
