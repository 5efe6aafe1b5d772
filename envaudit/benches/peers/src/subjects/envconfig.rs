//! envconfig; the file is read by dotenvy, into a map.

use std::collections::HashMap;

use envconfig::Envconfig;

use crate::subject::{AnyError, DOTENV, Subject};

macro_rules! declare {
    (() $($group:ident { $($field:ident: [$($ty:tt)*] = $key:tt, $expected:expr;)* })*) => {
        #[derive(Envconfig)]
        pub struct AppConfig {
            $($(#[envconfig(from = $key)] pub $field: $($ty)*,)*)*
        }
    };
}
with_fields!(declare);

impl Subject for AppConfig {
    type Config = Self;
    type Error = AnyError;

    fn from_env() -> Result<Self, AnyError> {
        Ok(AppConfig::init_from_env()?)
    }

    fn from_dotenv() -> Result<Self, AnyError> {
        let map: HashMap<_, _> = dotenvy::from_path_iter(DOTENV)?.collect::<Result<_, _>>()?;
        Ok(AppConfig::init_from_hashmap(&map)?)
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}
