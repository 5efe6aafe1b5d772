//! What the `validate` function of a struct refuses.

use core::fmt;

/// What the `validate` function of a struct refuses: one rule or several, each with the variables that it is about.
///
/// Any error that has a `Display` will do for such a function. This one can name variables, by the key or by the field, and
/// hold several rules, each of which becomes a [`Problem`](crate::Problem) of its own.
///
/// ```
/// use envaudit::{EnvConfig, Invalid};
///
/// #[derive(EnvConfig, Debug)]
/// #[env(prefix = "POOL_", validate = in_order)]
/// struct Pool {
///     min: u16,
///     max: u16,
///     name: String,
/// }
///
/// fn in_order(pool: &Pool) -> Result<(), Invalid> {
///     let mut invalid = Invalid::none();
///     if pool.min > pool.max {
///         invalid.push(Invalid::new("the least is above the greatest").key("min").key("max"));
///     }
///     if pool.name.contains(' ') {
///         invalid.push(Invalid::new("a name is one word").key("name"));
///     }
///     invalid.into_result()
/// }
///
/// let vars = [("POOL_MIN", "5"), ("POOL_MAX", "4"), ("POOL_NAME", "a b")];
/// let error = Pool::loader().vars(vars).load().unwrap_err();
/// let messages: Vec<&str> = error.problems().iter().map(|problem| problem.message()).collect();
/// assert_eq!(messages, ["POOL_MIN and POOL_MAX are not valid together", "POOL_NAME is not valid"]);
/// assert_eq!(error.problems()[0].keys().collect::<Vec<_>>(), ["POOL_MIN", "POOL_MAX"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invalid(Vec<BrokenRule>);

/// One rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BrokenRule {
    message: String,
    names: Vec<String>,
}

impl BrokenRule {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        BrokenRule { message: message.to_string(), names: Vec::new() }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

impl Invalid {
    /// One broken rule, in words. Secrets that are quoted in it are cut out of the error.
    pub fn new(message: impl fmt::Display) -> Self {
        Invalid(vec![BrokenRule::new(message)])
    }

    /// No broken rule yet: to be filled by [`push`](Self::push).
    pub fn none() -> Self {
        Invalid::default()
    }

    /// Names a variable that the rule is about: its full key, or the field, as `max`, or `pool.max` for one of a nested
    /// struct. Where there are several rules, it is the last one that gets the name.
    #[must_use]
    pub fn key(mut self, name: impl Into<String>) -> Self {
        match self.0.last_mut() {
            Some(rule) => rule.names.push(name.into()),
            None => {
                let mut rule = BrokenRule::new("");
                rule.names.push(name.into());
                self.0.push(rule);
            }
        }
        self
    }

    /// Adds the rules of another one.
    pub fn push(&mut self, other: Invalid) {
        self.0.extend(other.0);
    }

    /// Both.
    #[must_use]
    pub fn and(mut self, other: Invalid) -> Self {
        self.push(other);
        self
    }

    /// Whether no rule is broken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a `validate` function returns: an error, unless no rule is broken.
    ///
    /// # Errors
    ///
    /// Itself, where a rule is broken.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    pub(crate) fn rules(&self) -> &[BrokenRule] {
        &self.0
    }
}

/// The rules, each after the names that it is about.
impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, rule) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            let names = rule.names.join(", ");
            let colon = if names.is_empty() || rule.message.is_empty() { "" } else { ": " };
            write!(f, "{separator}{names}{colon}{}", rule.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}

impl From<String> for Invalid {
    fn from(message: String) -> Self {
        Invalid::new(message)
    }
}

impl From<&str> for Invalid {
    fn from(message: &str) -> Self {
        Invalid::new(message)
    }
}

impl Extend<Invalid> for Invalid {
    fn extend<I: IntoIterator<Item = Invalid>>(&mut self, others: I) {
        others.into_iter().for_each(|other| self.push(other));
    }
}

impl FromIterator<Invalid> for Invalid {
    fn from_iter<I: IntoIterator<Item = Invalid>>(all: I) -> Self {
        let mut invalid = Invalid::none();
        invalid.extend(all);
        invalid
    }
}
