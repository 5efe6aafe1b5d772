//! The name of a secret, or of a part of one.

use core::convert::Infallible;
use core::fmt;
use core::str::FromStr;

/// A secret in a store, or one member of it: `id`, `id#member`, `id#/json/pointer`, each of them with `@version` behind it or not.
///
/// ```
/// use envaudit::SecretRef;
///
/// let reference = SecretRef::from("checkout/prod#password@3");
/// assert_eq!(reference, SecretRef::new("checkout/prod").member("password").version("3"));
/// assert_eq!(reference.to_string(), "checkout/prod#password@3");
/// ```
///
/// Where a name has a `#` or an `@` of its own, [`new`](Self::new) takes it as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretRef {
    id: String,
    member: Option<String>,
    version: Option<String>,
}

impl SecretRef {
    /// The secret of this name, as a whole.
    pub fn new(id: impl Into<String>) -> Self {
        SecretRef { id: id.into(), member: None, version: None }
    }

    /// One member of a secret that is a JSON object, by its name, or by a JSON pointer (RFC 6901), which begins with `/`.
    #[must_use]
    pub fn member(mut self, member: impl Into<String>) -> Self {
        self.member = Some(member.into());
        self
    }

    /// Another version than the current one, by the store's name for it.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn wanted_member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    pub(super) fn wanted_version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The secret that it is of, as a whole.
    pub(super) fn whole(&self) -> Self {
        SecretRef { member: None, ..self.clone() }
    }
}

impl From<&str> for SecretRef {
    fn from(text: &str) -> Self {
        let (id, rest) = match text.split_once('#') {
            Some((id, rest)) => (id, Some(rest)),
            None => (text, None),
        };
        let versioned = |text: &str| match text.rsplit_once('@') {
            Some((text, version)) if !text.is_empty() && !version.is_empty() => {
                (text.to_owned(), Some(version.to_owned()))
            }
            _ => (text.to_owned(), None),
        };
        match rest {
            Some(member) => {
                let (member, version) = versioned(member);
                SecretRef { id: id.to_owned(), member: Some(member), version }
            }
            None => {
                let (id, version) = versioned(id);
                SecretRef { id, member: None, version }
            }
        }
    }
}

impl From<String> for SecretRef {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl FromStr for SecretRef {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        if let Some(member) = &self.member {
            write!(f, "#{member}")?;
        }
        if let Some(version) = &self.version {
            write!(f, "@{version}")?;
        }
        Ok(())
    }
}
