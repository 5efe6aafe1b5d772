//! `${NAME}` in a value.
//!
//! The grammar is the one of Docker Compose's interpolation: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?message}`,
//! `${NAME:+replacement}`, and the same without the colon, which then asks whether the name is unset, not whether it is
//! empty. A `$` that begins no name is a `$`.

use core::fmt;
use std::borrow::Cow;

/// The longest value that references may add up to.
const MAX_EXPANDED: usize = 1 << 20;
/// How deep references within references may go.
const MAX_DEPTH: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExpandFault {
    Malformed,
    Undefined(String),
    Circular(String),
    Required { name: String, message: String },
    TooLong,
    TooDeep,
    TooMany,
    TooMuch,
}

impl ExpandFault {
    /// The fault without the names in it, which in a secret value may be a part of the secret.
    pub(crate) fn without_names(&self) -> &'static str {
        match self {
            ExpandFault::Malformed => "a `${` is not closed by `}`, or has no name in it",
            ExpandFault::Undefined(_) => "it refers to a variable that is not set",
            ExpandFault::Circular(_) => "its references lead back to itself",
            ExpandFault::Required { .. } => "it requires a variable that is not set",
            ExpandFault::TooLong => "its references add up to more than 1 MiB",
            ExpandFault::TooDeep => "its references are nested more than 32 deep",
            ExpandFault::TooMany => "this load has more than 10,000 references",
            ExpandFault::TooMuch => "the references of this load copy more than 16 MiB",
        }
    }

    /// The fault with its texts as an error shows them.
    pub(crate) fn with_texts(&self, shown: impl Fn(&str) -> String) -> Self {
        match self {
            ExpandFault::Undefined(name) => ExpandFault::Undefined(shown(name)),
            ExpandFault::Circular(name) => ExpandFault::Circular(shown(name)),
            ExpandFault::Required { name, message } => {
                ExpandFault::Required { name: shown(name), message: shown(message) }
            }
            other => other.clone(),
        }
    }

    pub(crate) fn hint(&self) -> &'static str {
        match self {
            ExpandFault::Malformed => "write \\$ for a `$`, or put the value into single quotes",
            ExpandFault::Undefined(_) => {
                "set it, write ${NAME:-} where it may be absent, or put a value that has `${` into single quotes"
            }
            ExpandFault::Circular(_) => "write one of the values in full",
            ExpandFault::Required { .. } => "set it",
            ExpandFault::TooLong
            | ExpandFault::TooDeep
            | ExpandFault::TooMany
            | ExpandFault::TooMuch => "write the value in full instead",
        }
    }
}

impl fmt::Display for ExpandFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExpandFault::Undefined(name) => write!(f, "it refers to {name}, which is not set"),
            ExpandFault::Circular(name) => {
                write!(f, "it refers to {name}, which leads back to it and is set nowhere else")
            }
            ExpandFault::Required { name, message } if message.is_empty() => {
                write!(f, "it requires {name}, which is not set")
            }
            ExpandFault::Required { name, message } => write!(f, "it requires {name}: {message}"),
            other => f.write_str(other.without_names()),
        }
    }
}

/// Looks up what a name stands for, at that depth.
pub(crate) trait Lookup<'v> {
    fn lookup(&mut self, name: &str, depth: usize) -> Result<Option<Cow<'v, str>>, ExpandFault>;

    /// Whether the value that is being put together belongs to that name.
    fn is_circular(&self, name: &str) -> bool;
}

/// Puts values in place of references. `marker` stands for each `$` that may begin one.
pub(crate) fn expand<'v>(
    text: &str,
    marker: char,
    depth: usize,
    scope: &mut dyn Lookup<'v>,
) -> Result<String, ExpandFault> {
    if depth > MAX_DEPTH {
        return Err(ExpandFault::TooDeep);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(marker) {
        out.push_str(&rest[..at]);
        rest = &rest[at + marker.len_utf8()..];
        if let Some(braced) = rest.strip_prefix('{') {
            let end = closing(braced, marker).ok_or(ExpandFault::Malformed)?;
            out.push_str(&braced_value(&braced[..end], marker, depth, scope)?);
            rest = &braced[end + 1..];
        } else {
            let name = &rest[..name_len(rest)];
            rest = &rest[name.len()..];
            let value = if name.is_empty() { None } else { scope.lookup(name, depth)? };
            match value {
                Some(value) => out.push_str(&value),
                // A `$` in a password hardly ever means a variable of that name.
                None => {
                    out.push('$');
                    out.push_str(name);
                }
            }
        }
        if out.len() > MAX_EXPANDED {
            return Err(ExpandFault::TooLong);
        }
    }
    out.push_str(rest);
    if out.len() > MAX_EXPANDED { Err(ExpandFault::TooLong) } else { Ok(out) }
}

fn braced_value<'v>(
    inner: &str,
    marker: char,
    depth: usize,
    scope: &mut dyn Lookup<'v>,
) -> Result<Cow<'v, str>, ExpandFault> {
    let (name, operator) = inner.split_at(name_len(inner));
    if name.is_empty() {
        return Err(ExpandFault::Malformed);
    }
    let value = scope.lookup(name, depth)?;
    let (filled, operator) = match operator.strip_prefix(':') {
        Some(operator) => (value.as_ref().is_some_and(|value| !value.is_empty()), operator),
        None => (value.is_some(), operator),
    };
    let mut chars = operator.chars();
    match (chars.next(), chars.as_str()) {
        (None, _) if inner.len() == name.len() => value.ok_or_else(|| {
            let name = name.to_owned();
            match scope.is_circular(&name) {
                true => ExpandFault::Circular(name),
                false => ExpandFault::Undefined(name),
            }
        }),
        (Some('-'), _) if filled => Ok(value.unwrap_or_default()),
        (Some('-'), default) => expand(default, marker, depth + 1, scope).map(Cow::Owned),
        (Some('+'), replacement) if filled => {
            expand(replacement, marker, depth + 1, scope).map(Cow::Owned)
        }
        (Some('+'), _) => Ok(Cow::default()),
        (Some('?'), _) if filled => Ok(value.unwrap_or_default()),
        (Some('?'), message) => Err(ExpandFault::Required {
            name: name.to_owned(),
            message: message.replace(marker, "$"),
        }),
        _ => Err(ExpandFault::Malformed),
    }
}

/// The names after each `$` and `${` of a text as it is written.
pub(super) fn references(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(|rest| {
        let name = rest.strip_prefix('{').unwrap_or(rest);
        &name[..name_len(name)]
    })
}

fn name_len(text: &str) -> usize {
    let name_end = text
        .find(|char: char| !(char.is_ascii_alphanumeric() || char == '_'))
        .unwrap_or(text.len());
    if text.starts_with(|char: char| char.is_ascii_digit()) { 0 } else { name_end }
}

/// The `}` that closes what is open, references in a default included.
fn closing(text: &str, marker: char) -> Option<usize> {
    let mut open = 0;
    let mut before = None;
    for (at, char) in text.char_indices() {
        match char {
            '{' if before == Some(marker) => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
        before = Some(char);
    }
    None
}
