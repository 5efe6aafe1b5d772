//! Why a text is not a value of a type.

use core::fmt;

use super::json_fault;

/// Why a text is not a value of a type.
///
/// It does not repeat what was expected: that is the type's [`Shape`](crate::Shape), and the load puts both together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValueError(Reason);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Reason {
    /// The text is not of the shape, which says it all.
    #[error("not a value of this type")]
    Unexpected,
    /// Bytes that no text type can take; said of secrets too.
    #[error("it is not valid UTF-8")]
    NotUtf8,
    /// Said by this crate, free of any part of the value.
    #[error("{0}")]
    Plain(String),
    /// Said of a JSON document, free of any part of it.
    #[error("{0}")]
    Json(String),
    /// Said by a foreign parser, which may have put the value into it.
    #[error("{0}")]
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

    /// What is wrong with a document, in the words of its parser as far as they are not the document's.
    pub(crate) fn json(error: &serde_json::Error, document: &str) -> Self {
        ValueError(Reason::Json(json_fault::described(error, document)))
    }

    pub(crate) const fn not_utf8() -> Self {
        ValueError(Reason::NotUtf8)
    }

    pub(crate) fn in_element(self, number: usize) -> Self {
        ValueError(match self.0 {
            Reason::Unexpected => {
                Reason::Plain(format!("element {number} does not have that form"))
            }
            Reason::NotUtf8 => Reason::NotUtf8,
            Reason::Plain(message) => Reason::Plain(format!("element {number}: {message}")),
            Reason::Json(message) => Reason::Json(format!("element {number}: {message}")),
            Reason::Foreign(message) => Reason::Foreign(format!("element {number}: {message}")),
        })
    }

    pub(crate) fn into_reason(self) -> Reason {
        self.0
    }
}
