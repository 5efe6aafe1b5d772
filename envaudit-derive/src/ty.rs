//! What the macro can tell of a type by looking at it.
//!
//! A macro sees names, not types, so what is not recognised here (an alias, a type of the user's) is left to the traits
//! of the library.

use syn::{Expr, GenericArgument, Path, PathArguments, Type};

use crate::source_text::source_text;

/// A field's type, taken apart as far as its name allows.
pub(crate) struct Ty {
    pub(crate) written: Type,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Option(Box<Ty>),
    /// `Vec`, `VecDeque`, `HashSet`, `BTreeSet`.
    List(Box<Ty>),
    Array(Box<Ty>, Box<Expr>),
    Map(Box<Ty>, Box<Ty>),
    /// `SecretBox<T>`, but not of `str`.
    SecretBox(Box<Ty>),
    Leaf(Leaf),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    Bool,
    Int {
        min: i128,
        max: u128,
    },
    NonZero {
        min: i128,
        max: u128,
    },
    Float,
    Char,
    /// Made from any text.
    Text(Text),
    SecretString,
    /// A type whose text form the macro can check.
    Parsed(Parsed),
    /// Not known to the macro.
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    String,
    OsString,
    Path,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parsed {
    Duration,
    Ip,
    Ipv4,
    Ipv6,
    Socket,
    SocketV4,
    SocketV6,
}

impl Ty {
    pub(crate) fn new(written: &Type) -> Self {
        Ty { written: written.clone(), kind: kind(written) }
    }

    /// The type within `Option`, or the type itself.
    pub(crate) fn within_option(&self) -> &Ty {
        match &self.kind {
            Kind::Option(inner) => inner,
            _ => self,
        }
    }

    pub(crate) fn is_option(&self) -> bool {
        matches!(self.kind, Kind::Option(_))
    }

    /// The type of a single value: what is within `Option` and collections. Of a map, the values.
    pub(crate) fn element(&self) -> &Ty {
        match &self.kind {
            Kind::Option(inner)
            | Kind::List(inner)
            | Kind::Array(inner, _)
            | Kind::Map(_, inner) => inner.element(),
            Kind::SecretBox(_) | Kind::Leaf(_) => self,
        }
    }

    pub(crate) fn leaf(&self) -> Option<Leaf> {
        match self.kind {
            Kind::Leaf(leaf) => Some(leaf),
            _ => None,
        }
    }

    pub(crate) fn is_collection(&self) -> bool {
        matches!(self.within_option().kind, Kind::List(_) | Kind::Array(..) | Kind::Map(..))
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self.within_option().kind, Kind::Map(..))
    }

    /// Whether it, or a part of it, is called as the secret types of the library are. Another type may have the name.
    pub(crate) fn is_named_secret(&self) -> bool {
        let mut found = false;
        self.each_leaf(&mut |ty| {
            found |= matches!(ty.kind, Kind::SecretBox(_) | Kind::Leaf(Leaf::SecretString));
        });
        found
    }

    /// The parts whose own traits say whether they are secret.
    pub(crate) fn perhaps_secret(&self) -> Vec<&Type> {
        self.parts(|kind| {
            matches!(
                kind,
                Kind::SecretBox(_) | Kind::Leaf(Leaf::SecretString) | Kind::Leaf(Leaf::Other)
            )
        })
    }

    /// The parts of which nothing is known.
    pub(crate) fn unknown(&self) -> Vec<&Type> {
        self.parts(|kind| matches!(kind, Kind::Leaf(Leaf::Other)))
    }

    fn parts(&self, is_wanted: impl Fn(&Kind) -> bool) -> Vec<&Type> {
        let mut parts = Vec::new();
        self.each_leaf(&mut |ty| {
            if is_wanted(&ty.kind) {
                parts.push(&ty.written);
            }
        });
        parts
    }

    fn each_leaf<'t>(&'t self, visit: &mut impl FnMut(&'t Ty)) {
        match &self.kind {
            Kind::Option(inner) | Kind::List(inner) | Kind::Array(inner, _) => {
                inner.each_leaf(visit);
            }
            Kind::Map(key, value) => {
                key.each_leaf(visit);
                value.each_leaf(visit);
            }
            Kind::SecretBox(_) | Kind::Leaf(_) => visit(self),
        }
    }

    /// As an error message calls it.
    pub(crate) fn name(&self) -> String {
        source_text(&self.written)
    }
}

fn kind(written: &Type) -> Kind {
    match written {
        Type::Group(group) => return kind(&group.elem),
        Type::Paren(paren) => return kind(&paren.elem),
        Type::Array(array) => {
            return Kind::Array(Box::new(Ty::new(&array.elem)), Box::new(array.len.clone()));
        }
        _ => {}
    }
    let Type::Path(path) = written else { return Kind::Leaf(Leaf::Other) };
    let Some(last) = path.path.segments.last() else { return Kind::Leaf(Leaf::Other) };
    let name = last.ident.to_string();
    if path.qself.is_some() || is_of_another_module(&path.path, &name) {
        return Kind::Leaf(Leaf::Other);
    }
    let arguments: Vec<&Type> = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let boxed = |at: usize| Box::new(Ty::new(arguments[at]));
    match (name.as_str(), arguments.len()) {
        ("Option", 1) => Kind::Option(boxed(0)),
        ("Vec" | "VecDeque" | "HashSet" | "BTreeSet", 1) | ("HashSet", 2) => Kind::List(boxed(0)),
        ("HashMap" | "BTreeMap", 2) | ("HashMap", 3) => Kind::Map(boxed(0), boxed(1)),
        ("SecretBox", 1) if is_str(arguments[0]) => Kind::Leaf(Leaf::SecretString),
        ("SecretBox", 1) => Kind::SecretBox(boxed(0)),
        ("NonZero", 1) => match leaf(&Ty::new(arguments[0]).name()) {
            Leaf::Int { min, max } => Kind::Leaf(non_zero(min, max)),
            _ => Kind::Leaf(Leaf::Other),
        },
        (name, 0) => Kind::Leaf(leaf(name)),
        _ => Kind::Leaf(Leaf::Other),
    }
}

