//! figment, by serde; dotenvy puts the file into the environment first.

use figment::Figment;
use figment::providers::Env;
use serde::Deserialize;

use crate::subject::{AnyError, DOTENV, Subject};

app_config! {
    #[derive(Deserialize)]
}

impl Subject for AppConfig {
    type Config = Self;
    type Error = AnyError;

    fn from_env() -> Result<Self, AnyError> {
        Ok(Figment::from(Env::prefixed("APP_")).extract()?)
    }

    fn from_dotenv() -> Result<Self, AnyError> {
        dotenvy::from_path_override(DOTENV)?;
        Self::from_env()
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}
