//! The watch over files.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::error::LiveError;
use super::state::locked;
use super::watch_list::WatchList;
use crate::load::WatchedPaths;

/// Why the thread that reads again is woken.
pub(super) enum Wake {
    Files,
    Asked,
    Stop,
}

pub(super) struct Watch {
    watcher: RecommendedWatcher,
    places: Arc<Mutex<WatchList>>,
    folders: BTreeSet<PathBuf>,
}

impl Watch {
    pub(super) fn new(wakes: Sender<Wake>) -> Result<Self, LiveError> {
        let places = Arc::new(Mutex::new(WatchList::default()));
        let of_events = Arc::clone(&places);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let counts = match event {
                Ok(event) => concerns(&locked(&of_events), &event),
                // Something was missed.
                Err(_) => true,
            };
            if counts {
                // Nobody listens any more: the end.
                let _ = wakes.send(Wake::Files);
            }
        });
        let watcher = watcher.map_err(LiveError::Watch)?;
        Ok(Watch { watcher, places, folders: BTreeSet::new() })
    }

    /// Watches these from now on. Called before each reading: a folder may be another one, a link may lead elsewhere.
    pub(super) fn follow(&mut self, watched: &WatchedPaths) -> Result<(), LiveError> {
        let places = WatchList::of(watched);
        let folders: BTreeSet<PathBuf> = places.folders().map(Path::to_owned).collect();
        *locked(&self.places) = places;
        for gone in self.folders.difference(&folders) {
            // It may no longer be there.
            let _ = self.watcher.unwatch(gone);
        }
        let mut all = BTreeSet::new();
        for folder in folders {
            match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    all.insert(folder);
                }
                // Folders that come later are seen by the watch over the one above them.
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(LiveError::Watch(error)),
            }
        }
        self.folders = all;
        Ok(())
    }
}

fn concerns(places: &WatchList, event: &Event) -> bool {
    let changes = !matches!(event.kind, EventKind::Access(_));
    event.need_rescan() || (changes && event.paths.iter().any(|path| places.concerns(path)))
}

fn is_absent(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::NotFound
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::PermissionDenied
        ),
        _ => false,
    }
}
