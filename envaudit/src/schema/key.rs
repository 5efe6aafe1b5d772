//! Keys checked when the program is compiled.

use core::fmt;
use core::marker::PhantomData;

use super::const_text::{self, Message};
use super::nearest;
use super::table::Table;

/// A key of the configuration `T` that is known to exist.
///
/// Made by the `const fn key` that the derive adds to the struct, which fails in constant evaluation for a key that no
/// field has:
///
/// ```
/// use envaudit::{EnvConfig, Key};
///
/// #[derive(EnvConfig)]
/// #[env(prefix = "APP_")]
/// struct AppConfig {
///     #[env(default = 8080)]
///     port: u16,
/// }
///
/// const PORT: Key<AppConfig> = AppConfig::key("APP_PORT");
/// assert_eq!(PORT.as_str(), "APP_PORT");
///
/// let cfg = AppConfig::loader().vars([("APP_PORT", "80")]).load()?;
/// assert_eq!(cfg.audit().entry(PORT).source, envaudit::Source::System);
/// # Ok::<(), envaudit::LoadError>(())
/// ```
pub struct Key<T> {
    text: &'static str,
    index: usize,
    config: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    #[doc(hidden)]
    #[track_caller]
    pub const fn find(table: &'static Table, text: &str) -> Self {
        let mut index = 0;
        while index < table.leaves.len() {
            let key = table.leaves[index].key();
            if const_text::equal(key.as_bytes(), text.as_bytes()) {
                return Key { text: key, index, config: PhantomData };
            }
            index += 1;
        }
        if table.schema.is_broken() {
            return Key::broken();
        }
        no_such_key(table, text)
    }

    /// For a struct whose derive failed, or that of a nested one: the errors of the derive are enough.
    #[doc(hidden)]
    pub const fn broken() -> Self {
        Key { text: "", index: 0, config: PhantomData }
    }

    /// The key's text.
    pub const fn as_str(self) -> &'static str {
        self.text
    }

    pub(crate) const fn index(self) -> usize {
        self.index
    }
}

#[track_caller]
const fn no_such_key(table: &Table, text: &str) -> ! {
    let message = Message::new()
        .push("`")
        .push(table.schema.name)
        .push("` has no key `")
        .push(text)
        .push("`");
    let message = match (alias_of(table, text), near(table, text)) {
        (Some(key), _) => message.push("; it is an alias of `").push(key).push("`"),
        (None, Some(key)) => message.push("; did you mean `").push(key).push("`?"),
        (None, None) => message,
    };
    panic!("{}", message.as_str())
}

const fn alias_of(table: &Table, text: &str) -> Option<&'static str> {
    let mut at = 0;
    while at < table.names.len() {
        let name = &table.names[at];
        if const_text::equal(name.text.as_bytes(), text.as_bytes()) {
            return Some(table.leaves[name.leaf as usize].key());
        }
        at += 1;
    }
    None
}

/// The nearest key, or the one that is the text after a prefix.
const fn near(table: &Table, text: &str) -> Option<&'static str> {
    let mut best = nearest::MAX_DISTANCE + 1;
    let (mut found, mut behind_prefix) = (None, None);
    let mut at = 0;
    while at < table.leaves.len() {
        let key = table.leaves[at].key();
        let distance = nearest::distance(key.as_bytes(), text.as_bytes());
        if distance < best && distance * 3 <= key.len() {
            best = distance;
            found = Some(key);
        }
        if behind_prefix.is_none() && const_text::ends_with(key.as_bytes(), text.as_bytes()) {
            behind_prefix = Some(key);
        }
        at += 1;
    }
    if found.is_some() { found } else { behind_prefix }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl<T> Eq for Key<T> {}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.text).finish()
    }
}

impl<T> fmt::Display for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}
