//! The reason why a text is not a key.

use thiserror::Error;

/// The reason why a text is not a [`MasterKey`](super::MasterKey) or not a [`ChainKey`](super::ChainKey). It contains nothing
/// of the text.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// Not 64 characters long.
    #[error(
        "a key is 64 hex digits, this has {found} characters; make one with `openssl rand -hex 32`"
    )]
    Length {
        /// How many characters there are.
        found: usize,
    },
    /// 64 characters, not all of which are hex digits.
    #[error(
        "a key is 64 hex digits, this has other characters; make one with `openssl rand -hex 32`"
    )]
    NotHex,
    /// 64 characters, and a line break as Windows writes it.
    #[error(
        "the line ends as Windows writes it (CR LF), and a key has at most an LF after its 64 hex digits; \
         remove the CR, for example with `tr -d '\\r'`"
    )]
    CarriageReturn,
    /// Not the lines of chain keys.
    #[error(
        "a chain key is 16 hex digits, a colon and 64 hex digits, on a line of its own; \
         `envaudit ledger chain-key FILE` writes those of a ledger"
    )]
    NotChain,
    /// Apparently a master key, instead of a chain key.
    #[error(
        "64 hex digits alone are a master key, which must not be handed over: its holder can sign; \
         `envaudit ledger chain-key FILE` writes the chain keys that are derived from it"
    )]
    MasterForChain,
}
