//! The JSON of a line: how it is written, and the strict scanner that reads it back.
//!
//! The scanner accepts the output of the writer and little else: no whitespace between tokens, no floats, no integers beyond
//! 2^53, no duplicate keys, no raw control characters.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

/// The largest integer that every JSON reader keeps exactly.
pub(crate) const MAX_INTEGER: u64 = 1 << 53;
/// How deep the objects and arrays of a line may nest. The line itself is the first, and `details` the second.
const MAX_DEPTH: usize = 64;
/// The depth of `details`.
const DETAILS: usize = 2;

/// For each byte: 0 if it needs no escape, `u` if it needs `\u00xx`, else the letter of its escape.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 0x20 {
        table[at] = b'u';
        at += 1;
    }
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table
};

/// Writes a string with its quotes.
pub(crate) fn write_string(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let escape = ESCAPES[byte as usize];
        if escape == 0 {
            continue;
        }
        out.extend_from_slice(&bytes[written..at]);
        written = at + 1;
        out.extend_from_slice(&[b'\\', escape]);
        if escape == b'u' {
            out.extend_from_slice(&[
                b'0',
                b'0',
                HEX[(byte >> 4) as usize],
                HEX[(byte & 15) as usize],
            ]);
        }
    }
    out.extend_from_slice(&bytes[written..]);
    out.push(b'"');
}

/// Writes an integer.
pub(crate) fn write_u64(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// The reason why a value cannot be written in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unwritable {
    Float,
    TooDeep,
}

/// Writes a member of an object; an integer beyond 2^53 becomes a string.
pub(crate) fn write_value(out: &mut Vec<u8>, value: &Value) -> Result<(), Unwritable> {
    write_nested(out, value, DETAILS + 1)
}

