//! What a reload reports to the application's own observability, behind features. No value is in it.

use chrono::{DateTime, Utc};

use super::change::Change;
use super::error::LiveError;
use crate::config::EnvConfig;
use crate::load::Loaded;

/// The first load was good, and has been reported as a load.
pub(super) fn started<T: EnvConfig>(loaded: &Loaded<T>) {
    #[cfg(feature = "metrics")]
    {
        gauges::describe();
        gauges::succeeded(loaded);
    }
    let _ = loaded;
}

/// A reload found nothing new.
pub(super) fn unchanged<T: EnvConfig>(loaded: &Loaded<T>) {
    #[cfg(feature = "tracing")]
    tracing::debug!(config = T::SCHEMA.name, "configuration read again: nothing has changed");
    #[cfg(feature = "metrics")]
    {
        crate::telemetry::count_success(loaded);
        gauges::succeeded(loaded);
    }
    let _ = loaded;
}

/// A reload found files that look half written.
pub(super) fn unsettled<T: EnvConfig>() {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        config = T::SCHEMA.name,
        "configuration read again: a file that had values is empty, gone or cut short; waiting for it to settle",
    );
}

/// There is a new configuration.
pub(super) fn changed<T: EnvConfig>(change: &Change<T>) {
    #[cfg(feature = "tracing")]
    {
        log::changed(change);
        crate::telemetry::warn(change.after());
    }
    #[cfg(feature = "metrics")]
    {
        crate::telemetry::count_success(change.after());
        gauges::succeeded(change.after());
    }
    let _ = change;
}

/// The former configuration stays. `is_news` is whether it stays for another reason than after the last reload.
pub(super) fn kept<T: EnvConfig>(
    error: &LiveError,
    is_news: bool,
    now: impl Fn() -> DateTime<Utc>,
) {
    #[cfg(feature = "tracing")]
    log::kept::<T>(error, is_news);
    #[cfg(feature = "metrics")]
    {
        if let LiveError::Load(error) = error {
            crate::telemetry::count_failure::<T>(error);
        }
        gauges::failed::<T>(now());
    }
    let _ = (T::SCHEMA.name, error, is_news, now);
}

/// Not all files are watched any more.
pub(super) fn unwatched<T: EnvConfig>(error: &LiveError) {
    #[cfg(feature = "tracing")]
    tracing::error!(config = T::SCHEMA.name, "{}", crate::error::with_causes(error));
    let _ = (T::SCHEMA.name, error);
}

#[cfg(feature = "metrics")]
mod gauges {
    use chrono::{DateTime, Utc};

    use crate::config::EnvConfig;
    use crate::load::Loaded;

    const SUCCESSFUL: &str = "config_last_reload_successful";
    const SUCCESS: &str = "config_last_reload_success_timestamp_seconds";
    const FAILURE: &str = "config_last_reload_failure_timestamp_seconds";

    pub(super) fn describe() {
        metrics::describe_gauge!(
            SUCCESSFUL,
            "Whether the last reload of the configuration could be used: 1 or 0."
        );
        metrics::describe_gauge!(
            SUCCESS,
            metrics::Unit::Seconds,
            "When the configuration was last read successfully, changed or not (Unix time)."
        );
        metrics::describe_gauge!(
            FAILURE,
            metrics::Unit::Seconds,
            "When a reload of the configuration last failed and the former state stayed (Unix time)."
        );
    }

    pub(super) fn succeeded<T: EnvConfig>(loaded: &Loaded<T>) {
        let config = T::SCHEMA.name;
        metrics::gauge!(SUCCESSFUL, "config" => config).set(1.0);
        // All entries of a load have its time; a struct without fields never changes.
        if let Some(entry) = loaded.audit().entries().next() {
            metrics::gauge!(SUCCESS, "config" => config).set(seconds(entry.timestamp));
        }
    }

    pub(super) fn failed<T: EnvConfig>(now: DateTime<Utc>) {
        let config = T::SCHEMA.name;
        metrics::gauge!(SUCCESSFUL, "config" => config).set(0.0);
        metrics::gauge!(FAILURE, "config" => config).set(seconds(now));
    }

    fn seconds(time: DateTime<Utc>) -> f64 {
        time.timestamp_millis() as f64 / 1000.0
    }
}

#[cfg(feature = "tracing")]
mod log {
    use super::{Change, EnvConfig, LiveError};
    use crate::error::{Problem, plain, with_causes};
    use crate::live::KeyChange;
    use crate::sources::place;

    /// How many keys or problems a line names.
    const MAX_NAMED: usize = 20;

    pub(super) fn changed<T: EnvConfig>(change: &Change<T>) {
        let keys: Vec<&str> = change.keys().iter().map(|key| key.key).collect();
        let lines: Vec<String> = change.keys().iter().map(described).collect();
        let audit = change.after().audit();
        tracing::info!(
            config = T::SCHEMA.name,
            environment = audit.environment(),
            changed = keys.len(),
            keys = joined(&keys, ","),
            "configuration changed: {}",
            joined(&lines, "; "),
        );
    }

    pub(super) fn kept<T: EnvConfig>(error: &LiveError, is_news: bool) {
        let config = T::SCHEMA.name;
        let (keys, why) = match error {
            LiveError::Load(error) => {
                let problems = error.problems();
                let keys: Vec<&str> = problems.iter().filter_map(Problem::key).collect();
                let said: Vec<String> = problems.iter().map(one_line).collect();
                (joined(&keys, ","), joined(&said, "; "))
            }
            other => (String::new(), one_line_of(&with_causes(other))),
        };
        if is_news {
            tracing::error!(config, keys, "the configuration stays as it was: {why}");
        } else {
            tracing::debug!(config, keys, "the configuration still stays as it was: {why}");
        }
    }

    /// The key, and what happened to it: rotated, where it is a secret.
    fn described(change: &KeyChange) -> String {
        let KeyChange { key, before, after, is_new_value, .. } = change;
        let what = match (before.unset, after.unset) {
            (true, _) => return format!("{key} set ({})", after.source),
            (_, true) => return format!("{key} no longer set"),
            _ if !is_new_value => "moved",
            _ if after.masked => "rotated",
            _ => "new value",
        };
        match before.source == after.source {
            true => format!("{key} {what} ({})", after.source),
            false => format!("{key} {what} (from {} to {})", before.source, after.source),
        }
    }

    fn one_line(problem: &Problem) -> String {
        let message = problem.message();
        let place = problem.source().map(|source| place(source, problem.location()));
        let place = place.filter(|place| !message.contains(place.as_str()));
        let said = match place {
            Some(place) => format!("{message} ({place})"),
            None => message.to_owned(),
        };
        one_line_of(&said)
    }

    fn one_line_of(text: &str) -> String {
        plain(text).replace('\n', " ")
    }

    fn joined(parts: &[impl AsRef<str>], separator: &str) -> String {
        let named: Vec<&str> = parts.iter().take(MAX_NAMED).map(AsRef::as_ref).collect();
        let named = named.join(separator);
        match parts.len().checked_sub(MAX_NAMED) {
            Some(more @ 1..) => format!("{named}{separator}and {more} more"),
            _ => named,
        }
    }
}
