//! Nothing refers to what is embedded: if it is in the program, it is there because it was asked for.

#![no_implicit_prelude]

::envaudit::embed!(::hygiene_edition_2018::config::Config);

fn main() {}
