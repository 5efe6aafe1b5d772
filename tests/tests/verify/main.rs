//! Verification of ledgers: attacks, keys, proofs, notes, the documented format.

mod agreement;
mod anchor_slots;
mod anchors;
mod attacks;
mod docs;
mod encodings;
mod every_bit;
mod hostile;
mod incremental;
mod keys;
mod limits;
mod merkle;
mod notes;
mod proofs;
mod segment_files;
mod spelling;
mod vectors;
mod written;
