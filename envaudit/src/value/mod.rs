//! From the text of a variable to a typed value.

mod checks;
mod collection;
mod error;
mod exposure;
mod json_fault;
mod parse_strategy;
mod raw;
mod scalar;
mod secret;

pub(crate) use error::Reason;
pub use error::ValueError;
pub(crate) use raw::Raw;
pub use secret::IsSecret;

/// What the derive's code calls.
pub(crate) mod generated {
    pub use super::checks::{Length, len, non_empty, one_of, one_of_texts, range, validated};
    pub use super::collection::{array, list, map};
    pub use super::exposure::{
        CouldHold, Exposure, NotSecret, NotText, Plain, PlainText, Secrecy, check_marked,
        check_named, check_public,
    };
    pub use super::parse_strategy::{
        ByFromStr, ParseStrategy, Readable, default_text, find_word, json, lifted, optional,
        parsed, required,
    };
    pub use super::raw::Raw;
    pub use super::secret::{IsSecret, secret_box};
}

use crate::schema::Shape;

/// A type that can be read from the text of a variable.
///
/// Implemented for the types of the standard library that have an obvious text form. Derive it for enums without data;
/// a type that implements [`FromStr`](core::str::FromStr) needs nothing more. Implement it by hand to give a type a
/// [`Shape`] of its own, which is what error messages, templates and the JSON Schema say about it.
///
/// ```
/// use envaudit::{EnvValue, Shape, ValueError};
///
/// #[derive(Debug, PartialEq)]
/// struct Percent(u8);
///
/// impl EnvValue for Percent {
///     const SHAPE: Shape = Shape::Integer { min: 0, max: 100 };
///
///     fn parse(text: &str) -> Result<Self, ValueError> {
///         match text.trim_end_matches('%').parse() {
///             Ok(percent @ 0..=100) => Ok(Percent(percent)),
///             _ => Err(ValueError::unexpected()),
///         }
///     }
/// }
///
/// assert_eq!(Percent::parse("12%"), Ok(Percent(12)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from an environment variable",
    label = "`EnvValue` is not implemented for this type",
    note = "derive `EnvValue` for an enum without data, implement `FromStr`, or use `#[env(from_str)]`, `#[env(parse_with = path)]`, `#[env(json)]` or `#[env(nested)]`"
)]
pub trait EnvValue: Sized {
    /// What the text looks like.
    const SHAPE: Shape = Shape::Opaque;

    /// Reads the text of a variable.
    ///
    /// # Errors
    ///
    /// [`ValueError::unexpected`] when the text is not of this type's [`SHAPE`](Self::SHAPE), or [`ValueError::new`]
    /// with what else is wrong. For a secret field the message is never shown.
    fn parse(text: &str) -> Result<Self, ValueError>;

    #[doc(hidden)]
    const OPTIONAL: bool = false;

    #[doc(hidden)]
    const COULD_HOLD_SECRET: bool = Self::SHAPE.could_hold_secret();

    #[doc(hidden)]
    fn take(raw: &mut Raw<'_>) -> Result<Self, ValueError> {
        Self::parse(raw.as_str()?)
    }

    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: EnvValue> EnvValue for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const OPTIONAL: bool = true;
    const COULD_HOLD_SECRET: bool = T::COULD_HOLD_SECRET;

    fn parse(text: &str) -> Result<Self, ValueError> {
        T::parse(text).map(Some)
    }

    fn take(raw: &mut Raw<'_>) -> Result<Self, ValueError> {
        T::take(raw).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}
