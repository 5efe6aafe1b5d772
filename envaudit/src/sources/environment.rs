//! The process environment, or the variables given in its place.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

#[derive(Clone)]
pub(crate) enum Environment {
    Process,
    Given(Arc<HashMap<OsString, OsString>>),
}

impl Environment {
    pub(crate) fn given(
        vars: impl IntoIterator<Item = (impl Into<OsString>, impl Into<OsString>)>,
    ) -> Self {
        let vars = vars.into_iter().map(|(name, value)| (name.into(), value.into()));
        Environment::Given(Arc::new(vars.collect()))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the process environment"
    )]
    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<OsString> {
        match self {
            // By name: a snapshot of all variables costs more than all look-ups together.
            Environment::Process => std::env::var_os(name),
            Environment::Given(vars) => given(vars, name),
        }
    }

    /// The names of all variables that are UTF-8: no other can be ours.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the process environment"
    )]
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Environment::Process => {
                std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect()
            }
            Environment::Given(vars) => {
                vars.keys().filter_map(|name| name.to_str().map(str::to_owned)).collect()
            }
        };
        names.sort();
        names
    }
}

/// A function of its own, to keep the path of ordinary loads short.
#[inline(never)]
fn given(vars: &HashMap<OsString, OsString>, name: &str) -> Option<OsString> {
    vars.get(OsStr::new(name)).cloned()
}
