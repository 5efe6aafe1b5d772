//! Stores of secrets beyond the machine, against real servers: `.ci/sources` installs them and runs these tests.

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "aws")]
mod together;
mod vault;
mod vault_conformance;
mod vault_faults;
mod vault_login;
