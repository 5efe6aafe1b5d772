//! Which secret of a vault of Azure feeds which variable, and what the audit says of it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::{ClientOptions, Transport};
use azure_core::time::OffsetDateTime;
use azure_security_keyvault_secrets::{SecretClient, SecretClientOptions};
use envaudit::{
    AzureKeyVault, Cached, EnvConfig, ExposeSecret, OnFailure, Policy, ProblemKind, SecretRef,
    SecretString, Source,
};
use envaudit_tests::azure_fake::{Answer, AzureFake, CLIENT, CLIENT_SECRET, TENANT, Tunnel, VAULT};
use envaudit_tests::problems;
use serde_json::json;

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
pub(crate) struct App {
    pub(crate) db_password: SecretString,
    #[env(alias = "STRIPE")]
    pub(crate) api_key: Option<SecretString>,
    pub(crate) port: Option<u16>,
    pub(crate) name: Option<String>,
}

/// A loader of nothing but variables: those of the test's application.
pub(crate) fn loader(proxy: &str) -> envaudit::Loader<App> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let vars = [
        ("HTTPS_PROXY", proxy),
        ("AZURE_TENANT_ID", TENANT),
        ("AZURE_CLIENT_ID", CLIENT),
        ("AZURE_CLIENT_SECRET", CLIENT_SECRET),
    ];
    files.into_iter().fold(App::loader().vars(vars), envaudit::Loader::without)
}

pub(crate) fn vault(fake: &AzureFake) -> AzureKeyVault {
    AzureKeyVault::new(format!("https://{VAULT}")).certificates(fake.certificates())
}

#[test]
fn a_document_feeds_many_fields_in_one_request() {
    let fake = AzureFake::start();
    let version = fake.put(
        "checkout-prod",
        r#"{"db_password": "s3cret", "STRIPE": "sk_1", "PORT": 443, "app-name": "shop"}"#,
    );
    let tunnel = fake.tunnel();
    let loader = loader(&tunnel.address()).source(vault(&fake).document("checkout-prod"));
    let cfg = loader.load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "s3cret");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "sk_1");
    assert_eq!((cfg.port, cfg.name.as_deref()), (Some(443), Some("shop")));
    let entry = &cfg.audit().db_password;
    assert_eq!((entry.source, entry.provider.as_deref()), (Source::Azure, Some("AzureKeyVault")));
    let place = entry.location.as_ref().unwrap();
    assert_eq!(place.to_string(), format!("checkout-prod#db_password (version {version})"));
    assert!(place.details().unwrap().created.is_some());
    assert_eq!(cfg.audit().api_key.found_as.as_deref(), Some("APP_STRIPE"));
    // The first request has no token, and is told where one comes from.
    assert_eq!(fake.vault_lines(), ["GET /secrets/checkout-prod/"; 2]);
    assert_eq!(fake.token_requests(), 1);
    loader.load().unwrap();
    assert_eq!((fake.vault_lines().len(), fake.token_requests()), (3, 1));
    let hosts = tunnel.hosts();
    let known = [format!("{VAULT}:443"), "login.microsoftonline.com:443".to_owned()];
    assert!(hosts.iter().all(|host| known.contains(host)), "{hosts:?}");
}

#[test]
fn without_a_word_each_variable_is_the_secret_of_its_name() {
    let fake = AzureFake::start();
    fake.put("App-Db-Password", "of the whole name");
    fake.put("db-password", "of what is behind the prefix");
    fake.put("stripe", "sk_1");
    fake.put("port", "443");
    fake.put("of-others", "canary");
    let tunnel = fake.tunnel();
    let cfg = loader(&tunnel.address()).source(vault(&fake)).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "of the whole name");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "sk_1");
    assert_eq!(cfg.port, Some(443));
    let place = cfg.audit().db_password.location.as_ref().unwrap().to_string();
    assert!(place.starts_with("app-db-password (version 0000"), "{place}");
    let lines = fake.vault_lines();
    assert!(!lines.iter().any(|line| line.contains("of-others")), "{lines:?}");
    let read = lines.iter().filter(|line| line.starts_with("GET /secrets/")).count();
    assert_eq!(read, 3, "{lines:?}");
}

