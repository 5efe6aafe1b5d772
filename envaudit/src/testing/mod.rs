//! What other crates that supply values test theirs with, behind the feature `testing`.

pub mod provider_conformance;
