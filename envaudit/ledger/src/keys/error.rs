//! Why a text is no key.

use thiserror::Error;

/// Why a text is no [`MasterKey`](super::MasterKey) or no [`ChainKey`](super::ChainKey). Nothing of the text is in it.
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
        "the line ends as Windows writes it (CR LF), and a key has at most an LF behind its 64 hex digits; \
         take the CR away, for example with `tr -d '\\r'`"
    )]
    CarriageReturn,
    /// Not the lines of chain keys.
    #[error(
        "a chain key is 16 hex digits, a colon and 64 hex digits, on a line of its own; \
         `envaudit ledger chain-key FILE` writes those of a ledger"
    )]
    NotChain,
    /// A master key, by its looks, in the place of a chain key.
    #[error(
        "64 hex digits alone are a master key, which is not to be handed over: who has it can sign; \
         `envaudit ledger chain-key FILE` writes the chain keys that are derived from it"
    )]
    MasterForChain,
}
