//! Lines and bytes that were moved, added or spelled otherwise by somebody who has no key.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use envaudit::ledger::KeyRing;
use envaudit::ledger::verify::{Verdict, Verifier};
use envaudit_tests::ledger::{LedgerBytes, found, hash_in, key, two_segments, verify_every_way};

type Attack = fn(&mut LedgerBytes);
type Case = (&'static str, Attack, &'static [(Verdict, u64, u64)]);

/// Lines in other files than their own: every line is as it was, and in its order.
const LAYOUT: &[Case] = &[
    (
        "two files are made one",
        |ledger| {
            let second = ledger.segments.remove(&7).unwrap();
            ledger.segments.get_mut(&1).unwrap().extend(second);
        },
        &[(Verdict::Modified, 7, 7)],
    ),
    (
        "the last file is made two",
        |ledger| {
            let mut lines = ledger.lines(7);
            let moved = lines.split_off(3);
            ledger.segments.insert(7, lines.concat());
            ledger.segments.insert(10, moved.concat());
        },
        &[(Verdict::Modified, 10, 10)],
    ),
    (
        "the last line of a file is moved into the next",
        |ledger| {
            let seal = ledger.lines(1).pop().unwrap();
            ledger.edit(1, |lines| drop(lines.pop()));
            let rest = ledger.segments.remove(&7).unwrap();
            ledger.segments.insert(6, [seal, rest].concat());
        },
        &[(Verdict::Modified, 6, 6), (Verdict::Modified, 6, 6), (Verdict::Modified, 7, 7)],
    ),
    (
        "the first line of a file is moved to the end of the one before",
        |ledger| {
            let mut lines = ledger.lines(7);
            let opened = lines.remove(0);
            ledger.segments.get_mut(&1).unwrap().extend(opened);
            ledger.segments.remove(&7);
            ledger.segments.insert(8, lines.concat());
        },
        &[(Verdict::Modified, 7, 7), (Verdict::Modified, 8, 8)],
    ),
    (
        "an ordinary line is moved into a later file",
        |ledger| {
            let moved = ledger.lines(1)[2].clone();
            ledger.edit(1, |lines| drop(lines.remove(2)));
            ledger.edit(7, |lines| lines.insert(3, moved));
        },
        &[(Verdict::Reordered, 3, 3)],
    ),
    (
        "the first file has another name",
        |ledger| {
            let first = ledger.segments.remove(&1).unwrap();
            ledger.segments.insert(0, first);
        },
        &[(Verdict::Modified, 1, 1)],
    ),
];

#[test]
fn lines_stay_in_their_files() {
    for (name, attack, expected) in LAYOUT {
        let mut ledger = two_segments(Some(key())).ledger.without_traces();
        attack(&mut ledger);
        let report = verify_every_way(&ledger);
        assert_eq!(found(&report), *expected, "{name}\n{report}");
    }
}

fn end_with(line: &mut Vec<u8>, end: &[u8]) {
    assert_eq!(line.pop(), Some(b'\n'));
    line.extend(end);
}

/// Bytes between and around lines.
const BYTES: &[Case] = &[
    (
        "CRLF at the end of one line",
        |ledger| ledger.edit(1, |lines| end_with(&mut lines[2], b"\r\n")),
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "an empty line",
        |ledger| ledger.edit(1, |lines| lines.insert(2, b"\n".to_vec())),
        &[(Verdict::Inserted, 3, 3)],
    ),
    (
        "an empty line at the end",
        |ledger| ledger.segments.get_mut(&7).unwrap().push(b'\n'),
        &[(Verdict::Torn, 13, 13)],
    ),
    (
        "an empty line at the end of a file that is not the last",
        |ledger| ledger.segments.get_mut(&1).unwrap().push(b'\n'),
        &[(Verdict::Inserted, 7, 7)],
    ),
    (
        "an empty line before the first",
        |ledger| ledger.edit(1, |lines| lines.insert(0, b"\n".to_vec())),
        &[(Verdict::Inserted, 1, 1)],
    ),
    (
        "a byte order mark",
        |ledger| ledger.edit(1, |lines| lines[0].splice(..0, *b"\xef\xbb\xbf").for_each(drop)),
        &[(Verdict::Modified, 1, 1)],
    ),
    (
        "a blank before a line",
        |ledger| ledger.edit(1, |lines| lines[2].insert(0, b' ')),
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "a blank behind a line",
        |ledger| ledger.edit(1, |lines| end_with(&mut lines[2], b" \n")),
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "a blank between the covered bytes and the hash",
        |ledger| {
            ledger.edit(1, |lines| {
                let line = String::from_utf8(lines[2].clone()).unwrap();
                lines[2] = line.replace(",\"event_hash\"", ", \"event_hash\"").into_bytes();
            });
        },
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "a member behind the hash",
        |ledger| {
            ledger.edit(1, |lines| {
                let at = lines[2].len() - 2;
                lines[2].splice(at..at, *b",\"reason\":\"x\"").for_each(drop);
            });
        },
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "a hash in capitals",
        |ledger| {
            ledger.edit(1, |lines| {
                let at = lines[2].len() - 67;
                lines[2][at..].make_ascii_uppercase();
            });
        },
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "two lines made one",
        |ledger| ledger.edit(1, |lines| assert_eq!(lines[2].pop(), Some(b'\n'))),
        &[(Verdict::Modified, 3, 3), (Verdict::Missing, 4, 4)],
    ),
    (
        "zeros between two lines",
        |ledger| ledger.edit(1, |lines| lines.insert(2, [vec![0; 4096], b"\n".to_vec()].concat())),
        &[(Verdict::Inserted, 3, 3)],
    ),
    (
        "zeros behind the last line",
        |ledger| ledger.segments.get_mut(&7).unwrap().extend([0; 4096]),
        &[(Verdict::Torn, 13, 13)],
    ),
    (
        "an overlong line",
        |ledger| {
            ledger.edit(1, |lines| lines.insert(2, [vec![b'x'; 3 << 20], b"\n".to_vec()].concat()));
        },
        &[(Verdict::Inserted, 3, 3)],
    ),
    (
        "an overlong line without an end",
        |ledger| ledger.segments.get_mut(&1).unwrap().extend(vec![b'x'; 5 << 20]),
        &[(Verdict::Inserted, 7, 7)],
    ),
    (
        "an event's line made longer than a line may be",
        |ledger| {
            ledger.edit(1, |lines| lines[2].splice(40..40, vec![b'1'; 1 << 20]).for_each(drop))
        },
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "a file without lines between two",
        |ledger| drop(ledger.segments.insert(3, b"nothing\n".to_vec())),
        &[(Verdict::Inserted, 7, 7)],
    ),
];

