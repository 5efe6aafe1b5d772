//! Vectors in which `ledger.json`, `HEAD` or a checkpoint was changed.

use data_encoding::HEXLOWER;
use envaudit::ledger::checkpoint;

use super::{Given, Vector, given, key, keyed, note, public_key, replace, unkeyed};
use crate::ledger::{CHAIN, LedgerBytes};

type Change = fn(&mut LedgerBytes);

const CHANGES: &[(&str, &str, Change)] = &[
    ("manifest-changed", "ledger.json is of another time.", |ledger| {
        manifest(ledger, "2026-11", "2025-11")
    }),
    ("manifest-blank", "ledger.json has a blank.", |ledger| ledger.manifest.insert(1, b' ')),
    ("manifest-no-newline", "ledger.json has no newline at its end.", |ledger| {
        assert_eq!(ledger.manifest.pop(), Some(b'\n'));
    }),
    ("manifest-text", "ledger.json is no JSON.", |ledger| ledger.manifest = b"a ledger\n".to_vec()),
    ("manifest-member", "ledger.json has a member more.", |ledger| {
        manifest(ledger, "\"created\"", "\"x\":1,\"created\"")
    }),
    ("manifest-order", "The members of ledger.json are in another order.", |ledger| {
        let text = String::from_utf8(ledger.manifest.clone()).expect("text");
        let text = text.replacen("\"format\":1,", "", 1).replacen('}', ",\"format\":1}", 1);
        ledger.manifest = text.into_bytes();
    }),
    ("manifest-id", "ledger.json has another id.", |ledger| {
        manifest(ledger, "0198c5a6-7c4e", "0198c5a6-0000")
    }),
    ("manifest-checkpoint-key", "ledger.json has another key for checkpoints.", |ledger| {
        let (own, other) =
            (HEXLOWER.encode(&public_key(&key(0))), HEXLOWER.encode(&public_key(&key(1))));
        manifest(ledger, &own, &other);
    }),
    ("downgraded-manifest", "ledger.json says that there is no key.", |ledger| {
        ledger.manifest = unkeyed().ledger.manifest
    }),
    ("downgraded-ledger", "The ledger is one without a key.", |ledger| *ledger = unkeyed().ledger),
    (
        "downgraded-event",
        "An event has lost the id of its key, and is hashed without one.",
        |ledger| {
            let kid = format!(",\"kid\":\"{}\"", key(0).id());
            ledger.edit(1, |lines| lines[2] = super::rehashed(None, &lines[2], &kid, ""));
        },
    ),
    ("head-hash", "HEAD has another hash.", |ledger| {
        let hash = HEXLOWER.encode(&keyed().previous);
        head(ledger, &hash, &"ab".repeat(32));
    }),
    ("head-seq", "HEAD is at another event.", |ledger| head(ledger, "\"seq\":7", "\"seq\":6")),
    ("head-beyond", "HEAD is beyond the end.", |ledger| head(ledger, "\"seq\":7", "\"seq\":9")),
    ("head-zero", "HEAD is at event 0.", |ledger| head(ledger, "\"seq\":7", "\"seq\":0")),
    ("head-segment", "HEAD names another segment.", |ledger| head(ledger, "05.jsonl", "01.jsonl")),
    ("head-segment-absent", "HEAD names a segment that is not there.", |ledger| {
        head(ledger, "05.jsonl", "06.jsonl")
    }),
    ("head-blank", "HEAD has a blank.", |ledger| head(ledger, ",\"hash\"", ", \"hash\"")),
    ("head-member", "HEAD has a member more.", |ledger| head(ledger, "}", ",\"x\":1}")),
    ("head-twice", "HEAD has a member twice.", |ledger| {
        head(ledger, "{\"seq\":7", "{\"seq\":7,\"seq\":7")
    }),
    ("head-crlf", "HEAD ends in CR LF.", |ledger| head(ledger, "\n", "\r\n")),
    ("head-no-newline", "HEAD has no newline at its end.", |ledger| head(ledger, "\n", "")),
    ("head-empty", "HEAD is empty.", |ledger| ledger.head = Some(Vec::new())),
    ("head-absent", "HEAD is gone: nothing protects it.", |ledger| ledger.head = None),
    ("checkpoint-absent", "A checkpoint is gone: nothing says that there was one.", |ledger| {
        drop(ledger.checkpoints.remove(&5))
    }),
    ("checkpoint-name", "A checkpoint has another name.", |ledger| {
        let note = ledger.checkpoints.remove(&5).expect("it is there");
        ledger.checkpoints.insert(4, note);
    }),
    ("checkpoint-empty", "A checkpoint is empty.", |ledger| {
        drop(ledger.checkpoints.insert(5, Vec::new()))
    }),
    ("checkpoint-crlf", "The lines of a checkpoint end in CR LF.", |ledger| {
        let text = String::from_utf8(ledger.checkpoints[&7].clone()).expect("text");
        ledger.checkpoints.insert(7, text.replace('\n', "\r\n").into_bytes());
    }),
    ("checkpoint-signature", "The signature of a checkpoint is wrong.", |ledger| {
        let text = String::from_utf8(ledger.checkpoints[&7].clone()).expect("text");
        let at = text.rfind(' ').expect("a signature") + 20;
        let other = if &text[at..=at] == "A" { "B" } else { "A" };
        ledger
            .checkpoints
            .insert(7, format!("{}{other}{}", &text[..at], &text[at + 1..]).into_bytes());
    }),
    ("checkpoint-text", "The text of a checkpoint was changed.", |ledger| {
        let text = String::from_utf8(ledger.checkpoints[&7].clone()).expect("text");
        ledger.checkpoints.insert(7, text.replacen("\n7\n", "\n8\n", 1).into_bytes());
    }),
    (
        "checkpoint-padding",
        "The base64 of a signature has padding bits that are not zero.",
        |ledger| {
            // 4 + 64 bytes leave two bits: the last digit before `=` stands for four values.
            let text = String::from_utf8(ledger.checkpoints[&7].clone()).expect("text");
            let at = text.rfind('=').expect("padding") - 1;
            let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            let digit = digits.find(&text[at..=at]).expect("a digit");
            let other = &digits[digit + 1..digit + 2];
            ledger
                .checkpoints
                .insert(7, format!("{}{other}{}", &text[..at], &text[at + 1..]).into_bytes());
        },
    ),
    ("checkpoint-inner-padding", "The base64 of a root has padding within it.", |ledger| {
        use data_encoding::BASE64;
        let root = keyed().state().root;
        let pieces = format!("{}{}", BASE64.encode(&root[..16]), BASE64.encode(&root[16..]));
        let state = keyed().state();
        let text = state.text().replacen(&BASE64.encode(&root), &pieces, 1);
        let signer = checkpoint::signer(CHAIN, &key(0).checkpoint_seed()).expect("a name");
        ledger.checkpoints.insert(7, signer.sign(&text).expect("a text").into_bytes());
    }),
    (
        "checkpoint-unknown-signature",
        "A checkpoint has another signature of an unknown key, too, which is ignored.",
        |ledger| {
            let mut note = ledger.checkpoints[&7].clone();
            note.extend("— example.com/witness AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".bytes());
            ledger.checkpoints.insert(7, note);
        },
    ),
    ("checkpoint-other-signer", "A checkpoint is signed by somebody else.", |ledger| {
        drop(ledger.checkpoints.insert(7, note(&keyed(), &key(9))));
    }),
    (
        "checkpoint-other-ledger",
        "A checkpoint is one of another ledger under the same key.",
        |ledger| {
            let other = "0198c5a6-0000-7000-8000-5a1b2c3d4e5f";
            let signer = checkpoint::signer(other, &key(0).checkpoint_seed()).expect("a name");
            let mut state = keyed().state();
            state.ledger_id = other.to_owned();
            ledger.checkpoints.insert(7, state.sign(&signer).expect("signed").into_bytes());
        },
    ),
    ("checkpoint-beyond", "A checkpoint is beyond the end.", |ledger| {
        let signer = checkpoint::signer(CHAIN, &key(0).checkpoint_seed()).expect("a name");
        let mut state = keyed().state();
        state.size = 9;
        ledger.checkpoints.insert(9, state.sign(&signer).expect("signed").into_bytes());
    }),
    ("checkpoint-hash", "A checkpoint has another hash than the event.", |ledger| {
        let signer = checkpoint::signer(CHAIN, &key(0).checkpoint_seed()).expect("a name");
        let mut state = keyed().state();
        state.head = [7; 32];
        ledger.checkpoints.insert(7, state.sign(&signer).expect("signed").into_bytes());
    }),
];

fn manifest(ledger: &mut LedgerBytes, from: &str, to: &str) {
    ledger.manifest = replace(&ledger.manifest, from, to);
}

fn head(ledger: &mut LedgerBytes, from: &str, to: &str) {
    let head = ledger.head.take().expect("there is a HEAD");
    ledger.head = Some(replace(&head, from, to));
}

pub(super) fn vectors() -> Vec<Vector> {
    let vector = |(name, about, change): &(&'static str, &'static str, Change)| {
        let mut ledger = keyed().ledger;
        change(&mut ledger);
        Vector::new(name, about, ledger, given())
    };
    let mut all: Vec<Vector> = CHANGES.iter().map(vector).collect();
    let mut unkeyed_note = unkeyed().ledger;
    unkeyed_note.checkpoints.insert(7, note(&unkeyed(), &key(0)));
    all.push(Vector::new(
        "checkpoint-unkeyed",
        "A ledger without a key has a checkpoint.",
        unkeyed_note,
        Given::nothing(),
    ));
    all
}
