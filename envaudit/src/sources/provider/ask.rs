//! One call of a provider.

use core::fmt;
use core::time::Duration;
use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use chrono::{DateTime, Utc};

use crate::schema::KeyRequest;
use crate::schema::table::Table;
use crate::sources::environment::Environment;

/// What a [`Provider`](crate::Provider) is asked: which variables are wanted, and until when.
///
/// Whatever a provider waits for has to end at the [`deadline`](Self::deadline): a connection, an answer, the time before it
/// tries again.
#[derive(Clone)]
pub struct Ask<'a> {
    table: &'static Table,
    environment: Environment,
    now: DateTime<Utc>,
    deadline: Instant,
    is_given_up: Arc<AtomicBool>,
    known: &'a KnownVersions,
}

/// The versions that the last load received, by the name of the variable.
pub(crate) type KnownVersions = HashMap<String, Arc<str>>;

impl<'a> Ask<'a> {
    pub(super) fn new(
        table: &'static Table,
        environment: Environment,
        now: DateTime<Utc>,
        deadline: Instant,
        is_given_up: Arc<AtomicBool>,
        known: &'a KnownVersions,
    ) -> Self {
        Ask { table, environment, now, deadline, is_given_up, known }
    }

    /// The variables of the configuration, in the order of declaration.
    pub fn requests(&self) -> &'static [KeyRequest] {
        self.table.leaves
    }

    /// The prefix of the configuration's variables, such as `APP_`; empty if it has none.
    pub fn prefix(&self) -> &'static str {
        self.table.prefix()
    }

    /// Whether the keys are not known, as for a command that does not have the struct: whatever the provider has is wanted then,
    /// under the names that variables would have.
    pub fn lists_keys(&self) -> bool {
        self.table.leaves.is_empty()
    }

    /// When the load began, by the loader's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// When the load stops waiting.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// How much time is left; zero after the deadline.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether nobody waits for the answer any more.
    pub fn is_cancelled(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed) || self.remaining().is_zero()
    }

    /// A variable of the loader's environment, for what a store's own tools are configured by.
    pub fn variable(&self, name: &str) -> Option<OsString> {
        self.environment.get(name)
    }

    /// The version that the last load received for a variable, for a store that can be asked whether there is a newer one.
    pub fn known_version(&self, key: &str) -> Option<&str> {
        self.known.get(key).map(|version| &**version)
    }

    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }

    pub(super) fn table(&self) -> &'static Table {
        self.table
    }

    /// The same for another provider, which has to answer sooner.
    #[must_use]
    pub fn until(&self, deadline: Instant) -> Self {
        Ask { deadline: deadline.min(self.deadline), ..self.clone() }
    }
}

impl fmt::Debug for Ask<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&str> = self.requests().iter().map(KeyRequest::key).collect();
        f.debug_struct("Ask")
            .field("keys", &keys)
            .field("remaining", &self.remaining())
            .finish_non_exhaustive()
    }
}
