//! Configurations that are read again while the program runs.

#[cfg(unix)]
mod files;
#[cfg(feature = "ledger")]
mod recorded;
mod reload;
