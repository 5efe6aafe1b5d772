//! How the derive chooses what reads a field: an associated item of an inherent impl wins over one of a trait, and the
//! inherent impl is there only where its bound holds. So `ParseStrategy::<T>::take` is [`EnvValue`]'s where `T` has it, else
//! `FromStr`'s, without a blanket impl that would collide with the others.

#![allow(missing_docs, reason = "called by generated code, not part of the API")]

use core::fmt::Display;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::de::DeserializeOwned;

use super::{EnvValue, Raw, ValueError};
use crate::schema::Shape;

pub struct ParseStrategy<T>(PhantomData<T>);

impl<T: EnvValue> ParseStrategy<T> {
    pub const SHAPE: Shape = T::SHAPE;
    pub const OPTIONAL: bool = T::OPTIONAL;

    pub fn take(raw: &mut Raw<'_>) -> Result<T, ValueError> {
        T::take(raw)
    }

    pub fn absent() -> Result<Option<T>, ValueError> {
        Ok(T::absent())
    }
}

pub trait ByFromStr<T> {
    const SHAPE: Shape = Shape::Opaque;
    const OPTIONAL: bool = false;

    fn take(raw: &mut Raw<'_>) -> Result<T, ValueError>
    where
        T: Readable,
    {
        T::read(raw.as_str()?)
    }

    fn absent() -> Result<Option<T>, ValueError> {
        Ok(None)
    }
}

impl<T> ByFromStr<T> for ParseStrategy<T> {}

#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from an environment variable",
    label = "neither `EnvValue` nor `FromStr` is implemented for this type",
    note = "derive `EnvValue` for an enum without data, implement `FromStr`, or use `#[env(parse_with = path)]`, `#[env(json)]` or `#[env(nested)]`"
)]
pub trait Readable: Sized {
    fn read(text: &str) -> Result<Self, ValueError>;
}

impl<T> Readable for T
where
    T: FromStr,
    T::Err: Display,
{
    fn read(text: &str) -> Result<Self, ValueError> {
        text.parse().map_err(ValueError::new)
    }
}

/// A parser of an `Option<T>` field may give a `T` or the `Option<T>`.
#[diagnostic::on_unimplemented(
    message = "the parser gives `{Self}`, but the field is `{T}`",
    label = "this function returns another type"
)]
pub trait Lift<T> {
    fn lift(self) -> T;
}

impl<T> Lift<Option<T>> for T {
    fn lift(self) -> Option<T> {
        Some(self)
    }
}

impl<T> Lift<Option<T>> for Option<T> {
    fn lift(self) -> Option<T> {
        self
    }
}

/// What a field's own parser gave.
pub fn parsed<T, E: Display>(result: Result<T, E>) -> Result<T, ValueError> {
    result.map_err(ValueError::new)
}

pub fn lifted<T, U: Lift<T>, E: Display>(result: Result<U, E>) -> Result<T, ValueError> {
    parsed(result).map(Lift::lift)
}

pub fn json<T: DeserializeOwned>(raw: &Raw<'_>) -> Result<T, ValueError> {
    let document = raw.as_str()?;
    serde_json::from_str(document).map_err(|error| ValueError::json(&error, document))
}

/// What an absent field is given: nothing, so that it is missing.
pub fn required<T>() -> Result<Option<T>, ValueError> {
    Ok(None)
}

/// What an absent field of type `Option` is given.
pub fn optional<T>() -> Result<Option<Option<T>>, ValueError> {
    Ok(Some(None))
}

/// A default that is written as text.
pub fn default_text<T>(
    text: &str,
    take: fn(&mut Raw<'_>) -> Result<T, ValueError>,
) -> Result<Option<T>, ValueError> {
    take(&mut Raw::borrowed(text)).map(Some)
}

/// The position of the word among lists of words that mean the same. Case does not matter, nor `-` for `_`.
pub fn find_word(text: &str, words: &[&[&str]]) -> Result<usize, ValueError> {
    let same = |word: &&str| {
        let plain = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
        word.bytes().map(plain).eq(text.bytes().map(plain))
    };
    let position = words.iter().position(|alike| alike.iter().any(same));
    position.ok_or(ValueError::unexpected())
}
