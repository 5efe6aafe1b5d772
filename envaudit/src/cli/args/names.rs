//! Names of variables, actors, actions and resources that arguments ask for.

/// A kind of name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameKind {
    Key,
    Actor,
    Action,
    Resource,
}

impl NameKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            NameKind::Key => "variable",
            NameKind::Actor => "actor",
            NameKind::Action => "action",
            NameKind::Resource => "resource",
        }
    }
}

/// A name in an argument; with `*` at its end, every name that begins so.
#[derive(Debug)]
pub(crate) struct WantedName {
    pub(crate) kind: NameKind,
    pub(crate) name: String,
    /// Whether it is an actor with its kind, as in `service:deployer`.
    pub(crate) with_kind: bool,
    /// Whether it may well be one that is not recorded, unless a recorded one is very like it.
    pub(crate) only_if_near: bool,
}

impl WantedName {
    pub(crate) fn new(kind: NameKind, name: impl Into<String>) -> Self {
        WantedName { kind, name: name.into(), with_kind: false, only_if_near: false }
    }

    pub(crate) fn matches(&self, found: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(prefix) => found.starts_with(prefix),
            None => found == self.name,
        }
    }
}
