//! Every way of tampering with a ledger, and what verification says of it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::num::NonZeroUsize;

use envaudit::ledger::anchor::Anchored;
use envaudit::ledger::verify::{Finding, Report, Verdict, Verifier};
use envaudit::ledger::{KeyRing, MasterKey};
use envaudit_tests::ledger::{CHAIN, LedgerBuilder, LedgerBytes, file_name, found, key, ring};

/// Three segments, events 1 to 6, 7 to 12 and 13 to 17, closed, with checkpoints at 7, 13 and 17.
fn builder(key: Option<MasterKey>) -> LedgerBuilder {
    LedgerBuilder::closed(key, &[4, 4, 3])
}

fn keyed() -> LedgerBytes {
    builder(Some(key())).ledger
}

fn unkeyed() -> LedgerBytes {
    builder(None).ledger
}

fn verify(ledger: &LedgerBytes) -> Report {
    Verifier::new().keys(&ring()).verify(ledger).unwrap()
}

fn anchor(builder: &LedgerBuilder) -> Anchored {
    Anchored::from(&builder.state())
}

/// The file and the byte at which a line begins.
fn place(ledger: &LedgerBytes, segment: u64, line: usize) -> (String, u64) {
    let before: usize = ledger.lines(segment)[..line].iter().map(Vec::len).sum();
    (file_name(segment), before as u64)
}

fn at(finding: &Finding) -> (String, u64) {
    (finding.file.clone(), finding.offset)
}

fn replace(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let line = str::from_utf8(line).unwrap();
    assert!(line.contains(from), "{from} in {line}");
    line.replacen(from, to, 1).into_bytes()
}

/// The line with this in it changed, and hashed as anybody can without a key.
fn rehashed(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let line = String::from_utf8(replace(line, from, to)).unwrap();
    let (hashed, _) = line.split_once(",\"event_hash\"").unwrap();
    LedgerBuilder::new(None).seal(hashed.to_owned())
}

#[test]
fn an_intact_ledger_is_ok_as_far_as_it_is_anchored() {
    let builder = builder(Some(key()));
    let ring = ring();
    let verifier = Verifier::new().keys(&ring);
    let report = verifier.verify(&builder.ledger).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.verdict(), Verdict::OkUnanchoredTail);
    assert!(report.is_intact());
    assert_eq!((report.events, report.segments, report.checkpoints, report.roots), (17, 3, 3, 3));
    assert_eq!(report.tail, Some((17, builder.previous)));
    assert!(
        report.to_string().contains("whether newer events were cut off cannot be known"),
        "{report}"
    );

    let report = verifier.clone().anchor(anchor(&builder)).verify(&builder.ledger).unwrap();
    assert_eq!(report.verdict(), Verdict::OkAnchored);
    assert_eq!(report.anchored, Some(17));

    let mut longer = builder.clone();
    longer.events(2);
    let report = verifier.anchor(anchor(&builder)).verify(&longer.ledger).unwrap();
    assert_eq!(report.verdict(), Verdict::OkUnanchoredTail);
    assert_eq!((report.anchored, report.events), (Some(17), 19));
}

#[test]
fn an_intact_ledger_without_a_key_is_ok() {
    let builder = builder(None);
    let report = Verifier::new().anchor(anchor(&builder)).verify(&builder.ledger).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.verdict(), Verdict::OkAnchored);
}

#[test]
fn without_the_key_events_are_not_vouched_for() {
    let report = Verifier::new().verify(&keyed()).unwrap();
    assert_eq!(found(&report), [(Verdict::KeyUnknown, 1, 17)]);
    assert_eq!(report.checkpoints, 3);
    assert!(!report.is_intact());
    let other = KeyRing::new(MasterKey::from_bytes([8; 32]));
    let report = Verifier::new().keys(&other).verify(&keyed()).unwrap();
    assert_eq!(found(&report), [(Verdict::KeyUnknown, 1, 17)]);
}

