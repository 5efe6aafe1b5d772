//! The default actor of a process.

use std::path::Path;

use crate::ledger::Actor;
use crate::sources::environment::Environment;

/// `user@host`, from the environment or else from the system; never empty.
pub(crate) fn process_actor(environment: &Environment) -> Actor {
    let variable = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| environment.get(name)?.into_string().ok());
        values.find_map(|value| word(&value))
    };
    let user = variable(&["USER", "LOGNAME", "USERNAME"]).or_else(user_id);
    let host = variable(&["HOSTNAME", "COMPUTERNAME"]).or_else(host_name);
    let unknown = || "unknown".to_owned();
    Actor::service(format!("{}@{}", user.unwrap_or_else(unknown), host.unwrap_or_else(unknown)))
}

fn word(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Containers often have no name for the user.
#[cfg(unix)]
fn user_id() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let of_process = std::fs::metadata("/proc/self").ok()?;
    Some(format!("uid {}", of_process.uid()))
}

#[cfg(not(unix))]
fn user_id() -> Option<String> {
    None
}

/// Shells seldom export HOSTNAME.
fn host_name() -> Option<String> {
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"].map(Path::new);
    files.iter().find_map(|path| word(&std::fs::read_to_string(path).ok()?))
}
