//! Proofs of any bytes, and true proofs with any change: refused, or the one spelling of what is true.
#![no_main]

use std::cell::LazyCell;

use envaudit::ledger::note::VerifierKey;
use envaudit::ledger::proof::{EventProof, prove};
use envaudit_fuzz::ledger::{edited, ring, three, verifier};
use libfuzzer_sys::fuzz_target;

struct Proven {
    keys: [VerifierKey; 1],
    proofs: Vec<EventProof>,
}

thread_local! {
    static PROVEN: LazyCell<Proven> = const { LazyCell::new(|| {
        let (_, ledger) = three();
        let keys = [verifier(&ledger)];
        let proofs = (1..=3).map(|seq| prove(ledger.source(), seq, &keys).expect("a checkpoint knows it"));
        Proven { proofs: proofs.collect(), keys }
    }) };
}

fuzz_target!(|data: &[u8]| PROVEN.with(|proven| {
    read(proven, data);
    if let [which, edits @ ..] = data {
        let proof = &proven.proofs[usize::from(*which) % proven.proofs.len()];
        read(proven, &edited(proof.to_string().as_bytes(), edits));
    }
}));

fn read(proven: &Proven, bytes: &[u8]) {
    let Ok(proof) = EventProof::parse(bytes) else { return };
    assert_eq!(proof.to_string().as_bytes(), bytes, "a proof has one spelling");
    let Ok(checkpoint) = proof.verify(&proven.keys) else {
        assert!(proof.verify_with(&proven.keys, &ring()).is_err());
        return;
    };
    let genuine = proven.proofs.iter().find(|it| it.seq() == proof.seq());
    let genuine = genuine.expect("no other event is in that ledger");
    assert_eq!(checkpoint.size, 3);
    // Without the key, the text of the line is not known to be true; with it, it is.
    if proof.verify_with(&proven.keys, &ring()).is_ok() {
        assert_eq!(proof.line(), genuine.line());
    }
    let head = |proof: &EventProof| {
        let text = proof.to_string();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[2..].iter().take_while(|line| !line.is_empty()).cloned().collect::<Vec<_>>()
    };
    assert_eq!(head(&proof), head(genuine), "one index and one path lead to the root");
}
