//! The generated code compiles in edition 2021.

#[path = "../../edition-2018/src/config.rs"]
pub mod config;
