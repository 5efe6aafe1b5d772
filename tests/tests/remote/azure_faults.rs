//! A vault of Azure that is slow, cut off, busy or not willing: each load ends in time, and says why in words of its own.

use std::time::{Duration, Instant};

use envaudit::{
    AzureKeyVault, Cached, ExposeSecret, LoadError, Loaded, OnFailure, ProblemKind, Source,
};
use envaudit_tests::azure_fake::{AUTHORITY, Answer, AzureFake, Tunnel, VAULT};
use envaudit_tests::bao::free_port;
use envaudit_tests::fault_proxy::{Fault, FaultProxy};
use envaudit_tests::problems;
use serde_json::json;

use crate::azure::{App, loader, vault};

const CANARY: &str = "canary-4f9a";

fn started() -> AzureFake {
    let fake = AzureFake::start();
    fake.put("app", &format!(r#"{{"db_password": "{CANARY}"}}"#));
    fake
}

fn store(fake: &AzureFake) -> AzureKeyVault {
    vault(fake).document("app").timeout(Duration::from_secs(2))
}

fn load(tunnel: &Tunnel, store: AzureKeyVault) -> Result<Loaded<App>, LoadError> {
    loader(&tunnel.address()).source(store).load()
}

#[track_caller]
fn said(error: &LoadError) -> String {
    let said = problems::all_text(error);
    assert!(!said.contains("canary"), "{said}");
    said
}

#[test]
fn every_fault_of_a_network_ends_a_load_in_time() {
    let fake = started();
    let proxy = FaultProxy::before(fake.port());
    let tunnel = fake.tunnel_to(port_of(&proxy.address()));
    for fault in [Fault::AnswerSwallowed, Fault::Slow, Fault::Reset, Fault::BlackHole] {
        // One that has a connection and a token already, and one that has neither.
        let open = loader(&tunnel.address()).source(store(&fake));
        proxy.set(Fault::None);
        open.load().unwrap();
        proxy.set(fault);
        for loader in [&open, &loader(&tunnel.address()).source(store(&fake))] {
            let began = Instant::now();
            let error = loader.load().unwrap_err();
            assert!(began.elapsed() < Duration::from_secs(20), "{fault:?}: {:?}", began.elapsed());
            let problem = &error.problems()[0];
            let of = (problem.kind(), problem.source());
            assert_eq!(of, (ProblemKind::Provider, Some(Source::Azure)));
            let said = said(&error);
            let of_time = ["no answer within 2s", "it did not answer in time", "it is unavailable"];
            assert!(of_time.iter().any(|words| said.contains(words)), "{fault:?}: {said}");
        }
        proxy.set(Fault::None);
        let until = Instant::now() + Duration::from_secs(20);
        while let Err(error) = open.load() {
            assert!(Instant::now() < until, "{fault:?}: it does not come back: {error}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn port_of(address: &str) -> u16 {
    address.rsplit(':').next().unwrap().parse().unwrap()
}

#[test]
fn what_may_work_later_is_tried_again_and_what_stays_is_not() {
    let fake = started();
    let tunnel = fake.tunnel();
    let open = loader(&tunnel.address()).source(store(&fake));
    open.load().unwrap();
    for status in [408, 429, 500, 502, 503, 504] {
        let before = fake.vault_lines().len();
        for _ in 0..2 {
            fake.answer_next(Answer::new(status, CANARY).header("Retry-After", "0"));
        }
        assert_eq!(open.load().unwrap().db_password.expose_secret(), CANARY);
        assert_eq!(fake.vault_lines().len() - before, 3, "{status}");
    }
    for (status, reason) in [
        (400, "it is not configured correctly (HTTP 400)"),
        (403, "access is denied (HTTP 403)"),
        (302, "it answers with a redirect"),
        (418, "it is not configured correctly (HTTP 418)"),
    ] {
        let before = fake.vault_lines().len();
        fake.answer_next(Answer::new(status, CANARY));
        let said = said(&open.load().unwrap_err());
        assert!(said.contains(reason), "{said}");
        assert_eq!(fake.vault_lines().len() - before, 1, "{status}");
    }
}

#[test]
fn the_pause_that_the_service_asks_for_is_kept_and_never_goes_beyond_the_deadline() {
    let fake = started();
    let tunnel = fake.tunnel();
    let open = loader(&tunnel.address()).source(store(&fake));
    open.load().unwrap();
    for (name, value) in [("retry-after-ms", "300"), ("x-ms-retry-after-ms", "300")] {
        fake.answer_next(Answer::new(429, "{}").header(name, value));
        let began = Instant::now();
        open.load().unwrap();
        assert!(began.elapsed() >= Duration::from_millis(300), "{name}: {:?}", began.elapsed());
    }
    // A minute is more than there is: the load ends at once.
    let later = (chrono::Utc::now() + chrono::TimeDelta::seconds(60)).to_rfc2822();
    let later = later.replace("+0000", "GMT");
    for value in ["60", &later] {
        let before = fake.vault_lines().len();
        let busy = Answer::error(429, "Throttled", None).header("Retry-After", value);
        fake.answer_next(busy);
        let said = said(&open.load().unwrap_err());
        assert!(said.contains("it may be asked again in"), "{value}: {said}");
        assert!(said.contains("HTTP 429, Throttled"), "{value}: {said}");
        assert_eq!(fake.vault_lines().len() - before, 1, "{value}");
    }
}

#[test]
fn a_refusal_is_told_by_the_codes_of_the_service_and_by_nothing_else() {
    let fake = started();
    let tunnel = fake.tunnel();
    let open = loader(&tunnel.address()).source(store(&fake));
    for (code, inner, reason) in [
        ("Forbidden", Some("ForbiddenByPolicy"), "access is denied (HTTP 403, ForbiddenByPolicy)"),
        ("Forbidden", Some("ForbiddenByRbac"), "access is denied (HTTP 403, ForbiddenByRbac)"),
        ("Forbidden", Some("ForbiddenByFirewall"), "(HTTP 403, ForbiddenByFirewall)"),
        ("Forbidden", Some("ForbiddenByConnection"), "(HTTP 403, ForbiddenByConnection)"),
        ("Forbidden", Some("AccessDenied"), "access is denied (HTTP 403, AccessDenied)"),
        ("Forbidden", Some("canary"), "access is denied (HTTP 403)"),
        ("canary", None, "access is denied (HTTP 403)"),
    ] {
        fake.answer_next(Answer::error(403, code, inner));
        let said = said(&open.load().unwrap_err());
        assert!(said.contains(reason), "{code}, {inner:?}: {said}");
    }
    for body in [
        "canary: no JSON".to_owned(),
        json!({"value": "canary", "id": "canary"}).to_string(),
        json!({"value": ["canary"]}).to_string(),
        json!(["canary"]).to_string(),
        r#"{"value": "canary"#.to_owned(),
        String::new(),
    ] {
        fake.answer_next(Answer::new(200, &body));
        if let Err(error) = open.load() {
            said(&error);
        }
    }
    fake.answer_next(Answer::new(200, "c".repeat(5 << 20)));
    let said = said(&open.load().unwrap_err());
    assert!(said.contains("too large") || said.contains("too long"), "{said}");
}

#[test]
fn a_redirect_sends_no_token_elsewhere() {
    let fake = started();
    let tunnel = fake.tunnel();
    for status in [301, 302, 303, 307, 308] {
        let to = format!("https://evil.example/secrets/app?{CANARY}");
        fake.answer_next(Answer::new(status, "{}").header("Location", &to));
        let said = said(&load(&tunnel, store(&fake)).unwrap_err());
        assert!(said.contains("it answers with a redirect, which is not followed"), "{said}");
        let to = format!("https://evil.example/token?{CANARY}");
        fake.answer_next_for_token(Answer::new(status, "{}").header("Location", &to));
        let said = self::said(&load(&tunnel, store(&fake)).unwrap_err());
        assert!(said.contains("it answers with a redirect, which is not followed"), "{said}");
    }
    assert!(!tunnel.hosts().iter().any(|host| host.contains("evil")), "{:?}", tunnel.hosts());
}

#[test]
fn a_list_that_goes_on_elsewhere_or_for_ever_is_not_followed() {
    let fake = started();
    for at in 0..30 {
        fake.put(&format!("s{at}"), "canary");
    }
    let tunnel = fake.tunnel();
    let listed = || vault(&fake).prefix("app-").timeout(Duration::from_secs(2));
    fake.pages_go_on_at("evil.example");
    let said = said(&load(&tunnel, listed()).unwrap_err());
    assert!(said.contains("its list goes on at another address"), "{said}");
    assert!(!tunnel.hosts().iter().any(|host| host.contains("evil")), "{:?}", tunnel.hosts());

    let next = format!("https://{VAULT}/secrets?canary");
    for _ in 0..3 {
        fake.answer_next(Answer::new(200, json!({"value": [], "nextLink": next})));
    }
    let before = fake.vault_lines().len();
    let said = self::said(&load(&tunnel, listed()).unwrap_err());
    assert!(said.contains("its answer cannot be understood"), "{said}");
    assert_eq!(fake.vault_lines().len() - before, 3, "with the request that has no token");
}

#[test]
fn a_challenge_of_another_domain_gets_no_token() {
    let fake = started();
    let tunnel = fake.tunnel();
    for challenge in [
        "Bearer authorization=\"https://evil.example/t\", resource=\"https://evil.example\"",
        "Bearer authorization=\"https://evil.example/t\", resource=\"https://azure.net.evil.example\"",
        "Bearer authorization=\"https://evil.example/t\", resource=\"https://ault.azure.net\"",
        "Bearer authorization=\"https://evil.example/t\", resource=\"canary\"",
        "Bearer authorization=\"https://evil.example/t\"",
        "Basic realm=\"canary\"",
        "",
    ] {
        fake.challenge(challenge);
        let said = said(&load(&tunnel, store(&fake)).unwrap_err());
        let reasons = ["the SDK sends it no token", "its answer cannot be understood"];
        assert!(reasons.iter().any(|reason| said.contains(reason)), "{challenge}: {said}");
        assert_eq!(fake.token_requests(), 0, "{challenge}");
    }
    // Which authority gives the token out is not for the vault to say.
    fake.challenge(
        "Bearer authorization=\"https://evil.example/t\", resource=\"https://vault.azure.net\"",
    );
    load(&tunnel, store(&fake)).unwrap();
    let known = [format!("{VAULT}:443"), format!("{AUTHORITY}:443")];
    assert!(tunnel.hosts().iter().all(|host| known.contains(host)), "{:?}", tunnel.hosts());
}

#[test]
fn a_refusal_is_no_reason_to_go_on_and_an_outage_may_be() {
    let fake = started();
    let tunnel = fake.tunnel();
    let lenient = |store: AzureKeyVault| store.on_failure(OnFailure::OptionalWhenUnavailable);
    for (status, inner) in [(403, "ForbiddenByPolicy"), (400, "BadParameter")] {
        fake.answer_next(Answer::error(status, "Forbidden", Some(inner)));
        said(&load(&tunnel, lenient(store(&fake))).unwrap_err());
    }
    // A vault that nobody can reach.
    let nobody = loader(&format!("http://127.0.0.1:{}", free_port()));
    let error = nobody.source(store(&fake)).load().unwrap_err();
    assert!(said(&error).contains("it is unavailable (connection refused)"), "{error}");
    let direct = AzureKeyVault::new(format!("https://127.0.0.1:{}", free_port()));
    let direct = direct.certificates(fake.certificates()).document("app");
    let error = loader("").source(direct).load().unwrap_err();
    assert!(said(&error).contains("it is unavailable (connection refused)"), "{error}");
}

#[test]
fn a_cache_bridges_the_time_in_which_the_vault_is_away() {
    let fake = started();
    let proxy = FaultProxy::before(fake.port());
    let tunnel = fake.tunnel_to(port_of(&proxy.address()));
    let now = std::sync::Arc::new(std::sync::Mutex::new(chrono::Utc::now()));
    let clock = std::sync::Arc::clone(&now);
    let cached = Cached::new(store(&fake))
        .ttl(Duration::from_secs(60))
        .stale_if_unavailable(Duration::from_secs(600));
    let loader = loader(&tunnel.address()).clock(move || *clock.lock().unwrap()).source(cached);
    loader.load().unwrap();
    let later = |seconds| *now.lock().unwrap() += chrono::TimeDelta::seconds(seconds);
    let place =
        |loaded: &Loaded<App>| loaded.audit().db_password.location.as_ref().unwrap().to_string();
    proxy.set(Fault::BlackHole);
    later(90);
    let loaded = loader.load().unwrap();
    assert!(place(&loaded).contains("stale since"), "{}", place(&loaded));
    proxy.set(Fault::None);
    fake.answer_next(Answer::error(403, "Forbidden", Some("ForbiddenByRbac")));
    assert!(loader.load().is_err(), "a refusal is no reason for an old value");
    assert!(!place(&loader.load().unwrap()).contains("since"));
}

#[test]
fn one_secret_that_fails_is_the_failure_of_its_key() {
    let fake = started();
    fake.put("port", "443");
    fake.put_with("off", json!(CANARY), json!({"enabled": false}));
    let tunnel = fake.tunnel();
    let failing = || store(&fake).map("APP_PORT", "port").map("APP_NAME", "off");
    let loaded = load(&tunnel, failing());
    let problem = problems::only(&loaded);
    assert_eq!(problem.key(), Some("APP_NAME"));
    assert!(problem.to_string().contains("SecretDisabled"), "{problem}");
    let cfg = load(&tunnel, failing().optional()).unwrap();
    assert_eq!((cfg.port, cfg.name.as_deref()), (Some(443), None));
    let vars = [
        ("HTTPS_PROXY", tunnel.address()),
        ("AZURE_TENANT_ID", envaudit_tests::azure_fake::TENANT.to_owned()),
        ("AZURE_CLIENT_ID", envaudit_tests::azure_fake::CLIENT.to_owned()),
        ("AZURE_CLIENT_SECRET", envaudit_tests::azure_fake::CLIENT_SECRET.to_owned()),
        ("APP_NAME", "of the environment".to_owned()),
    ];
    let loader = loader("").order([Source::System, Source::Azure]).vars(vars);
    let cfg = loader.source(failing()).load().unwrap();
    assert_eq!(cfg.name.as_deref(), Some("of the environment"));
}

#[test]
fn an_outage_costs_no_more_requests_than_are_made_at_once() {
    let fake = AzureFake::start();
    let many = || {
        let mut many = vault(&fake).timeout(Duration::from_secs(5));
        for number in 0..40 {
            fake.put(&format!("s{number}"), "{}");
            many = many.document(format!("s{number}"));
        }
        many
    };
    let tunnel = fake.tunnel();
    for _ in 0..400 {
        fake.answer_next(Answer::new(503, "{}").header("Retry-After", "0"));
    }
    let said = said(&load(&tunnel, many()).unwrap_err());
    assert!(said.contains("it is unavailable (HTTP 503)"), "{said}");
    let requests = fake.vault_lines().len();
    assert!(requests <= 6 * 9, "{requests} requests");

    // A network that is not let in is not let in to any secret.
    fake.answer_as_usual();
    for _ in 0..400 {
        fake.answer_next(Answer::error(403, "Forbidden", Some("ForbiddenByFirewall")));
    }
    let before = fake.vault_lines().len();
    let said = self::said(&load(&tunnel, many()).unwrap_err());
    assert!(said.contains("ForbiddenByFirewall"), "{said}");
    assert_eq!(fake.vault_lines().len() - before, 2, "one without a token, and one with it");
}

#[test]
fn a_certificate_that_nobody_knows_is_not_accepted() {
    let fake = started();
    let tunnel = fake.tunnel();
    let of = |text: &str| {
        let path = fake.dir().join("own.pem");
        std::fs::write(&path, text).unwrap();
        let store = AzureKeyVault::new(format!("https://{VAULT}")).certificates(path);
        said(&load(&tunnel, store.document("app")).unwrap_err())
    };
    let another = std::fs::read_to_string(AzureFake::start().certificates()).unwrap();
    let said_of = of(&another);
    assert!(said_of.contains("its certificate is not accepted"), "{said_of}");
    for text in ["", "canary", "-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----\n"]
    {
        let said_of = of(text);
        assert!(said_of.contains("the file of certificates has none"), "{said_of}");
    }
    let none = AzureKeyVault::new(format!("https://{VAULT}")).certificates("/nowhere/own.pem");
    let said_of = said(&load(&tunnel, none.document("app")).unwrap_err());
    assert!(said_of.contains("the certificates /nowhere/own.pem cannot be read"), "{said_of}");
    // Those of the system do not know the authority of this test.
    let of_system = AzureKeyVault::new(format!("https://{VAULT}")).document("app");
    let said_of = said(&load(&tunnel, of_system).unwrap_err());
    assert!(said_of.contains("certificate"), "{said_of}");
    assert_eq!(fake.requests().len(), 0, "nothing was sent");
}

#[test]
fn a_document_has_each_form_that_json_may_have() {
    let fake = AzureFake::start();
    let tunnel = fake.tunnel();
    let load = |document: &str| {
        fake.put("app", document);
        load(&tunnel, store(&fake))
    };
    let long = "x".repeat(64 << 10);
    let cfg = load(&format!(r#"{{"db_password": "{long}", "port": 443, "name": null}}"#)).unwrap();
    assert_eq!(cfg.db_password.expose_secret().len(), 64 << 10);
    assert_eq!((cfg.port, cfg.name.as_deref()), (Some(443), None));
    for (document, reason) in [
        (r#"{"db_password": "canary", "db_password": "canary"}"#, "twice"),
        (r#"{"db_password": {"canary": 1}}"#, "APP_DB_PASSWORD"),
        (r#"["canary"]"#, "the secret app"),
        ("canary", "the secret app"),
        (r#"{"db_password": "canary""#, "the secret app"),
    ] {
        let said = said(&load(document).unwrap_err());
        assert!(said.contains(reason), "{document}: {said}");
    }
}

#[test]
fn a_load_works_within_each_kind_of_runtime_by_one_connection() {
    let fake = started();
    let tunnel = fake.tunnel();
    let open = loader(&tunnel.address()).source(store(&fake));
    let password = || open.load().unwrap().db_password.expose_secret().to_owned();
    assert_eq!(password(), CANARY);
    let current = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(current.block_on(async { password() }), CANARY);
    drop(current);
    let multi = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    assert_eq!(multi.block_on(async { password() }), CANARY);
    drop(multi);
    // The runtime of the provider is its own: the connection is still the first.
    assert_eq!(password(), CANARY);
    let of_vault = tunnel.hosts().iter().filter(|host| host.starts_with(VAULT)).count();
    assert_eq!(of_vault, 1, "{:?}", tunnel.hosts());
}

#[test]
fn a_proxy_is_that_of_the_variables_and_not_for_hosts_that_they_except() {
    let fake = started();
    let tunnel = fake.tunnel();
    let proxy = tunnel.address();
    let direct = || {
        let vault = AzureKeyVault::new(format!("https://127.0.0.1:{}", fake.port()));
        vault.certificates(fake.certificates()).document("app")
    };
    let with = |vars: &[(&str, &str)], store: AzureKeyVault| {
        let vars = vars.iter().copied();
        said(&loader("").vars(vars).source(store).load().unwrap_err())
    };
    let here = [("HTTPS_PROXY", proxy.as_str()), ("NO_PROXY", "127.0.0.1,localhost")];
    let token = ("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential");
    // The certificate is not for this host, so no load gets further than that.
    let said_of = with(&[here[0], here[1], token], direct());
    assert!(said_of.contains("its certificate is not accepted"), "{said_of}");
    assert_eq!(tunnel.hosts(), [""; 0]);
    with(&[("https_proxy", &proxy), token], direct());
    assert_eq!(tunnel.hosts(), [format!("127.0.0.1:{}", fake.port())]);
    let said_of = with(&[("HTTPS_PROXY", "://canary"), token], store(&fake));
    assert!(said_of.contains("the variable HTTPS_PROXY has no address of a proxy"), "{said_of}");
}
