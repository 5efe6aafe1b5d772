//! serviceconf; dotenvy puts the file into the environment first.

use serviceconf::ServiceConf;

use crate::subject::{AnyError, DOTENV, Subject};

app_config! {
    #[derive(ServiceConf)]
    #[conf(prefix = "APP_")]
}

impl Subject for AppConfig {
    type Config = Self;
    type Error = AnyError;

    fn from_env() -> Result<Self, AnyError> {
        Ok(AppConfig::from_env()?)
    }

    fn from_dotenv() -> Result<Self, AnyError> {
        dotenvy::from_path_override(DOTENV)?;
        Ok(AppConfig::from_env()?)
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}
