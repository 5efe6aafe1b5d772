//! Verification of ledgers whose keys were rotated, and of what a key may sign.

use envaudit::ledger::anchor::Anchored;
use envaudit::ledger::keys::ChainKeys;
use envaudit::ledger::testing::{MemoryDisk, MemoryStore};
use envaudit::ledger::verify::{Signatures, Verdict, Verifier};
use envaudit::ledger::{FileStore, KeyRing, LedgerOptions, MasterKey, checkpoint};
use envaudit_tests::ledger::{
    CHAIN, LedgerBuilder, LedgerBytes, damage, found, key, ring, two_segments,
    verify_every_way_with,
};

fn new_key() -> MasterKey {
    MasterKey::from_bytes([9; 32])
}

/// A ledger whose key was rotated at event 13.
fn rotated() -> (LedgerBuilder, KeyRing) {
    let mut scribe = two_segments(Some(key()));
    scribe.event("ledger.key_rotated", &format!("{{\"to\":\"{}\"}}", new_key().id()));
    scribe.key = Some(new_key());
    (scribe, KeyRing::new(new_key()).retired(key()))
}

#[test]
fn whoever_has_the_retired_key_alone_cannot_go_on() {
    let (mut honest, both) = rotated();
    honest.events(2);
    assert_eq!(verify_every_way_with(&both, &honest.ledger).findings, []);

    // From the rotation on, under the retired key.
    let (mut forged, _) = rotated();
    forged.key = Some(key());
    forged.events(3);
    assert_eq!(found(&verify_every_way_with(&both, &forged.ledger)), [(Verdict::Modified, 14, 14)]);

    // By a rotation of their own, back to the retired key.
    let mut forged = honest.clone();
    forged.key = Some(key());
    forged.event("ledger.key_rotated", &format!("{{\"to\":\"{}\"}}", key().id()));
    forged.events(1);
    assert_eq!(found(&verify_every_way_with(&both, &forged.ledger)), [(Verdict::Modified, 16, 16)]);

    // From before the rotation on: there is nothing wrong in the ledger, but it should have come to an end.
    let mut forged = two_segments(Some(key()));
    forged.events(4);
    let report = verify_every_way_with(&both, &forged.ledger);
    assert_eq!(found(&report), [(Verdict::RolledBack, 17, 17)]);
    assert!(report.findings[0].expected.contains(&new_key().id().to_string()), "{report}");

    // Unless somebody outside knows that the rotation is still to come.
    let anchored = Anchored::from(&forged.state());
    let report = Verifier::new().keys(&both).anchor(anchored).verify(&forged.ledger).unwrap();
    assert_eq!((report.verdict(), report.findings), (Verdict::OkAnchored, vec![]));
}

#[test]
fn a_damaged_rotation_is_one_finding() {
    let (mut scribe, both) = rotated();
    scribe.events(2);
    scribe.ledger.edit(7, |lines| damage(&mut lines[6]));
    assert_eq!(found(&verify_every_way_with(&both, &scribe.ledger)), [(Verdict::Modified, 13, 13)]);
}

#[test]
fn a_key_signs_no_checkpoint_of_before_its_time() {
    let mut scribe = two_segments(Some(key()));
    // Keys of checkpoints that have nothing to do with the master keys.
    let later = checkpoint::signer(CHAIN, &[77; 32]).unwrap();
    let early = scribe.ledger.checkpoints[&7].clone();
    let public = data_encoding::HEXLOWER.encode(later.verifier().public_key());
    let details = format!("{{\"to\":\"{}\",\"checkpoint_key\":\"{public}\"}}", new_key().id());
    scribe.event("ledger.key_rotated", &details);
    scribe.key = Some(new_key());
    scribe.events(1);
    let both = KeyRing::new(new_key()).retired(key());
    let note = scribe.state().sign(&later).unwrap();
    scribe.ledger.checkpoints.insert(14, note.into_bytes());
    let report = verify_every_way_with(&both, &scribe.ledger);
    assert_eq!((report.findings.len(), report.checkpoints), (0, 3), "{report}");

    let early = String::from_utf8(early).unwrap();
    let (text, _) = early.split_once("\n\n").unwrap();
    let note = later.sign(&format!("{text}\n")).unwrap();
    scribe.ledger.checkpoints.insert(7, note.into_bytes());
    let report = verify_every_way_with(&both, &scribe.ledger);
    assert_eq!(found(&report), [(Verdict::Modified, 7, 7)]);
    assert_eq!(report.findings[0].file, format!("checkpoints/{:020}.note", 7));
}

#[test]
fn a_master_key_does_not_sign_where_the_key_that_was_handed_over_is_another() {
    let separate = checkpoint::signer(CHAIN, &[77; 32]).unwrap();
    let report = Verifier::new()
        .keys(&ring())
        .public_key(*separate.verifier().public_key())
        .verify(&two_segments(Some(key())).ledger)
        .unwrap();
    let expected =
        [(Verdict::Modified, 0, 0), (Verdict::Modified, 7, 7), (Verdict::Modified, 12, 12)];
    assert_eq!(found(&report), expected, "{report}");
}

