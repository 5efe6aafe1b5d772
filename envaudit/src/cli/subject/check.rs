//! The checks of a value that the metadata describe: its shape, `range`, `one_of`, `len`, `non_empty`.
//!
//! Checks in the program's code (`parse_with`, `validate`, `FromStr`) are not known here, and their values pass.

use core::str::FromStr;
use core::time::Duration;
use std::collections::HashSet;

use crate::schema::{Bounds, FieldSchema, KeyRequest, Shape};
use crate::value::{EnvValue, Raw, ValueError};

/// The separators, if the metadata have none.
const SEP: &str = ",";
const KV_SEP: &str = "=";

/// Whether the program would accept the value.
pub(super) fn check(request: &KeyRequest, raw: &Raw<'_>) -> Result<(), ValueError> {
    let field = request.field();
    if field.parse_with.is_some() {
        return Ok(());
    }
    let text = match (raw.as_str(), field.shape) {
        (Ok(text), _) => text,
        // An `OsString` takes it, and it is a text as well.
        (Err(_), Shape::Path) => return Ok(()),
        (Err(_), Shape::Text) if is_os_string(field.ty) => return Ok(()),
        (Err(error), _) => return Err(error),
    };
    let text = if field.trim { text.trim() } else { text };
    let length = match field.shape {
        Shape::Opaque => return Ok(()),
        Shape::List(element) => elements(field, text, |part| one(field, *element, part))?,
        Shape::Array(element, length) => {
            let found = elements(field, text, |part| one(field, *element, part))?;
            if found != length {
                let message = format!("it has {found} elements instead of {length}");
                return Err(ValueError::plain(message));
            }
            found
        }
        Shape::Map(value) => map(field, *value, text)?,
        shape => {
            one(field, shape, text)?;
            text.chars().count()
        }
    };
    match field.shape {
        // Its length is that of what it is read as.
        Shape::Json => Ok(()),
        _ => check_length(field, length),
    }
}

fn is_os_string(ty: &str) -> bool {
    ty.contains("OsString")
}

fn check_length(field: &FieldSchema, length: usize) -> Result<(), ValueError> {
    if field.non_empty && length == 0 {
        return Err(ValueError::plain("it is empty"));
    }
    if let Some(len) = field.len
        && !within(length as i128, len)
    {
        return Err(ValueError::plain(format!("its length is {length}")));
    }
    Ok(())
}

/// Checks each element. Returns their number.
fn elements(
    field: &FieldSchema,
    text: &str,
    mut check: impl FnMut(&str) -> Result<(), ValueError>,
) -> Result<usize, ValueError> {
    if text.is_empty() {
        return Ok(0);
    }
    let mut count = 0;
    for part in text.split(field.sep.unwrap_or(SEP)) {
        count += 1;
        let part = if field.trim { part.trim() } else { part };
        check(part).map_err(|error| error.in_element(count))?;
    }
    Ok(count)
}

fn map(field: &FieldSchema, value: Shape, text: &str) -> Result<usize, ValueError> {
    let kv_sep = field.kv_sep.unwrap_or(KV_SEP);
    let mut keys = HashSet::new();
    let count = elements(field, text, |part| {
        let (key, part) = part.split_once(kv_sep).ok_or_else(|| {
            ValueError::plain(format!("there is no `{kv_sep}` between key and value"))
        })?;
        let (key, part) = if field.trim { (key.trim(), part.trim()) } else { (key, part) };
        keys.insert(key.to_owned());
        one(field, value, part)
    })?;
    if keys.len() != count {
        return Err(ValueError::plain("a key appears twice"));
    }
    Ok(count)
}

