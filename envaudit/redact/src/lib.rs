//! Redaction of texts that look like credentials, and the names of secrets.
//!
//! Without the feature `text`, which is enabled by default, there are the names and addresses alone, and no dependency.

#[cfg(feature = "text")]
mod arguments;
#[cfg(feature = "text")]
mod blocks;
#[cfg(feature = "text")]
mod elements;
mod environments;
mod ip_address;
#[cfg(feature = "text")]
mod logons;
#[cfg(feature = "text")]
mod named;
mod names;
#[cfg(feature = "text")]
mod pairs;
#[cfg(feature = "text")]
mod prose;
#[cfg(feature = "text")]
mod quoted;
#[cfg(feature = "text")]
mod references;
#[cfg(feature = "text")]
mod schemes;
#[cfg(feature = "text")]
mod search;
#[cfg(feature = "text")]
mod sentences;
#[cfg(feature = "text")]
mod shapes;
#[cfg(feature = "text")]
mod spans;
#[cfg(feature = "text")]
mod text;
mod unseen;
#[cfg(feature = "text")]
mod urls;
#[cfg(feature = "text")]
mod value_end;
#[cfg(feature = "text")]
mod webhooks;

pub use environments::{is_production, is_same_environment};
pub use ip_address::mask_ip;
pub use names::{completes_secret, is_address_name, is_description, is_secret_name, secret_word};
#[cfg(feature = "text")]
pub use text::{credentials, redact, redact_address, redact_member, redact_named, redact_value};
pub use unseen::{is_noncharacter, is_turning, is_unseen};
#[cfg(feature = "text")]
pub use urls::redact_value_text;

/// The replacement for a credential.
pub const REDACTED: &str = "[REDACTED]";
