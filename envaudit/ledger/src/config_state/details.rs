//! The `details` of the events of a configuration, member by member in the order of the format.

use super::change::ConfigChange;
use super::value::RecordedValue;
use crate::format::json::{write_string, write_u64};

/// The details of a record that is the same as the one of this number.
pub fn unchanged_since(seq: u64) -> String {
    let mut out = b"{\"unchanged_since\":".to_vec();
    write_u64(&mut out, seq);
    out.push(b'}');
    text(out)
}

/// The details of a record with its own state.
pub fn state(
    environment: Option<&str>,
    changes: &[ConfigChange],
    state: &[RecordedValue],
) -> String {
    let mut out = written(environment, changes, state);
    out.push(b'}');
    text(out)
}

/// The details of a record that repeats the state of this event before that is pruned.
pub fn carried(environment: Option<&str>, state: &[RecordedValue], from: u64) -> String {
    let mut out = written(environment, &[], state);
    out.extend_from_slice(b",\"carried_from\":");
    write_u64(&mut out, from);
    out.push(b'}');
    text(out)
}

/// The members that all records with a state have.
fn written(
    environment: Option<&str>,
    changes: &[ConfigChange],
    state: &[RecordedValue],
) -> Vec<u8> {
    let mut out = b"{\"environment\":".to_vec();
    write_optional(&mut out, environment);
    out.extend_from_slice(b",\"changes\":[");
    for (at, change) in changes.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b"{\"key\":" } else { b",{\"key\":" });
        write_string(&mut out, &change.key);
        out.extend_from_slice(b",\"kind\":");
        write_string(&mut out, change.kind.name());
        for (name, side) in [(",\"before\":", &change.before), (",\"after\":", &change.after)] {
            if let Some(side) = side {
                out.extend_from_slice(name.as_bytes());
                write_recorded(&mut out, side);
            }
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"],\"state\":[");
    for (at, value) in state.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_recorded(&mut out, value);
    }
    out.push(b']');
    out
}

fn write_recorded(out: &mut Vec<u8>, recorded: &RecordedValue) {
    out.extend_from_slice(b"{\"key\":");
    write_string(out, &recorded.key);
    out.extend_from_slice(b",\"source\":");
    write_string(out, &recorded.source);
    out.extend_from_slice(b",\"provider\":");
    write_optional(out, recorded.provider.as_deref());
    out.extend_from_slice(b",\"masked\":");
    out.extend_from_slice(if recorded.masked { b"true" } else { b"false" });
    out.extend_from_slice(b",\"fingerprint\":");
    write_optional(out, recorded.fingerprint.as_deref());
    if let Some(value) = &recorded.value {
        out.extend_from_slice(b",\"value\":");
        write_string(out, value);
    }
    out.push(b'}');
}

fn write_optional(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => write_string(out, text),
        None => out.extend_from_slice(b"null"),
    }
}

fn text(out: Vec<u8>) -> String {
    String::from_utf8(out).expect("texts and ASCII are UTF-8")
}
