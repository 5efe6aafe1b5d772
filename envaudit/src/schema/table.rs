//! The flat table of a root struct, made in constant evaluation: every key below it, in full.
//!
//! A macro sees one struct alone, so keys of nested structs, and collisions between them, can only be known once the
//! compiler puts the constants of all of them together. Four passes over the same tree, each filling one array whose
//! length an earlier pass has counted: the text of all names, the names, their sorted order, the keys.

#![allow(missing_docs, reason = "called by generated code, not part of the API")]

use super::const_text::{self, Order};
use super::{Alias, FieldSchema, Member, Schema};
use crate::sources::{Source, SourceSet};

/// One variable that a load asks for: what a [`Provider`](crate::Provider) is given.
#[derive(Clone, Copy, Debug)]
pub struct KeyRequest {
    pub(crate) key: &'static str,
    pub(crate) names: &'static [Name],
    /// Where its names begin among those of the table.
    pub(super) first: usize,
    pub(crate) field: &'static FieldSchema,
    pub(crate) sources: SourceSet,
    /// Whether the field has one name, is not deprecated and may come from the process environment.
    pub(crate) is_plain: bool,
}

impl KeyRequest {
    /// The full key, such as `APP_DB_PASSWORD`.
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// The key and then its aliases, in the order in which they are tried.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &'static str> {
        self.names.iter().map(|name| name.text)
    }

    /// Those of its names of which a load that finds one warns.
    pub fn deprecated_names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().filter(|name| name.deprecated).map(|name| name.text)
    }

    /// Whether the value must not be shown.
    pub const fn is_secret(&self) -> bool {
        self.field.secret
    }

    /// The sources that may supply it.
    pub const fn sources(&self) -> SourceSet {
        self.sources
    }

    /// The metadata of the field.
    pub const fn field(&self) -> &'static FieldSchema {
        self.field
    }
}

/// A key or an alias.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Name {
    pub(crate) text: &'static str,
    /// `{text}_FILE`.
    pub(crate) file: &'static str,
    /// Whether `file` names a file that holds the value; not so where it is a variable of its own.
    pub(crate) reads_file: bool,
    /// The position of the key it belongs to.
    pub(crate) leaf: u16,
    /// 0 for the key itself, then the aliases.
    pub(crate) rank: u16,
    pub(super) exact: bool,
    /// Whether a load that finds it warns.
    pub(crate) deprecated: bool,
}

/// Everything about a root struct that a load needs.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Table {
    pub(crate) schema: &'static Schema,
    pub(crate) leaves: &'static [KeyRequest],
    pub(crate) names: &'static [Name],
    /// Positions in `names`, sorted by text.
    pub(crate) order: &'static [u16],
    /// Whether any struct has a `validate` function.
    pub(crate) validates: bool,
}

impl Table {
    pub const fn new(
        schema: &'static Schema,
        leaves: &'static [KeyRequest],
        names: &'static [Name],
        order: &'static [u16],
    ) -> Self {
        Table { schema, leaves, names, order, validates: schema.validates() }
    }

    /// The key or alias of that text.
    pub(crate) fn find(&self, text: &[u8]) -> Option<&'static Name> {
        let at = self
            .order
            .binary_search_by(|name| self.names[*name as usize].text.as_bytes().cmp(text))
            .ok()?;
        Some(&self.names[self.order[at] as usize])
    }

    /// The key or alias whose file a variable of that name names.
    pub(crate) fn find_file(&self, text: &str) -> Option<&'static Name> {
        let key = text.strip_suffix(FILE_SUFFIX)?;
        self.find(key.as_bytes()).filter(|name| name.reads_file)
    }

    /// The same, whatever the case of its letters is.
    pub(crate) fn find_file_ignoring_case(&self, text: &str) -> Option<&'static Name> {
        let is_it = |name: &&Name| name.reads_file && name.file.eq_ignore_ascii_case(text);
        self.names.iter().find(is_it)
    }

    /// The position of a name of this table.
    pub(crate) fn position(&self, name: &'static Name) -> usize {
        let leaf = &self.leaves[name.leaf as usize];
        leaf.first + name.rank as usize
    }

    /// The prefix of the root.
    pub(crate) fn prefix(&self) -> &'static str {
        self.schema.prefix.unwrap_or("")
    }

    #[cfg(any(feature = "cli", feature = "live"))]
    pub(crate) fn texts(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().map(|name| name.text)
    }
}

/// How long the arrays of a table are.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub struct Sizes {
    pub leaves: usize,
    pub names: usize,
    pub text: usize,
}

const FILE_SUFFIX: &str = "_FILE";
const EMPTY_NAME: Name = Name {
    text: "",
    file: "",
    reads_file: true,
    leaf: 0,
    rank: 0,
    exact: false,
    deprecated: false,
};