#[test]
fn bytes_around_the_lines_are_found_at_the_next_event() {
    for (name, attack, expected) in BYTES {
        let mut ledger = two_segments(Some(key())).ledger.without_traces();
        attack(&mut ledger);
        let report = verify_every_way(&ledger);
        assert_eq!(found(&report), *expected, "{name}\n{report}");
    }
}

/// Spellings that mean the same to a JSON reader, or something that the format does not know; each hashed by whoever can.
const SPELLINGS: &[(&str, &str, &str)] = &[
    ("a blank", "\"outcome\":\"success\"", "\"outcome\": \"success\""),
    ("a tab", ",\"outcome\"", ",\t\"outcome\""),
    ("a return", ",\"outcome\"", ",\r\"outcome\""),
    ("an escaped name", "\"outcome\"", "\"outc\\u006fme\""),
    ("an escaped action", "door.opened", "d\\u006for.opened"),
    ("an escaped action of the ledger", "door.opened", "\\u006cedger.closed"),
    ("an action in capitals", "door.opened", "Door.opened"),
    ("an action without a word", "door.opened", "door."),
    ("an escaped outcome", "success", "\\u0073uccess"),
    ("an unknown outcome", "\"success\"", "\"perhaps\""),
    ("an unknown actor", "\"service\"", "\"robot\""),
    ("a float", "{\"door\":", "{\"size\":1.0,\"door\":"),
    ("an exponent", "{\"door\":", "{\"size\":1e2,\"door\":"),
    ("a negative zero", "{\"door\":", "{\"size\":-0,\"door\":"),
    ("an integer that is too large", "{\"door\":", "{\"size\":9007199254740993,\"door\":"),
    ("a leading zero", "\"seq\":9", "\"seq\":09"),
    ("another version", "{\"v\":1", "{\"v\":2"),
    ("a member twice, once escaped", "{\"door\":", "{\"d\\u006for\":1,\"door\":"),
    ("a member of another name", ",\"outcome\"", ",\"outcomes\":\"denied\",\"outcome\""),
    ("another order", ",\"outcome\":\"success\"", ",\"reason\":\"x\",\"outcome\":\"success\""),
    ("half a surrogate pair", "{\"door\":", "{\"x\":\"\\ud800\",\"door\":"),
    ("a raw control character", "{\"door\":", "{\"x\":\"\u{1}\",\"door\":"),
    ("details that are no object", "\"details\":{", "\"details\":[],\"d\":{"),
    (
        "a trace id in capitals",
        ",\"details\"",
        ",\"trace_id\":\"4BF92F3577B34DA6A3CE929D0E0E4736\",\"details\"",
    ),
    ("a short span id", ",\"details\"", ",\"span_id\":\"00f067aa\",\"details\""),
    ("an event id of another version", "-7d0a-", "-4d0a-"),
];

#[test]
fn a_line_has_one_spelling_even_where_its_hash_is_right() {
    for (name, from, to) in SPELLINGS {
        for key in [None, Some(key())] {
            let mut scribe = two_segments(key.clone());
            scribe.seq = 8;
            let line = scribe.ledger.lines(7)[1].clone();
            scribe.previous = hash_in(&line);
            let good = String::from_utf8(scribe.line("door.opened", "{\"door\":0}")).unwrap();
            let (hashed, _) = good.split_once(",\"event_hash\"").unwrap();
            assert!(hashed.contains(from), "{name}");
            let line = scribe.seal(hashed.replacen(from, to, 1));
            let mut ledger = scribe.ledger.clone().without_traces();
            ledger.edit(7, |lines| lines[2] = line);
            let verifier = Verifier::new();
            let ring = key.map(KeyRing::new);
            let verifier = match &ring {
                Some(ring) => verifier.keys(ring),
                None => verifier,
            };
            let report = verifier.verify(&ledger).unwrap();
            let first = report.first_break().unwrap();
            assert_eq!((first.verdict, first.seq), (Verdict::Modified, 9), "{name}\n{report}");
            assert_ne!(first.found, "", "{name}");
        }
    }
}