#[test]
fn a_prefix_is_listed_page_by_page_and_what_a_variable_needs_is_read() {
    let fake = AzureFake::start();
    for at in 0..60 {
        fake.put(&format!("other-{at:02}"), "canary");
    }
    fake.put("prod-db-password", "1");
    fake.put("zone-db-password", "2");
    fake.put("zone-port", "80");
    let tunnel = fake.tunnel();
    let store = || vault(&fake).prefix("prod-").prefix("Zone-");
    let cfg = loader(&tunnel.address()).source(store()).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "2", "the later prefix wins");
    assert_eq!(cfg.port, Some(80));
    assert_eq!(cfg.audit().db_password.shadowed, [Source::Azure]);
    let lines = fake.vault_lines();
    let listed = lines.iter().filter(|line| *line == "GET /secrets").count();
    assert_eq!(listed, 1 + 3 + 3, "one without a token, and three pages for each prefix");
    let read: Vec<&String> =
        lines.iter().filter(|line| line.starts_with("GET /secrets/")).collect();
    assert_eq!(read.len(), 2, "{read:?}");

    // Where documents and references have all variables, nothing is listed.
    fake.put("all", r#"{"db_password": "d", "api_key": "d", "port": 1}"#);
    let before = fake.vault_lines().len();
    let store = store().document("all").map("APP_NAME", "zone-port");
    let cfg = loader(&tunnel.address()).source(store).load().unwrap();
    assert_eq!((cfg.db_password.expose_secret(), cfg.name.as_deref()), ("d", Some("80")));
    let lines = fake.vault_lines().split_off(before);
    assert!(!lines.iter().any(|line| line == "GET /secrets"), "{lines:?}");

    let loaded = loader(&tunnel.address()).source(vault(&fake).prefix("a_b")).load();
    let error = loaded.unwrap_err().to_string();
    assert!(error.contains("a prefix of Key Vault has letters, digits and `-` alone"), "{error}");
}

#[test]
fn a_secret_that_is_deleted_between_two_pages_is_not_there() {
    let fake = AzureFake::start();
    fake.put("db-password", "1");
    fake.put("port", "80");
    let tunnel = fake.tunnel();
    let loader = loader(&tunnel.address()).source(vault(&fake).prefix(""));
    loader.load().unwrap();
    // The list still has it, and the secret is gone.
    let list = json!({"value": [
        {"id": format!("https://{VAULT}/secrets/db-password"), "attributes": {"enabled": true}},
        {"id": format!("https://{VAULT}/secrets/port"), "attributes": {"enabled": true}},
    ]});
    fake.delete("port");
    fake.answer_next(Answer::new(200, list));
    let cfg = loader.load().unwrap();
    assert_eq!((cfg.db_password.expose_secret(), cfg.port), ("1", None));
}

#[test]
fn a_reference_names_a_secret_a_member_and_a_version() {
    let fake = AzureFake::start();
    fake.put("db", "now");
    let old = fake.put("keys", r#"{"live": {"key": "old"}}"#);
    let new = fake.put("keys", r#"{"live": {"key": "new"}}"#);
    let tunnel = fake.tunnel();
    let store = || vault(&fake).map("APP_DB_PASSWORD", "db");
    let load = |reference: SecretRef| {
        loader(&tunnel.address()).source(store().map("APP_API_KEY", reference)).load().unwrap()
    };
    let cfg = load("keys#/live/key".into());
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "new");
    let place = cfg.audit().api_key.location.as_ref().unwrap().to_string();
    assert_eq!(place, format!("keys#/live/key (version {new})"));
    let cfg = load(SecretRef::new("keys").member("/live/key").version(&old));
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "old");
    let lines = fake.vault_lines();
    assert!(lines.contains(&format!("GET /secrets/keys/{old}")), "{lines:?}");
    assert!(!lines.iter().any(|line| line == "GET /secrets"), "nothing is listed: {lines:?}");

    // The same secret for two variables is asked for once.
    let before = fake.vault_lines().len();
    let cfg = load("db".into());
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "now");
    assert_eq!(fake.vault_lines().len() - before, 2, "with the request that has no token");
}

