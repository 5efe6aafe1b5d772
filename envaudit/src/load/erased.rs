//! A loaded configuration without its type.

use super::Loaded;
use super::loaded_texts::{LoadedText, LoadedTexts};
use crate::audit::{Audit, AuditEntry, AuditFields};
use crate::config::EnvConfig;
use crate::schema::KeyRequest;
use crate::schema::table::Table;
use crate::sources::environment::Environment;

/// A configuration that was loaded, whatever its type.
pub(crate) struct ErasedLoad<'a> {
    /// The name of the struct.
    pub(crate) config: &'static str,
    /// The environment's name.
    pub(crate) environment_name: Option<&'a str>,
    /// What the load took for the process environment.
    pub(crate) environment: &'a Environment,
    table: &'static Table,
    entries: Vec<&'a AuditEntry>,
    texts: &'a LoadedTexts,
}

impl<'a> ErasedLoad<'a> {
    pub(super) fn new<A: AuditFields>(
        table: &'static Table,
        audit: &'a Audit<A>,
        texts: &'a LoadedTexts,
    ) -> Self {
        ErasedLoad {
            config: table.schema.name,
            environment_name: audit.environment(),
            environment: texts.environment(),
            table,
            entries: audit.entries().collect(),
            texts,
        }
    }

    /// Each key with where its value came from and what its text was; `None` where a field was left empty.
    pub(crate) fn texts(
        &self,
    ) -> impl Iterator<Item = (&'static KeyRequest, &'a AuditEntry, Option<LoadedText>)> {
        self.texts.by_key(self.table, self.entries.iter().copied())
    }
}

impl<T: EnvConfig> Loaded<T> {
    pub(crate) fn erased(&self) -> ErasedLoad<'_> {
        ErasedLoad::new(T::TABLE, &self.audit, &self.texts)
    }
}
