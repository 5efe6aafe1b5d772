//! Stores of secrets beyond the machine: which secret feeds which variable, and what is the same for all of them.
//!
//! A store reads secrets by their names ([`SecretStore`]); [`plan`] decides which ones and what each of them is for;
//! [`retry`] tries again what may work later.

#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
mod async_thread;
#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "azure")]
mod azure;
mod document;
#[cfg(any(feature = "aws", feature = "vault"))]
mod endpoint;
#[cfg(feature = "gcp")]
mod gcp;
mod mapping;
mod plan;
mod retry;
mod secret_ref;
mod store;
#[cfg(feature = "vault")]
mod vault;

#[cfg(feature = "aws")]
pub use self::aws::{AwsParameterStore, AwsSecretsManager};
#[cfg(feature = "azure")]
pub use self::azure::AzureKeyVault;
#[cfg(feature = "gcp")]
pub use self::gcp::GcpSecretManager;
pub use self::secret_ref::SecretRef;
#[cfg(feature = "vault")]
pub use self::vault::Vault;
