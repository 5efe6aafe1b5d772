//! Compile-time errors of the derives, as a user sees them; and the examples in the documentation of the derives, which
//! cannot be tested where they stand, as the macro crate does not know the library.

/// `derive@EnvConfig`
#[cfg(doctest)]
#[doc = include_str!("../../envaudit-derive/docs/env_config.md")]
pub mod env_config {}

/// `derive@EnvValue`
#[cfg(doctest)]
#[doc = include_str!("../../envaudit-derive/docs/env_value.md")]
pub mod env_value {}
