//! Why a text is not a value of a type.

use core::fmt;

/// Why a text is not a value of a type.
///
/// It does not repeat what was expected: that is the type's [`Shape`](crate::Shape), and the load puts both together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The text is not of the shape, which says it all.
    Unexpected,
    /// Bytes that no text type can take; said of secrets too.
    NotUtf8,
    /// Said by this crate, free of any part of the value.
    Plain(String),
    /// Said by a parser of somebody else's, which may have put the value into it.
    Foreign(String),
}

impl ValueError {
    /// The text does not look as the type's shape says.
    pub const fn unexpected() -> Self {
        ValueError(Reason::Unexpected)
    }

    /// What is wrong, in the words of the type's own parser. It may contain the text: a load shows it for fields that
    /// are not secret, alone.
    pub fn new(message: impl fmt::Display) -> Self {
        ValueError(Reason::Foreign(message.to_string()))
    }

    pub(crate) fn plain(message: impl Into<String>) -> Self {
        ValueError(Reason::Plain(message.into()))
    }

    pub(crate) const fn not_utf8() -> Self {
        ValueError(Reason::NotUtf8)
    }

    pub(crate) fn in_element(self, number: usize) -> Self {
        ValueError(match self.0 {
            Reason::Unexpected => Reason::Plain(format!("element {number} is not of that form")),
            Reason::NotUtf8 => Reason::NotUtf8,
            Reason::Plain(message) => Reason::Plain(format!("element {number}: {message}")),
            Reason::Foreign(message) => Reason::Foreign(format!("element {number}: {message}")),
        })
    }

    pub(crate) fn into_reason(self) -> Reason {
        self.0
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Unexpected => f.write_str("not a value of this type"),
            Reason::NotUtf8 => f.write_str("it is not valid UTF-8"),
            Reason::Plain(message) | Reason::Foreign(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for ValueError {}
