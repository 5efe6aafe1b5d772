//! What is noticed of secret files: content that was hardly meant, and files that look as if they were meant and are not read.

use core::fmt;
use std::path::{Path, PathBuf};

use super::FieldReader;
use crate::audit::{AuditEntry, Warning};
use crate::load::layers::LayerKind;
use crate::schema::KeyRequest;
use crate::schema::nearest::nearest;
use crate::schema::table::Table;
use crate::sources::folder::{Folder, spellings};
use crate::sources::{ShownPath, Source};
use crate::value::Raw;

/// In a folder with more files than this, slips of the finger are not looked for.
const MAX_FILES: usize = 1_000;

/// How many of the folders below a folder of secrets are listed, when a variable is not found.
const MAX_FOLDERS: usize = 32;

/// Something in a folder of secrets that is not read.
pub(in crate::load) struct Overlooked {
    pub(super) source: Source,
    pub(super) path: PathBuf,
    /// Why, and what to do.
    pub(super) reason: String,
}

impl fmt::Display for Overlooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is there and not read: {}", ShownPath(&self.path), self.reason)
    }
}

impl FieldReader<'_> {
    /// Warns of a value that came from a file of its own, if it was hardly meant as it is.
    pub(super) fn check_file_content(
        &mut self,
        request: &'static KeyRequest,
        entry: &AuditEntry,
        raw: &Raw<'_>,
    ) {
        if !is_whole_file(entry) {
            return;
        }
        let Ok(text) = raw.as_str() else { return };
        if let Some(reason) = odd_content(text, request.field.trim) {
            self.warnings.push(Warning::FileContent {
                key: request.key(),
                source: entry.source,
                location: entry.location.clone(),
                reason,
            });
        }
    }

    /// Warns of what was overlooked, for a variable that does not have to be set.
    #[cold]
    pub(super) fn warn_of_overlooked(&mut self, request: &'static KeyRequest) {
        if let Some(Overlooked { source, path, reason }) = self.overlooked(request) {
            let key = request.key();
            self.warnings.push(Warning::Overlooked { key, source, path, reason });
        }
    }

    /// What in the folders of secrets was most likely meant for a variable that no source has.
    pub(super) fn overlooked(&self, request: &'static KeyRequest) -> Option<Overlooked> {
        self.layers.all().iter().find_map(|layer| {
            let LayerKind::Folder(folder) = &layer.kind else { return None };
            if !request.sources.contains(layer.source) {
                return None;
            }
            overlooked_in(folder, layer.source, request, self.table)
        })
    }
}

/// Whether the value is the content of a file of its own.
pub(super) fn is_whole_file(entry: &AuditEntry) -> bool {
    let location = entry.location.as_ref();
    location.is_some_and(|location| location.file().is_some() && location.line().is_none())
}

/// What is odd about the content of a file, without any of it.
fn odd_content(text: &str, is_trimmed: bool) -> Option<String> {
    if text.is_empty() {
        return Some("is empty: write it into the file, or take the file away".to_owned());
    }
    if text.contains('\0') {
        return Some("has NUL bytes: if the file is UTF-16, save it as UTF-8".to_owned());
    }
    let trimmed = text.trim();
    // What has lines, such as a certificate, is read by something that knows of lines.
    if is_trimmed || trimmed.len() == text.len() || trimmed.contains('\n') {
        return None;
    }
    if trimmed.is_empty() {
        return Some("has nothing but blanks and line ends: write it into the file".to_owned());
    }
    let kind = |end: &str| match end.contains(['\n', '\r']) {
        true => "a line end",
        false => "a blank",
    };
    let (start, end) =
        (&text[..text.len() - text.trim_start().len()], &text[text.trim_end().len()..]);
    let odd = match (start.is_empty(), end.is_empty()) {
        (true, _) => format!("ends with {}", kind(end)),
        (_, true) => format!("begins with {}", kind(start)),
        _ => format!("begins with {} and ends with {}", kind(start), kind(end)),
    };
    Some(format!(
        "{odd}, which is part of it (one final line end is not): write the file with `printf %s`, or give the field `trim`"
    ))
}

