//! The process environment, or the variables given in its place.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::sync::{Arc, OnceLock};

/// The end of the name of a variable that names a file.
const FILE_SUFFIX: &str = "_FILE";

/// Whether the names of the process environment are the same in upper and lower case. They are listed as they were written.
const IGNORES_CASE: bool = cfg!(windows);

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

    /// Whether a variable is found by its name in any case, as [`get`](Self::get) asks for it.
    pub(crate) fn ignores_case(&self) -> bool {
        IGNORES_CASE && matches!(self, Environment::Process)
    }

    /// Visits the names that end in `_FILE`, without asking for each variable. Those of the process are the ones it has when
    /// they are needed first: to list them costs more than a whole load.
    pub(crate) fn each_file_name<'e>(&'e self, mut visit: impl FnMut(&'e str)) {
        match self {
            Environment::Process => {
                static NAMES: OnceLock<Vec<&str>> = OnceLock::new();
                let of_files = |name: &&str| {
                    let start = name.len().checked_sub(FILE_SUFFIX.len());
                    let end = start.and_then(|start| name.get(start..)).unwrap_or_default();
                    end == FILE_SUFFIX || IGNORES_CASE && end.eq_ignore_ascii_case(FILE_SUFFIX)
                };
                let names = || process_names().iter().map(String::as_str);
                NAMES
                    .get_or_init(|| names().filter(of_files).collect())
                    .iter()
                    .for_each(|name| visit(name));
            }
            Environment::Given(vars) => {
                for name in vars.keys() {
                    if name.as_encoded_bytes().ends_with(FILE_SUFFIX.as_bytes())
                        && let Some(name) = name.to_str()
                    {
                        visit(name);
                    }
                }
            }
        }
    }

    /// Visits the names of all variables, without a copy of them: those of the process as for
    /// [`each_file_name`](Self::each_file_name).
    pub(crate) fn each_name<'e>(&'e self, mut visit: impl FnMut(&'e str)) {
        match self {
            Environment::Process => process_names().iter().for_each(|name| visit(name)),
            Environment::Given(vars) => {
                vars.keys().filter_map(|name| name.to_str()).for_each(visit)
            }
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

/// The names of the process environment, listed once.
fn process_names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| Environment::Process.names())
}

/// A function of its own, to keep the path of ordinary loads short.
#[inline(never)]
fn given(vars: &HashMap<OsString, OsString>, name: &str) -> Option<OsString> {
    vars.get(OsStr::new(name)).cloned()
}
