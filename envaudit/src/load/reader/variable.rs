//! A variable of the process environment, or the file that one names.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;

use super::conflict::OtherValues;
use super::named_file;
use crate::audit::AuditEntry;
use crate::error::Problem;
use crate::load::settings::LoadSettings;
use crate::schema::KeyRequest;
use crate::schema::table::Name;
use crate::sources::links::Links;
use crate::sources::{Location, Source, secret_file};
use crate::value::Raw;

/// A variable of the process environment.
pub(super) struct Variable {
    pub(super) name: &'static Name,
    /// Whether the value is the path of a file that holds it.
    file: bool,
    value: OsString,
}

impl Variable {
    /// The name that is set.
    pub(super) fn set_name(&self) -> &'static str {
        if self.file { self.name.file } else { self.name.text }
    }
}

/// The variable under any of its names. What the environment has under the key itself is already known; of the variables that
/// name a file only `files` are asked for, if they are known.
pub(super) fn in_environment(
    settings: &LoadSettings,
    request: &'static KeyRequest,
    under_key: Option<OsString>,
    files: Option<&[&str]>,
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
    let is_there = |name: &&Name| files.is_none_or(|files| files.contains(&name.file));
    let mut files = request.names.iter().filter(|name| name.reads_file).filter(is_there);
    files.find_map(|name| {
        let value = settings.environment.get(name.file).filter(counts)?;
        Some(found(name, true, value))
    })
}

/// The other names under which the environment has another value. `files` are the names of variables that name a file.
pub(super) fn others_in_environment(
    settings: &LoadSettings,
    request: &'static KeyRequest,
    files: &[&str],
    used: &Variable,
    links: &Links,
) -> OtherValues {
    let content = |file: bool, value: OsString| match file {
        true => secret_file::read(Path::new(&value), links).ok(),
        false => Some(value),
    };
    // A file that cannot be read is a problem of its own.
    let Some(own) = content(used.file, used.value.clone()) else {
        return OtherValues::default();
    };
    let texts = request.names.iter().map(|name| (name.text, false));
    let named = request.names.iter().filter(|name| name.reads_file && files.contains(&name.file));
    let others = texts.chain(named.map(|name| (name.file, true)));
    let differs = |(name, file): &(&'static str, bool)| {
        let counts = |value: &OsString| !(settings.empty_as_unset && value.is_empty());
        let value = settings.environment.get(name).filter(counts);
        *name != used.set_name()
            && value.is_some_and(|value| content(*file, value) != Some(own.clone()))
    };
    let names = others.filter(differs).map(|(name, _)| name).collect();
    OtherValues { names, ..OtherValues::default() }
}

pub(super) fn found_in_environment<'a>(
    request: &'static KeyRequest,
    variable: Variable,
    links: &Links,
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
    let content = named_file::read(request, name, Path::new(""), path, links)
        .map_err(|unreadable| named_file::in_environment(unreadable, location.clone()))?;
    entry.location = Some(location);
    entry.found_as = Some(Cow::Borrowed(name.file));
    Ok(Raw::os(content))
}
