//! An environment that has no env file while others have one: its name may be misspelt.

use std::path::Path;

use super::Layers;
use crate::audit::Warning;

/// How many entries of a folder are looked at.
const MAX_ENTRIES: usize = 4096;

/// Ends of names that are no environments: samples, a developer's own values, copies.
const OTHERS: [&str; 14] = [
    "example", "sample", "template", "dist", "defaults", "local", "schema", "vault", "keys", "bak",
    "orig", "swp", "tmp", "old",
];

impl Layers<'_> {
    /// Warns if other environments have a file in the folder where this one has none.
    pub(super) fn warn_of_missing_file(&mut self, path: &Path) {
        let Ok(Some(environment)) = self.inputs.environment() else { return };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        let mut others: Vec<String> = entries
            .take(MAX_ENTRIES)
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.strip_prefix(".env.").is_some_and(is_environment))
            .collect();
        if others.is_empty() {
            return;
        }
        others.sort();
        self.notes.warnings.push(Warning::NoEnvironmentFile {
            environment: environment.to_owned(),
            path: path.to_owned(),
            others,
        });
    }
}

fn is_environment(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    !name.is_empty() && !name.ends_with('~') && !OTHERS.contains(&&*last.to_ascii_lowercase())
}
