//! The library itself, with every source of its default loader and the whole audit.

use envaudit::{EnvConfig, LoadError, Loaded};

use crate::subject::Subject;

app_config! {
    #[derive(EnvConfig)]
    #[env(prefix = "APP_")]
}

impl Subject for AppConfig {
    type Config = Loaded<AppConfig>;
    type Error = LoadError;

    fn from_env() -> Result<Self::Config, LoadError> {
        AppConfig::load()
    }

    fn from_dotenv() -> Result<Self::Config, LoadError> {
        AppConfig::load()
    }

    fn check(config: &Self::Config) {
        assert_fields!(config);
    }
}