#[test]
fn what_cannot_be_used_is_named_with_the_reason() {
    let fake = AzureFake::start();
    fake.put("db", "of-the-password");
    fake.put_with("disabled", json!("canary-1"), json!({"enabled": false}));
    fake.put_with("expired", json!("canary-2"), json!({"exp": 1_767_322_801}));
    fake.put_with("early", json!("canary-3"), json!({"nbf": 4_102_444_800_i64}));
    fake.put("deleted", "canary-4");
    fake.delete("deleted");
    fake.put_with("no-text", json!({"canary": 5}), json!({}));
    fake.put_with("null", json!(null), json!({}));
    fake.put("text", "canary-6");
    let long = "a".repeat(128);
    let tunnel = fake.tunnel();
    for (reference, reason) in [
        ("none", "the secret none: it does not exist (HTTP 404, SecretNotFound)"),
        ("deleted", "it does not exist (HTTP 404, the secret is deleted, and may be recovered)"),
        ("disabled", "the secret disabled: it is disabled (HTTP 403, SecretDisabled)"),
        ("expired", "the secret expired: it expired at 2026-01-02T03:00:01Z"),
        ("early", "the secret early: it is not to be used before 2100-01-01T00:00:00Z"),
        ("db@7", "the secret db@7: it does not exist (HTTP 404, SecretNotFound)"),
        ("no-text", "the secret no-text: its answer cannot be understood"),
        ("null", "the secret null: its answer cannot be understood"),
        ("text#member", "the secret text#member: it is not JSON"),
        ("a_b", "a name of Key Vault has 1 to 127 letters, digits and `-` alone"),
        ("../secrets/db", "a name of Key Vault has 1 to 127 letters"),
        ("db?x", "a name of Key Vault has 1 to 127 letters"),
        ("", "a name of Key Vault has 1 to 127 letters"),
        (long.as_str(), "a name of Key Vault has 1 to 127 letters"),
        ("db@../x", "a version of Key Vault has letters and digits alone"),
    ] {
        let store = vault(&fake).map("APP_DB_PASSWORD", "db").map("APP_NAME", reference);
        let loaded = loader(&tunnel.address()).source(store).load();
        let problem = problems::only(&loaded);
        assert_eq!((problem.kind(), problem.key()), (ProblemKind::Provider, Some("APP_NAME")));
        let said = format!("{problem} {:?}", loaded.as_ref().unwrap_err());
        assert!(said.contains(reason), "{reference}: {said}");
        assert!(!said.contains("canary"), "{said}");
    }
    // What is refused is passed over by nobody, and what is not there by those who may.
    let store = |reference: &str| {
        let store = vault(&fake).map("APP_DB_PASSWORD", "db").map("APP_NAME", reference);
        loader(&tunnel.address())
            .source(store.on_failure(OnFailure::OptionalWhenUnavailable))
            .load()
    };
    for refused in ["disabled", "expired", "early", "no-text", "a_b"] {
        assert!(store(refused).is_err(), "{refused}");
    }
    assert_eq!(store("none").unwrap().name, None);
}

#[test]
fn a_secret_is_good_until_it_expires_by_the_clock_of_the_loader() {
    let fake = AzureFake::start();
    let now = chrono::Utc::now();
    let at = |days: i64| (now + chrono::TimeDelta::days(days)).timestamp();
    fake.put_with("db-password", json!("1"), json!({"nbf": at(1), "exp": at(3)}));
    let tunnel = fake.tunnel();
    let load = |days: i64| {
        let later = now + chrono::TimeDelta::days(days);
        loader(&tunnel.address()).clock(move || later).source(vault(&fake)).load()
    };
    assert!(load(0).is_err() && load(2).is_ok() && load(4).is_err());
}

#[test]
fn a_policy_can_set_a_limit_to_the_age_of_a_version() {
    let fake = AzureFake::start();
    let now = chrono::Utc::now();
    fake.put_with("db-password", json!("1"), json!({"created": now.timestamp()}));
    let tunnel = fake.tunnel();
    let load = |days: i64| {
        let later = now + chrono::TimeDelta::days(days);
        let policy = Policy::new().max_age(["APP_DB_PASSWORD"], 90);
        let loader = loader(&tunnel.address()).clock(move || later).policy(policy);
        loader.source(vault(&fake)).load()
    };
    assert!(load(89).is_ok());
    let loaded = load(92);
    assert_eq!(problems::only(&loaded).kind(), ProblemKind::Policy);
}

