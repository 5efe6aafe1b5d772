//! A second reader of lines, written from section 3 of docs/ledger-format.md alone.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// What the document allows in the members whose values are words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// The words of the table.
    Known,
    /// Any text.
    Any,
}

/// Whether the bytes are a line of section 3, given without the newline.
pub fn is_line(bytes: &[u8], words: Words) -> bool {
    bytes.len() < 1 << 20 && str::from_utf8(bytes).ok().and_then(|text| read(text, words)).is_some()
}

fn read(text: &str, words: Words) -> Option<()> {
    let rest = text.strip_prefix("{\"v\":1,\"seq\":")?;
    let digits = rest.find(|char: char| !char.is_ascii_digit())?;
    let seq = &rest[..digits];
    // A number has no leading zeros, and events are counted from 1.
    if seq.starts_with('0') || seq.parse::<u64>().is_err() {
        return None;
    }
    let mut rest = &rest[digits..];
    let any = words == Words::Any;
    let id = value(&mut rest, "event_id")??;
    (is_uuid(&id)
        && id.as_bytes()[14] == b'7'
        && matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'))
    .then_some(())?;
    is_timestamp(&value(&mut rest, "timestamp")??).then_some(())?;
    is_uuid(&value(&mut rest, "chain")??).then_some(())?;
    if let Some(kid) = value(&mut rest, "kid") {
        is_hex(&kid?, 16).then_some(())?;
    }
    let actor = value(&mut rest, "actor_type")??;
    (any || matches!(&*actor, "user" | "service" | "system" | "admin")).then_some(())?;
    value(&mut rest, "actor_id")??;
    let action = raw(&mut rest, "action")?;
    (any || is_action(action)).then_some(())?;
    text_of(action)?;
    for name in ["resource_type", "resource_id"] {
        optional(&mut rest, name)?;
    }
    let outcome = value(&mut rest, "outcome")??;
    (any || matches!(&*outcome, "success" | "failure" | "denied")).then_some(())?;
    for name in ["reason", "origin"] {
        optional(&mut rest, name)?;
    }
    for (name, len) in [("trace_id", 32), ("span_id", 16)] {
        if let Some(id) = value(&mut rest, name) {
            let id = id?;
            (any || is_hex(&id, len)).then_some(())?;
        }
    }
    for name in ["request_id", "session_id", "ip_address", "user_agent"] {
        optional(&mut rest, name)?;
    }
    if let Some(after) = rest.strip_prefix(",\"details\":") {
        let end = end_of_object(after)?;
        is_object(&after[..end]).then_some(())?;
        rest = &after[end..];
    }
    for name in ["previous_hash", "event_hash"] {
        is_hex(&value(&mut rest, name)??, 64).then_some(())?;
    }
    (rest == "}").then_some(())
}

/// The text between the quotes of the next member, if it has this name.
fn raw<'t>(rest: &mut &'t str, name: &str) -> Option<&'t str> {
    let after =
        rest.strip_prefix(',')?.strip_prefix('"')?.strip_prefix(name)?.strip_prefix("\":\"")?;
    let mut escaped = false;
    let end = after.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    *rest = &after[end + 1..];
    Some(&after[..end])
}

/// The next member, if it has this name: its text, if it is one.
fn value(rest: &mut &str, name: &str) -> Option<Option<String>> {
    raw(rest, name).map(text_of)
}

fn optional(rest: &mut &str, name: &str) -> Option<()> {
    match value(rest, name) {
        None => Some(()),
        Some(text) => text.map(drop),
    }
}

fn text_of(raw: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{raw}\"")).ok()
}

fn is_hex(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    parts.len() == 5 && parts.iter().zip(lengths).all(|(part, len)| is_hex(part, len))
}

fn is_timestamp(text: &str) -> bool {
    let shape = text.len() == 27
        && text.bytes().zip(*b"dddd-dd-ddTdd:dd:dd.ddddddZ").all(|(byte, at)| match at {
            b'd' => byte.is_ascii_digit(),
            _ => byte == at,
        });
    let number = |from: usize, to: usize| -> u32 { text[from..to].parse().expect("digits") };
    shape
        && number(0, 4) > 0
        && chrono::NaiveDate::from_ymd_opt(number(0, 4) as i32, number(5, 7), number(8, 10))
            .is_some()
        && number(11, 13) < 24
        && number(14, 16) < 60
        && number(17, 19) < 60
}

fn is_action(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    text.split('.').all(is_word)
}

/// Where the object ends that the text begins with.
fn end_of_object(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    text.starts_with('{').then_some(())?;
    values.next()?.ok()?;
    Some(values.byte_offset())
}

/// Whether it is an object as details are.
fn is_object(text: &str) -> bool {
    let mut in_text = false;
    let mut escaped = false;
    let mut depth = 1;
    for byte in text.bytes() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' if !in_text => return false,
            b'"' if !escaped => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                // The line itself is the first level.
                if depth > 64 {
                    return false;
                }
            }
            b'}' | b']' if !in_text => depth -= 1,
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    let mut json = serde_json::Deserializer::from_str(text);
    Strict.deserialize(&mut json).is_ok() && json.end().is_ok()
}

/// JSON without floats and without a member that is there twice.
struct Strict;

const LARGEST: u64 = 1 << 53;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("what a line may have in its details")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        if number <= LARGEST { Ok(()) } else { Err(E::custom("too large")) }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        if number.unsigned_abs() <= LARGEST { Ok(()) } else { Err(E::custom("too small")) }
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Err(E::custom("a float"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Strict)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = object.next_key::<String>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a member twice"));
            }
            object.next_value_seed(Strict)?;
        }
        Ok(())
    }
}
