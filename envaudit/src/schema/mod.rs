//! What a configuration consists of, as constants.
//!
//! The derive emits one [`Schema`] a struct: its own fields, and references to the schemas of nested structs. Nothing in
//! it depends on where the struct is used. [`table`] turns the tree below one root into a flat list with full keys, in
//! constant evaluation.

mod const_text;
pub(crate) mod embed;
mod expected;
pub(crate) mod group_checks;
mod key;
pub(crate) mod nearest;
#[cfg(feature = "cli")]
pub(crate) mod owned;
pub(crate) mod shape;
pub(crate) mod table;
mod visibility;

pub(crate) use expected::expected;
pub use key::Key;
pub use shape::Shape;
pub use table::KeyRequest;

use self::const_text::equal;
use crate::sources::SourceSet;

/// The metadata of one struct that derives [`EnvConfig`](crate::EnvConfig).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Schema {
    /// The struct's name.
    pub name: &'static str,
    /// The struct's doc comment.
    pub docs: &'static str,
    /// The struct's own prefix, when it declares one.
    pub prefix: Option<&'static str>,
    /// The sources that may supply any of its fields, unless a field says otherwise.
    pub sources: Option<SourceSet>,
    /// Whether the struct has a `validate` function.
    pub validated: bool,
    /// Fields and nested structs, in the order of declaration.
    pub members: &'static [Member],
    /// Whether the derive found mistakes in the struct, so that its fields are not known.
    pub(crate) broken: bool,
}

/// One field of a struct.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "a constant cannot hold a box")]
pub enum Member {
    /// A field that takes one variable.
    Field(FieldSchema),
    /// A field that holds a struct of further fields.
    Group(GroupSchema),
}

/// A field that holds a nested or flattened struct.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GroupSchema {
    /// The field's name.
    pub field: &'static str,
    /// The field's doc comment.
    pub docs: &'static str,
    /// The prefix that the field gives.
    pub prefix: Option<&'static str>,
    /// The prefix when neither the field nor the struct gives one: `FIELD_NAME_`, or nothing for `flatten`.
    pub fallback_prefix: &'static str,
    /// Whether the field is an `Option`, which is `Some` when any of its keys is supplied.
    pub optional: bool,
    /// The struct.
    pub schema: &'static Schema,
}

/// A field that takes one variable.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FieldSchema {
    /// The field's name.
    pub field: &'static str,
    /// The variable's name: all of it when `exact`, else what follows the prefix.
    pub name: &'static str,
    /// Whether `name` is the whole key, whatever the prefix.
    pub exact: bool,
    /// Further names, tried in order.
    pub aliases: &'static [Alias],
    /// The field's doc comment.
    pub docs: &'static str,
    /// The field's type as written.
    pub ty: &'static str,
    /// What a value looks like.
    pub shape: Shape,
    /// Whether the field is left empty when no source has it.
    pub optional: bool,
    /// Whether the value must not be shown.
    pub secret: bool,
    /// The default, if any.
    pub default: Option<DefaultText>,
    /// The only sources that may supply it.
    pub sources: Option<SourceSet>,
    /// The least and the greatest value, as in `range(1..=65535)`.
    pub range: Option<Bounds>,
    /// The only values allowed.
    pub one_of: &'static [&'static str],
    /// The least and the greatest length.
    pub len: Option<Bounds>,
    /// Whether an empty value is refused.
    pub non_empty: bool,
    /// Whether the struct says that the value is not a secret, whatever the field is called.
    pub public: bool,
    /// Whether blanks around a value, and around the elements of a collection, do not count.
    pub trim: bool,
    /// What separates the elements of a collection.
    pub sep: Option<&'static str>,
    /// What separates key and value in an element of a map.
    pub kv_sep: Option<&'static str>,
    /// The path of a `parse_with` function.
    pub parse_with: Option<&'static str>,
    /// What to use instead, for a deprecated variable.
    pub deprecated: Option<&'static str>,
    /// An example value.
    pub example: Option<&'static str>,
}

/// A further name of a field's variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alias {
    /// The name: all of it when `exact`, else what follows the prefix.
    pub name: &'static str,
    /// Whether `name` is the whole name, whatever the prefix.
    pub exact: bool,
    /// Whether a load that finds it warns.
    pub deprecated: bool,
}

/// A default, as far as it can be known without running the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultText {
    /// The text that would give the same value if it were set.
    Value(&'static str),
    /// An expression, as written in the struct.
    Expression(&'static str),
}

/// The bounds of a `range` or a `len`, as written in the struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounds {
    /// The least value.
    pub min: Option<&'static str>,
    /// The greatest value, or the first too great.
    pub max: Option<&'static str>,
    /// Whether `max` itself is allowed.
    pub inclusive: bool,
}

/// Constructors for the derive; the structs are `non_exhaustive` so that metadata can grow.
#[doc(hidden)]
impl Schema {
    pub const fn new(name: &'static str, docs: &'static str, members: &'static [Member]) -> Self {
        Schema { name, docs, prefix: None, sources: None, validated: false, members, broken: false }
    }

