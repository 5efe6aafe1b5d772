//! Numbers, texts and the other types that hold one thing.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use core::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8,
    NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
};
use core::time::Duration;
use std::ffi::OsString;
use std::path::PathBuf;

use super::{EnvValue, Raw, ValueError};
use crate::schema::Shape;

impl EnvValue for bool {
    const SHAPE: Shape = Shape::Boolean;

    fn parse(text: &str) -> Result<Self, ValueError> {
        const TRUE: [&str; 4] = ["true", "1", "yes", "on"];
        const FALSE: [&str; 4] = ["false", "0", "no", "off"];
        let is_one_of = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ if is_one_of(TRUE) => Ok(true),
            _ if is_one_of(FALSE) => Ok(false),
            _ => Err(ValueError::unexpected()),
        }
    }
}

macro_rules! integers {
    ($($int:ident $non_zero:ident)*) => {$(
        impl EnvValue for $int {
            const SHAPE: Shape = Shape::Integer {
                min: $int::MIN as i128,
                max: $int::MAX as u128,
            };

            fn parse(text: &str) -> Result<Self, ValueError> {
                text.parse().map_err(|_| ValueError::unexpected())
            }
        }

        impl EnvValue for $non_zero {
            const SHAPE: Shape = Shape::NonZero {
                min: $non_zero::MIN.get() as i128,
                max: $non_zero::MAX.get() as u128,
            };

            fn parse(text: &str) -> Result<Self, ValueError> {
                text.parse().map_err(|_| ValueError::unexpected())
            }
        }
    )*};
}

integers! {
    u8 NonZeroU8
    u16 NonZeroU16
    u32 NonZeroU32
    u64 NonZeroU64
    u128 NonZeroU128
    usize NonZeroUsize
    i8 NonZeroI8
    i16 NonZeroI16
    i32 NonZeroI32
    i64 NonZeroI64
    i128 NonZeroI128
    isize NonZeroIsize
}

