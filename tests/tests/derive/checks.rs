//! Checks of single values: `range`, `one_of`, `non_empty`, `len`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::num::{NonZeroI8, NonZeroU16};
use std::path::PathBuf;

use envaudit::{EnvValue, Problem, ProblemKind};
use envaudit_tests::{absent, read_as};

const MOST: u8 = 9;

type Port = u16;
type Names = Vec<String>;

#[derive(EnvValue, Clone, Copy, Debug, PartialEq)]
enum Level {
    Low,
    Middle,
    High,
}

/// The expectation and the reason of a refusal.
#[track_caller]
fn refusal<T: std::fmt::Debug>(result: Result<T, Problem>) -> (String, Option<String>) {
    let problem = result.expect_err("refused");
    assert_eq!(problem.kind(), ProblemKind::Invalid);
    let text = |text: Option<&str>| text.map(str::to_owned);
    (text(problem.expected()).expect("an expectation"), text(problem.reason_text()))
}

#[test]
fn a_range_includes_its_bounds_as_written() {
    for (text, good) in [("0", false), ("1", true), ("9", true), ("10", false)] {
        assert_eq!(read_as!([range(1..=9)] u8, text).is_ok(), good, "1..=9 {text}");
        assert_eq!(read_as!([range(1..10)] u8, text).is_ok(), good, "1..10 {text}");
        assert_eq!(read_as!([range(1..=MOST)] u8, text).is_ok(), good, "1..=MOST {text}");
    }
    for (text, good) in [("-11", false), ("-10", true), ("-1", true), ("0", false)] {
        assert_eq!(read_as!([range(-10..=-1)] i32, text).is_ok(), good, "{text}");
    }
}

#[test]
fn an_open_end_is_that_of_the_type() {
    assert_eq!(read_as!([range(1..)] u8, "255"), Ok(255));
    assert_eq!(read_as!([range(..=9)] u8, "0"), Ok(0));
    assert_eq!(read_as!([range(..9)] i8, "-128"), Ok(-128));
    assert!(read_as!([range(1..)] u8, "0").is_err());
    assert!(read_as!([range(..9)] i8, "9").is_err());
}

#[test]
fn a_range_of_floats_leaves_out_what_is_not_a_number() {
    for (text, good) in
        [("0", true), ("1", true), ("0.5", true), ("1.0001", false), ("NaN", false), ("-0", true)]
    {
        assert_eq!(read_as!([range(0.0..=1.0)] f64, text).is_ok(), good, "{text}");
    }
    assert!(read_as!([range(0.0..)] f32, "inf").is_ok());
    assert!(read_as!([range(0.0..)] f32, "NaN").is_err());
    assert!(read_as!([range(..0.5)] f64, "0.5").is_err());
}

#[test]
fn a_range_reaches_into_options_lists_maps_non_zeros_and_aliases() {
    assert_eq!(read_as!([range(1..=9)] Option<u8>, "9"), Ok(Some(9)));
    assert_eq!(absent!([range(1..=9)] Option<u8>), Ok(None));
    assert!(read_as!([range(1..=9)] Option<u8>, "10").is_err());
    assert_eq!(read_as!([range(1..=9)] Vec<u8>, "1,9"), Ok(vec![1, 9]));
    assert_eq!(read_as!([range(1..=9)] Vec<u8>, ""), Ok(vec![]));
    assert!(read_as!([range(1..=9)] Vec<u8>, "1,10").is_err());
    assert!(read_as!([range(1..=9)] Option<HashSet<u8>>, "0").is_err());
    assert!(read_as!([range(1..=9)] [u8; 2], "9,10").is_err());
    let map = read_as!([range(1..=9)] BTreeMap<u8, u8>, "10=9");
    assert_eq!(map, Ok(BTreeMap::from([(10, 9)])), "the keys are free");
    assert!(read_as!([range(1..=9)] HashMap<u8, u8>, "1=10").is_err());
    assert_eq!(
        read_as!([range(1..=9)] NonZeroU16, "9"),
        NonZeroU16::new(9).ok_or_else(|| unreachable!())
    );
    assert!(read_as!([range(1..=9)] NonZeroU16, "10").is_err());
    assert!(read_as!([range(-9..=9)] NonZeroI8, "0").is_err());
    assert_eq!(read_as!([range(1024..)] Port, "1024"), Ok(1024));
    assert!(read_as!([range(1024..)] Port, "80").is_err());
    assert!(read_as!([range(1024..)] Vec<Port>, "1024,80").is_err());
}

#[test]
fn what_a_range_expects_is_said_with_both_ends() {
    for (problem, expected) in [
        (refusal(read_as!([range(1..=9)] u8, "10")), "an integer from 1 to 9"),
        (refusal(read_as!([range(1..10)] u8, "10")), "an integer from 1 to 9"),
        (refusal(read_as!([range(1..)] u16, "0")), "an integer from 1 to 65535"),
        (refusal(read_as!([range(1..)] Port, "70000")), "an integer from 1 to 65535"),
        (refusal(read_as!([range(1..)] usize, "0")), "an integer of at least 1"),
        (refusal(read_as!([range(..=9)] u8, "10")), "an integer from 0 to 9"),
        (refusal(read_as!([range(..=9)] i64, "10")), "an integer of at most 9"),
        (refusal(read_as!([range(0..=9)] NonZeroU16, "10")), "an integer from 1 to 9"),
        (refusal(read_as!([range(-9..=9)] NonZeroI8, "10")), "an integer from -9 to 9, but not 0"),
        (refusal(read_as!([range(0.5..=1.5)] f64, "2")), "a number from 0.5 to 1.5"),
        (refusal(read_as!([range(0.0..1.0)] f64, "1")), "a number from 0.0 to below 1.0"),
        (refusal(read_as!([range(0.5..)] f64, "0")), "a number of at least 0.5"),
        (refusal(read_as!([range(..0.5)] f64, "1")), "a number below 0.5"),
        (
            refusal(read_as!([range(0.0..=1.0)] Vec<f64>, "2")),
            "a list separated by `,`, each element a number from 0.0 to 1.0",
        ),
        (
            refusal(read_as!([range(1..=9)] HashMap<String, u8>, "a=10")),
            "a list of key=value separated by `,`, each value an integer from 1 to 9",
        ),
    ] {
        assert_eq!(problem.0, expected);
    }
}