type Attack = fn(&mut LedgerBytes);
/// What is done, how, and all that is found: verdict, first and last event.
type Case = (&'static str, Attack, &'static [(Verdict, u64, u64)]);

/// What an attacker without the key can do inside the ledger, and everything that verification finds then.
const WITHOUT_KEY: &[Case] = &[
    (
        "an event is changed",
        |ledger| {
            ledger.edit(1, |lines| lines[2] = replace(&lines[2], "door.opened", "door.closed"))
        },
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "an event is changed and hashed without a key",
        |ledger| {
            ledger.edit(7, |lines| {
                lines[2] = rehashed(&lines[2], "door.opened", "door.closed");
            });
        },
        &[(Verdict::Modified, 9, 9)],
    ),
    (
        "an event is changed, loses its key id and is hashed without a key",
        |ledger| {
            ledger.edit(7, |lines| {
                let kid = format!(",\"kid\":\"{}\"", key().id());
                let line = replace(&lines[2], "door.opened", "door.closed");
                lines[2] = rehashed(&line, &kid, "");
            });
        },
        &[(Verdict::Downgraded, 9, 9)],
    ),
    (
        "an event is deleted",
        |ledger| ledger.edit(7, |lines| drop(lines.remove(3))),
        &[(Verdict::Missing, 10, 10)],
    ),
    (
        "three events are deleted over the border of two segments",
        |ledger| {
            ledger.edit(1, |lines| lines.truncate(4));
            ledger.edit(7, |lines| drop(lines.remove(0)));
        },
        &[(Verdict::Missing, 5, 7), (Verdict::Modified, 8, 8)],
    ),
    (
        "the first event is deleted",
        |ledger| ledger.edit(1, |lines| drop(lines.remove(0))),
        &[(Verdict::Missing, 1, 1), (Verdict::Modified, 2, 2)],
    ),
    (
        "one event is deleted and the one behind it is changed",
        |ledger| {
            ledger.edit(7, |lines| {
                lines[4] = replace(&lines[4], "door.opened", "door.closed");
                lines.remove(3);
            });
        },
        &[(Verdict::Missing, 10, 10), (Verdict::Modified, 11, 11)],
    ),
    (
        "two events are swapped",
        |ledger| ledger.edit(1, |lines| lines.swap(2, 3)),
        &[(Verdict::Reordered, 3, 3)],
    ),
    (
        "two events far apart are swapped",
        |ledger| ledger.edit(1, |lines| lines.swap(1, 4)),
        &[(Verdict::Reordered, 2, 2), (Verdict::Reordered, 3, 4)],
    ),
    (
        "an event is copied",
        |ledger| ledger.edit(1, |lines| lines.insert(3, lines[2].clone())),
        &[(Verdict::DuplicateSeq, 3, 3)],
    ),
    (
        "an old event is written again at the end",
        |ledger| {
            let old = ledger.lines(1)[1].clone();
            ledger.edit(13, |lines| lines.push(old));
        },
        &[(Verdict::DuplicateSeq, 2, 2)],
    ),
    (
        "a made-up event is put in",
        |ledger| {
            ledger.edit(1, |lines| {
                let made_up = replace(&lines[2], "door.opened", "door.closed");
                lines.insert(3, made_up);
            });
        },
        &[(Verdict::Inserted, 4, 4)],
    ),
    (
        "a line that is none is put in",
        |ledger| ledger.edit(1, |lines| lines.insert(3, b"hello\n".to_vec())),
        &[(Verdict::Inserted, 4, 4)],
    ),
    (
        "an event of another ledger with the same key is put in the place of one",
        |ledger| {
            ledger.edit(1, |lines| {
                let mut other = LedgerBuilder::new(Some(key()));
                other.ledger_id = "0198c5a6-0000-7000-8000-5a1b2c3d4e5f".to_owned();
                other.seq = 2;
                lines[2] = other.line("door.opened", "{}");
            });
        },
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "a segment is removed",
        |ledger| drop(ledger.segments.remove(&7)),
        &[(Verdict::Missing, 7, 12)],
    ),
    (
        "the first segment is removed without a statement",
        |ledger| drop(ledger.segments.remove(&1)),
        &[(Verdict::Missing, 1, 6)],
    ),
    (
        "a segment is emptied",
        |ledger| drop(ledger.segments.insert(7, Vec::new())),
        &[(Verdict::Modified, 7, 7), (Verdict::Missing, 7, 12)],
    ),
    (
        "a segment is renamed",
        |ledger| {
            let bytes = ledger.segments.remove(&7).unwrap();
            ledger.segments.insert(8, bytes);
        },
        &[(Verdict::Modified, 7, 7)],
    ),
    (
        "a segment is copied under another name",
        |ledger| {
            let bytes = ledger.segments[&7].clone();
            ledger.segments.insert(99, bytes);
        },
        &[(Verdict::DuplicateSeq, 7, 12)],
    ),
    (
        "the end is cut off",
        |ledger| ledger.edit(13, |lines| lines.truncate(2)),
        &[(Verdict::Truncated, 15, 17)],
    ),
    (
        "the last segment is removed",
        |ledger| drop(ledger.segments.remove(&13)),
        &[(Verdict::Truncated, 13, 17)],
    ),
    ("all segments are removed", |ledger| ledger.segments.clear(), &[(Verdict::Truncated, 1, 17)]),
    (
        "the last event is changed",
        |ledger| {
            ledger
                .edit(13, |lines| lines[4] = replace(&lines[4], "ledger.closed", "ledger.opened"));
        },
        &[(Verdict::Modified, 17, 17)],
    ),
    (
        "the last line is cut short",
        |ledger| assert_eq!(ledger.segments.get_mut(&13).unwrap().pop(), Some(b'\n')),
        &[(Verdict::Modified, 17, 17)],
    ),
    (
        "the last line of a segment that is not the last is cut short",
        |ledger| assert_eq!(ledger.segments.get_mut(&7).unwrap().pop(), Some(b'\n')),
        &[(Verdict::Modified, 12, 12)],
    ),
    (
        "ledger.json says that there is no key",
        |ledger| ledger.manifest = unkeyed().manifest,
        &[(Verdict::Downgraded, 0, 0), (Verdict::Modified, 0, 0)],
    ),
    (
        "the ledger is replaced by one without a key",
        |ledger| *ledger = unkeyed(),
        &[(Verdict::Downgraded, 0, 0), (Verdict::Downgraded, 1, 17)],
    ),
    (
        "the ledger is replaced by one with another key",
        |ledger| *ledger = builder(Some(MasterKey::from_bytes([9; 32]))).ledger,
        &[(Verdict::KeyUnknown, 1, 17)],
    ),
    (
        "ledger.json is of another time",
        |ledger| ledger.manifest = replace(&ledger.manifest, "2026-11", "2025-11"),
        &[(Verdict::Modified, 0, 0)],
    ),
    (
        "ledger.json is no JSON",
        |ledger| ledger.manifest.truncate(20),
        &[(Verdict::Modified, 0, 0), (Verdict::Modified, 0, 0)],
    ),
    (
        "a checkpoint is signed by somebody else",
        |ledger| {
            let other = MasterKey::from_bytes([9; 32]);
            let signer =
                envaudit::ledger::checkpoint::signer(CHAIN, &other.checkpoint_seed()).unwrap();
            let note = String::from_utf8(ledger.checkpoints[&13].clone()).unwrap();
            let (text, _) = note.split_once("\n\n").unwrap();
            let note = signer.sign(&format!("{text}\n")).unwrap();
            ledger.checkpoints.insert(13, note.into_bytes());
        },
        &[(Verdict::Modified, 13, 13)],
    ),
    (
        "a checkpoint is under another name",
        |ledger| {
            let note = ledger.checkpoints.remove(&13).unwrap();
            ledger.checkpoints.insert(12, note);
        },
        &[(Verdict::Modified, 12, 12)],
    ),
    (
        "HEAD names another hash",
        |ledger| {
            let head = ledger.head.take().unwrap();
            let text = String::from_utf8(head).unwrap();
            let at = text.find("hash\":\"").unwrap() + 7;
            let digit = if &text[at..=at] == "a" { "b" } else { "a" };
            ledger.head = Some(format!("{}{digit}{}", &text[..at], &text[at + 1..]).into_bytes());
        },
        &[(Verdict::Modified, 17, 17)],
    ),
    (
        "HEAD names another segment",
        |ledger| {
            let head = ledger.head.take().unwrap();
            ledger.head = Some(replace(&head, "00013.jsonl", "00007.jsonl"));
        },
        &[(Verdict::Modified, 17, 17)],
    ),
];

