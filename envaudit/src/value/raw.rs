//! The text of a variable before it is read as a type.

use std::ffi::OsString;

use super::ValueError;

/// The bytes that a source gave for a variable, before they are read as a type.
#[doc(hidden)]
pub struct Raw<'a>(RawText<'a>);

enum RawText<'a> {
    Os(OsString),
    Borrowed(&'a str),
    Owned(String),
    /// Made of the value of a secret field, whatever field it is for.
    Secret(String),
}

impl<'a> Raw<'a> {
    pub(crate) fn os(text: OsString) -> Self {
        Raw(RawText::Os(text))
    }

    pub(crate) fn borrowed(text: &'a str) -> Self {
        Raw(RawText::Borrowed(text))
    }

    pub(crate) fn owned(text: String) -> Self {
        Raw(RawText::Owned(text))
    }

    pub(crate) fn secret(text: String) -> Self {
        Raw(RawText::Secret(text))
    }

    pub(crate) fn is_secret(&self) -> bool {
        matches!(self.0, RawText::Secret(_))
    }

    pub fn as_str(&self) -> Result<&str, ValueError> {
        match &self.0 {
            RawText::Os(text) => text.to_str().ok_or(ValueError::not_utf8()),
            RawText::Borrowed(text) => Ok(text),
            RawText::Owned(text) | RawText::Secret(text) => Ok(text),
        }
    }

    /// Whether it begins with the mark of UTF-16, which no UTF-8 has.
    pub(crate) fn begins_as_utf16(&self) -> bool {
        let RawText::Os(text) = &self.0 else { return false };
        let bytes = text.as_encoded_bytes();
        bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])
    }

    #[cfg(any(feature = "ledger", feature = "live"))]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            RawText::Os(text) => text.as_encoded_bytes(),
            RawText::Borrowed(text) => text.as_bytes(),
            RawText::Owned(text) | RawText::Secret(text) => text.as_bytes(),
        }
    }

    /// The text, without a copy where it is owned. What is left is empty.
    pub(crate) fn take_string(&mut self) -> Result<String, ValueError> {
        match &mut self.0 {
            RawText::Os(text) => match std::mem::take(text).into_string() {
                Ok(text) => Ok(text),
                Err(bytes) => {
                    *text = bytes;
                    Err(ValueError::not_utf8())
                }
            },
            RawText::Borrowed(text) => Ok((*text).to_owned()),
            RawText::Owned(text) | RawText::Secret(text) => Ok(std::mem::take(text)),
        }
    }

    pub(crate) fn take_os(&mut self) -> OsString {
        match &mut self.0 {
            RawText::Os(text) => std::mem::take(text),
            RawText::Borrowed(text) => OsString::from(*text),
            RawText::Owned(text) | RawText::Secret(text) => OsString::from(std::mem::take(text)),
        }
    }

    /// The same text, to be taken while this one stays.
    pub fn shared(&self) -> Raw<'_> {
        match &self.0 {
            RawText::Os(text) => match text.to_str() {
                Some(text) => Raw::borrowed(text),
                None => Raw::os(text.clone()),
            },
            RawText::Borrowed(text) => Raw::borrowed(text),
            RawText::Owned(text) | RawText::Secret(text) => Raw::borrowed(text),
        }
    }

    pub fn trimmed(&self) -> Result<Raw<'_>, ValueError> {
        Ok(Raw::borrowed(self.as_str()?.trim()))
    }
}