/// Writes a value; if it is an object or an array, this is its depth.
fn write_nested(out: &mut Vec<u8>, value: &Value, depth: usize) -> Result<(), Unwritable> {
    match value {
        Value::Array(_) | Value::Object(_) if depth > MAX_DEPTH => return Err(Unwritable::TooDeep),
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => write_number(out, number)?,
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_nested(out, item, depth + 1)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (at, (key, member)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_string(out, key);
                out.push(b':');
                write_nested(out, member, depth + 1)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_number(out: &mut Vec<u8>, number: &serde_json::Number) -> Result<(), Unwritable> {
    let (negative, magnitude) = match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => (false, number),
        (None, Some(number)) => (true, number.unsigned_abs()),
        (None, None) => return Err(Unwritable::Float),
    };
    let quote: &[u8] = if magnitude > MAX_INTEGER { b"\"" } else { b"" };
    out.extend_from_slice(quote);
    if negative {
        out.push(b'-');
    }
    write_u64(out, magnitude);
    out.extend_from_slice(quote);
    Ok(())
}

/// The expectation of the scanner, and its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScanError {
    pub(crate) at: usize,
    pub(crate) expected: &'static str,
}

pub(crate) type Scan<T> = Result<T, ScanError>;

/// A cursor over the text of one line.
#[derive(Clone, Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Scanner { text, at: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    pub(crate) fn fail<T>(&self, expected: &'static str) -> Scan<T> {
        Err(ScanError { at: self.at, expected })
    }

    /// Skips this text if it is next. Inlined, the comparison with a constant text compares words.
    #[inline(always)]
    pub(crate) fn take(&mut self, token: &str) -> bool {
        let here = self.rest().starts_with(token.as_bytes());
        if here {
            self.at += token.len();
        }
        here
    }

    #[inline(always)]
    pub(crate) fn expect(&mut self, token: &'static str) -> Scan<()> {
        if self.take(token) { Ok(()) } else { self.fail(token) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The text between the quotes of a string, escapes unread.
    pub(crate) fn string(&mut self) -> Scan<&'a str> {
        self.expect("\"")?;
        let start = self.at;
        loop {
            let rest = self.rest();
            let Some(plain) = find_special(rest) else {
                self.at = self.text.len();
                return self.fail("\"");
            };
            self.at += plain;
            match rest[plain] {
                b'"' => {
                    let raw = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(raw);
                }
                b'\\' => self.escape()?,
                _ => return self.fail("no raw control character"),
            }
        }
    }

    /// The text of a string that has this many bytes and no escapes. The caller checks its characters: control characters and
    /// backslashes are not searched for.
    pub(crate) fn fixed(&mut self, len: usize) -> Option<&'a str> {
        let text = self.text.get(self.at + 1..self.at + 1 + len)?;
        let bytes = self.text.as_bytes();
        if bytes[self.at] != b'"' || bytes.get(self.at + 1 + len) != Some(&b'"') {
            return None;
        }
        self.at += len + 2;
        Some(text)
    }

    fn escape(&mut self) -> Scan<()> {
        match self.rest().get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => {
                let unit = self.unit()?;
                match unit {
                    0xd800..=0xdbff => match self.unit() {
                        Ok(0xdc00..=0xdfff) => Ok(()),
                        _ => self.fail("the second half of a surrogate pair"),
                    },
                    0xdc00..=0xdfff => self.fail("the first half of a surrogate pair"),
                    _ => Ok(()),
                }
            }
            _ => self.fail("an escape that JSON has"),
        }
    }

    /// One `\uXXXX`.
    fn unit(&mut self) -> Scan<u32> {
        let digits = match self.rest() {
            [b'\\', b'u', digits @ ..] if digits.len() >= 4 => &digits[..4],
            _ => return self.fail("\\u and four hex digits"),
        };
        let mut unit = 0;
        for &digit in digits {
            match (digit as char).to_digit(16) {
                Some(value) => unit = unit * 16 + value,
                None => return self.fail("\\u and four hex digits"),
            }
        }
        self.at += 6;
        Ok(unit)
    }

    /// An integer from 0 to 2^53.
    pub(crate) fn integer(&mut self) -> Scan<u64> {
        const EXPECTED: &str = "an integer up to 2^53 without leading zeros";
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = &self.text[self.at..self.at + digits];
        if digits == 0 || digits > 16 || (digits > 1 && text.starts_with('0')) {
            return self.fail(EXPECTED);
        }
        match text.parse() {
            Ok(number) if number <= MAX_INTEGER => {
                self.at += digits;
                Ok(number)
            }
            _ => self.fail(EXPECTED),
        }
    }

    /// An object, as its text.
    pub(crate) fn object(&mut self) -> Scan<&'a str> {
        match self.peek() {
            Some(b'{') => self.value(),
            _ => self.fail("{"),
        }
    }

    /// Any value, as its text.
    pub(crate) fn value(&mut self) -> Scan<&'a str> {
        let start = self.at;
        self.nested(DETAILS)?;
        Ok(&self.text[start..self.at])
    }

    /// Any value; if it is an object or an array, this is its depth.
    fn nested(&mut self, depth: usize) -> Scan<()> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{' | b'[') if depth > MAX_DEPTH => self.fail("at most 64 levels of nesting"),
            Some(b'{') => self.members(depth),
            Some(b'[') => self.items(depth),
            Some(b'-') => {
                self.at += 1;
                match self.integer()? {
                    0 => self.fail("no negative zero"),
                    _ => self.no_fraction(),
                }
            }
            Some(b'0'..=b'9') => {
                self.integer()?;
                self.no_fraction()
            }
            _ if self.take("null") || self.take("true") || self.take("false") => Ok(()),
            _ => self.fail("a value"),
        }
    }

    fn no_fraction(&self) -> Scan<()> {
        match self.peek() {
            Some(b'.' | b'e' | b'E') => self.fail("an integer"),
            _ => Ok(()),
        }
    }

    fn items(&mut self, depth: usize) -> Scan<()> {
        self.expect("[")?;
        if self.take("]") {
            return Ok(());
        }
        loop {
            self.nested(depth + 1)?;
            if self.take("]") {
                return Ok(());
            }
            self.expect(",")?;
        }
    }

    fn members(&mut self, depth: usize) -> Scan<()> {
        self.expect("{")?;
        if self.take("}") {
            return Ok(());
        }
        let mut keys = SeenKeys::default();
        loop {
            let start = self.at;
            let key = self.string()?;
            if !keys.insert(key) {
                return Err(ScanError {
                    at: start,
                    expected: "a key that the object does not have yet",
                });
            }
            self.expect(":")?;
            self.nested(depth + 1)?;
            if self.take("}") {
                return Ok(());
            }
            self.expect(",")?;
        }
    }
}

/// The position of the first quote, backslash or control character. Eight bytes are examined at once.
fn find_special(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // Sets the high bit of every byte of `word` that is zero, and perhaps of bytes above those.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, rest) = bytes.as_chunks();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let backslash = zero(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let special = quote | backslash | control;
        if special != 0 {
            return Some(at * 8 + special.trailing_zeros() as usize / 8);
        }
    }
    let behind = bytes.len() - rest.len();
    rest.iter().position(|&byte| ESCAPES[byte as usize] != 0).map(|at| behind + at)
}

/// The keys of an object: an object of a few members allocates nothing.
#[derive(Default)]
struct SeenKeys<'a> {
    few: [&'a str; 8],
    count: usize,
    many: Option<HashSet<Cow<'a, str>>>,
}

impl<'a> SeenKeys<'a> {
    fn insert(&mut self, raw: &'a str) -> bool {
        // `\u0061` and `a` are the same key.
        if self.many.is_none() && self.count < self.few.len() && !raw.contains('\\') {
            let new = !self.few[..self.count].contains(&raw);
            self.few[self.count] = raw;
            self.count += 1;
            return new;
        }
        let few = &self.few[..self.count];
        let many =
            self.many.get_or_insert_with(|| few.iter().copied().map(Cow::Borrowed).collect());
        many.insert(unescape(raw))
    }
}

