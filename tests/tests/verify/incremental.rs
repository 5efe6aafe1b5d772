//! Verification that goes on where an earlier one ended.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use envaudit::ledger::verify::{Verdict, Verified, Verifier};
use envaudit_tests::ledger::{
    LedgerBuilder, LedgerBytes, found, key, ring, two_segments, verify_every_way,
};

/// The state after the 12 events of [`two_segments`], and the ledger with five more.
fn continued() -> (Verified, LedgerBuilder) {
    let mut scribe = two_segments(Some(key()));
    let verified = verify_every_way(&scribe.ledger).verified().unwrap();
    scribe.events(5);
    (verified, scribe)
}

#[test]
fn a_line_that_claims_to_be_verified_already_is_not_passed_over() {
    let (verified, scribe) = continued();
    let verify = |ledger: &LedgerBytes| {
        Verifier::new().keys(&ring()).since(verified.clone()).verify(ledger).unwrap()
    };
    assert_eq!(verify(&scribe.ledger).findings, []);
    let old = scribe.ledger.lines(1)[2].clone();
    let made_up = b"{\"v\":1,\"seq\":3,\"event_id\":\"anything\"}\n".to_vec();
    for line in [old, made_up] {
        let mut ledger = scribe.ledger.clone();
        ledger.edit(7, |lines| lines.insert(9, line.clone()));
        assert_eq!(found(&verify(&ledger)), [(Verdict::Inserted, 16, 16)]);
        let mut ledger = scribe.ledger.clone();
        ledger.edit(7, |lines| lines.push(line.clone()));
        assert_eq!(found(&verify(&ledger)), [(Verdict::Modified, 18, 18)]);
        // Unterminated, it does not take the last event with it.
        let mut ledger = scribe.ledger.clone();
        ledger.segments.get_mut(&7).unwrap().extend(line.strip_suffix(b"\n").unwrap());
        let report = verify(&ledger);
        assert_eq!(found(&report), [(Verdict::Torn, 18, 18)]);
        assert_eq!(report.tail.map(|(seq, _)| seq), Some(17));
        let mut ledger = scribe.ledger.clone();
        ledger.edit(7, |lines| lines[8] = line.clone());
        assert_eq!(found(&verify(&ledger)), [(Verdict::Modified, 15, 15)]);
    }
}

#[test]
fn an_incremental_verification_looks_at_ledger_json_all_the_same() {
    let (verified, scribe) = continued();
    let mut ledger = scribe.ledger.clone();
    let text = String::from_utf8(ledger.manifest.clone()).unwrap();
    ledger.manifest = text.replace("2026-11", "2025-11").into_bytes();
    let verifier = Verifier::new().keys(&ring()).since(verified).verify(&ledger).unwrap();
    assert_eq!(found(&verifier), [(Verdict::Modified, 0, 0)]);
}
