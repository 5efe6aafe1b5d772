//! The metadata of a configuration as bytes within a compiled program.
//!
//! [`embed!`](crate::embed) makes them in constant evaluation. A reader of the file finds them by `MAGIC`, in any format
//! of executables and whether or not it was stripped, and reads them without running any of it. All numbers are
//! little-endian; a text is its length as `u32` and its UTF-8; an optional thing is a byte, 0 or 1, and the thing if 1.
//!
//! | | |
//! | --- | --- |
//! | `MAGIC` | 16 bytes |
//! | version | `u32`, 1 or 2 |
//! | length of the body | `u32` |
//! | body | name, docs and prefix of the struct as texts; the number of variables as `u32` and each of them; the number of optional structs as `u32` and of each the field as a text, the position of its first variable and how many it has as `u32` |
//! | `END` | 8 bytes |
//!
//! A variable is its names (their number as `u32`, texts; the key first), in version 2 those of them that are deprecated
//! (likewise), the field's name, docs, type (texts), its shape, a
//! byte of flags, its sources (optional; a number as `u32` and texts), default (0 none, 1 a value, 2 an expression; a text),
//! range and length (optional; two optional texts, whether the upper bound belongs to it as a byte), `one_of` (a number as
//! `u32`, texts), and as optional texts the separators, `parse_with`, `deprecated` and the example, which secrets never have.

#![allow(missing_docs, reason = "called by generated code, not part of the API")]

use super::table::{Name, Table};
use super::{Bounds, DefaultText, FieldSchema, Member, Schema, Shape};
use crate::sources::{Source, SourceSet};

/// The newest version. Metadata that need nothing of it are written in the first one, for readers that know no other.
pub(crate) const VERSION: u32 = 2;

/// The version that has the deprecated names of a variable.
pub(crate) const WITH_DEPRECATED_NAMES: u32 = VERSION;

/// What begins the metadata. No text has these bytes: some are not UTF-8.
pub(crate) const MAGIC: [u8; 16] = *b"\xe7envaudit\x00\xf5keys\xc2";
pub(crate) const END: [u8; 8] = *b"\xc2\xf5end\x00\xe7\n";

/// The bits of the byte of flags.
pub(crate) mod flag {
    pub(crate) const OPTIONAL: u8 = 1;
    pub(crate) const SECRET: u8 = 1 << 1;
    pub(crate) const NON_EMPTY: u8 = 1 << 2;
    pub(crate) const PUBLIC: u8 = 1 << 3;
    pub(crate) const TRIM: u8 = 1 << 4;
}

/// The first byte of a shape.
pub(crate) mod shape {
    pub(crate) const BOOLEAN: u8 = 0;
    pub(crate) const INTEGER: u8 = 1;
    pub(crate) const NON_ZERO: u8 = 2;
    pub(crate) const NUMBER: u8 = 3;
    pub(crate) const CHARACTER: u8 = 4;
    pub(crate) const TEXT: u8 = 5;
    pub(crate) const PATH: u8 = 6;
    pub(crate) const DURATION: u8 = 7;
    pub(crate) const CHOICE: u8 = 8;
    pub(crate) const FORMAT: u8 = 9;
    pub(crate) const LIST: u8 = 10;
    pub(crate) const MAP: u8 = 11;
    pub(crate) const JSON: u8 = 12;
    pub(crate) const OPAQUE: u8 = 13;
    pub(crate) const ARRAY: u8 = 14;
}