#[test]
fn a_cached_vault_is_asked_once() {
    let fake = AzureFake::start();
    fake.put("app", r#"{"db_password": "1"}"#);
    let tunnel = fake.tunnel();
    let store = Cached::new(vault(&fake).document("app")).ttl(Duration::from_secs(3600));
    let loader = loader(&tunnel.address()).source(store);
    loader.load().unwrap();
    let asked = fake.requests().len();
    fake.put("app", r#"{"db_password": "2"}"#);
    let cfg = loader.load().unwrap();
    assert_eq!((cfg.db_password.expose_secret(), fake.requests().len()), ("1", asked));
    let place = cfg.audit().db_password.location.as_ref().unwrap().to_string();
    assert!(place.contains(", cached since 20"), "{place}");
}

#[derive(EnvConfig, Debug)]
struct Many {
    #[env(default = 0)]
    n0: u8,
    #[env(default = 0)]
    n1: u8,
    #[env(default = 0)]
    n2: u8,
    #[env(default = 0)]
    n3: u8,
    #[env(default = 0)]
    n4: u8,
    #[env(default = 0)]
    n5: u8,
}

#[test]
fn many_secrets_are_asked_for_at_once() {
    let fake = AzureFake::start();
    for at in 0..6 {
        fake.put(&format!("n{at}"), "7");
    }
    fake.takes(Duration::from_millis(50));
    let tunnel = fake.tunnel();
    let vars = [
        ("HTTPS_PROXY", tunnel.address()),
        ("AZURE_TENANT_ID", TENANT.to_owned()),
        ("AZURE_CLIENT_ID", CLIENT.to_owned()),
        ("AZURE_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
    ];
    let cfg = Many::loader().vars(vars.clone()).source(vault(&fake)).load().unwrap();
    assert_eq!([cfg.n0, cfg.n1, cfg.n2, cfg.n3, cfg.n4, cfg.n5], [7; 6]);
    assert!((2..=8).contains(&fake.most_at_once()), "{}", fake.most_at_once());
    assert_eq!(fake.token_requests(), 1);

    // Where the token is not accepted any more, all of them wait for the same new one.
    let keys = ["N0", "N1", "N2", "N3", "N4", "N5"];
    let of_names = keys
        .into_iter()
        .fold(vault(&fake), |vault, key| vault.map(key, SecretRef::new(key.to_lowercase())));
    let loader = Many::loader().vars(vars).source(of_names);
    loader.load().unwrap();
    fake.revoke_tokens();
    let before = fake.token_requests();
    loader.load().unwrap();
    assert_eq!(fake.token_requests() - before, 1);
}

/// A credential of the program's own.
#[derive(Debug)]
pub(crate) struct Own(pub(crate) String);

#[async_trait]
impl TokenCredential for Own {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        assert_eq!(scopes, ["https://vault.azure.net/.default"]);
        match self.0.as_str() {
            "" => Err(azure_core::Error::with_message(
                azure_core::error::ErrorKind::Credential,
                "canary of the program's credential",
            )),
            token => {
                let ends = OffsetDateTime::now_utc() + azure_core::time::Duration::hours(1);
                Ok(AccessToken::new(token.to_owned(), ends))
            }
        }
    }
}

/// A client of the program's own.
pub(crate) fn client(fake: &AzureFake, tunnel: &Tunnel, token: &str) -> SecretClient {
    let client_options = ClientOptions {
        transport: Some(Transport::new(Arc::new(fake.client(tunnel)))),
        ..ClientOptions::default()
    };
    let options = SecretClientOptions { client_options, ..SecretClientOptions::default() };
    let credential = Arc::new(Own(token.to_owned()));
    SecretClient::new(&format!("https://{VAULT}"), credential, Some(options)).unwrap()
}

#[test]
fn a_program_can_give_a_credential_or_a_client_of_its_own() {
    let fake = AzureFake::start();
    fake.put("db-password", "1");
    let token = fake.give_token();
    let tunnel = fake.tunnel();
    let vars = [("HTTPS_PROXY", tunnel.address())];
    let loader = || App::loader().vars(vars.clone());
    let store = vault(&fake).credential(Arc::new(Own(token.clone())));
    assert_eq!(loader().source(store).load().unwrap().db_password.expose_secret(), "1");
    assert_eq!(fake.token_requests(), 0);

    let none = vault(&fake).credential(Arc::new(Own(String::new())));
    let error = loader().source(none).load().unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(said.contains("the credentials are missing, wrong or expired"), "{said}");
    assert!(!said.contains("canary"), "{said}");

    let client = |token: &str| client(&fake, &tunnel, token);
    let store = AzureKeyVault::from_client(client(&token));
    let none: [(&str, &str); 0] = [];
    assert_eq!(
        App::loader().vars(none).source(store).load().unwrap().db_password.expose_secret(),
        "1"
    );

    fake.answer_next(Answer::error(403, "Forbidden", Some("ForbiddenByPolicy")));
    let store = AzureKeyVault::from_client(client(&token)).document("app");
    let error = App::loader().vars(none).source(store).load().unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(said.contains("access is denied (HTTP 403, ForbiddenByPolicy)"), "{said}");
    assert!(!said.contains("canary"), "{said}");
    let store = AzureKeyVault::from_client(client(""));
    let error = format!("{:?}", App::loader().vars(none).source(store).load().unwrap_err());
    assert!(error.contains("Unauthenticated") || error.contains("credentials"), "{error}");
    assert!(!error.contains("canary"), "{error}");
}
