//! A loader that records its loads.

use core::fmt;

use super::context::Context;
use super::recorder::{RecordError, Recorded, record_failure};
use crate::config::EnvConfig;
use crate::error::{LoadError, with_causes};
use crate::ledger::Ledger;
use crate::load::{Loaded, Loader};

impl<T: EnvConfig> Loader<T> {
    /// Records each load in a ledger: the changes since the last one, or the problems if it fails.
    ///
    /// ```
    /// use envaudit::EnvConfig;
    /// use envaudit::ledger::testing::MemoryStore;
    /// use envaudit::ledger::{Context, LedgerOptions, MasterKey};
    ///
    /// #[derive(EnvConfig)]
    /// struct Config {
    ///     port: u16,
    /// }
    ///
    /// # let options = LedgerOptions::new().key(MasterKey::from_bytes([7; 32]));
    /// // In a program: `Ledger::open_or_init("audit")?`.
    /// let ledger = options.init_in(MemoryStore::default())?;
    /// let cfg = Config::loader().vars([("PORT", "80")]).record_to(&ledger, Context::new()).load()?;
    /// assert_eq!(cfg.port, 80);
    ///
    /// let loader = Config::loader().vars([("PORT", "none")]);
    /// assert!(loader.record_to(&ledger, Context::new()).load().is_err());
    /// let outcomes: Vec<String> = ledger
    ///     .reader()
    ///     .events()?
    ///     .map(|event| Ok(event?.line()?.outcome.to_string()))
    ///     .collect::<Result<_, Box<dyn std::error::Error>>>()?;
    /// assert_eq!(outcomes, ["success", "success", "failure"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn record_to(self, ledger: &Ledger, context: Context) -> RecordedLoader<'_, T> {
        RecordedLoader { loader: self, ledger, context }
    }
}

/// A [`Loader`] whose loads are recorded. Created by [`Loader::record_to`].
#[must_use = "a loader reads nothing until `load` is called"]
pub struct RecordedLoader<'l, T> {
    loader: Loader<T>,
    ledger: &'l Ledger,
    context: Context,
}

impl<T: EnvConfig> RecordedLoader<'_, T> {
    /// Loads the configuration and records it. It is returned only when the record is durable.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded or recorded.
    pub fn load(&self) -> Result<Loaded<T>, RecordedLoadError> {
        self.load_recorded().map(|(loaded, _)| loaded)
    }

    /// [`load`](Self::load), also returning the record.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded or recorded.
    pub fn load_recorded(&self) -> Result<(Loaded<T>, Recorded), RecordedLoadError> {
        match self.loader.load() {
            Ok(loaded) => match loaded.record_in(self.ledger, &self.context) {
                Ok(recorded) => Ok((loaded, recorded)),
                Err(error) => Err(RecordedLoadError::NotRecorded(error)),
            },
            Err(error) => {
                let record = self.loader.record_failure(&error, self.ledger, &self.context);
                Err(RecordedLoadError::Load { error, not_recorded: record.err() })
            }
        }
    }
}

impl<T: EnvConfig> Loader<T> {
    /// Records that a load of this loader failed.
    pub(crate) fn record_failure(
        &self,
        error: &LoadError,
        ledger: &Ledger,
        context: &Context,
    ) -> Result<(), RecordError> {
        let environment = self.environment_name();
        let variables = self.process_environment();
        record_failure(ledger, error, environment.as_deref(), variables, context).map(drop)
    }
}

impl<T> fmt::Debug for RecordedLoader<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedLoader")
            .field("loader", &self.loader)
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

/// The reason why a configuration was not returned.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum RecordedLoadError {
    /// It cannot be loaded.
    #[error("{error}{}", besides(.not_recorded.as_ref()))]
    Load {
        /// All problems.
        error: LoadError,
        /// The reason why the failure was not recorded, if it was not.
        not_recorded: Option<RecordError>,
    },
    /// It was loaded, and could not be recorded.
    #[error(transparent)]
    NotRecorded(RecordError),
}

/// The second error, which is not the cause of the first.
fn besides(not_recorded: Option<&RecordError>) -> String {
    not_recorded.map_or_else(String::new, |error| format!("\nbesides, {}", with_causes(error)))
}

/// The text with its causes, because that is what `main` and `unwrap` print.
impl fmt::Debug for RecordedLoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_causes(self))
    }
}
