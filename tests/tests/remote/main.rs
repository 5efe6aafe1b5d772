//! Stores of secrets beyond the machine, against real servers: `.ci/sources` installs them and runs these tests.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "servers go by the clock of the machine; helpers of tests may panic"
)]

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "azure")]
mod azure;
#[cfg(all(feature = "azure", feature = "cli", unix))]
mod azure_command;
#[cfg(feature = "azure")]
mod azure_conformance;
#[cfg(feature = "azure")]
mod azure_faults;
#[cfg(feature = "azure")]
mod azure_leaks;
#[cfg(feature = "azure")]
mod azure_login;
#[cfg(all(feature = "aws", feature = "azure", feature = "gcp"))]
mod crates;
#[cfg(feature = "gcp")]
mod gcp;
#[cfg(all(feature = "gcp", feature = "cli"))]
mod gcp_command;
#[cfg(feature = "gcp")]
mod gcp_faults;
#[cfg(all(feature = "gcp", feature = "tracing"))]
mod gcp_leaks;
#[cfg(feature = "gcp")]
mod gcp_provider;
#[cfg(feature = "aws")]
mod together;
mod vault;
mod vault_conformance;
mod vault_faults;
mod vault_identity;
mod vault_logged;
mod vault_login;
