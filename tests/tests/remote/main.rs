//! Stores of secrets beyond the machine, against real servers: `.ci/sources` installs them and runs these tests.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "servers go by the clock of the machine; helpers of tests may panic"
)]

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "gcp")]
mod gcp;
#[cfg(all(feature = "gcp", feature = "cli"))]
mod gcp_command;
#[cfg(feature = "gcp")]
mod gcp_faults;
#[cfg(all(feature = "gcp", feature = "tracing"))]
mod gcp_leaks;
#[cfg(feature = "aws")]
mod together;
mod vault;
mod vault_conformance;
mod vault_faults;
mod vault_identity;
mod vault_logged;
mod vault_login;
