//! Ledgers that somebody made to pass: by what stands around the events, by how they are spelled, by how many there are.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::os::unix::fs::PermissionsExt;

use envaudit::ledger::anchor::{Anchor, AnchorError, AnchorScope, Anchored};
use envaudit::ledger::proof::prove;
use envaudit::ledger::testing::{MemoryDisk, MemoryStore};
use envaudit::ledger::verify::{Verdict, Verified, Verifier};
use envaudit::ledger::{FileStore, KeyRing, checkpoint};
use envaudit_tests::fresh_ledger::{event, options};
use envaudit_tests::ledger::{
    CHAIN, LedgerBuilder, LedgerBytes, damage, file_name, found, hash_in, key, ring, two_segments,
    verify_every_way,
};
use proptest::prelude::*;

fn keyed() -> LedgerBytes {
    two_segments(Some(key())).ledger
}

#[test]
fn no_number_of_warnings_hides_a_break() {
    let mut scribe = LedgerBuilder::new(Some(key()));
    scribe.clock = 10_000;
    for _ in 0..2500 {
        scribe.clock -= 2;
        scribe.events(1);
    }
    let warned = verify_every_way(&scribe.ledger);
    assert!(warned.is_intact());
    assert!(warned.findings.iter().all(|at| at.verdict == Verdict::ClockRegression));
    assert_eq!((warned.findings.len(), warned.omitted), (1000, 1499));

    let last = scribe.seq as usize - 1;
    let mut ledger = scribe.ledger.clone();
    ledger.edit(1, |lines| damage(&mut lines[last - 5]));
    assert_eq!(verify_every_way(&ledger).verdict(), Verdict::Modified);
    let mut ledger = scribe.ledger.clone();
    ledger.edit(1, |lines| drop(lines.remove(last - 5)));
    assert_eq!(verify_every_way(&ledger).verdict(), Verdict::Missing);
    scribe.head();
    let mut ledger = scribe.ledger.clone();
    ledger.edit(1, |lines| lines.truncate(last));
    assert_eq!(verify_every_way(&ledger).verdict(), Verdict::Truncated);
}

#[test]
fn the_first_of_very_many_breaks_is_told() {
    let mut scribe = LedgerBuilder::new(Some(key()));
    scribe.events(6000);
    let mut ledger = scribe.ledger.clone();
    ledger.edit(1, |lines| {
        lines.iter_mut().skip(10).step_by(2).for_each(|line| damage(line));
        lines.remove(3);
    });
    let report = verify_every_way(&ledger);
    let first = report.first_break().unwrap();
    assert_eq!((first.verdict, first.seq), (Verdict::Missing, 4));
    assert_eq!(report.findings.len(), 1000);
    assert!(report.omitted > 1500, "{}", report.omitted);
    assert!(report.to_string().ends_with(&format!("and {} more", report.omitted)));

    // Every other event is gone: more gaps than are remembered.
    let mut ledger = scribe.ledger.clone();
    let mut taken = Vec::new();
    ledger.edit(1, |lines| {
        let mut at = 0;
        lines.retain(|line| {
            at += 1;
            if at % 2 == 0 {
                taken.push(line.clone());
            }
            at % 2 == 1
        });
    });
    let report = verify_every_way(&ledger);
    assert_eq!(report.findings[0].verdict, Verdict::Missing);
    assert_eq!((report.findings[0].seq, report.events), (2, 3001));

    // And put at the end.
    ledger.edit(1, |lines| lines.extend(taken));
    let report = verify_every_way(&ledger);
    assert_eq!(report.verdict(), Verdict::Reordered);
}

