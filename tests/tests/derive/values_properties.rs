//! Every type reads what it prints, and no text makes it panic.

use core::fmt::{Debug, Display};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use core::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8,
    NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
};
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use envaudit::{EnvValue, ExposeSecret, SecretBox, SecretString};
use proptest::collection::{btree_map, btree_set, hash_map, hash_set, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};

/// As many cases as `PROPTEST_CASES` says. A case that failed becomes a test of its own, not a file.
fn config() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}

fn check<S: Strategy>(values: S, test: impl Fn(S::Value) -> TestCaseResult) {
    if let Err(error) = TestRunner::new(config()).run(&values, test) {
        panic!("{error}");
    }
}

/// Asserts that what `print` makes of a value is read as that value.
fn reads_back<T: EnvValue + Debug + PartialEq>(
    values: impl Strategy<Value = T>,
    print: impl Fn(&T) -> String,
) {
    check(values, |value| {
        let text = print(&value);
        prop_assert_eq!(T::parse(&text), Ok(value), "{:?}", text);
        Ok(())
    });
}

/// [`reads_back`] for types with a `Display`.
macro_rules! displayed {
    ($($ty:ty)*) => {$( reads_back::<$ty>(any::<$ty>(), ToString::to_string); )*};
}

#[test]
fn numbers_and_words_are_read_back() {
    displayed! {
        bool char String
        u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize
        NonZeroU8 NonZeroU16 NonZeroU32 NonZeroU64 NonZeroU128 NonZeroUsize
        NonZeroI8 NonZeroI16 NonZeroI32 NonZeroI64 NonZeroI128 NonZeroIsize
    }
    let numbers =
        proptest::num::f64::ANY.prop_filter("NaN is not equal to itself", |x| !x.is_nan());
    reads_back::<f64>(numbers, ToString::to_string);
    let numbers =
        proptest::num::f32::ANY.prop_filter("NaN is not equal to itself", |x| !x.is_nan());
    reads_back::<f32>(numbers, |number| format!("{number:e}"));
}

#[test]
fn texts_and_paths_are_read_back() {
    reads_back::<Box<str>>(any::<String>().prop_map(Into::into), |text| text.to_string());
    reads_back::<Arc<str>>(any::<String>().prop_map(Into::into), |text| text.to_string());
    let text = |text: &OsString| text.to_str().expect("made of text").to_owned();
    reads_back::<OsString>(any::<String>().prop_map(Into::into), text);
    let path = |path: &PathBuf| path.to_str().expect("made of text").to_owned();
    reads_back::<PathBuf>(any::<String>().prop_map(Into::into), path);
    reads_back::<Option<String>>(any::<String>().prop_map(Some), |text| text.clone().unwrap());
}

#[test]
fn addresses_are_read_back() {
    displayed! { IpAddr Ipv4Addr Ipv6Addr SocketAddrV4 }
    let addresses = any::<(IpAddr, u16)>().prop_map(SocketAddr::from);
    reads_back::<SocketAddr>(addresses, ToString::to_string);
    // The flow is not printed.
    let addresses = any::<(Ipv6Addr, u16, u32)>()
        .prop_map(|(ip, port, scope)| SocketAddrV6::new(ip, port, 0, scope));
    reads_back::<SocketAddrV6>(addresses, ToString::to_string);
}

#[test]
fn times_are_read_back() {
    let durations = (0..1_u64 << 40, 0..1_000_000_000_u32)
        .prop_map(|(seconds, nanos)| Duration::new(seconds, nanos));
    reads_back::<Duration>(durations, |duration| {
        format!("{}s {}ns", duration.as_secs(), duration.subsec_nanos())
    });

    let times = || {
        (0..100_000_000_000_i64, 0..1_000_000_000_u32)
            .prop_filter_map("in range", |(seconds, nanos)| {
                DateTime::from_timestamp(seconds, nanos)
            })
    };
    let date = |time: DateTime<Utc>| time.date_naive();
    reads_back::<NaiveDate>(times().prop_map(date), ToString::to_string);
    reads_back::<NaiveTime>(times().prop_map(|time| time.time()), ToString::to_string);
    let naive = |time: DateTime<Utc>| time.naive_utc();
    let iso = |time: &NaiveDateTime| time.format("%Y-%m-%dT%H:%M:%S%.f").to_string();
    reads_back::<NaiveDateTime>(times().prop_map(naive), iso);
    reads_back::<DateTime<Utc>>(times(), DateTime::to_rfc3339);
    let zoned = (times(), -720..=840_i32).prop_map(|(time, minutes)| {
        let zone = FixedOffset::east_opt(minutes * 60).expect("less than a day");
        (time + TimeDelta::zero()).with_timezone(&zone)
    });
    reads_back::<DateTime<FixedOffset>>(zoned, DateTime::to_rfc3339);
}

fn lists<C>(values: impl Strategy<Value = C>)
where
    C: EnvValue + Debug + PartialEq,
    for<'c> &'c C: IntoIterator<Item: ToString>,
{
    reads_back(values, |list| {
        list.into_iter().map(|element| element.to_string()).collect::<Vec<_>>().join(",")
    });
}

fn maps<C, K, V>(values: impl Strategy<Value = C>)
where
    C: EnvValue + Debug + PartialEq,
    for<'c> &'c C: IntoIterator<Item = (&'c K, &'c V)>,
    K: Display + 'static,
    V: Display + 'static,
{
    reads_back(values, |map| {
        map.into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    });
}

