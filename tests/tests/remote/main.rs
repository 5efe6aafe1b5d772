//! Stores of secrets beyond the machine, against real servers: `.ci/sources` installs them and runs these tests.

mod vault;
mod vault_conformance;
mod vault_faults;
mod vault_login;
