//! Values that must not be shown.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use secrecy::zeroize::Zeroize;
use secrecy::{SecretBox, SecretString};

use super::{EnvValue, Raw, ValueError};
use crate::schema::Shape;

/// A type whose value is secret: [`SecretString`], [`SecretBox`], and `Option` or a collection of them.
///
/// A field is masked when its type implements this, so implement it for a secret type of your own. A field of another type
/// is masked by `#[env(secret)]`.
pub trait IsSecret {}

impl<T: Zeroize + ?Sized> IsSecret for SecretBox<T> {}
impl<T: IsSecret> IsSecret for Option<T> {}
impl<T: IsSecret> IsSecret for Vec<T> {}
impl<T: IsSecret> IsSecret for VecDeque<T> {}
impl<T: IsSecret, S> IsSecret for HashSet<T, S> {}
impl<T: IsSecret> IsSecret for BTreeSet<T> {}
impl<T: IsSecret, const N: usize> IsSecret for [T; N] {}
impl<K, V: IsSecret, S> IsSecret for HashMap<K, V, S> {}
impl<K, V: IsSecret> IsSecret for BTreeMap<K, V> {}

impl EnvValue for SecretString {
    const SHAPE: Shape = Shape::Text;

    fn parse(text: &str) -> Result<Self, ValueError> {
        Ok(text.into())
    }

    fn take(raw: &mut Raw<'_>) -> Result<Self, ValueError> {
        raw.take_string().map(Into::into)
    }
}

impl<T: EnvValue + Zeroize> EnvValue for SecretBox<T> {
    const SHAPE: Shape = T::SHAPE;

    fn parse(text: &str) -> Result<Self, ValueError> {
        secret_box(T::parse(text))
    }

    fn take(raw: &mut Raw<'_>) -> Result<Self, ValueError> {
        secret_box(T::take(raw))
    }
}

#[allow(missing_docs, reason = "called by generated code")]
pub fn secret_box<T: Zeroize>(value: Result<T, ValueError>) -> Result<SecretBox<T>, ValueError> {
    value.map(|value| SecretBox::new(Box::new(value)))
}