/// What in a folder of secrets was most likely meant for a variable.
pub(in crate::load) fn overlooked_in(
    folder: &Folder,
    source: Source,
    request: &'static KeyRequest,
    table: &'static Table,
) -> Option<Overlooked> {
    let found = |path, reason| Some(Overlooked { source, path, reason });
    let names = || request.names.iter().map(|name| name.text);
    if names().any(|name| folder.file_for(name).is_some()) {
        return None;
    }
    if let Some(path) = names().find_map(|name| folder.folder_for(name)) {
        let reason = "it is a folder. Docker makes one where the file to be mounted does not exist: remove it, make the file, \
                      and start the container anew";
        return found(path, reason.to_owned());
    }
    let lower = request.key().to_ascii_lowercase();
    if let Some(name) = names().find_map(|name| similar_file(folder, name, request, table)) {
        let reason = format!("the file of {} is called `{lower}`", request.key());
        return found(folder.path().join(name), reason);
    }
    let path = names().find_map(|name| file_below(folder, name, table))?;
    let below = path.parent().unwrap_or(&path).display();
    let method = match source {
        Source::K8s => "`k8s_secrets` (`--k8s-secrets`)",
        _ => "`docker_secrets` (`--docker-secrets`)",
    };
    let reason = format!(
        "folders below are not looked into: mount it as `{}`, or name {below} with {method}",
        folder.path().join(lower).display()
    );
    found(path, reason)
}

/// The name as it would be without the prefix that all names of the struct have.
fn without_prefix<'n>(name: &'n str, table: &Table) -> Option<&'n str> {
    let rest = name.strip_prefix(table.prefix())?;
    (rest.len() < name.len() && !rest.is_empty()).then_some(rest)
}

/// A file in the folder whose name is nearly that of the variable.
fn similar_file<'f>(
    folder: &'f Folder,
    name: &str,
    request: &'static KeyRequest,
    table: &'static Table,
) -> Option<&'f str> {
    let short = without_prefix(name, table);
    let is_name = |text: &str| text == name || Some(text) == short;
    let is_of_another = |text: &str| {
        let known = table.find(text.as_bytes());
        known.is_some_and(|known| !core::ptr::eq(&table.leaves[known.leaf as usize], request))
    };
    let mut near = Vec::new();
    for file in folder.file_names() {
        let plain = normal(file);
        if is_of_another(&plain) {
            continue;
        }
        let stem = file.rsplit_once('.').map(|(stem, _)| normal(stem));
        let is_meant = is_name(&plain)
            || stem.is_some_and(|stem| is_name(&stem))
            || plain.strip_suffix("_FILE").is_some_and(is_name);
        if is_meant {
            return Some(file);
        }
        if near.len() <= MAX_FILES {
            near.push((plain, file));
        }
    }
    if near.len() > MAX_FILES {
        return None;
    }
    // The order of a folder is any.
    near.sort_unstable();
    let nearest_to = |name: &str| nearest(name, near.iter().map(|(plain, _)| plain.as_str()));
    let found = nearest_to(name).or_else(|| nearest_to(short?))?;
    near.iter().find(|(plain, _)| plain == found).map(|(_, file)| *file)
}

/// A file for the variable in one of the folders below, or one whose path is the variable's name in parts.
fn file_below(folder: &Folder, name: &str, table: &'static Table) -> Option<PathBuf> {
    let short = without_prefix(name, table);
    let mut folders: Vec<(&str, PathBuf)> = folder.folders().collect();
    folders.sort_unstable();
    folders.into_iter().take(MAX_FOLDERS).find_map(|(below, at)| {
        let spelled = spellings(name).into_iter().find(|name| is_file(&at, name));
        let part = spelled.or_else(|| {
            let in_parts = |whole: &str| {
                let rest = whole.strip_prefix(&normal(below))?.strip_prefix('_')?;
                spellings(rest).into_iter().find(|name| is_file(&at, name))
            };
            in_parts(name).or_else(|| in_parts(short?))
        })?;
        Some(folder.path().join(below).join(part))
    })
}

fn is_file(folder: &Path, name: &str) -> bool {
    !name.is_empty() && folder.join(name).is_file()
}

/// A file's name as a variable would be called.
fn normal(name: &str) -> String {
    let char = |char: char| if char.is_alphanumeric() { char.to_ascii_uppercase() } else { '_' };
    name.chars().map(char).collect()
}
