//! Where the token for a vault of Azure comes from, how long it is used, and what is said where there is none.

use std::time::Duration;

use envaudit::{AzureKeyVault, EnvConfig, ExposeSecret, LoadError, Loader, SecretString, Source};
use envaudit_tests::azure_fake::{
    ASSERTION, AUTHORITY, Answer, AzureFake, CLIENT, CLIENT_SECRET, POWERLESS, TENANT, Tunnel,
};
use envaudit_tests::problems;
use serde_json::json;

#[derive(EnvConfig, Debug)]
struct App {
    api_key: SecretString,
}

const TENANT_AND_CLIENT: [(&str, &str); 2] =
    [("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", CLIENT)];

fn started() -> AzureFake {
    let fake = AzureFake::start();
    fake.put("app", r#"{"api_key": "canary-of-a-value"}"#);
    fake
}

fn loader(tunnel: &Tunnel, vars: &[(&str, &str)], store: AzureKeyVault) -> Loader<App> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let proxy = tunnel.address();
    let vars = vars.iter().copied().chain([("HTTPS_PROXY", proxy.as_str())]);
    let loader = App::loader().vars(vars);
    files.into_iter().fold(loader, Loader::without).source(store)
}

fn vault(fake: &AzureFake) -> AzureKeyVault {
    crate::azure::vault(fake).document("app").timeout(Duration::from_secs(5))
}

fn secret(secret: &'static str) -> Vec<(&'static str, &'static str)> {
    [&TENANT_AND_CLIENT[..], &[("AZURE_CLIENT_SECRET", secret)]].concat()
}

#[track_caller]
fn said(error: &LoadError) -> String {
    let said = problems::all_text(error);
    assert!(!said.contains("canary") && !said.contains("eyJ"), "{said}");
    said
}

/// The bodies of requests for tokens are not to be seen; their lines are.
fn token_lines(fake: &AzureFake) -> Vec<String> {
    let requests = fake.requests().into_iter();
    requests.map(|request| request.line).filter(|line| line.starts_with("POST ")).collect()
}

#[test]
fn a_token_is_used_until_a_minute_before_it_expires() {
    let fake = started();
    let tunnel = fake.tunnel();
    let loader = loader(&tunnel, &secret(CLIENT_SECRET), vault(&fake));
    for loads in 1..=3 {
        loader.load().unwrap();
        assert_eq!((fake.token_requests(), fake.vault_lines().len()), (1, loads + 1));
    }
    let of_tenant = format!("POST /{TENANT}/oauth2/v2.0/token");
    assert_eq!(token_lines(&fake), [of_tenant]);

    // One that is short-lived is replaced before it ends.
    fake.revoke_tokens();
    fake.tokens_last(59);
    loader.load().unwrap();
    let before = fake.token_requests();
    loader.load().unwrap();
    loader.load().unwrap();
    assert_eq!(fake.token_requests() - before, 2);
    fake.tokens_last(3600);
    loader.load().unwrap();
    let before = fake.token_requests();
    loader.load().unwrap();
    assert_eq!(fake.token_requests(), before);
}

#[test]
fn a_token_that_is_not_accepted_any_more_is_replaced_once() {
    let fake = started();
    let tunnel = fake.tunnel();
    let loader = loader(&tunnel, &secret(CLIENT_SECRET), vault(&fake));
    loader.load().unwrap();
    fake.revoke_tokens();
    let before = (fake.token_requests(), fake.vault_lines().len());
    loader.load().unwrap();
    let after = (fake.token_requests(), fake.vault_lines().len());
    assert_eq!((after.0 - before.0, after.1 - before.1), (1, 2));
    // A vault that accepts no token at all is not asked for ever.
    for _ in 0..100 {
        let challenge = format!(
            "Bearer authorization=\"https://{AUTHORITY}/{TENANT}\", resource=\"https://vault.azure.net\""
        );
        let refusal = Answer::error(401, "Unauthorized", None);
        fake.answer_next(refusal.header("WWW-Authenticate", &challenge));
    }
    let before = (fake.token_requests(), fake.vault_lines().len());
    let said = said(&loader.load().unwrap_err());
    assert!(said.contains("the credentials are missing, wrong or expired (HTTP 401)"), "{said}");
    let after = (fake.token_requests(), fake.vault_lines().len());
    assert!(after.0 - before.0 <= 2 && after.1 - before.1 <= 3, "{before:?} {after:?}");
    // Another load tries again.
    fake.answer_as_usual();
    loader.load().unwrap();
}