#[test]
fn collections_are_read_back() {
    // Without the separators, and not empty: one empty element and none look alike.
    let word = "[^,=]{1,5}";
    lists::<Vec<u16>>(vec(any::<u16>(), 0..9));
    lists::<Vec<String>>(vec(word, 0..9));
    lists::<Vec<bool>>(vec(any::<bool>(), 0..9));
    lists::<VecDeque<i8>>(vec(any::<i8>(), 0..9).prop_map(Into::into));
    lists::<HashSet<u8>>(hash_set(any::<u8>(), 0..9));
    lists::<BTreeSet<String>>(btree_set(word, 0..9));
    lists::<[u8; 3]>(any::<[u8; 3]>());
    maps::<HashMap<String, u16>, _, _>(hash_map(word, any::<u16>(), 0..9));
    // Only the first `=` of an element separates.
    maps::<BTreeMap<String, String>, _, _>(btree_map(word, "[^,]{0,5}", 0..9));
}

#[test]
fn secrets_are_read_back() {
    check(any::<String>(), |text| {
        let secret = SecretString::parse(&text).expect("any text is one");
        prop_assert_eq!(secret.expose_secret(), text);
        Ok(())
    });
    check(any::<u64>(), |number| {
        let secret = SecretBox::<u64>::parse(&number.to_string()).expect("a number");
        prop_assert_eq!(*secret.expose_secret(), number);
        Ok(())
    });
}

#[cfg(feature = "types")]
#[test]
fn types_of_other_crates_are_read_back() {
    let uuids = any::<u128>().prop_map(uuid::Uuid::from_u128);
    reads_back::<uuid::Uuid>(uuids, ToString::to_string);
    let sizes = any::<u64>().prop_map(bytesize::ByteSize::b);
    reads_back::<bytesize::ByteSize>(sizes, |size| format!("{} B", size.as_u64()));
    let urls =
        "(http|ftp|postgres)://([a-z:]{1,5}@)?[a-z]{1,9}(:[1-9][0-9]{0,3})?(/[a-z]{0,5}){0,3}"
            .prop_filter_map("a URL", |text| text.parse().ok());
    reads_back::<url::Url>(urls, ToString::to_string);
}

/// Texts that are near to what numbers, times, addresses and lists look like, and any others.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+0-9eE._ ]{0,40}",
        "[0-9]{1,40}",
        "[-0-9:TZ+. ]{0,30}",
        "([0-9]{0,25} ?(ns|us|ms|s|m|h|days|weeks|months|y|µs|µ)? ?){0,5}",
        "[0-9a-f:.\\[\\]%/]{0,45}",
        "[ -~]{0,10}[,=][ -~]{0,10}",
        "(inf|nan|NaN|infinity|TRUE|Yes|oN|-0|0x1f|1_000){0,2}",
        "[a-z]{0,5}://[ -~]{0,20}",
    ]
}

/// Asserts that a text is refused or read as a value, never more.
macro_rules! survives {
    ($text:ident: $($ty:ty)*) => {$( let _ = <$ty>::parse(&$text); )*};
}

#[test]
fn no_text_makes_a_parser_panic() {
    check(texts(), |text| {
        survives! { text:
            bool char String Box<str> Arc<str> OsString PathBuf Option<u8>
            u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64
            NonZeroU8 NonZeroU16 NonZeroU32 NonZeroU64 NonZeroU128 NonZeroUsize
            NonZeroI8 NonZeroI16 NonZeroI32 NonZeroI64 NonZeroI128 NonZeroIsize
            IpAddr Ipv4Addr Ipv6Addr SocketAddr SocketAddrV4 SocketAddrV6 Duration
            NaiveDate NaiveTime NaiveDateTime DateTime<Utc> DateTime<FixedOffset>
            Vec<u8> Vec<String> Vec<Duration> VecDeque<char> HashSet<u8> BTreeSet<i16> [u8; 0] [u8; 2]
            HashMap<String, f64> BTreeMap<u8, String> SecretString SecretBox<u16>
        }
        #[cfg(feature = "types")]
        survives! { text: url::Url uuid::Uuid bytesize::ByteSize }
        Ok(())
    });
}

#[test]
fn what_is_read_is_printed_and_read_as_the_same() {
    fn stable<T: EnvValue + Debug + PartialEq + ToString>(text: &str) -> TestCaseResult {
        if let Ok(value) = T::parse(text) {
            prop_assert_eq!(T::parse(&value.to_string()), Ok(value), "{:?}", text);
        }
        Ok(())
    }
    check(texts(), |text| {
        stable::<bool>(&text)?;
        stable::<u64>(&text)?;
        stable::<i64>(&text)?;
        stable::<NonZeroI32>(&text)?;
        stable::<char>(&text)?;
        stable::<IpAddr>(&text)?;
        stable::<SocketAddr>(&text)?;
        stable::<NaiveDate>(&text)?;
        stable::<String>(&text)
    });
}

#[test]
fn a_number_is_nothing_but_a_number() {
    check(texts(), |text| {
        if text.parse::<u32>().is_err() {
            prop_assert!(u32::parse(&text).is_err(), "{:?}", text);
        }
        let words = ["true", "false", "1", "0", "yes", "no", "on", "off"];
        let known = words.iter().any(|word| text.eq_ignore_ascii_case(word));
        prop_assert_eq!(bool::parse(&text).is_ok(), known, "{:?}", text);
        Ok(())
    });
}
