//! Structs made by macros, in which types arrive in invisible brackets and names of two origins meet.

use std::collections::HashMap;

use envaudit::{EnvConfig, SecretString, Source};

#[derive(EnvConfig)]
struct Db {
    host: String,
}

fn parse(text: &str) -> Result<u8, std::num::ParseIntError> {
    text.parse()
}

fn check(value: &u8) -> Result<(), &'static str> {
    if *value > 0 { Ok(()) } else { Err("zero") }
}

macro_rules! config {
    ($(#[$meta:meta])* struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $ty:ty,)* }) => {
        #[derive(EnvConfig)]
        $(#[$meta])*
        struct $name {
            $($(#[$field_meta])* $field: $ty,)*
        }
    };
}

config! {
    #[env(prefix = "APP_")]
    struct FromTypes {
        #[env(default = 80, range(1..=90))]
        port: u16,
        name: Option<String>,
        #[env(range(1..=9))]
        numbers: Vec<u16>,
        #[env(trim)]
        map: HashMap<String, Option<u8>>,
        token: SecretString,
        #[env(parse_with = parse, validate = check)]
        parsed: Option<u8>,
        #[env(from_str, non_empty)]
        text: String,
        array: [u8; 2],
        #[env(nested)]
        db: Db,
        #[env(nested, prefix = "MORE_")]
        more: Option<Db>,
    }
}

#[test]
fn a_macro_may_hand_types_and_attributes_on() {
    let vars = [
        ("APP_NUMBERS", "1,2"),
        ("APP_MAP", "a = 1"),
        ("APP_TOKEN", "s3cret"),
        ("APP_PARSED", "5"),
        ("APP_TEXT", "t"),
        ("APP_ARRAY", "1,2"),
        ("APP_DB_HOST", "one"),
        ("APP_MORE_HOST", "two"),
    ];
    let cfg = FromTypes::loader().vars(vars).load().unwrap();
    assert_eq!((cfg.port, &cfg.name, &cfg.numbers), (80, &None, &vec![1, 2]));
    assert_eq!((cfg.map["a"], cfg.parsed, cfg.array), (Some(1), Some(5), [1, 2]));
    assert_eq!((cfg.text.as_str(), cfg.db.host.as_str()), ("t", "one"));
    assert_eq!(cfg.more.as_ref().unwrap().host, "two");
    assert!(cfg.audit().name.unset);
    assert!(cfg.audit().token.masked);
    assert_eq!(cfg.audit().more.host.source, Source::System);
    assert!(FromTypes::loader().vars([("APP_NUMBERS", "1,20")]).load().is_err());
    let _ = &cfg.token;
}

macro_rules! with_arguments {
    ($name:ident, $key:literal, $default:expr, $min:literal, $max:expr, $parser:path, $field:ident) => {
        #[derive(EnvConfig)]
        #[env(prefix = $key)]
        struct $name {
            #[env(default = $default, range($min..=$max))]
            $field: u8,
            #[env(key = $key, default = $min)]
            least: i16,
            #[env(parse_with = $parser)]
            optional: Option<u8>,
        }
    };
}

with_arguments!(FromArguments, "LEVEL_", 2 + 3, 1, u8::MAX - 1, self::parse, level);

#[test]
fn a_macro_may_give_the_arguments_of_attributes() {
    let cfg = FromArguments::loader().vars([("LEVEL_OPTIONAL", "7")]).load().unwrap();
    assert_eq!((cfg.level, cfg.least, cfg.optional), (5, 1, Some(7)));
    assert_eq!(cfg.audit().least.key, "LEVEL_");
    let error = FromArguments::loader().vars([("LEVEL_LEVEL", "255")]).load().err().unwrap();
    assert!(error.to_string().contains("LEVEL_LEVEL"), "{error}");
}

macro_rules! all_of_it {
    ($name:ident, $field:ident, $group:ident, $inner:ident) => {
        #[derive(EnvConfig)]
        struct $inner {
            /// Names of the macro's own beside those of its user.
            #[env(default = 1)]
            own: u8,
            #[env(default = 2, validate = check)]
            $field: u8,
        }

        #[derive(EnvConfig)]
        struct $name {
            #[env(nested)]
            $group: $inner,
            #[env(nested)]
            own: Option<$inner>,
        }
    };
}

all_of_it!(Outer, field, group, Inner);

#[test]
fn a_macro_may_bring_fields_of_its_own() {
    let cfg = Outer::loader().vars([("OWN_FIELD", "3")]).load().unwrap();
    assert_eq!((cfg.group.own, cfg.group.field), (1, 2));
    let own = cfg.own.as_ref().unwrap();
    assert_eq!((own.own, own.field), (1, 3));
    assert_eq!(cfg.audit().own.field.source, Source::System);
}
