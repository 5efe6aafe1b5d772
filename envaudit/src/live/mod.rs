//! A configuration that is read again while the program runs: when its files change, on SIGHUP, on an interval, or when it
//! is told to.
//!
//! ```
//! use envaudit::live::Update;
//! use envaudit::EnvConfig;
//!
//! #[derive(EnvConfig)]
//! #[env(prefix = "APP_")]
//! struct AppConfig {
//!     #[env(default = 100)]
//!     rate_limit: u32,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = std::env::temp_dir().join(format!("envaudit-live-{}", std::process::id()));
//! # std::fs::create_dir_all(&dir)?;
//! # std::fs::write(dir.join(".env"), "")?;
//! let live = AppConfig::loader().dir(&dir).live().watch_files().start()?;
//! let updates = live.subscribe();
//! assert_eq!(live.get().rate_limit, 100);
//!
//! std::fs::write(dir.join(".env.new"), "APP_RATE_LIMIT=250\n")?;
//! std::fs::rename(dir.join(".env.new"), dir.join(".env"))?;
//!
//! let Update::Changed(change) = updates.recv()? else { panic!("the file is fine") };
//! assert!(change.has(AppConfig::key("APP_RATE_LIMIT")));
//! assert_eq!((change.before().rate_limit, change.after().rate_limit), (100, 250));
//! assert_eq!(live.get().rate_limit, 250);
//! # std::fs::remove_dir_all(&dir)?;
//! # Ok(())
//! # }
//! ```
//!
//! A new state that cannot be loaded changes nothing: the last good one stays, and subscribers are told why. With a ledger,
//! a new state counts once it is recorded.

mod change;
mod error;
mod options;
mod places;
mod watch;
mod worker;

use core::fmt;
use core::ops::Deref;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

pub use self::change::{Change, KeyChange};
pub use self::error::LiveError;
pub use self::options::LiveOptions;
use self::options::Recorder;
pub use self::worker::Trigger;
use self::worker::Worker;
use crate::config::EnvConfig;
use crate::load::{Loaded, Loader};

/// A configuration that is read again while the program runs. Made by [`Loader::live`](crate::Loader::live); clones are the
/// same one. When the last is dropped, nothing is watched any more.
pub struct Live<T: EnvConfig> {
    state: Arc<State<T>>,
    worker: Arc<Worker>,
}

/// What readers, the worker and those who reload by hand share.
struct State<T: EnvConfig> {
    loader: Loader<T>,
    current: ArcSwap<Loaded<T>>,
    recorder: Option<Recorder>,
    /// One reload at a time. Holds why the last one failed, so that the same failure is told once.
    reloading: Mutex<Option<String>>,
    subscribers: Mutex<Vec<Sender<Update<T>>>>,
}

/// What subscribers are told.
#[non_exhaustive]
pub enum Update<T: EnvConfig> {
    /// There is a new configuration.
    Changed(Arc<Change<T>>),
    /// A new state could not be used; the last good one stays. The same failure is told once, however often it is met.
    Kept(Arc<LiveError>),
}

impl<T: EnvConfig> Live<T> {
    /// The configuration as it is now, for a short time: reading it is one atomic load, whatever happens meanwhile. What
    /// must stay the same for long, such as for a whole request, is a [`snapshot`](Self::snapshot).
    pub fn get(&self) -> Current<T> {
        Current(self.state.current.load())
    }

    /// The configuration as it is now, to keep.
    pub fn snapshot(&self) -> Arc<Loaded<T>> {
        self.state.current.load_full()
    }

    /// What happens from now on: changes, and new states that could not be used. Dropping the receiver unsubscribes.
    pub fn subscribe(&self) -> Receiver<Update<T>> {
        let (sender, receiver) = mpsc::channel();
        locked(&self.state.subscribers).push(sender);
        receiver
    }

    /// Reads everything again, now and on this thread. `None` when nothing has changed.
    ///
    /// # Errors
    ///
    /// When the new state cannot be loaded, or not be recorded. The last good one stays.
    pub fn reload(&self) -> Result<Option<Arc<Change<T>>>, Arc<LiveError>> {
        self.state.reload()
    }

