//! Typed configuration that knows where every value came from.
//!
//! Derive [`EnvConfig`] on a struct, and it loads itself from the process environment, Docker and Kubernetes secrets and
//! `.env` files, checks every field, and records each one's provenance in a struct of the same shape:
//!
//! ```
//! use envaudit::{EnvConfig, Loader, SecretString, Source};
//!
//! /// Settings of the checkout service.
//! #[derive(EnvConfig, Debug)]
//! #[env(prefix = "APP_")]
//! struct AppConfig {
//!     /// Port the HTTP server listens on.
//!     #[env(default = 8080, range(1..=65535))]
//!     port: u16,
//!     #[env(nested)]
//!     db: DbConfig,
//! }
//!
//! #[derive(EnvConfig, Debug)]
//! struct DbConfig {
//!     host: String,
//!     password: SecretString,
//! }
//!
//! // In a program: `AppConfig::load()?`. A test injects the variables, and leaves out the files of the machine it runs on.
//! let cfg = [Source::Docker, Source::K8s, Source::FileEnv, Source::File]
//!     .into_iter()
//!     .fold(AppConfig::loader(), Loader::without)
//!     .vars([("APP_DB_HOST", "db.internal"), ("APP_DB_PASSWORD", "s3cret")])
//!     .load()?;
//!
//! assert_eq!(cfg.port, 8080);
//! assert_eq!(cfg.audit().port.source, Source::SchemaDefault);
//! assert_eq!(cfg.audit().db.password.source, Source::System);
//! assert!(cfg.audit().db.password.masked);
//! for entry in cfg.audit().get_by_source(Source::File) {
//!     panic!("{} must not come from .env in production", entry.key);
//! }
//! # Ok::<(), envaudit::LoadError>(())
//! ```
//!
//! # Where to look
//!
//! * What can be written on a struct and its fields: [`derive@EnvConfig`].
//! * What a load reads, and in which order: [`Loader`], [`Source`].
//! * What the audit answers: [`Audit`], [`AuditEntry`], [`Drift`], [`Policy`].
//! * What goes wrong: [`LoadError`], [`Problem`].
//! * Stores of secrets: [`Loader::source_url`], [`Cached`], [`OnFailure`]; a store of your own is a [`Provider`].
//!
//! # Features
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `derive` (default) | the derive macros |
//! | `dotenv` (default) | `.env` and `.env.{environment}` |
//! | `vault`, `aws`, `azure`, `gcp` | stores of secrets: HashiCorp Vault and OpenBao; AWS Secrets Manager and Parameter Store; Azure Key Vault; Google Cloud Secret Manager |
//! | `tracing` | one event per load, warnings as warnings |
//! | `metrics` | counters per load through the `metrics` facade |
//! | `ledger` | [`ledger`](ledger/index.html): a tamper-evident history, and configuration recorded in it |
//! | `report` | [`report`](report/index.html): what auditors ask of a ledger, answered from an index of it |
//! | `live` | [`live`](live/index.html): a configuration that is read again when it changes |
//! | `cli` | [`cli`](cli/index.html): the command `envaudit`, also to mount in your own program |
//! | `url`, `uuid`, `bytesize` | fields of type `Url`, `Uuid`, `ByteSize` with a description of their own |
//!
//! Fields of chrono's types need no feature.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod audit;
#[cfg(feature = "cli")]
pub mod cli;
mod config;
mod error;
#[cfg(feature = "ledger")]
pub mod ledger;
#[cfg(feature = "live")]
pub mod live;
mod load;
#[cfg(feature = "ledger")]
mod record;
mod render;
#[cfg(feature = "report")]
pub mod report;
mod schema;
mod sources;
mod telemetry;
#[cfg(all(feature = "testing", feature = "derive"))]
pub mod testing;
mod value;

pub use audit::{
    Audit, AuditEntry, AuditFields, AuditSnapshot, AuditSummary, Drift, DriftChange, Policy,
    PolicyError, PolicyViolation, PolicyViolations, SnapshotError, Warning,
};
pub use config::EnvConfig;
#[cfg(feature = "derive")]
pub use envaudit_derive::{EnvConfig, EnvValue};
pub use error::{Invalid, LoadError, Problem, ProblemKind};
pub use load::{Conflicts, Loaded, Loader};
pub use schema::{
    Alias, Bounds, DefaultText, FieldSchema, GroupSchema, Key, KeyRequest, Member, Schema, Shape,
};
pub use secrecy::{ExposeSecret, SecretBox, SecretString};
pub use sources::provider::{Ask, Cached, Fetched, FetchedValue, OnFailure, Provider};
pub use sources::provider_error::{ProviderError, ProviderErrorKind};
#[cfg(feature = "azure")]
pub use sources::remote::AzureKeyVault;
#[cfg(feature = "gcp")]
pub use sources::remote::GcpSecretManager;
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
pub use sources::remote::SecretRef;
#[cfg(feature = "vault")]
pub use sources::remote::Vault;
#[cfg(feature = "aws")]
pub use sources::remote::{AwsParameterStore, AwsSecretsManager};
pub use sources::{Held, Location, SecretDetails, Source, SourceSet, UnknownSource};
pub use value::{EnvValue, IsSecret, ValueError};

/// What the derive's code calls. Not part of the API: both crates are released together, under one version.
#[doc(hidden)]
pub mod __private {
    pub use crate::audit::{BLANK, debug};
    pub use crate::load::{FieldReader, KeySlot};
    pub use crate::schema::FieldSchema;
    pub use crate::schema::Member::Field;
    pub use crate::schema::embed::{embedded, embedded_len};
    pub use crate::schema::group_checks::{
        check_default, check_defaults, check_group, check_names,
    };
    pub use crate::schema::table::{
        KeyRequest, Name, Sizes, Table, keys, leaves, measure, names, order, resolve_files, text,
    };
    pub use crate::value::generated::*;
}
