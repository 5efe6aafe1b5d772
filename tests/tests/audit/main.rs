//! Audits: what they answer, as JSON, against policies and each other.

mod answers;
mod contract;
mod drift;
mod hostile_texts;
mod json;
mod max_age;
mod policy;
mod snapshot;