#[test]
fn a_ledger_without_any_event_is_truncated() {
    let mut nothing = keyed().without_traces();
    nothing.segments.clear();
    let report = verify_every_way(&nothing);
    assert_eq!(found(&report), [(Verdict::Truncated, 1, 1)]);
    assert_eq!(report.findings[0].file, file_name(1));
    let mut empty = keyed().without_traces();
    empty.segments.values_mut().for_each(Vec::clear);
    assert_eq!(found(&verify_every_way(&empty)), [(Verdict::Truncated, 1, 1)]);
    let report = Verifier::new().verify(&nothing).unwrap();
    assert_eq!(report.verdict(), Verdict::Truncated);
    // An anchor knows how many there were.
    let anchored = Anchored::from(&two_segments(Some(key())).state());
    let report = Verifier::new().keys(&ring()).anchor(anchored).verify(&nothing).unwrap();
    assert_eq!(found(&report), [(Verdict::RolledBack, 1, 12)]);
}

type Attack = fn(&mut LedgerBytes);
type Case = (&'static str, Attack, &'static [(Verdict, u64, u64)]);

/// What `HEAD` and checkpoints can be made to say.
const AROUND: &[Case] = &[
    (
        "HEAD with a blank",
        |ledger| edit_head(ledger, ",\"hash\"", ", \"hash\""),
        &[(Verdict::Modified, 0, 0)],
    ),
    ("HEAD with CRLF", |ledger| edit_head(ledger, "\n", "\r\n"), &[(Verdict::Modified, 0, 0)]),
    ("HEAD twice", |ledger| edit_head(ledger, "\n", "\n{}\n"), &[(Verdict::Modified, 0, 0)]),
    (
        "HEAD with a member more",
        |ledger| edit_head(ledger, "}", ",\"x\":1}"),
        &[(Verdict::Modified, 0, 0)],
    ),
    (
        "HEAD at event 0",
        |ledger| edit_head(ledger, "\"seq\":12", "\"seq\":0"),
        &[(Verdict::Modified, 0, 0)],
    ),
    (
        "HEAD at another event",
        |ledger| edit_head(ledger, "\"seq\":12", "\"seq\":11"),
        &[(Verdict::Modified, 11, 11)],
    ),
    (
        "HEAD beyond the end",
        |ledger| edit_head(ledger, "\"seq\":12", "\"seq\":9007199254740992"),
        &[(Verdict::Truncated, 13, 9_007_199_254_740_992)],
    ),
    (
        "HEAD with a file that is none",
        |ledger| edit_head(ledger, "00007.jsonl", "00007.json"),
        &[(Verdict::Modified, 0, 0)],
    ),
    (
        "HEAD without its newline",
        |ledger| edit_head(ledger, "}\n", "}"),
        &[(Verdict::Modified, 0, 0)],
    ),
    ("HEAD is empty", |ledger| ledger.head = Some(Vec::new()), &[(Verdict::Modified, 0, 0)]),
    (
        "a checkpoint of the same ledger under the name of another",
        |ledger| drop(ledger.checkpoints.insert(9, ledger.checkpoints[&7].clone())),
        &[(Verdict::Modified, 9, 9)],
    ),
    (
        "a checkpoint that is empty",
        |ledger| drop(ledger.checkpoints.insert(9, Vec::new())),
        &[(Verdict::Modified, 9, 9)],
    ),
    (
        "a checkpoint with CRLF",
        |ledger| {
            let note = String::from_utf8(ledger.checkpoints[&12].clone()).unwrap();
            ledger.checkpoints.insert(12, note.replace('\n', "\r\n").into_bytes());
        },
        &[(Verdict::Modified, 12, 12)],
    ),
    (
        "a checkpoint of another ledger under the same key",
        |ledger| {
            let other = "0198c5a6-0000-7000-8000-5a1b2c3d4e5f";
            let signer = checkpoint::signer(other, &key().checkpoint_seed()).unwrap();
            let mut state = two_segments(Some(key())).state();
            state.ledger_id = other.to_owned();
            let note = state.sign(&signer).unwrap();
            ledger.checkpoints.insert(12, note.into_bytes());
        },
        &[(Verdict::Modified, 12, 12)],
    ),
    (
        "a checkpoint beyond the end",
        |ledger| {
            let signer = checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
            let mut state = two_segments(Some(key())).state();
            state.size = 20;
            ledger.checkpoints.insert(20, state.sign(&signer).unwrap().into_bytes());
        },
        &[(Verdict::Truncated, 13, 20)],
    ),
    (
        "a checkpoint at which the ledger has another event",
        |ledger| {
            let signer = checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
            let mut state = two_segments(Some(key())).state();
            state.size = 11;
            ledger.checkpoints.insert(11, state.sign(&signer).unwrap().into_bytes());
        },
        &[(Verdict::Forked, 11, 11)],
    ),
    (
        "ledger.json with a blank",
        |ledger| ledger.manifest.insert(1, b' '),
        &[(Verdict::Modified, 0, 0), (Verdict::Modified, 0, 0)],
    ),
    (
        "ledger.json without its newline",
        |ledger| assert_eq!(ledger.manifest.pop(), Some(b'\n')),
        &[(Verdict::Modified, 0, 0), (Verdict::Modified, 0, 0)],
    ),
    (
        "ledger.json with another key for checkpoints",
        |ledger| {
            let text = String::from_utf8(ledger.manifest.clone()).unwrap();
            let other = checkpoint::signer(CHAIN, &[77; 32]).unwrap();
            let own = checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
            let hex = |key: &[u8; 32]| data_encoding::HEXLOWER.encode(key);
            let (own, other) =
                (hex(own.verifier().public_key()), hex(other.verifier().public_key()));
            assert!(text.contains(&own));
            ledger.manifest = text.replace(&own, &other).into_bytes();
        },
        &[(Verdict::Modified, 0, 0)],
    ),
];

