//! schematic; dotenvy puts the file into the environment first.

use schematic::{Config, ConfigLoader};

use crate::subject::{AnyError, DOTENV, Subject};

macro_rules! declare {
    (() $($group:ident { $($field:ident: [$($ty:tt)*] = $key:tt, $expected:expr;)* })*) => {
        #[derive(Config)]
        pub struct AppConfig {
            $($(#[setting(env = $key)] pub $field: $($ty)*,)*)*
        }
    };
}
with_fields!(declare);

impl Subject for AppConfig {
    type Config = Self;
    type Error = AnyError;

    fn from_env() -> Result<Self, AnyError> {
        Ok(ConfigLoader::<AppConfig>::new().load()?.config)
    }

    fn from_dotenv() -> Result<Self, AnyError> {
        dotenvy::from_path_override(DOTENV)?;
        Self::from_env()
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}
