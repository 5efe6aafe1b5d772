//! What the integration tests of envaudit share.

#[cfg(feature = "azure")]
pub mod azure_fake;
#[cfg(unix)]
pub mod bao;
pub mod canary;
pub mod causes;
#[cfg(feature = "cli")]
pub mod cli_fixture;
#[cfg(feature = "cli")]
pub mod command;
pub mod crates;
#[cfg(all(feature = "cli", target_os = "linux"))]
pub mod disks;
pub mod effort;
pub mod env_file_cases;
pub mod fault_proxy;
mod files;
#[cfg(feature = "ledger")]
pub mod fresh_ledger;
#[cfg(feature = "gcp")]
pub mod gcp_credentials;
#[cfg(feature = "gcp")]
pub mod gcp_fake;
pub mod http_fake;
#[cfg(feature = "report")]
pub mod indexed;
#[cfg(feature = "ledger")]
pub mod interposed_store;
#[cfg(unix)]
pub mod irregular_files;
pub mod isolated;
#[cfg(unix)]
pub mod kubelet;
#[cfg(feature = "ledger")]
pub mod ledger;
pub mod log_lines;
#[cfg(unix)]
pub mod ministack;
#[cfg(unix)]
pub mod moto;
pub mod problems;
#[cfg(feature = "ledger")]
pub mod record_helpers;
#[cfg(feature = "ledger")]
pub mod redaction;
#[cfg(feature = "cli")]
pub mod reference;
#[cfg(feature = "cli")]
pub mod reports;
#[cfg(feature = "ledger")]
pub mod sample_quarter;
pub mod sequences;
mod single_field;
mod store;
#[cfg(feature = "ledger")]
pub mod vectors;

pub use files::Files;
pub use store::Store;
