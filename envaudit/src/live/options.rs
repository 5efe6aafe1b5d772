//! When a live configuration is read again, and its start.

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, mpsc};

use arc_swap::ArcSwap;

use super::expiry::Expiry;
use super::state::{LiveState, Recorder};
use super::worker::{Follow, Worker};
use super::{Live, LiveError, reported};
use crate::config::EnvConfig;
use crate::load::Loader;

/// When a configuration is read again. Made by [`Loader::live`]; without any further call it is read again only by
/// [`Live::reload`] and [`Live::trigger`].
#[must_use = "nothing is loaded until `start` is called"]
pub struct LiveOptions<T> {
    loader: Loader<T>,
    files: bool,
    sighup: bool,
    interval: Option<Duration>,
    settle: Duration,
    recorder: Option<Recorder>,
}

impl<T: EnvConfig> Loader<T> {
    /// Loads a configuration that is read again while the program runs: see [`live`](crate::live).
    pub fn live(self) -> LiveOptions<T> {
        LiveOptions {
            loader: self,
            files: false,
            sighup: false,
            interval: None,
            settle: Duration::from_millis(50),
            recorder: None,
        }
    }
}

impl<T: EnvConfig> LiveOptions<T> {
    /// Reads it again when one of its files changes: `.env` files, secret files, files that a `KEY_FILE` names. Files that
    /// are replaced by a rename are followed, and so are the volumes of Kubernetes, whose `..data` link is swapped, links of
    /// any kind, files that are mounted one by one, and folders that are moved away at any height and come back.
    ///
    /// Not seen are what providers fetch, what another machine writes on a network file system, and another file mounted over
    /// one that is there: for those, give an [interval](Self::every).
    ///
    /// All folders on the way to the files are watched, at most 4,096, and the files themselves, at most 1,024.
    pub fn watch_files(mut self) -> Self {
        self.files = true;
        self
    }

    /// How long files must have been left alone before they are read: what is written in several steps, with shorter pauses,
    /// is not read in between. Default: 50 ms.
    ///
    /// Files that never rest are read all the same after 20 times that. Values that are gone from a file count after 20 times
    /// that and a second at least: see [what is half written](crate::live#what-is-half-written).
    pub fn settle(mut self, time: Duration) -> Self {
        self.settle = time;
        self
    }

    /// Reads it again when the process receives SIGHUP, which then no longer ends it.
    #[cfg(unix)]
    pub fn on_sighup(mut self) -> Self {
        self.sighup = true;
        self
    }

    /// Reads it again whenever so much time has passed, providers included.
    pub fn every(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Records the start, each change, and each new state that cannot be loaded. A change counts once it is recorded.
    #[cfg(feature = "ledger")]
    pub fn record_to(
        mut self,
        ledger: Arc<crate::ledger::Ledger>,
        context: crate::ledger::Context,
    ) -> Self {
        self.recorder = Some(Recorder { ledger, context });
        self
    }
}

impl<T> LiveOptions<T>
where
    T: EnvConfig + Send + Sync,
    T::Audit: Send + Sync,
{
    /// Loads the configuration, and follows it from then on.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded, not be recorded, or not be followed as it was asked for.
    pub fn start(self) -> Result<Live<T>, LiveError> {
        let LiveOptions { loader, files, sighup, interval, settle, recorder } = self;
        let (sender, wakes) = mpsc::channel();
        let follow = Follow { files, sighup, interval, settle };
        // Before the first load: a change while it is read is not missed.
        let worker = Worker::prepare(&loader, &follow, sender)?;
        let loaded = load_first(&loader, recorder.as_ref())?;
        reported::started(&loaded);
        let expiry = Expiry::default();
        expiry.note(&loaded);
        let state = Arc::new(LiveState {
            loader,
            current: ArcSwap::from_pointee(loaded),
            recorder,
            expiry,
            reloading: Mutex::default(),
            subscribers: Mutex::default(),
        });
        let worker = worker.start(&state, follow, wakes)?;
        Ok(Live { state, worker: Arc::new(worker) })
    }
}

#[cfg(feature = "ledger")]
fn load_first<T: EnvConfig>(
    loader: &Loader<T>,
    recorder: Option<&Recorder>,
) -> Result<crate::Loaded<T>, LiveError> {
    let loaded = loader.load();
    let Some(Recorder { ledger, context }) = recorder else {
        return loaded.map_err(LiveError::Load);
    };
    match loaded {
        Ok(loaded) => match loaded.record_in(ledger, context) {
            Ok(_) => Ok(loaded),
            Err(error) => Err(LiveError::Record(error)),
        },
        Err(error) => {
            // Why it does not start matters more than that the ledger does not say so.
            let _ = loader.record_failure(&error, ledger, context);
            Err(LiveError::Load(error))
        }
    }
}

#[cfg(not(feature = "ledger"))]
fn load_first<T: EnvConfig>(
    loader: &Loader<T>,
    _: Option<&Recorder>,
) -> Result<crate::Loaded<T>, LiveError> {
    loader.load().map_err(LiveError::Load)
}

impl<T> fmt::Debug for LiveOptions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveOptions")
            .field("loader", &self.loader)
            .field("files", &self.files)
            .field("sighup", &self.sighup)
            .field("interval", &self.interval)
            .field("settle", &self.settle)
            .finish_non_exhaustive()
    }
}
