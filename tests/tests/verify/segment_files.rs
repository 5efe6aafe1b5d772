//! Segments against each other: what the first and the last line of a file say, and files that no writer leaves.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use envaudit::ledger::verify::{Verdict, Verifier};
use envaudit::ledger::{LedgerOptions, MasterKey};
use envaudit_tests::ledger::{
    LedgerBuilder, LedgerBytes, file_name, found, key, two_segments, verify_every_way,
};

fn verify_as(key: Option<&MasterKey>, ledger: &LedgerBytes) -> Vec<(Verdict, u64, u64)> {
    match key {
        Some(_) => found(&verify_every_way(ledger)),
        None => found(&Verifier::new().verify(ledger).unwrap()),
    }
}

/// Events 1 to 5 and 6 to 8, where the first line of the second segment says something else.
fn opened_with(key: Option<MasterKey>, edit: impl FnOnce(String) -> String) -> LedgerBuilder {
    let mut builder = LedgerBuilder::new(key);
    builder.events(3);
    builder.roll_saying(edit);
    builder.events(2);
    builder
}

#[test]
fn wrong_peaks_are_a_fork_whether_or_not_there_is_a_checkpoint() {
    let of = |from: &'static str, to: &'static str| {
        move |details: String| {
            let at = details.find(from).unwrap();
            let (before, rest) = details.split_at(at);
            format!("{before}{to}{}", &rest[from.len()..])
        }
    };
    for key in [Some(key()), None] {
        let edits: [Box<dyn Fn(String) -> String>; 5] = [
            Box::new(|details| {
                let at = details.find("peaks\":[\"").unwrap() + 9;
                let digit = if details.as_bytes()[at] == b'0' { "1" } else { "0" };
                format!("{}{digit}{}", &details[..at], &details[at + 1..])
            }),
            Box::new(of("\"peaks\":[\"", "\"peaks\":[\"00\",\"")),
            Box::new(of("\"peaks\":", "\"peak\":")),
            Box::new(|details| {
                let (before, rest) = details.split_once("\"peaks\":[").unwrap();
                let (_, after) = rest.split_once(']').unwrap();
                format!("{before}\"peaks\":[]{after}")
            }),
            Box::new(|details| {
                let (before, rest) = details.split_once("\"peaks\":[").unwrap();
                let (peaks, after) = rest.split_once(']').unwrap();
                let first = peaks.split(',').next().unwrap();
                format!("{before}\"peaks\":[{peaks},{first}]{after}")
            }),
        ];
        for (at, edit) in edits.iter().enumerate() {
            let mut builder = opened_with(key.clone(), edit);
            let wrong = [(Verdict::Forked, 6, 6)];
            assert_eq!(verify_as(key.as_ref(), &builder.ledger), wrong, "{at}");
            if key.is_some() {
                builder.checkpoint();
                assert_eq!(verify_as(key.as_ref(), &builder.ledger), wrong, "{at}");
            }
        }
        assert_eq!(verify_as(key.as_ref(), &opened_with(key.clone(), |it| it).ledger), []);
    }
}

#[test]
fn the_first_line_that_is_left_has_as_many_peaks_as_its_tree_needs() {
    let pruned = |edit: fn(String) -> String| {
        let mut builder = opened_with(Some(key()), edit);
        let first = builder.ledger.segments.remove(&1).unwrap();
        let seal = first.split_inclusive(|&byte| byte == b'\n').next_back().unwrap();
        let digits = str::from_utf8(&seal[seal.len() - 67..seal.len() - 3]).unwrap();
        let details = format!(
            "{{\"first_kept_seq\":6,\"previous_hash\":\"{digits}\",\"policy\":\"30 days\"}}"
        );
        builder.event("ledger.pruned", &details);
        found(&verify_every_way(&builder.ledger))
    };
    assert_eq!(pruned(|it| it), [(Verdict::Pruned, 1, 5)]);
    let none = |details: String| {
        let (before, rest) = details.split_once("\"peaks\":[").unwrap();
        format!("{before}\"peaks\":[]{}", rest.split_once(']').unwrap().1)
    };
    assert_eq!(pruned(none), [(Verdict::Pruned, 1, 5), (Verdict::Forked, 6, 6)]);
}

#[test]
fn the_first_line_of_a_segment_names_its_ledger_and_the_event_before_it() {
    let edits: [fn(String) -> String; 4] = [
        |details| details.replace("\"previous_last_seq\":5", "\"previous_last_seq\":4"),
        |details| details.replace(",\"previous_last_seq\":5", ""),
        |details| details.replace("\"chain\":\"0198", "\"chain\":\"0199"),
        |details| details.replace("\"chain\":", "\"id\":"),
    ];
    for key in [Some(key()), None] {
        for (at, edit) in edits.iter().enumerate() {
            let builder = opened_with(key.clone(), edit);
            let expected = [(Verdict::Modified, 6, 6)];
            assert_eq!(verify_as(key.as_ref(), &builder.ledger), expected, "{at}");
        }
    }
}

