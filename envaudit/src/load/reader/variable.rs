//! A variable of the process environment, or the file that one names.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;

use super::named_file;
use crate::audit::AuditEntry;
use crate::error::Problem;
use crate::load::settings::LoadSettings;
use crate::schema::KeyRequest;
use crate::schema::table::Name;
use crate::sources::{Location, Source};
use crate::value::Raw;

/// A variable of the process environment.
pub(super) struct Variable {
    pub(super) name: &'static Name,
    /// Whether the value is the path of a file that holds it.
    file: bool,
    value: OsString,
}

/// The variable under any of its names. What the environment has under the key itself is already known.
pub(super) fn in_environment(
    settings: &LoadSettings,
    request: &'static KeyRequest,
    under_key: Option<OsString>,
) -> Option<Variable> {
    let counts = |value: &OsString| !(settings.empty_as_unset && value.is_empty());
    let found = |name: &'static Name, file, value| Variable { name, file, value };
    if let Some(value) = under_key.filter(counts) {
        return Some(found(&request.names[0], false, value));
    }
    for alias in &request.names[1..] {
        if let Some(value) = settings.environment.get(alias.text).filter(counts) {
            return Some(found(alias, false, value));
        }
    }
    let mut files = request.names.iter().filter(|name| name.reads_file);
    files.find_map(|name| {
        let value = settings.environment.get(name.file).filter(counts)?;
        Some(found(name, true, value))
    })
}

pub(super) fn found_in_environment<'a>(
    request: &'static KeyRequest,
    variable: Variable,
    entry: &mut AuditEntry,
) -> Result<Raw<'a>, Box<Problem>> {
    entry.source = Source::System;
    let Variable { name, file, value } = variable;
    if !file {
        if name.rank > 0 {
            entry.found_as = Some(Cow::Borrowed(name.text));
        }
        return Ok(Raw::os(value));
    }
    let path = Path::new(&value);
    let location = Location::File { path: path.into(), line: None };
    let content = named_file::read(request, name, Path::new(""), path)
        .map_err(|unreadable| named_file::in_environment(unreadable, location.clone()))?;
    entry.location = Some(location);
    entry.found_as = Some(Cow::Borrowed(name.file));
    Ok(Raw::os(content))
}
