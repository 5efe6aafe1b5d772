//! Evidence about a ledger for others: checkpoints, the proofs under them, and the places that keep them.

pub mod anchor;
mod base64;
pub mod checkpoint;
pub mod merkle;
pub mod note;
pub mod proof;
