//! Vectors of ledgers whose key was rotated, and of verifiers that have other keys than they need.

use data_encoding::HEXLOWER;

use super::{Given, Vector, given, key, keyed, note, public_key, rotation};
use crate::ledger::LedgerBuilder;

/// The ledger of [`keyed`], rotated to the next key at event 8, and gone on with.
fn rotated() -> LedgerBuilder {
    let mut builder = just_rotated();
    builder.events(2);
    builder.checkpoint();
    builder.head();
    builder
}

/// The same, right after the rotation.
fn just_rotated() -> LedgerBuilder {
    let mut builder = keyed();
    builder.event("ledger.key_rotated", &rotation(&key(0), &key(1)));
    builder.key = Some(key(1));
    builder
}

fn both() -> Given {
    Given::masters(&[key(1), key(0)])
}

pub(super) fn vectors() -> Vec<Vector> {
    let rotated = rotated();
    let mut all = vec![
        Vector::new(
            "keys-rotated",
            "The key was rotated; both are given.",
            rotated.ledger.clone(),
            both(),
        ),
        Vector::new(
            "keys-rotated-chain",
            "The same, with the chain keys and the public keys.",
            rotated.ledger.clone(),
            Given::chain_keys(&[key(1), key(0)]),
        ),
        Vector::new(
            "keys-rotated-anchored",
            "The same, with an anchor.",
            rotated.ledger.clone(),
            both().anchored(&rotated),
        ),
        Vector::new(
            "keys-chain",
            "The chain key and the public key are given.",
            keyed().ledger,
            Given::chain_keys(&[key(0)]),
        ),
        Vector::new(
            "keys-chain-damaged",
            "The same, and an event was changed.",
            damaged(),
            Given::chain_keys(&[key(0)]),
        ),
        Vector::new(
            "keys-chain-alone",
            "The chain key is given without the public key.",
            keyed().ledger,
            Given { public_keys: Vec::new(), ..Given::chain_keys(&[key(0)]) },
        ),
        Vector::new(
            "keys-none",
            "No key is given: the text of events is not known to be true.",
            keyed().ledger,
            Given::nothing(),
        ),
        Vector::new(
            "keys-public",
            "The public key of the checkpoints alone is given.",
            keyed().ledger,
            Given { public_keys: vec![HEXLOWER.encode(&public_key(&key(0)))], ..Given::nothing() },
        ),
        Vector::new(
            "keys-public-other",
            "The public key that is given is another than that of ledger.json.",
            keyed().ledger,
            Given { public_keys: vec![HEXLOWER.encode(&public_key(&key(9)))], ..given() },
        ),
        Vector::new(
            "keys-other",
            "Another key is given.",
            keyed().ledger,
            Given::masters(&[key(9)]),
        ),
        Vector::new(
            "keys-old-alone",
            "The key was rotated, and the new one is not given.",
            rotated.ledger.clone(),
            given(),
        ),
        Vector::new(
            "keys-new-alone",
            "The key was rotated, and the old one is not given.",
            rotated.ledger.clone(),
            Given::masters(&[key(1)]),
        ),
        Vector::new(
            "keys-rotated-last",
            "The rotation is the last event, and no checkpoint of the new key knows it.",
            just_rotated().ledger,
            both(),
        ),
    ];
    let mut push = |name, about, builder: LedgerBuilder, given| {
        all.push(Vector::new(name, about, builder.ledger, given));
    };

    let mut noted = just_rotated();
    noted.checkpoint();
    push(
        "keys-rotated-noted",
        "The rotation is the last event, and a checkpoint of the new key knows it.",
        noted,
        both(),
    );

    let anchored = both().anchored(&just_rotated());
    push(
        "keys-rotated-last-anchored",
        "The rotation is the last event, and an anchor knows it.",
        just_rotated(),
        anchored,
    );

    push(
        "rolled-back-key",
        "A copy of before the rotation: it ends under a retired key.",
        keyed(),
        both(),
    );

    let before = both().anchored(&keyed());
    push(
        "keys-before-anchored",
        "The same, and an anchor knows that event: the rotation is still to come.",
        keyed(),
        before,
    );

    let mut forged = keyed();
    forged.ledger = forged.ledger.clone().without_traces();
    forged.events(2);
    forged.event("ledger.key_rotated", &rotation(&key(0), &key(1)));
    push(
        "rolled-back-forged-rotation",
        "A copy of before the rotation went on under the retired key, and states a rotation at its end.",
        forged,
        both(),
    );

    let mut reused = rotated.clone();
    reused.key = Some(key(0));
    reused.events(1);
    push("modified-retired-key", "An event is hashed with the retired key.", reused, both());

    let mut back = rotated.clone();
    back.key = Some(key(0));
    back.event("ledger.key_rotated", &rotation(&key(1), &key(0)));
    back.events(1);
    push(
        "modified-rotated-back",
        "The retired key states a rotation back to itself.",
        back,
        both(),
    );

    let mut own = rotated.clone();
    own.event("ledger.key_rotated", &rotation(&key(1), &key(1)));
    own.events(1);
    push("modified-rotated-to-itself", "A rotation names the key that is current.", own, both());

    let mut damaged = rotated.clone();
    damaged.ledger.edit(5, |lines| crate::ledger::damage(&mut lines[3]));
    push("modified-rotation", "The rotation was changed.", damaged, both());

    let mut early = rotated.clone();
    let mut state = keyed();
    (state.seq, state.key) = (7, Some(key(1)));
    early.ledger.checkpoints.insert(7, note(&state, &key(9)));
    push(
        "modified-foreign-note",
        "A checkpoint of before the rotation is signed by a foreign key.",
        early,
        both(),
    );

    let one = Given {
        public_keys: vec![HEXLOWER.encode(&public_key(&key(0)))],
        ..Given::chain_keys(&[key(1), key(0)])
    };
    push(
        "key-unknown-note",
        "A checkpoint is signed by the key of the rotation, which is not among the public keys given.",
        rotated.clone(),
        one,
    );
    all
}

fn damaged() -> crate::ledger::LedgerBytes {
    let mut ledger = keyed().ledger;
    ledger.edit(1, |lines| crate::ledger::damage(&mut lines[2]));
    ledger
}
