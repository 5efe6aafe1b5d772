//! Which files and folders a loader reads, for those who watch them.

use std::path::{Path, PathBuf};

use super::layers::Layers;
use super::settings::LoadSettings;
use crate::sources::Source;

/// What a loader reads, whether it is there yet or not.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    /// Files that may come, go and be replaced.
    pub(crate) files: Vec<PathBuf>,
    /// Folders in which every file counts.
    pub(crate) folders: Vec<PathBuf>,
}

impl Watched {
    pub(super) fn of(settings: &LoadSettings) -> Self {
        let mut watched = Watched::default();
        let dir = settings.dir.as_deref().unwrap_or(Path::new("."));
        if cfg!(feature = "dotenv") {
            if settings.asks(Source::FileEnv)
                && let Ok(Some(name)) = Layers::environment_of(settings)
            {
                watched.files.push(dir.join(format!(".env.{name}")));
            }
            if settings.asks(Source::File) {
                watched.files.extend(settings.dotenv.iter().cloned());
                if settings.dotenv.is_empty() {
                    watched.files.push(dir.join(".env"));
                }
            }
        }
        let folders = [
            (Source::Docker, &settings.docker, "/run/secrets"),
            (Source::K8s, &settings.k8s, "/etc/secrets"),
        ];
        for (source, named, default) in folders {
            if settings.asks(source) {
                let default = named.is_empty().then(|| PathBuf::from(default));
                watched.folders.extend(named.iter().cloned().chain(default));
            }
        }
        watched
    }
}
