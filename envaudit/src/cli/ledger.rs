//! The ledger of `--ledger`, to read or to write.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::key_file::{Given, key_in};
use super::stored::Stored;
use super::world::World;
use crate::ledger::store::{Store, StoreError, StoreErrorKind};
use crate::ledger::{AppendError, FileStore, KeyRing, Ledger, LedgerOptions, OpenError, ReadError};

/// The variables that hold the ledger's key.
pub(crate) const KEY_VARIABLES: [&str; 2] = ["ENVAUDIT_SIGNING_KEY", "ENVAUDIT_SIGNING_KEY_FILE"];

/// How long a lock is waited for where nothing else is said: longer than any write takes, shorter than patience.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);
/// Who waits longer than this wants to know for what.
const SOON: Duration = Duration::from_secs(1);

/// Keys besides the current one, which is in $ENVAUDIT_SIGNING_KEY, in the file of $ENVAUDIT_SIGNING_KEY_FILE, or beside
/// the ledger.
#[derive(Args, Default)]
pub(crate) struct RetiredKeys {
    /// A file with a key that was the ledger's before; repeatable
    #[arg(long = "retired-key", value_name = "FILE")]
    retired: Vec<PathBuf>,
}

impl World<'_> {
    /// The keys that the ledger is read with, as far as there are any.
    pub(crate) fn keys_of(&self, stored: &Stored, retired: &RetiredKeys) -> Result<Keys, Failure> {
        match self.with_keys(retired, &stored.store)?.keys_to_read(&stored.store) {
            Ok((ring, beside)) => Ok(Keys { ring, beside }),
            Err(OpenError::NoKey { .. }) => Ok(Keys { ring: None, beside: false }),
            Err(error) => Err(self.of_open(&error)),
        }
    }

    /// The ledger, to write to it.
    pub(crate) fn opened(&mut self, retired: &RetiredKeys) -> Result<Ledger, Failure> {
        self.opened_with(retired, |options| options)
    }

    /// The ledger, to write to it, with more options.
    pub(crate) fn opened_with(
        &mut self,
        retired: &RetiredKeys,
        more: impl FnOnce(LedgerOptions) -> LedgerOptions,
    ) -> Result<Ledger, Failure> {
        let stored = self.stored()?;
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
        more(options).open_in(stored.store).map_err(|error| self.of_open(&error))
    }

    /// The variables that a key is looked for in.
    fn variables(&self) -> impl Fn(&str) -> Option<OsString> + Send + Sync + 'static {
        let environment = self.env.clone();
        move |name| environment.get(name)
    }

    /// What a ledger is made with.
    pub(crate) fn options(&self) -> LedgerOptions {
        self.in_environment(LedgerOptions::new().variables(self.variables()))
    }

    fn in_environment(&self, options: LedgerOptions) -> LedgerOptions {
        options.environment(self.environment_name().as_deref().unwrap_or_default())
    }

    /// Where the key is that the environment gives.
    pub(crate) fn given_key(&self) -> Option<Given> {
        let [variable, file] = KEY_VARIABLES;
        match self.env.get(variable) {
            Some(_) => Some(Given::Variable),
            None => self.env.get(file).map(|path| Given::File(path.into())),
        }
    }

    /// The environment that was named.
    pub(crate) fn environment_name(&self) -> Option<String> {
        let variable = || self.env.get("ENVAUDIT_ENV").and_then(|name| name.into_string().ok());
        self.globals.environment.clone().or_else(variable)
    }

    fn with_keys(
        &self,
        retired: &RetiredKeys,
        store: &FileStore,
    ) -> Result<LedgerOptions, Failure> {
        let mut options = LedgerOptions::new().variables(self.variables());
        if retired.retired.is_empty() {
            return Ok(options);
        }
        let ring = options.keys_to_read(store).ok().and_then(|(ring, _)| ring);
        for path in &retired.retired {
            let key = key_in(path)?;
            if ring.as_ref().is_some_and(|ring| ring.current().id() == key.id()) {
                let path = path.display();
                return Err(Failure::usage(format!(
                    "{path} has the current key, and no retired one"
                ))
                .hint(
                    "`--retired-key` is for keys that were the ledger's before; leave this one out",
                ));
            }
            options = options.retired_key(key);
        }
        Ok(options)
    }

    /// Why there is no ledger to work with.
    pub(crate) fn of_open(&self, error: &OpenError) -> Failure {
        let dir = self.ledger_dir();
        let dir = dir.display();
        let verify = "`envaudit verify` says what is wrong with it";
        match error {
            OpenError::Absent => Failure::unavailable(format!("there is no ledger in `{dir}`"))
                .hint("make one with `envaudit ledger init`, or name another with `--ledger DIR`"),
            OpenError::Exists => {
                Failure::unavailable(format!("there is a ledger in `{dir}` already"))
                    .hint("a ledger is never begun anew; name another folder with `--ledger DIR`")
            }
            OpenError::Manifest(_)
            | OpenError::Downgraded
            | OpenError::Damaged(_)
            | OpenError::BehindHead { .. }
            | OpenError::Lost { .. }
            | OpenError::Anchor(
                crate::ledger::anchor::AnchorError::Behind { .. }
                | crate::ledger::anchor::AnchorError::Conflict { .. },
            ) => Failure { message: Some(chain(error)), ..Failure::finding() }.hint(verify),
            OpenError::Append(cause) if matches!(**cause, AppendError::Rotation(_)) => told(error)
                .hint("ENVAUDIT_SIGNING_KEY_FILE is to name the current key, and `--retired-key` the older ones"),
            OpenError::KeyUnknown(_) => told(error).hint(
                "give the current key in ENVAUDIT_SIGNING_KEY_FILE; `--retired-key FILE` adds an older one",
            ),
            OpenError::NoKey { why } => Failure::unavailable(*why).hint(
                "give the key in ENVAUDIT_SIGNING_KEY, or in the file that ENVAUDIT_SIGNING_KEY_FILE names",
            ),
            OpenError::Head(_) => Failure { message: Some(chain(error)), ..Failure::finding() }.hint(
                "`envaudit verify --anchor FILE` says whether events are missing; if none are, remove `HEAD`: the next \
                 writer makes it anew",
            ),
            OpenError::Store(error) => error.into(),
            _ => told(error),
        }
    }
}

