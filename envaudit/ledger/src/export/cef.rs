//! ArcSight Common Event Format, version 0.

use super::{Line, escaped};
use crate::format::line::{LineText, hash_hex};

pub(super) fn write(line: &Line<'_>, sound: bool, out: &mut String) {
    let action = header(&line.action.get());
    let version = env!("CARGO_PKG_VERSION");
    let severity = if sound { severity(line) } else { 10 };
    out.push_str(&format!("CEF:0|envaudit|envaudit|{version}|{action}|{action}|{severity}|"));
    let mut first = true;
    let mut put = |key: &str, value: &str| {
        if !std::mem::take(&mut first) {
            out.push(' ');
        }
        out.push_str(key);
        out.push('=');
        extension(value, out);
    };
    fn text<'a>(text: Option<LineText<'a>>) -> Option<std::borrow::Cow<'a, str>> {
        text.map(|text| text.get())
    }
    put("rt", &line.timestamp.micros().div_euclid(1000).to_string());
    put("externalId", line.event_id);
    put("act", &line.action.get());
    put("outcome", &line.outcome.get());
    put("suser", &line.actor_id.get());
    put("spriv", &line.actor_type.get());
    if let Some(reason) = text(line.reason) {
        put("reason", &reason);
    }
    if let Some(agent) = text(line.user_agent) {
        put("requestClientApplication", &agent);
    }
    let labelled = [
        ("cs1", "resourceType", text(line.resource_type)),
        ("cs2", "resourceId", text(line.resource_id)),
        ("cs3", "traceId", text(line.trace_id)),
        ("cs4", "chain", Some(line.ledger_id.into())),
        ("cs5", "eventHash", Some(hash_hex(&line.event_hash).into())),
        ("cs6", "details", line.details.map(Into::into)),
        // The address is masked, `203.0.113.0/24`, and no field for an address takes that.
        ("flexString1", "network", text(line.ip_address)),
        ("flexString2", "requestId", text(line.request_id)),
    ];
    for (key, label, value) in labelled {
        if let Some(value) = value {
            put(key, &value);
            put(&format!("{key}Label"), label);
        }
    }
    put("cn1", &line.seq.to_string());
    put("cn1Label", "seq");
    if !sound {
        put("cn2", "0");
        put("cn2Label", "sound");
    }
    out.push('\n');
}

/// 0 to 10.
fn severity(line: &Line<'_>) -> u8 {
    match line.outcome.get().as_ref() {
        "success" => 3,
        "failure" => 6,
        _ => 7,
    }
}

/// In the header, a backslash and a bar are escaped, and there are no line breaks.
fn header(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' | '|' => out.extend(['\\', char]),
            '\n' | '\r' => out.push(' '),
            char => shown(char, &mut out),
        }
    }
    out
}

/// In an extension, a backslash, an equals sign and line breaks are escaped; a bar stays as it is.
fn extension(text: &str, out: &mut String) {
    for char in text.chars() {
        match char {
            '\\' | '=' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            char => shown(char, out),
        }
    }
}

/// Unprintable characters are shown by an escape, whose backslash is escaped like any other.
fn shown(char: char, out: &mut String) {
    match escaped(char) {
        Some(escape) => out.push_str(&escape.replace('\\', "\\\\")),
        None => out.push(char),
    }
}