/// A single value: `range` and `one_of` are about the elements of a collection.
fn one(field: &FieldSchema, shape: Shape, text: &str) -> Result<(), ValueError> {
    match shape {
        Shape::Boolean => parsed::<bool>(text),
        Shape::Integer { min, max } => integer(text, min, max, true),
        Shape::NonZero { min, max } => integer(text, min, max, false),
        Shape::Number => parsed::<f64>(text),
        Shape::Character => parsed::<char>(text),
        Shape::Duration => parsed::<Duration>(text),
        Shape::Choice(words) => choice(text, words),
        Shape::Format { name, .. } => format(name, text),
        Shape::Json => json(text),
        Shape::Text | Shape::Path | Shape::Opaque => Ok(()),
        // The separator of a collection within a collection is not known.
        Shape::List(_) | Shape::Array(..) | Shape::Map(_) => return Ok(()),
    }?;
    if let Some(range) = field.range {
        let kept = match (shape, text.parse::<i128>()) {
            (Shape::Number, _) => text.parse().is_ok_and(|value| within::<f64>(value, range)),
            (Shape::Integer { .. } | Shape::NonZero { .. }, Ok(value)) => within(value, range),
            // Above 127 bits.
            (Shape::Integer { .. } | Shape::NonZero { .. }, Err(_)) => {
                text.parse().is_ok_and(|value| within::<u128>(value, range))
            }
            _ => true,
        };
        if !kept {
            return Err(ValueError::unexpected());
        }
    }
    let same = |allowed: &&str| *allowed == text || (shape.is_number() && equal(allowed, text));
    match field.one_of.is_empty() || matches!(shape, Shape::Opaque) {
        false if !field.one_of.iter().any(same) => Err(ValueError::unexpected()),
        _ => Ok(()),
    }
}

fn parsed<T: EnvValue>(text: &str) -> Result<(), ValueError> {
    T::parse(text).map(drop)
}

fn integer(text: &str, min: i128, max: u128, zero: bool) -> Result<(), ValueError> {
    let fits = match (text.parse::<i128>(), text.parse::<u128>()) {
        (_, Ok(value)) => value <= max && i128::try_from(value).map_or(true, |value| value >= min),
        (Ok(value), _) => value >= min,
        (Err(_), Err(_)) => false,
    };
    let is_zero = || text.trim_start_matches(['+', '-']).bytes().all(|byte| byte == b'0');
    // An unsigned type takes no minus, not even before 0.
    let signed = min < 0 || !text.starts_with('-');
    if fits && signed && (zero || !is_zero()) { Ok(()) } else { Err(ValueError::unexpected()) }
}

fn choice(text: &str, words: &[&str]) -> Result<(), ValueError> {
    let plain = |text: &str| text.replace('-', "_").to_ascii_lowercase();
    match words.iter().any(|word| plain(word) == plain(text)) {
        true => Ok(()),
        false => Err(ValueError::unexpected()),
    }
}

/// The formats of this crate's own types; others are the program's.
fn format(name: &str, text: &str) -> Result<(), ValueError> {
    use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};

    /// If the name is that of the type: whether it accepts the text.
    fn of<T: EnvValue>(name: &str, text: &str) -> Option<bool> {
        let Shape::Format { name: own, .. } = T::SHAPE else { return None };
        (own == name).then(|| T::parse(text).is_ok())
    }

    let known = [
        of::<IpAddr>,
        of::<Ipv4Addr>,
        of::<Ipv6Addr>,
        of::<SocketAddr>,
        of::<SocketAddrV6>,
        of::<NaiveDate>,
        of::<NaiveTime>,
        of::<NaiveDateTime>,
        of::<DateTime<Utc>>,
        of::<DateTime<FixedOffset>>,
        #[cfg(feature = "url")]
        of::<url::Url>,
        #[cfg(feature = "uuid")]
        of::<uuid::Uuid>,
        #[cfg(feature = "bytesize")]
        of::<bytesize::ByteSize>,
    ];
    match known.iter().find_map(|known| known(name, text)) {
        Some(false) => Err(ValueError::unexpected()),
        Some(true) | None => Ok(()),
    }
}

fn json(text: &str) -> Result<(), ValueError> {
    serde_json::from_str::<serde_json::Value>(text)
        .map(drop)
        .map_err(|error| ValueError::json(&error, text))
}

/// Whether the value is within the bounds. A bound that is not a literal is not known here.
fn within<T: FromStr + PartialOrd>(value: T, Bounds { min, max, inclusive }: Bounds) -> bool {
    let known = |bound: Option<&str>| bound.and_then(|bound| literal::<T>(bound));
    let above = known(min).is_none_or(|min| value >= min);
    let below = known(max).is_none_or(|max| if inclusive { value <= max } else { value < max });
    above && below
}

fn literal<T: FromStr>(text: &str) -> Option<T> {
    let text = text.replace('_', "").replace("- ", "-");
    text.parse().ok()
}

/// Whether two texts are the same number.
fn equal(one: &str, two: &str) -> bool {
    let same_integer = literal::<i128>(one).zip(two.parse().ok()).map(|(one, two)| one == two);
    same_integer.or_else(|| Some(literal::<f64>(one)? == two.parse::<f64>().ok()?)).unwrap_or(true)
}
