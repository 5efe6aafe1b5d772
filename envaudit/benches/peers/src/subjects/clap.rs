//! clap with its feature `env`; dotenvy puts the file into the environment first.

use clap::Parser;

use crate::subject::{AnyError, DOTENV, Subject};

macro_rules! declare {
    (() $($group:ident { $($field:ident: [$($ty:tt)*] = $key:tt, $expected:expr;)* })*) => {
        #[derive(Parser)]
        pub struct AppConfig {
            $($(#[arg(long, env = $key)] pub $field: $($ty)*,)*)*
        }
    };
}
with_fields!(declare);

impl Subject for AppConfig {
    type Config = Self;
    type Error = AnyError;

    fn from_env() -> Result<Self, AnyError> {
        Ok(AppConfig::try_parse_from(["load"])?)
    }

    fn from_dotenv() -> Result<Self, AnyError> {
        dotenvy::from_path_override(DOTENV)?;
        Self::from_env()
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}
