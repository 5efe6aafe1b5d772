//! Secrets Manager and the Parameter Store of AWS, against moto.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};
use envaudit::{
    AwsParameterStore, AwsSecretsManager, EnvConfig, ExposeSecret, ProblemKind, SecretString,
    Source,
};
use envaudit_tests::fault_proxy::{Fault, FaultProxy};
use envaudit_tests::moto::Moto;
use envaudit_tests::problems;

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct App {
    db_password: SecretString,
    api_key: Option<SecretString>,
    port: Option<u16>,
    name: Option<String>,
}

fn loader() -> envaudit::Loader<App> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let none: [(&str, &str); 0] = [];
    files.into_iter().fold(App::loader().vars(none), envaudit::Loader::without)
}

fn config(address: &str) -> SdkConfig {
    let credentials = Credentials::new("id", "canary-of-the-key", None, None, "test");
    let http = aws_smithy_http_client::Builder::new().build_http();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(address)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http)
        .build()
}

fn secrets(address: &str) -> AwsSecretsManager {
    AwsSecretsManager::from_sdk_config(&config(address))
}

fn parameters(address: &str) -> AwsParameterStore {
    AwsParameterStore::from_sdk_config(&config(address))
}

#[test]
fn a_document_of_secrets_manager_feeds_many_fields_in_one_request() {
    let moto = Moto::start();
    moto.run(
        r#"sm.create_secret(Name='checkout/prod', SecretString='{"db_password": "s3cret", "PORT": 443, "app-name": "shop"}')"#,
    );
    let proxy = FaultProxy::before(moto.port());
    let cfg = loader().source(secrets(&proxy.address()).document("checkout/prod")).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "s3cret");
    assert_eq!((cfg.port, cfg.name.as_deref()), (Some(443), Some("shop")));
    assert_eq!(proxy.requests(), 1);
    let entry = &cfg.audit().db_password;
    assert_eq!((entry.source, entry.provider.as_deref()), (Source::Aws, Some("AwsSecretsManager")));
    let place = entry.location.as_ref().unwrap().to_string();
    assert!(place.starts_with("checkout/prod#db_password (version "), "{place}");
    assert!(place.ends_with(", AWSCURRENT)"), "{place}");
}

#[test]
fn twenty_one_secrets_are_two_requests_and_failures_are_those_of_their_keys() {
    let moto = Moto::start();
    moto.run("for n in range(21): sm.create_secret(Name=f's{n}', SecretString=f'value-{n}')");
    moto.run("sm.create_secret(Name='binary', SecretBinary=b'\\xff\\xfe')");
    let proxy = FaultProxy::before(moto.port());
    let store = || secrets(&proxy.address()).map("APP_DB_PASSWORD", "s3").map("APP_API_KEY", "s20");
    let cfg = loader().source(store()).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "value-3");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "value-20");
    assert_eq!(proxy.requests(), 1, "two secrets are one call");

    for (secret, said) in [
        ("none", "the secret none: it does not exist"),
        ("binary", "the secret binary: it is not UTF-8"),
    ] {
        let loaded = loader().source(store().map("APP_NAME", secret)).load();
        let problem = problems::only(&loaded);
        assert_eq!((problem.kind(), problem.key()), (ProblemKind::Provider, Some("APP_NAME")));
        assert!(problem.to_string().contains(said), "{problem}");
    }
}

#[test]
fn versions_and_stages_are_those_that_were_asked_for() {
    let moto = Moto::start();
    moto.run("sm.create_secret(Name='key', SecretString='old')");
    moto.run("sm.put_secret_value(SecretId='key', SecretString='new')");
    let load = |reference: &str| {
        loader().source(secrets(&moto.address()).map("APP_DB_PASSWORD", reference)).load().unwrap()
    };
    assert_eq!(load("key").db_password.expose_secret(), "new");
    let previous = load("key@AWSPREVIOUS");
    assert_eq!(previous.db_password.expose_secret(), "old");
    let place = previous.audit().db_password.location.as_ref().unwrap().to_string();
    assert!(place.ends_with(", AWSPREVIOUS)"), "{place}");
}

#[test]
fn parameters_below_a_path_feed_the_fields_of_their_names() {
    let moto = Moto::start();
    moto.run(
        "for n in ['db_password', 'API_KEY', 'app-name'] + [f'other{n}' for n in range(12)]:\n    \
         ssm.put_parameter(Name='/checkout/prod/' + n, Value='v-' + n, Type='SecureString')",
    );
    moto.run("ssm.put_parameter(Name='/shared/port', Value='80', Type='String')");
    moto.run("ssm.put_parameter(Name='/shared/port', Value='443', Type='String', Overwrite=True)");
    let store = || parameters(&moto.address()).path("/checkout/prod/");
    let cfg = loader().source(store().map("APP_PORT", "/shared/port")).load().unwrap();
    assert_eq!(cfg.db_password.expose_secret(), "v-db_password");
    assert_eq!(cfg.api_key.as_ref().unwrap().expose_secret(), "v-API_KEY");
    assert_eq!((cfg.name.as_deref(), cfg.port), (Some("v-app-name"), Some(443)));
    let place = cfg.audit().port.location.as_ref().unwrap().to_string();
    assert_eq!(place, "/shared/port (version 2)");
    let cfg = loader().source(store().map("APP_PORT", "/shared/port@1")).load().unwrap();
    assert_eq!(cfg.port, Some(80));
}

#[test]
fn every_fault_of_a_network_ends_a_load_in_time() {
    let moto = Moto::start();
    moto.run(r#"sm.create_secret(Name='app', SecretString='{"db_password": "canary-4f9a"}')"#);
    let proxy = FaultProxy::before(moto.port());
    let store = || {
        let store = secrets(&proxy.address()).document("app");
        store.timeout(std::time::Duration::from_secs(2))
    };
    for fault in [Fault::AnswerSwallowed, Fault::Slow, Fault::Reset, Fault::BlackHole] {
        proxy.set(fault);
        let began = std::time::Instant::now();
        let error = loader().source(store()).load().unwrap_err();
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "{fault:?}");
        let said = format!("{error} {error:?} {error:#?}");
        assert!(!said.contains("canary"), "{fault:?}: {said}");
        assert_eq!(error.problems()[0].kind(), ProblemKind::Provider);
    }
    proxy.set(Fault::None);
    assert_eq!(loader().source(store()).load().unwrap().db_password.expose_secret(), "canary-4f9a");
}
