//! The content of a file that a `KEY_FILE` names.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use super::FieldReader;
use super::invalid::bad_reference;
use crate::audit::AuditEntry;
use crate::error::{Problem, ProblemKind};
use crate::load::named_path;
use crate::schema::KeyRequest;
use crate::schema::table::Name;
use crate::sources::env_file::{EnvFile, Interpreted};
use crate::sources::file::FileFault;
use crate::sources::links::Links;
use crate::sources::{Location, Source, secret_file};
use crate::value::Raw;

impl<'a> FieldReader<'a> {
    /// Reads the file that a variable of an env file names.
    pub(super) fn found_in_named_file(
        &mut self,
        request: &'static KeyRequest,
        name: &'static Name,
        (layer, line): (u16, u32),
        path: &Interpreted,
        file: &EnvFile,
        entry: &mut AuditEntry,
    ) -> Result<Raw<'a>, Box<Problem>> {
        let source = entry.source;
        let resolved = self.scope.resolve(layer.into(), line, path, 0);
        let met_secret = self.scope.take_met_secret();
        let line = Location::File { path: Arc::clone(&file.path), line: Some(line) };
        entry.found_as = Some(Cow::Borrowed(name.file));
        let text = match resolved {
            Ok(text) => text,
            Err(fault) => {
                entry.location = Some(line.clone());
                let problem = bad_reference(request, &fault, met_secret);
                return Err(Box::new(problem.at(source, Some(line))));
            }
        };
        let path = file.folder().join(&text);
        let is_shown = !met_secret;
        let location =
            Location::NamedFile { path: path.as_path().into(), named_in: Box::new(line.clone()) };
        let links = &self.layers.inputs().links;
        match read(request, name, file.folder(), Path::new(&text), links) {
            Ok(content) => {
                entry.location = Some(if is_shown { location } else { line });
                Ok(Raw::os(content))
            }
            Err(Unreadable { problem, could_be_secret }) => {
                let location = if could_be_secret || !is_shown { line } else { location };
                entry.location = Some(location.clone());
                Err(Box::new(problem.at(source, Some(location))))
            }
        }
    }
}

/// A file that could not be read.
pub(super) struct Unreadable {
    pub(super) problem: Box<Problem>,
    /// Whether what should be a path is not to be shown: it could be the secret itself, or is empty.
    pub(super) could_be_secret: bool,
}

/// Reads the file that a variable names; a relative path begins at that folder.
pub(super) fn read(
    request: &'static KeyRequest,
    name: &'static Name,
    folder: &Path,
    path: &Path,
    links: &Links,
) -> Result<OsString, Unreadable> {
    secret_file::read(&folder.join(path), links).map_err(|fault| {
        let message = format!("the file that {} names cannot be read", name.file);
        let mut problem = Problem::new(ProblemKind::Unreadable, message)
            .key_named(request.key())
            .reason(fault.to_string());
        if path.as_os_str().is_empty() {
            problem =
                problem.hint(format!("{} is empty: set it to a path, or remove it", name.file));
            return Unreadable { problem: Box::new(problem), could_be_secret: true };
        }
        problem.hint = fault.hint_for_secret().map(str::to_owned);
        let could_be_secret = !named_path::is_shown(request, folder, path);
        let problem = match (could_be_secret, fault) {
            (true, _) => problem.hint(format!(
                "set {} to a path; its present value is not shown, because it could be the secret",
                name.file
            )),
            (false, FileFault::Missing) if is_there_without_blanks(folder, path) => problem.hint(
                "there is a file of that name without the blanks or line ends around it: remove them from the path",
            ),
            (false, _) => problem,
        };
        Unreadable { problem: Box::new(problem), could_be_secret }
    })
}

/// Whether only what is invisible at the ends of the path keeps the file from being found.
fn is_there_without_blanks(folder: &Path, path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.trim() != text && folder.join(text.trim()).is_file())
}

/// Where a value is found that the process environment names a file for.
pub(super) fn in_environment(unreadable: Unreadable, location: Location) -> Box<Problem> {
    let Unreadable { problem, could_be_secret } = unreadable;
    Box::new(problem.at(Source::System, (!could_be_secret).then_some(location)))
}
