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

/// The greatest length of the details of one event: a line has 1 MiB, and more than its details.
const MAX_DETAILS: usize = 800 << 10;

/// A record with its own state: the details of its event, and of those right before it that have what is too long for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDetails {
    /// The details of the parts, in order; none if one line is enough.
    pub parts: Vec<String>,
    /// The details of the event itself.
    pub last: String,
}

impl StateDetails {
    /// The details of a record that was made by a load, whose event has this action.
    pub fn of(
        event: &str,
        environment: Option<&str>,
        changes: &[ConfigChange],
        state: &[RecordedValue],
    ) -> Self {
        Record { event, environment, carried_from: None }.details(changes, state)
    }

    /// The details of a record that repeats the state of this event before that is pruned.
    pub fn carried(environment: Option<&str>, state: &[RecordedValue], from: u64) -> Self {
        let record = Record { event: "config.loaded", environment, carried_from: Some(from) };
        record.details(&[], state)
    }

    /// The number of bytes of all of them.
    pub fn bytes(&self) -> usize {
        self.parts.iter().map(String::len).sum::<usize>() + self.last.len()
    }
}

/// What all events of one record say.
struct Record<'a> {
    event: &'a str,
    environment: Option<&'a str>,
    carried_from: Option<u64>,
}

impl Record<'_> {
    fn details(&self, changes: &[ConfigChange], state: &[RecordedValue]) -> StateDetails {
        let mut changes: Vec<(&str, Vec<u8>)> =
            changes.iter().map(|change| (change.key.as_str(), written(change))).collect();
        let state: Vec<(&str, Vec<u8>)> = state
            .iter()
            .map(|value| {
                let mut out = Vec::new();
                write_recorded(&mut out, value);
                (value.key.as_str(), out)
            })
            .collect();
        let mut all = Slice::default();
        for (_, text) in changes.iter().chain(&state) {
            all.len += text.len() + 1;
        }
        if all.len <= MAX_DETAILS {
            all.changes = changes.iter().map(|(_, text)| text.as_slice()).collect();
            all.state = state.iter().map(|(_, text)| text.as_slice()).collect();
            return StateDetails { parts: Vec::new(), last: self.whole(&all) };
        }
        // A variable's change is in the part that has its state.
        changes.sort_by_key(|(key, _)| *key);
        let mut slices = vec![Slice::default()];
        let mut is_used = vec![false; changes.len()];
        for (key, value) in &state {
            let at = changes.binary_search_by_key(key, |(key, _)| *key).ok();
            if let Some(at) = at {
                is_used[at] = true;
            }
            Slice::add(&mut slices, at.map(|at| &*changes[at].1), Some(value));
        }
        for ((_, change), _) in changes.iter().zip(is_used).filter(|(_, is_used)| !is_used) {
            Slice::add(&mut slices, Some(change), None);
        }
        let of = slices.len() as u64;
        let part = |(slice, at): (&Slice<'_>, u64)| self.part(slice, at, of);
        StateDetails { parts: slices.iter().zip(1..).map(part).collect(), last: self.last(of) }
    }

    fn whole(&self, slice: &Slice<'_>) -> String {
        let mut out = b"{\"environment\":".to_vec();
        write_optional(&mut out, self.environment);
        slice.write(&mut out);
        self.end(out)
    }

    fn part(&self, slice: &Slice<'_>, at: u64, of: u64) -> String {
        let mut out = b"{\"part\":".to_vec();
        write_u64(&mut out, at);
        out.extend_from_slice(b",\"of\":");
        write_u64(&mut out, of);
        out.extend_from_slice(b",\"event\":");
        write_string(&mut out, self.event);
        slice.write(&mut out);
        self.end(out)
    }

    fn last(&self, parts: u64) -> String {
        let mut out = b"{\"environment\":".to_vec();
        write_optional(&mut out, self.environment);
        out.extend_from_slice(b",\"parts\":");
        write_u64(&mut out, parts);
        self.end(out)
    }

    fn end(&self, mut out: Vec<u8>) -> String {
        if let Some(from) = self.carried_from {
            out.extend_from_slice(b",\"carried_from\":");
            write_u64(&mut out, from);
        }
        out.push(b'}');
        text(out)
    }
}

/// Some of the changes and some of the state, as they are written.
#[derive(Default)]
struct Slice<'a> {
    changes: Vec<&'a [u8]>,
    state: Vec<&'a [u8]>,
    len: usize,
}

impl<'a> Slice<'a> {
    /// Adds what belongs to one variable to the last of the slices, or to a new one.
    fn add(slices: &mut Vec<Self>, change: Option<&'a [u8]>, value: Option<&'a [u8]>) {
        let len: usize = [change, value].iter().flatten().map(|text| text.len() + 1).sum();
        if slices.last().is_none_or(|slice| slice.len > 0 && slice.len + len > MAX_DETAILS) {
            slices.push(Slice::default());
        }
        if let Some(slice) = slices.last_mut() {
            slice.changes.extend(change);
            slice.state.extend(value);
            slice.len += len;
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"changes\":[");
        out.extend_from_slice(&self.changes.join(&b','));
        out.extend_from_slice(b"],\"state\":[");
        out.extend_from_slice(&self.state.join(&b','));
        out.push(b']');
    }
}

fn written(change: &ConfigChange) -> Vec<u8> {
    let mut out = b"{\"key\":".to_vec();
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