#[test]
fn one_of_lists_texts_numbers_and_words_of_enums() {
    assert_eq!(read_as!([one_of("red", "green")] String, "red").as_deref(), Ok("red"));
    assert!(read_as!([one_of("red", "green")] String, "Red").is_err());
    assert_eq!(read_as!([one_of(80, 443)] u16, "443"), Ok(443));
    assert!(read_as!([one_of(80, 443)] u16, "8080").is_err());
    assert_eq!(read_as!([one_of(0.5, 1.5)] f64, "0.50"), Ok(0.5));
    assert_eq!(read_as!([one_of('a', 'b')] char, "b"), Ok('b'));
    assert_eq!(read_as!([one_of("low", "high")] Level, "high"), Ok(Level::High));
    assert!(read_as!([one_of("low", "high")] Level, "middle").is_err());
    assert_eq!(read_as!(Level, "middle"), Ok(Level::Middle));
    assert_eq!(read_as!(Level, "low"), Ok(Level::Low));
    assert_eq!(read_as!([one_of(1, 2)] Option<u8>, "2"), Ok(Some(2)));
    assert_eq!(absent!([one_of(1, 2)] Option<u8>), Ok(None));
    assert_eq!(read_as!([one_of(1, 2)] Vec<u8>, "2,1"), Ok(vec![2, 1]));
    assert!(read_as!([one_of(1, 2)] Vec<u8>, "2,3").is_err());
    assert!(read_as!([one_of("a")] [String; 2], "a,b").is_err());
}

#[test]
fn what_one_of_expects_is_the_list() {
    for (problem, expected) in [
        (refusal(read_as!([one_of("a", "b")] String, "c")), "one of `a`, `b`"),
        (refusal(read_as!([one_of("a")] String, "c")), "`a`"),
        (refusal(read_as!([one_of(80, 443)] u16, "8080")), "one of `80`, `443`"),
        (refusal(read_as!([one_of("low", "high")] Level, "middle")), "one of `low`, `high`"),
        (
            refusal(read_as!([one_of("a", "b"), sep = " "] Vec<String>, "a c")),
            "a list separated by ` `, each element one of `a`, `b`",
        ),
    ] {
        assert_eq!(problem.0, expected);
    }
}

#[test]
fn a_length_is_one_of_characters_or_of_elements() {
    assert_eq!(read_as!([len(2..=3)] String, "äöü").as_deref(), Ok("äöü"));
    for text in ["", "a", "abcd"] {
        assert!(read_as!([len(2..=3)] String, text).is_err(), "{text}");
    }
    assert!(read_as!([len(..3)] String, "abc").is_err());
    assert!(read_as!([len(3..)] Option<String>, "ab").is_err());
    assert_eq!(absent!([len(3..)] Option<String>), Ok(None));
    assert_eq!(read_as!([len(1..=2)] Vec<String>, "abc,d").map(|list| list.len()), Ok(2));
    assert!(read_as!([len(1..=2)] Vec<u8>, "1,2,3").is_err());
    assert!(read_as!([len(2..)] HashSet<u8>, "1,1").is_err());
    assert!(read_as!([len(2..)] BTreeMap<String, u8>, "a=1").is_err());
    assert!(read_as!([len(..=3)] PathBuf, "/tmp").is_err());
    assert!(read_as!([len(..=3)] OsString, "abcd").is_err());
    assert_eq!(
        refusal(read_as!([len(2..=3)] String, "abcd")),
        ("text, with a length from 2 to 3".to_owned(), Some("its length is 4".to_owned()))
    );
    assert_eq!(
        refusal(read_as!([len(2..)] Vec<u8>, "1")).0,
        "a list separated by `,`, each element an integer from 0 to 255, with a length of at least 2"
    );
}

#[test]
fn an_empty_value_is_refused_on_request() {
    assert_eq!(read_as!([non_empty] String, " ").as_deref(), Ok(" "));
    assert!(read_as!([non_empty, trim] String, " ").is_err());
    assert!(read_as!([non_empty] Option<String>, "").is_err());
    assert!(read_as!([non_empty] Vec<u8>, "").is_err());
    assert!(read_as!([non_empty] BTreeMap<String, u8>, "").is_err());
    assert_eq!(
        refusal(read_as!([non_empty] String, "")),
        ("text, not empty".to_owned(), Some("it is empty".to_owned()))
    );
}

#[test]
fn checks_hold_for_defaults_that_the_compiler_cannot_look_into() {
    assert!(absent!([default = "a,b", len(3..)] Names).is_err());
    assert_eq!(absent!([default = "a,b", len(2..)] Names).map(|names| names.len()), Ok(2));
}
