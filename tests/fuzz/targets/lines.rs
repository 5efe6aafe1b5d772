//! Lines of any bytes: read as the document says, by a second reader too. Events of any texts: refused, or written as lines that
//! verify, and that do not after any change.
#![no_main]

use envaudit::ledger::format::Line;
use envaudit::ledger::keys::Hasher;
use envaudit::ledger::{Actor, Event};
use envaudit_fuzz::ledger::{SEGMENT, begun, edited, key, verify};
use envaudit_fuzz::reference::{Words, is_line};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if data.first() == Some(&b'{') {
        line(data);
    } else {
        event(data);
    }
});

fn line(bytes: &[u8]) {
    match Line::parse(bytes) {
        Ok(line) => {
            assert!(is_line(bytes, Words::Any), "the document does not allow {line:?}");
            assert_eq!(line.bytes(), bytes);
            let hashed = line.hashed_bytes();
            assert!(bytes.starts_with(hashed) && bytes.len() == hashed.len() + 81);
            let _ = line.hash_holds(&Hasher::Unkeyed);
        }
        Err(error) => {
            assert!(!is_line(bytes, Words::Known), "{error}, but the document allows it");
            assert!(error.offset() <= bytes.len().min(1 << 20), "{error}");
        }
    }
}

fn event(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.split('\n');
    let mut part = || parts.next().unwrap_or_default();
    let (edits, action, actor, resource, reason, agent, details) =
        (part(), part(), part(), part(), part(), part(), part());
    let mut event = Event::new(action.to_owned(), Actor::service(actor.to_owned()))
        .resource("thing", resource.to_owned())
        .reason(reason.to_owned())
        .user_agent(agent.to_owned());
    if !details.is_empty() {
        event = event.details_json(details.to_owned());
    }
    let (disk, ledger) = begun();
    let before = disk.contents(SEGMENT).expect("a segment");
    match ledger.append(&event) {
        Err(error) => {
            assert!(!error.may_be_there(), "{error}");
            assert_eq!(
                disk.contents(SEGMENT).as_ref(),
                Some(&before),
                "refused, and written: {error}"
            );
            return;
        }
        Ok(appended) => assert_eq!(appended.seq, 2),
    }
    ledger.checkpoint().expect("taken");
    let segment = disk.contents(SEGMENT).expect("a segment");
    let written =
        segment.strip_prefix(&*before).and_then(|line| line.strip_suffix(b"\n")).expect("a line");
    assert!(is_line(written, Words::Known), "{}", String::from_utf8_lossy(written));
    let read = Line::parse(written).expect("what was written is a line");
    assert!(read.hash_holds(&Hasher::keyed(&key())));
    assert_eq!(read.action.get(), action);
    assert!(verify(&disk).is_intact());
    let changed = edited(&segment, edits.as_bytes());
    if changed != segment {
        disk.put(SEGMENT, &changed);
        let report = verify(&disk);
        assert!(!report.is_intact(), "{report}: {}", String::from_utf8_lossy(&changed));
    }
}
