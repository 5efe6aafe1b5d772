/// Settings of the checkout service.
#[derive(EnvConfig)]
pub struct AppConfig {
    /// Port the HTTP server listens on.
    #[env(default = 8080, range(1..=65535))]
    pub port: u16,
    pub host: String,
    pub api_key: SecretString,
    #[env(default = "30s")]
    pub timeout: Duration,
}
