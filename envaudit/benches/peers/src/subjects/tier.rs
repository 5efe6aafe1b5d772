//! tier, by serde; the file is read by dotenvy.

use serde::{Deserialize, Serialize};
use tier::{ConfigLoader, EnvSource, LoadedConfig};

use crate::subject::{AnyError, DOTENV, Subject};

app_config! {
    #[derive(Clone, Default, Deserialize, Serialize)]
}

impl Subject for AppConfig {
    type Config = LoadedConfig<AppConfig>;
    type Error = AnyError;

    fn from_env() -> Result<Self::Config, AnyError> {
        load(EnvSource::from_env())
    }

    fn from_dotenv() -> Result<Self::Config, AnyError> {
        let pairs = dotenvy::from_path_iter(DOTENV)?.collect::<Result<Vec<_>, _>>()?;
        load(EnvSource::from_pairs(pairs))
    }

    fn check(config: &Self::Config) {
        assert_fields!(config);
    }
}

fn load(source: EnvSource) -> Result<LoadedConfig<AppConfig>, AnyError> {
    Ok(ConfigLoader::new(AppConfig::default()).env(source.prefix("APP")).load()?)
}
