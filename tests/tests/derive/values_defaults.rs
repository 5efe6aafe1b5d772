//! What a field holds when no source has it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use envaudit::{EnvConfig, EnvValue, ProblemKind, Source};
use envaudit_tests::{absent, isolated, problems};

const RETRIES: u32 = 3;

#[derive(EnvValue, Clone, Copy, Debug, Default, PartialEq)]
enum Level {
    #[default]
    Quiet,
    Loud,
}

fn computed() -> Vec<u8> {
    vec![1, 2]
}

#[test]
fn a_literal_is_of_the_fields_own_type() {
    assert_eq!(
        absent!([default = 8080] u16
        ),
        Ok(8080)
    );
    assert_eq!(
        absent!([default = -5] i8
        ),
        Ok(-5)
    );
    assert_eq!(
        absent!([default = -128] i8
        ),
        Ok(-128)
    );
    assert_eq!(
        absent!([default = -0.5] f64
        ),
        Ok(-0.5)
    );
    assert_eq!(
        absent!([default = 1_000_000] u32
        ),
        Ok(1_000_000)
    );
    assert_eq!(
        absent!([default = 0xff] u8
        ),
        Ok(255)
    );
    assert_eq!(
        absent!([default = true] bool
        ),
        Ok(true)
    );
    assert_eq!(
        absent!([default = 'x'] char
        ),
        Ok('x')
    );
    assert_eq!(
        absent!([default = 4] NonZeroU16
        ),
        Ok(NonZeroU16::new(4).expect("not 0"))
    );
    assert_eq!(
        absent!([default = "text"] String
        )
        .as_deref(),
        Ok("text")
    );
    assert_eq!(
        absent!([default = ""] String
        )
        .as_deref(),
        Ok("")
    );
    assert_eq!(
        absent!([default = "/tmp"] PathBuf
        ),
        Ok(PathBuf::from("/tmp"))
    );
    assert_eq!(
        absent!([default = "os"] OsString
        ),
        Ok(OsString::from("os"))
    );
}

#[test]
fn a_text_is_read_as_the_type_where_that_is_not_text() {
    assert_eq!(
        absent!([default = "1h 30m"] Duration
        ),
        Ok(Duration::from_secs(5400))
    );
    assert_eq!(
        absent!([default = "::1"] IpAddr
        ),
        "::1".parse().map_err(|_| unreachable!())
    );
    assert_eq!(
        absent!([default = "127.0.0.1:80"] SocketAddr
        ),
        Ok(SocketAddr::from(([127, 0, 0, 1], 80)))
    );
    assert_eq!(
        absent!([default = "loud"] Level
        ),
        Ok(Level::Loud)
    );
    assert_eq!(absent!([default = "1,2,3"] Vec<u8>), Ok(vec![1, 2, 3]));
    assert_eq!(
        absent!([default = "a; b", sep = ";", trim] BTreeSet<String>),
        Ok(BTreeSet::from(["a".to_owned(), "b".to_owned()]))
    );
    assert_eq!(
        absent!([default = "2024-02-29"] chrono::NaiveDate
        )
        .map(|day| day.to_string()),
        Ok("2024-02-29".to_owned())
    );
    assert_eq!(absent!([default = "[1, 2]", json] Vec<u8>), Ok(vec![1, 2]));
}

#[test]
fn an_expression_may_be_anything_of_the_type() {
    assert_eq!(
        absent!([default = RETRIES] u32
        ),
        Ok(3)
    );
    assert_eq!(
        absent!([default = RETRIES * 2 + 1] u32
        ),
        Ok(7)
    );
    assert_eq!(
        absent!([default = u16::MAX] u16
        ),
        Ok(u16::MAX)
    );
    assert_eq!(
        absent!([default = Duration::from_secs(30)] Duration
        )
        .map(|d| d.as_secs()),
        Ok(30)
    );
    assert_eq!(
        absent!([default = Level::Loud] Level
        ),
        Ok(Level::Loud)
    );
    assert_eq!(absent!([default = computed()] Vec<u8>), Ok(vec![1, 2]));
    assert_eq!(absent!([default = vec![7]] Vec<u8>), Ok(vec![7]));
    assert_eq!(
        absent!([default = String::from("made")] String
        )
        .as_deref(),
        Ok("made")
    );
    assert_eq!(
        absent!([default = [1, 2]] [u8; 2]
        ),
        Ok([1, 2])
    );
    assert_eq!(
        absent!([default = if RETRIES > 2 { 1 } else { 0 }] u8
        ),
        Ok(1)
    );
}

#[test]
fn a_bare_default_is_that_of_the_type() {
    assert_eq!(
        absent!([default] u16
        ),
        Ok(0)
    );
    assert_eq!(
        absent!([default] String
        )
        .as_deref(),
        Ok("")
    );
    assert_eq!(absent!([default] Vec<u8>), Ok(vec![]));
    assert_eq!(
        absent!([default] Level
        ),
        Ok(Level::Quiet)
    );
}

#[test]
fn nothing_but_an_option_or_a_default_may_be_absent() {
    assert_eq!(absent!(Option<u16>), Ok(None));
    assert_eq!(absent!(Option<Vec<u8>>), Ok(None));
    assert_eq!(absent!(Option<Level>), Ok(None));
    for problem in [
        absent!(u16).err(),
        absent!(bool).err(),
        absent!(String).err(),
        absent!(Vec<u8>).err(),
        absent!(Level).err(),
        absent!(Duration).err(),
    ] {
        assert_eq!(problem.map(|problem| problem.kind()), Some(ProblemKind::Missing));
    }
}

#[test]
fn a_default_that_is_no_value_is_a_problem_of_the_load() {
    let problem = absent!([default = "deafening"] Level
    )
    .expect_err("no such level");
    assert_eq!(problem.kind(), ProblemKind::Invalid);
    assert_eq!(problem.source(), Some(Source::SchemaDefault));
    assert_eq!(
        problem.to_string(),
        "VALUE is invalid\n   \
            found     `deafening` in the default of the field\n   \
            expected  one of `quiet`, `loud`\n"
    );
}

#[test]
fn a_default_steps_back_for_every_source() {
    #[derive(EnvConfig)]
    struct Config {
        #[env(default = 8080)]
        port: u16,
        #[env(default = "deafening")]
        level: Level,
    }
    let vars = [("PORT", "80"), ("LEVEL", "loud")];
    let loaded = isolated::vars::<Config>(vars).load().expect("the bad default is not needed");
    assert_eq!((loaded.port, loaded.level), (80, Level::Loud));
    assert_eq!(loaded.audit().port.source, Source::System);
    assert!(loaded.audit().port.shadowed.is_empty());
}

#[test]
fn without_the_source_of_defaults_there_are_none() {
    #[derive(EnvConfig)]
    struct Config {
        #[env(default = 8080)]
        port: u16,
        name: Option<String>,
    }
    let loader = isolated::nothing::<Config>().without(Source::SchemaDefault);
    let result = loader.load().map(|loaded| (loaded.port, loaded.name.clone()));
    assert_eq!(problems::only(&result).kind(), ProblemKind::Missing);
    assert_eq!(problems::only(&result).key(), Some("PORT"));
}
