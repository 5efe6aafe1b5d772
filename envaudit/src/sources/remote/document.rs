//! Secrets that are JSON objects.

use core::fmt;

use secrecy::zeroize::Zeroizing;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::schema::{KeyRequest, Shape};
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The members of an object, as they are written.
pub(super) struct Document<'d> {
    members: Vec<(String, &'d RawValue)>,
}

/// A member that has no text for a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It is not there, or `null`.
    Absent,
    /// It is an object or an array, and the field takes a text, or a list of texts.
    Compound,
    /// An element has the separator of the field in it.
    Separator,
    /// It has several members, and none was named.
    Ambiguous,
}

impl<'d> Document<'d> {
    /// Reads the text of a secret.
    ///
    /// # Errors
    ///
    /// When it is not an object, or has a member twice. Nothing of it is in the error.
    pub(super) fn read(text: &'d str) -> Result<Self, ProviderError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        serde_json::from_str(text).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Data if text.trim_start().starts_with('{') => {
                    "it has a member twice"
                }
                serde_json::error::Category::Data => "it is JSON, but not an object",
                _ => "it is not JSON",
            };
            let place = format_args!("{what} (line {}, column {})", error.line(), error.column());
            ProviderError::free_text(ProviderErrorKind::Malformed, place)
        })
    }

    /// The names of all members that are not `null`.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let set = self.members.iter().filter(|(_, raw)| raw.get() != "null");
        set.map(|(name, _)| name.as_str())
    }

    /// The member of this name, or at the end of this JSON pointer, as the text of a variable.
    pub(super) fn text(
        &self,
        member: &str,
        request: &KeyRequest,
    ) -> Result<Zeroizing<String>, Unusable> {
        let raw = match member.starts_with('/') {
            true => self.at_pointer(member),
            false => self.get(member),
        };
        text_of(raw.ok_or(Unusable::Absent)?, request)
    }

    /// The whole object for a field that takes such, else its only member.
    pub(super) fn whole(
        &self,
        text: &str,
        request: &KeyRequest,
    ) -> Result<Zeroizing<String>, Unusable> {
        match &self.members[..] {
            _ if takes_json(request.field().shape) => Ok(Zeroizing::new(text.to_owned())),
            [] => Err(Unusable::Absent),
            [(_, raw)] => text_of(raw, request),
            _ => Err(Unusable::Ambiguous),
        }
    }

    /// Whether there is such a member, and it is not `null`.
    pub(super) fn has(&self, member: &str) -> bool {
        self.get(member).is_some_and(|raw| raw.get() != "null")
    }

    fn get(&self, member: &str) -> Option<&'d RawValue> {
        self.members.iter().find(|(name, _)| name == member).map(|(_, raw)| *raw)
    }

    fn at_pointer(&self, pointer: &str) -> Option<&'d RawValue> {
        let mut parts = pointer.split('/').skip(1).map(|part| {
            let slashes = part.replace("~1", "/");
            slashes.replace("~0", "~")
        });
        let mut raw = self.get(&parts.next()?)?;
        for part in parts {
            raw = match raw.get().as_bytes().first() {
                Some(b'{') => Document::read(raw.get()).ok()?.get(&part)?,
                Some(b'[') => {
                    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
                    *items.get(part.parse::<usize>().ok()?)?
                }
                _ => return None,
            };
        }
        Some(raw)
    }
}

/// The text of a variable: that of a string, a number or a truth as it is written, a list or an object as the field reads it.
fn text_of(raw: &RawValue, request: &KeyRequest) -> Result<Zeroizing<String>, Unusable> {
    let text = raw.get();
    let shape = request.field().shape;
    match text.as_bytes().first() {
        Some(b'n') | None => Err(Unusable::Absent),
        Some(b'{' | b'[') if takes_json(shape) => Ok(Zeroizing::new(text.to_owned())),
        Some(b'[') if matches!(shape, Shape::List(_) | Shape::Array(..)) => {
            let items: Vec<&RawValue> =
                serde_json::from_str(text).map_err(|_| Unusable::Compound)?;
            let items = items.into_iter().map(scalar).collect::<Result<Vec<_>, _>>()?;
            joined(&items, request.field().sep.unwrap_or(","))
        }
        Some(b'{') if matches!(shape, Shape::Map(_)) => {
            let document = Document::read(text).map_err(|_| Unusable::Compound)?;
            let between = request.field().kv_sep.unwrap_or("=");
            let pairs = document.members.iter().map(|(name, raw)| {
                let value = scalar(raw)?;
                let parts = [Zeroizing::new(name.clone()), value];
                joined(&parts, between)
            });
            let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
            joined(&pairs, request.field().sep.unwrap_or(","))
        }
        Some(b'{' | b'[') => Err(Unusable::Compound),
        Some(_) => scalar(raw),
    }
}

fn takes_json(shape: Shape) -> bool {
    matches!(shape, Shape::Json | Shape::Opaque)
}

/// The text of a string, or of a number or a truth as it is written.
fn scalar(raw: &RawValue) -> Result<Zeroizing<String>, Unusable> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'"') => {
            let text: String = serde_json::from_str(text).map_err(|_| Unusable::Compound)?;
            Ok(Zeroizing::new(text))
        }
        Some(b'{' | b'[' | b'n') | None => Err(Unusable::Compound),
        Some(_) => Ok(Zeroizing::new(text.to_owned())),
    }
}

/// The text of a variable whose secret is a list with commas in it: with the separator of the field, if that is a list as well.
pub(super) fn list_text(text: &str, request: &KeyRequest) -> Result<Zeroizing<String>, Unusable> {
    let separator = request.field().sep.unwrap_or(",");
    let is_list = matches!(request.field().shape, Shape::List(_) | Shape::Array(..));
    if !is_list || separator == "," {
        return Ok(Zeroizing::new(text.to_owned()));
    }
    let items: Vec<_> = text.split(',').map(|item| Zeroizing::new(item.to_owned())).collect();
    joined(&items, separator)
}

/// Texts with something between them that none of them has.
fn joined(texts: &[Zeroizing<String>], between: &str) -> Result<Zeroizing<String>, Unusable> {
    let mut whole = Zeroizing::new(String::new());
    for (at, text) in texts.iter().enumerate() {
        if text.contains(between) {
            return Err(Unusable::Separator);
        }
        if at > 0 {
            whole.push_str(between);
        }
        whole.push_str(text);
    }
    Ok(whole)
}

impl<'de: 'd, 'd> Deserialize<'de> for Document<'d> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Document<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Vec<(String, &'de RawValue)> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if members.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom("twice"));
                    }
                    members.push((name, map.next_value()?));
                }
                Ok(Document { members })
            }
        }

        deserializer.deserialize_map(Members)
    }
}
