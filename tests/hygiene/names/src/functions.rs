//! Structs inside of functions, where no path leads to them.

use envaudit::{EnvConfig, EnvValue, Key};

#[test]
fn a_struct_may_stand_in_a_function() {
    #[derive(EnvValue, Debug, PartialEq)]
    enum Level {
        Info,
    }

    #[derive(EnvConfig)]
    struct Inner {
        level: Level,
    }

    #[derive(EnvConfig)]
    struct Config {
        #[env(default = DEFAULT)]
        port: u16,
        #[env(nested)]
        inner: Inner,
    }

    const DEFAULT: u16 = 81;
    const LEVEL: Key<Config> = Config::key("INNER_LEVEL");

    let cfg = Config::loader().vars([("INNER_LEVEL", "info")]).load().unwrap();
    assert_eq!((cfg.port, &cfg.inner.level), (81, &Level::Info));
    assert_eq!(cfg.audit().entry(LEVEL), &cfg.audit().inner.level);
}

#[test]
fn two_functions_may_have_structs_of_one_name() {
    fn first() -> &'static [&'static str] {
        #[derive(EnvConfig)]
        #[allow(dead_code)]
        struct Config {
            one: u8,
        }
        Config::KEYS
    }
    fn second() -> &'static [&'static str] {
        #[derive(EnvConfig)]
        #[allow(dead_code)]
        struct Config {
            two: u8,
        }
        Config::KEYS
    }
    assert_eq!((first(), second()), (&["ONE"][..], &["TWO"][..]));
}
