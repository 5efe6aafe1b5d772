//! Secrets Manager and the Parameter Store of AWS, against moto and MiniStack, and against a server that answers what those never do.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};
use core::error::Error;
use core::time::Duration;
use envaudit::{
    AwsParameterStore, AwsSecretsManager, EnvConfig, LoadError, Loader, SecretString, Source,
};
use envaudit_tests::problems;

mod answers;
#[cfg(feature = "cli")]
mod command;
mod conformance;
#[cfg(feature = "cli")]
mod credentials;
mod faults;
mod parameters;
mod secrets;
#[cfg(feature = "tracing")]
mod traces;

/// A part of every value, token and body that is to be shown nowhere.
const CANARY: &str = "canary-4f9a";

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
struct App {
    db_password: SecretString,
    api_key: Option<SecretString>,
    port: Option<u16>,
    name: Option<String>,
    #[env(sep = ";")]
    hosts: Option<Vec<String>>,
}

fn without_files<C: EnvConfig>(loader: Loader<C>) -> Loader<C> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let none: [(&str, &str); 0] = [];
    files.into_iter().fold(loader.vars(none), Loader::without)
}

fn loader() -> Loader<App> {
    without_files(App::loader())
}

fn config(address: &str) -> SdkConfig {
    let token = format!("{CANARY}-of-the-session");
    let credentials = Credentials::new(
        "AKIDOFTHETEST",
        format!("{CANARY}-of-the-key"),
        Some(token),
        None,
        "test",
    );
    let http = aws_smithy_http_client::Builder::new().build_http();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(address)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http)
        .build()
}

fn secrets_at(address: &str) -> AwsSecretsManager {
    AwsSecretsManager::from_sdk_config(&config(address)).timeout(Duration::from_secs(20))
}

fn parameters_at(address: &str) -> AwsParameterStore {
    AwsParameterStore::from_sdk_config(&config(address)).timeout(Duration::from_secs(20))
}

/// Everything that an error can be made to say, its causes included.
fn said(error: &LoadError) -> String {
    let mut said = problems::all_text(error);
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        said.push_str(&format!("\n{error}\n{error:?}\n{error:#?}"));
        cause = error.source();
    }
    said
}

/// Where the value of a variable came from.
macro_rules! place {
    ($loaded:expr, $field:ident) => {
        $loaded.audit().$field.location.as_ref().expect("it has a place").to_string()
    };
}

use place;
