//! Proofs of single events: made from a ledger, checked without it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use data_encoding::BASE64;
use envaudit::ledger::checkpoint;
use envaudit::ledger::format::Line;
use envaudit::ledger::note::VerifierKey;
use envaudit::ledger::proof::{EventProof, ProofError, ProveError, prove};
use envaudit::ledger::{KeyRing, MasterKey};
use envaudit_tests::ledger::{CHAIN, LedgerBuilder, key};

fn public_keys(key: &MasterKey) -> Vec<VerifierKey> {
    vec![checkpoint::signer(CHAIN, &key.checkpoint_seed()).unwrap().verifier().clone()]
}

/// Segments of 6, 6 and 5 events and then 2 more, with checkpoints at 7, 13 and 17.
fn builder() -> LedgerBuilder {
    let mut builder = LedgerBuilder::new(Some(key()));
    for _ in 0..2 {
        builder.events(4);
        builder.roll();
        builder.checkpoint();
    }
    builder.events(4);
    builder.checkpoint();
    builder.events(2);
    builder
}

#[test]
fn every_event_under_a_checkpoint_can_be_proven_without_the_others() {
    let builder = builder();
    let keys = public_keys(&key());
    let ring = KeyRing::new(key());
    for seq in 1..=17 {
        let file = prove(&builder.ledger, seq, &keys).unwrap().to_string();
        let proof = EventProof::parse(file.as_bytes()).unwrap();
        let checkpoint = proof.verify(&keys).unwrap();
        let expected = [7, 13, 17].into_iter().find(|&size| size >= seq).unwrap();
        assert_eq!(checkpoint.size, expected, "event {seq}");
        assert_eq!(proof.verify_with(&keys, &ring).unwrap(), checkpoint);
        let line = Line::parse(proof.line()).unwrap();
        assert_eq!((line.seq, proof.seq()), (seq, seq));
        let others = (1..=17).filter(|&other| other != seq);
        for other in others {
            let id = format!("0198c5a6-7c4e-7d0a-8f3e-{other:012x}");
            assert!(!file.contains(&id), "event {other} is disclosed with {seq}");
        }
    }
}

#[test]
fn a_proof_is_a_tlog_proof_file() {
    let file = prove(&builder().ledger, 15, &public_keys(&key())).unwrap().to_string();
    let lines: Vec<_> = file.lines().collect();
    assert_eq!(lines[0], "c2sp.org/tlog-proof@v1");
    let line = BASE64.decode(lines[1].strip_prefix("extra ").unwrap().as_bytes()).unwrap();
    assert_eq!(line.as_slice(), builder().ledger.lines(13)[2].strip_suffix(b"\n").unwrap());
    assert_eq!(lines[2], "index 14");
    // Leaf 14 of 17: its neighbour, then pairs of 2, 4 and 8, then the last leaf.
    assert_eq!(lines[3..8].iter().map(|hash| hash.len()).collect::<Vec<_>>(), [44; 5]);
    assert_eq!(lines[8], "");
    assert_eq!(lines[9], format!("envaudit/{CHAIN}"));
    assert_eq!(lines[10], "17");
    assert_eq!(lines.len(), 9 + 6);
}

#[test]
fn events_that_are_pruned_or_not_yet_signed_are_not_proven() {
    let keys = public_keys(&key());
    let mut ledger = builder().ledger;
    for seq in [18, 19, 20] {
        assert!(matches!(prove(&ledger, seq, &keys), Err(ProveError::NoCheckpoint { .. })));
    }
    assert!(matches!(prove(&ledger, 0, &keys), Err(ProveError::NotThere { seq: 0 })));
    let others = public_keys(&MasterKey::from_bytes([9; 32]));
    assert!(matches!(prove(&ledger, 5, &others), Err(ProveError::NoCheckpoint { seq: 5 })));

    ledger.segments.remove(&1);
    assert!(matches!(prove(&ledger, 5, &keys), Err(ProveError::NotThere { seq: 5 })));
    // The first line of each segment has the tree before it, so what is kept can be proven still.
    for seq in 7..=17 {
        prove(&ledger, seq, &keys).unwrap().verify(&keys).unwrap();
    }
}

#[test]
fn no_proof_is_made_from_events_that_were_not_signed() {
    let keys = public_keys(&key());
    let mut builder = builder();
    let mut forged = LedgerBuilder::new(Some(key()));
    forged.event("door.closed", "{}");
    forged.events(3);
    forged.roll();
    builder.ledger.segments.insert(1, forged.ledger.segments[&1].clone());
    let error = prove(&builder.ledger, 3, &keys).unwrap_err();
    assert!(matches!(error, ProveError::NotWhatWasSigned { size: 7 }), "{error:?}");
}

#[test]
fn no_bit_of_a_proof_can_be_flipped() {
    let keys = public_keys(&key());
    let ring = KeyRing::new(key());
    let file = prove(&builder().ledger, 10, &keys).unwrap().to_string();
    let intact = EventProof::parse(file.as_bytes()).unwrap();
    for bit in 0..file.len() * 8 {
        let mut flipped = file.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let checked = EventProof::parse(&flipped)
            .and_then(|proof| proof.verify_with(&keys, &ring).map(|_| proof));
        assert!(checked.is_err(), "bit {bit}: {}", checked.unwrap() == intact);
    }
}

#[test]
fn the_public_key_ties_the_hash_and_the_ledger_key_ties_what_the_line_says() {
    let keys = public_keys(&key());
    let proof = prove(&builder().ledger, 10, &keys).unwrap();
    let line = String::from_utf8(proof.line().to_vec()).unwrap();
    let changed = line.replace("door.opened", "door.closed");
    assert_ne!(changed, line);
    let file = proof
        .to_string()
        .replace(&BASE64.encode(line.as_bytes()), &BASE64.encode(changed.as_bytes()));
    let changed = EventProof::parse(file.as_bytes()).unwrap();
    assert!(changed.verify(&keys).is_ok());
    assert_eq!(changed.verify_with(&keys, &KeyRing::new(key())), Err(ProofError::Hash));
    let other = KeyRing::new(MasterKey::from_bytes([9; 32]));
    assert_eq!(proof.verify_with(&keys, &other), Err(ProofError::KeyUnknown));
}

#[test]
fn a_proof_of_another_place_is_refused() {
    let keys = public_keys(&key());
    let ledger = builder().ledger;
    let file = prove(&ledger, 10, &keys).unwrap().to_string();
    let moved = file.replace("index 9\n", "index 10\n");
    assert_eq!(
        EventProof::parse(moved.as_bytes()).unwrap().verify(&keys),
        Err(ProofError::OtherEvent)
    );
    let malformed = [
        file.replace("@v1", "@v2"),
        file.replace("index 9", "index 09"),
        file.replace("extra ", "extra"),
        file.replace("\n\n", "\n"),
        file.replacen("=\n", "\n", 1),
    ];
    for file in malformed {
        let error =
            EventProof::parse(file.as_bytes()).and_then(|proof| proof.verify(&keys).map(drop));
        assert!(error.is_err(), "{file}");
    }
}
