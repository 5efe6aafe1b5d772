//! Loads one struct of 50 fields with envaudit, by hand and with other crates, to compare what a load costs.

#[macro_use]
mod fields;
mod subject;
mod subjects;

pub use subject::{Entry, From};
pub use subjects::SUBJECTS;
