//! The ledger, opened to be written to, and its keys.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::key_file::{GivenKey, read_key};
use super::read::StoredLedger;
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::ledger::store::{StoreErrorKind, StoreLock};
use crate::ledger::{FileStore, KeyRing, Ledger, LedgerOptions, OpenError};

/// The variables that hold the ledger's key.
pub(crate) const KEY_VARIABLES: [&str; 2] = ["ENVAUDIT_SIGNING_KEY", "ENVAUDIT_SIGNING_KEY_FILE"];

/// The default of `--lock-timeout`: longer than any write takes, and short enough to wait for.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);
/// After this time the command says what it waits for.
const SOON: Duration = Duration::from_secs(1);

/// Keys besides the current one, which is in $ENVAUDIT_SIGNING_KEY, in the file of $ENVAUDIT_SIGNING_KEY_FILE, or beside
/// the ledger.
#[derive(Args, Default)]
pub(crate) struct RetiredKeys {
    /// A file with a key that was the ledger's before; repeatable
    #[arg(long = "retired-key", value_name = "FILE")]
    retired: Vec<PathBuf>,
}

impl Invocation<'_> {
    /// The keys to read the ledger with, if there are any.
    pub(crate) fn ledger_keys(
        &self,
        stored: &StoredLedger,
        retired: &RetiredKeys,
    ) -> Result<LedgerKeys, CliError> {
        match self.with_keys(retired, &stored.store)?.keys_to_read(&stored.store) {
            Ok((ring, beside)) => Ok(LedgerKeys { ring, beside }),
            Err(OpenError::NoKey { .. }) => Ok(LedgerKeys { ring: None, beside: false }),
            Err(error) => Err(self.open_error(&error)),
        }
    }

    /// Opens the ledger to write to it.
    pub(crate) fn open_ledger(&mut self, retired: &RetiredKeys) -> Result<Ledger, CliError> {
        self.open_ledger_with(retired, |options| options)
    }

    /// Opens the ledger to write to it, with more options.
    pub(crate) fn open_ledger_with(
        &mut self,
        retired: &RetiredKeys,
        more: impl FnOnce(LedgerOptions) -> LedgerOptions,
    ) -> Result<Ledger, CliError> {
        let stored = self.stored_ledger()?;
        let mut options = self.in_environment(self.with_keys(retired, &stored.store)?);
        let given = KEY_VARIABLES.iter().any(|name| self.env.get(name).is_some());
        if stored.is_unkeyed() && !given {
            options = options.unkeyed();
        }
        let limit = self.globals.lock_timeout.unwrap_or(LOCK_TIMEOUT);
        options = options.lock_timeout(limit);
        if self.out.shows_progress() && limit > SOON && is_held(&stored.store, SOON) {
            let dir = self.ledger_dir();
            self.out.note(&format!(
                "waiting for another process that writes to the ledger in `{}`",
                dir.display()
            ));
        }
        let opened = more(options).open_in(stored.store);
        let ledger = opened.map_err(|error| self.open_error(&error))?;
        self.warn_of(&ledger);
        Ok(ledger)
    }

    /// Says what is not as it should be about a ledger that was opened or made.
    pub(crate) fn warn_of(&mut self, ledger: &Ledger) {
        for warning in ledger.warnings() {
            self.out.warn(&warning.to_string());
        }
    }

    /// The variables that a key is looked for in.
    fn variables(&self) -> impl Fn(&str) -> Option<OsString> + Send + Sync + 'static {
        let environment = self.env.clone();
        move |name| environment.get(name)
    }

    /// The options to make a ledger with.
    pub(crate) fn options(&self) -> LedgerOptions {
        self.in_environment(LedgerOptions::new().variables(self.variables()))
    }

    fn in_environment(&self, options: LedgerOptions) -> LedgerOptions {
        options.environment(self.environment_name().as_deref().unwrap_or_default())
    }

    /// The place of the key that the environment gives.
    pub(crate) fn given_key(&self) -> Option<GivenKey> {
        let [variable, file] = KEY_VARIABLES;
        match self.env.get(variable) {
            Some(_) => Some(GivenKey::Variable),
            None => self.env.get(file).map(|path| GivenKey::File(path.into())),
        }
    }

    /// The name of the environment, such as `prod`.
    pub(crate) fn environment_name(&self) -> Option<String> {
        let variable = || self.env.get("ENVAUDIT_ENV").and_then(|name| name.into_string().ok());
        self.globals.environment.clone().or_else(variable)
    }

    fn with_keys(
        &self,
        retired: &RetiredKeys,
        store: &FileStore,
    ) -> Result<LedgerOptions, CliError> {
        let mut options = LedgerOptions::new().variables(self.variables());
        if retired.retired.is_empty() {
            return Ok(options);
        }
        let ring = options.keys_to_read(store).ok().and_then(|(ring, _)| ring);
        for path in &retired.retired {
            let key = read_key(path)?;
            if ring.as_ref().is_some_and(|ring| ring.current().id() == key.id()) {
                let path = path.display();
                return Err(CliError::usage(format!(
                    "{path} has the current key, not a retired one"
                ))
                .hint(
                    "`--retired-key` is for keys that were the ledger's before; leave this one out",
                ));
            }
            options = options.retired_key(key);
        }
        Ok(options)
    }
}

/// Whether another writer holds the ledger for all of this time.
fn is_held(store: &FileStore, time: Duration) -> bool {
    match crate::ledger::__private::wait_for_lock(store, time) {
        Err(error) => error.kind() == StoreErrorKind::Locked,
        Ok(()) => {
            store.unlock();
            false
        }
    }
}

/// The keys to read a ledger with.
pub(crate) struct LedgerKeys {
    pub(crate) ring: Option<KeyRing>,
    /// Whether they are kept beside the ledger.
    pub(crate) beside: bool,
}
