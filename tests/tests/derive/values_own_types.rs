//! Types of the program's own: `FromStr`, `EnvValue`, JSON, a parser of its own, and aliases.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use envaudit::{EnvValue, Shape, ValueError};
use envaudit_tests::{absent, read_as};

#[derive(EnvValue, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Level {
    Quiet,
    #[env(rename = "loud", alias = "noisy")]
    Noise,
    VeryLoud,
}

/// Two numbers around an `x`, with a message of its own when they are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Size(u8, u8);

#[derive(Debug)]
struct NoSize(String);

impl fmt::Display for NoSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has no `x`", self.0)
    }
}

impl FromStr for Size {
    type Err = NoSize;

    fn from_str(text: &str) -> Result<Self, NoSize> {
        let refuse = || NoSize(text.to_owned());
        let (width, height) = text.split_once('x').ok_or_else(refuse)?;
        let number = |text: &str| text.parse().map_err(|_| refuse());
        Ok(Size(number(width)?, number(height)?))
    }
}

/// A type with a form of its own.
#[derive(Debug, PartialEq)]
struct Percent(u8);

impl EnvValue for Percent {
    const SHAPE: Shape = Shape::Integer { min: 0, max: 100 };

    fn parse(text: &str) -> Result<Self, ValueError> {
        match text.trim_end_matches('%').parse() {
            Ok(percent @ 0..=100) => Ok(Percent(percent)),
            _ => Err(ValueError::unexpected()),
        }
    }
}

fn hex(text: &str) -> Result<u32, ParseIntError> {
    u32::from_str_radix(text, 16)
}

fn hex_or_none(text: &str) -> Result<Option<u32>, ParseIntError> {
    if text == "none" { Ok(None) } else { hex(text).map(Some) }
}

fn letters(text: &str) -> Result<Vec<char>, String> {
    if text.contains(' ') {
        Err("a blank\nis no letter".to_owned())
    } else {
        Ok(text.chars().collect())
    }
}

type Port = u16;
type Names = Vec<String>;
type Maybe = Option<u8>;
type Weights = HashMap<String, f64>;

#[test]
fn an_enum_takes_its_words_in_any_case_with_either_dash() {
    for (text, level) in [
        ("quiet", Level::Quiet),
        ("QUIET", Level::Quiet),
        ("loud", Level::Noise),
        ("Noisy", Level::Noise),
        ("very_loud", Level::VeryLoud),
        ("very-loud", Level::VeryLoud),
    ] {
        assert_eq!(read_as!(Level, text), Ok(level), "{text}");
    }
    for text in ["noise", "", "very loud", "0"] {
        let problem = read_as!(Level, text).expect_err(text);
        assert_eq!(problem.expected(), Some("one of `quiet`, `loud`, `very_loud`"));
        assert_eq!(problem.reason_text(), text.is_empty().then_some("it is empty"));
    }
}

#[test]
fn from_str_is_enough_and_its_message_is_shown() {
    assert_eq!(read_as!(Size, "3x4"), Ok(Size(3, 4)));
    assert_eq!(
        read_as!([from_str] Size,
            "3x4"
        ),
        Ok(Size(3, 4))
    );
    assert_eq!(read_as!(Option<Size>, "3x4"), Ok(Some(Size(3, 4))));
    for problem in [
        read_as!(Size, "34").err(),
        read_as!([from_str] Size,
            "34"
        )
        .err(),
    ] {
        let problem = problem.expect("no size");
        assert_eq!(problem.reason_text(), Some("`34` has no `x`"));
        assert_eq!(problem.expected(), Some("a value that the program's own parser accepts"));
    }
}

#[test]
fn from_str_can_be_preferred_to_what_a_type_does_by_itself() {
    assert_eq!(read_as!(bool, "yes"), Ok(true));
    let problem = read_as!([from_str] bool,
        "yes"
    )
    .expect_err("the language has two words");
    assert_eq!(problem.reason_text(), Some("provided string was not `true` or `false`"));
    assert_eq!(read_as!([from_str] Vec<bool>, "true,false"), Ok(vec![true, false]));
}

#[test]
fn a_type_with_its_own_form_says_it() {
    assert_eq!(read_as!(Percent, "12%"), Ok(Percent(12)));
    let problem = read_as!(Percent, "101").expect_err("above 100");
    assert_eq!(problem.expected(), Some("an integer from 0 to 100"));
}