#[test]
fn what_an_attacker_without_the_key_does_in_the_ledger_is_found() {
    for (name, attack, expected) in WITHOUT_KEY {
        let mut ledger = keyed();
        attack(&mut ledger);
        let ring = ring();
        let thorough = Verifier::new().keys(&ring);
        let verifiers = [1, 3].map(|threads| {
            let threads = NonZeroUsize::new(threads).unwrap();
            thorough.clone().threads(threads)
        });
        for verifier in verifiers.into_iter().chain([thorough.quick()]) {
            let report = verifier.verify(&ledger).unwrap();
            assert_eq!(found(&report), *expected, "{name}\n{report}");
            assert!(!report.is_intact(), "{name}");
            assert_eq!(report.verdict(), expected[0].0, "{name}");
            assert!(report.verified().is_none());
        }
    }
}

/// What anybody can do in a ledger without a key, hashing anew what they like, and what is found all the same.
const UNKEYED: &[Case] = &[
    (
        "an event is changed",
        |ledger| {
            ledger.edit(1, |lines| lines[2] = replace(&lines[2], "door.opened", "door.closed"))
        },
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "an event is changed and hashed anew",
        |ledger| {
            ledger.edit(1, |lines| {
                lines[2] = rehashed(&lines[2], "door.opened", "door.closed");
            });
        },
        &[(Verdict::Modified, 3, 3)],
    ),
    (
        "an event is put in that follows the one before it",
        |ledger| {
            ledger.edit(1, |lines| {
                let made_up = rehashed(&lines[2], "door.opened", "door.closed");
                lines.insert(2, made_up);
            });
        },
        &[(Verdict::Inserted, 3, 3)],
    ),
    (
        "an event is put in behind the one it imitates",
        |ledger| {
            ledger.edit(1, |lines| {
                let made_up = rehashed(&lines[2], "door.opened", "door.closed");
                lines.insert(3, made_up);
            });
        },
        &[(Verdict::Inserted, 3, 3)],
    ),
    (
        "a key has two values",
        |ledger| {
            ledger.edit(13, |lines| {
                let twice = "\"outcome\":\"success\",\"outcome\":\"success\"";
                lines[2] = rehashed(&lines[2], "\"outcome\":\"success\"", twice);
            });
        },
        &[(Verdict::Modified, 15, 15)],
    ),
    (
        "a key in details has two values",
        |ledger| {
            ledger.edit(13, |lines| {
                lines[2] = rehashed(&lines[2], "{\"door\":0}", "{\"door\":0,\"door\":1}");
            });
        },
        &[(Verdict::Modified, 15, 15)],
    ),
];

