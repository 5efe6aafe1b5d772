//! The watch over files.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::error::LiveError;
use super::state::locked;
use super::watch_list::{MAX_FOLDERS, WatchList};
use crate::load::WatchedPaths;
use crate::sources::file::Identity;

/// Why the thread that reads again is woken.
pub(super) enum Wake {
    Files,
    Asked,
    Stop,
}

pub(super) struct Watch {
    watcher: RecommendedWatcher,
    /// What of the events counts.
    events: Arc<Mutex<WatchList>>,
    /// Whether something has happened since the last look: then what is watched may have been replaced.
    has_news: Arc<AtomicBool>,
    watched: Vec<(PathBuf, Option<Identity>)>,
}

impl Watch {
    pub(super) fn new(wakes: Sender<Wake>) -> Result<Self, LiveError> {
        let events = Arc::new(Mutex::new(WatchList::default()));
        let has_news = Arc::new(AtomicBool::new(false));
        let (of_events, news) = (Arc::clone(&events), Arc::clone(&has_news));
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let counts = match event {
                Ok(event) => concerns(&locked(&of_events), &event),
                // Something was missed.
                Err(_) => true,
            };
            if counts {
                news.store(true, Ordering::SeqCst);
                // Nobody listens any more: the end.
                let _ = wakes.send(Wake::Files);
            }
        });
        let watcher = watcher.map_err(LiveError::Watch)?;
        Ok(Watch { watcher, events, has_news, watched: Vec::new() })
    }

    /// Watches these from now on. Called right before they are read: a folder may be another one, a link may lead elsewhere.
    pub(super) fn follow(&mut self, paths: &WatchedPaths) -> Result<(), LiveError> {
        let had_news = self.has_news.swap(false, Ordering::SeqCst);
        let present = self.list(paths)?;
        if !had_news && cfg!(unix) && present == self.watched {
            return Ok(());
        }
        // All of them anew, since a watch stays with the file or folder that it was put on, wherever that was moved to. What
        // changes in between is read right after.
        for (gone, _) in std::mem::take(&mut self.watched) {
            // It may no longer be there.
            let _ = self.watcher.unwatch(&gone);
        }
        present.into_iter().try_for_each(|path| self.add(path))
    }

    /// Watches those of these that are not watched yet, beside the others. `true` if there are any: what changed before was not
    /// seen.
    pub(super) fn follow_also(&mut self, paths: &WatchedPaths) -> Result<bool, LiveError> {
        let present = self.list(paths)?;
        let known: HashSet<&Path> = self.watched.iter().map(|(path, _)| path.as_path()).collect();
        let is_new = |(path, _): &(PathBuf, _)| !known.contains(path.as_path());
        let new: Vec<_> = present.into_iter().filter(is_new).collect();
        let has_more = !new.is_empty();
        new.into_iter().try_for_each(|path| self.add(path))?;
        Ok(has_more)
    }

    /// Everything there is to watch, and which file or folder it is now. From here on, events are compared with this list.
    fn list(&self, paths: &WatchedPaths) -> Result<Vec<(PathBuf, Option<Identity>)>, LiveError> {
        let list = WatchList::of(paths);
        if list.has_too_many() {
            let message = format!("the files are in more than {MAX_FOLDERS} folders");
            return Err(LiveError::Watch(notify::Error::generic(&message)));
        }
        let present = list.paths().map(|path| {
            let found = std::fs::metadata(path).ok();
            (path.to_owned(), found.and_then(|found| Identity::of(&found)))
        });
        let present = present.collect();
        *locked(&self.events) = list;
        Ok(present)
    }

    fn add(&mut self, (path, identity): (PathBuf, Option<Identity>)) -> Result<(), LiveError> {
        let watched = self.watcher.watch(&path, RecursiveMode::NonRecursive);
        self.watched.push((path, identity));
        match watched {
            // What comes later is seen by the watch over the nearest folder that is there.
            Err(error) if !is_absent(&error) => Err(LiveError::Watch(error)),
            _ => Ok(()),
        }
    }
}

fn concerns(list: &WatchList, event: &Event) -> bool {
    let changes = !matches!(event.kind, EventKind::Access(_));
    event.need_rescan() || (changes && event.paths.iter().any(|path| list.concerns(path)))
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
