//! What a careful programmer writes without any crate: the baseline.

use std::env::{self, VarError};
use std::fmt::Display;
use std::fs;
use std::io;
use std::str::FromStr;

use crate::subject::{DOTENV, Subject};

app_config! {}

/// What can be wrong, with the key that it is about.
#[derive(Debug)]
#[expect(dead_code, reason = "read through Debug when a load fails")]
pub(crate) enum Error {
    Missing(&'static str),
    NotUnicode(&'static str),
    Invalid(&'static str, String),
    Line(usize),
    File(io::Error),
}

impl Subject for AppConfig {
    type Config = Self;
    type Error = Error;

    fn from_env() -> Result<Self, Error> {
        with_fields!(each_variable)
    }

    fn from_dotenv() -> Result<Self, Error> {
        let text = fs::read_to_string(DOTENV).map_err(Error::File)?;
        with_fields!(one_pass, text)
    }

    fn check(config: &Self) {
        assert_fields!(config);
    }
}

macro_rules! each_variable {
    (
        ()
        text { $($text:ident: [$($text_type:tt)*] = $text_key:tt, $text_value:expr;)* }
        parsed { $($parsed:ident: [$($parsed_type:tt)*] = $parsed_key:tt, $parsed_value:expr;)* }
        optional { $($optional:ident: [$($optional_type:tt)*] = $optional_key:tt, $optional_value:expr;)* }
    ) => {
        Ok(AppConfig {
            $($text: required($text_key)?,)*
            $($parsed: parse($parsed_key, &required($parsed_key)?)?,)*
            $($optional: variable($optional_key)?,)*
        })
    };
}
use each_variable;

macro_rules! one_pass {
    (
        ($file:ident)
        text { $($text:ident: [$($text_type:tt)*] = $text_key:tt, $text_value:expr;)* }
        parsed { $($parsed:ident: [$($parsed_type:tt)*] = $parsed_key:tt, $parsed_value:expr;)* }
        optional { $($optional:ident: [$($optional_type:tt)*] = $optional_key:tt, $optional_value:expr;)* }
    ) => {{
        $(let mut $text: Option<String> = None;)*
        $(let mut $parsed: Option<$($parsed_type)*> = None;)*
        $(let mut $optional: Option<String> = None;)*
        for (number, line) in $file.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once('=').ok_or(Error::Line(number + 1))?;
            match key {
                $($text_key => $text = Some(value.to_owned()),)*
                $($parsed_key => $parsed = Some(parse($parsed_key, value)?),)*
                $($optional_key => $optional = Some(value.to_owned()),)*
                _ => {}
            }
        }
        Ok(AppConfig {
            $($text: $text.ok_or(Error::Missing($text_key))?,)*
            $($parsed: $parsed.ok_or(Error::Missing($parsed_key))?,)*
            $($optional,)*
        })
    }};
}
use one_pass;

fn required(key: &'static str) -> Result<String, Error> {
    variable(key)?.ok_or(Error::Missing(key))
}

fn variable(key: &'static str) -> Result<Option<String>, Error> {
    match env::var(key) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::NotUnicode(key)),
    }
}

fn parse<T: FromStr<Err: Display>>(key: &'static str, value: &str) -> Result<T, Error> {
    value.parse().map_err(|error| Error::Invalid(key, format!("{error}")))
}