#[test]
fn what_is_done_to_a_ledger_without_a_key_is_found_unless_all_of_it_is_hashed_anew() {
    for (name, attack, expected) in UNKEYED {
        let mut ledger = unkeyed();
        attack(&mut ledger);
        let report = Verifier::new().verify(&ledger).unwrap();
        assert_eq!(found(&report), *expected, "{name}\n{report}");
    }
    // The place is that of the event that is too many, before or behind the true one.
    for (at, attack) in [(2, UNKEYED[2].1), (3, UNKEYED[3].1)] {
        let mut ledger = unkeyed();
        attack(&mut ledger);
        let report = Verifier::new().verify(&ledger).unwrap();
        assert_eq!(self::at(&report.findings[0]), place(&ledger, 1, at));
    }
}

#[test]
fn a_line_of_another_form_under_the_key_is_found_unless_forms_are_taken_on_trust() {
    let mut builder = builder(Some(key()));
    builder.event("door.opened", "{\"door\":1,\"door\":2}");
    builder.events(1);
    let ring = ring();
    let thorough = Verifier::new().keys(&ring);
    let report = thorough.verify(&builder.ledger).unwrap();
    assert_eq!(found(&report), [(Verdict::Modified, 18, 18)]);
    assert!(report.findings[0].expected.starts_with("a key that the object does not have yet"));
    assert!(thorough.quick().verify(&builder.ledger).unwrap().is_intact());
}