    /// Makes the configuration be read again soon, on the thread that also follows the files. For triggers of one's own.
    pub fn trigger(&self) -> Trigger {
        self.worker.trigger()
    }
}

impl<T: EnvConfig> State<T> {
    fn reload(&self) -> Result<Option<Arc<Change<T>>>, Arc<LiveError>> {
        let mut last_failure = locked(&self.reloading);
        match self.try_reload() {
            Ok(change) => {
                *last_failure = None;
                if let Some(change) = &change {
                    self.tell(|| Update::Changed(Arc::clone(change)));
                }
                Ok(change)
            }
            Err(error) => {
                let error = Arc::new(error);
                let said = error.to_string();
                if last_failure.as_ref() != Some(&said) {
                    *last_failure = Some(said);
                    self.record_failure(&error);
                    self.tell(|| Update::Kept(Arc::clone(&error)));
                }
                Err(error)
            }
        }
    }

    fn try_reload(&self) -> Result<Option<Arc<Change<T>>>, LiveError> {
        let before = self.current.load_full();
        let after = Arc::new(self.loader.load().map_err(LiveError::Load)?);
        let change = Change::between(before, after);
        if change.keys().is_empty() {
            return Ok(None);
        }
        let change = self.record(change)?;
        self.current.store(Arc::clone(change.after()));
        Ok(Some(Arc::new(change)))
    }

    /// Records a change before it counts.
    #[cfg(feature = "ledger")]
    fn record(&self, mut change: Change<T>) -> Result<Change<T>, LiveError> {
        if let Some(Recorder { ledger, context }) = &self.recorder {
            let recorded = change.after().record_in(ledger, context).map_err(LiveError::Record)?;
            change.recorded = Some(recorded);
        }
        Ok(change)
    }

    #[cfg(not(feature = "ledger"))]
    fn record(&self, change: Change<T>) -> Result<Change<T>, LiveError> {
        debug_assert!(self.recorder.is_none(), "there is no ledger to record in");
        Ok(change)
    }

    #[cfg(feature = "ledger")]
    fn record_failure(&self, error: &LiveError) {
        if let (LiveError::Load(error), Some(Recorder { ledger, context })) =
            (error, &self.recorder)
            && let Err(error) = self.loader.record_failure(error, ledger, context)
        {
            let error = Arc::new(LiveError::Record(error));
            self.tell(|| Update::Kept(Arc::clone(&error)));
        }
    }

    #[cfg(not(feature = "ledger"))]
    fn record_failure(&self, _: &LiveError) {}

    fn tell(&self, update: impl Fn() -> Update<T>) {
        locked(&self.subscribers).retain(|subscriber| subscriber.send(update()).is_ok());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T: EnvConfig> Clone for Live<T> {
    fn clone(&self) -> Self {
        Live { state: Arc::clone(&self.state), worker: Arc::clone(&self.worker) }
    }
}

impl<T: EnvConfig + fmt::Debug> fmt::Debug for Live<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Live").field(&*self.get()).finish()
    }
}

impl<T: EnvConfig> Clone for Update<T> {
    fn clone(&self) -> Self {
        match self {
            Update::Changed(change) => Update::Changed(Arc::clone(change)),
            Update::Kept(error) => Update::Kept(Arc::clone(error)),
        }
    }
}

/// One line for each changed key, or why nothing changed.
impl<T: EnvConfig> fmt::Display for Update<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Update::Changed(change) => change.fmt(f),
            Update::Kept(error) => write!(f, "the configuration stays as it was: {error}"),
        }
    }
}

impl<T: EnvConfig> fmt::Debug for Update<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Update::Changed(change) => f.debug_tuple("Changed").field(change).finish(),
            Update::Kept(error) => f.debug_tuple("Kept").field(error).finish(),
        }
    }
}

/// The configuration at one moment: derefs to [`Loaded`], and so to the configuration itself.
pub struct Current<T: EnvConfig>(arc_swap::Guard<Arc<Loaded<T>>>);

impl<T: EnvConfig> Deref for Current<T> {
    type Target = Loaded<T>;

    fn deref(&self) -> &Loaded<T> {
        &self.0
    }
}

impl<T: EnvConfig + fmt::Debug> fmt::Debug for Current<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Loaded::fmt(self, f)
    }
}
