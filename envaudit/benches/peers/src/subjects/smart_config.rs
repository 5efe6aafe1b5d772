//! smart-config, which keeps the origin of each value.

use smart_config::{
    ConfigRepository, ConfigSchema, DescribeConfig, DeserializeConfig, Environment,
};

use crate::subject::{AnyError, DOTENV, Subject};

// Written out, because the derive's own names do not resolve when the fields come from a macro.
#[derive(DescribeConfig, DeserializeConfig)]
pub struct AppConfig {
    pub service_name: String,
    pub listen_address: String,
    pub public_url: String,
    pub region: String,
    pub zone: String,
    pub cluster: String,
    pub log_level: String,
    pub log_format: String,
    pub db_host: String,
    pub db_name: String,
    pub db_user: String,
    pub cache_host: String,
    pub cache_namespace: String,
    pub queue_host: String,
    pub queue_topic: String,
    pub mail_host: String,
    pub mail_sender: String,
    pub storage_bucket: String,
    pub storage_path: String,
    pub release: String,
    pub http_port: u16,
    pub admin_port: u16,
    pub db_port: u16,
    pub cache_port: u16,
    pub mail_port: u16,
    pub max_connections: u32,
    pub max_body_bytes: u32,
    pub request_timeout_ms: u32,
    pub idle_timeout_ms: u32,
    pub worker_threads: u32,
    pub enable_tls: bool,
    pub enable_compression: bool,
    pub enable_metrics: bool,
    pub enable_tracing: bool,
    pub enable_cors: bool,
    pub enable_upgrade: bool,
    pub enable_cache: bool,
    pub enable_queue: bool,
    pub enable_mail: bool,
    pub read_only: bool,
    pub sample_rate: f64,
    pub cache_ratio: f64,
    pub retry_backoff: f64,
    pub load_limit: f64,
    pub retry_jitter: f64,
    pub banner: Option<String>,
    pub proxy_url: Option<String>,
    pub support_mail: Option<String>,
    pub canary_group: Option<String>,
    pub trace_endpoint: Option<String>,
}

impl Subject for AppConfig {
    type Config = Self;
    type Error = AnyError;

    fn from_env() -> Result<Self, AnyError> {
        load(Environment::prefixed("APP_"))
    }

    fn from_dotenv() -> Result<Self, AnyError> {
        let pairs = dotenvy::from_path_iter(DOTENV)?.collect::<Result<Vec<_>, _>>()?;
        load(Environment::from_iter("APP_", pairs))
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}

fn load(environment: Environment) -> Result<AppConfig, AnyError> {
    let schema = ConfigSchema::new(&AppConfig::DESCRIPTION, "");
    let repository = ConfigRepository::new(&schema).with(environment);
    Ok(repository.single::<AppConfig>()?.parse()?)
}
