//! What an event becomes on its line.

use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{Actor, Event, FileStore, Origin, Outcome};
use envaudit_tests::fresh_ledger::options;
use serde_json::{Value, json};

/// The line of an event: its exact text and what serde_json reads in it.
fn line(event: Event) -> (String, Value) {
    let ledger = options()
        .entropy(|bytes| {
            bytes.fill(0xab);
            Ok(())
        })
        .clock(|| "2026-11-30T12:00:00.000042Z".parse().expect("a timestamp"))
        .init_in(FileStore::on(MemoryDisk::new()))
        .expect("a ledger");
    let seq = ledger.append(&event).expect("appended").seq;
    let record = ledger.reader().get(seq).expect("readable").expect("there");
    let text = String::from_utf8(record.bytes().to_vec()).expect("UTF-8");
    let value = serde_json::from_str(&text).expect("JSON");
    (text, value)
}

#[test]
fn all_members_stand_in_the_order_of_the_format() {
    let event = Event::new("user.role_changed", Actor::admin("ada"))
        .resource("user", "grace")
        .outcome(Outcome::Denied)
        .reason("not \"allowed\"\n")
        .origin(Origin::Other("queue".into()))
        .trace("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
        .request_id("r-1")
        .session_id("s-1")
        .ip_address("203.0.113.77:52100")
        .user_agent("curl/8")
        .detail("from", "reader")
        .detail("big", u64::MAX);
    let (text, value) = line(event);
    let members = concat!(
        r#""actor_type":"admin","actor_id":"ada","action":"user.role_changed","resource_type":"user","#,
        r#""resource_id":"grace","outcome":"denied","reason":"not \"allowed\"\n","origin":"queue","#,
        r#""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","request_id":"r-1","#,
        r#""session_id":"s-1","ip_address":"203.0.113.0/24","user_agent":"curl/8","#,
        r#""details":{"big":"18446744073709551615","from":"reader"},"previous_hash":""#,
    );
    assert!(text.contains(members), "{text}");
    let start = r#"{"v":1,"seq":2,"event_id":"01a22c53-8200-7bab-abab-abababababab","timestamp":"2026-11-30T12:00:00.000042Z","chain":""#;
    assert!(text.starts_with(start), "{text}");
    assert_eq!(value["kid"].as_str().unwrap().len(), 16);
    assert_eq!(value.as_object().unwrap().len(), 23);
}

#[test]
fn absent_members_are_left_out() {
    let (text, _) = line(Event::new("a.b", Actor::service("checkout")));
    let members = r#""actor_type":"service","actor_id":"checkout","action":"a.b","outcome":"success","origin":"library","previous_hash""#;
    assert!(text.contains(members), "{text}");
}

#[test]
fn no_credential_gets_into_a_line_by_any_way() {
    let secret = "s3cr3t-Value";
    let url = format!("postgres://app:{secret}@db/shop");
    let event = Event::new("config.changed", Actor::user(url.clone()))
        .resource(url.clone(), format!("https://h/?token={secret}"))
        .reason(format!("password={secret}"))
        .request_id(format!("Bearer {secret}"))
        .session_id(url.clone())
        .user_agent(format!("x {url}"))
        .ip_address(secret)
        .detail("url", url.clone())
        .detail("db_password", secret)
        .detail("nested", json!({"list": [{"api_key": secret}, url.clone()], "headers": {"Authorization": secret}}));
    let (text, value) = line(event);
    assert!(!text.contains(secret), "{text}");
    assert_eq!(value["details"]["db_password"], "[REDACTED]");
    assert_eq!(value["details"]["url"], "postgres://[REDACTED]@db/shop");
    assert_eq!(value["details"]["nested"]["list"][1], "postgres://[REDACTED]@db/shop");
}

#[test]
fn a_later_detail_takes_the_place_of_an_earlier_one_of_its_name() {
    let event = Event::new("a.b", Actor::user("ada")).detail("x", 1).detail("y", 2).detail("x", 3);
    let (text, _) = line(event);
    assert!(text.contains(r#""details":{"x":3,"y":2}"#), "{text}");
}