#[test]
fn findings_name_the_place_and_what_should_be_there() {
    let mut ledger = keyed();
    ledger.edit(7, |lines| lines[2] = replace(&lines[2], "door.opened", "door.closed"));
    let report = verify(&ledger);
    assert_eq!(at(&report.findings[0]), place(&ledger, 7, 2));
    assert_eq!(report.findings[0].expected, "the hash of the line under its key");
    assert_eq!(report.first_break(), report.findings.first());
    let hash = envaudit_tests::ledger::hash(Some(&key()), hashed(&ledger.lines(7)[2]));
    let forging_help = data_encoding::HEXLOWER.encode(&hash);
    assert!(!report.to_string().contains(&forging_help), "{report}");
}

fn hashed(line: &[u8]) -> &[u8] {
    &line[..line.len() - 15 - 64 - 3]
}

#[test]
fn a_last_line_that_is_unfinished_is_torn_if_nobody_saw_it_finished() {
    for cut in [1, 40, 200] {
        let mut builder = builder(Some(key()));
        builder.events(1);
        let segment = builder.ledger.segments.get_mut(&13).unwrap();
        segment.truncate(segment.len() - cut);
        let report = verify(&builder.ledger);
        assert_eq!(found(&report), [(Verdict::Torn, 18, 18)], "{cut}");
        assert_eq!(at(&report.findings[0]), place(&builder.ledger, 13, 5));
        assert!(!report.is_intact());

        let anchored = anchor(&builder);
        let report =
            Verifier::new().keys(&ring()).anchor(anchored).verify(&builder.ledger).unwrap();
        assert_eq!(found(&report), [(Verdict::Modified, 18, 18)], "{cut}");
    }
    let mut garbage = keyed();
    garbage.segments.get_mut(&13).unwrap().extend(b"\0\0\0\0\n");
    assert_eq!(found(&verify(&garbage)), [(Verdict::Torn, 18, 18)]);
}

#[test]
fn a_complete_last_line_with_a_wrong_hash_is_not_torn() {
    let mut builder = builder(Some(key()));
    builder.events(1);
    let mut ledger = builder.ledger.clone();
    ledger.edit(13, |lines| lines[5] = replace(&lines[5], "door.opened", "door.closed"));
    assert_eq!(found(&verify(&ledger)), [(Verdict::Modified, 18, 18)]);
}

