//! Checks of a value that has been read.

#![allow(missing_docs, reason = "called by generated code, not part of the API")]

use core::fmt::Display;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::OsString;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::{Raw, ValueError};

pub fn range<T: PartialOrd<B>, B>(
    value: &T,
    min: Option<&B>,
    max: Option<&B>,
    inclusive: bool,
) -> Result<(), ValueError> {
    // Written so that NaN, which compares with nothing, is outside.
    let above = min.is_none_or(|min| value >= min);
    let below = max.is_none_or(|max| if inclusive { value <= max } else { value < max });
    if above && below { Ok(()) } else { Err(ValueError::unexpected()) }
}

pub fn one_of<T: PartialEq<B>, B>(value: &T, allowed: &[B]) -> Result<(), ValueError> {
    if allowed.iter().any(|allowed| value == allowed) {
        Ok(())
    } else {
        Err(ValueError::unexpected())
    }
}

pub fn one_of_texts(raw: &Raw<'_>, allowed: &[&str]) -> Result<(), ValueError> {
    if allowed.contains(&raw.as_str()?) { Ok(()) } else { Err(ValueError::unexpected()) }
}

pub fn len<T: Length + ?Sized>(
    value: &T,
    min: usize,
    max: Option<usize>,
    inclusive: bool,
) -> Result<(), ValueError> {
    let length = value.length();
    range(&length, Some(&min), max.as_ref(), inclusive)
        .map_err(|_| ValueError::plain(format!("its length is {length}")))
}

pub fn non_empty<T: Length + ?Sized>(value: &T) -> Result<(), ValueError> {
    if value.length() > 0 { Ok(()) } else { Err(ValueError::plain("it is empty")) }
}

pub fn validated<E: Display>(result: Result<(), E>) -> Result<(), ValueError> {
    result.map_err(ValueError::new)
}

/// Characters of a text, elements of a collection.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no length to check",
    label = "`len` and `non_empty` are for texts and collections"
)]
pub trait Length {
    fn length(&self) -> usize;
}

impl Length for str {
    fn length(&self) -> usize {
        self.chars().count()
    }
}

impl Length for String {
    fn length(&self) -> usize {
        self.as_str().length()
    }
}

impl Length for SecretString {
    fn length(&self) -> usize {
        self.expose_secret().length()
    }
}

impl Length for PathBuf {
    fn length(&self) -> usize {
        self.to_string_lossy().length()
    }
}

impl Length for OsString {
    fn length(&self) -> usize {
        self.to_string_lossy().length()
    }
}

macro_rules! collections {
    ($($ty:ty, [$($params:tt)*];)*) => {$(
        impl<$($params)*> Length for $ty {
            fn length(&self) -> usize {
                self.len()
            }
        }
    )*};
}

collections! {
    Vec<T>, [T];
    VecDeque<T>, [T];
    HashSet<T, S>, [T, S];
    BTreeSet<T>, [T];
    HashMap<K, V, S>, [K, V, S];
    BTreeMap<K, V>, [K, V];
    [T; N], [T, const N: usize];
}
