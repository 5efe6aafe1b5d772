//! Every single bit of a small ledger, flipped one at a time.
#![cfg(feature = "ledger")]

use envaudit::ledger::verify::{Report, Verdict, Verifier};
use envaudit::ledger::{KeyRing, MasterKey};
use envaudit_tests::ledger::{LedgerBytes, Piece, Scribe};

fn key() -> MasterKey {
    MasterKey::from_bytes([7; 32])
}

/// Two segments of 4 and 3 events, with a checkpoint at 7 and HEAD.
fn scribe(key: Option<MasterKey>) -> Scribe {
    let mut scribe = Scribe::new(key);
    scribe.events(2);
    scribe.roll();
    scribe.events(1);
    scribe.event("ledger.closed", "{}");
    if scribe.key.is_some() {
        scribe.checkpoint();
    }
    scribe.head();
    scribe
}

/// The event that a byte belongs to, its newline included.
fn event_at(ledger: &LedgerBytes, piece: Piece, byte: usize) -> u64 {
    match piece {
        Piece::Manifest => 0,
        Piece::Checkpoint(_) | Piece::Head => 7,
        Piece::Segment(first) => {
            first
                + ledger.segments[&first][..byte].iter().filter(|&&byte| byte == b'\n').count()
                    as u64
        }
    }
}

fn flip_all(intact: &LedgerBytes, verify: impl Fn(&LedgerBytes) -> Report) -> usize {
    assert_eq!(verify(intact).findings, []);
    let mut flipped = 0;
    for piece in intact.pieces() {
        let bytes = intact.clone().piece(piece).len();
        for bit in 0..bytes * 8 {
            let mut ledger = intact.clone();
            ledger.piece(piece)[bit / 8] ^= 1 << (bit % 8);
            let report = verify(&ledger);
            let Some(finding) = report.first_break() else {
                panic!("bit {bit} of {piece:?} is not found");
            };
            let seq = event_at(intact, piece, bit / 8);
            // HEAD is not protected: a bit of it can make it speak of any event.
            if piece != Piece::Head {
                assert_eq!(finding.seq, seq, "bit {bit} of {piece:?}: {report}");
            }
            if matches!(piece, Piece::Segment(_)) {
                assert_ne!(finding.verdict, Verdict::Torn, "bit {bit} of {piece:?}: {report}");
            }
            flipped += 1;
        }
    }
    flipped
}

#[test]
fn every_bit_of_a_ledger_with_a_key_is_guarded() {
    let ring = KeyRing::new(key());
    let flipped = flip_all(&scribe(Some(key())).ledger, |ledger| {
        Verifier::new().keys(&ring).threads(std::num::NonZeroUsize::MIN).verify(ledger).unwrap()
    });
    assert!(flipped > 20_000, "{flipped}");
}

#[test]
fn every_bit_of_a_ledger_without_a_key_is_guarded_by_its_hashes() {
    let flipped = flip_all(&scribe(None).ledger, |ledger| {
        Verifier::new().threads(std::num::NonZeroUsize::MIN).verify(ledger).unwrap()
    });
    assert!(flipped > 20_000, "{flipped}");
}
