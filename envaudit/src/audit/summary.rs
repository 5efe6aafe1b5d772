//! Counts over an audit.

use core::fmt;
use std::collections::BTreeMap;

use serde::Serialize;

use super::AuditEntry;
use crate::sources::Source;

/// Counts over an audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AuditSummary {
    /// All variables.
    pub total_variables: usize,
    /// Those whose value is secret.
    pub masked_variables: usize,
    /// By source; a source that supplied nothing is left out.
    pub sources: BTreeMap<Source, usize>,
    /// By the name of the provider.
    pub providers: BTreeMap<String, usize>,
}

impl AuditSummary {
    pub(super) fn of<'a>(entries: impl Iterator<Item = &'a AuditEntry>) -> Self {
        let mut summary = AuditSummary {
            total_variables: 0,
            masked_variables: 0,
            sources: BTreeMap::new(),
            providers: BTreeMap::new(),
        };
        for entry in entries {
            summary.total_variables += 1;
            summary.masked_variables += usize::from(entry.masked);
            *summary.sources.entry(entry.source).or_default() += 1;
            if let Some(provider) = &entry.provider {
                *summary.providers.entry(provider.to_string()).or_default() += 1;
            }
        }
        summary
    }
}

/// `12 variables, 2 of them secret (system 9, file 2, schema_default 1)`.
impl fmt::Display for AuditSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.total_variables == 1 { "" } else { "s" };
        write!(f, "{} variable{plural}", self.total_variables)?;
        write!(f, ", {} of them secret (", self.masked_variables)?;
        for (at, (source, count)) in self.sources.iter().enumerate() {
            write!(f, "{}{source} {count}", if at == 0 { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}
