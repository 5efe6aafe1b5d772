//! What each of the compared crates has to do: load the 50 fields, from the environment and from a file.

use std::error::Error;
use std::fmt::Debug;
use std::hint::black_box;
use std::str::FromStr;

/// The file that a load from dotenv reads, in the current directory.
pub(crate) const DOTENV: &str = ".env";

/// One way of loading the 50 fields.
pub(crate) trait Subject {
    type Config;
    type Error: Debug;

    fn from_env() -> Result<Self::Config, Self::Error>;

    fn from_dotenv() -> Result<Self::Config, Self::Error>;

    /// Panics unless every field holds the value of the list in `fields.rs`.
    fn check(config: &Self::Config);
}

/// The boxed error of subjects whose steps fail in different ways.
pub(crate) type AnyError = Box<dyn Error>;

/// Where a load finds the 48 values.
#[derive(Clone, Copy)]
pub enum From {
    /// In the process environment.
    Env,
    /// In the file `.env` of the current directory.
    Dotenv,
}

impl FromStr for From {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "env" => Ok(From::Env),
            "dotenv" => Ok(From::Dotenv),
            other => Err(format!("{other:?} is neither \"env\" nor \"dotenv\"")),
        }
    }
}

/// A subject by name, with its type erased.
pub struct Entry {
    /// The name on the command line and in the tables.
    pub name: &'static str,
    /// Loads once and drops the result.
    pub load: fn(From),
    /// Loads once and asserts that every field holds the expected value.
    pub check: fn(From),
}

impl Entry {
    pub(crate) const fn new<S: Subject>(name: &'static str) -> Self {
        Entry {
            name,
            load: |from| {
                black_box(load::<S>(from));
            },
            check: |from| S::check(&load::<S>(from)),
        }
    }
}

fn load<S: Subject>(from: From) -> S::Config {
    match from {
        From::Env => S::from_env().expect("the process environment holds every value"),
        From::Dotenv => S::from_dotenv().expect("the file holds every value"),
    }
}