/// Whether a path says that the type is another of the same name: `chrono::Duration`, `hashbrown::HashMap`.
fn is_of_another_module(path: &Path, name: &str) -> bool {
    let Some(module) = path.segments.iter().rev().nth(1) else { return false };
    let modules: &[&str] = match name {
        "Option" => &["option"],
        "Vec" => &["vec"],
        "VecDeque" => &["collections", "vec_deque"],
        "HashSet" => &["collections", "hash_set"],
        "BTreeSet" => &["collections", "btree_set"],
        "HashMap" => &["collections", "hash_map"],
        "BTreeMap" => &["collections", "btree_map"],
        "String" => &["string"],
        "PathBuf" => &["path"],
        "OsString" => &["ffi"],
        "Duration" => &["time"],
        "SecretBox" | "SecretString" => &["envaudit", "secrecy"],
        name if name.starts_with("NonZero") => &["num"],
        name if name.starts_with("Ip") || name.starts_with("Socket") => &["net"],
        _ => &["primitive"],
    };
    !modules.iter().any(|known| module.ident == known)
}

fn is_str(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("str"))
}

fn non_zero(min: i128, max: u128) -> Leaf {
    Leaf::NonZero { min: if min == 0 { 1 } else { min }, max }
}

fn leaf(name: &str) -> Leaf {
    if let Some((min, max)) = int(name) {
        return Leaf::Int { min, max };
    }
    let of_non_zero = name.strip_prefix("NonZero").and_then(|name| int(&name.to_lowercase()));
    if let Some((min, max)) = of_non_zero {
        return non_zero(min, max);
    }
    match name {
        "bool" => Leaf::Bool,
        "f32" | "f64" => Leaf::Float,
        "char" => Leaf::Char,
        "String" => Leaf::Text(Text::String),
        "OsString" => Leaf::Text(Text::OsString),
        "PathBuf" => Leaf::Text(Text::Path),
        "SecretString" => Leaf::SecretString,
        "Duration" => Leaf::Parsed(Parsed::Duration),
        "IpAddr" => Leaf::Parsed(Parsed::Ip),
        "Ipv4Addr" => Leaf::Parsed(Parsed::Ipv4),
        "Ipv6Addr" => Leaf::Parsed(Parsed::Ipv6),
        "SocketAddr" => Leaf::Parsed(Parsed::Socket),
        "SocketAddrV4" => Leaf::Parsed(Parsed::SocketV4),
        "SocketAddrV6" => Leaf::Parsed(Parsed::SocketV6),
        _ => Leaf::Other,
    }
}

/// The bounds of an integer type. Those of `usize` and `isize` are those of 64 bits, the widest there are.
fn int(name: &str) -> Option<(i128, u128)> {
    Some(match name {
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" | "usize" => (0, u64::MAX.into()),
        "u128" => (0, u128::MAX),
        "i8" => (i8::MIN.into(), i8::MAX as u128),
        "i16" => (i16::MIN.into(), i16::MAX as u128),
        "i32" => (i32::MIN.into(), i32::MAX as u128),
        "i64" | "isize" => (i64::MIN.into(), i64::MAX as u128),
        "i128" => (i128::MIN, i128::MAX as u128),
        _ => return None,
    })
}

impl Parsed {
    /// What a text of this type looks like.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Parsed::Duration => "a duration such as \"1h 30m\" or \"250ms\"",
            Parsed::Ip => "an IP address such as \"127.0.0.1\"",
            Parsed::Ipv4 => "an IPv4 address such as \"127.0.0.1\"",
            Parsed::Ipv6 => "an IPv6 address such as \"::1\"",
            Parsed::Socket | Parsed::SocketV4 => "an address such as \"127.0.0.1:8080\"",
            Parsed::SocketV6 => "an address such as \"[::1]:8080\"",
        }
    }

    /// What was expected, where the text is not of this type.
    pub(crate) fn mistake(self, text: &str) -> Option<&'static str> {
        use std::net;
        let good = match self {
            Parsed::Duration => humantime::parse_duration(text).is_ok(),
            Parsed::Ip => text.parse::<net::IpAddr>().is_ok(),
            Parsed::Ipv4 => text.parse::<net::Ipv4Addr>().is_ok(),
            Parsed::Ipv6 => text.parse::<net::Ipv6Addr>().is_ok(),
            Parsed::Socket => text.parse::<net::SocketAddr>().is_ok(),
            Parsed::SocketV4 => text.parse::<net::SocketAddrV4>().is_ok(),
            Parsed::SocketV6 => text.parse::<net::SocketAddrV6>().is_ok(),
        };
        (!good).then(|| self.example())
    }
}