/// Whether another writer has the ledger for so long.
fn is_held(store: &FileStore, time: Duration) -> bool {
    match crate::ledger::__private::wait_for_lock(store, time) {
        Err(error) => error.kind() == StoreErrorKind::Locked,
        Ok(()) => {
            store.unlock();
            false
        }
    }
}

/// The keys that a ledger is read with.
pub(crate) struct Keys {
    pub(crate) ring: Option<KeyRing>,
    /// Whether they lie beside the ledger.
    pub(crate) beside: bool,
}

/// Something that could not be read or written, with all its causes.
pub(crate) fn told(error: &dyn Error) -> Failure {
    Failure::unavailable(chain(error))
}

impl From<&StoreError> for Failure {
    fn from(error: &StoreError) -> Self {
        match error.kind() {
            StoreErrorKind::Locked => told(error).hint(
                "another command or program writes to the ledger, or hangs: `fuser` and `lsof` say which has this file \
                 open; `--lock-timeout` says how long to wait",
            ),
            StoreErrorKind::Replaced => Failure { message: Some(chain(error)), ..Failure::finding() }
                .hint("the ledger never makes such a thing: find out who did, and keep it as evidence"),
            _ => told(error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::from(&error)
    }
}

/// What could not be read of a ledger.
pub(crate) fn of_read(error: &ReadError) -> Failure {
    match error {
        ReadError::Store(error) => error.into(),
        _ => Failure { message: Some(chain(error)), ..Failure::finding() }
            .hint("`envaudit verify` says what is wrong with it"),
    }
}

/// What was not appended, and whether the ledger itself is why.
pub(crate) fn of_append(error: &AppendError) -> Failure {
    match error {
        AppendError::Damaged(_) => Failure { message: Some(chain(error)), ..Failure::finding() }
            .hint("`envaudit verify` says what is wrong with it"),
        AppendError::Event(_) | AppendError::Rotation(_) => Failure::usage(chain(error)),
        AppendError::Rejected(cause) => Failure { message: Some(chain(error)), ..cause.into() },
        _ => told(error),
    }
}

/// An error and its causes, each of them once.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}
