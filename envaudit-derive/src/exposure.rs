//! Whether a value of a type could be a secret.
//!
//! Numbers, truths, lengths of time, sizes, dates, addresses and paths could not; texts and bytes could, in any box. What
//! the macro does not know is asked by the traits of the library.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, TypePath};

use crate::names::words;
use crate::ty::{Kind, Leaf, Text, Ty};

/// Whether a value could be a secret.
pub(crate) enum Exposure {
    Known(bool),
    /// Where any of these types could hold one.
    Of(Vec<Type>),
}

/// Types of other crates, and of the standard library, that hold no secret whatever they are called.
const HARMLESS: [&str; 50] = [
    // Lengths of time, dates and times.
    "Duration",
    "SignedDuration",
    "TimeDelta",
    "Date",
    "Time",
    "DateTime",
    "NaiveDate",
    "NaiveTime",
    "NaiveDateTime",
    "OffsetDateTime",
    "PrimitiveDateTime",
    "UtcDateTime",
    "SystemTime",
    "Instant",
    "Timestamp",
    "Zoned",
    "Month",
    "Weekday",
    "UtcOffset",
    "FixedOffset",
    "Tz",
    // Sizes and numbers.
    "ByteSize",
    "Byte",
    "ByteUnit",
    "Decimal",
    "BigDecimal",
    "OrderedFloat",
    "NotNan",
    "Wrapping",
    "Saturating",
    "AtomicBool",
    "AtomicUsize",
    "AtomicU64",
    "AtomicU32",
    // Addresses.
    "IpNet",
    "Ipv4Net",
    "Ipv6Net",
    "IpNetwork",
    "Ipv4Network",
    "Ipv6Network",
    "IpCidr",
    "AnyIpCidr",
    "Ipv4Cidr",
    "Ipv6Cidr",
    "MacAddr",
    // Paths and words.
    "Path",
    "Utf8Path",
    "Utf8PathBuf",
    "Level",
    "LevelFilter",
];

impl Ty {
    /// Whether a value could be a secret, as far as the type's name tells.
    pub(crate) fn exposure(&self) -> Exposure {
        let mut asked = Vec::new();
        match could_hold(self, &mut asked) {
            true => Exposure::Known(true),
            false if asked.is_empty() => Exposure::Known(false),
            false => Exposure::Of(asked),
        }
    }

    /// Whether it is a text, so that `SecretString` can take its place: `String`, `Box<str>`, `Cow<'static, str>`.
    pub(crate) fn is_text(&self) -> bool {
        match &self.kind {
            Kind::Option(inner) => inner.is_text(),
            Kind::Leaf(Leaf::Text(text)) => *text == Text::String,
            Kind::Leaf(Leaf::Other) => is_text(&self.written),
            _ => false,
        }
    }

    /// The name of the type of a single value, where that says that it is a secret: `ClientSecret`, `SecUtf8`.
    pub(crate) fn secret_name(&self) -> Option<String> {
        match &self.kind {
            Kind::Option(inner) | Kind::List(inner) | Kind::Array(inner, _) => inner.secret_name(),
            Kind::Map(key, value) => key.secret_name().or_else(|| value.secret_name()),
            Kind::SecretBox(_) | Kind::Leaf(Leaf::SecretString | Leaf::Other) => {
                let name = last_segment(pointed_to(&self.written))?;
                says_secret(&name).then_some(name)
            }
            Kind::Leaf(_) => None,
        }
    }
}

/// Whether it could be one for certain; what only the compiler can tell is noted.
fn could_hold(ty: &Ty, asked: &mut Vec<Type>) -> bool {
    match &ty.kind {
        Kind::Option(inner) => could_hold(inner, asked),
        Kind::List(inner) | Kind::Array(inner, _) => is_byte(inner) || could_hold(inner, asked),
        Kind::Map(key, value) => could_hold(key, asked) | could_hold(value, asked),
        Kind::Leaf(Leaf::Text(text)) => *text != Text::Path,
        Kind::SecretBox(_) | Kind::Leaf(Leaf::SecretString) => {
            asked.push(ty.written.clone());
            false
        }
        Kind::Leaf(Leaf::Other) => could_hold_other(&ty.written, asked),
        Kind::Leaf(_) => false,
    }
}

fn could_hold_other(written: &Type, asked: &mut Vec<Type>) -> bool {
    match written {
        Type::Group(group) => could_hold(&Ty::new(&group.elem), asked),
        Type::Paren(paren) => could_hold(&Ty::new(&paren.elem), asked),
        Type::Tuple(tuple) => {
            tuple.elems.iter().fold(false, |any, elem| could_hold(&Ty::new(elem), asked) | any)
        }
        Type::Slice(slice) => {
            let elem = Ty::new(&slice.elem);
            is_byte(&elem) || could_hold(&elem, asked)
        }
        Type::Reference(reference) => could_hold(&Ty::new(&reference.elem), asked),
        Type::Path(path) if path.path.is_ident("str") => true,
        Type::Path(path) => match pointee(path) {
            Some(pointee) => could_hold(&Ty::new(pointee), asked),
            None => {
                let is_harmless =
                    last_segment(written).is_some_and(|name| HARMLESS.contains(&name.as_str()));
                if !is_harmless {
                    asked.push(written.clone());
                }
                false
            }
        },
        _ => true,
    }
}