/// Puts the keys of a configuration, with all that is known of them, into the compiled program, so that
/// `envaudit --bin PATH` can tell which variables that very build asks for.
///
/// It belongs into the program itself rather than into a library: what a library embeds is there only if the linker takes
/// that part of it.
///
/// ```
/// # use envaudit::EnvConfig;
/// #[derive(EnvConfig)]
/// #[env(prefix = "APP_")]
/// struct AppConfig {
///     #[env(default = 8080)]
///     port: u16,
/// }
///
/// envaudit::embed!(AppConfig);
/// ```
///
/// What is embedded are keys, documentation, types, limits and defaults: as much as the template shows. A program that
/// should not reveal them leaves this out.
#[macro_export]
macro_rules! embed {
    ($config:ty $(,)?) => {
        const _: () = {
            const __ENVAUDIT_TABLE: &$crate::__private::Table =
                <$config as $crate::EnvConfig>::TABLE;
            #[used]
            static __ENVAUDIT_KEYS: [::core::primitive::u8;
                $crate::__private::embedded_len(__ENVAUDIT_TABLE)] =
                $crate::__private::embedded(__ENVAUDIT_TABLE);
        };
    };
}

pub const fn embedded_len(table: &Table) -> usize {
    let mut nowhere = [];
    let mut writer = Writer { out: &mut nowhere, at: 0 };
    writer.whole(table, 0);
    writer.at
}

pub const fn embedded<const N: usize>(table: &Table) -> [u8; N] {
    let mut out = [0; N];
    let body = N - MAGIC.len() - 8 - END.len();
    Writer { out: &mut out, at: 0 }.whole(table, body);
    out
}

