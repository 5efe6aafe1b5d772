//! The state of a live configuration, and how the next one takes its place.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use super::change::Change;
use super::error::LiveError;
use super::expiry::Expiry;
use super::reported;
use super::update::Update;
use crate::config::EnvConfig;
use crate::error::{LoadError, ProblemKind, with_causes};
use crate::load::{Loaded, Loader};

/// What readers, the worker and callers of `reload` share.
pub(super) struct LiveState<T: EnvConfig> {
    pub(super) loader: Loader<T>,
    pub(super) current: ArcSwap<Loaded<T>>,
    pub(super) recorder: Option<Recorder>,
    pub(super) expiry: Expiry,
    /// One reload at a time. Holds why the last one failed, so that the same failure is reported once.
    pub(super) reloading: Mutex<Option<String>>,
    pub(super) subscribers: Mutex<Vec<Sender<Update<T>>>>,
}

/// Where changes are recorded.
#[cfg(feature = "ledger")]
pub(super) struct Recorder {
    pub(super) ledger: Arc<crate::ledger::Ledger>,
    pub(super) context: crate::ledger::Context,
}

#[cfg(not(feature = "ledger"))]
pub(super) enum Recorder {}

/// What came of reading again.
pub(super) enum Reload<T: EnvConfig> {
    Changed(Arc<Change<T>>),
    Unchanged,
    /// It looks as if a file were being written just now; with the failure, if it is one.
    Unsettled(Option<Arc<LiveError>>),
}

impl<T: EnvConfig> LiveState<T> {
    /// Reads again, and takes what is there.
    pub(super) fn reload(&self) -> Result<Option<Arc<Change<T>>>, Arc<LiveError>> {
        match self.reload_if(true)? {
            Reload::Changed(change) => Ok(Some(change)),
            Reload::Unchanged | Reload::Unsettled(_) => Ok(None),
        }
    }

    /// Reads again. What looks as if it were half written is taken only if the files are `settled`.
    pub(super) fn reload_if(&self, settled: bool) -> Result<Reload<T>, Arc<LiveError>> {
        let mut last_failure = locked(&self.reloading);
        match self.try_reload(settled) {
            Ok(Reload::Unsettled(failure)) => {
                reported::unsettled::<T>();
                Ok(Reload::Unsettled(failure))
            }
            Ok(reload) => {
                *last_failure = None;
                if let Reload::Changed(change) = &reload {
                    reported::changed(change);
                    self.tell(|| Update::Changed(Arc::clone(change)));
                }
                Ok(reload)
            }
            Err(error) => {
                let error = Arc::new(error);
                let said = with_causes(&*error);
                let is_news = last_failure.as_ref() != Some(&said);
                reported::kept::<T>(&error, is_news, || self.loader.now());
                if is_news {
                    *last_failure = Some(said);
                    self.record_failure(&error);
                    self.tell(|| Update::Rejected(Arc::clone(&error)));
                }
                Err(error)
            }
        }
    }

    fn try_reload(&self, settled: bool) -> Result<Reload<T>, LiveError> {
        let before = self.current.load_full();
        let after = match self.loader.load_unreported() {
            Ok(after) => {
                self.expiry.note(&after);
                Arc::new(after)
            }
            Err(error) if !settled && is_perhaps_unfinished(&error) => {
                self.expiry.failed();
                return Ok(Reload::Unsettled(Some(Arc::new(LiveError::Load(error)))));
            }
            Err(error) => {
                self.expiry.failed();
                return Err(LiveError::Load(error));
            }
        };
        let change = Change::between(before, after, |source| self.loader.rank(source));
        if change.keys().is_empty() {
            reported::unchanged(change.after());
            return Ok(Reload::Unchanged);
        }
        if !settled && change.has_loss() {
            return Ok(Reload::Unsettled(None));
        }
        let change = self.record(change)?;
        self.current.store(Arc::clone(change.after()));
        Ok(Reload::Changed(Arc::new(change)))
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
            self.tell(|| Update::Rejected(Arc::clone(&error)));
        }
    }

    #[cfg(not(feature = "ledger"))]
    fn record_failure(&self, _: &LiveError) {}

    pub(super) fn tell(&self, update: impl Fn() -> Update<T>) {
        locked(&self.subscribers).retain(|subscriber| subscriber.send(update()).is_ok());
    }
}

/// Whether a load may have failed because a file was read before all of it was written: any value may be cut short.
fn is_perhaps_unfinished(error: &LoadError) -> bool {
    let is_of_files = |kind| !matches!(kind, ProblemKind::Provider | ProblemKind::Setting);
    error.problems().iter().any(|problem| is_of_files(problem.kind()))
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
