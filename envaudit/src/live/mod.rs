//! A configuration that is read again while the program runs: when its files change, on SIGHUP, on an interval, or on
//! request.
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
//! A new state that cannot be loaded changes nothing: the last good one stays, and subscribers learn why. With a ledger,
//! a new state counts once it is recorded. One load sees the files of one moment: those of a Kubernetes volume, or behind any
//! other link that is replaced, are all read where the link led when it was met first.
//!
//! # What is half written
//!
//! Files are read once they have been left alone for the time of [`settle`](LiveOptions::settle). What would take away a value
//! that a file supplied, because the file is empty or gone or ends too early, could still be half of a write. It counts if it
//! stays so for 20 times that, and for a second at least; if the file comes back meanwhile, nothing has happened. Nor are
//! failures told before that if they may come from half a write: something is missing, cannot be read or understood.
//! [`Live::reload`], a [`Trigger`] and SIGHUP do not wait: they say that the files are as they should be.
//!
//! # Logs and metrics
//!
//! With the features `tracing` and `metrics`, each reload is an event that says what changed, or why the former state stays, and
//! sets gauges. The repository's `docs/observability.md` lists both.

mod change;
mod error;
mod expiry;
mod options;
mod reported;
mod state;
mod update;
mod watch;
mod watch_list;
mod worker;

use core::fmt;
use core::ops::Deref;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

pub use self::change::{Change, KeyChange};
pub use self::error::LiveError;
pub use self::options::LiveOptions;
use self::state::{LiveState, locked};
pub use self::update::Update;
pub use self::worker::Trigger;
use self::worker::Worker;
use crate::config::EnvConfig;
use crate::load::Loaded;

/// A configuration that is read again while the program runs. Made by [`Loader::live`](crate::Loader::live); clones are the
/// same one. When the last is dropped, nothing is watched any more.
pub struct Live<T: EnvConfig> {
    state: Arc<LiveState<T>>,
    worker: Arc<Worker>,
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

    /// Returns a handle by which the configuration is read again soon, on the thread that also follows the files: for custom
    /// triggers.
    pub fn trigger(&self) -> Trigger {
        self.worker.trigger()
    }
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
