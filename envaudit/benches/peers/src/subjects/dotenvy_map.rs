//! Everything into a map first, by hand from there: `env::vars` or dotenvy's iterator.

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::str::FromStr;

use crate::subject::{AnyError, DOTENV, Subject};

app_config! {}

impl Subject for AppConfig {
    type Config = Self;
    type Error = AnyError;

    fn from_env() -> Result<Self, AnyError> {
        from_map(env::vars().collect())
    }

    fn from_dotenv() -> Result<Self, AnyError> {
        from_map(dotenvy::from_path_iter(DOTENV)?.collect::<Result<_, _>>()?)
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}

fn from_map(mut map: HashMap<String, String>) -> Result<AppConfig, AnyError> {
    macro_rules! each_field {
        (
            ()
            text { $($text:ident: [$($text_type:tt)*] = $text_key:tt, $text_value:expr;)* }
            parsed { $($parsed:ident: [$($parsed_type:tt)*] = $parsed_key:tt, $parsed_value:expr;)* }
            optional { $($optional:ident: [$($optional_type:tt)*] = $optional_key:tt, $optional_value:expr;)* }
        ) => {
            Ok(AppConfig {
                $($text: required(&mut map, $text_key)?,)*
                $($parsed: parse($parsed_key, &required(&mut map, $parsed_key)?)?,)*
                $($optional: map.remove($optional_key),)*
            })
        };
    }
    with_fields!(each_field)
}

fn required(map: &mut HashMap<String, String>, key: &str) -> Result<String, AnyError> {
    map.remove(key).ok_or_else(|| format!("{key} is missing").into())
}

fn parse<T: FromStr<Err: Error>>(key: &str, value: &str) -> Result<T, AnyError> {
    value.parse().map_err(|error| format!("{key}: {error}").into())
}
