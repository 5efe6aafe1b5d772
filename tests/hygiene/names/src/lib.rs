//! The generated code does not mind what else has a name, nor where the struct stands.

#![cfg(test)]

mod attributes;
mod functions;
mod macros;
mod members;
mod no_prelude;
mod shadowed;
mod size;
mod visibility;
