//! config, by serde; the file is read by dotenvy.

use std::collections::HashMap;

use config::{Config, Environment};
use serde::Deserialize;

use crate::subject::{AnyError, DOTENV, Subject};

app_config! {
    #[derive(Deserialize)]
}

impl Subject for AppConfig {
    type Config = Self;
    type Error = AnyError;

    fn from_env() -> Result<Self, AnyError> {
        load(Environment::with_prefix("APP"))
    }

    fn from_dotenv() -> Result<Self, AnyError> {
        let map: HashMap<_, _> = dotenvy::from_path_iter(DOTENV)?.collect::<Result<_, _>>()?;
        load(Environment::with_prefix("APP").source(Some(map)))
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}

fn load(source: Environment) -> Result<AppConfig, AnyError> {
    Ok(Config::builder().add_source(source).build()?.try_deserialize()?)
}
