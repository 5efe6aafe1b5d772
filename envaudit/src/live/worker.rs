//! The thread that reads a configuration again when something asks for it.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Instant;

use super::error::LiveError;
use super::reported;
use super::state::{LiveState, Reload};
use super::update::Update;
use super::watch::{Wake, Watch};
use crate::config::EnvConfig;
use crate::error::with_causes;
use crate::load::{Loaded, Loader, WatchedPaths};
use crate::sources::Location;

/// Files that never rest are read all the same after so many times the rest they should have, and what looks half written
/// counts after the same time.
const MAX_UNREST: u32 = 20;

/// What looks half written does not count before, however short the rest is that files should have.
const MIN_PATIENCE: Duration = Duration::from_secs(1);

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
        if let Some(watch) = &mut watch
            && watch.follow_also(&watched(&state.loader, &state.current.load(), None))?
        {
            // They were not watched yet when they were read. Nobody has stopped the worker yet.
            let _ = worker.wakes.send(Wake::Files);
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

/// What a loader reads, and the files that variables named at the last load. Those that could not be read may be there soon.
fn watched<T: EnvConfig>(
    loader: &Loader<T>,
    loaded: &Loaded<T>,
    failure: Option<&LiveError>,
) -> WatchedPaths {
    let mut watched = loader.watched();
    let of_values = loaded.audit().entries().filter_map(|entry| entry.location.as_ref());
    let problems = match failure {
        Some(LiveError::Load(error)) => error.problems(),
        _ => &[],
    };
    let of_problems = problems.iter().filter_map(|problem| problem.location());
    let files: BTreeSet<&Path> = of_values.chain(of_problems).filter_map(Location::file).collect();
    watched.files.extend(files.into_iter().map(Path::to_path_buf));
    watched
}

/// Why the files were read.
enum Reason {
    /// A file changed, the interval has passed, or values are no longer good.
    Change,
    /// The program or its operator asked.
    Asked,
}

fn run<T: EnvConfig>(
    state: &Weak<LiveState<T>>,
    watch: Option<Watch>,
    follow: &Follow,
    wakes: &Receiver<Wake>,
) {
    let patience = follow.settle.saturating_mul(MAX_UNREST).max(MIN_PATIENCE);
    // Since when the files look half written.
    let mut unsettled: Option<Instant> = None;
    let mut following = Following { watch, failure: None };
    let mut failure: Option<Arc<LiveError>> = None;
    let mut again = false;
    loop {
        let until_settled = unsettled.map(|since| patience.saturating_sub(since.elapsed()));
        let until_expiry = state.upgrade().and_then(|state| state.expiry.left());
        let until = [until_settled, until_expiry].into_iter().flatten().min();
        let reason = match again {
            true => Reason::Change,
            false => match wait(wakes, follow, until) {
                Some(reason) => reason,
                None => return,
            },
        };
        let Some(state) = state.upgrade() else { return };
        following.renew(&state, failure.as_deref());
        let is_settled = match reason {
            Reason::Asked => true,
            Reason::Change => unsettled.is_some_and(|since| since.elapsed() >= patience),
        };
        // Subscribers receive the outcome.
        let outcome = state.reload_if(is_settled);
        unsettled = match &outcome {
            Ok(Reload::Unsettled(_)) => unsettled.or_else(|| Some(Instant::now())),
            _ => None,
        };
        failure = match outcome {
            Ok(Reload::Unsettled(failure)) => failure,
            Err(error) => Some(error),
            Ok(Reload::Changed(_) | Reload::Unchanged) => None,
        };
        // Files that were named for the first time were not watched yet when they were read.
        again = following.extend(&state, failure.as_deref());
    }
}

/// The watch of the thread, and why it is not complete, which is told once.
struct Following {
    watch: Option<Watch>,
    failure: Option<String>,
}

impl Following {
    /// Watches what is about to be read.
    fn renew<T: EnvConfig>(&mut self, state: &LiveState<T>, failure: Option<&LiveError>) {
        let Some(watch) = &mut self.watch else { return };
        let outcome = watch.follow(&watched(&state.loader, &state.current.load(), failure));
        self.tell(state, outcome);
    }

    /// Watches what was read besides. `true` when there are files that were not watched before.
    fn extend<T: EnvConfig>(&mut self, state: &LiveState<T>, failure: Option<&LiveError>) -> bool {
        let Some(watch) = &mut self.watch else { return false };
        let outcome = watch.follow_also(&watched(&state.loader, &state.current.load(), failure));
        self.tell(state, outcome).unwrap_or(false)
    }

    fn tell<T: EnvConfig, R>(
        &mut self,
        state: &LiveState<T>,
        outcome: Result<R, LiveError>,
    ) -> Option<R> {
        match outcome {
            Ok(result) => {
                self.failure = None;
                Some(result)
            }
            Err(error) => {
                let said = with_causes(&error);
                if self.failure.as_ref() != Some(&said) {
                    self.failure = Some(said);
                    let error = Arc::new(error);
                    reported::unwatched::<T>(&error);
                    state.tell(|| Update::Rejected(Arc::clone(&error)));
                }
                None
            }
        }
    }
}

/// Waits until it is time to read again. `None` when the thread is to end.
fn wait(wakes: &Receiver<Wake>, follow: &Follow, until: Option<Duration>) -> Option<Reason> {
    let most = match (follow.interval, until) {
        (Some(interval), Some(time)) => Some(interval.min(time)),
        (interval, time) => interval.or(time),
    };
    let wake = match most {
        Some(time) => wakes.recv_timeout(time),
        None => wakes.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    match wake {
        Ok(Wake::Files) => rest(wakes, follow.settle),
        Ok(Wake::Asked) => Some(Reason::Asked),
        Err(RecvTimeoutError::Timeout) => Some(Reason::Change),
        Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => None,
    }
}

/// Waits until no file has changed for some time. `None` when the thread is to end.
fn rest(wakes: &Receiver<Wake>, settle: Duration) -> Option<Reason> {
    // Events that are there already are one change, however short the rest is.
    let latest = Instant::now() + settle.saturating_mul(MAX_UNREST).max(Duration::from_millis(10));
    let mut reason = Reason::Change;
    loop {
        match wakes.recv_timeout(settle) {
            Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => return Some(reason),
            Ok(Wake::Asked) => reason = Reason::Asked,
            Ok(Wake::Files) => {}
        }
        if Instant::now() >= latest {
            return Some(reason);
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
