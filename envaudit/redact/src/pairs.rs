//! Values whose name is a value too: `<add key="Password" value="…"/>`, `{"name": "DB_PASSWORD", "value": "…"}`.

use core::ops::Range;

use super::names::{ends_in, is_secret_name, names_a_secret_in_text};

/// Last words of the names of members that hold a name.
const KEYS: [&str; 17] = [
    "key",
    "name",
    "property",
    "param",
    "parameter",
    "variable",
    "var",
    "setting",
    "option",
    "attribute",
    "attr",
    "header",
    "field",
    "env",
    "k",
    "label",
    "type",
];

/// Last words of the names of members that hold the value of that name.
const VALUES: [&str; 5] = ["value", "val", "v", "content", "default"];

/// The longest name that is looked at.
const MAX_NAME: usize = 96;

/// How far a name and its value may be from each other.
const MAX_BETWEEN: usize = 256;

/// Whether a member of this name and text says that a secret is in the one beside it.
pub(super) fn says_secret(name: &str, text: Option<&str>) -> bool {
    text.is_some_and(|text| text.len() <= MAX_NAME && is_key(name) && is_name_of_secret(name, text))
}

/// Whether a member of this name holds the value of a name beside it.
pub(super) fn is_value(name: &str) -> bool {
    ends_in(name, &VALUES)
}

fn is_key(name: &str) -> bool {
    ends_in(name, &KEYS)
}

fn is_name_of_secret(key: &str, text: &str) -> bool {
    let is_part = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'/' | b' ')
    };
    let is_name = text.bytes().all(is_part) && text.matches(' ').count() <= 2;
    // Tokens have types, and parameters that are tokens have one.
    let is_input = !ends_in(key, &["type"]) || text.eq_ignore_ascii_case("password");
    is_name && is_input && names_a_secret_in_text(text)
}

/// The names and values of a text that were seen and had no partner yet.
#[derive(Default)]
pub(super) struct Pairs {
    /// Where a name ends, and whether it is a secret's.
    name: Option<(usize, bool)>,
    /// Where the member of a value begins, and where the value is.
    value: Option<Range<usize>>,
}

impl Pairs {
    /// Whether the members of a text are to be looked at.
    pub(super) fn is_part(name: &str) -> bool {
        is_key(name) || is_value(name)
    }

    /// Notes a member that holds a name, which begins here. Returns the value beside it if that is a secret.
    pub(super) fn note_name(
        &mut self,
        text: &str,
        member: Range<usize>,
        start: usize,
        quote: Option<char>,
    ) -> Option<Range<usize>> {
        let window = window(&text[start..], MAX_NAME);
        let is_end = |char: char| match quote {
            Some(quote) => char == quote || matches!(char, '\\' | '\n'),
            None => !char.is_ascii_alphanumeric() && !matches!(char, '_' | '-' | '.'),
        };
        let len = window.find(is_end).unwrap_or(window.len());
        let is_secret = is_name_of_secret(&text[member.clone()], &window[..len]);
        let value = self.value.take().filter(|value| is_one(text, value.end, member.start));
        // `type="password" name="a" value="…"`
        let is_kept =
            self.name.is_some_and(|(end, is_secret)| is_secret && is_one(text, end, member.start));
        if value.is_none() && !is_kept {
            self.name = Some((start + len, is_secret));
        }
        value.filter(|_| is_secret)
    }

    /// Notes a member that holds a value. Returns whether it is a secret.
    pub(super) fn note_value(
        &mut self,
        text: &str,
        member: Range<usize>,
        value: Option<Range<usize>>,
    ) -> bool {
        let name = self.name.take().filter(|(end, _)| is_one(text, *end, member.start));
        match name {
            Some((_, is_secret)) => is_secret,
            None => {
                self.value = value;
                false
            }
        }
    }
}

/// Whether two members are of one object, element or line.
fn is_one(text: &str, from: usize, to: usize) -> bool {
    if to < from || to - from > MAX_BETWEEN {
        return false;
    }
    let between = &text[from..to];
    !between.contains(['{', '}', '<', '>'])
        && !between.contains("\n\n")
        && !between.lines().skip(1).any(|line| line.trim_start().starts_with("- "))
        && !between.trim_end_matches(['"', '\'']).ends_with("- ")
}

/// `define('DB_PASSWORD', '…')`, `setenv("DB_PASSWORD", "…")`: the second of two texts in parentheses.
pub(super) fn of_call(text: &str, quote_at: usize) -> Option<Range<usize>> {
    let quote = text[quote_at..].chars().next()?;
    let rest = window(&text[quote_at + 1..], MAX_NAME);
    let (name, after) = rest.split_once(quote)?;
    let is_call = text[..quote_at].trim_end_matches([' ', '\t']).ends_with('(');
    if !is_call || !is_name_of_secret("", name) {
        return None;
    }
    let argument = after.trim_start_matches([' ', '\t']).strip_prefix(',')?;
    let argument = argument.trim_start_matches([' ', '\t']);
    let start = quote_at + 1 + rest.len() - argument.len();
    let quote = argument.chars().next().filter(|char| matches!(char, '"' | '\''))?;
    let value = window(&text[start + 1..], MAX_BETWEEN);
    let end = value.find([quote, '\n']).filter(|end| value[*end..].starts_with(quote))?;
    let closes = value[end + 1..].trim_start_matches([' ', '\t']).starts_with([')', ',']);
    (closes && !is_name(&value[..end])).then_some(start + 1..start + 1 + end)
}

/// Whether a text in the place of a secret is rather a name of one: `pw` may be both.
pub(super) fn is_name(text: &str) -> bool {
    const SHORT: usize = 3;
    text.len() > SHORT && is_secret_name(text)
}

/// The beginning of a text, of at most so many bytes.
pub(super) fn window(text: &str, max: usize) -> &str {
    let end = (0..=text.len().min(max)).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}
