//! Loads from the real process environment and the current directory, and prints what it found as JSON.
//!
//! For tests of what cannot be injected: they start it with an environment of their own. With the argument `deny-unknown`,
//! it refuses variables that no field has.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

use envaudit::{EnvConfig, ExposeSecret, LoadError, Loaded, SecretString};
use serde_json::{Value, json};

#[derive(EnvConfig)]
#[env(prefix = "PROBE_")]
struct Probe {
    text: Option<String>,
    raw: Option<OsString>,
    path: Option<PathBuf>,
    token: Option<SecretString>,
    #[env(default = 8080)]
    port: u16,
}

fn main() -> io::Result<()> {
    let deny_unknown = std::env::args().any(|argument| argument == "deny-unknown");
    let result = Probe::loader().deny_unknown(deny_unknown).load();
    serde_json::to_writer(io::stdout(), &report(result))?;
    Ok(())
}

fn report(result: Result<Loaded<Probe>, LoadError>) -> Value {
    match result {
        Ok(loaded) => json!({
            "values": {
                "text": loaded.text,
                "raw": loaded.raw.as_deref().map(bytes),
                "path": loaded.path.as_ref().map(|path| bytes(path.as_os_str())),
                "token": loaded.token.as_ref().map(|token| token.expose_secret()),
                "port": loaded.port,
            },
            "audit": loaded.audit(),
            "environment": loaded.audit().environment(),
        }),
        Err(error) => json!({ "error": error.to_string(), "problems": error.problems() }),
    }
}

fn bytes(text: &OsStr) -> &[u8] {
    text.as_encoded_bytes()
}
