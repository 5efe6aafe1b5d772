//! Vectors with a line of another form than section 3 has, under the key: only the form is wrong.

use super::{Vector, given, key};
use crate::ledger::LedgerBuilder;

type Change = fn(&str) -> String;

/// Changes of the bytes that are hashed, and whether a line may look like that.
const FORMS: &[(&str, &str, Change)] = &[
    ("form-full", "All members of a line, and escapes within texts: a good line.", |_| {
        unreachable!("it is made apart")
    }),
    ("form-member-twice", "A member is there twice.", |line| {
        line.replacen(
            "\"outcome\":\"success\"",
            "\"outcome\":\"failure\",\"outcome\":\"success\"",
            1,
        )
    }),
    ("form-detail-twice", "A member of details is there twice.", |line| {
        details(line, r#"{"a":1,"a":2}"#)
    }),
    (
        "form-detail-twice-escaped",
        "A member of details is there twice, once with an escape.",
        |line| details(line, r#"{"a":1,"\u0061":2}"#),
    ),
    ("form-inner-twice", "A member of an object within details is there twice.", |line| {
        details(line, r#"{"a":[{"b":1,"b":1}]}"#)
    }),
    ("form-float", "A number has a fraction.", |line| details(line, r#"{"a":0.5}"#)),
    ("form-exponent", "A number has an exponent.", |line| details(line, r#"{"a":1e3}"#)),
    ("form-large", "A number is larger than 2^53.", |line| {
        details(line, r#"{"a":9007199254740993}"#)
    }),
    ("form-small", "A number is smaller than -2^53.", |line| {
        details(line, r#"{"a":-9007199254740993}"#)
    }),
    ("form-leading-zero", "A number has a leading zero.", |line| details(line, r#"{"a":01}"#)),
    ("form-blank", "A blank stands outside of texts.", |line| details(line, r#"{"a": 1}"#)),
    ("form-details-list", "Details are a list.", |line| details(line, "[1]")),
    ("form-control", "A text has a tab that is not escaped.", |line| {
        details(line, "{\"a\":\"\t\"}")
    }),
    ("form-surrogate", "A text has half of a pair of surrogates.", |line| {
        details(line, r#"{"a":"\ud83d"}"#)
    }),
    ("form-escape", "A text has an escape that JSON does not know.", |line| {
        details(line, r#"{"a":"\x41"}"#)
    }),
    ("form-unknown-member", "A line has a member that is not in the table.", |line| {
        line.replacen("\"outcome\"", "\"extra\":\"x\",\"outcome\"", 1)
    }),
    ("form-order", "Two members are in another order.", |line| {
        line.replacen(
            "\"actor_type\":\"service\",\"actor_id\":\"door\"",
            "\"actor_id\":\"door\",\"actor_type\":\"service\"",
            1,
        )
    }),
    ("form-absent", "A member that has to be there is absent.", |line| {
        line.replacen("\"actor_id\":\"door\",", "", 1)
    }),
    ("form-actor-empty", "The id of an actor is empty.", |line| {
        line.replacen("\"actor_id\":\"door\"", "\"actor_id\":\"\"", 1)
    }),
    ("form-trace-zero", "The id of a trace is zeros.", |line| {
        let trace = format!("\"trace_id\":\"{}\",\"details\"", "0".repeat(32));
        line.replacen("\"details\"", &trace, 1)
    }),
    ("form-name-escaped", "The name of a member has an escape.", |line| {
        line.replacen("\"action\"", "\"\\u0061ction\"", 1)
    }),
    ("form-action-escaped", "The action has an escape.", |line| {
        line.replacen("door.opened", "door\\u002eopened", 1)
    }),
    ("form-version", "A line is of another version.", |line| {
        line.replacen("{\"v\":1", "{\"v\":2", 1)
    }),
    ("form-seq-text", "The seq is a text.", |line| line.replacen("\"seq\":3", "\"seq\":\"3\"", 1)),
    ("form-seq-zero", "The seq has a leading zero.", |line| {
        line.replacen("\"seq\":3", "\"seq\":03", 1)
    }),
    ("form-id-upper", "The id of an event is in upper case.", |line| {
        line.replacen("\"event_id\":\"0198c5a6", "\"event_id\":\"0198C5A6", 1)
    }),
    ("form-id-version", "The id of an event is not a version 7 UUID.", |line| {
        line.replacen("-7d0a-8f3e-", "-4d0a-8f3e-", 1)
    }),
    ("form-time-short", "A timestamp has no microseconds.", |line| {
        line.replacen(".000003Z", "Z", 1)
    }),
    ("form-time-offset", "A timestamp has an offset.", |line| {
        line.replacen(".000003Z", ".000003+00:00", 1)
    }),
    ("form-time-day", "A timestamp names a day that the month does not have.", |line| {
        line.replacen("2026-11-30T", "2026-11-31T", 1)
    }),
    ("form-year-zero", "A timestamp is of the year 0.", |line| {
        line.replacen("2026-11-30T", "0000-11-30T", 1)
    }),
    ("form-deep", "Details are nested 64 levels deep, so the line 65.", |line| {
        details(line, &format!("{{\"a\":{}{}}}", "[".repeat(63), "]".repeat(63)))
    }),
    ("form-hash-upper", "The hash of the event before is in upper case.", |line| {
        let at = line.rfind(":\"").expect("a hash") + 2;
        format!("{}{}", &line[..at], line[at..].to_uppercase())
    }),
];

fn details(line: &str, details: &str) -> String {
    let (before, rest) = line.split_once("\"details\":{").expect("details");
    let (_, after) = rest.split_once("},\"previous_hash\"").expect("the end of details");
    format!("{before}\"details\":{details},\"previous_hash\"{after}")
}

/// A line with everything that a line may have.
fn full(line: &str) -> String {
    let line = line.replacen(
        "\"outcome\":\"success\"",
        "\"resource_type\":\"door\",\"resource_id\":\"caf\\u00e9 \\ud83d\\ude00\",\"outcome\":\"denied\",\"reason\":\"\\\"no\\\"\\n\",\"origin\":\"http\",\
         \"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":\"00f067aa0ba902b7\",\"request_id\":\"r-1\",\"session_id\":\"s-1\",\
         \"ip_address\":\"192.0.2.0/24\",\"user_agent\":\"curl/8\"",
        1,
    );
    let deep = format!("{}{}", "[".repeat(62), "]".repeat(62));
    details(
        &line,
        &format!(
            r#"{{"a":[-9007199254740992,9007199254740992,null,true,false,{{}},""],"\u0061b":"\u0000\ud83d\ude00","":{deep}}}"#
        ),
    )
}

pub(super) fn vectors() -> Vec<Vector> {
    FORMS
        .iter()
        .map(|(name, about, change)| {
            let mut builder = LedgerBuilder::new(Some(key(0)));
            builder.events(1);
            let line = String::from_utf8(builder.clone().line("door.opened", "{\"door\":1}"))
                .expect("text");
            let (covered, _) = line.split_once(",\"event_hash\"").expect("a hash");
            let changed = if *name == "form-full" { full(covered) } else { change(covered) };
            assert_ne!(changed, covered, "{name}");
            let line = builder.seal(changed);
            builder.ledger.edit(1, |lines| lines.push(line));
            builder.events(1);
            builder.checkpoint();
            builder.head();
            Vector::new(name, about, builder.ledger, given())
        })
        .collect()
}
