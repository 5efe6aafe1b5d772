//! The keys that `envaudit::embed!` put into a compiled program, whose format `schema/embed.rs` describes.
//!
//! The file is searched for the magic bytes, whatever its format, and none of it is run. It may be hostile: every length
//! is checked against the file, and the number of places that are looked at is limited.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use memchr::memmem::Finder;

use super::document::MAX_DEPTH;
use crate::cli::error::{CliError, with_causes};
use crate::schema::embed::{END, MAGIC, VERSION, WITH_DEPRECATED_NAMES, flag, shape};
use crate::schema::owned::{OptionalGroup, OwnedSchema, Variable, text};
use crate::schema::table::Table;
use crate::schema::{Bounds, DefaultText, FieldSchema, Shape};
use crate::sources::SourceSet;

/// The greatest length of the metadata of one struct.
const MAX_BODY: u32 = 16 << 20;
/// The number of places with the magic bytes that are looked at.
const MAX_PLACES: usize = 1000;
/// The number of structs that are read.
const MAX_FOUND: usize = 64;
const CHUNK: usize = 1 << 20;
/// Magic, version and length.
const HEADER: usize = MAGIC.len() + 8;

/// Reads the table of the struct, which has to be named if there are several.
pub(super) fn read(path: &Path, name: Option<&str>) -> Result<&'static Table, CliError> {
    let shown = path.display();
    let unreadable = |error: io::Error| {
        CliError::unavailable(format!("{shown} cannot be read: {}", with_causes(&error)))
    };
    let found = open(path).and_then(|mut file| search(&mut file)).map_err(unreadable)?;
    let names = found.structs.iter().map(|found| format!("`{}`", found.name));
    let names = names.collect::<Vec<_>>().join(", ");
    let mut structs = found.structs;
    if let Some(name) = name {
        structs.retain(|found| found.name == name);
    }
    if structs.len() > 1 {
        return Err(CliError::usage(format!("{shown} has several configurations: {names}"))
            .hint("choose one with `--struct NAME`"));
    }
    match (structs.pop(), name) {
        (Some(only), _) => only.into_table().map_err(|reason| {
            CliError::unavailable(format!("the configuration embedded in {shown} is damaged: {reason}"))
        }),
        (None, Some(name)) if !names.is_empty() => {
            Err(CliError::usage(format!("{shown} has no configuration `{name}`; it has {names}")))
        }
        (None, _) => Err(match found.newer {
            Some(version) => CliError::unavailable(format!(
                "the configuration embedded in {shown} has version {version}; this envaudit reads up to {VERSION}"
            ))
            .hint("install a newer envaudit"),
            None => CliError::unavailable(format!("no configuration is embedded in {shown}")).hint(
                "put `envaudit::embed!(AppConfig);` into the program and build it again, or use `--schema`",
            ),
        }),
    }
}

/// Opens a regular file: a read of anything else could wait forever.
fn open(path: &Path) -> io::Result<File> {
    let kind = std::fs::metadata(path)?;
    match (kind.is_file(), kind.is_dir()) {
        (true, _) => File::open(path),
        (_, true) => Err(io::Error::other("it is a directory")),
        _ => Err(io::Error::other("it is not a regular file")),
    }
}

#[derive(Default)]
struct SearchResult {
    structs: Vec<OwnedSchema>,
    /// A version that is newer than what can be read.
    newer: Option<u32>,
}

fn search(file: &mut (impl Read + Seek)) -> io::Result<SearchResult> {
    let mut found = SearchResult::default();
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    for place in places(file)? {
        let Some((version, body)) = read_at(file, place)? else { continue };
        if version > VERSION {
            found.newer = Some(version);
            continue;
        }
        // A file for several processors has each struct several times.
        if bodies.contains(&body) {
            continue;
        }
        if let Some(schema) = (Bytes { rest: &body }).schema(version) {
            found.structs.push(schema);
            bodies.push(body);
        }
        if bodies.len() == MAX_FOUND {
            break;
        }
    }
    Ok(found)
}

/// The places of the magic bytes.
fn places(file: &mut impl Read) -> io::Result<Vec<u64>> {
    let finder = Finder::new(&MAGIC);
    let mut places = Vec::new();
    let mut buffer = Vec::new();
    let mut start = 0;
    loop {
        let kept = buffer.len();
        let read = file.by_ref().take(CHUNK as u64).read_to_end(&mut buffer)?;
        if read == 0 {
            return Ok(places);
        }
        for at in finder.find_iter(&buffer) {
            places.push(start + at as u64);
            if places.len() == MAX_PLACES {
                return Ok(places);
            }
        }
        // The magic bytes may begin at the end of this chunk; complete ones have been seen.
        let keep = buffer.len().min(MAGIC.len() - 1);
        start += (kept + read - keep) as u64;
        buffer.drain(..buffer.len() - keep);
    }
}

/// The version and the body at this place, if they are complete.
fn read_at(file: &mut (impl Read + Seek), place: u64) -> io::Result<Option<(u32, Vec<u8>)>> {
    file.seek(SeekFrom::Start(place))?;
    let mut header = [0; HEADER];
    if !read_whole(file, &mut header)? {
        return Ok(None);
    }
    let mut numbers = Bytes { rest: &header[MAGIC.len()..] };
    let (Some(version), Some(len)) = (numbers.u32(), numbers.u32()) else { return Ok(None) };
    if version == 0 || len > MAX_BODY {
        return Ok(None);
    }
    // The end is checked first: without it, nothing is read.
    let mut end = [0; END.len()];
    file.seek(SeekFrom::Start(place + HEADER as u64 + u64::from(len)))?;
    if !read_whole(file, &mut end)? || end != END {
        return Ok(None);
    }
    let mut body = vec![0; len as usize];
    file.seek(SeekFrom::Start(place + HEADER as u64))?;
    Ok(read_whole(file, &mut body)?.then_some((version, body)))
}

