//! The generated code compiles in edition 2018.

pub mod config;