fn edit_head(ledger: &mut LedgerBytes, from: &str, to: &str) {
    let head = String::from_utf8(ledger.head.take().unwrap()).unwrap();
    assert!(head.contains(from), "{from} in {head}");
    ledger.head = Some(head.replacen(from, to, 1).into_bytes());
}

#[test]
fn what_stands_around_the_events_cannot_lie_about_them() {
    for (name, attack, expected) in AROUND {
        let mut ledger = keyed();
        attack(&mut ledger);
        let report = verify_every_way(&ledger);
        assert_eq!(found(&report), *expected, "{name}\n{report}");
    }
}

#[test]
fn a_ledger_of_another_origin_is_told_by_its_id() {
    let honest = keyed();
    let report = Verifier::new().keys(&ring()).ledger_id(CHAIN).verify(&honest).unwrap();
    assert!(report.is_intact(), "{report}");
    // The same key is used for several ledgers, and one is put in the place of another.
    let ledger = options().init_in(FileStore::on(MemoryDisk::default())).unwrap();
    ledger.append(&event(1)).unwrap();
    let other = LedgerBytes::copy_of(ledger.source()).unwrap();
    let ring = KeyRing::new(envaudit_tests::fresh_ledger::key());
    let report = Verifier::new().keys(&ring).verify(&other).unwrap();
    assert!(report.is_intact(), "{report}");
    let report = Verifier::new().keys(&ring).ledger_id(CHAIN).verify(&other).unwrap();
    assert_eq!(found(&report), [(Verdict::Forked, 0, 0)]);
}