fn read_whole(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// The bytes that are not read yet. Every method returns `None` if they are not valid.
struct Bytes<'b> {
    rest: &'b [u8],
}

impl<'b> Bytes<'b> {
    fn schema(mut self, version: u32) -> Option<OwnedSchema> {
        let (name, docs, prefix) = (self.text()?, self.text()?, self.text()?);
        let variables = self.many(|bytes| bytes.variable(version))?;
        let optional_groups = self.many(|bytes| {
            let field = bytes.text()?.to_owned();
            let (first, count) = (bytes.u32()? as usize, bytes.u32()? as usize);
            Some(OptionalGroup { field, leaves: first..first.checked_add(count)? })
        })?;
        self.rest.is_empty().then(|| OwnedSchema {
            name: name.to_owned(),
            docs: docs.to_owned(),
            prefix: prefix.to_owned(),
            variables,
            optional_groups,
        })
    }

    fn variable(&mut self, version: u32) -> Option<Variable> {
        let names = self.many(|bytes| bytes.text().map(str::to_owned))?;
        let deprecated_names = match version >= WITH_DEPRECATED_NAMES {
            true => self.many(|bytes| bytes.text().map(str::to_owned))?,
            false => Vec::new(),
        };
        let (field, docs, ty) = (self.leaked()?, self.leaked()?, self.leaked()?);
        let shape = self.shape(0)?;
        let flags = self.byte()?;
        let is = |bit| flags & bit != 0;
        let sources = match self.byte()? {
            0 => None,
            1 => {
                let names = self.many(Bytes::text)?;
                Some(names.iter().filter_map(|name| name.parse().ok()).collect::<SourceSet>())
            }
            _ => return None,
        };
        let default = match self.byte()? {
            0 => None,
            1 => Some(DefaultText::Value(self.leaked()?)),
            2 => Some(DefaultText::Expression(self.leaked()?)),
            _ => return None,
        };
        let field =
            FieldSchema::new(field, "", docs, ty, shape, is(flag::OPTIONAL), is(flag::SECRET))
                .non_empty(is(flag::NON_EMPTY))
                .public(is(flag::PUBLIC))
                .trim(is(flag::TRIM))
                .default(default)
                .range(self.bounds()?)
                .len(self.bounds()?)
                .one_of(self.words()?)
                .sep(self.maybe()?)
                .kv_sep(self.maybe()?)
                .parse_with(self.maybe()?)
                .deprecated(self.maybe()?)
                .example(self.maybe()?);
        Some(Variable { names, deprecated_names, sources, field })
    }

    fn shape(&mut self, depth: usize) -> Option<Shape> {
        if depth > MAX_DEPTH {
            return None;
        }
        Some(match self.byte()? {
            shape::BOOLEAN => Shape::Boolean,
            shape::INTEGER => self.ends().map(|(min, max)| Shape::Integer { min, max })?,
            shape::NON_ZERO => self.ends().map(|(min, max)| Shape::NonZero { min, max })?,
            shape::NUMBER => Shape::Number,
            shape::CHARACTER => Shape::Character,
            shape::TEXT => Shape::Text,
            shape::PATH => Shape::Path,
            shape::DURATION => Shape::Duration,
            shape::CHOICE => Shape::Choice(self.words()?),
            shape::FORMAT => Shape::Format { name: self.leaked()?, format: self.maybe()? },
            shape::LIST => Shape::List(Box::leak(Box::new(self.shape(depth + 1)?))),
            shape::ARRAY => {
                let length = u64::from_le_bytes(self.array()?).try_into().ok()?;
                Shape::Array(Box::leak(Box::new(self.shape(depth + 1)?)), length)
            }
            shape::MAP => Shape::Map(Box::leak(Box::new(self.shape(depth + 1)?))),
            shape::JSON => Shape::Json,
            shape::OPAQUE => Shape::Opaque,
            _ => return None,
        })
    }

    fn ends(&mut self) -> Option<(i128, u128)> {
        Some((i128::from_le_bytes(self.array()?), u128::from_le_bytes(self.array()?)))
    }

    fn bounds(&mut self) -> Option<Option<Bounds>> {
        match self.byte()? {
            0 => Some(None),
            1 => {
                let (min, max) = (self.maybe()?, self.maybe()?);
                Some(Some(Bounds::new(min, max, self.byte()? == 1)))
            }
            _ => None,
        }
    }

    fn words(&mut self) -> Option<&'static [&'static str]> {
        Some(self.many(Bytes::leaked)?.leak())
    }

    /// A list after its length, which is at most the number of bytes left.
    fn many<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u32()? as usize;
        if count > self.rest.len() {
            return None;
        }
        (0..count).map(|_| read(self)).collect()
    }

    fn maybe(&mut self) -> Option<Option<&'static str>> {
        match self.byte()? {
            0 => Some(None),
            1 => self.leaked().map(Some),
            _ => None,
        }
    }

    fn leaked(&mut self) -> Option<&'static str> {
        self.text().map(text)
    }

    fn text(&mut self) -> Option<&'b str> {
        let len = self.u32()? as usize;
        let (text, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        str::from_utf8(text).ok()
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*array)
    }
}
