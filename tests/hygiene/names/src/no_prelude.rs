//! A module without a prelude knows no `Option`, no `Some`, no `String`.

#![no_implicit_prelude]

#[derive(::envaudit::EnvValue, ::std::fmt::Debug, ::std::cmp::PartialEq)]
enum Level {
    Info,
    Warn,
}

#[derive(::envaudit::EnvConfig)]
struct Db {
    #[env(alias = "SERVER", non_empty, len(..=10))]
    host: ::std::string::String,
    password: ::envaudit::SecretString,
}

#[derive(::envaudit::EnvConfig)]
#[env(prefix = "APP_", validate = check)]
struct Config {
    #[env(default = 80, range(1..=90))]
    port: u16,
    #[env(default = 5)]
    size: ::std::num::NonZeroU8,
    #[env(default = "info")]
    level: Level,
    #[env(default = "name", one_of("name", "other"))]
    name: ::std::string::String,
    note: ::std::option::Option<::std::string::String>,
    #[env(parse_with = length)]
    length: ::std::option::Option<usize>,
    #[env(validate = check_list)]
    list: ::std::vec::Vec<::std::primitive::bool>,
    map: ::std::collections::HashMap<::std::string::String, u8>,
    array: [char; 2],
    #[env(nested)]
    db: Db,
    #[env(flatten, prefix = "MORE_")]
    more: ::std::option::Option<Db>,
    #[env(nested)]
    boxed: ::std::option::Option<::std::sync::Arc<Db>>,
    #[env(secret, deprecated_alias = "OLD_TOKEN", alias_key = "TOKEN")]
    token: ::std::option::Option<[u8; 2]>,
    #[env(public)]
    next_token: ::std::option::Option<::std::boxed::Box<::std::primitive::str>>,
    #[env(skip)]
    skipped: u8,
}

fn check(_: &Config) -> ::std::result::Result<(), &'static str> {
    ::std::result::Result::Ok(())
}

fn check_list(list: &[bool]) -> ::std::result::Result<(), &'static str> {
    if list.is_empty() { ::std::result::Result::Err("none") } else { ::std::result::Result::Ok(()) }
}

fn length(
    text: &::std::primitive::str,
) -> ::std::result::Result<usize, ::std::convert::Infallible> {
    ::std::result::Result::Ok(text.len())
}

#[test]
fn a_module_without_a_prelude_can_derive() {
    let vars = [
        ("APP_LENGTH", "four"),
        ("APP_LIST", "yes,no"),
        ("APP_MAP", "a=1"),
        ("APP_ARRAY", "x,y"),
        ("APP_DB_SERVER", "one"),
        ("APP_DB_PASSWORD", "s3cret"),
    ];
    let cfg = <Config as ::envaudit::EnvConfig>::loader().vars(vars).load().unwrap();
    ::std::assert_eq!((cfg.port, cfg.size.get(), cfg.skipped), (80, 5, 0));
    ::std::assert_eq!(cfg.level, Level::Info);
    ::std::assert_ne!(cfg.level, Level::Warn);
    ::std::assert_eq!((cfg.name.as_str(), cfg.note.is_none()), ("name", true));
    ::std::assert_eq!(cfg.length, ::std::option::Option::Some(4));
    ::std::assert!(cfg.boxed.is_none() && cfg.token.is_none() && cfg.next_token.is_none());
    ::std::assert_eq!(cfg.list, [true, false]);
    ::std::assert_eq!((cfg.map["a"], cfg.array), (1, ['x', 'y']));
    ::std::assert_eq!(cfg.db.host, "one");
    ::std::assert!(cfg.more.is_none());
    ::std::assert!(cfg.audit().db.password.masked);
    let _ = &cfg.db.password;
}
