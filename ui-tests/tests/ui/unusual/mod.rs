//! Structs that are unusual and right. They are part of this program: to compile them costs no second build of the library.
#![allow(dead_code, reason = "some fields are there to be loaded, not to be read")]

pub(crate) mod contract;
pub(crate) mod empty;
pub(crate) mod near_mistakes;
