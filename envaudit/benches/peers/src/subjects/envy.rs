//! envy, by serde; the file is read by dotenvy.

use serde::Deserialize;

use crate::subject::{AnyError, DOTENV, Subject};

app_config! {
    #[derive(Deserialize)]
}

impl Subject for AppConfig {
    type Config = Self;
    type Error = AnyError;

    fn from_env() -> Result<Self, AnyError> {
        Ok(envy::prefixed("APP_").from_env()?)
    }

    fn from_dotenv() -> Result<Self, AnyError> {
        // envy takes pairs, not results; a line that does not parse shows as a missing field.
        let pairs = dotenvy::from_path_iter(DOTENV)?.filter_map(Result::ok);
        Ok(envy::prefixed("APP_").from_iter(pairs)?)
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}