#[test]
fn an_older_copy_of_the_whole_ledger_is_rolled_back() {
    let old = builder(Some(key()));
    let mut new = old.clone();
    new.events(5);
    new.head();
    let ring = ring();
    let verifier = Verifier::new().keys(&ring).anchor(anchor(&new));
    assert_eq!(verifier.verify(&new.ledger).unwrap().verdict(), Verdict::OkAnchored);
    let report = verifier.verify(&old.ledger).unwrap();
    assert_eq!(found(&report), [(Verdict::RolledBack, 18, 22)]);

    // A checkpoint that was kept elsewhere does the same service.
    let checkpoint = Anchored::from(&new.state());
    let report = Verifier::new().keys(&ring).anchor(checkpoint).verify(&old.ledger).unwrap();
    assert_eq!(report.verdict(), Verdict::RolledBack);

    // Without anything outside of the ledger, nobody can know.
    assert_eq!(verify(&old.ledger).verdict(), Verdict::OkUnanchoredTail);
}

#[test]
fn a_tail_that_is_cut_off_with_all_traces_is_found_by_the_anchor_alone() {
    let whole = builder(Some(key()));
    let mut cut = whole.ledger.clone();
    cut.edit(13, |lines| lines.truncate(2));
    cut.head = None;
    cut.checkpoints.remove(&17);
    assert_eq!(verify(&cut).verdict(), Verdict::OkUnanchoredTail);
    let report = Verifier::new().keys(&ring()).anchor(anchor(&whole)).verify(&cut).unwrap();
    assert_eq!(found(&report), [(Verdict::RolledBack, 15, 17)]);

    // With traces left, it is the ledger itself that says so.
    let mut cut = whole.ledger.clone();
    cut.edit(13, |lines| lines.truncate(2));
    let report = Verifier::new().keys(&ring()).anchor(anchor(&whole)).verify(&cut).unwrap();
    assert_eq!(report.verdict(), Verdict::Truncated);
}

#[test]
fn a_history_rewritten_with_the_key_is_forked_from_what_was_signed_or_anchored() {
    let honest = builder(Some(key()));
    let anchored = anchor(&honest);
    // The attacker has the key and writes all events from 5 on anew.
    let mut forged = LedgerBuilder::new(Some(key()));
    forged.events(3);
    forged.event("door.closed", "{}");
    forged.roll();
    forged.events(4);
    forged.roll();
    forged.events(4);
    forged.head();
    // Everything in the directory is the attacker's, but the anchor is not.
    assert_eq!(verify(&forged.ledger).verdict(), Verdict::OkUnanchoredTail);
    let report = Verifier::new().keys(&ring()).anchor(anchored).verify(&forged.ledger).unwrap();
    assert_eq!(found(&report), [(Verdict::Forked, 17, 17)]);

    // Left in place, the checkpoints that were signed before tell as well.
    let mut careless = forged.ledger.clone();
    careless.checkpoints = honest.ledger.checkpoints.clone();
    let report = verify(&careless);
    assert_eq!(
        found(&report),
        [(Verdict::Forked, 7, 7), (Verdict::Forked, 13, 13), (Verdict::Forked, 17, 17)]
    );
}

#[test]
fn a_holder_of_the_key_is_believed() {
    let mut builder = builder(Some(key()));
    builder.event("door.opened", "{\"door\":\"one that there never was\"}");
    assert_eq!(found(&verify(&builder.ledger)), []);
}

#[test]
fn two_events_with_one_seq_under_the_key_are_a_fork() {
    let mut builder = builder(Some(key()));
    let mut other = builder.clone();
    builder.event("door.opened", "{}");
    let second = other.line("door.closed", "{}");
    builder.ledger.edit(13, |lines| lines.push(second));
    let report = verify(&builder.ledger);
    assert_eq!(found(&report), [(Verdict::Forked, 18, 18)]);
    assert_eq!(at(&report.findings[0]), place(&builder.ledger, 13, 6));

    // A writer with a stale view went on from an event that is not the last.
    let mut stale = self::builder(Some(key()));
    let before = stale.previous;
    stale.events(1);
    stale.previous = before;
    stale.events(1);
    assert_eq!(found(&verify(&stale.ledger)), [(Verdict::Forked, 19, 19)]);
}

