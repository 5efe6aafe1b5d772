//! Evidence about a ledger for others: checkpoints, the proofs under them, and the places that keep them.

pub mod anchor;
pub mod checkpoint;
pub mod merkle;
pub mod note;
pub mod proof;
