//! Random state machines: whatever is done to a ledger, in any order, with failures in between.
//!
//! Each machine makes sequences of steps from numbers, runs them on a real ledger and on a model of what was promised, and
//! compares the two. What must hold: nothing acknowledged is lost; nothing is there twice; nothing refused is there; what may be
//! there is told by its id when the ledger is read again; after honest steps alone the ledger verifies; what somebody else
//! changed is found, or is named in the threat model as not found; HEAD and anchors never go back; the writer opens what the
//! verifier calls intact, and never makes a broken ledger intact; closing a writer writes what waits, or its gap, or fails.

mod handles;
mod lost_answers;
mod model;
mod tampering;
mod tampers;
mod threads;
mod world;
mod writer;
