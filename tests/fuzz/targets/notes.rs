//! Notes and the texts of keys of any bytes, and signed checkpoints with any change: refused, or of the one spelling that there is.
#![no_main]

use std::cell::LazyCell;

use envaudit::ledger::checkpoint::Checkpoint;
use envaudit::ledger::note::{self, NoteSigner, VerifierKey};
use envaudit_fuzz::ledger::{edited, signer, three};
use libfuzzer_sys::fuzz_target;

const NOTE: &str = "checkpoints/00000000000000000003.note";

struct Signed {
    signer: NoteSigner,
    note: Vec<u8>,
    checkpoint: Checkpoint,
}

thread_local! {
    static SIGNED: LazyCell<Signed> = const { LazyCell::new(|| {
        let (disk, ledger) = three();
        let signer = signer(&ledger);
        let note = disk.contents(NOTE).expect("a checkpoint");
        let checkpoint = Checkpoint::open(&note, &[signer.verifier().clone()]).expect("signed");
        Signed { signer, note, checkpoint }
    }) };
}

fuzz_target!(|data: &[u8]| SIGNED.with(|signed| {
    opened(signed, data);
    opened(signed, &edited(&signed.note, data));
    if let Ok(text) = str::from_utf8(data) {
        key_text(text);
        any_text_is_signed(signed, text);
    }
}));

/// A note that is accepted says what was signed, and has that signature in that spelling.
fn opened(signed: &Signed, bytes: &[u8]) {
    let keys = [signed.signer.verifier().clone()];
    let Ok(checkpoint) = Checkpoint::open(bytes, &keys) else { return };
    assert_eq!(checkpoint, signed.checkpoint, "nothing else was ever signed");
    let own = str::from_utf8(&signed.note).expect("a note is text");
    let signature = own.lines().last().expect("a signature");
    let text = str::from_utf8(bytes).expect("a note is text");
    let body = text.strip_prefix(&checkpoint.text()).and_then(|rest| rest.strip_prefix('\n'));
    let lines: Vec<&str> = body.expect("the text and an empty line come first").lines().collect();
    assert!(lines.contains(&signature), "the signature has one spelling: {text}");
    // Signatures of keys that are not known are ignored; two notes differ in nothing else.
    let name = signed.signer.verifier().name();
    let of_known = lines.iter().filter(|line| line.starts_with(&signature[..signature.len() - 80]));
    assert!(of_known.eq([&signature]), "one signature of {name}: {text}");
}

fn key_text(text: &str) {
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text, "a key has one spelling");
    }
}

/// What can be signed is opened again as the same text.
fn any_text_is_signed(signed: &Signed, text: &str) {
    let Ok(note) = signed.signer.sign(text) else { return };
    let keys = [signed.signer.verifier().clone()];
    let opened = note::open(note.as_bytes(), &keys).expect("what was signed can be opened");
    assert_eq!(opened.text(), text);
}