    pub const fn broken() -> Self {
        Schema { broken: true, ..Schema::new("", "", &[]) }
    }

    /// Whether this struct, or one below it, is broken.
    pub(crate) const fn is_broken(&self) -> bool {
        let mut at = 0;
        while at < self.members.len() {
            if let Member::Group(group) = &self.members[at]
                && group.schema.is_broken()
            {
                return true;
            }
            at += 1;
        }
        self.broken
    }

    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        self.prefix = Some(prefix);
        self
    }

    pub const fn sources(mut self, sources: SourceSet) -> Self {
        self.sources = Some(sources);
        self
    }

    pub const fn validated(mut self) -> Self {
        self.validated = true;
        self
    }

    /// How many variables there are.
    pub(crate) fn count(&self) -> usize {
        let counts = self.members.iter().map(|member| match member {
            Member::Field(_) => 1,
            Member::Group(group) => group.schema.count(),
        });
        counts.sum()
    }

    /// Whether this struct, or one below it, has a `validate` function.
    pub(crate) const fn validates(&self) -> bool {
        let mut at = 0;
        while at < self.members.len() {
            if let Member::Group(group) = &self.members[at]
                && group.schema.validates()
            {
                return true;
            }
            at += 1;
        }
        self.validated
    }
}

#[doc(hidden)]
impl GroupSchema {
    pub const fn new(
        field: &'static str,
        docs: &'static str,
        prefix: Option<&'static str>,
        fallback_prefix: &'static str,
        optional: bool,
        schema: &'static Schema,
    ) -> Self {
        GroupSchema { field, docs, prefix, fallback_prefix, optional, schema }
    }

    pub(crate) const fn own_prefix(&self) -> &'static str {
        match (self.prefix, self.schema.prefix) {
            (Some(prefix), _) | (None, Some(prefix)) => prefix,
            (None, None) => self.fallback_prefix,
        }
    }
}

macro_rules! setters {
    ($($name:ident: $ty:ty),* $(,)?) => {$(
        pub const fn $name(mut self, $name: $ty) -> Self {
            self.$name = $name;
            self
        }
    )*};
}

#[doc(hidden)]
impl FieldSchema {
    pub const fn new(
        field: &'static str,
        name: &'static str,
        docs: &'static str,
        ty: &'static str,
        shape: Shape,
        optional: bool,
        secret: bool,
    ) -> Self {
        FieldSchema {
            field,
            name,
            exact: false,
            aliases: &[],
            docs,
            ty,
            shape,
            optional,
            secret,
            default: None,
            sources: None,
            range: None,
            one_of: &[],
            len: None,
            non_empty: false,
            public: false,
            trim: false,
            sep: None,
            kv_sep: None,
            parse_with: None,
            deprecated: None,
            example: None,
        }
    }

    pub const fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// An expression may have the secret in it as a literal, so a secret field's is not kept.
    pub const fn default(mut self, default: Option<DefaultText>) -> Self {
        self.default = match default {
            Some(DefaultText::Expression(text))
                if self.secret && !equal(text.as_bytes(), b"Default::default()") =>
            {
                Some(DefaultText::Expression("[REDACTED]"))
            }
            default => default,
        };
        self
    }

    /// What a secret can be is not shown.
    pub const fn one_of(mut self, words: &'static [&'static str]) -> Self {
        self.one_of = if self.secret { &[] } else { words };
        self
    }

    setters! {
        aliases: &'static [Alias],
        sources: Option<SourceSet>,
        range: Option<Bounds>,
        len: Option<Bounds>,
        non_empty: bool,
        public: bool,
        trim: bool,
        sep: Option<&'static str>,
        kv_sep: Option<&'static str>,
        parse_with: Option<&'static str>,
        deprecated: Option<&'static str>,
        example: Option<&'static str>,
    }

    /// Whether a load fails when no source has it.
    pub(crate) const fn required(&self) -> bool {
        !self.optional && self.default.is_none()
    }
}

#[doc(hidden)]
impl Alias {
    pub const fn new(name: &'static str) -> Self {
        Alias { name, exact: false, deprecated: false }
    }

    pub const fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    pub const fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }
}

#[doc(hidden)]
impl Bounds {
    pub const fn new(
        min: Option<&'static str>,
        max: Option<&'static str>,
        inclusive: bool,
    ) -> Self {
        Bounds { min, max, inclusive }
    }
}

impl core::fmt::Display for Bounds {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match (self.min, self.max, self.inclusive) {
            (Some(min), Some(max), true) => write!(f, "from {min} to {max}"),
            (Some(min), Some(max), false) => write!(f, "from {min} to below {max}"),
            (Some(min), None, _) => write!(f, "of at least {min}"),
            (None, Some(max), true) => write!(f, "of at most {max}"),
            (None, Some(max), false) => write!(f, "below {max}"),
            (None, None, _) => f.write_str("of any size"),
        }
    }
}
