//! A small ledger in memory, the same each time, and changes to its files.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use envaudit::ledger::note::{NoteSigner, VerifierKey};
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::verify::{Report, Verifier};
use envaudit::ledger::{
    Actor, Event, FileStore, KeyRing, Ledger, LedgerOptions, MasterKey, checkpoint,
};

/// The first segment.
pub const SEGMENT: &str = "00000000000000000001.jsonl";

/// The key of all ledgers of the targets.
pub fn key() -> MasterKey {
    MasterKey::from_bytes(core::array::from_fn(|at| (at * 37 + 5) as u8))
}

/// That key alone.
pub fn ring() -> KeyRing {
    KeyRing::new(key())
}

/// A ledger that has its first event, on a disk in memory. Its id, its times and the ids of its events are always the same.
pub fn begun() -> (MemoryDisk, Ledger) {
    let disk = MemoryDisk::new();
    let (ticks, byte) = (AtomicU64::new(0), AtomicU64::new(0));
    let start: DateTime<Utc> = "2026-11-30T12:00:00Z".parse().expect("a moment");
    let ledger = LedgerOptions::new()
        .key(key())
        .vars([("", ""); 0])
        .clock(move || {
            let tick = ticks.fetch_add(1, Ordering::Relaxed);
            start + TimeDelta::milliseconds(i64::try_from(tick).expect("few ticks"))
        })
        .entropy(move |bytes| {
            bytes.iter_mut().for_each(|at| *at = (byte.fetch_add(1, Ordering::Relaxed) * 7) as u8);
            Ok(())
        })
        .init_in(FileStore::on(disk.clone()))
        .expect("an empty disk");
    (disk, ledger)
}

/// Three events, and a checkpoint.
pub fn three() -> (MemoryDisk, Ledger) {
    let (disk, ledger) = begun();
    for nth in 0..2 {
        let event = Event::new("order.placed", Actor::user("ada")).detail("nth", nth);
        ledger.append(&event).expect("appended");
    }
    ledger.checkpoint().expect("taken");
    (disk, ledger)
}

/// The signer of a ledger's checkpoints.
pub fn signer(ledger: &Ledger) -> NoteSigner {
    let id = ledger.manifest().ledger_id().to_string();
    checkpoint::signer(&id, &key().checkpoint_seed()).expect("the id is a name")
}

/// The key that checks them.
pub fn verifier(ledger: &Ledger) -> VerifierKey {
    signer(ledger).verifier().clone()
}

/// Verifies with the key.
pub fn verify(disk: &MemoryDisk) -> Report {
    let ring = ring();
    Verifier::new().keys(&ring).verify(&FileStore::on(disk.clone())).expect("memory can be read")
}

/// Bytes changed as the input says: pairs of a position and a byte to put there, to add to it, or to leave out.
pub fn edited(bytes: &[u8], edits: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for edit in edits.chunks_exact(4) {
        let at = usize::from(u16::from_be_bytes([edit[1], edit[2]])) % (bytes.len() + 1);
        match edit[0] % 4 {
            0 if at < bytes.len() => bytes[at] = edit[3],
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.insert(at, edit[3]),
            _ if at < bytes.len() => bytes[at] ^= 1 << (edit[3] % 8),
            _ => {}
        }
    }
    bytes
}