/// Types whose `FromStr` error says no more than their shape does.
macro_rules! from_str {
    ($($(#[$cfg:meta])* $ty:ty: $shape:expr;)*) => {$(
        $(#[$cfg])*
        impl EnvValue for $ty {
            const SHAPE: Shape = $shape;

            fn parse(text: &str) -> Result<Self, ValueError> {
                text.parse().map_err(|_| ValueError::unexpected())
            }
        }
    )*};
}

const fn format(name: &'static str, format: &'static str) -> Shape {
    Shape::Format { name, format: Some(format) }
}

from_str! {
    char: Shape::Character;
    IpAddr: Shape::Format { name: "an IP address", format: None };
    Ipv4Addr: format("an IPv4 address", "ipv4");
    Ipv6Addr: format("an IPv6 address", "ipv6");
    SocketAddr: Shape::Format { name: "an address such as `127.0.0.1:8080`", format: None };
    SocketAddrV4: Shape::Format { name: "an address such as `127.0.0.1:8080`", format: None };
    SocketAddrV6: Shape::Format { name: "an address such as `[::1]:8080`", format: None };
    chrono::NaiveDate: format("a date such as `2026-11-30`", "date");
    chrono::NaiveTime: Shape::Format { name: "a time of day such as `13:45:00`", format: None };
    chrono::NaiveDateTime: Shape::Format { name: "a time such as `2026-11-30T13:45:00`", format: None };
    chrono::DateTime<chrono::Utc>: format("a time such as `2026-11-30T13:45:00Z`", "date-time");
    chrono::DateTime<chrono::FixedOffset>: format("a time such as `2026-11-30T13:45:00+01:00`", "date-time");
    #[cfg(feature = "url")]
    url::Url: format("an absolute URL", "uri");
    #[cfg(feature = "uuid")]
    uuid::Uuid: format("a UUID", "uuid");
}

macro_rules! floats {
    ($($float:ident)*) => {$(
        /// A number beyond the greatest one of the type is refused; `inf` and `nan` are infinity and no number.
        impl EnvValue for $float {
            const SHAPE: Shape = Shape::Number;

            fn parse(text: &str) -> Result<Self, ValueError> {
                let value: $float = text.parse().map_err(|_| ValueError::unexpected())?;
                match value.is_infinite() && text.contains(|char: char| char.is_ascii_digit()) {
                    true => Err(ValueError::plain(format!(
                        "it is beyond the greatest number of the type, {:e}", $float::MAX
                    ))),
                    false => Ok(value),
                }
            }
        }
    )*};
}

floats! { f32 f64 }

/// Whole bytes, up to the greatest number of them: the crate `bytesize` itself takes the greatest for everything beyond, and
/// counts in floating-point numbers, which have not all of them.
#[cfg(feature = "bytesize")]
impl EnvValue for bytesize::ByteSize {
    const SHAPE: Shape = Shape::Format { name: "a size such as `10 MiB`", format: None };

    fn parse(text: &str) -> Result<Self, ValueError> {
        let size: bytesize::ByteSize = text.parse().map_err(|_| ValueError::unexpected())?;
        let end = text.find(|char: char| !(char.is_ascii_digit() || char == '.'));
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let one: bytesize::ByteSize = match format!("1{unit}").parse() {
            Ok(one) if !number.is_empty() => one,
            _ => return Ok(size),
        };
        let beyond = || ValueError::plain("it is beyond the greatest size, 16 EiB");
        if number.bytes().all(|byte| byte.is_ascii_digit()) {
            let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(one.0));
            return bytes.map(bytesize::ByteSize).ok_or_else(beyond);
        }
        match number.parse::<f64>().map(|number| number * one.0 as f64) {
            Ok(bytes) if bytes >= u64::MAX as f64 => Err(beyond()),
            Ok(bytes) if bytes > 0.0 && bytes < 1.0 => {
                Err(ValueError::plain("it is less than one byte"))
            }
            _ => Ok(size),
        }
    }
}

impl EnvValue for String {
    const SHAPE: Shape = Shape::Text;

    fn parse(text: &str) -> Result<Self, ValueError> {
        Ok(text.to_owned())
    }

    fn take(raw: &mut Raw<'_>) -> Result<Self, ValueError> {
        raw.take_string()
    }
}

impl EnvValue for Box<str> {
    const SHAPE: Shape = Shape::Text;

    fn parse(text: &str) -> Result<Self, ValueError> {
        Ok(text.into())
    }
}

impl EnvValue for std::sync::Arc<str> {
    const SHAPE: Shape = Shape::Text;

    fn parse(text: &str) -> Result<Self, ValueError> {
        Ok(text.into())
    }
}

impl EnvValue for std::rc::Rc<str> {
    const SHAPE: Shape = Shape::Text;

    fn parse(text: &str) -> Result<Self, ValueError> {
        Ok(text.into())
    }
}

impl EnvValue for std::borrow::Cow<'static, str> {
    const SHAPE: Shape = Shape::Text;

    fn parse(text: &str) -> Result<Self, ValueError> {
        Ok(text.to_owned().into())
    }

    fn take(raw: &mut Raw<'_>) -> Result<Self, ValueError> {
        raw.take_string().map(Into::into)
    }
}

/// Takes bytes that are not UTF-8 too.
impl EnvValue for OsString {
    const SHAPE: Shape = Shape::Text;

    fn parse(text: &str) -> Result<Self, ValueError> {
        Ok(text.into())
    }

    fn take(raw: &mut Raw<'_>) -> Result<Self, ValueError> {
        Ok(raw.take_os())
    }
}

/// Takes bytes that are not UTF-8 too.
impl EnvValue for PathBuf {
    const SHAPE: Shape = Shape::Path;

    fn parse(text: &str) -> Result<Self, ValueError> {
        Ok(text.into())
    }

    fn take(raw: &mut Raw<'_>) -> Result<Self, ValueError> {
        Ok(raw.take_os().into())
    }
}

/// Numbers with units, as the crate `humantime` reads them: `1h 30m`, `250ms`, `2days`.
impl EnvValue for Duration {
    const SHAPE: Shape = Shape::Duration;

    fn parse(text: &str) -> Result<Self, ValueError> {
        humantime::parse_duration(text).map_err(|error| match error {
            humantime::DurationError::UnknownUnit { unit, .. } if unit.is_empty() => {
                ValueError::plain("the unit is missing, such as in `30s` or `500ms`")
            }
            _ => ValueError::unexpected(),
        })
    }
}
