//! Loads: sources and their order, settings of the loader, errors.

mod contract;
mod errors_accessors;
mod errors_display;
mod errors_hints;
mod errors_values_shown;
mod folders;
#[cfg(feature = "metrics")]
mod load_metrics;
mod precedence;
mod properties;
mod provider_errors;
mod providers;
mod robustness;
mod secret_files;
mod system;
#[cfg(unix)]
mod volumes;
mod wishes;
