//! Several values in one variable.

#![allow(missing_docs, reason = "called by generated code, not part of the API")]

use core::hash::{BuildHasher, Hash};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::checks::Length;
use super::{EnvValue, Raw, ValueError};
use crate::schema::Shape;

const SEP: &str = ",";
const KV_SEP: &str = "=";

type Take<T> = fn(&mut Raw<'_>) -> Result<T, ValueError>;

/// Splits at `sep` and reads each part. An empty text has no elements.
pub fn list<T, C: FromIterator<T>>(
    raw: &Raw<'_>,
    sep: &str,
    trim: bool,
    take: Take<T>,
) -> Result<C, ValueError> {
    elements(raw.as_str()?, sep, trim, |text| take(&mut Raw::borrowed(text)))
}

pub fn array<T, const N: usize>(
    raw: &Raw<'_>,
    sep: &str,
    trim: bool,
    take: Take<T>,
) -> Result<[T; N], ValueError> {
    let values: Vec<T> = list(raw, sep, trim, take)?;
    values.try_into().map_err(|values: Vec<T>| {
        ValueError::plain(format!("it has {} elements instead of {N}", values.len()))
    })
}

/// Splits at `sep`, then each part at the first `kv_sep`. A key that appears twice is an error.
pub fn map<K, V, C: FromIterator<(K, V)> + Length>(
    raw: &Raw<'_>,
    (sep, kv_sep): (&str, &str),
    trim: bool,
    take_key: Take<K>,
    take_value: Take<V>,
) -> Result<C, ValueError> {
    let mut count = 0;
    let map: C = elements(raw.as_str()?, sep, trim, |text| {
        count += 1;
        let (key, value) = text.split_once(kv_sep).ok_or_else(|| {
            ValueError::plain(format!("there is no `{kv_sep}` between key and value"))
        })?;
        let (key, value) = if trim { (key.trim(), value.trim()) } else { (key, value) };
        Ok((take_key(&mut Raw::borrowed(key))?, take_value(&mut Raw::borrowed(value))?))
    })?;
    if map.length() != count {
        return Err(ValueError::plain("a key appears twice"));
    }
    Ok(map)
}

fn elements<T, C: FromIterator<T>>(
    text: &str,
    sep: &str,
    trim: bool,
    mut read: impl FnMut(&str) -> Result<T, ValueError>,
) -> Result<C, ValueError> {
    let text = if trim { text.trim() } else { text };
    let parts = (!text.is_empty()).then(|| text.split(sep)).into_iter().flatten();
    parts
        .enumerate()
        .map(|(at, part)| {
            read(if trim { part.trim() } else { part }).map_err(|error| error.in_element(at + 1))
        })
        .collect()
}

macro_rules! lists {
    ($($ty:ty, [$($params:tt)*];)*) => {$(
        impl<$($params)*> EnvValue for $ty {
            const SHAPE: Shape = Shape::List(&T::SHAPE);
            const COULD_HOLD_SECRET: bool = T::COULD_HOLD_SECRET || T::SHAPE.is_byte();

            fn parse(text: &str) -> Result<Self, ValueError> {
                elements(text, SEP, false, T::parse)
            }
        }
    )*};
}

lists! {
    Vec<T>, [T: EnvValue];
    VecDeque<T>, [T: EnvValue];
    HashSet<T, S>, [T: EnvValue + Eq + Hash, S: BuildHasher + Default];
    BTreeSet<T>, [T: EnvValue + Ord];
}

impl<T: EnvValue, const N: usize> EnvValue for [T; N] {
    const SHAPE: Shape = Shape::Array(&T::SHAPE, N);
    const COULD_HOLD_SECRET: bool = T::COULD_HOLD_SECRET || T::SHAPE.is_byte();

    fn parse(text: &str) -> Result<Self, ValueError> {
        array(&Raw::borrowed(text), SEP, false, T::take)
    }
}

impl<K, V, S> EnvValue for HashMap<K, V, S>
where
    K: EnvValue + Eq + Hash,
    V: EnvValue,
    S: BuildHasher + Default,
{
    const SHAPE: Shape = Shape::Map(&V::SHAPE);
    const COULD_HOLD_SECRET: bool = K::COULD_HOLD_SECRET || V::COULD_HOLD_SECRET;

    fn parse(text: &str) -> Result<Self, ValueError> {
        map(&Raw::borrowed(text), (SEP, KV_SEP), false, K::take, V::take)
    }
}

impl<K: EnvValue + Ord, V: EnvValue> EnvValue for BTreeMap<K, V> {
    const SHAPE: Shape = Shape::Map(&V::SHAPE);
    const COULD_HOLD_SECRET: bool = K::COULD_HOLD_SECRET || V::COULD_HOLD_SECRET;

    fn parse(text: &str) -> Result<Self, ValueError> {
        map(&Raw::borrowed(text), (SEP, KV_SEP), false, K::take, V::take)
    }
}