/// The text of a string of the scanner, without escapes.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = rest.as_bytes().get(at + 1).copied();
        let mut after = at + 2;
        match escape {
            Some(b'b') => text.push('\u{8}'),
            Some(b'f') => text.push('\u{c}'),
            Some(b'n') => text.push('\n'),
            Some(b'r') => text.push('\r'),
            Some(b't') => text.push('\t'),
            Some(b'u') => {
                let unit = |from: usize| {
                    rest.get(from..from + 4).and_then(|digits| u16::from_str_radix(digits, 16).ok())
                };
                let units = [unit(at + 2), unit(at + 8)].map(Option::unwrap_or_default);
                let pair = matches!(units[0], 0xd800..=0xdbff);
                let units = if pair { &units[..] } else { &units[..1] };
                text.extend(
                    char::decode_utf16(units.iter().copied())
                        .map(|char| char.unwrap_or('\u{fffd}')),
                );
                after = at + if pair { 12 } else { 6 };
            }
            Some(other) => text.push(other as char),
            None => {}
        }
        rest = rest.get(after..).unwrap_or_default();
    }
    text.push_str(rest);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_back_by_serde_json_and_by_the_scanner() {
        let texts = ["", "plain", "\"\\/\u{8}\t\n\u{c}\r\0\u{1f}\u{7f}", "é\u{2028}😀", "a\"b"];
        for text in texts {
            let mut out = Vec::new();
            write_string(&mut out, text);
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
            let line = String::from_utf8(out).unwrap();
            let mut scanner = Scanner::new(&line);
            assert_eq!(unescape(scanner.string().unwrap()), text);
            assert!(scanner.rest().is_empty());
            let theirs = serde_json::to_string(text).unwrap();
            assert_eq!(line, theirs);
            assert_eq!(unescape(r"\u0061\ud83d\ude00\/b"), "a😀/b");
        }
    }

    #[test]
    fn special_bytes_are_found_wherever_they_stand() {
        for byte in 0..=255_u8 {
            for at in 0..20 {
                let mut bytes = [b'~', 0x80, 0xff, b' ', b'!', b'#', b'[', b']'].repeat(3);
                bytes[at] = byte;
                let special = byte < 0x20 || matches!(byte, b'"' | b'\\');
                assert_eq!(find_special(&bytes), special.then_some(at), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn integers_beyond_2_to_the_53_are_written_as_strings_and_floats_are_not_written() {
        let written = |value: Value| {
            let mut out = Vec::new();
            write_value(&mut out, &value).map(|()| String::from_utf8(out).unwrap())
        };
        let exact = json!([9_007_199_254_740_992_u64, -9_007_199_254_740_992_i64, 0, -1]);
        assert_eq!(written(exact).unwrap(), "[9007199254740992,-9007199254740992,0,-1]");
        let beyond = json!([9_007_199_254_740_993_u64, i64::MIN, u64::MAX]);
        let expected = "[\"9007199254740993\",\"-9223372036854775808\",\"18446744073709551615\"]";
        assert_eq!(written(beyond).unwrap(), expected);
        assert_eq!(written(json!({"a": [1.5]})), Err(Unwritable::Float));
        let deep = (0..100).fold(json!(1), |value, _| json!([value]));
        assert_eq!(written(deep), Err(Unwritable::TooDeep));
    }

    #[test]
    fn the_scanner_takes_an_object_of_the_format_alone() {
        let nested = format!("{{\"a\":{}1{}}}", "[".repeat(62), "]".repeat(62));
        let good = [
            "{}",
            r#"{"a":1}"#,
            r#"{"a":[],"b":{},"c":[1,-2,"x",null,true,false]}"#,
            r#"{"a":{"a":{"a":9007199254740992}}}"#,
            r#"{"é":"\u00e9\ud83d\ude00"}"#,
            nested.as_str(),
        ];
        for text in good {
            let mut scanner = Scanner::new(text);
            assert_eq!(scanner.object(), Ok(text));
        }
        let many: String = (0..20).map(|at| format!("\"k{at}\":1,")).collect();
        let many = format!("{{{many}\"k3\":1}}");
        let nested = format!("{{\"a\":{}1{}}}", "[".repeat(63), "]".repeat(63));
        let bad = [
            "",
            "[]",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1",
            "{ }",
            "{\"a\": 1}",
            "{\"a\":1.0}",
            "{\"a\":1e3}",
            "{\"a\":01}",
            "{\"a\":-0}",
            "{\"a\":-}",
            "{\"a\":9007199254740993}",
            "{\"a\":1 }",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1,\"\\u0061\":2}",
            "{\"a\":{\"b\":1,\"b\":2}}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\\udc00\"}",
            "{\"a\":\"\\u00g0\"}",
            "{\"a\":[1,]}",
            "{\"a\":nul}",
            "{a:1}",
            many.as_str(),
            nested.as_str(),
        ];
        for text in bad {
            assert!(Scanner::new(text).object().is_err(), "{text}");
        }
    }
}
