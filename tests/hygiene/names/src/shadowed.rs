//! Everything the generated code could mean means something else here.

#![allow(dead_code, non_camel_case_types, non_upper_case_globals, unused_macros)]

use envaudit::EnvConfig;

pub(crate) struct Option;
pub(crate) struct Some;
pub(crate) struct None;
pub(crate) struct Result;
pub(crate) struct Ok;
pub(crate) struct Err;
pub(crate) struct Vec;
pub(crate) struct String;
pub(crate) struct Box;
pub(crate) struct str;
pub(crate) struct usize;
pub(crate) struct Default;
pub(crate) struct Clone;
pub(crate) struct Debug;
pub(crate) struct From;
pub(crate) struct Fn;
pub(crate) struct FromStr;
pub(crate) struct Sized;
pub(crate) struct Send;
pub(crate) struct EnvValue;
pub(crate) struct Raw;
pub(crate) struct Reader;
pub(crate) struct AuditEntry;
pub(crate) struct Schema;

// What is a constant cannot be the name of a variable.
pub(crate) const raw: u8 = 0;
pub(crate) const value: u8 = 0;
pub(crate) const parsed: u8 = 0;
pub(crate) const error: u8 = 0;
pub(crate) const reader: u8 = 0;
pub(crate) const audit: u8 = 0;
pub(crate) const index: u8 = 0;
pub(crate) const entry: u8 = 0;
pub(crate) const name: u8 = 0;
pub(crate) const text: u8 = 0;
pub(crate) const f: u8 = 0;
pub(crate) const field_0: u8 = 0;
pub(crate) static group: u8 = 0;

pub(crate) mod core {}
pub(crate) mod std {}
pub(crate) mod alloc {}
pub(crate) mod envaudit_private {}

macro_rules! unreachable {
    () => {
        compile_error!("another macro")
    };
}
macro_rules! panic {
    ($($any:tt)*) => {
        compile_error!("another macro")
    };
}

mod mine {
    pub(crate) const EVEN: u8 = 2;
}

// Functions of names that the generated code might use for its own.
fn take(given: &::core::primitive::str) -> ::std::result::Result<u8, ::std::string::String> {
    given.parse().map_err(|_| ::std::string::String::from("not a number"))
}
fn check(given: &u8) -> ::std::result::Result<(), &'static ::core::primitive::str> {
    if given & 1 == 0 { ::std::result::Result::Ok(()) } else { ::std::result::Result::Err("odd") }
}
fn __envaudit() -> u8 {
    6
}

#[derive(::envaudit::EnvValue, ::std::fmt::Debug, ::std::cmp::PartialEq)]
enum Level {
    Option,
    Some,
}

#[derive(EnvConfig)]
struct Inner {
    #[env(default = "here")]
    place: ::std::string::String,
}

#[derive(EnvConfig)]
#[env(validate = whole)]
struct Config {
    #[env(default = mine::EVEN, range(1..=9))]
    number: u8,
    #[env(parse_with = take, validate = check)]
    even: ::std::option::Option<u8>,
    #[env(default = __envaudit())]
    six: u8,
    #[env(default = 1)]
    one: ::std::num::NonZeroU8,
    level: Level,
    list: ::std::vec::Vec<u8>,
    #[env(flatten)]
    inner: Inner,
    #[env(nested)]
    other: ::std::option::Option<Inner>,
}

fn whole(given: &Config) -> ::std::result::Result<(), &'static ::core::primitive::str> {
    if given.list.is_empty() {
        ::std::result::Result::Err("none")
    } else {
        ::std::result::Result::Ok(())
    }
}

#[test]
fn shadowed_names_are_not_looked_at() {
    let vars = [("EVEN", "4"), ("LEVEL", "some"), ("LIST", "1,2"), ("OTHER_PLACE", "there")];
    let cfg = Config::loader().vars(vars).load().unwrap();
    assert_eq!((cfg.number, cfg.six, cfg.one.get()), (2, 6, 1));
    assert_eq!(cfg.even, ::std::option::Option::Some(4));
    assert_eq!(cfg.level, Level::Some);
    assert_ne!(cfg.level, Level::Option);
    assert_eq!(cfg.list, [1, 2]);
    assert_eq!(cfg.inner.place, "here");
    assert_eq!(cfg.other.as_ref().unwrap().place, "there");
    assert_eq!(cfg.audit().other.place.source, ::envaudit::Source::System);
    assert!(Config::loader().vars([("EVEN", "3")]).load().is_err());
    let shown = format!("{:?}", cfg.audit().clone());
    assert!(shown.contains("OTHER_PLACE"), "{shown}");
}
