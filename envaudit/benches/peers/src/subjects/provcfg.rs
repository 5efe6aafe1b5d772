//! provcfg, which keeps the provenance of each field; the file is read by dotenvy.

use provcfg::sources::KeyValueSource;
use provcfg::{Config, Configurable};
use serde::Deserialize;

use crate::subject::{AnyError, DOTENV, Subject};

app_config! {
    #[derive(Configurable, Deserialize, Clone, Default)]
}

impl Subject for AppConfig {
    type Config = AppConfigProv;
    type Error = AnyError;

    fn from_env() -> Result<AppConfigProv, AnyError> {
        Ok(Config::new().add_env("APP").build()?)
    }

    fn from_dotenv() -> Result<AppConfigProv, AnyError> {
        let mut rows = Vec::new();
        for pair in dotenvy::from_path_iter(DOTENV)? {
            let (key, value) = pair?;
            if let Some(field) = key.strip_prefix("APP_") {
                rows.push((field.to_lowercase(), value));
            }
        }
        Ok(Config::new().add_source(KeyValueSource::new(DOTENV, rows)).build()?)
    }

    fn check(config: &AppConfigProv) {
        macro_rules! assert_values {
            (
                ()
                text { $($text:ident: [$($text_type:tt)*] = $text_key:tt, $text_value:expr;)* }
                parsed { $($parsed:ident: [$($parsed_type:tt)*] = $parsed_key:tt, $parsed_value:expr;)* }
                optional { $($optional:ident: [$($optional_type:tt)*] = $optional_key:tt, $optional_value:expr;)* }
            ) => {
                $(assert_eq!(config.$text.value(), $text_value);)*
                $(assert_eq!(*config.$parsed.value(), $parsed_value);)*
                $(assert_eq!(config.$optional.value().as_deref(), $optional_value);)*
            };
        }
        with_fields!(assert_values);
    }
}
