//! Signed notes against the published vectors of C2SP and Go, and checkpoints, which are such notes.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use data_encoding::BASE64;
use envaudit::ledger::checkpoint::{self, Checkpoint, CheckpointError};
use envaudit::ledger::note::{self, NoteError, NoteSigner, VerifierKey};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    verifier_key: String,
    signer_key: Option<String>,
    text: String,
    signature: String,
}

impl Vector {
    fn key(&self) -> VerifierKey {
        self.verifier_key.parse().unwrap()
    }

    fn note(&self) -> String {
        format!("{}\n{}", self.text, self.signature)
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("../../data/signed-notes.json")).unwrap()
}

#[test]
fn the_published_notes_open_with_the_published_keys() {
    let vectors = vectors();
    let keys: Vec<_> = vectors.iter().map(Vector::key).collect();
    for (vector, key) in vectors.iter().zip(&keys) {
        let note = vector.note();
        let opened = note::open(note.as_bytes(), &keys).unwrap();
        assert_eq!(opened.text(), vector.text);
        assert_eq!(opened.signer(), key);
        assert_eq!(key.to_string(), vector.verifier_key);
    }
}

#[test]
fn the_published_signing_key_makes_the_published_note() {
    let mut made = 0;
    for vector in vectors() {
        let Some(signer) = &vector.signer_key else { continue };
        let words: Vec<_> = signer.splitn(5, '+').collect();
        let key = BASE64.decode(words[4].as_bytes()).unwrap();
        let signer = NoteSigner::new(words[2], key[1..].try_into().unwrap()).unwrap();
        assert_eq!(signer.verifier().to_string(), vector.verifier_key);
        assert_eq!(signer.sign(&vector.text).unwrap(), vector.note());
        made += 1;
    }
    assert_eq!(made, 1);
}

#[test]
fn no_bit_of_a_note_can_be_flipped() {
    for vector in vectors() {
        let note = vector.note();
        for bit in 0..note.len() * 8 {
            let mut flipped = note.clone().into_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(note::open(&flipped, &[vector.key()]).is_err(), "bit {bit} of {note}");
        }
    }
}

#[test]
fn signatures_of_unknown_keys_are_ignored_and_wrong_ones_of_known_keys_are_not() {
    let alice = NoteSigner::new("alice", &[1; 32]).unwrap();
    let bob = NoteSigner::new("bob", &[2; 32]).unwrap();
    let also_alice = NoteSigner::new("alice", &[3; 32]).unwrap();
    let signature = |signer: &NoteSigner, text: &str| {
        signer.sign(text).unwrap().split_once("\n\n").unwrap().1.to_owned()
    };
    let text = "hello\n";
    let keys = [alice.verifier().clone(), bob.verifier().clone()];
    let both = format!("{text}\n{}{}", signature(&also_alice, text), signature(&bob, text));
    assert_eq!(note::open(both.as_bytes(), &keys).unwrap().signer().name(), "bob");

    let wrong = format!("{text}\n{}{}", signature(&alice, "other\n"), signature(&bob, text));
    let error = note::open(wrong.as_bytes(), &keys).unwrap_err();
    assert_eq!(error, NoteError::Signature { name: "alice".to_owned() });

    let unknown = format!("{text}\n{}", signature(&also_alice, text));
    assert_eq!(note::open(unknown.as_bytes(), &keys).unwrap_err(), NoteError::UnknownSigner);
    assert_eq!(note::open(both.as_bytes(), &[]).unwrap_err(), NoteError::UnknownSigner);
}

#[test]
fn a_text_may_have_empty_lines_of_its_own() {
    let alice = NoteSigner::new("alice", &[1; 32]).unwrap();
    let text = "one\n\n\ntwo\n";
    let note = alice.sign(text).unwrap();
    let keys = [alice.verifier().clone()];
    assert_eq!(note::open(note.as_bytes(), &keys).unwrap().text(), text);
    for text in ["", "no newline", "tab\t\n", "return\r\n", "nul\0\n"] {
        assert!(matches!(alice.sign(text), Err(NoteError::Malformed(_))), "{text:?}");
    }
}