#[test]
fn a_pruned_ledger_begins_where_its_statement_says() {
    let mut scribe = two_segments(Some(key()));
    let previous = data_encoding::HEXLOWER.encode(&hash_in(&scribe.ledger.lines(1)[5]));
    let statement = |first: u64| {
        format!("{{\"first_kept_seq\":{first},\"previous_hash\":\"{previous}\",\"policy\":\"p\"}}")
    };
    let unstated = scribe.clone();
    scribe.event("ledger.pruned", &statement(7));
    scribe.ledger.segments.remove(&1);
    assert_eq!(found(&verify_every_way(&scribe.ledger)), [(Verdict::Pruned, 1, 6)]);

    // Whatever happens to the first event that is left, it is the first break.
    let mut damaged = scribe.ledger.clone();
    damaged.edit(7, |lines| damage(&mut lines[0]));
    let report = verify_every_way(&damaged);
    let breaks: Vec<_> = report.findings.iter().filter(|at| at.verdict.is_break()).collect();
    assert_eq!((breaks[0].verdict, breaks[0].seq), (Verdict::Modified, 7), "{report}");
    let mut shorter = scribe.ledger.clone();
    shorter.edit(7, |lines| drop(lines.remove(0)));
    assert_eq!(verify_every_way(&shorter).verdict(), Verdict::Missing);

    // A statement that names another hash is about another ledger.
    let mut other = unstated.clone();
    let wrong = statement(7).replace(&previous, &"ab".repeat(32));
    other.event("ledger.pruned", &wrong);
    other.ledger.segments.remove(&1);
    assert_eq!(found(&verify_every_way(&other.ledger)), [(Verdict::Missing, 1, 6)]);

    // One that nobody with the key wrote is none.
    let mut forged = unstated.ledger;
    forged.segments.remove(&1);
    let mut scribe = LedgerBuilder::new(None);
    (scribe.seq, scribe.previous) = (12, [0; 32]);
    let line = scribe.line("ledger.pruned", &statement(7));
    forged.edit(7, |lines| lines.push(line));
    assert_eq!(verify_every_way(&forged).verdict(), Verdict::Missing);
}

#[test]
fn what_a_report_prints_has_no_control_characters() {
    let mut scribe = two_segments(Some(key()));
    let policy = format!("\\u001b[2J{}", "long ".repeat(1000));
    let details = format!(
        "{{\"first_kept_seq\":7,\"previous_hash\":\"{}\",\"policy\":\"{policy}\"}}",
        data_encoding::HEXLOWER.encode(&hash_in(&scribe.ledger.lines(1)[5]))
    );
    scribe.event("ledger.pruned", &details);
    scribe.ledger.segments.remove(&1);
    let report = verify_every_way(&scribe.ledger);
    assert_eq!(found(&report), [(Verdict::Pruned, 1, 6)]);
    let text = report.findings[0].to_string();
    assert!(text.contains("\\u{1b}[2Jlong long"), "{text}");
    assert!(!text.contains('\u{1b}') && text.len() < 500, "{text}");
}

#[test]
fn numbers_at_the_end_of_their_range_are_only_numbers() {
    let mut ledger = keyed();
    ledger.edit(7, |lines| lines[5] = b"broken\n".to_vec());
    let most = |size: u64| Anchored { ledger_id: CHAIN.to_owned(), size, head: [1; 32] };
    for size in [1, 1 << 53, u64::MAX - 1, u64::MAX] {
        let report = Verifier::new().keys(&ring()).anchor(most(size)).verify(&ledger).unwrap();
        assert!(!report.is_intact(), "{report}");
        let since = Verified::from(&most(size));
        let report = Verifier::new().keys(&ring()).since(since).verify(&ledger).unwrap();
        assert!(!report.is_intact(), "{report}");
        let mut renamed = ledger.clone().without_traces();
        let bytes = renamed.segments.remove(&7).unwrap();
        renamed.segments.insert(size.max(2), bytes);
        assert!(!verify_every_way(&renamed).is_intact());
    }
}

