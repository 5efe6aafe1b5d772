//! What needs a process, or a whole build, of its own.

mod architecture;
mod audit_allocations;
mod dependencies;
mod documents;
mod environment;
#[cfg(all(feature = "ledger", unix))]
mod fork;
#[cfg(all(feature = "ledger", unix))]
mod ledger_crash;
#[cfg(all(feature = "ledger", unix))]
mod ledger_machine;
mod source_paths;
