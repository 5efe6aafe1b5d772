//! cistell has no required fields: what has no default is not built, so every field gets its type's.

use cistell_core::{Config, ConfigValue, MapSource, ResolvedConfig, Resolver};

use crate::subject::{AnyError, DOTENV, Subject};

macro_rules! declare {
    (
        ()
        text { $($text:ident: [$($text_type:tt)*] = $text_key:tt, $text_value:expr;)* }
        parsed { $($parsed:ident: [$($parsed_type:tt)*] = $parsed_key:tt, $parsed_value:expr;)* }
        optional { $($optional:ident: [$($optional_type:tt)*] = $optional_key:tt, $optional_value:expr;)* }
    ) => {
        #[derive(Config)]
        #[config(prefix = "APP", group = "app")]
        pub struct AppConfig {
            $(#[config(env_key = $text_key, default = "")] pub $text: $($text_type)*,)*
            $(
                #[config(env_key = $parsed_key, default = <$($parsed_type)*>::default())]
                pub $parsed: $($parsed_type)*,
            )*
            $(#[config(env_key = $optional_key)] pub $optional: $($optional_type)*,)*
        }
    };
}
with_fields!(declare);

impl Subject for AppConfig {
    type Config = ResolvedConfig<AppConfig>;
    type Error = AnyError;

    fn from_env() -> Result<Self::Config, AnyError> {
        Ok(Resolver::builder().env().build().resolve()?)
    }

    fn from_dotenv() -> Result<Self::Config, AnyError> {
        let mut source = MapSource::new(DOTENV);
        for pair in dotenvy::from_path_iter(DOTENV)? {
            let (key, value) = pair?;
            if let Some(field) = key.strip_prefix("APP_") {
                source.insert(field.to_lowercase(), ConfigValue::String(value));
            }
        }
        Ok(Resolver::builder().add_source(source).build().resolve()?)
    }

    fn check(config: &Self::Config) {
        assert_fields!(config);
    }
}
