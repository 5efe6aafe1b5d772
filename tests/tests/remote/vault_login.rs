//! The ways to log in to a Vault, and tokens that end.

use envaudit::{EnvConfig, ExposeSecret, ProblemKind, SecretString, Source, Vault};
use envaudit_tests::bao::Bao;
use envaudit_tests::problems;

#[derive(EnvConfig, Debug)]
struct App {
    api_key: SecretString,
}

const READ: &str = r#"path "secret/data/app" { capabilities = ["read"] }"#;

fn loader(vars: &[(&str, &str)]) -> envaudit::Loader<App> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    files.into_iter().fold(App::loader().vars(vars.iter().copied()), envaudit::Loader::without)
}

fn started() -> Bao {
    let bao = Bao::start();
    bao.put("app", r#"{"api_key": "k1"}"#);
    bao.put("other", r#"{"api_key": "canary-of-others"}"#);
    bao
}

#[test]
fn a_token_is_that_of_the_program_of_a_file_or_of_the_environment() {
    let bao = started();
    let token = bao.token(READ);
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".vault-token");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    let home = home.path().to_str().unwrap();
    let vault = || Vault::new(bao.address()).document("app");
    for (store, vars) in [
        (vault().token(token.as_str()), vec![]),
        (vault().token_file(&file), vec![]),
        (vault(), vec![("VAULT_TOKEN", token.as_str()), ("HOME", "/nonexistent")]),
        (vault(), vec![("HOME", home)]),
    ] {
        let cfg = loader(&vars).source(store).load().unwrap();
        assert_eq!(cfg.api_key.expose_secret(), "k1");
    }
    let loaded = loader(&[]).source(vault()).load();
    let problem = loaded.unwrap_err().problems()[0].to_string();
    assert!(problem.contains("there is no token: set VAULT_TOKEN"), "{problem}");
}

#[test]
fn a_token_that_is_not_known_is_told_from_one_that_may_not() {
    let bao = started();
    let token = bao.token(READ);
    for (token, path, said) in [
        (token.as_str(), "other", "access is denied (HTTP 403)"),
        ("s.canary-of-a-token", "app", "the credentials are missing, wrong or expired (HTTP 403)"),
    ] {
        let store = Vault::new(bao.address()).token(token).document(path);
        let loaded = loader(&[]).source(store).load();
        let error = loaded.unwrap_err();
        assert_eq!(error.problems()[0].kind(), ProblemKind::Provider);
        let error = format!("{error} {error:?}");
        assert!(error.contains(said), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}

#[test]
fn an_app_role_logs_in_again_when_its_token_has_ended() {
    let bao = started();
    bao.token(READ);
    bao.run(&["auth", "enable", "approle"]);
    bao.run(&[
        "write",
        "auth/approle/role/app",
        "token_policies=some",
        "token_ttl=1h",
        "token_num_uses=0",
    ]);
    let role_id = bao.run(&["read", "-field=role_id", "auth/approle/role/app/role-id"]);
    let secret_id =
        bao.run(&["write", "-f", "-field=secret_id", "auth/approle/role/app/secret-id"]);
    let store = Vault::new(bao.address()).app_role(role_id.as_str(), secret_id.as_str());
    let loader_of_role = loader(&[]).source(store.document("app"));
    assert_eq!(loader_of_role.load().unwrap().api_key.expose_secret(), "k1");
    // All tokens of the method are revoked: the next load has to log in again.
    bao.run(&["lease", "revoke", "-prefix", "-force", "auth/approle"]);
    bao.put("app", r#"{"api_key": "k2"}"#);
    assert_eq!(loader_of_role.load().unwrap().api_key.expose_secret(), "k2");

    let wrong = Vault::new(bao.address()).app_role(role_id, "canary-secret-id").document("app");
    let error = loader(&[]).source(wrong).load().unwrap_err().to_string();
    assert!(error.contains("the credentials are missing, wrong or expired"), "{error}");
    assert!(!error.contains("canary"), "{error}");

    let nowhere = Vault::new(bao.address()).app_role("a", "b").login_mount("none").document("app");
    let error = loader(&[]).source(nowhere).load().unwrap_err().to_string();
    assert!(error.contains("HTTP 40"), "{error}");
}

#[test]
fn a_token_of_short_life_is_renewed_or_replaced() {
    let bao = started();
    bao.token(READ);
    bao.run(&["auth", "enable", "approle"]);
    bao.run(&[
        "write",
        "auth/approle/role/app",
        "token_policies=some",
        "token_ttl=2s",
        "token_max_ttl=4s",
    ]);
    let role_id = bao.run(&["read", "-field=role_id", "auth/approle/role/app/role-id"]);
    let secret_id =
        bao.run(&["write", "-f", "-field=secret_id", "auth/approle/role/app/secret-id"]);
    let store = Vault::new(bao.address()).app_role(role_id, secret_id).document("app");
    let loader = loader(&[]).source(store);
    let ends = std::time::Instant::now() + std::time::Duration::from_secs(6);
    while std::time::Instant::now() < ends {
        assert_eq!(loader.load().unwrap().api_key.expose_secret(), "k1");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
}

#[test]
fn a_namespace_has_its_own_secrets() {
    let bao = started();
    bao.run(&["namespace", "create", "team"]);
    bao.run(&["secrets", "enable", "-namespace=team", "-path=secret", "-version=2", "kv"]);
    bao.run(&["kv", "put", "-namespace=team", "secret/app", "api_key=of-the-team"]);
    let vault = || Vault::new(bao.address()).token(Bao::ROOT).document("app");
    let cfg = loader(&[]).source(vault().namespace("team")).load().unwrap();
    assert_eq!(cfg.api_key.expose_secret(), "of-the-team");
    let cfg = loader(&[("VAULT_NAMESPACE", "team")]).source(vault()).load().unwrap();
    assert_eq!(cfg.api_key.expose_secret(), "of-the-team");
    let loaded = loader(&[]).source(vault().namespace("none")).load();
    assert_eq!(problems::of(&loaded)[0].kind(), ProblemKind::Provider);
}
