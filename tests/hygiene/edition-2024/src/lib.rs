//! The generated code compiles in edition 2024.

#[path = "../../edition-2018/src/config.rs"]
pub mod config;
