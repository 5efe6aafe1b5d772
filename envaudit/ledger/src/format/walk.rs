//! Walks through values that the scanner has accepted, and parses only the requested parts.

use std::borrow::Cow;

use crate::format::json::{Scanner, unescape};

/// The members of an object: the name of each, and the text of its value. Anything else has no members.
pub fn members(object: &str) -> Members<'_> {
    Members(Parts::of(object, "{", "}"))
}

/// The text of the value of a member.
pub fn member<'a>(object: &'a str, wanted: &str) -> Option<&'a str> {
    members(object).find(|(name, _)| name == wanted).map(|(_, value)| value)
}

/// The texts of the items of a list; `None` if the value is not a list.
pub fn list(value: &str) -> Option<Items<'_>> {
    value.starts_with('[').then(|| Items(Parts::of(value, "[", "]")))
}

/// The text of a string without escapes; `None` if the value is not a string.
pub fn text(value: &str) -> Option<Cow<'_, str>> {
    value.strip_prefix('"')?.strip_suffix('"').map(unescape)
}

pub struct Members<'a>(Parts<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next(|scanner| {
            let name = scanner.string().ok()?;
            scanner.expect(":").ok()?;
            Some((unescape(name), scanner.value().ok()?))
        })
    }
}

pub struct Items<'a>(Parts<'a>);

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.0.next(|scanner| scanner.value().ok())
    }
}

/// The parts between two brackets, separated by commas.
struct Parts<'a> {
    scanner: Scanner<'a>,
    /// The text that has to come before the next part.
    before: &'static str,
    end: &'static str,
}

impl<'a> Parts<'a> {
    fn of(value: &'a str, before: &'static str, end: &'static str) -> Self {
        Parts { scanner: Scanner::new(value), before, end }
    }

    fn next<T>(&mut self, read: impl FnOnce(&mut Scanner<'a>) -> Option<T>) -> Option<T> {
        let first = self.before != ",";
        if !first && self.scanner.take(self.end) || !self.scanner.take(self.before) {
            return None;
        }
        if first && self.scanner.take(self.end) {
            return None;
        }
        self.before = ",";
        read(&mut self.scanner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_items_are_given_as_they_stand() {
        let object =
            r#"{"a":[1,{"b":[2]},"x,]"],"c":{"d":[3]},"e":[],"\u0066":"[\u0035]","g":null}"#;
        let shown: Vec<String> =
            members(object).map(|(name, value)| format!("{name} {value}")).collect();
        let expected =
            [r#"a [1,{"b":[2]},"x,]"]"#, r#"c {"d":[3]}"#, "e []", r#"f "[\u0035]""#, "g null"];
        assert_eq!(shown, expected);
        let items = |name| list(member(object, name).unwrap()).map(Iterator::collect::<Vec<_>>);
        assert_eq!(items("a").unwrap(), ["1", r#"{"b":[2]}"#, r#""x,]""#]);
        assert_eq!(items("e"), Some(Vec::new()));
        assert_eq!(items("c"), None);
        assert_eq!(member(object, "f").and_then(text).as_deref(), Some("[5]"));
        assert_eq!(member(object, "g").and_then(text), None);
        assert_eq!(member(object, "d"), None);
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for none in ["{}", "[1]", "", "null", "\"a\"", "{", "{\"a\"", "{\"a\":"] {
            assert_eq!(members(none).count(), 0, "{none}");
        }
        assert_eq!(list("[]").map(Iterator::count), Some(0));
        assert_eq!(list("[1,").map(Iterator::count), Some(1));
    }
}
