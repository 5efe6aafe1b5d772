//! The difference between two states of a live configuration.

use core::fmt;
use std::sync::Arc;

use crate::audit::AuditEntry;
use crate::config::EnvConfig;
use crate::load::Loaded;
use crate::schema::Key;
use crate::sources::Source;

/// A new configuration, the one before, and in what they differ.
///
/// `Display` is one line for each key, without any value.
pub struct Change<T: EnvConfig> {
    before: Arc<Loaded<T>>,
    after: Arc<Loaded<T>>,
    keys: Vec<KeyChange>,
    #[cfg(feature = "ledger")]
    pub(super) recorded: Option<crate::ledger::record::Recorded>,
}

/// One key that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyChange {
    /// The full key.
    pub key: &'static str,
    /// Whether the value is different, and not only the place it comes from.
    pub is_new_value: bool,
    /// Where the value came from before.
    pub before: AuditEntry,
    /// Where it comes from now.
    pub after: AuditEntry,
    index: usize,
    /// Whether the value was in a file, and is now empty or that of a lesser source: it may come back at once.
    is_loss: bool,
}

impl<T: EnvConfig> Change<T> {
    /// `rank` is the place of a source in the order of precedence.
    pub(super) fn between(
        before: Arc<Loaded<T>>,
        after: Arc<Loaded<T>>,
        rank: impl Fn(Source) -> u8,
    ) -> Self {
        let pairs = before.texts().zip(after.texts()).enumerate();
        let keys = pairs.filter_map(|(index, ((request, old, old_text), (_, new, new_text)))| {
            let bytes = |text: &Option<crate::load::LoadedText>| {
                text.as_ref().map(|text| text.bytes.clone())
            };
            let is_empty = |text: &Option<crate::load::LoadedText>| {
                text.as_ref().is_none_or(|text| text.bytes.is_empty())
            };
            let is_new_value = bytes(&old_text) != bytes(&new_text);
            let place = |entry: &AuditEntry| (entry.source, entry.provider.clone(), entry.unset);
            (is_new_value || place(old) != place(new)).then(|| KeyChange {
                key: request.key(),
                is_new_value,
                is_loss: is_loss(old, new, is_empty(&new_text) && !is_empty(&old_text), &rank),
                before: old.clone(),
                after: new.clone(),
                index,
            })
        });
        let keys = keys.collect();
        Change {
            before,
            after,
            keys,
            #[cfg(feature = "ledger")]
            recorded: None,
        }
    }

    /// Whether a value that was in a file is gone.
    pub(super) fn has_loss(&self) -> bool {
        self.keys.iter().any(|change| change.is_loss)
    }

    /// The configuration before.
    pub fn before(&self) -> &Arc<Loaded<T>> {
        &self.before
    }

    /// The configuration now.
    pub fn after(&self) -> &Arc<Loaded<T>> {
        &self.after
    }

    /// The keys that differ, in the order of declaration.
    pub fn keys(&self) -> &[KeyChange] {
        &self.keys
    }

    /// Whether a key differs; the compiler checks that there is such a key.
    pub fn has(&self, key: Key<T>) -> bool {
        self.keys.iter().any(|change| change.index == key.index())
    }

    /// What the ledger has of it, if there is a ledger.
    #[cfg(feature = "ledger")]
    pub fn recorded(&self) -> Option<&crate::ledger::record::Recorded> {
        self.recorded.as_ref()
    }
}

/// Whether a file no longer has a value, or an empty one, or a lesser place has to do.
fn is_loss(
    before: &AuditEntry,
    after: &AuditEntry,
    is_empty_now: bool,
    rank: impl Fn(Source) -> u8,
) -> bool {
    let file = |entry: &AuditEntry| Some(entry.location.as_ref()?.file()?.to_owned());
    match file(before) {
        None => false,
        Some(_) if is_empty_now => true,
        Some(_) if rank(before.source) != rank(after.source) => {
            rank(before.source) < rank(after.source)
        }
        Some(before) => Some(before) != file(after),
    }
}

impl<T: EnvConfig> fmt::Display for Change<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.keys.iter().enumerate() {
            let newline = if at == 0 { "" } else { "\n" };
            write!(f, "{newline}{key}")?;
        }
        Ok(())
    }
}

impl<T: EnvConfig> fmt::Debug for Change<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl fmt::Display for KeyChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let KeyChange { key, before, after, .. } = self;
        match (before.unset, after.unset) {
            (true, _) => write!(f, "+ {key}: set ({})", after.source),
            (_, true) => write!(f, "- {key}: no longer set"),
            _ if before.source != after.source => {
                write!(f, "~ {key}: from {} ({} before)", after.source, before.source)?;
                if self.is_new_value { f.write_str(", new value") } else { Ok(()) }
            }
            _ => write!(f, "~ {key}: new value ({})", after.source),
        }
    }
}
