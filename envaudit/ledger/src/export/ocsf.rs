//! Open Cybersecurity Schema Framework: see <https://schema.ocsf.io>.

use serde_json::{Map, Value, json};

use super::{Line, escaped};
use crate::format::line::{LineText, hash_hex};

/// A version of the schema of OCSF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OcsfVersion {
    /// 1.8.0, the newest that is published: the hash of the event is in `unmapped.attestation`.
    #[default]
    V1_8,
    /// 1.9.0-dev, the first that has the profile `record_integrity`: the hash is in `attestation_list`. A consumer that looks
    /// the version up may not find it.
    V1_9Dev,
}

impl OcsfVersion {
    /// All of them.
    pub const ALL: [OcsfVersion; 2] = [OcsfVersion::V1_8, OcsfVersion::V1_9Dev];

    /// Its name in `metadata.version`.
    pub const fn name(self) -> &'static str {
        match self {
            OcsfVersion::V1_8 => "1.8.0",
            OcsfVersion::V1_9Dev => "1.9.0-dev",
        }
    }
}

pub(super) fn write(line: &Line<'_>, version: OcsfVersion, sound: bool, out: &mut String) {
    // Many readers of lines take some of these for the end of one.
    for char in event(line, version, sound).to_string().chars() {
        match escaped(char) {
            Some(escape) => out.push_str(&escape),
            None => out.push(char),
        }
    }
    out.push('\n');
}

fn event(line: &Line<'_>, version: OcsfVersion, sound: bool) -> Value {
    let action = line.action.get();
    let text = |text: Option<LineText<'_>>| text.map(|text| text.get().into_owned());
    let resource_id = text(line.resource_id);
    let mut event = Map::new();
    let mut set = |name: &str, value: Value| {
        if !value.is_null() {
            event.insert(name.to_owned(), value);
        }
    };
    if line.resource_type.is_some_and(|kind| kind == "config") {
        set("category_uid", json!(5));
        set("category_name", json!("Discovery"));
        set("class_uid", json!(5019));
        set("class_name", json!("Device Config State Change"));
        set("activity_id", json!(1));
        set("activity_name", json!("Log"));
        set("type_uid", json!(501_901));
        set("type_name", json!("Device Config State Change: Log"));
        let name = resource_id.as_deref().filter(|id| !id.is_empty()).unwrap_or("unknown");
        set("device", json!({ "type_id": 99, "type": "Service", "name": name, "uid": name }));
        set("state_id", json!(99));
        set("state", json!(action));
    } else {
        set("category_uid", json!(0));
        set("category_name", json!("Uncategorized"));
        set("class_uid", json!(0));
        set("class_name", json!("Base Event"));
        set("activity_id", json!(99));
        set("activity_name", json!(action));
        set("type_uid", json!(99));
        set("type_name", json!("Base Event: Other"));
    }
    set("time", json!(line.timestamp.micros().div_euclid(1000)));
    set("timezone_offset", json!(0));
    let outcome = line.outcome.get();
    let (severity, severity_id) = match outcome.as_ref() {
        "success" => ("Informational", 1),
        "failure" => ("Medium", 3),
        _ => ("High", 4),
    };
    set("severity", json!(severity));
    set("severity_id", json!(severity_id));
    let (status, status_id) = match outcome.as_ref() {
        "success" => ("Success", 1),
        _ => ("Failure", 2),
    };
    set("status", json!(status));
    set("status_id", json!(status_id));
    set("status_code", json!(outcome));
    set("status_detail", json!(text(line.reason)));
    let actor = line.actor_id.get();
    let subject = resource_id.map_or(String::new(), |id| format!(" on {id}"));
    set("message", json!(format!("{action}{subject} by {actor}: {outcome}")));
    set("actor", of_actor(&line.actor_type.get(), &actor, text(line.session_id)));
    let has_integrity = version == OcsfVersion::V1_9Dev;
    let profiles: &[&str] = if has_integrity { &["host", "record_integrity"] } else { &["host"] };
    set(
        "metadata",
        json!({
            "version": version.name(),
            "profiles": profiles,
            "product": {
                "name": "envaudit",
                "vendor_name": "envaudit",
                "version": env!("CARGO_PKG_VERSION"),
            },
            "uid": line.event_id,
            "original_event_uid": line.event_id,
            "original_time": line.timestamp.to_string(),
            "sequence": line.seq,
            "log_name": line.ledger_id,
            "log_format": "JSON",
            "log_version": "1",
            "correlation_uid": text(line.trace_id),
        }),
    );
    set("raw_data", json!(line.as_str()));
    let mut rest = unmapped(line);
    match has_integrity {
        true => set("attestation_list", json!([attestation(line)])),
        false => rest["attestation"] = attestation(line),
    }
    if !sound {
        rest["sound"] = json!(false);
    }
    set("unmapped", rest);
    without_nulls(Value::Object(event))
}

fn of_actor(kind: &str, id: &str, session: Option<String>) -> Value {
    let mut actor = match kind {
        "user" => json!({ "user": { "name": id, "type": "User", "type_id": 1 } }),
        "admin" => json!({ "user": { "name": id, "type": "Admin", "type_id": 2 } }),
        _ => json!({ "app_name": id }),
    };
    if let Some(session) = session {
        actor["session"] = json!({ "uid": session });
    }
    actor
}

/// The hash is one of the ledger's line, which is in `raw_data`, and not of this event.
fn attestation(line: &Line<'_>) -> Value {
    let algorithm = match line.kid {
        Some(_) => json!({ "algorithm_id": 99, "algorithm": "HMAC-SHA256" }),
        None => json!({ "algorithm_id": 3, "algorithm": "SHA-256" }),
    };
    let mut fingerprint = json!({
        "value": hash_hex(&line.event_hash),
        "encoding_id": 1,
        "encoding": "Hex",
        "serialization_id": 99,
        "serialization": "envaudit ledger line",
    });
    if let (Value::Object(fingerprint), Value::Object(algorithm)) = (&mut fingerprint, algorithm) {
        fingerprint.extend(algorithm);
    }
    json!({
        "uid": line.event_id,
        "authority_uid": line.kid.map(|kid| kid.to_string()),
        "chain_uid": line.ledger_id,
        "fingerprint": fingerprint,
    })
}

/// The members that the schema has no place for. Of the previous event only the hash is known, and `prev_event` needs its id.
fn unmapped(line: &Line<'_>) -> Value {
    let text = |text: Option<LineText<'_>>| text.map(|text| text.get().into_owned());
    let details = line.details.map(serde_json::from_str::<Value>);
    json!({
        "action": line.action.get(),
        "actor_type": line.actor_type.get(),
        "resource_type": text(line.resource_type),
        "resource_id": text(line.resource_id),
        "origin": text(line.origin),
        "trace_id": text(line.trace_id),
        "span_id": text(line.span_id),
        "request_id": text(line.request_id),
        "network": text(line.ip_address),
        "user_agent": text(line.user_agent),
        "details": details.and_then(Result::ok),
        "previous_hash": hash_hex(&line.previous_hash),
    })
}

/// Removes members without a value, except in `unmapped.details`, which stay as they were recorded.
fn without_nulls(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let kept = members.into_iter().filter(|(_, value)| !value.is_null());
    let cleaned = kept.map(|(name, value)| {
        let value = if name == "details" { value } else { without_nulls(value) };
        let value = match value {
            Value::Array(items) if name != "details" => {
                items.into_iter().map(without_nulls).collect()
            }
            value => value,
        };
        (name, value)
    });
    Value::Object(cleaned.collect())
}
