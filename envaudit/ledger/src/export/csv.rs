//! RFC 4180: fields with a quote, a comma or a line break are quoted, quotes doubled, lines end with CRLF.

use std::borrow::Cow;

use super::{Line, escaped};
use crate::format::line::hash_hex;

const COLUMNS: [&str; 22] = [
    "seq",
    "event_id",
    "timestamp",
    "chain",
    "kid",
    "actor_type",
    "actor_id",
    "action",
    "resource_type",
    "resource_id",
    "outcome",
    "reason",
    "origin",
    "trace_id",
    "span_id",
    "request_id",
    "session_id",
    "ip_address",
    "user_agent",
    "details",
    "previous_hash",
    "event_hash",
];

pub(super) fn header() -> String {
    COLUMNS.join(",") + "\r\n"
}

pub(super) fn write(line: &Line<'_>, sound: bool, out: &mut String) {
    let optional = |text: Option<crate::format::line::LineText<'_>>| {
        text.map_or(String::new(), |text| text.get().into_owned())
    };
    let fields: [String; COLUMNS.len()] = [
        line.seq.to_string(),
        line.event_id.to_owned(),
        line.timestamp.to_string(),
        line.ledger_id.to_owned(),
        line.kid.map_or(String::new(), |kid| kid.to_string()),
        line.actor_type.get().into_owned(),
        line.actor_id.get().into_owned(),
        line.action.get().into_owned(),
        optional(line.resource_type),
        optional(line.resource_id),
        line.outcome.get().into_owned(),
        optional(line.reason),
        optional(line.origin),
        optional(line.trace_id),
        optional(line.span_id),
        optional(line.request_id),
        optional(line.session_id),
        optional(line.ip_address),
        optional(line.user_agent),
        line.details.unwrap_or_default().to_owned(),
        hash_hex(&line.previous_hash),
        if sound { "" } else { "not sound: " }.to_owned() + &hash_hex(&line.event_hash),
    ];
    write_record(fields.into_iter(), out);
}

/// Appends one record, with its line break.
pub fn write_record(fields: impl Iterator<Item = String>, out: &mut String) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            out.push(',');
        }
        let field = without_controls(&field);
        let field = without_formula(&field);
        if field.contains(['"', ',', '\r', '\n']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&field);
        }
    }
    out.push_str("\r\n");
}

/// Unprintable characters are shown by an escape.
fn without_controls(field: &str) -> Cow<'_, str> {
    let shown = |char: char| match char {
        '\n' | '\r' | '\t' => None,
        char => escaped(char),
    };
    if !field.contains(|char| shown(char).is_some()) {
        return field.into();
    }
    let mut text = String::with_capacity(field.len() + 8);
    for char in field.chars() {
        match shown(char) {
            Some(escape) => text.push_str(&escape),
            None => text.push(char),
        }
    }
    text.into()
}

/// A spreadsheet runs a text that begins like a formula, and an event may contain the text of a stranger. OWASP advises the
/// apostrophe: a spreadsheet takes the cell for a text, and it can be read without further knowledge. Blanks before the sign
/// and its wide forms do not help an attacker either.
fn without_formula(field: &str) -> Cow<'_, str> {
    let signs = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    match field.starts_with(['\t', '\r', '\n']) || field.trim_start().starts_with(signs) {
        true => format!("'{field}").into(),
        false => field.into(),
    }
}
