//! What the text of a value looks like: for error messages, templates and JSON Schema.

use core::fmt;

use super::const_text;

/// The names of formats whose values are no secrets, whatever they are called: addresses, times, sizes. A URL, a UUID and the
/// format of another crate's type may be.
const PLAIN_FORMATS: [&str; 11] = [
    "an IP address",
    "an IPv4 address",
    "an IPv6 address",
    "an address such as `127.0.0.1:8080`",
    "an address such as `[::1]:8080`",
    "a date such as `2026-11-30`",
    "a time of day such as `13:45:00`",
    "a time such as `2026-11-30T13:45:00`",
    "a time such as `2026-11-30T13:45:00Z`",
    "a time such as `2026-11-30T13:45:00+01:00`",
    "a size such as `10 MiB`",
];

/// The form of a value.
///
/// ```
/// use envaudit::{EnvValue, Shape};
///
/// assert_eq!(u16::SHAPE.to_string(), "an integer from 0 to 65535");
/// assert_eq!(Shape::List(&bool::SHAPE).to_string(), "a list, each element true or false");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// true/false, 1/0, yes/no, on/off.
    Boolean,
    /// An integer between the bounds.
    Integer {
        /// The least value.
        min: i128,
        /// The greatest value.
        max: u128,
    },
    /// An integer other than 0, between the bounds.
    NonZero {
        /// The least value.
        min: i128,
        /// The greatest value.
        max: u128,
    },
    /// A floating-point number.
    Number,
    /// One character.
    Character,
    /// Any text.
    Text,
    /// A path of the file system.
    Path,
    /// A length of time.
    Duration,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Text with a grammar of its own: what it is called, and its `format` in JSON Schema.
    Format {
        /// As in "expected an IP address".
        name: &'static str,
        /// The `format` keyword of JSON Schema, where there is one.
        format: Option<&'static str>,
    },
    /// Elements of one form, with a separator between them.
    List(&'static Shape),
    /// So many elements of one form, with a separator between them.
    Array(&'static Shape, usize),
    /// Elements of the form `key=value`.
    Map(&'static Shape),
    /// A JSON document.
    Json,
    /// Known to the program's own parser alone.
    Opaque,
}

impl Shape {
    /// The type of the value in JSON Schema.
    pub(crate) fn json_type(self) -> &'static str {
        match self {
            Shape::Boolean => "boolean",
            Shape::Integer { .. } | Shape::NonZero { .. } => "integer",
            Shape::Number => "number",
            Shape::List(_) | Shape::Array(..) => "array",
            Shape::Map(_) => "object",
            _ => "string",
        }
    }

    /// What the elements of a list, or the values of a map, look like.
    pub(crate) fn element(self) -> Option<Shape> {
        match self {
            Shape::List(element) | Shape::Array(element, _) | Shape::Map(element) => Some(*element),
            _ => None,
        }
    }

    /// Whether a value of this form could be a secret: the one rule for what the derive refuses, a load withholds and a ledger
    /// masks.
    pub(crate) const fn could_hold_secret(self) -> bool {
        match self {
            Shape::Boolean
            | Shape::Integer { .. }
            | Shape::NonZero { .. }
            | Shape::Number
            | Shape::Character
            | Shape::Path
            | Shape::Duration
            | Shape::Choice(_) => false,
            Shape::Format { name, .. } => !is_plain_format(name),
            Shape::List(element) | Shape::Array(element, _) => {
                element.is_byte() || element.could_hold_secret()
            }
            // The keys of a map may be any text.
            Shape::Text | Shape::Map(_) | Shape::Json | Shape::Opaque => true,
        }
    }

    /// Whether it is the form of a `u8`: several of them may be a key.
    pub(crate) const fn is_byte(self) -> bool {
        matches!(self, Shape::Integer { min: 0, max: 255 })
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Shape::Integer { .. } | Shape::NonZero { .. } | Shape::Number)
    }
}

const fn is_plain_format(name: &str) -> bool {
    let mut at = 0;
    while at < PLAIN_FORMATS.len() {
        if const_text::equal(PLAIN_FORMATS[at].as_bytes(), name.as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Boolean => f.write_str("true or false"),
            Shape::Integer { min, max } => write!(f, "an integer from {min} to {max}"),
            Shape::NonZero { min: 1, max } => write!(f, "an integer from 1 to {max}"),
            Shape::NonZero { min, max } => write!(f, "an integer from {min} to {max}, but not 0"),
            Shape::Number => f.write_str("a number"),
            Shape::Character => f.write_str("one character"),
            Shape::Text => f.write_str("text"),
            Shape::Path => f.write_str("a path"),
            Shape::Duration => f.write_str("a duration such as `1h 30m` or `250ms`"),
            Shape::Choice(words) => {
                f.write_str("one of ")?;
                for (at, word) in words.iter().enumerate() {
                    write!(f, "{}`{word}`", if at == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Shape::Format { name, .. } => f.write_str(name),
            Shape::List(element) => write!(f, "a list, each element {element}"),
            Shape::Array(element, length) => {
                write!(f, "a list of {length}, each element {element}")
            }
            Shape::Map(value) => write!(f, "a list of key=value, each value {value}"),
            Shape::Json => f.write_str("a JSON document"),
            Shape::Opaque => f.write_str("a value that the program's own parser accepts"),
        }
    }
}