pub const fn measure(schema: &Schema) -> Sizes {
    measure_below(schema, schema_prefix(schema).len())
}

pub(super) const fn measure_below(schema: &Schema, prefix: usize) -> Sizes {
    let mut sizes = Sizes { leaves: 0, names: 0, text: 0 };
    let mut at = 0;
    while at < schema.members.len() {
        match &schema.members[at] {
            Member::Field(field) => {
                sizes.leaves += 1;
                let mut rank = 0;
                while rank <= field.aliases.len() {
                    let Alias { name, exact, .. } = name_of(field, rank);
                    sizes.names += 1;
                    sizes.text += name.len() + FILE_SUFFIX.len() + if exact { 0 } else { prefix };
                    rank += 1;
                }
            }
            Member::Group(group) => {
                let below = measure_below(group.schema, prefix + group.own_prefix().len());
                sizes.leaves += below.leaves;
                sizes.names += below.names;
                sizes.text += below.text;
            }
        }
        at += 1;
    }
    sizes
}

const fn schema_prefix(schema: &Schema) -> &'static str {
    match schema.prefix {
        Some(prefix) => prefix,
        None => "",
    }
}

const fn name_of(field: &FieldSchema, rank: usize) -> Alias {
    match rank {
        0 => Alias { name: field.name, exact: field.exact, deprecated: false },
        rank => field.aliases[rank - 1],
    }
}

/// The prefixes on the way from the root, innermost first: nothing can be allocated, so they stay where they are.
#[derive(Clone, Copy)]
struct Prefix<'a> {
    outer: Option<&'a Prefix<'a>>,
    own: &'static str,
}

/// All names after one another, each followed by `_FILE`.
pub const fn text<const N: usize>(schema: &Schema) -> [u8; N] {
    let root = Prefix { outer: None, own: schema_prefix(schema) };
    write_schema(schema, &root, ([0; N], 0)).0
}

const fn write_schema<const N: usize>(
    schema: &Schema,
    prefix: &Prefix<'_>,
    mut out: ([u8; N], usize),
) -> ([u8; N], usize) {
    let mut at = 0;
    while at < schema.members.len() {
        match &schema.members[at] {
            Member::Field(field) => {
                let mut rank = 0;
                while rank <= field.aliases.len() {
                    let Alias { name, exact, .. } = name_of(field, rank);
                    if !exact {
                        write_prefix(prefix, &mut out.0, &mut out.1);
                    }
                    write(name, &mut out.0, &mut out.1);
                    write(FILE_SUFFIX, &mut out.0, &mut out.1);
                    rank += 1;
                }
            }
            Member::Group(group) => {
                let inner = Prefix { outer: Some(prefix), own: group.own_prefix() };
                out = write_schema(group.schema, &inner, out);
            }
        }
        at += 1;
    }
    out
}

const fn write_prefix(prefix: &Prefix<'_>, out: &mut [u8], at: &mut usize) {
    if let Some(outer) = prefix.outer {
        write_prefix(outer, out, at);
    }
    write(prefix.own, out, at);
}

const fn write(text: &str, out: &mut [u8], at: &mut usize) {
    let (_, rest) = out.split_at_mut(*at);
    let (target, _) = rest.split_at_mut(text.len());
    target.copy_from_slice(text.as_bytes());
    *at += text.len();
}

const fn prefix_len(prefix: &Prefix<'_>) -> usize {
    prefix.own.len()
        + match prefix.outer {
            Some(outer) => prefix_len(outer),
            None => 0,
        }
}

/// How far a pass over the tree has come.
#[derive(Clone, Copy)]
struct Cursor {
    leaf: usize,
    name: usize,
    text: usize,
}

const START: Cursor = Cursor { leaf: 0, name: 0, text: 0 };

pub const fn names<const N: usize>(schema: &Schema, text: &'static [u8]) -> [Name; N] {
    let mut names = [EMPTY_NAME; N];
    let root = Prefix { outer: None, own: schema_prefix(schema) };
    fill_names(schema, &root, text, &mut names, START);
    names
}

const fn fill_names(
    schema: &Schema,
    prefix: &Prefix<'_>,
    text: &'static [u8],
    out: &mut [Name],
    mut cursor: Cursor,
) -> Cursor {
    let mut at = 0;
    while at < schema.members.len() {
        match &schema.members[at] {
            Member::Field(field) => {
                let mut rank = 0;
                while rank <= field.aliases.len() {
                    let Alias { name, exact, deprecated } = name_of(field, rank);
                    let len = name.len() + if exact { 0 } else { prefix_len(prefix) };
                    let end = cursor.text + len + FILE_SUFFIX.len();
                    out[cursor.name] = Name {
                        text: const_text::slice(text, cursor.text, cursor.text + len),
                        file: const_text::slice(text, cursor.text, end),
                        reads_file: true,
                        leaf: cursor.leaf as u16,
                        rank: rank as u16,
                        exact,
                        deprecated,
                    };
                    cursor.text = end;
                    cursor.name += 1;
                    rank += 1;
                }
                cursor.leaf += 1;
            }
            Member::Group(group) => {
                let inner = Prefix { outer: Some(prefix), own: group.own_prefix() };
                cursor = fill_names(group.schema, &inner, text, out, cursor);
            }
        }
        at += 1;
    }
    cursor
}

