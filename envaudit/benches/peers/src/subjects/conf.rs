//! conf, which takes the variables as an argument; the file's are read by dotenvy.

use std::env;
use std::ffi::OsString;

use conf::Conf;

use crate::subject::{AnyError, DOTENV, Subject};

macro_rules! declare {
    (() $($group:ident { $($field:ident: [$($ty:tt)*] = $key:tt, $expected:expr;)* })*) => {
        #[derive(Conf)]
        pub struct AppConfig {
            $($(#[conf(long, env = $key)] pub $field: $($ty)*,)*)*
        }
    };
}
with_fields!(declare);

impl Subject for AppConfig {
    type Config = Self;
    type Error = AnyError;

    fn from_env() -> Result<Self, AnyError> {
        parse(env::vars_os())
    }

    fn from_dotenv() -> Result<Self, AnyError> {
        parse(dotenvy::from_path_iter(DOTENV)?.collect::<Result<Vec<_>, _>>()?)
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}

fn parse<T>(variables: impl IntoIterator<Item = (T, T)>) -> Result<AppConfig, AnyError>
where
    T: Into<OsString> + Clone,
{
    AppConfig::try_parse_from(["load"], variables).map_err(|error| error.to_string().into())
}
