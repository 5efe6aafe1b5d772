//! A loaded configuration without its type.

use super::Loaded;
use super::texts::{Text, Texts};
use crate::audit::{Audit, AuditEntry, AuditFields};
use crate::config::EnvConfig;
use crate::schema::KeyRequest;
use crate::schema::table::Table;
use crate::sources::environment::Environment;

/// A configuration that was loaded, whatever its type.
pub(crate) struct LoadedView<'a> {
    /// The name of the struct.
    pub(crate) config: &'static str,
    /// The environment's name.
    pub(crate) environment_name: Option<&'a str>,
    /// What the load took for the process environment.
    pub(crate) environment: &'a Environment,
    table: &'static Table,
    entries: Vec<&'a AuditEntry>,
    texts: &'a Texts,
}

impl<'a> LoadedView<'a> {
    pub(super) fn new<A: AuditFields>(
        table: &'static Table,
        audit: &'a Audit<A>,
        texts: &'a Texts,
    ) -> Self {
        LoadedView {
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
    ) -> impl Iterator<Item = (&'static KeyRequest, &'a AuditEntry, Option<Text>)> {
        let entries = self.table.leaves.iter().zip(&self.entries).enumerate();
        entries.map(|(index, (request, entry))| {
            (request, *entry, self.texts.get(index, request, entry))
        })
    }
}

impl<T: EnvConfig> Loaded<T> {
    pub(crate) fn view(&self) -> LoadedView<'_> {
        LoadedView::new(T::TABLE, &self.audit, &self.texts)
    }
}