#[test]
fn nothing_comes_after_the_line_that_ends_a_segment() {
    for key in [Some(key()), None] {
        let mut builder = LedgerBuilder::new(key.clone());
        builder.events(2);
        builder.event("ledger.segment_sealed", "{\"count\":3,\"sha256\":\"\"}");
        assert_eq!(verify_as(key.as_ref(), &builder.ledger), []);
        builder.events(3);
        assert_eq!(verify_as(key.as_ref(), &builder.ledger), [(Verdict::Modified, 5, 5)]);
        // A second seal counts all lines before it, and is one more line behind the first.
        builder.event("ledger.segment_sealed", "{\"count\":7,\"sha256\":\"\"}");
        assert_eq!(verify_as(key.as_ref(), &builder.ledger), [(Verdict::Modified, 5, 5)]);
    }
}

/// A ledger, what is done to it, and what is found.
type Case = (&'static str, fn() -> LedgerBytes, &'static [(Verdict, u64, u64)]);

fn sealed() -> LedgerBytes {
    let mut builder = LedgerBuilder::new(Some(key()));
    builder.events(2);
    builder.event("ledger.segment_sealed", "{\"count\":3,\"sha256\":\"\"}");
    builder.ledger
}

fn with_file(mut ledger: LedgerBytes, name: u64, bytes: &[u8]) -> LedgerBytes {
    ledger.segments.insert(name, bytes.to_vec());
    ledger
}

fn closed() -> LedgerBytes {
    two_segments(Some(key())).ledger
}

const FILES: &[Case] = &[
    ("a segment that is just being begun", || with_file(sealed(), 5, b""), &[]),
    (
        "the first bytes of a segment that is just being begun",
        || with_file(sealed(), 5, b"{\"v\":1,"),
        &[(Verdict::Torn, 5, 5)],
    ),
    (
        "an empty file behind a seal, of another name",
        || with_file(sealed(), 6, b""),
        &[(Verdict::Modified, 6, 6)],
    ),
    (
        "a few bytes behind a seal in a file of another name",
        || with_file(sealed(), 6, b"{\"v\":1,"),
        &[(Verdict::Modified, 5, 5)],
    ),
    (
        "two empty files behind a seal",
        || with_file(with_file(sealed(), 5, b""), 6, b""),
        &[(Verdict::Modified, 5, 5), (Verdict::Modified, 6, 6)],
    ),
    (
        "an empty file of the next name without a seal",
        || with_file(closed(), 13, b""),
        &[(Verdict::Modified, 13, 13)],
    ),
    (
        "a few bytes in a file of the next name without a seal",
        || with_file(closed(), 13, b"{\"v\":1,"),
        &[(Verdict::Modified, 13, 13)],
    ),
    (
        "an empty file of a name far beyond",
        || with_file(closed(), 99_999, b""),
        &[(Verdict::Modified, 99_999, 99_999)],
    ),
    (
        "an empty file of the last name there is",
        || with_file(closed(), u64::MAX, b""),
        &[(Verdict::Modified, u64::MAX, u64::MAX)],
    ),
    (
        "an empty file of a name within another segment",
        || with_file(closed(), 3, b""),
        &[(Verdict::Modified, 3, 3)],
    ),
];

#[test]
fn an_empty_or_unfinished_file_is_only_what_a_killed_writer_can_have_begun() {
    for (what, ledger, expected) in FILES {
        let ledger = ledger();
        let report = verify_every_way(&ledger);
        assert_eq!(found(&report), *expected, "{what}\n{report}");
        // The writer takes what can be the work of a killed one, and nothing else.
        let folder = tempfile::tempdir().unwrap();
        ledger.write_to(folder.path());
        let opened = LedgerOptions::new().key(key()).open(folder.path());
        let last_alone = !what.contains("within another");
        let is_fine = expected.iter().all(|(verdict, ..)| *verdict == Verdict::Torn);
        if is_fine || last_alone {
            assert_eq!(opened.is_ok(), is_fine, "{what}: {:?}", opened.err());
        }
    }
}

#[test]
fn a_later_verification_takes_no_foreign_file_for_one_that_was_verified_before() {
    let mut builder = two_segments(Some(key()));
    let ring = builder.ring();
    let verified = Verifier::new().keys(&ring).verify(&builder.ledger).unwrap().verified().unwrap();
    builder.roll();
    builder.events(1);
    builder.ledger.head = None;
    for name in [4, 20] {
        let ledger = with_file(builder.ledger.clone(), name, b"");
        let report = Verifier::new().keys(&ring).since(verified.clone()).verify(&ledger).unwrap();
        assert_eq!(found(&report), [(Verdict::Modified, name, name)], "{report}");
        assert_eq!(report.findings[0].file, file_name(name));
    }
    let report = Verifier::new().keys(&ring).since(verified).verify(&builder.ledger).unwrap();
    assert_eq!(found(&report), []);
}
