//! What a writer refuses, a verification names: every kind of damage, asked of both.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;

use envaudit::ledger::verify::{Verdict, Verifier};
use envaudit::ledger::{FileStore, LedgerOptions};
use envaudit_tests::irregular_files::IRREGULAR_FILES;
use envaudit_tests::ledger::{
    LedgerBuilder, LedgerBytes, damage, file_name, key, ring, two_segments,
};

/// What the writer does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    /// It does not open the ledger.
    Refuses,
    /// It repairs what a killed writer leaves, and records that.
    Repairs,
    /// It reads the end of the ledger alone, and what is wrong is before it.
    DoesNotSee,
}

type Damage = fn(&mut LedgerBytes);
type Case = (&'static str, Damage, Verdict, Writer);

fn without_traces(ledger: &mut LedgerBytes) {
    *ledger = std::mem::take(ledger).without_traces();
}

fn edit_last(ledger: &mut LedgerBytes, edit: impl FnOnce(&mut Vec<Vec<u8>>)) {
    without_traces(ledger);
    ledger.edit(7, edit);
}

/// Changes a line that stays one.
fn rename_actor(line: &mut Vec<u8>) {
    let text = String::from_utf8(std::mem::take(line)).unwrap();
    assert!(text.contains("\"actor_id\":\"door\""), "{text}");
    *line = text.replace("\"actor_id\":\"door\"", "\"actor_id\":\"dooR\"").into_bytes();
}

/// Whether a verification calls this file changed, and whether a writer opens the ledger.
fn is_named(directory: &Path, file: &str) -> (bool, bool) {
    let report = Verifier::new().keys(&ring()).verify(&FileStore::new(directory)).unwrap();
    let mut findings = report.findings.iter();
    let named = findings.any(|found| found.file == file && found.verdict == Verdict::Modified);
    (named, LedgerOptions::new().key(key()).open(directory).is_ok())
}

fn edit_head(ledger: &mut LedgerBytes, from: &str, to: &str) {
    let head = String::from_utf8(ledger.head.take().unwrap()).unwrap();
    assert!(head.contains(from), "{from} in {head}");
    ledger.head = Some(head.replacen(from, to, 1).into_bytes());
}

fn other_builder() -> LedgerBuilder {
    let mut builder = LedgerBuilder::new(Some(key()));
    builder.events(20);
    builder
}

const CASES: &[Case] = &[
    // The end of the ledger.
    (
        "the last line is changed",
        |ledger| edit_last(ledger, |lines| rename_actor(&mut lines[5])),
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "the last line is cut short",
        |ledger| {
            edit_last(ledger, |lines| {
                lines[5].pop();
            })
        },
        Verdict::Torn,
        Writer::Repairs,
    ),
    (
        "bytes that are no line follow",
        |ledger| edit_last(ledger, |lines| lines.push(b"{\"v\":1".to_vec())),
        Verdict::Torn,
        Writer::Repairs,
    ),
    (
        "the last line comes twice",
        |ledger| edit_last(ledger, |lines| lines.push(lines[5].clone())),
        Verdict::DuplicateSeq,
        Writer::Refuses,
    ),
    (
        "the last two lines are swapped",
        |ledger| edit_last(ledger, |lines| lines.swap(4, 5)),
        Verdict::Reordered,
        Writer::Refuses,
    ),
    (
        "the last but one is missing",
        |ledger| edit_last(ledger, |lines| drop(lines.remove(4))),
        Verdict::Missing,
        Writer::Refuses,
    ),
    (
        "an event under the key that does not follow",
        |ledger| {
            let mut other = other_builder();
            other.seq = 12;
            let line = other.line("door.opened", "{}");
            edit_last(ledger, |lines| lines.push(line));
        },
        Verdict::Forked,
        Writer::Refuses,
    ),
    (
        "the only line of a ledger is cut short",
        |ledger| {
            without_traces(ledger);
            ledger.segments.remove(&7);
            ledger.edit(1, |lines| {
                lines.truncate(1);
                lines[0].pop();
            });
        },
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "a ledger without a segment",
        |ledger| {
            without_traces(ledger);
            ledger.segments.clear();
        },
        Verdict::Truncated,
        Writer::Refuses,
    ),
    (
        "a ledger whose only segment is empty",
        |ledger| {
            without_traces(ledger);
            ledger.segments.remove(&7);
            ledger.segments.insert(1, Vec::new());
        },
        Verdict::Truncated,
        Writer::Refuses,
    ),
    (
        "an empty file of the next name, without a seal",
        |ledger| drop(ledger.segments.insert(13, Vec::new())),
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "an empty file of a name far beyond",
        |ledger| drop(ledger.segments.insert(99_999, Vec::new())),
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "an empty file of the last name",
        |ledger| drop(ledger.segments.insert(u64::MAX, Vec::new())),
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "the last segment has another name",
        |ledger| {
            without_traces(ledger);
            let bytes = ledger.segments.remove(&7).unwrap();
            ledger.segments.insert(8, bytes);
        },
        Verdict::Modified,
        Writer::Refuses,
    ),
    // HEAD.
    (
        "HEAD knows a later event",
        |ledger| edit_head(ledger, "\"seq\":12", "\"seq\":13"),
        Verdict::Truncated,
        Writer::Refuses,
    ),
    (
        "HEAD has another hash",
        |ledger| {
            let head = ledger.head.as_mut().unwrap();
            let at = head.iter().position(|&byte| byte == b'h').unwrap() + 7;
            head[at] = if head[at] == b'0' { b'1' } else { b'0' };
        },
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "HEAD has another event's number",
        |ledger| edit_head(ledger, "\"seq\":12", "\"seq\":11"),
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "HEAD names another segment",
        |ledger| edit_head(ledger, &file_name(7), &file_name(1)),
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "HEAD has no newline",
        |ledger| edit_head(ledger, "}\n", "}"),
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "HEAD names event 0",
        |ledger| edit_head(ledger, "\"seq\":12", "\"seq\":0"),
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "HEAD is nonsense",
        |ledger| ledger.head = Some(b"nonsense".to_vec()),
        Verdict::Modified,
        Writer::Refuses,
    ),
    // ledger.json.
    (
        "ledger.json has no newline",
        |ledger| assert_eq!(ledger.manifest.pop(), Some(b'\n')),
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "ledger.json is nonsense",
        |ledger| ledger.manifest = b"nonsense\n".to_vec(),
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "ledger.json claims to need no key",
        |ledger| ledger.manifest = LedgerBuilder::new(None).ledger.manifest,
        Verdict::Downgraded,
        Writer::Refuses,
    ),
    // Checkpoints.
    (
        "the newest checkpoint is of a later event",
        |ledger| {
            ledger.head = None;
            let mut longer = two_segments(Some(key()));
            longer.events(2);
            longer.checkpoint();
            ledger.checkpoints = longer.ledger.checkpoints;
        },
        Verdict::Truncated,
        Writer::Refuses,
    ),
    (
        "the newest checkpoint is of another history",
        |ledger| {
            let mut other = other_builder();
            other.checkpoint();
            let note = other.ledger.checkpoints.pop_last().unwrap().1;
            ledger.checkpoints.insert(12, note);
        },
        Verdict::Modified,
        Writer::Refuses,
    ),
    (
        "the newest checkpoint is nonsense",
        |ledger| drop(ledger.checkpoints.insert(12, b"nonsense".to_vec())),
        Verdict::Modified,
        Writer::Refuses,
    ),
    // Before the end.
    (
        "an event is changed",
        |ledger| ledger.edit(1, |lines| damage(&mut lines[2])),
        Verdict::Modified,
        Writer::DoesNotSee,
    ),
    (
        "an event is deleted",
        |ledger| ledger.edit(1, |lines| drop(lines.remove(2))),
        Verdict::Missing,
        Writer::DoesNotSee,
    ),
    (
        "two events are swapped",
        |ledger| ledger.edit(1, |lines| lines.swap(2, 3)),
        Verdict::Reordered,
        Writer::DoesNotSee,
    ),
    (
        "an event comes twice",
        |ledger| ledger.edit(1, |lines| lines.insert(3, lines[2].clone())),
        Verdict::DuplicateSeq,
        Writer::DoesNotSee,
    ),
    (
        "a line that is none is put in",
        |ledger| ledger.edit(1, |lines| lines.insert(3, b"hello\n".to_vec())),
        Verdict::Inserted,
        Writer::DoesNotSee,
    ),
    (
        "an older checkpoint is nonsense",
        |ledger| drop(ledger.checkpoints.insert(7, b"nonsense".to_vec())),
        Verdict::Modified,
        Writer::DoesNotSee,
    ),
];

/// The verdict of the first break, if there is one, and what a writer says.
fn asked(directory: &Path) -> (Option<Verdict>, Result<(), String>) {
    let report = Verifier::new().keys(&ring()).verify(&FileStore::new(directory)).unwrap();
    let opened = LedgerOptions::new().key(key()).open(directory);
    (
        report.first_break().map(|found| found.verdict),
        opened.map(drop).map_err(|error| error.to_string()),
    )
}

#[test]
fn the_writer_refuses_nothing_that_a_verification_calls_intact_and_the_other_way_round() {
    for (what, damage, verdict, writer) in CASES {
        let mut ledger = two_segments(Some(key())).ledger;
        damage(&mut ledger);
        let directory = tempfile::tempdir().unwrap();
        ledger.write_to(directory.path());
        let (found, opened) = asked(directory.path());
        assert_eq!(found, Some(*verdict), "{what}: {opened:?}");
        let refuses = *writer == Writer::Refuses;
        assert_eq!(opened.is_err(), refuses, "{what}: {opened:?}");
        if *writer == Writer::Repairs {
            assert_eq!(asked(directory.path()), (None, Ok(())), "{what}");
        }
    }
    let directory = tempfile::tempdir().unwrap();
    two_segments(Some(key())).ledger.write_to(directory.path());
    assert_eq!(asked(directory.path()), (None, Ok(())));
}

#[test]
fn what_is_no_file_is_named_by_a_verification_and_refused_by_a_writer() {
    let names = [
        "ledger.json",
        "HEAD",
        "00000000000000000001.jsonl",
        "00000000000000000007.jsonl",
        "checkpoints/00000000000000000012.note",
    ];
    for (what, put) in IRREGULAR_FILES {
        for name in names {
            let directory = tempfile::tempdir().unwrap();
            two_segments(Some(key())).ledger.write_to(directory.path());
            let path = directory.path().join(name);
            std::fs::rename(&path, path.with_extension("moved")).unwrap();
            put(&path);
            assert_eq!(is_named(directory.path(), name), (true, false), "{name}, {what}");
        }
    }
    for digits in ["00000000000000000000", "18446744073709551616", "99999999999999999999"] {
        for name in [format!("{digits}.jsonl"), format!("checkpoints/{digits}.note")] {
            let directory = tempfile::tempdir().unwrap();
            two_segments(Some(key())).ledger.write_to(directory.path());
            std::fs::write(directory.path().join(&name), "").unwrap();
            assert_eq!(is_named(directory.path(), &name), (true, false), "{name}");
        }
    }
}