#[test]
fn roots_are_compared_wherever_checkpoints_stand() {
    let mut scribe = LedgerBuilder::new(Some(key()));
    for count in [1, 61, 1, 1, 62, 3, 64, 64, 700, 5] {
        scribe.events(count);
        scribe.checkpoint();
        if count % 2 == 0 {
            scribe.roll();
            scribe.checkpoint();
        }
    }
    let report = verify_every_way(&scribe.ledger);
    assert_eq!(report.findings, [], "{report}");
    assert_eq!((report.checkpoints, report.roots), (14, 14));
    let verified = report.verified().unwrap().to_string();
    for peak in scribe.tree.peaks() {
        assert!(verified.contains(&data_encoding::HEXLOWER.encode(peak)), "{verified}");
    }
    let signer = checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
    let keys = [signer.verifier().clone()];
    for &size in scribe.ledger.checkpoints.keys() {
        let mut ledger = scribe.ledger.clone();
        let mut state = checkpoint::Checkpoint::open(&ledger.checkpoints[&size], &keys).unwrap();
        state.root[31] ^= 1;
        ledger.checkpoints.insert(size, state.sign(&signer).unwrap().into_bytes());
        assert_eq!(found(&verify_every_way(&ledger)), [(Verdict::Forked, size, size)]);
    }
}

#[test]
fn a_torn_end_behind_a_checkpoint_does_not_prevent_proofs() {
    let scribe = two_segments(Some(key()));
    let signer = checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
    let keys = [signer.verifier().clone()];
    let mut ledger = scribe.ledger.clone();
    ledger.segments.get_mut(&7).unwrap().extend(b"{\"v\":1,");
    let proof = prove(&ledger, 9, &keys).unwrap();
    assert_eq!(proof.verify_with(&keys, &ring()).unwrap(), scribe.state());
}

#[test]
fn names_and_modes_of_files_are_no_evidence() {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name);
    keyed().write_to(root.path());
    let verify = || Verifier::new().keys(&ring()).verify(&FileStore::new(root.path()));
    let intact = verify().unwrap();
    assert!(intact.is_intact(), "{intact}");

    // Whether a file can be written to says nothing of who wrote it.
    for (first, mode) in [(1, 0o600), (7, 0o400)] {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(path(&file_name(first)), mode).unwrap();
    }
    assert_eq!(verify().unwrap().findings, []);

    // Files of other names are not read, whatever is in them.
    let others = [
        "7.jsonl",
        "00000000000000000013.JSONL",
        "00000000000000000013.jsonl.bak",
        "index.sqlite",
        "torn-now",
        "checkpoints/12.note",
        "checkpoints/00000000000000000013.txt",
    ];
    for name in others {
        std::fs::write(path(name), "anything\n").unwrap();
    }
    assert_eq!(verify().unwrap().findings, []);

    // A number that no event has is another matter: a ledger never writes it, and a reader might.
    for name in ["99999999999999999999.jsonl", "checkpoints/00000000000000000000.note"] {
        std::fs::write(path(name), "anything\n").unwrap();
        let report = verify().unwrap();
        assert_eq!(found(&report), [(Verdict::Modified, 0, 0)], "{report}");
        assert_eq!(report.findings[0].file, name);
        std::fs::remove_file(path(name)).unwrap();
    }

    std::fs::rename(path(&file_name(1)), path("1.jsonl")).unwrap();
    let report = verify().unwrap();
    assert_eq!(found(&report), [(Verdict::Missing, 1, 6)]);

    // A link is not followed.
    let stray = [(Verdict::Modified, 1, 1), (Verdict::Missing, 1, 6)];
    std::os::unix::fs::symlink(path("1.jsonl"), path(&file_name(1))).unwrap();
    assert_eq!(found(&verify().unwrap()), stray);
    std::fs::remove_file(path(&file_name(1))).unwrap();
    std::fs::create_dir(path(&file_name(1))).unwrap();
    assert_eq!(found(&verify().unwrap()), stray);
    std::fs::remove_dir(path(&file_name(1))).unwrap();
    std::fs::rename(path("1.jsonl"), path(&file_name(1))).unwrap();
    std::fs::remove_file(path("ledger.json")).unwrap();
    assert!(verify().is_err());
}