#[test]
fn a_checkpoint_whose_root_is_not_that_of_the_events_is_a_fork() {
    let mut builder = builder(Some(key()));
    let mut state = builder.state();
    state.root[0] ^= 1;
    let seed = key().checkpoint_seed();
    let signer = envaudit::ledger::checkpoint::signer(CHAIN, &seed).unwrap();
    builder.ledger.checkpoints.insert(17, state.sign(&signer).unwrap().into_bytes());
    let report = verify(&builder.ledger);
    assert_eq!(found(&report), [(Verdict::Forked, 17, 17)]);
    assert_eq!(report.findings[0].file, "checkpoints/00000000000000000017.note");
}

#[test]
fn a_prune_needs_its_statement() {
    let mut builder = builder(Some(key()));
    let first_kept = builder.ledger.lines(7)[0].clone();
    let previous = String::from_utf8(first_kept).unwrap();
    let (_, previous) = previous.split_once("\"previous_hash\":\"").unwrap();
    let previous = &previous[..64];
    let mut unstated = builder.ledger.clone();
    unstated.segments.remove(&1);
    assert_eq!(found(&verify(&unstated)), [(Verdict::Missing, 1, 6)]);

    let statement =
        format!("{{\"first_kept_seq\":7,\"previous_hash\":\"{previous}\",\"policy\":\"30 days\"}}");
    builder.event("ledger.pruned", &statement);
    let mut pruned = builder.ledger.clone();
    pruned.segments.remove(&1);
    let report = Verifier::new().keys(&ring()).anchor(anchor(&builder)).verify(&pruned).unwrap();
    assert_eq!(found(&report), [(Verdict::Pruned, 1, 6)]);
    assert_eq!(report.verdict(), Verdict::OkAnchored);
    assert_eq!((report.first_seq, report.events, report.checkpoints), (Some(7), 12, 3));
    // The tree over the events that are gone stands in the first line that is kept.
    assert_eq!(report.roots, 3);
    assert!(report.findings[0].found.contains("30 days"), "{report}");

    // The statement covers what it names, and nothing more.
    let mut more = pruned.clone();
    more.segments.remove(&7);
    assert_eq!(found(&verify(&more)), [(Verdict::Missing, 1, 12)]);
    let mut inner = builder.ledger.clone();
    inner.segments.remove(&7);
    assert_eq!(found(&verify(&inner)), [(Verdict::Missing, 7, 12)]);
}

#[test]
fn a_retired_key_may_not_be_used_again() {
    let new_key = MasterKey::from_bytes([9; 32]);
    let mut builder = builder(Some(key()));
    builder.event("ledger.key_rotated", &format!("{{\"to\":\"{}\"}}", new_key.id()));
    builder.key = Some(new_key.clone());
    builder.events(3);
    let both = KeyRing::new(new_key.clone()).retired(key());
    let report = Verifier::new().keys(&both).verify(&builder.ledger).unwrap();
    assert_eq!(report.findings, [], "{report}");

    let old = ring();
    let report = Verifier::new().keys(&old).verify(&builder.ledger).unwrap();
    assert_eq!(found(&report), [(Verdict::KeyUnknown, 19, 21)]);
    let new = KeyRing::new(new_key);
    let report = Verifier::new().keys(&new).verify(&builder.ledger).unwrap();
    assert_eq!(found(&report), [(Verdict::KeyUnknown, 1, 18)]);

    // Somebody who got hold of the retired key goes on with it.
    builder.key = Some(key());
    builder.events(2);
    let report = Verifier::new().keys(&both).verify(&builder.ledger).unwrap();
    assert_eq!(found(&report), [(Verdict::Modified, 22, 22)]);
}

#[test]
fn a_clock_that_went_back_is_a_warning() {
    let mut builder = builder(Some(key()));
    builder.clock = -5;
    builder.events(2);
    let report = verify(&builder.ledger);
    assert_eq!(found(&report), [(Verdict::ClockRegression, 18, 18)]);
    assert_eq!(report.verdict(), Verdict::OkUnanchoredTail);
    assert!(report.is_intact());
}

