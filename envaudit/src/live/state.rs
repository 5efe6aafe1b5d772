//! The state of a live configuration, and how the next one takes its place.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use super::change::Change;
use super::error::LiveError;
use super::update::Update;
use crate::config::EnvConfig;
use crate::error::with_causes;
use crate::load::{Loaded, Loader};

/// What readers, the worker and callers of `reload` share.
pub(super) struct LiveState<T: EnvConfig> {
    pub(super) loader: Loader<T>,
    pub(super) current: ArcSwap<Loaded<T>>,
    pub(super) recorder: Option<Recorder>,
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

impl<T: EnvConfig> LiveState<T> {
    pub(super) fn reload(&self) -> Result<Option<Arc<Change<T>>>, Arc<LiveError>> {
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
                let said = with_causes(&*error);
                if last_failure.as_ref() != Some(&said) {
                    *last_failure = Some(said);
                    self.record_failure(&error);
                    self.tell(|| Update::Rejected(Arc::clone(&error)));
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
            self.tell(|| Update::Rejected(Arc::clone(&error)));
        }
    }

    #[cfg(not(feature = "ledger"))]
    fn record_failure(&self, _: &LiveError) {}

    pub(super) fn tell(&self, update: impl Fn() -> Update<T>) {
        locked(&self.subscribers).retain(|subscriber| subscriber.send(update()).is_ok());
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
