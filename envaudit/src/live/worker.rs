//! The thread that reads a configuration again when something asks for it.

use core::fmt;
use core::time::Duration;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Instant;

use super::error::LiveError;
use super::state::LiveState;
use super::update::Update;
use super::watch::{Wake, Watch};
use crate::config::EnvConfig;
use crate::load::{Loaded, Loader, WatchedPaths};
use crate::sources::{Location, Source};

/// Files that never rest are read all the same after so many times the rest they should have.
const MAX_UNREST: u32 = 20;

/// What the thread goes by.
pub(super) struct Follow {
    pub(super) files: bool,
    pub(super) sighup: bool,
    pub(super) interval: Option<Duration>,
    pub(super) settle: Duration,
}

/// Ends the threads when it is dropped.
pub(super) struct Worker {
    wakes: Sender<Wake>,
    thread: Option<JoinHandle<()>>,
    #[cfg(unix)]
    signals: Option<(signal_hook::iterator::Handle, JoinHandle<()>)>,
}

/// Makes a [`Live`](super::Live) read its configuration again, from anywhere in the program.
///
/// ```
/// # use envaudit::EnvConfig;
/// # #[derive(EnvConfig)]
/// # struct Config { #[env(default = 1)] a: u8 }
/// let live = Config::loader().live().start()?;
/// let trigger = live.trigger();
/// std::thread::spawn(move || trigger.fire()).join().unwrap();
/// # Ok::<(), envaudit::live::LiveError>(())
/// ```
#[derive(Clone)]
pub struct Trigger(Sender<Wake>);

impl Trigger {
    /// Asks for it, and does not wait.
    pub fn fire(&self) {
        // Nobody listens any more: the configuration is gone.
        let _ = self.0.send(Wake::Asked);
    }
}

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trigger")
    }
}

/// A worker that takes note of what happens, and does nothing about it yet.
pub(super) struct Prepared {
    worker: Worker,
    watch: Option<Watch>,
}

impl Worker {
    pub(super) fn prepare<T: EnvConfig>(
        loader: &Loader<T>,
        follow: &Follow,
        wakes: Sender<Wake>,
    ) -> Result<Prepared, LiveError> {
        let mut watch = None;
        if follow.files {
            watch.insert(Watch::new(wakes.clone())?).follow(&loader.watched())?;
        }
        let mut worker = Worker {
            wakes,
            thread: None,
            #[cfg(unix)]
            signals: None,
        };
        if follow.sighup {
            worker.wait_for_sighup()?;
        }
        Ok(Prepared { worker, watch })
    }

    #[cfg(unix)]
    fn wait_for_sighup(&mut self) -> Result<(), LiveError> {
        let signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGHUP]);
        let mut signals = signals.map_err(LiveError::System)?;
        let handle = signals.handle();
        let trigger = self.trigger();
        let thread = spawn("sighup", move || signals.forever().for_each(|_| trigger.fire()))?;
        self.signals = Some((handle, thread));
        Ok(())
    }

    #[cfg(not(unix))]
    fn wait_for_sighup(&mut self) -> Result<(), LiveError> {
        Ok(())
    }

    pub(super) fn trigger(&self) -> Trigger {
        Trigger(self.wakes.clone())
    }
}

impl Prepared {
    pub(super) fn start<T>(
        self,
        state: &Arc<LiveState<T>>,
        follow: Follow,
        wakes: Receiver<Wake>,
    ) -> Result<Worker, LiveError>
    where
        T: EnvConfig + Send + Sync,
        T::Audit: Send + Sync,
    {
        let Prepared { mut worker, mut watch } = self;
        if let Some(watch) = &mut watch {
            let current = state.current.load();
            let (places, has_more) = watched(&state.loader, &current);
            watch.follow(&places)?;
            if has_more {
                // They were not watched yet when they were read.
                worker.trigger().fire();
            }
        }
        let state = Arc::downgrade(state);
        worker.thread = Some(spawn("config", move || run(&state, watch, &follow, &wakes))?);
        Ok(worker)
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, LiveError> {
    let builder = std::thread::Builder::new().name(format!("envaudit-{name}"));
    builder.spawn(run).map_err(LiveError::System)
}

/// What a loader reads, and whether variables name files besides.
fn watched<T: EnvConfig>(loader: &Loader<T>, loaded: &Loaded<T>) -> (WatchedPaths, bool) {
    let mut watched = loader.watched();
    let before = watched.files.len();
    for entry in loaded.audit().get_by_source(Source::System) {
        if let (Some(Location::File { path, .. }), None) = (&entry.location, &entry.provider) {
            watched.files.push(path.to_path_buf());
        }
    }
    for entry in loaded.audit().entries() {
        if let Some(Location::NamedFile { path, .. }) = &entry.location
            && !watched.files.iter().any(|file| **file == **path)
        {
            watched.files.push(path.to_path_buf());
        }
    }
    let has_more = watched.files.len() > before;
    (watched, has_more)
}

fn run<T: EnvConfig>(
    state: &Weak<LiveState<T>>,
    mut watch: Option<Watch>,
    follow: &Follow,
    wakes: &Receiver<Wake>,
) {
    loop {
        let wake = match follow.interval {
            Some(interval) => wakes.recv_timeout(interval),
            None => wakes.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match wake {
            Ok(Wake::Files) => {
                if !rest(wakes, follow.settle) {
                    return;
                }
            }
            Ok(Wake::Asked) | Err(RecvTimeoutError::Timeout) => {}
            Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return,
        }
        let Some(state) = state.upgrade() else { return };
        if let Some(watch) = &mut watch {
            let (places, _) = watched(&state.loader, &state.current.load());
            if let Err(error) = watch.follow(&places) {
                let error = Arc::new(error);
                state.tell(|| Update::Rejected(Arc::clone(&error)));
            }
        }
        // Subscribers receive the outcome.
        let _ = state.reload();
    }
}

/// Waits until no file has changed for some time. `false` when the thread is to end.
fn rest(wakes: &Receiver<Wake>, settle: Duration) -> bool {
    let latest = Instant::now() + settle * MAX_UNREST;
    loop {
        match wakes.recv_timeout(settle) {
            Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => return true,
            Ok(Wake::Files | Wake::Asked) if Instant::now() >= latest => return true,
            Ok(Wake::Files | Wake::Asked) => {}
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some((handle, thread)) = self.signals.take() {
            handle.close();
            let _ = thread.join();
        }
        let _ = self.wakes.send(Wake::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
