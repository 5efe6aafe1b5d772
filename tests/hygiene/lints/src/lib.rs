//! The generated code compiles where every warning is an error.

#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    unused,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    let_underscore_drop,
    non_ascii_idents,
    elided_lifetimes_in_paths,
    variant_size_differences,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::absolute_paths,
    clippy::shadow_reuse,
    clippy::min_ident_chars
)]
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::all, clippy::pedantic, clippy::restriction, reason = "as usual in tests")
)]

#[path = "../../edition-2018/src/config.rs"]
pub mod config;