/// The positions of the names, sorted by text: a merge sort from below.
pub const fn order<const N: usize>(names: &[Name; N]) -> [u16; N] {
    assert!(N <= u16::MAX as usize, "a configuration has at most 65,535 names");
    let mut sorted = [0; N];
    let mut at = 0;
    while at < N {
        sorted[at] = at as u16;
        at += 1;
    }
    let mut width = 1;
    while width < N {
        let mut merged = sorted;
        let mut start = 0;
        while start < N {
            let middle = clamp(start + width, N);
            let end = clamp(start + 2 * width, N);
            let (mut left, mut right, mut out) = (start, middle, start);
            while out < end {
                let take_left = right >= end
                    || (left < middle
                        && !matches!(
                            const_text::compare(
                                names[sorted[left] as usize].text.as_bytes(),
                                names[sorted[right] as usize].text.as_bytes(),
                            ),
                            Order::Greater
                        ));
                if take_left {
                    merged[out] = sorted[left];
                    left += 1;
                } else {
                    merged[out] = sorted[right];
                    right += 1;
                }
                out += 1;
            }
            start = end;
        }
        sorted = merged;
        width *= 2;
    }
    sorted
}

const fn clamp(at: usize, end: usize) -> usize {
    if at < end { at } else { end }
}

/// Takes the `KEY_FILE` convention from every `KEY` whose `KEY_FILE` is a variable of its own.
pub const fn resolve_files<const N: usize>(mut names: [Name; N], order: &[u16; N]) -> [Name; N] {
    let mut at = 0;
    while at < N {
        if let Some(key) = without_suffix(names[at].text) {
            let (mut low, mut high) = (0, N);
            while low < high {
                let middle = (low + high) / 2;
                let position = order[middle] as usize;
                match const_text::compare(names[position].text.as_bytes(), key) {
                    Order::Less => low = middle + 1,
                    Order::Greater => high = middle,
                    Order::Equal => {
                        names[position].reads_file = false;
                        break;
                    }
                }
            }
        }
        at += 1;
    }
    names
}

/// The text before `_FILE`.
const fn without_suffix(name: &'static str) -> Option<&'static [u8]> {
    match name.as_bytes().split_last_chunk() {
        Some((key, [b'_', b'F', b'I', b'L', b'E'])) => Some(key),
        _ => None,
    }
}

const EMPTY_FIELD: FieldSchema = FieldSchema::new("", "", "", "", super::Shape::Text, false, false);

pub const fn leaves<const N: usize>(
    schema: &'static Schema,
    names: &'static [Name],
) -> [KeyRequest; N] {
    let empty = KeyRequest {
        key: "",
        names: &[],
        first: 0,
        field: &EMPTY_FIELD,
        sources: SourceSet::ALL,
        is_plain: false,
    };
    let mut leaves = [empty; N];
    fill_leaves(schema, None, names, &mut leaves, START);
    leaves
}

const fn fill_leaves(
    schema: &'static Schema,
    inherited: Option<SourceSet>,
    names: &'static [Name],
    out: &mut [KeyRequest],
    mut cursor: Cursor,
) -> Cursor {
    let inherited = if schema.sources.is_some() { schema.sources } else { inherited };
    let mut at = 0;
    while at < schema.members.len() {
        match &schema.members[at] {
            Member::Field(field) => {
                let count = 1 + field.aliases.len();
                let (_, rest) = names.split_at(cursor.name);
                let (own, _) = rest.split_at(count);
                let sources = match (field.sources, inherited) {
                    (Some(sources), _) | (None, Some(sources)) => sources,
                    (None, None) => SourceSet::ALL,
                };
                out[cursor.leaf] = KeyRequest {
                    key: own[0].text,
                    names: own,
                    first: cursor.name,
                    field,
                    sources,
                    is_plain: field.deprecated.is_none()
                        && count == 1
                        && sources.contains(Source::System),
                };
                cursor.name += count;
                cursor.leaf += 1;
            }
            Member::Group(group) => {
                cursor = fill_leaves(group.schema, inherited, names, out, cursor);
            }
        }
        at += 1;
    }
    cursor
}

pub const fn keys<const N: usize>(leaves: &[KeyRequest; N]) -> [&'static str; N] {
    let mut keys = [""; N];
    let mut at = 0;
    while at < N {
        keys[at] = leaves[at].key();
        at += 1;
    }
    keys
}