#[test]
fn the_file_of_a_workload_identity_is_read_for_each_token() {
    let fake = started();
    let tunnel = fake.tunnel();
    let file = fake.dir().join("token");
    std::fs::write(&file, ASSERTION).unwrap();
    let path = file.to_str().unwrap();
    let vars = [&TENANT_AND_CLIENT[..], &[("AZURE_FEDERATED_TOKEN_FILE", path)]].concat();
    let loader = loader(&tunnel, &vars, vault(&fake));
    loader.load().unwrap();
    fake.tokens_last(30);
    fake.revoke_tokens();
    std::fs::write(&file, "eyJ.canary-of-yesterday").unwrap();
    let said_of = said(&loader.load().unwrap_err());
    assert!(said_of.contains("the credentials are missing, wrong or expired"), "{said_of}");
    std::fs::write(&file, ASSERTION).unwrap();
    loader.load().unwrap();
    std::fs::remove_file(&file).unwrap();
    fake.revoke_tokens();
    let said_of = said(&loader.load().unwrap_err());
    assert!(said_of.contains("AZURE_FEDERATED_TOKEN_FILE cannot be read"), "{said_of}");
    std::fs::write(&file, ASSERTION).unwrap();
    loader.load().unwrap();
}

#[test]
fn a_client_secret_comes_before_a_workload_identity_and_what_is_set_is_not_passed_over() {
    let fake = started();
    let tunnel = fake.tunnel();
    let file = fake.dir().join("token");
    std::fs::write(&file, ASSERTION).unwrap();
    let path = file.to_str().unwrap();
    let both = [&secret("canary-of-another")[..], &[("AZURE_FEDERATED_TOKEN_FILE", path)]].concat();
    let said_of = said(&loader(&tunnel, &both, vault(&fake)).load().unwrap_err());
    let reason = "the credentials are missing, wrong or expired (HTTP 401, AADSTS7000215)";
    assert!(said_of.contains(reason), "{said_of}");
    assert_eq!(fake.token_requests(), 1, "what is refused is not tried again");
    for only in ["WorkloadIdentityCredential", "workloadidentitycredential"] {
        let chosen = [&both[..], &[("AZURE_TOKEN_CREDENTIALS", only)]].concat();
        loader(&tunnel, &chosen, vault(&fake)).load().unwrap();
    }
    let prod = [&secret(CLIENT_SECRET)[..], &[("AZURE_TOKEN_CREDENTIALS", "prod")]].concat();
    loader(&tunnel, &prod, vault(&fake)).load().unwrap();
    let before = fake.token_requests();
    for (vars, reason) in [
        (
            vec![("AZURE_CLIENT_SECRET", CLIENT_SECRET)],
            "AZURE_CLIENT_SECRET is set, but not AZURE_TENANT_ID",
        ),
        (
            vec![("AZURE_CLIENT_SECRET", CLIENT_SECRET), ("AZURE_TENANT_ID", TENANT)],
            "AZURE_CLIENT_SECRET is set, but not AZURE_CLIENT_ID",
        ),
        (
            vec![("AZURE_FEDERATED_TOKEN_FILE", path)],
            "AZURE_FEDERATED_TOKEN_FILE is set, but not AZURE_TENANT_ID",
        ),
        (
            vec![("AZURE_CLIENT_CERTIFICATE_PATH", path)],
            "AZURE_CLIENT_CERTIFICATE_PATH is set: the SDK signs with OpenSSL, which is not built in",
        ),
        (
            vec![("AZURE_TOKEN_CREDENTIALS", "canary")],
            "AZURE_TOKEN_CREDENTIALS is none of prod, dev, EnvironmentCredential",
        ),
        (
            vec![("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")],
            "the variables of the one that AZURE_TOKEN_CREDENTIALS allows are not set",
        ),
        (
            [&secret(CLIENT_SECRET)[..], &[("AZURE_TENANT_ID", "../canary")]].concat(),
            "AZURE_TENANT_ID, AZURE_CLIENT_ID or AZURE_AUTHORITY_HOST is not one",
        ),
        (
            [&secret(CLIENT_SECRET)[..], &[("AZURE_AUTHORITY_HOST", "http://canary.example")]]
                .concat(),
            "",
        ),
    ] {
        let said_of = said(&loader(&tunnel, &vars, vault(&fake)).load().unwrap_err());
        assert!(said_of.contains(reason), "{vars:?}: {said_of}");
    }
    assert_eq!(fake.token_requests(), before, "nobody was asked");
}

