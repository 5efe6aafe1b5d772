//! Loads that see the variables a test gives them and nothing of the machine.

use std::ffi::OsString;

use envaudit::{EnvConfig, Loader, Source};

/// A loader of these variables alone.
pub fn vars<T: EnvConfig>(
    vars: impl IntoIterator<Item = (impl Into<OsString>, impl Into<OsString>)>,
) -> Loader<T> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    files.into_iter().fold(T::loader().vars(vars), Loader::without)
}

/// A loader of no variables at all.
pub fn nothing<T: EnvConfig>() -> Loader<T> {
    vars([("", ""); 0])
}
