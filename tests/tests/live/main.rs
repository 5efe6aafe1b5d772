//! Configurations that are read again while the program runs.

#[cfg(unix)]
mod expiring;
mod files;
#[cfg(unix)]
mod followed;
#[cfg(unix)]
mod generations;
mod half_written;
mod hanging_providers;
#[cfg(any(feature = "tracing", feature = "metrics"))]
mod observed;
#[cfg(feature = "ledger")]
mod recorded;
mod reload;
#[cfg(target_os = "linux")]
mod watched;