fn is_byte(ty: &Ty) -> bool {
    ty.leaf() == Some(Leaf::Int { min: 0, max: u8::MAX.into() })
}

fn is_text(written: &Type) -> bool {
    let pointed = pointed_to(written);
    matches!(pointed, Type::Path(path) if path.path.is_ident("str"))
        || Ty::new(pointed).leaf() == Some(Leaf::Text(Text::String))
}

/// What is at the end of a chain of boxes and references.
fn pointed_to(written: &Type) -> &Type {
    match written {
        Type::Group(group) => pointed_to(&group.elem),
        Type::Paren(paren) => pointed_to(&paren.elem),
        Type::Reference(reference) => pointed_to(&reference.elem),
        Type::Path(path) => pointee(path).map_or(written, pointed_to),
        _ => written,
    }
}

/// What is within `Box`, `Arc` or `Rc`.
pub(crate) fn boxed(written: &Type) -> Option<&Type> {
    match written {
        Type::Group(group) => boxed(&group.elem),
        Type::Paren(paren) => boxed(&paren.elem),
        Type::Path(path) => within(path, &["Box", "Arc", "Rc"]),
        _ => None,
    }
}

/// What is within `Box`, `Arc`, `Rc` or `Cow`.
fn pointee(path: &TypePath) -> Option<&Type> {
    within(path, &["Box", "Arc", "Rc", "Cow"])
}

fn within<'t>(path: &'t TypePath, pointers: &[&str]) -> Option<&'t Type> {
    let last = path.path.segments.last()?;
    let is_pointer = pointers.iter().any(|name| last.ident == name);
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    is_pointer.then(|| types.next()).flatten()
}

fn last_segment(written: &Type) -> Option<String> {
    let Type::Path(path) = written else { return None };
    path.path.segments.last().map(|last| last.ident.to_token_stream().to_string())
}

/// Whether a type's name ends with the word for a secret, or begins as those of `secrecy` and `secstr` do.
fn says_secret(name: &str) -> bool {
    const ENDS: [&str; 6] =
        ["secret", "password", "passwd", "passphrase", "credential", "credentials"];
    const SECSTR: [&str; 4] = ["SecStr", "SecUtf8", "SecVec", "SecBox"];
    const OF_SECRECY: [&str; 8] = ["string", "box", "str", "vec", "bytes", "slice", "value", "key"];
    let words: Vec<String> = words(name).iter().map(|word| word.to_lowercase()).collect();
    match words.as_slice() {
        [first, second] if first == "secret" => OF_SECRECY.contains(&second.as_str()),
        [.., last] if ENDS.contains(&last.as_str()) => true,
        _ => SECSTR.contains(&name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exposure(written: &str) -> Option<bool> {
        match Ty::new(&syn::parse_str(written).unwrap()).exposure() {
            Exposure::Known(known) => Some(known),
            Exposure::Of(_) => None,
        }
    }

    #[test]
    fn texts_and_bytes_could_be_secrets_in_any_box() {
        for written in [
            "String",
            "Option<String>",
            "OsString",
            "Box<str>",
            "std::sync::Arc<str>",
            "Rc<str>",
            "Cow<'static, str>",
            "Arc<String>",
            "Option<Box<[u8]>>",
            "Vec<u8>",
            "[u8; 32]",
            "Box<[u8; 32]>",
            "Vec<String>",
            "Vec<Vec<u8>>",
            "HashMap<String, u32>",
            "BTreeMap<u16, String>",
            "(u16, String)",
            "&'static str",
            "Box<dyn Debug>",
        ] {
            assert_eq!(exposure(written), Some(true), "{written}");
        }
    }

    #[test]
    fn numbers_times_sizes_addresses_and_paths_could_not() {
        for written in [
            "u32",
            "Option<u64>",
            "NonZeroU8",
            "f64",
            "bool",
            "char",
            "Vec<u16>",
            "[f32; 3]",
            "HashMap<u8, bool>",
            "Duration",
            "chrono::Duration",
            "humantime::Duration",
            "jiff::Timestamp",
            "DateTime<Utc>",
            "IpAddr",
            "Vec<ipnet::IpNet>",
            "PathBuf",
            "Arc<Path>",
            "Option<Box<Path>>",
            "camino::Utf8PathBuf",
            "(u8, u8)",
        ] {
            assert_eq!(exposure(written), Some(false), "{written}");
        }
    }

    #[test]
    fn other_types_are_asked() {
        for written in ["Key", "Vec<EdgeToken>", "url::Url", "SecretString", "Secret<String>"] {
            assert_eq!(exposure(written), None, "{written}");
        }
    }

    #[test]
    fn a_type_can_be_named_like_a_secret() {
        for (written, name) in [
            ("oauth2::ClientSecret", Some("ClientSecret")),
            ("Option<secstr::SecUtf8>", Some("SecUtf8")),
            ("Secret<String>", Some("Secret")),
            ("Vec<SecretBytes>", Some("SecretBytes")),
            ("Arc<Password>", Some("Password")),
            ("PasswordPolicy", None),
            ("SecretStore", None),
            ("TokenBucket", None),
            ("Secretary", None),
            ("String", None),
        ] {
            let ty = Ty::new(&syn::parse_str(written).unwrap());
            assert_eq!(ty.secret_name().as_deref(), name, "{written}");
        }
    }
}