#[test]
fn own_types_stand_in_containers_too() {
    assert_eq!(read_as!(Vec<Level>, "quiet,loud"), Ok(vec![Level::Quiet, Level::Noise]));
    assert_eq!(read_as!(HashSet<Size>, "1x2,1x2"), Ok(HashSet::from([Size(1, 2)])));
    assert_eq!(read_as!([Size; 2], "1x2,3x4"), Ok([Size(1, 2), Size(3, 4)]));
    assert_eq!(
        read_as!(BTreeMap<Level, Size>, "quiet=1x2"),
        Ok(BTreeMap::from([(Level::Quiet, Size(1, 2))]))
    );
    assert_eq!(read_as!(Option<Vec<Size>>, "1x2"), Ok(Some(vec![Size(1, 2)])));
    let problem = read_as!(Vec<Size>, "1x2,34").expect_err("no size");
    assert_eq!(problem.reason_text(), Some("element 2: `34` has no `x`"));
}

#[test]
fn a_parser_of_ones_own_takes_the_whole_text() {
    assert_eq!(
        read_as!([parse_with = hex] u32,
            "ff"
        ),
        Ok(255)
    );
    assert_eq!(read_as!([parse_with = letters] Vec<char>, "a,b"), Ok(vec!['a', ',', 'b']));
    assert_eq!(
        read_as!([parse_with = hex, trim] u32,
            " ff "
        ),
        Ok(255)
    );
    let problem = read_as!([parse_with = hex] u32,
        "xyz"
    )
    .expect_err("no digits");
    assert_eq!(problem.reason_text(), Some("invalid digit found in string"));
    assert_eq!(problem.found(), Some("xyz"));
    let problem = read_as!([parse_with = letters] Vec<char>, "a b").expect_err("a blank");
    assert!(problem.to_string().contains("because   a blank\n             is no letter\n"));
}

#[test]
fn a_parser_of_an_optional_field_gives_the_value_or_the_option() {
    assert_eq!(read_as!([parse_with = hex] Option<u32>, "ff"), Ok(Some(255)));
    assert_eq!(read_as!([parse_with = hex_or_none] Option<u32>, "ff"), Ok(Some(255)));
    assert_eq!(read_as!([parse_with = hex_or_none] Option<u32>, "none"), Ok(None));
    assert_eq!(absent!([parse_with = hex] Option<u32>), Ok(None));
    assert_eq!(absent!([parse_with = hex_or_none] Option<u32>), Ok(None));
}

#[test]
fn json_fills_any_deserialisable_type() {
    #[derive(serde::Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Limits {
        rate: u32,
    }
    assert_eq!(
        read_as!([json] Limits,
            r#"{"rate": 3}"#
        ),
        Ok(Limits { rate: 3 })
    );
    assert_eq!(read_as!([json] Vec<u8>, "[1, 2]"), Ok(vec![1, 2]));
    assert_eq!(
        read_as!([json] HashMap<String, Vec<u8>>, r#"{"a": [1]}"#),
        Ok(HashMap::from([("a".to_owned(), vec![1])]))
    );
    assert_eq!(read_as!([json] Option<Limits>, "null"), Ok(None));
    assert_eq!(read_as!([json] Option<u8>, "1"), Ok(Some(1)));
    assert_eq!(absent!([json] Option<Limits>), Ok(None));
    let problem = read_as!([json] Limits,
        r#"{"rat": 3}"#
    )
    .expect_err("no such member");
    assert_eq!(problem.expected(), Some("a JSON document"));
    let reason = problem.reason_text().expect("serde says what is wrong");
    assert!(reason.starts_with("unknown field `rat`, expected `rate`"), "{reason}");
}

#[test]
fn an_alias_is_what_it_stands_for() {
    assert_eq!(read_as!(Port, "80"), Ok(80));
    assert_eq!(read_as!(Names, "a,b"), Ok(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(read_as!(Maybe, "3"), Ok(Some(3)));
    assert_eq!(absent!(Maybe), Ok(None));
    assert_eq!(read_as!(Weights, "a=0.5"), Ok(HashMap::from([("a".to_owned(), 0.5)])));
    assert_eq!(read_as!(Vec<Port>, "80,81"), Ok(vec![80, 81]));
    assert_eq!(read_as!(Option<Port>, "80"), Ok(Some(80)));
    let problem = read_as!(Port, "65536").expect_err("too great");
    assert_eq!(problem.expected(), Some("an integer from 0 to 65535"));
    let problem = absent!(Port).expect_err("nothing supplies it");
    assert_eq!(problem.expected(), Some("an integer from 0 to 65535"));
}
