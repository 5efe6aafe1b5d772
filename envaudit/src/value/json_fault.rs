//! What is wrong with a JSON document, without any part of the document.

use serde_json::error::Category;

use crate::schema::nearest::nearest;

/// Kinds of JSON, as serde names what it found.
const KINDS: [(&str, &str); 12] = [
    ("boolean", "a boolean"),
    ("integer", "an integer"),
    ("floating point", "a number with a fraction"),
    ("character", "a character"),
    ("string", "a string"),
    ("byte array", "bytes"),
    ("unit", "null"),
    ("null", "null"),
    ("Option", "an optional value"),
    ("sequence", "an array"),
    ("map", "an object"),
    ("newtype", "an object"),
];

/// What the parser says, with the position. Where its words repeat the document, or may do so, they are left out.
pub(super) fn described(error: &serde_json::Error, document: &str) -> String {
    let place = format!("at line {}, column {}", error.line(), error.column());
    let message = error.to_string();
    match error.classify() {
        // The parser of the syntax has a fixed set of messages, which end with the position.
        Category::Syntax | Category::Eof | Category::Io => {
            let message = message.split(" at line ").next().unwrap_or_default();
            format!("{message} {place}")
        }
        Category::Data => match fault(&message, document) {
            Some(fault) => format!("{fault} {place}"),
            None => format!("it is JSON, but not of the form that the program reads, {place}"),
        },
    }
}

/// The faults that serde finds by itself: a missing or an unknown member, a value of another kind.
fn fault(message: &str, document: &str) -> Option<String> {
    for what in ["unknown field", "unknown variant"] {
        if let Some(rest) = message.strip_prefix(what) {
            return unknown(what, rest);
        }
    }
    if let Some(rest) = message.strip_prefix("missing field `") {
        let (name, _) = rest.split_once('`')?;
        return (!document.contains(name)).then(|| format!("missing field `{name}`"));
    }
    let found = message.strip_prefix("invalid type: ")?;
    let (_, kind) = KINDS.iter().find(|(word, _)| found.starts_with(word))?;
    let (_, expected) = found.rsplit_once(", expected ")?;
    let expected = expected.split(" at line ").next()?;
    let is_own = !expected.is_empty() && !shares_a_word(expected, document);
    Some(if is_own {
        format!("{kind} instead of {expected}")
    } else {
        format!("{kind} in a wrong place")
    })
}

/// A name that the program does not know, and those that it does. The name is the document's: it is said where it is nearly one of
/// the others, and could not be anything else.
fn unknown(what: &str, rest: &str) -> Option<String> {
    let (name, rest) = rest.strip_prefix(" `")?.split_once("`, ")?;
    let known = rest.split(" at line ").next()?;
    let is_part =
        |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '`' | ',' | ' ');
    let names = || known.split('`').skip(1).step_by(2);
    let is_typed = known.chars().all(is_part);
    is_typed.then(|| match nearest(name, names()) {
        Some(_) => format!("{what} `{name}`, {known}"),
        None => format!("{what}, {known}"),
    })
}

/// Whether a message has a word of the document, in any case. A visitor of the program's own may say what it was given.
fn shares_a_word(message: &str, document: &str) -> bool {
    const MIN: usize = 4;
    let document = document.to_lowercase();
    let message = message.to_lowercase();
    let words = message.split(|char: char| !char.is_alphanumeric());
    words.filter(|word| word.len() >= MIN).any(|word| document.contains(word))
}

#[cfg(test)]
mod tests {
    use super::described;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct User {
        #[serde(rename = "name")]
        _name: String,
        #[serde(rename = "age")]
        _age: u8,
    }

    #[test]
    fn no_word_of_a_document_is_said() {
        for (document, expected) in [
            (r#"{"name":"swordfish""#, "EOF while parsing an object at line 1, column 19"),
            (r#"{"name":"swordfish"}"#, "missing field `age` at line 1, column 20"),
            (r#"{"name":"a","age":"swordfish"}"#, "a string instead of u8 at line 1, column 29"),
            (r#"{"name":"a","age":[1]}"#, "an array instead of u8 at line 1, column 18"),
            (r#"{"swordfish":1}"#, "unknown field, expected `name` or `age` at line 1, column 12"),
            (r#"{"nam":1}"#, "unknown field `nam`, expected `name` or `age` at line 1, column 6"),
            (
                r#"{"name":"a","age":4711}"#,
                "it is JSON, but not of the form that the program reads, at line 1, column 22",
            ),
        ] {
            let error = serde_json::from_str::<User>(document).expect_err("it is refused");
            assert_eq!(described(&error, document), expected);
        }
    }
}
