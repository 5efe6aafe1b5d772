//! Collecting every mistake of one input.

use std::cmp::Reverse;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Error;

/// The mistakes found so far.
///
/// Everything goes on after a mistake, so that one compilation shows all of them.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(Error::new(span, message));
    }

    /// Marks all of the tokens, not only the first.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(Error::new_spanned(tokens, message));
    }

    /// One mistake that has two places.
    pub(crate) fn at_both(&mut self, first: Span, second: Span, message: &str, there: &str) {
        let mut error = Error::new(second, message);
        error.combine(Error::new(first, there));
        self.push(error);
    }

    /// The value, or nothing and one mistake more.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.iter().flatten().count()
    }

    pub(crate) fn into_compile_errors(self) -> TokenStream {
        self.0.map(|error| error.to_compile_error()).unwrap_or_default()
    }
}

/// `did you mean …?` when one of the words is near, else `expected one of …`.
pub(crate) fn hint(word: &str, known: &[&str]) -> String {
    let near = known
        .iter()
        // Of words equally near, the one that begins alike.
        .map(|known| (distance(word, known), Reverse(begins_alike(word, known)), known))
        // A short word is near to everything.
        .filter(|(distance, _, known)| {
            *distance <= 2 && distance * 3 <= known.len().max(word.len())
        })
        .min();
    let begun = || {
        let begins = |known: &&&str| known.len() >= 3 && word.starts_with(**known);
        known.iter().filter(begins).max_by_key(|known| known.len())
    };
    match near.map(|(_, _, near)| near).or_else(begun) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.len() == 1 => format!("expected `{}`", known[0]),
        None => format!("expected one of `{}`", known.join("`, `")),
    }
}

fn begins_alike(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// The Levenshtein distance, case aside.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (x, from) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = x + 1;
        for (y, to) in b.chars().enumerate() {
            let replace = corner + usize::from(from != to);
            corner = row[y + 1];
            row[y + 1] = replace.min(corner + 1).min(row[y] + 1);
        }
    }
    row[row.len() - 1]
}