/// Writes as far as there is room, and counts on.
struct Writer<'a> {
    out: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    const fn whole(&mut self, table: &Table, body: usize) {
        self.bytes(&MAGIC);
        let with_deprecated_names = has_deprecated_names(table);
        self.number(if with_deprecated_names { WITH_DEPRECATED_NAMES as usize } else { 1 });
        self.number(body);
        self.text(table.schema.name);
        self.text(table.schema.docs);
        self.text(match table.schema.prefix {
            Some(prefix) => prefix,
            None => "",
        });
        self.number(table.leaves.len());
        let mut at = 0;
        while at < table.leaves.len() {
            let leaf = &table.leaves[at];
            self.number(leaf.names.len());
            let mut name = 0;
            while name < leaf.names.len() {
                self.text(leaf.names[name].text);
                name += 1;
            }
            if with_deprecated_names {
                self.deprecated_names(leaf.names);
            }
            self.field(leaf.field, leaf.sources);
            at += 1;
        }
        self.number(count_optional(table.schema));
        self.groups(table.schema, 0);
        self.bytes(&END);
    }

    const fn deprecated_names(&mut self, names: &[Name]) {
        let (mut count, mut at) = (0, 0);
        while at < names.len() {
            count += names[at].deprecated as usize;
            at += 1;
        }
        self.number(count);
        at = 0;
        while at < names.len() {
            if names[at].deprecated {
                self.text(names[at].text);
            }
            at += 1;
        }
    }

    const fn field(&mut self, field: &FieldSchema, sources: SourceSet) {
        self.text(field.field);
        self.text(field.docs);
        self.text(field.ty);
        self.shape(&field.shape);
        self.byte(
            if field.optional { flag::OPTIONAL } else { 0 }
                | if field.secret { flag::SECRET } else { 0 }
                | if field.non_empty { flag::NON_EMPTY } else { 0 }
                | if field.public { flag::PUBLIC } else { 0 }
                | if field.trim { flag::TRIM } else { 0 },
        );
        self.sources(sources);
        match field.default {
            None => self.byte(0),
            Some(DefaultText::Value(text)) => {
                self.byte(1);
                self.text(text);
            }
            Some(DefaultText::Expression(text)) => {
                self.byte(2);
                self.text(text);
            }
        }
        self.bounds(field.range);
        self.bounds(field.len);
        self.texts(field.one_of);
        self.maybe(field.sep);
        self.maybe(field.kv_sep);
        self.maybe(field.parse_with);
        self.maybe(field.deprecated);
        self.maybe(if field.secret { None } else { field.example });
    }

    const fn shape(&mut self, shape: &Shape) {
        match *shape {
            Shape::Boolean => self.byte(shape::BOOLEAN),
            Shape::Integer { min, max } => {
                self.byte(shape::INTEGER);
                self.bytes(&min.to_le_bytes());
                self.bytes(&max.to_le_bytes());
            }
            Shape::NonZero { min, max } => {
                self.byte(shape::NON_ZERO);
                self.bytes(&min.to_le_bytes());
                self.bytes(&max.to_le_bytes());
            }
            Shape::Number => self.byte(shape::NUMBER),
            Shape::Character => self.byte(shape::CHARACTER),
            Shape::Text => self.byte(shape::TEXT),
            Shape::Path => self.byte(shape::PATH),
            Shape::Duration => self.byte(shape::DURATION),
            Shape::Choice(words) => {
                self.byte(shape::CHOICE);
                self.texts(words);
            }
            Shape::Format { name, format } => {
                self.byte(shape::FORMAT);
                self.text(name);
                self.maybe(format);
            }
            Shape::List(element) => {
                self.byte(shape::LIST);
                self.shape(element);
            }
            Shape::Array(element, length) => {
                self.byte(shape::ARRAY);
                self.bytes(&(length as u64).to_le_bytes());
                self.shape(element);
            }
            Shape::Map(value) => {
                self.byte(shape::MAP);
                self.shape(value);
            }
            Shape::Json => self.byte(shape::JSON),
            Shape::Opaque => self.byte(shape::OPAQUE),
        }
    }

    const fn sources(&mut self, sources: SourceSet) {
        let (mut at, mut count, mut all) = (0, 0, true);
        while at < Source::ALL.len() {
            if sources.contains(Source::ALL[at]) {
                count += 1;
            } else {
                all = false;
            }
            at += 1;
        }
        if all {
            self.byte(0);
            return;
        }
        self.byte(1);
        self.number(count);
        at = 0;
        while at < Source::ALL.len() {
            if sources.contains(Source::ALL[at]) {
                self.text(Source::ALL[at].name());
            }
            at += 1;
        }
    }

    const fn bounds(&mut self, bounds: Option<Bounds>) {
        match bounds {
            None => self.byte(0),
            Some(Bounds { min, max, inclusive }) => {
                self.byte(1);
                self.maybe(min);
                self.maybe(max);
                self.byte(inclusive as u8);
            }
        }
    }

    /// The optional structs; returns the position after the last variable.
    const fn groups(&mut self, schema: &Schema, mut first: usize) -> usize {
        let mut at = 0;
        while at < schema.members.len() {
            match &schema.members[at] {
                Member::Field(_) => first += 1,
                Member::Group(group) => {
                    if group.optional {
                        self.text(group.field);
                        self.number(first);
                        self.number(super::table::measure_below(group.schema, 0).leaves);
                    }
                    first = self.groups(group.schema, first);
                }
            }
            at += 1;
        }
        first
    }

    const fn maybe(&mut self, text: Option<&str>) {
        match text {
            None => self.byte(0),
            Some(text) => {
                self.byte(1);
                self.text(text);
            }
        }
    }

    const fn texts(&mut self, texts: &[&str]) {
        self.number(texts.len());
        let mut at = 0;
        while at < texts.len() {
            self.text(texts[at]);
            at += 1;
        }
    }

    const fn text(&mut self, text: &str) {
        self.number(text.len());
        self.bytes(text.as_bytes());
    }

    const fn number(&mut self, number: usize) {
        assert!(number <= u32::MAX as usize, "the metadata are too long to be embedded");
        self.bytes(&(number as u32).to_le_bytes());
    }

    const fn byte(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    const fn bytes(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        if end <= self.out.len() {
            let (_, rest) = self.out.split_at_mut(self.at);
            let (target, _) = rest.split_at_mut(bytes.len());
            target.copy_from_slice(bytes);
        }
        self.at = end;
    }
}

const fn has_deprecated_names(table: &Table) -> bool {
    let mut at = 0;
    while at < table.names.len() {
        if table.names[at].deprecated {
            return true;
        }
        at += 1;
    }
    false
}

const fn count_optional(schema: &Schema) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < schema.members.len() {
        if let Member::Group(group) = &schema.members[at] {
            count += group.optional as usize + count_optional(group.schema);
        }
        at += 1;
    }
    count
}
