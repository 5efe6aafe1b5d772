//! The generated code compiles in edition 2018, and is none that a later edition reads otherwise.

#![deny(warnings, rust_2018_idioms, rust_2021_compatibility, rust_2024_compatibility)]

pub mod config;
