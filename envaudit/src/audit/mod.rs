//! Where every value of a loaded configuration came from.

mod drift;
mod entry;
mod json;
mod policy;
mod snapshot;
mod summary;
mod table;
mod warning;

use core::fmt;
use core::mem::ManuallyDrop;
use core::ops::Deref;

pub use drift::{Drift, DriftChange};
pub use entry::{AuditEntry, BLANK};
pub use policy::{Policy, PolicyError, PolicyViolation, PolicyViolations};
use serde::{Serialize, Serializer};
pub use snapshot::{AuditSnapshot, SnapshotError};
pub use summary::AuditSummary;
pub use warning::Warning;

use crate::schema::Key;
use crate::schema::table::Table;
use crate::sources::Source;

/// The audit of a load: the typed struct that the derive generated, and look-ups over all of it.
///
/// `A` is that struct: `cfg.audit().db.password.source` is a field access, checked by the compiler.
///
/// ```
/// # use envaudit::{EnvConfig, SecretString, Source};
/// #[derive(EnvConfig)]
/// struct Config {
///     #[env(default = 8080)]
///     port: u16,
///     api_key: SecretString,
/// }
///
/// let cfg = Config::loader().vars([("API_KEY", "s3cret")]).load()?;
/// let audit = cfg.audit();
/// assert_eq!(audit.api_key.source, Source::System);
/// assert_eq!(audit.get("PORT").unwrap().source, Source::SchemaDefault);
/// assert_eq!(audit.get_by_source(Source::File).count(), 0);
/// assert!(audit.secrets().all(|entry| entry.masked));
/// assert!(!audit.to_json().contains("s3cret"));
/// # Ok::<(), envaudit::LoadError>(())
/// ```
// The compiler looks through `ManuallyDrop` for nothing when it drops a value. Without it, a nested struct that does not
// derive `EnvConfig` would be an error wherever a configuration with it goes out of scope.
pub struct Audit<A>(ManuallyDrop<Option<Box<Record<A>>>>);

#[derive(Clone)]
struct Record<A> {
    fields: A,
    table: &'static Table,
    warnings: Vec<Warning>,
    environment: Option<String>,
}

/// Gives the entries of a typed audit by position. The derive implements it.
pub trait AuditFields: Sized {
    #[doc(hidden)]
    const __BLANK: Self;
    #[doc(hidden)]
    fn __entry(&self, index: usize) -> Result<&AuditEntry, usize>;
}

/// `Debug` of a typed audit, for the derive's code.
#[doc(hidden)]
pub fn debug(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    fields: &[(&str, &dyn fmt::Debug)],
) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    for (name, value) in fields {
        shown.field(name, value);
    }
    shown.finish()
}

impl<A: AuditFields> Audit<A> {
    /// An audit whose entries are still blank.
    pub(crate) fn blank(table: &'static Table, environment: Option<String>) -> Self {
        // Written where it stays: it is large.
        let warnings = Vec::new();
        let record = Box::new_uninit();
        let record =
            Box::write(record, Record { fields: A::__BLANK, table, warnings, environment });
        Audit(ManuallyDrop::new(Some(record)))
    }

    pub(crate) fn fields_mut(&mut self) -> &mut A {
        &mut self.record_mut().fields
    }

    pub(crate) fn set_warnings(&mut self, warnings: Vec<Warning>) {
        self.record_mut().warnings = warnings;
    }

    /// The entry of a key.
    pub fn get(&self, key: &str) -> Option<&AuditEntry> {
        let name = self.record().table.find(key.as_bytes()).filter(|name| name.rank == 0)?;
        Some(self.at(name.leaf.into()))
    }

    /// The entry of a key that the compiler has checked.
    pub fn entry<T>(&self, key: Key<T>) -> &AuditEntry
    where
        T: crate::EnvConfig<Audit = A>,
    {
        self.at(key.index())
    }

    /// All entries, in the order of declaration.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &AuditEntry> {
        (0..self.record().table.leaves.len()).map(|index| self.at(index))
    }

    /// The entries whose value came from a source.
    pub fn get_by_source(&self, source: Source) -> impl Iterator<Item = &AuditEntry> {
        self.entries().filter(move |entry| entry.source == source)
    }

    /// The entries whose value must not be shown.
    pub fn secrets(&self) -> impl Iterator<Item = &AuditEntry> {
        self.entries().filter(|entry| entry.masked)
    }

    /// How many variables there are, by source and by provider.
    pub fn summary(&self) -> AuditSummary {
        AuditSummary::of(self.entries())
    }

    /// What the load noticed that is not an error: deprecated variables, providers that failed.
    pub fn warnings(&self) -> &[Warning] {
        &self.record().warnings
    }

    /// The name of the environment that was loaded, such as `prod`.
    pub fn environment(&self) -> Option<&str> {
        self.record().environment.as_deref()
    }

    /// An object by key, without any value. Each member has at least `key`, `source`, `provider`, `masked` and `timestamp`.
    pub fn to_json(&self) -> String {
        json::compact(self)
    }

    /// [`to_json`](Self::to_json) with line breaks and indentation.
    pub fn to_json_pretty(&self) -> String {
        json::pretty(self)
    }

    /// An owned copy, to keep or to compare.
    pub fn snapshot(&self) -> AuditSnapshot {
        AuditSnapshot::new(self.entries().cloned())
    }

    /// What has changed since a snapshot was taken.
    pub fn diff(&self, before: &AuditSnapshot) -> Drift {
        Drift::between(before, &self.snapshot())
    }

    /// Whether the rules of a policy are kept.
    ///
    /// # Errors
    ///
    /// Every violation there is.
    pub fn check(&self, policy: &Policy) -> Result<(), PolicyViolations> {
        policy.check(self.entries(), self.environment())
    }

    fn at(&self, index: usize) -> &AuditEntry {
        match self.record().fields.__entry(index) {
            Ok(entry) => entry,
            Err(_) => unreachable!("the derive generated an entry for each key"),
        }
    }
}

impl<A> Audit<A> {
    fn record(&self) -> &Record<A> {
        match &*self.0 {
            Some(record) => record,
            None => unreachable!("the record is taken when the audit is dropped"),
        }
    }

    fn record_mut(&mut self) -> &mut Record<A> {
        match &mut *self.0 {
            Some(record) => record,
            None => unreachable!("the record is taken when the audit is dropped"),
        }
    }
}

impl<A: Clone> Clone for Audit<A> {
    fn clone(&self) -> Self {
        Audit(self.0.clone())
    }
}

impl<A> Drop for Audit<A> {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

impl<A> Deref for Audit<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.record().fields
    }
}

/// The object of [`to_json`](Audit::to_json).
impl<A: AuditFields> Serialize for Audit<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries().map(|entry| (&entry.key, entry)))
    }
}

/// A table: key, source, location and whether the value is masked.
impl<A: AuditFields> fmt::Display for Audit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(f, self.entries())
    }
}

impl<A: AuditFields> fmt::Debug for Audit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries()).finish()
    }
}
