//! Verification of ledgers: attacks, keys, proofs, notes, the documented format.

mod anchor_slots;
mod anchors;
mod attacks;
mod docs;
mod every_bit;
mod hostile;
mod incremental;
mod keys;
mod merkle;
mod notes;
mod proofs;
mod spelling;
mod vectors;
mod written;
