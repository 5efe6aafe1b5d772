//! What the integration tests of envaudit share.

pub mod canary;
#[cfg(feature = "cli")]
pub mod command;
#[cfg(all(feature = "cli", target_os = "linux"))]
pub mod disks;
mod files;
#[cfg(feature = "ledger")]
pub mod fresh_ledger;
#[cfg(feature = "report")]
pub mod indexed;
pub mod isolated;
#[cfg(feature = "ledger")]
pub mod ledger;
mod one_field;
pub mod problems;
#[cfg(feature = "ledger")]
pub mod quarter;
#[cfg(feature = "ledger")]
pub mod recorded;
#[cfg(feature = "ledger")]
pub mod redaction;
#[cfg(feature = "cli")]
pub mod reference;
#[cfg(feature = "cli")]
pub mod reports;
#[cfg(feature = "cli")]
pub mod stage;
mod store;
#[cfg(unix)]
pub mod strange;

pub use files::Files;
pub use store::Store;
