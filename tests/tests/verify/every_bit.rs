//! Every single bit of a small ledger, flipped one at a time; of all bits, a sample in the ordinary run.

use envaudit::ledger::verify::{Report, Verdict, Verifier};
use envaudit::ledger::{KeyRing, MasterKey};
use envaudit_tests::effort::one_in;
use envaudit_tests::ledger::{LedgerBuilder, LedgerBytes, Piece, key};

/// Odd, so that every bit of a byte is among those flipped.
const STEP: usize = 7;

/// Two segments of 4 and 3 events, with a checkpoint at 7 and HEAD.
fn builder(key: Option<MasterKey>) -> LedgerBuilder {
    let mut builder = LedgerBuilder::new(key);
    builder.events(2);
    builder.roll();
    builder.events(1);
    builder.event("ledger.closed", "{}");
    if builder.key.is_some() {
        builder.checkpoint();
    }
    builder.head();
    builder
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
        for bit in (0..bytes * 8).step_by(one_in(STEP)) {
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
    let flipped = flip_all(&builder(Some(key())).ledger, |ledger| {
        Verifier::new().keys(&ring).threads(std::num::NonZeroUsize::MIN).verify(ledger).unwrap()
    });
    assert!(flipped > 20_000 / one_in(STEP), "{flipped}");
}

/// The same without its first segment, as the last event says.
fn pruned() -> LedgerBytes {
    let mut builder = builder(Some(key()));
    let seal = builder.ledger.lines(1).pop().expect("four lines");
    let digits = str::from_utf8(&seal[seal.len() - 67..seal.len() - 3]).expect("hex");
    let details =
        format!("{{\"first_kept_seq\":5,\"previous_hash\":\"{digits}\",\"policy\":\"30 days\"}}");
    builder.event("ledger.pruned", &details);
    builder.checkpoint();
    builder.head();
    builder.ledger.segments.remove(&1);
    builder.ledger
}

#[test]
fn every_bit_of_the_events_of_a_pruned_ledger_is_guarded() {
    let ring = KeyRing::new(key());
    let intact = pruned();
    let verify = |ledger: &LedgerBytes| {
        Verifier::new().keys(&ring).threads(std::num::NonZeroUsize::MIN).verify(ledger).unwrap()
    };
    let report = verify(&intact);
    assert_eq!((report.findings.len(), report.findings[0].verdict), (1, Verdict::Pruned));
    let statement = intact.lines(5)[..3].iter().map(Vec::len).sum::<usize>();
    let mut flipped = 0;
    for bit in (0..intact.segments[&5].len() * 8).step_by(one_in(STEP)) {
        let mut ledger = intact.clone();
        ledger.piece(Piece::Segment(5))[bit / 8] ^= 1 << (bit % 8);
        let report = verify(&ledger);
        let first = report.first_break().expect("a break").seq;
        let seq = event_at(&intact, Piece::Segment(5), bit / 8);
        // Where the statement itself is damaged, or runs into the line before, what it spoke of is missing.
        let expected = if bit / 8 + 1 >= statement { 1 } else { seq };
        assert_eq!(first, expected, "bit {bit}: {report}");
        assert!(
            report.findings.iter().any(|at| at.verdict.is_break() && at.seq == seq),
            "{report}"
        );
        flipped += 1;
    }
    assert!(flipped > 10_000 / one_in(STEP), "{flipped}");
}

#[test]
fn every_bit_of_a_ledger_without_a_key_is_guarded_by_its_hashes() {
    let flipped = flip_all(&builder(None).ledger, |ledger| {
        Verifier::new().threads(std::num::NonZeroUsize::MIN).verify(ledger).unwrap()
    });
    assert!(flipped > 20_000 / one_in(STEP), "{flipped}");
}