#[test]
fn the_chain_keys_find_all_that_the_master_keys_find_and_sign_nothing() {
    let (mut scribe, both) = rotated();
    scribe.events(2);
    scribe.checkpoint();
    let text = both.chain_keys().to_text();
    let chain_keys = ChainKeys::parse(&text).unwrap();
    assert!(ChainKeys::parse(&text.repeat(2)).is_err(), "of two keys of one name, one is false");
    let public_key = |key: MasterKey| {
        let signer = checkpoint::signer(CHAIN, &key.checkpoint_seed()).unwrap();
        *signer.verifier().public_key()
    };
    let check = |ledger: &LedgerBytes| {
        let verifier = Verifier::new().chain_keys(&chain_keys);
        let verifier = verifier.public_key(public_key(key())).public_key(public_key(new_key()));
        verifier.verify(ledger).unwrap()
    };
    let report = check(&scribe.ledger);
    assert_eq!((found(&report), report.checkpoints, report.roots), (vec![], 3, 3), "{report}");
    assert_eq!(report.signatures, Signatures::Trusted);
    // Without the public key, who signed is only what the ledger says.
    let claimed = Verifier::new().chain_keys(&chain_keys).verify(&scribe.ledger).unwrap();
    assert_eq!(claimed.signatures, Signatures::Claimed);

    let mut changed = scribe.clone();
    changed.ledger.edit(7, |lines| damage(&mut lines[2]));
    assert_eq!(found(&check(&changed.ledger)), [(Verdict::Modified, 9, 9)]);

    // Whoever has the chain key can write events that hash, and contradicts what was signed.
    let mut forged = rotated().0;
    forged.events(1);
    forged.event("config.changed", "{}");
    forged.events(2);
    forged.ledger.checkpoints = scribe.ledger.checkpoints.clone();
    let report = check(&forged.ledger);
    assert_eq!(report.first_break().map(|it| it.verdict), Some(Verdict::Forked), "{report}");

    // Nor can they have another key sign: an event that names one is an event.
    let seed = [66; 32];
    let mut forged = LedgerBuilder::new(Some(key()));
    forged.events(3);
    let stranger = checkpoint::signer(CHAIN, &seed).unwrap();
    let names = |to: &MasterKey| {
        let digits = data_encoding::HEXLOWER.encode(stranger.verifier().public_key());
        format!("{{\"to\":\"{}\",\"checkpoint_key\":\"{digits}\"}}", to.id())
    };
    for to in [key(), new_key()] {
        let mut forged = forged.clone();
        forged.event("ledger.key_rotated", &names(&to));
        forged.key = Some(to);
        forged.events(2);
        let state = forged.state();
        let note = state.sign(&stranger).unwrap();
        forged.ledger.checkpoints.insert(state.size, note.into_bytes());
        let report = check(&forged.ledger);
        assert!(!report.is_intact(), "{report}");
        assert_eq!(report.checkpoints, 0, "{report}");
    }

    // A copy from before the rotation, gone on with under the retired key.
    let mut retired = two_segments(Some(key()));
    retired.events(4);
    let report = Verifier::new().chain_keys(&chain_keys).verify(&retired.ledger).unwrap();
    assert_eq!(found(&report), [(Verdict::RolledBack, 17, 17)]);
}

#[test]
fn that_no_key_was_given_is_told_from_a_ledger_that_is_not_intact() {
    let scribe = two_segments(Some(key()));
    let without = |ledger| Verifier::new().verify(ledger).unwrap();
    let report = without(&scribe.ledger);
    assert_eq!((report.is_intact(), report.lacks_keys()), (false, true), "{report}");
    let mut cut = scribe.clone();
    cut.ledger.edit(7, |lines| drop(lines.remove(2)));
    assert!(!without(&cut.ledger).lacks_keys());
    let other = KeyRing::new(new_key());
    let report = Verifier::new().keys(&other).verify(&scribe.ledger).unwrap();
    assert!(!report.is_intact() && !report.lacks_keys(), "{report}");
    assert!(!without(&two_segments(None).ledger).lacks_keys());
}

#[test]
fn a_key_beside_the_ledger_is_said_every_time() {
    let none = || LedgerOptions::new().vars([("", ""); 0]);
    let ledger = none().init_in(FileStore::on(MemoryDisk::new())).unwrap();
    let report = ledger.verify().unwrap();
    assert!(report.key_beside);
    assert!(report.to_string().contains("can forge all of it"), "{report}");
    assert_eq!(report.signatures, Signatures::Trusted);
    let root = tempfile::tempdir().unwrap();
    let ledger = none().init(root.path().join("made")).unwrap();
    let ring = ledger.keys().unwrap();
    let verifier = Verifier::new().keys(&ring);
    assert!(verifier.verify_directory(root.path().join("made")).unwrap().key_beside);
    std::fs::remove_file(root.path().join("made/signing.key")).unwrap();
    let report = verifier.verify_directory(root.path().join("made")).unwrap();
    assert_eq!((report.is_intact(), report.key_beside), (true, false));
    assert!(verifier.verify_directory(root.path()).is_err());

    let ledger = none().key(key()).init_in(MemoryStore::default()).unwrap();
    let report = ledger.verify().unwrap();
    assert!(!report.key_beside);
    assert!(!report.to_string().contains("forge"), "{report}");
}

#[test]
fn a_checkpoint_of_a_key_that_was_not_given_is_no_sign_of_tampering() {
    let directory = tempfile::tempdir().unwrap();
    let options = |key| LedgerOptions::new().key(key).vars([("", ""); 0]);
    let ledger = options(key()).init(directory.path()).unwrap();
    ledger.checkpoint().unwrap();
    ledger.rotate(new_key()).unwrap();
    ledger.close().unwrap();
    let store = FileStore::new(directory.path());
    let verdicts = |ring: KeyRing| -> Vec<Verdict> {
        let report = Verifier::new().keys(&ring).verify(&store).unwrap();
        report.findings.iter().map(|finding| finding.verdict).collect()
    };
    assert_eq!(verdicts(KeyRing::new(new_key()).retired(key())), []);
    let without_the_old_one = verdicts(KeyRing::new(new_key()));
    assert!(without_the_old_one.contains(&Verdict::KeyUnknown), "{without_the_old_one:?}");
    assert!(!without_the_old_one.contains(&Verdict::Modified), "{without_the_old_one:?}");
}
