//! Warnings of variables that are deprecated, or set by a name that is.

use std::borrow::Cow;

use super::FieldReader;
use crate::audit::{AuditEntry, Warning};
use crate::schema::KeyRequest;

impl FieldReader<'_> {
    /// Warns by the name that was found, which is what a person has to change.
    #[cold]
    pub(super) fn warn_of_deprecation(&mut self, request: &'static KeyRequest, entry: &AuditEntry) {
        let key = request.key();
        let found = match entry.found_as {
            Some(Cow::Borrowed(name)) => name,
            _ => key,
        };
        let (source, location) = (entry.source, entry.location.clone());
        if let Some(instead) = request.field.deprecated {
            self.warnings.push(Warning::Deprecated { key, name: found, instead, source, location });
            return;
        }
        // `OLD` is replaced by the key, `OLD_FILE` by the name of the key's file.
        let instead = request.names.iter().filter(|name| name.deprecated).find_map(|name| {
            let of_file = (found == name.file).then_some(request.names[0].file);
            of_file.or_else(|| (found == name.text).then_some(key))
        });
        if let Some(instead) = instead {
            let warning = Warning::DeprecatedName { key, name: found, instead, source, location };
            self.warnings.push(warning);
        }
    }
}
