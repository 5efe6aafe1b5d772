//! Loads: sources and their order, settings of the loader, errors.

mod cached;
mod conflicts;
mod contract;
mod errors_accessors;
mod errors_display;
mod errors_hints;
mod errors_values_shown;
mod folders;
mod hanging_providers;
#[cfg(feature = "metrics")]
mod load_metrics;
mod misspelt;
mod precedence;
mod properties;
mod provider_errors;
mod providers;
mod robustness;
mod secret_files;
#[cfg(feature = "vault")]
mod source_urls;
mod system;
#[cfg(unix)]
mod volumes;
mod wishes;
