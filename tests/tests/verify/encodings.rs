//! Base64 in notes, keys and proofs: each has one encoding.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use data_encoding::BASE64;
use envaudit::ledger::checkpoint::{self, Checkpoint};
use envaudit::ledger::note::{self, VerifierKey};
use envaudit::ledger::proof::{EventProof, prove};
use envaudit::ledger::verify::{Verdict, Verifier};
use envaudit_tests::ledger::{CHAIN, found, key, ring, two_segments};

/// Other texts that a lenient reader takes for the same bytes.
fn others(text: &str) -> Vec<String> {
    let bytes = BASE64.decode(text.as_bytes()).unwrap();
    let mut others = Vec::new();
    for at in [1, 2, bytes.len() - 1] {
        let (head, tail) = bytes.split_at(at);
        others.push(BASE64.encode(head) + &BASE64.encode(tail));
    }
    if let Some(bare) = text.strip_suffix('=') {
        others.extend([bare.to_owned(), format!("{text}=")]);
        let plain = bare.trim_end_matches('=');
        // The bits behind the last byte are not zero.
        let last = plain.as_bytes()[plain.len() - 1];
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let at = alphabet.iter().position(|&letter| letter == last).unwrap();
        let next = char::from(alphabet[at + 1]);
        others.push(format!("{}{next}{}", &plain[..plain.len() - 1], &text[plain.len()..]));
    }
    others.extend([format!("{text}===="), format!("{text} "), format!("A{text}")]);
    others.push(text.replace(['+', '/'], "-"));
    others.retain(|other| other != text);
    others
}

#[test]
fn a_note_has_one_encoding_of_its_signature_and_a_checkpoint_of_its_root() {
    let signer = checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
    let keys = [signer.verifier().clone()];
    let state = two_segments(Some(key())).state();
    let note = state.sign(&signer).unwrap();
    assert_eq!(Checkpoint::open(note.as_bytes(), &keys).unwrap(), state);
    let signature = note.trim_end().rsplit(' ').next().unwrap();
    for other in others(signature) {
        let changed = note.replace(signature, &other);
        assert!(note::open(changed.as_bytes(), &keys).is_err(), "{other}");
    }
    let root = BASE64.encode(&state.root);
    for other in others(&root) {
        let text = state.text().replace(&root, &other);
        let note = signer.sign(&text).unwrap();
        assert!(Checkpoint::open(note.as_bytes(), &keys).is_err(), "{other}");
    }
}

#[test]
fn a_second_encoding_of_a_checkpoint_in_a_ledger_is_a_change() {
    let intact = two_segments(Some(key())).ledger;
    let note = String::from_utf8(intact.checkpoints[&12].clone()).unwrap();
    let signature = note.trim_end().rsplit(' ').next().unwrap();
    for other in others(signature) {
        let mut ledger = intact.clone();
        ledger.checkpoints.insert(12, note.replace(signature, &other).into_bytes());
        let report = Verifier::new().keys(&ring()).verify(&ledger).unwrap();
        assert_eq!(found(&report), [(Verdict::Modified, 12, 12)], "{other}");
    }
}

#[test]
fn a_public_key_has_one_encoding() {
    let signer = checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
    let text = signer.verifier().to_string();
    assert_eq!(text.parse::<VerifierKey>().unwrap(), *signer.verifier());
    let (front, encoded) =
        text.rsplit_once(&format!("+{}+", text.split('+').nth(1).unwrap())).unwrap();
    let id = text.split('+').nth(1).unwrap();
    for other in others(encoded) {
        assert!(format!("{front}+{id}+{other}").parse::<VerifierKey>().is_err(), "{other}");
    }
}

#[test]
fn a_proof_has_one_encoding_of_its_line_and_of_every_hash() {
    let signer = checkpoint::signer(CHAIN, &key().checkpoint_seed()).unwrap();
    let keys = [signer.verifier().clone()];
    let ledger = two_segments(Some(key())).ledger;
    let file = prove(&ledger, 3, &keys).unwrap().to_string();
    assert!(EventProof::parse(file.as_bytes()).unwrap().verify(&keys).is_ok());
    let (head, _) = file.split_once("\n\n").unwrap();
    let encoded = head.lines().filter(|line| *line != "index 2").skip(1);
    let mut tried = 0;
    for text in encoded.map(|line| line.strip_prefix("extra ").unwrap_or(line)) {
        for other in others(text) {
            let changed = file.replacen(text, &other, 1);
            let is_refused = match EventProof::parse(changed.as_bytes()) {
                Ok(proof) => proof.verify(&keys).is_err(),
                Err(_) => true,
            };
            assert!(is_refused, "{other}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}
