//! What the writer writes, verification finds intact: rolled, rotated, pruned, recovered, by several writers.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::num::NonZeroUsize;
use std::sync::Arc;

use envaudit::ledger::anchor::{Anchor, AnchorScope, FileAnchor};
use envaudit::ledger::note::VerifierKey;
use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::verify::{Report, Signatures, Verdict, Verifier};
use envaudit::ledger::{FileStore, KeyRing, Ledger, MasterKey, proof};
use envaudit_tests::causes::with_causes;
use envaudit_tests::fresh_ledger::{event, key, on, options};
use envaudit_tests::ledger::LedgerBytes;
use proptest::prelude::*;

fn verify(ledger: &Ledger, ring: &KeyRing) -> Report {
    Verifier::new().keys(ring).verify(ledger.source()).unwrap()
}

/// A ledger of many small segments.
fn rolled(disk: &MemoryDisk, events: u64) -> Ledger {
    let ledger =
        options().segment_size(2000).init_in(FileStore::on(disk.clone())).expect("an empty disk");
    for nth in 0..events {
        ledger.append(&event(nth)).unwrap();
    }
    ledger
}

#[test]
fn a_ledger_that_was_rolled_and_closed_is_intact() {
    let ledger = rolled(&MemoryDisk::default(), 60);
    ledger.close().unwrap();
    let ring = KeyRing::new(key());
    let report = verify(&ledger, &ring);
    assert_eq!(report.findings, [], "{report}");
    assert!(report.segments > 10, "{report}");
    assert_eq!(report.signatures, Signatures::Trusted);
    assert!(report.checkpoints >= report.segments, "{report}");
    assert_eq!(report.roots, report.checkpoints);
    assert_eq!(report.tail.map(|(seq, _)| seq), Some(ledger.head().seq));

    let public = ledger.manifest().keys().unwrap().checkpoint_key;
    let report = Verifier::new().public_key(public).verify(ledger.source()).unwrap();
    assert_eq!((report.verdict(), report.findings.len()), (Verdict::KeyUnknown, 1));
    assert_eq!(report.roots, report.checkpoints);
}

#[test]
fn a_ledger_that_lost_its_writer_is_intact_as_far_as_it_goes() {
    let disk = MemoryDisk::default();
    let ledger = on(&disk);
    ledger.append(&event(1)).unwrap();
    let report = verify(&ledger, &KeyRing::new(key()));
    assert_eq!((report.verdict(), report.events), (Verdict::OkUnanchoredTail, 2));
}

#[test]
fn a_rotation_is_followed() {
    let disk = MemoryDisk::default();
    let ledger = rolled(&disk, 5);
    let new = MasterKey::from_bytes([8; 32]);
    ledger.rotate(new.clone()).unwrap();
    for nth in 5..10 {
        ledger.append(&event(nth)).unwrap();
    }
    ledger.close().unwrap();
    let both = KeyRing::new(new.clone()).retired(key());
    let report = verify(&ledger, &both);
    assert_eq!(report.findings, [], "{report}");
    assert_eq!(report.roots, report.checkpoints);
    let report = verify(&ledger, &KeyRing::new(new));
    assert_eq!(report.verdict(), Verdict::KeyUnknown, "{report}");
    let report = verify(&ledger, &KeyRing::new(key()));
    assert_eq!(report.verdict(), Verdict::KeyUnknown, "{report}");
}

#[test]
fn a_prune_is_told_from_a_loss() {
    let ledger = rolled(&MemoryDisk::default(), 40);
    let before = LedgerBytes::copy_of(ledger.source()).unwrap();
    let pruned = ledger.prune(PrunePolicy::KeepSegments(3)).unwrap().unwrap();
    ledger.append(&event(40)).unwrap();
    ledger.close().unwrap();
    let ring = KeyRing::new(key());
    let report = verify(&ledger, &ring);
    let found: Vec<_> =
        report.findings.iter().map(|at| (at.verdict, at.seq, at.last_seq)).collect();
    assert_eq!(found, [(Verdict::Pruned, 1, pruned.first_kept - 1)], "{report}");
    assert_eq!(report.verdict(), Verdict::OkUnanchoredTail);
    assert!(report.roots > 0, "{report}");

    let mut lost = before;
    lost.segments.retain(|&first, _| first >= pruned.first_kept);
    let report = Verifier::new().keys(&ring).verify(&lost).unwrap();
    assert_eq!(report.verdict(), Verdict::Missing, "{report}");
}

#[test]
fn a_recovered_ledger_is_intact_and_says_what_it_lost() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger");
    let ledger = options().init(&path).unwrap();
    ledger.append(&event(1)).unwrap();
    drop(ledger);
    let segment = path.join("00000000000000000001.jsonl");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes.extend_from_slice(b"{\"v\":1,\"seq\":3,");
    std::fs::write(&segment, &bytes).unwrap();
    let ring = KeyRing::new(key());
    let torn = Verifier::new().keys(&ring).verify(&FileStore::new(&path)).unwrap();
    assert_eq!(torn.verdict(), Verdict::Torn, "{torn}");

    let ledger = options().open(&path).unwrap();
    let report = verify(&ledger, &ring);
    assert!(report.is_intact(), "{report}");
    assert_eq!(report.events, 3);
}

#[test]
fn an_anchor_of_the_writer_anchors_the_verification() {
    let directory = tempfile::tempdir().unwrap();
    let anchor = FileAnchor::new(directory.path().join("anchors"));
    let ledger =
        options().anchor(anchor.clone()).init_in(FileStore::on(MemoryDisk::default())).unwrap();
    ledger.append(&event(1)).unwrap();
    ledger.close().unwrap();
    let ledger_id = ledger.manifest().ledger_id().to_string();
    let kept = anchor.latest(AnchorScope::Ledger(&ledger_id)).unwrap().unwrap();
    let ring = KeyRing::new(key());
    let report = Verifier::new().keys(&ring).anchor(kept).verify(ledger.source()).unwrap();
    assert_eq!(report.verdict(), Verdict::OkAnchored, "{report}");
}

