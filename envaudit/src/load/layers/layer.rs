//! One file, folder or provider of a load, opened.

use std::borrow::Cow;
use std::sync::Arc;

use crate::sources::env_file::{Definition, EnvFile};
use crate::sources::folder::Folder;
use crate::sources::links::Links;
use crate::sources::provider::Fetched;
#[cfg(feature = "cli")]
use crate::sources::provider_error::ProviderError;
use crate::sources::{Location, ShownPath, Source};

pub(in crate::load) struct Layer {
    pub(in crate::load) source: Source,
    /// The position of its input in the list.
    pub(in crate::load) input: u16,
    pub(in crate::load) kind: LayerKind,
}

pub(in crate::load) enum LayerKind {
    EnvFile(EnvFile),
    Folder(Folder),
    Fetched(Arc<str>, Fetched),
}

impl LayerKind {
    /// Where in this layer a value is: by its line in an env file, by the spelling of its file in a folder.
    #[inline]
    pub(in crate::load) fn location(&self, name: &str, line: u32) -> Option<Location> {
        match self {
            LayerKind::EnvFile(file) => {
                Some(Location::File { path: Arc::clone(&file.path), line: Some(line) })
            }
            LayerKind::Folder(folder) => {
                let path = folder.path_of(name, line)?;
                Some(Location::File { path: path.into(), line: None })
            }
            LayerKind::Fetched(_, fetched) => fetched.get(name)?.location(name),
        }
    }

    /// The name of the provider that was asked.
    pub(in crate::load) fn provider(&self) -> Option<&Arc<str>> {
        match self {
            LayerKind::Fetched(provider, _) => Some(provider),
            LayerKind::EnvFile(_) | LayerKind::Folder(_) => None,
        }
    }

    /// What an env file says of a name, by line.
    pub(in crate::load) fn definitions(&self, name: &str) -> &[Definition] {
        match self {
            LayerKind::EnvFile(file) => file.definitions(name),
            LayerKind::Folder(_) | LayerKind::Fetched(..) => &[],
        }
    }

    /// The texts that a folder or a provider has under a name, what counts first.
    pub(in crate::load) fn contents(&self, name: &str, links: &Links) -> Vec<Cow<'_, str>> {
        match self {
            LayerKind::EnvFile(_) => Vec::new(),
            LayerKind::Folder(folder) => {
                let read = |spelling| folder.read_spelled(name, spelling, links).ok();
                let texts = folder.files_for(name).filter_map(read);
                texts.filter_map(|content| content.into_string().ok().map(Cow::Owned)).collect()
            }
            LayerKind::Fetched(_, fetched) => {
                fetched.get(name).map(|value| value.text().into()).into_iter().collect()
            }
        }
    }

    /// Whether a value of an env file refers to the name.
    pub(in crate::load) fn refers_to(&self, name: &str) -> bool {
        match self {
            LayerKind::EnvFile(file) => file.refers_to(name),
            LayerKind::Folder(_) | LayerKind::Fetched(..) => false,
        }
    }

    /// The names that an env file assigns, and the file.
    pub(in crate::load) fn assigned_names(&self) -> Option<(Vec<String>, String)> {
        match self {
            LayerKind::EnvFile(file) => {
                let names = file.names().map(|(name, _)| name.to_owned());
                Some((names.collect(), ShownPath(&file.path).to_string()))
            }
            LayerKind::Folder(_) | LayerKind::Fetched(..) => None,
        }
    }

    /// The variables that a file or folder has, and whether they are secrets. What a provider has is known only once it is
    /// asked for it.
    #[cfg(feature = "cli")]
    pub(in crate::load) fn variables(&self) -> Vec<(String, bool)> {
        match self {
            LayerKind::EnvFile(_) => {
                let names = self.assigned_names().into_iter().flat_map(|(names, _)| names);
                names.map(|name| (name, false)).collect()
            }
            LayerKind::Folder(folder) => folder.keys().map(|key| (key, true)).collect(),
            LayerKind::Fetched(_, fetched) => {
                fetched.keys().map(|key| (key.to_owned(), true)).collect()
            }
        }
    }

    /// What is asked: a file, a folder, a provider.
    #[cfg(feature = "cli")]
    pub(in crate::load) fn place(&self) -> String {
        match self {
            LayerKind::EnvFile(file) => file.path.display().to_string(),
            LayerKind::Folder(folder) => folder.path().display().to_string(),
            LayerKind::Fetched(provider, _) => provider.to_string(),
        }
    }

    /// Why a provider could not fetch a variable of these names.
    #[cfg(feature = "cli")]
    pub(in crate::load) fn failure(&self, names: &[&str]) -> Option<&ProviderError> {
        let LayerKind::Fetched(_, fetched) = self else { return None };
        let mut failures = fetched.failures().iter();
        failures.find(|failure| names.contains(&&*failure.key)).map(|failure| &failure.error)
    }

    /// Where a variable of these names is, what counts first: the position of the name, and what
    /// [`location`](Self::location) takes for its line.
    #[cfg(feature = "cli")]
    pub(in crate::load) fn occurrences(&self, names: &[&str]) -> Vec<(usize, u32)> {
        let names = || names.iter().copied().enumerate();
        match self {
            LayerKind::EnvFile(file) => {
                let mut found: Vec<(usize, u32)> = Vec::new();
                for (name, line) in file.names() {
                    let rank = names().find(|(_, known)| *known == name);
                    found.extend(rank.map(|(rank, _)| (rank, line)));
                }
                // The key before its aliases, the last of its lines.
                found.sort_by_key(|(rank, line)| (*rank, u32::MAX - line));
                found
            }
            LayerKind::Folder(folder) => {
                let files = |(rank, name)| folder.files_for(name).map(move |line| (rank, line));
                names().flat_map(files).collect()
            }
            LayerKind::Fetched(_, fetched) => {
                let has = |(_, name): &(usize, &str)| fetched.get(name).is_some();
                names().filter(has).map(|(rank, _)| (rank, 0)).collect()
            }
        }
    }
}
