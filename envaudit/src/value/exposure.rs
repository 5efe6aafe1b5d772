//! What the derive asks of a type that it does not know: whether it is secret, could hold a secret, is a plain text.
//!
//! As with [`ParseStrategy`](super::parse_strategy::ParseStrategy), an inherent constant wins over one of a trait, and is
//! there only where its bound holds.

#![allow(missing_docs, reason = "called by generated code, not part of the API")]

use core::marker::PhantomData;
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::{EnvValue, IsSecret};

/// `Secrecy::<T>::SECRET` is true for secret types.
pub struct Secrecy<T: ?Sized>(PhantomData<T>);

impl<T: IsSecret + ?Sized> Secrecy<T> {
    pub const SECRET: bool = true;
}

pub trait NotSecret {
    const SECRET: bool = false;
}

impl<T: ?Sized> NotSecret for Secrecy<T> {}

/// `Exposure::<T>::COULD_HOLD` is false for types whose values are never secrets: numbers, times, addresses, paths, words.
pub struct Exposure<T: ?Sized>(PhantomData<T>);

impl<T: EnvValue> Exposure<T> {
    pub const COULD_HOLD: bool = T::COULD_HOLD_SECRET;
}

pub trait CouldHold {
    const COULD_HOLD: bool = true;
}

impl<T: ?Sized> CouldHold for Exposure<T> {}

/// `Plain::<T>::TEXT` is true for texts that `SecretString` can take the place of.
pub struct Plain<T: ?Sized>(PhantomData<T>);

impl<T: PlainText + ?Sized> Plain<T> {
    pub const TEXT: bool = true;
}

pub trait NotText {
    const TEXT: bool = false;
}

impl<T: ?Sized> NotText for Plain<T> {}

pub trait PlainText {}

impl PlainText for str {}
impl PlainText for String {}
impl<T: PlainText + ?Sized> PlainText for &T {}
impl<T: PlainText + ?Sized> PlainText for Box<T> {}
impl<T: PlainText + ?Sized> PlainText for Rc<T> {}
impl<T: PlainText + ?Sized> PlainText for Arc<T> {}
impl<T: PlainText + ToOwned + ?Sized> PlainText for Cow<'_, T> {}
impl<T: PlainText> PlainText for Option<T> {}

/// Fails when a type marked `secret` is an alias of a plain text.
#[track_caller]
pub const fn check_marked(is_text: bool, message: &str) {
    if is_text {
        panic!("{}", message)
    }
}

/// Fails when a type marked `public` is a secret one.
#[track_caller]
pub const fn check_public(is_secret: bool, message: &str) {
    if is_secret {
        panic!("{}", message)
    }
}

/// Fails when a field named like a secret has a type that could hold one and is not secret.
#[track_caller]
pub const fn check_named(
    is_secret: bool,
    could_hold: bool,
    is_text: bool,
    [message, text_message]: [&str; 2],
) {
    if !is_secret && could_hold {
        panic!("{}", if is_text { text_message } else { message })
    }
}