#[test]
fn every_event_of_a_closed_ledger_can_be_proven() {
    let ledger = rolled(&MemoryDisk::default(), 25);
    ledger.close().unwrap();
    let manifest = ledger.manifest();
    let public = manifest.keys().unwrap().checkpoint_key;
    let ledger_id = manifest.ledger_id().to_string();
    let keys: Vec<VerifierKey> =
        vec![envaudit::ledger::checkpoint::verifier(&ledger_id, &public).unwrap()];
    let ring = KeyRing::new(key());
    for seq in 1..=ledger.head().seq {
        let proof = proof::prove(ledger.source(), seq, &keys).unwrap();
        proof.verify_with(&keys, &ring).unwrap();
    }
}

#[test]
fn several_threads_find_what_one_finds_in_blocks_of_any_shape() {
    // Long lines, so that a few of them fill a block.
    let disk = MemoryDisk::default();
    let ledger = on(&disk);
    for nth in 0..40 {
        let long = "x".repeat(nth * 7919 % 300_000);
        ledger.append(&event(nth as u64).detail("long", long)).unwrap();
    }
    let ring = KeyRing::new(key());
    let intact = LedgerBytes::copy_of(ledger.source()).unwrap();
    let mut overlong = intact.clone();
    overlong.edit(1, |lines| lines.insert(20, [vec![b'x'; 5 << 20], b"\n".to_vec()].concat()));
    let mut changed = intact.clone();
    changed.edit(1, |lines| lines[30][20] ^= 1);
    for (ledger, expected) in [
        (&intact, None),
        (&overlong, Some((Verdict::Inserted, 21))),
        (&changed, Some((Verdict::Modified, 31))),
    ] {
        let reports: Vec<_> = [1, 2, 5]
            .map(|threads| {
                let threads = NonZeroUsize::new(threads).unwrap();
                Verifier::new().keys(&ring).threads(threads).verify(ledger).unwrap()
            })
            .into();
        let first = reports[0].first_break().map(|finding| (finding.verdict, finding.seq));
        assert_eq!(first, expected, "{}", reports[0]);
        for report in &reports {
            assert_eq!(report.findings, reports[0].findings);
            assert_eq!((report.events, report.tail), (reports[0].events, reports[0].tail));
        }
    }
}

fn small() -> Arc<LedgerBytes> {
    static LEDGER: std::sync::OnceLock<Arc<LedgerBytes>> = std::sync::OnceLock::new();
    let make = || {
        let ledger = rolled(&MemoryDisk::default(), 12);
        ledger.close().unwrap();
        Arc::new(LedgerBytes::copy_of(ledger.source()).unwrap())
    };
    LEDGER.get_or_init(make).clone()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_of_the_files_goes_unnoticed(
        piece in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        remove in 0_usize..600,
        put in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let intact = small();
        let mut ledger = (*intact).clone();
        let pieces = ledger.pieces();
        let bytes = ledger.piece(pieces[piece.index(pieces.len())]);
        let at = at.index(bytes.len());
        let end = (at + remove).min(bytes.len());
        let before = bytes.clone();
        bytes.splice(at..end, put);
        prop_assume!(*bytes != before);
        // A last newline means nothing in files of one object.
        prop_assume!(bytes.trim_ascii_end() != before.trim_ascii_end());
        let ring = KeyRing::new(key());
        let report = Verifier::new().keys(&ring).threads(NonZeroUsize::MIN).verify(&ledger).unwrap();
        prop_assert!(!report.is_intact(), "{report}");
    }
}

#[test]
fn what_a_ledger_is_stays_bound_when_its_first_event_is_pruned() {
    let disk = MemoryDisk::default();
    let ledger = rolled(&disk, 60);
    let ring = KeyRing::new(key());
    // The statement of the first prune goes with the second one.
    ledger.prune(PrunePolicy::KeepSegments(3)).unwrap().unwrap();
    for nth in 0..60 {
        ledger.append(&event(nth)).unwrap();
    }
    ledger.prune(PrunePolicy::KeepSegments(4)).unwrap().unwrap();
    let verdicts = |ledger: &Ledger| -> Vec<(Verdict, String)> {
        let findings = verify(ledger, &ring).findings.into_iter();
        findings.map(|finding| (finding.verdict, finding.file)).collect()
    };
    let [(Verdict::Pruned, _)] = verdicts(&ledger)[..] else { panic!("{:?}", verdicts(&ledger)) };

    let manifest = String::from_utf8(ledger.source().manifest().unwrap()).unwrap();
    let other = manifest.replace("\"created\":\"2026", "\"created\":\"2020");
    assert_ne!(other, manifest);
    disk.put("ledger.json", other.as_bytes());
    let found = verdicts(&ledger);
    assert!(found.contains(&(Verdict::Modified, "ledger.json".to_owned())), "{found:?}");
    assert_eq!(found.len(), 2, "it is said once: {found:?}");
    // A prune would speak for a file that nobody wrote.
    let error = ledger.prune(PrunePolicy::KeepSegments(1)).unwrap_err();
    let shown = with_causes(&error);
    assert!(shown.contains("`ledger.json`: it is not the file that was written"), "{shown}");
    ledger.append(&event(61)).unwrap();
    disk.put("ledger.json", manifest.as_bytes());
    assert!(ledger.prune(PrunePolicy::KeepSegments(1)).unwrap().is_some());
    assert_eq!(verdicts(&ledger).len(), 1);
}