/// An anchor that knows what it is told to.
#[derive(Clone, Default)]
struct Told(std::sync::Arc<std::sync::Mutex<Option<Anchored>>>);

impl Anchor for Told {
    fn name(&self) -> String {
        "told".to_owned()
    }

    fn put(&self, anchored: &Anchored) -> Result<(), AnchorError> {
        *self.0.lock().unwrap() = Some(anchored.clone());
        Ok(())
    }

    fn latest(&self, _: AnchorScope<'_>) -> Result<Option<Anchored>, AnchorError> {
        Ok(self.0.lock().unwrap().clone())
    }
}

#[test]
fn a_ledger_is_verified_against_its_own_anchors() {
    let told = Told::default();
    let ledger = options().anchor(told.clone()).init_in(MemoryStore::default()).unwrap();
    ledger.append(&event(1)).unwrap();
    assert_eq!(ledger.verify().unwrap().verdict(), Verdict::OkUnanchoredTail);
    ledger.checkpoint().unwrap();
    assert_eq!(ledger.verify().unwrap().verdict(), Verdict::OkAnchored);
    let kept = told.0.lock().unwrap().clone().unwrap();
    *told.0.lock().unwrap() = Some(Anchored { size: kept.size + 3, ..kept.clone() });
    assert_eq!(ledger.verify().unwrap().verdict(), Verdict::RolledBack);
    *told.0.lock().unwrap() = Some(Anchored { head: [1; 32], ..kept });
    assert_eq!(ledger.verify().unwrap().verdict(), Verdict::Forked);
}

/// One step of somebody who can write to the directory and has no key.
#[derive(Clone, Debug)]
enum Step {
    Remove(usize),
    Copy(usize, usize),
    Swap(usize, usize),
    Cut(usize),
    /// Moves a border between files.
    Border(usize),
    Unborder(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let at = 0_usize..40;
    prop_oneof![
        at.clone().prop_map(Step::Remove),
        (at.clone(), at.clone()).prop_map(|(from, to)| Step::Copy(from, to)),
        (at.clone(), at.clone()).prop_map(|(a, b)| Step::Swap(a, b)),
        at.clone().prop_map(Step::Cut),
        at.clone().prop_map(Step::Border),
        at.prop_map(Step::Unborder),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_lines_and_files_but_the_true_one_is_intact(steps in prop::collection::vec(step(), 1..5)) {
        let intact = keyed();
        // Lines, and before which of them a file begins.
        let mut lines: Vec<(bool, Vec<u8>)> = Vec::new();
        for &first in intact.segments.keys() {
            lines.extend(intact.lines(first).into_iter().enumerate().map(|(at, line)| (at == 0, line)));
        }
        for step in steps {
            let len = lines.len();
            if len == 0 {
                break;
            }
            match step {
                Step::Remove(at) => drop(lines.remove(at % len)),
                Step::Copy(from, to) => lines.insert(to % len, lines[from % len].clone()),
                Step::Swap(a, b) => lines.swap(a % len, b % len),
                Step::Cut(at) => lines.truncate(at % len),
                Step::Border(at) => lines[at % len].0 = true,
                Step::Unborder(at) => lines[at % len].0 = false,
            }
        }
        let mut ledger = intact.clone();
        ledger.segments.clear();
        let mut name = 0;
        for (begins, line) in lines {
            let claimed = str::from_utf8(&line).unwrap()["{\"v\":1,\"seq\":".len()..].split(',').next();
            if begins || name == 0 {
                name = claimed.unwrap().parse().unwrap();
            }
            ledger.segments.entry(name).or_default().extend(line);
        }
        prop_assume!(ledger.segments != intact.segments);
        let report = verify_every_way(&ledger);
        prop_assert!(!report.is_intact(), "{report}");
        let first = report.first_break().unwrap();
        prop_assert!(!first.file.is_empty() && !first.expected.is_empty() && !first.found.is_empty());
    }
}