#[test]
fn what_was_verified_before_is_not_read_again() {
    let mut builder = builder(Some(key()));
    let ring = ring();
    let first = Verifier::new().keys(&ring).verify(&builder.ledger).unwrap();
    let state: envaudit::ledger::verify::Verified =
        first.verified().unwrap().to_string().parse().unwrap();
    assert_eq!((state.size(), *state.head()), (17, builder.previous));
    builder.events(4);
    builder.roll();
    builder.checkpoint();
    let verifier = Verifier::new().keys(&ring).since(state);
    let report = verifier.verify(&builder.ledger).unwrap();
    assert_eq!(report.findings, [], "{report}");
    assert_eq!((report.events, report.anchored), (6, Some(17)));
    // The roots of checkpoints go on from the peaks that were kept.
    assert_eq!((report.checkpoints, report.roots), (2, 2));

    let mut behind = builder.ledger.clone();
    behind.edit(1, |lines| lines[2] = replace(&lines[2], "door.opened", "door.closed"));
    assert_eq!(verifier.verify(&behind).unwrap().findings, []);
    let mut after = builder.ledger.clone();
    after.edit(13, |lines| lines[6] = replace(&lines[6], "door.opened", "door.closed"));
    assert_eq!(found(&verifier.verify(&after).unwrap()), [(Verdict::Modified, 19, 19)]);
    let mut older = builder.ledger.clone();
    older.edit(13, |lines| lines.truncate(2));
    older.segments.remove(&23);
    (older.head, older.checkpoints) = (None, Default::default());
    assert_eq!(found(&verifier.verify(&older).unwrap()), [(Verdict::RolledBack, 17, 17)]);
    let mut other = LedgerBuilder::new(Some(key()));
    other.clock = 1;
    other.events(20);
    assert_eq!(verifier.verify(&other.ledger).unwrap().verdict(), Verdict::Forked);

    // A checkpoint alone does as well, without the roots.
    let checkpoint = self::builder(Some(key())).state();
    let report = Verifier::new().keys(&ring).since(&checkpoint).verify(&builder.ledger).unwrap();
    assert_eq!(report.findings, []);
    // Roots are computed again from the next segment on, which has the peaks.
    assert_eq!((report.events, report.checkpoints, report.roots), (6, 2, 1));
}

#[test]
fn an_anchor_of_another_ledger_is_a_fork() {
    let anchored = Anchored { ledger_id: "another".to_owned(), size: 1, head: [0; 32] };
    let report = Verifier::new().keys(&ring()).anchor(anchored).verify(&keyed()).unwrap();
    assert_eq!(found(&report), [(Verdict::Forked, 0, 0)]);
}

#[test]
fn the_public_key_of_the_checkpoints_is_the_one_that_was_handed_over() {
    let signer = envaudit::ledger::checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
    let right = *signer.verifier().public_key();
    let other = MasterKey::from_bytes([9; 32]);
    let other = envaudit::ledger::checkpoint::signer(CHAIN, &other.checkpoint_seed()).unwrap();
    let wrong = *other.verifier().public_key();
    let report = Verifier::new().public_key(right).verify(&keyed()).unwrap();
    assert_eq!(found(&report), [(Verdict::KeyUnknown, 1, 17)]);
    assert_eq!((report.checkpoints, report.roots), (3, 3));
    let report = Verifier::new().public_key(wrong).verify(&keyed()).unwrap();
    let expected = [
        (Verdict::Modified, 0, 0),
        (Verdict::KeyUnknown, 1, 17),
        (Verdict::Modified, 7, 7),
        (Verdict::Modified, 13, 13),
        (Verdict::Modified, 17, 17),
    ];
    assert_eq!(found(&report), expected, "{report}");
    let report = Verifier::new().public_key(right).verify(&unkeyed()).unwrap();
    assert_eq!(report.verdict(), Verdict::Downgraded);
}
