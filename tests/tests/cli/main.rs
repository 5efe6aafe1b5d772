//! The command `envaudit`.

mod audit;
mod auditor;
mod check;
mod conduct;
mod docs;
mod embedded;
#[cfg(unix)]
mod env_files;
mod evidence;
mod explain;
#[cfg(target_os = "linux")]
mod faults;
mod follow;
mod help;
#[cfg(unix)]
mod irregular_files;
mod key_files;
mod keys;
#[cfg(target_os = "linux")]
mod large;
mod ledger;
#[cfg(unix)]
mod locked;
mod log;
mod messages;
mod misspelt;
mod mounted;
mod ocsf;
#[cfg(unix)]
mod output;
#[cfg(target_os = "linux")]
mod progress;
mod prune;
mod record;
mod report;
mod report_formats;
#[cfg(unix)]
mod run;
mod schemas;
mod sound;
#[cfg(feature = "vault")]
mod source_urls;
#[cfg(target_os = "linux")]
mod transcripts;
mod unseen;
