//! A variable of the process environment, or the file that one names.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;

use crate::audit::AuditEntry;
use crate::error::{Problem, ProblemKind};
use crate::load::settings::LoadSettings;
use crate::schema::KeyRequest;
use crate::schema::table::Name;
use crate::sources::links::Links;
use crate::sources::{Location, Source, folder, secret_file};
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
    let content = secret_file::read(path, links).map_err(|fault| {
        let message = format!("the file that {} names cannot be read", name.file);
        let mut problem = Problem::new(ProblemKind::Unreadable, message)
            .key_named(request.key())
            .reason(fault.to_string());
        problem.hint = fault.hint_for_secret().map(str::to_owned);
        Box::new(match request.hides_value() && !folder::could_be_a_path(path) {
            true => problem.at(Source::System, None).hint(format!(
                "set {} to a path; its present value is not shown, because it could be the secret",
                name.file
            )),
            false => problem.at(Source::System, Some(location.clone())),
        })
    })?;
    entry.location = Some(location);
    entry.found_as = Some(Cow::Borrowed(name.file));
    Ok(Raw::os(content))
}