#[test]
fn an_authority_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let fake = started();
    let tunnel = fake.tunnel();
    for status in [429, 500, 503] {
        fake.answer_next_for_token(Answer::new(status, "canary").header("Retry-After", "0"));
        let before = fake.token_requests();
        loader(&tunnel, &secret(CLIENT_SECRET), vault(&fake)).load().unwrap();
        assert_eq!(fake.token_requests() - before, 2, "{status}");
    }
    for (status, body, reason) in [
        (400, json!({"error": "canary", "error_codes": [700_016]}), "(HTTP 400, AADSTS700016)"),
        (400, json!({"error": "canary", "error_codes": [1]}), "(HTTP 400, EnvironmentCredential)"),
        (403, json!("canary"), "(HTTP 403, EnvironmentCredential)"),
        (404, json!({"error_codes": "canary"}), "(HTTP 404, EnvironmentCredential)"),
    ] {
        fake.answer_next_for_token(Answer::new(status, body));
        let before = fake.token_requests();
        let refused = loader(&tunnel, &secret(CLIENT_SECRET), vault(&fake)).load();
        let said_of = said(&refused.unwrap_err());
        assert!(said_of.contains(reason), "{said_of}");
        assert_eq!(fake.token_requests() - before, 1, "{status}");
    }
    for body in [json!({"access_token": 1, "canary": 2}), json!("canary")] {
        fake.answer_next_for_token(Answer::new(200, body));
        said(&loader(&tunnel, &secret(CLIENT_SECRET), vault(&fake)).load().unwrap_err());
    }
}

#[test]
fn a_token_that_may_not_is_told_from_one_that_is_not_known() {
    let fake = started();
    let tunnel = fake.tunnel();
    let said_of = said(&loader(&tunnel, &secret(POWERLESS), vault(&fake)).load().unwrap_err());
    assert!(said_of.contains("access is denied (HTTP 403, ForbiddenByRbac)"), "{said_of}");
    assert_eq!(fake.token_requests(), 1, "another token would be refused as well");
}

#[test]
fn the_authority_is_that_of_the_cloud_or_of_a_variable() {
    let fake = started();
    let tunnel = fake.tunnel();
    let asked = |host: &str| {
        let hosts = tunnel.hosts();
        hosts.iter().any(|asked| *asked == format!("{host}:443"))
    };
    fake.challenge("Bearer authorization=\"https://x/t\", resource=\"https://vault.azure.cn\"");
    let china = AzureKeyVault::new("https://myvault.vault.azure.cn").document("app");
    let china = china.certificates(fake.certificates());
    loader(&tunnel, &secret(CLIENT_SECRET), china).load().unwrap();
    assert!(asked("login.chinacloudapi.cn") && !asked(AUTHORITY), "{:?}", tunnel.hosts());
    fake.challenge("Bearer authorization=\"https://x/t\", resource=\"https://vault.azure.net\"");
    let own = ("AZURE_AUTHORITY_HOST", "https://login.own.example/");
    let vars = [&secret(CLIENT_SECRET)[..], &[own]].concat();
    loader(&tunnel, &vars, vault(&fake)).load().unwrap();
    assert!(asked("login.own.example") && !asked(AUTHORITY), "{:?}", tunnel.hosts());
}

#[test]
fn the_value_is_what_the_vault_has() {
    let fake = started();
    let tunnel = fake.tunnel();
    let loaded = loader(&tunnel, &secret(CLIENT_SECRET), vault(&fake)).load().unwrap();
    assert_eq!(loaded.api_key.expose_secret(), "canary-of-a-value");
}