#[test]
fn malformed_notes_are_refused() {
    let vector = vectors().remove(1);
    let (text, signature) = (&vector.text, &vector.signature);
    let plain = signature.trim_end();
    let notes = [
        String::new(),
        "\n\n".to_owned(),
        text.clone(),
        format!("{text}\n"),
        format!("{text}\n{plain}"),
        format!("{text}{signature}"),
        format!("{text}\n{signature}\n"),
        format!("{text}\n{}", signature.replace('—', "-")),
        format!("{text}\n{}", signature.replace("— ", "—")),
        format!("{text}\n{}", signature.replace("PeterNeumann ", "")),
        format!("{text}\n{}", signature.replace("PeterNeumann", "Peter Neumann")),
        format!("{text}\n{}", signature.replace('=', "")),
        format!("{text}\n{}", signature.replace("nAM=", "nAN=")),
        format!("{text}\n{plain} \n"),
        format!("{text}\n{plain}\r\n"),
        format!("{text}\n— PeterNeumann x08goA==\n{signature}").replace("x08goA==", "x08g"),
        format!("{text}\n{}{signature}", "— unknown AAAAAAA=\n".repeat(100)),
        format!("{}{text}\n{signature}", "a\n".repeat(1 << 19)),
    ];
    let keys = [vector.key()];
    for note in notes {
        let opened = note::open(note.as_bytes(), &keys);
        assert!(matches!(opened, Err(NoteError::Malformed(_))), "{opened:?} for {note:.300}");
    }
    let many = format!("{text}\n{}{signature}", "— unknown AAAAAAA=\n".repeat(99));
    assert!(note::open(many.as_bytes(), &keys).is_ok());
}

#[test]
fn verifier_keys_that_contradict_themselves_are_refused() {
    let good = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert!(good.parse::<VerifierKey>().is_ok());
    let bad = [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "PeterNeumann+c74f20a3+AhpcQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWA",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ];
    for text in bad {
        assert!(text.parse::<VerifierKey>().is_err(), "{text}");
    }
    // The neutral point: every signature could be made to fit it.
    let mut weak = [0; 32];
    weak[0] = 1;
    assert_eq!(VerifierKey::new("weak", &weak).unwrap_err(), NoteError::PublicKey);
}

const CHAIN: &str = "0198c5a6-7c4e-7d0a-8f3e-5a1b2c3d4e5f";

fn example() -> Checkpoint {
    Checkpoint { ledger_id: CHAIN.to_owned(), size: 20_852_163, root: [0x11; 32], head: [0x22; 32] }
}

#[test]
fn a_checkpoint_is_a_note_of_four_lines() {
    let signer = checkpoint::signer(CHAIN, &[9; 32]).unwrap();
    let note = example().sign(&signer).unwrap();
    let lines: Vec<_> = note.lines().collect();
    assert_eq!(lines[0], format!("envaudit/{CHAIN}"));
    assert_eq!(lines[1], "20852163");
    assert_eq!(lines[2], "ERERERERERERERERERERERERERERERERERERERERERE=");
    assert_eq!(lines[3], format!("head {}", "22".repeat(32)));
    assert_eq!(lines[4], "");
    assert!(lines[5].starts_with(&format!("— envaudit/{CHAIN} ")), "{}", lines[5]);
    assert_eq!(lines.len(), 6);
    let keys = [signer.verifier().clone()];
    assert_eq!(Checkpoint::open(note.as_bytes(), &keys).unwrap(), example());
    let public = checkpoint::verifier(CHAIN, signer.verifier().public_key()).unwrap();
    assert_eq!(public, keys[0]);
}

#[test]
fn a_checkpoint_has_one_spelling() {
    let signer = checkpoint::signer(CHAIN, &[9; 32]).unwrap();
    let keys = [signer.verifier().clone()];
    let good = example().text();
    let bad = [
        ("origin", good.replace("envaudit/", "envaudits/")),
        ("origin", good.replace(CHAIN, "")),
        ("size", good.replace("20852163", "020852163")),
        ("size", good.replace("20852163", "+20852163")),
        ("size", good.replace("20852163", "18446744073709551616")),
        ("size", good.replace("20852163", "")),
        ("root", good.replace("ERE=", "ERF=")),
        ("root", good.replace("ERE=", "ERE")),
        ("root", good.replace("ERERERERERERERERERERERERERERERERERERERERERE=", "ERE=")),
        ("head", good.replace("head ", "Head ")),
        ("head", good.replace("2222222222222222", "222222222222222G")),
        ("head", good.replace("2222", "222")),
        ("head", good.lines().take(3).map(|line| format!("{line}\n")).collect()),
        ("end", format!("{good}more\n")),
        ("end", format!("{good}\n")),
    ];
    for (line, text) in bad {
        assert_ne!(text, good);
        let note = signer.sign(&text).unwrap();
        let error = Checkpoint::open(note.as_bytes(), &keys).unwrap_err();
        assert_eq!(error, CheckpointError::Text { what: line }, "{text}");
    }
}

#[test]
fn a_checkpoint_is_signed_by_the_key_of_its_own_ledger() {
    let other = checkpoint::signer("another-ledger", &[9; 32]).unwrap();
    assert!(matches!(example().sign(&other), Err(CheckpointError::Signer { .. })));
    let note = other.sign(&example().text()).unwrap();
    let error = Checkpoint::open(note.as_bytes(), &[other.verifier().clone()]).unwrap_err();
    assert!(matches!(error, CheckpointError::Signer { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("a checkpoint of envaudit/{CHAIN} is signed by the key of envaudit/another-ledger")
    );
}
