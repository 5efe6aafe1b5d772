//! Any text as a value of every type: refused, or a value that is read again as itself from how it is written.
#![no_main]

use core::fmt::Debug;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use core::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8,
    NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
};
use core::time::Duration;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::OsString;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use bytesize::ByteSize;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use envaudit::{EnvValue, ExposeSecret, SecretBox, SecretString};
use libfuzzer_sys::fuzz_target;
use url::Url;
use uuid::Uuid;

fuzz_target!(|text: &str| {
    displayed! { text:
        bool char String Box<str> Arc<str> Rc<str> Cow<'static, str>
        u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize
        NonZeroU8 NonZeroU16 NonZeroU32 NonZeroU64 NonZeroU128 NonZeroUsize
        NonZeroI8 NonZeroI16 NonZeroI32 NonZeroI64 NonZeroI128 NonZeroIsize
        IpAddr Ipv4Addr Ipv6Addr SocketAddr SocketAddrV4 SocketAddrV6
        NaiveDate NaiveTime Url Uuid
    }
    stable(text, |value: &f64| value.to_bits(), ToString::to_string);
    stable(text, |value: &f32| value.to_bits(), ToString::to_string);
    stable_as::<Duration>(text, |value| format!("{}s {}ns", value.as_secs(), value.subsec_nanos()));
    stable_as::<ByteSize>(text, |value| format!("{} B", value.as_u64()));
    stable_as::<NaiveDateTime>(text, |value| value.format("%Y-%m-%dT%H:%M:%S%.f").to_string());
    // A year of more than four digits is beyond what RFC 3339 writes.
    stable_as::<DateTime<Utc>>(text, |value| format!("{value:?}"));
    stable_as::<DateTime<FixedOffset>>(text, |value| format!("{value:?}"));
    stable_as::<OsString>(text, |value| value.to_str().expect("made of text").to_owned());
    stable_as::<PathBuf>(text, |value| value.to_str().expect("made of text").to_owned());
    stable_as::<Option<u8>>(text, |value| value.expect("a value was read").to_string());

    stable_as::<Vec<String>>(text, |list| list.join(","));
    stable_as::<Vec<u8>>(text, |list| joined(list));
    stable_as::<Vec<bool>>(text, |list| joined(list));
    stable_as::<VecDeque<char>>(text, |list| joined(list));
    stable_as::<HashSet<u8>>(text, |list| joined(list));
    stable_as::<BTreeSet<i16>>(text, |list| joined(list));
    stable_as::<[u8; 2]>(text, |list| joined(list));
    stable_as::<[u8; 0]>(text, |list| joined(list));
    stable_as::<HashMap<String, u16>>(text, |map| pairs(map));
    stable_as::<BTreeMap<u8, String>>(text, |map| pairs(map));

    let secret = SecretString::parse(text).expect("any text is one");
    assert_eq!(secret.expose_secret(), text);
    assert!(format!("{secret:?}").contains("REDACTED"));
    if let Ok(secret) = SecretBox::<u16>::parse(text) {
        assert_eq!(Ok(*secret.expose_secret()), text.parse());
    }
    finite(text);
});

/// [`stable_as`] for types with a `Display`.
macro_rules! displayed {
    ($text:ident: $($ty:ty)*) => {$( stable_as::<$ty>($text, ToString::to_string); )*};
}
use displayed;

fn stable_as<T: EnvValue + Debug + PartialEq>(text: &str, write: impl Fn(&T) -> String) {
    if let Ok(value) = T::parse(text) {
        let written = write(&value);
        assert_eq!(T::parse(&written).as_ref(), Ok(&value), "{text:?} is written as {written:?}");
    }
}

/// For numbers that are not equal to themselves.
fn stable<T: EnvValue + Debug, C: PartialEq + Debug>(
    text: &str,
    compared: impl Fn(&T) -> C,
    write: impl Fn(&T) -> String,
) {
    if let Ok(value) = T::parse(text) {
        let written = write(&value);
        let again = T::parse(&written).expect("what was written is read");
        // The sign of what is not a number is not written.
        if written != "NaN" {
            assert_eq!(compared(&again), compared(&value), "{text:?} is written as {written:?}");
        }
    }
}

/// Digits are never read as an infinity, nor as what is no number.
fn finite(text: &str) {
    if !text.contains(|char: char| char.is_ascii_digit()) {
        return;
    }
    let read = [f64::parse(text).ok(), f32::parse(text).ok().map(f64::from)];
    assert!(read.iter().flatten().all(|number| number.is_finite()), "{text:?}: {read:?}");
    let lists = [
        Vec::<f64>::parse(text).ok(),
        BTreeMap::<String, f64>::parse(text).ok().map(|map| map.into_values().collect()),
    ];
    let has_words = text.contains(|char: char| "iInN".contains(char));
    assert!(
        has_words || lists.iter().flatten().flatten().all(|number| number.is_finite()),
        "{text:?}"
    );
}

fn joined<'c, C: ?Sized>(list: &'c C) -> String
where
    &'c C: IntoIterator<Item: ToString>,
{
    list.into_iter().map(|element| element.to_string()).collect::<Vec<_>>().join(",")
}

fn pairs<'c, C, K: ToString + 'c, V: ToString + 'c>(map: &'c C) -> String
where
    &'c C: IntoIterator<Item = (&'c K, &'c V)>,
{
    let pairs =
        map.into_iter().map(|(key, value)| format!("{}={}", key.to_string(), value.to_string()));
    pairs.collect::<Vec<_>>().join(",")
}
