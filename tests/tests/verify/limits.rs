//! The limits of the format: each at its last value and one past it, by the writer and by the verifier.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use chrono::{DateTime, TimeZone, Utc};
use data_encoding::BASE64;
use envaudit::ledger::checkpoint::{self, Checkpoint};
use envaudit::ledger::format::{Head, Line, MAX_LINE};
use envaudit::ledger::note::{self, NoteError};
use envaudit::ledger::proof::{EventProof, prove};
use envaudit::ledger::testing::MemoryStore;
use envaudit::ledger::verify::{Verdict, Verifier};
use envaudit::ledger::{Actor, AppendError, Event, Ledger, LedgerOptions, Timestamp};
use envaudit_tests::ledger::{CHAIN, LedgerBuilder, LedgerBytes, found, key, ring, two_segments};
use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("../../../docs/ledger-format.md");

fn ledger() -> Ledger {
    LedgerOptions::new().key(key()).init_in(MemoryStore::default()).unwrap()
}

/// Whether the writer takes an event, and what it writes is intact.
fn writes(event: Event) -> bool {
    let ledger = ledger();
    match ledger.append(&event) {
        Ok(_) => {
            let report = Verifier::new().keys(&ring()).verify(ledger.source()).unwrap();
            assert_eq!(found(&report), [], "{report}");
            true
        }
        Err(AppendError::Event(_) | AppendError::LineTooLong { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

/// Whether the verifier takes a line that has the hash it should have. `edit` changes an ordinary one.
fn reads(edit: impl FnOnce(String) -> String) -> bool {
    let mut builder = LedgerBuilder::new(Some(key()));
    builder.events(1);
    let line = builder.clone().line("door.opened", "{\"door\":1}");
    let line = String::from_utf8(line).unwrap();
    let hashed = edit(line.split_once(",\"event_hash\"").unwrap().0.to_owned());
    let line = builder.seal(hashed);
    builder.ledger.edit(1, |lines| lines.push(line));
    let report = Verifier::new().keys(&ring()).verify(&builder.ledger).unwrap();
    match found(&report).as_slice() {
        [] => true,
        [(Verdict::Modified | Verdict::Torn, 3, 3)] => false,
        other => panic!("{other:?}"),
    }
}

fn event() -> Event {
    Event::new("door.opened", Actor::user("ada"))
}

fn arrays(levels: usize) -> Value {
    (1..levels).fold(json!([]), |value, _| json!([value]))
}

/// As many arrays in each other, the innermost with a number in it.
fn arrays_text(levels: usize) -> String {
    format!("{{\"door\":{}1{}}}", "[".repeat(levels), "]".repeat(levels))
}

fn with_details(details: &str) -> bool {
    reads(|line| line.replace("{\"door\":1}", details))
}

/// The document has this row in its table of limits.
#[track_caller]
fn assert_row(limit: &str, value: &str) {
    let row = format!("| {limit} | {value} |");
    assert!(DOCUMENT.contains(&row), "docs/ledger-format.md has no row `{row}`");
}

#[test]
fn a_line_has_at_most_a_mebibyte() {
    assert_row("a line, its newline included", "1,048,576 bytes");
    let long = |len: usize| event().detail("text", "x".repeat(len));
    let ledger = ledger();
    ledger.append(&long(1)).unwrap();
    let short = ledger.reader().get(2).unwrap().unwrap().bytes().len();
    // The seq has one digit in both.
    let most = MAX_LINE - 1 - short + 1;
    assert!(writes(long(most)));
    assert!(!writes(long(most + 1)));
    // `,"event_hash":"…"}` and the newline come behind.
    let rest = ",\"event_hash\":\"\"}\n".len() + 64;
    let text = |len: usize| {
        move |line: String| {
            let line = line.replace("\"door\":1", "\"door\":\"\"");
            let more = len - rest - line.len();
            line.replace("\"door\":\"\"", &format!("\"door\":\"{}\"", "x".repeat(more)))
        }
    };
    assert!(reads(text(MAX_LINE)));
    assert!(!reads(text(MAX_LINE + 1)));
}

#[test]
fn objects_and_arrays_nest_64_deep() {
    assert_row(
        "objects and arrays in each other: the line is the first, `details` the second",
        "64",
    );
    for (levels, fits) in [(61, true), (62, true), (63, false), (64, false), (1000, false)] {
        assert_eq!(writes(event().detail("door", arrays(levels))), fits, "{levels}");
        let whole = arrays_text(levels);
        assert_eq!(writes(event().details_json(whole.clone())), fits, "{levels}");
        assert_eq!(with_details(&whole), fits, "{levels}");
        // What is innermost does not count, and objects count as arrays do.
        assert_eq!(with_details(&whole.replace('1', "")), fits, "{levels}");
        let objects = format!("{}1{}", "{\"a\":".repeat(levels + 1), "}".repeat(levels + 1));
        assert_eq!(with_details(&objects), fits, "{levels}");
    }
}

#[test]
fn integers_go_to_2_to_the_53() {
    assert_row("an integer", "-9,007,199,254,740,992 to 9,007,199,254,740,992");
    for (number, fits) in [
        ("9007199254740992", true),
        ("-9007199254740992", true),
        ("9007199254740993", false),
        ("-9007199254740993", false),
        ("-0", false),
        ("1.0", false),
        ("01", false),
    ] {
        assert_eq!(with_details(&format!("{{\"door\":{number}}}")), fits, "{number}");
        assert_eq!(
            writes(event().details_json(format!("{{\"door\":{number}}}"))),
            fits,
            "{number}"
        );
    }
    // The writer makes texts of larger ones.
    for beyond in [json!(9_007_199_254_740_993_u64), json!(-9_007_199_254_740_993_i64)] {
        assert!(writes(event().detail("door", beyond)));
    }
    assert_row("`seq`", "1 to 9,007,199,254,740,992");
    let line = String::from_utf8(two_segments(Some(key())).ledger.lines(1)[0].clone()).unwrap();
    let with = |seq: &str| {
        let line = line.trim_end().replacen("\"seq\":1,", &format!("\"seq\":{seq},"), 1);
        Line::parse(line.as_bytes()).is_ok()
    };
    for (seq, fits) in
        [("1", true), ("9007199254740992", true), ("9007199254740993", false), ("0", false)]
    {
        assert_eq!(with(seq), fits, "{seq}");
    }
}

#[test]
fn an_action_is_words_without_escapes_of_at_most_200_bytes() {
    assert_row("`action`", "1 to 200 bytes");
    let action = |text: &str| {
        let wanted = format!("\"action\":\"{text}\"");
        reads(|line| line.replace("\"action\":\"door.opened\"", &wanted))
    };
    for (len, fits) in [(1, true), (199, true), (200, true), (201, false)] {
        let text = "a".repeat(len);
        assert_eq!(writes(Event::new(text.clone(), Actor::user("ada"))), fits, "{len}");
        assert_eq!(action(&text), fits, "{len}");
    }
    for text in ["", ".", "a.", ".a", "a..b", "A", "a-b", "a b", "é"] {
        assert!(!writes(Event::new(text, Actor::user("ada"))), "{text}");
        assert!(!action(text), "{text}");
    }
    // An escape would be a second spelling.
    for text in ["x\\u002ey", "\\u0061ction", "door\\u002eopened", "ledger\\u002eclosed"] {
        assert!(!action(text), "{text}");
    }
}

#[test]
fn members_have_one_spelling_of_their_names_and_those_that_are_there_say_something() {
    for (from, to) in [
        ("\"action\":", "\"\\u0061ction\":"),
        ("\"actor_id\":", "\"actor\\u005fid\":"),
        ("\"details\":", "\"detail\\u0073\":"),
        ("\"seq\":", "\"se\\u0071\":"),
        ("\"actor_id\":\"door\"", "\"actor_id\":\"\""),
        ("\"outcome\":\"success\"", "\"outcome\":\"success\",\"origin\":\"\""),
        ("\"outcome\":\"success\"", "\"outcome\":\"succ\\u0065ss\""),
        ("\"actor_type\":\"service\"", "\"actor_type\":\"servic\\u0065\""),
    ] {
        assert!(!reads(|line| line.replacen(from, to, 1)), "{to}");
    }
    // Within `details`, escapes are as good as letters.
    assert!(with_details("{\"\\u0061ction\":\"\\u0061\"}"));
    for (trace, span, fits) in [
        ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true),
        ("00000000000000000000000000000001", "0000000000000001", true),
        ("00000000000000000000000000000000", "00f067aa0ba902b7", false),
        ("4bf92f3577b34da6a3ce929d0e0e4736", "0000000000000000", false),
        ("4bf92f3577b34da6a3ce929d0e0e473", "00f067aa0ba902b7", false),
        ("4BF92F3577B34DA6A3CE929D0E0E4736", "00f067aa0ba902b7", false),
    ] {
        assert_eq!(writes(event().trace(trace, span)), fits, "{trace} {span}");
        let ids =
            format!("\"outcome\":\"success\",\"trace_id\":\"{trace}\",\"span_id\":\"{span}\"");
        assert_eq!(reads(|line| line.replace("\"outcome\":\"success\"", &ids)), fits, "{trace}");
    }
}

#[test]
fn years_have_four_digits_and_begin_with_1() {
    assert_row("the year of a timestamp", "0001 to 9999");
    let dated = |year: &str| reads(|line| line.replace("\"2026-", &format!("\"{year}-")));
    // An earlier time than that of the event before is a warning, and no break.
    let earlier = |year: &str| {
        let mut builder = LedgerBuilder::new(Some(key()));
        let line = String::from_utf8(builder.clone().line("door.opened", "{}")).unwrap();
        let hashed = line.split_once(",\"event_hash\"").unwrap().0.to_owned();
        let line = builder.seal(hashed.replace("\"2026-", &format!("\"{year}-")));
        builder.ledger.edit(1, |lines| lines.push(line));
        let report = Verifier::new().keys(&ring()).verify(&builder.ledger).unwrap();
        report.findings.first().map(|finding| finding.verdict)
    };
    assert!(dated("9999"));
    assert!(!dated("+9999") && !dated("10000") && !dated("999"));
    assert_eq!(earlier("0001"), Some(Verdict::ClockRegression));
    assert_eq!(earlier("0000"), Some(Verdict::Torn));
    assert!(Timestamp::parse("0001-01-01T00:00:00.000000Z").is_some());
    assert!(Timestamp::parse("0000-12-31T23:59:59.999999Z").is_none());
    assert!(Timestamp::parse("9999-12-31T23:59:59.999999Z").is_some());
    // Whatever the clock says, the writer writes a year that there is.
    for (moment, written) in [
        (DateTime::<Utc>::MIN_UTC, "0001-01-01T00:00:00.000000Z"),
        (Utc.with_ymd_and_hms(0, 12, 31, 23, 59, 59).unwrap(), "0001-01-01T00:00:00.000000Z"),
        (DateTime::<Utc>::MAX_UTC, "9999-12-31T23:59:59.999999Z"),
    ] {
        let options = LedgerOptions::new().key(key()).clock(move || moment);
        let ledger = options.init_in(MemoryStore::default()).unwrap();
        let record = ledger.reader().get(1).unwrap().unwrap();
        assert_eq!(record.line().unwrap().timestamp.to_string(), written);
        let report = Verifier::new().keys(&ring()).verify(ledger.source()).unwrap();
        assert_eq!(found(&report), []);
    }
}

#[test]
fn a_note_has_at_most_a_mebibyte_and_100_signatures() {
    assert_row("a checkpoint", "1,048,576 bytes and 100 signatures");
    let signer = checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
    let keys = [signer.verifier().clone()];
    let note = two_segments(Some(key())).state().sign(&signer).unwrap();
    let (_, own) = note.rsplit_once("\n\n").unwrap();
    let with = |others: usize| {
        let text = note.strip_suffix(own).unwrap();
        let others: String = (0..others)
            .map(|at| format!("\u{2014} other{at} {}\n", BASE64.encode(&[1, 2, 3, 4, 5])))
            .collect();
        format!("{text}{others}{own}")
    };
    assert!(Checkpoint::open(with(99).as_bytes(), &keys).is_ok());
    let refused = Checkpoint::open(with(100).as_bytes(), &keys).unwrap_err();
    assert!(std::error::Error::source(&refused).unwrap().to_string().contains("100 signatures"));
    // A signature of another key, of any length.
    let long = |len: usize| {
        let line = |blob: usize| format!("\u{2014} other {}\n", BASE64.encode(&vec![7; blob]));
        let mut blob = (len - note.len()) * 3 / 4 / 3 * 3;
        while note.len() + line(blob).len() > len {
            blob -= 3;
        }
        // The name takes the bytes that base64 leaves over.
        let more = len - note.len() - line(blob).len();
        let line = line(blob).replacen("other", &format!("other{}", "x".repeat(more)), 1);
        format!("{note}{line}")
    };
    assert_eq!(long(1 << 20).len(), 1 << 20);
    assert!(note::open(long(1 << 20).as_bytes(), &keys).is_ok());
    let refused = note::open(long((1 << 20) + 1).as_bytes(), &keys).unwrap_err();
    assert_eq!(refused, NoteError::Malformed("it is longer than 1 MiB"));
}

#[test]
fn a_proof_has_at_most_64_hashes() {
    assert_row("a proof", "4,194,304 bytes and 64 hashes");
    let signer = checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
    let keys = [signer.verifier().clone()];
    let file = prove(&two_segments(Some(key())).ledger, 3, &keys).unwrap().to_string();
    let (head, note) = file.split_once("\n\n").unwrap();
    let lines = head.lines().count();
    let with = |hashes: usize| {
        let more = format!("\n{}", BASE64.encode(&[9; 32])).repeat(hashes + 3 - lines);
        format!("{head}{more}\n\n{note}")
    };
    assert!(EventProof::parse(with(64).as_bytes()).is_ok());
    assert!(EventProof::parse(with(65).as_bytes()).is_err());
    let long = |len: usize| format!("{file}{}", "x".repeat(len - file.len()));
    assert!(EventProof::parse(long(4 << 20).as_bytes()).is_ok());
    assert!(EventProof::parse(long((4 << 20) + 1).as_bytes()).is_err());
}

#[test]
fn the_files_around_the_segments_end_with_a_newline_and_head_begins_with_event_1() {
    let LedgerBytes { head, .. } = two_segments(Some(key())).ledger;
    let head = String::from_utf8(head.unwrap()).unwrap();
    assert!(Head::parse(head.as_bytes()).is_ok());
    for other in [
        head.trim_end().to_owned(),
        format!("{head}\n"),
        head.replace("\"seq\":12", "\"seq\":0"),
        head.replace("\"seq\":12", "\"seq\":9007199254740993"),
    ] {
        assert!(Head::parse(other.as_bytes()).is_err(), "{other}");
    }
    assert!(Head::parse(head.replace("\"seq\":12", "\"seq\":9007199254740992").as_bytes()).is_ok());
}
