//! Several values in one variable: lists, sets, arrays and maps.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::num::NonZeroU8;
use std::path::PathBuf;
use std::time::Duration;

use envaudit::{ProblemKind, Source};
use envaudit_tests::{isolated, problems, read_as};

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn every_list_type_takes_elements_behind_commas() {
    assert_eq!(read_as!(Vec<u8>, "3,1,2,1"), Ok(vec![3, 1, 2, 1]));
    assert_eq!(read_as!(VecDeque<u8>, "3,1"), Ok(VecDeque::from([3, 1])));
    assert_eq!(read_as!(HashSet<u8>, "3,1,1"), Ok(HashSet::from([3, 1])));
    assert_eq!(read_as!(BTreeSet<u8>, "3,1,1"), Ok(BTreeSet::from([1, 3])));
    assert_eq!(read_as!([u8; 2], "3,1"), Ok([3, 1]));
    assert_eq!(read_as!(Option<Vec<u8>>, "3"), Ok(Some(vec![3])));
    assert_eq!(read_as!(Option<[bool; 2]>, "yes,no"), Ok(Some([true, false])));
}

#[test]
fn every_map_type_takes_keys_and_values_behind_equals_signs() {
    let pairs = [("a".to_owned(), 1), ("b".to_owned(), 2)];
    assert_eq!(read_as!(HashMap<String, u8>, "a=1,b=2"), Ok(HashMap::from(pairs.clone())));
    assert_eq!(read_as!(BTreeMap<String, u8>, "b=2,a=1"), Ok(BTreeMap::from(pairs)));
    assert_eq!(read_as!(Option<BTreeMap<u8, bool>>, "1=on"), Ok(Some(BTreeMap::from([(1, true)]))));
    // Only the first sign separates.
    let formula = read_as!(BTreeMap<String, String>, "f=a=b").expect("a map");
    assert_eq!(formula["f"], "a=b");
}

#[test]
fn an_empty_text_has_no_elements_and_an_empty_element_is_one() {
    assert_eq!(read_as!(Vec<String>, ""), Ok(vec![]));
    assert_eq!(read_as!(BTreeMap<String, u8>, ""), Ok(BTreeMap::new()));
    assert_eq!(read_as!([u8; 0], ""), Ok([]));
    assert_eq!(read_as!([trim] Vec<String>, "  "), Ok(vec![]));
    assert_eq!(read_as!(Vec<String>, ",a,"), Ok(owned(&["", "a", ""])));
    assert_eq!(read_as!(Option<Vec<u8>>, ""), Ok(Some(vec![])));
    let problem = read_as!(Vec<u8>, "1,,2").expect_err("an empty text is no number");
    assert_eq!(problem.reason_text(), Some("element 2 does not have that form"));
}

#[test]
fn separators_are_any_text() {
    assert_eq!(read_as!([sep = ";"] Vec<u8>, "1;2"), Ok(vec![1, 2]));
    assert_eq!(
        read_as!([sep = " :: "] [u8; 2],
            "1 :: 2"
        ),
        Ok([1, 2])
    );
    assert_eq!(read_as!([sep = "\n"] Vec<String>, "a,b\nc"), Ok(owned(&["a,b", "c"])));
    let map = read_as!([sep = ";", kv_sep = ":"] BTreeMap<String, u16>, "a:1;b:2");
    assert_eq!(map, Ok(BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)])));
    let map = read_as!([kv_sep = "=>"] HashMap<u8, u8>, "1=>2");
    assert_eq!(map, Ok(HashMap::from([(1, 2)])));
}

#[test]
fn blanks_belong_to_the_elements_unless_they_are_trimmed() {
    assert_eq!(read_as!(Vec<String>, "a, b"), Ok(owned(&["a", " b"])));
    assert_eq!(read_as!([trim] Vec<String>, " a , b\t"), Ok(owned(&["a", "b"])));
    assert_eq!(read_as!([trim] BTreeSet<u8>, "1, 2"), Ok(BTreeSet::from([1, 2])));
    let map = read_as!([trim] BTreeMap<String, u8>, " a = 1 , b = 2 ");
    assert_eq!(map, Ok(BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)])));
    assert!(read_as!(Vec<u8>, "1, 2").is_err());
}

#[test]
fn elements_are_of_any_type() {
    assert_eq!(
        read_as!(Vec<Duration>, "1s,2m"),
        Ok(vec![Duration::from_secs(1), Duration::from_secs(120)])
    );
    assert_eq!(read_as!(Vec<IpAddr>, "::1"), Ok(vec![IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])]));
    assert_eq!(read_as!(VecDeque<PathBuf>, "/a,b"), Ok(VecDeque::from(["/a".into(), "b".into()])));
    assert_eq!(read_as!(BTreeSet<NonZeroU8>, "1"), Ok(BTreeSet::from([NonZeroU8::MIN])));
    assert_eq!(read_as!(Vec<char>, "a,ä"), Ok(vec!['a', 'ä']));
    assert_eq!(
        read_as!([sep = ";"] Vec<Vec<u8>>, "1;2"),
        read_as!(Vec<Vec<u8>>, "1").map(|_| vec![vec![1], vec![2]])
    );
}

#[test]
fn a_bad_element_is_named_by_its_number() {
    for (problem, expected, reason) in [
        (
            read_as!(Vec<u8>, "1,x,y").err(),
            "a list separated by `,`, each element an integer from 0 to 255",
            "element 2 does not have that form",
        ),
        (
            read_as!([sep = ";", range(1..=9)] Vec<u8>, "1;10").err(),
            "a list separated by `;`, each element an integer from 1 to 9",
            "element 2 does not have that form",
        ),
        (
            read_as!([u8; 3], "1,2").err(),
            "a list of 3 separated by `,`, each element an integer from 0 to 255",
            "it has 2 elements instead of 3",
        ),
        (
            read_as!(HashMap<String, u8>, "a=1,b").err(),
            "a list of key=value separated by `,`, each value an integer from 0 to 255",
            "element 2: there is no `=` between key and value",
        ),
        (
            read_as!([sep = ";", kv_sep = ":"] HashMap<String, u8>, "a:1;b:x").err(),
            "a list of key:value separated by `;`, each value an integer from 0 to 255",
            "element 2 does not have that form",
        ),
        (
            read_as!(BTreeMap<String, u8>, "a=1,a=2").err(),
            "a list of key=value separated by `,`, each value an integer from 0 to 255",
            "a key appears twice",
        ),
        (
            read_as!([sep = "\n"] Vec<bool>, "yes\nmaybe").err(),
            "a list separated by `\\n`, each element true or false",
            "element 2 does not have that form",
        ),
    ] {
        let problem = problem.expect("a bad element");
        assert_eq!(problem.kind(), ProblemKind::Invalid);
        assert_eq!(problem.expected(), Some(expected));
        assert_eq!(problem.reason_text(), Some(reason));
    }
}

#[test]
fn a_list_of_one_variable_has_one_entry_in_the_audit() {
    #[derive(envaudit::EnvConfig)]
    struct Config {
        hosts: Vec<String>,
    }
    let loaded = isolated::vars::<Config>([("HOSTS", "a,b,c")]).load().expect("loads");
    assert_eq!(loaded.hosts.len(), 3);
    assert_eq!(loaded.audit().entries().len(), 1);
    assert_eq!(loaded.audit().hosts.source, Source::System);
    let missing = isolated::nothing::<Config>().load();
    assert_eq!(problems::only(&missing).kind(), ProblemKind::Missing);
}
