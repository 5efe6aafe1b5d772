//! Where a value ends that has no quotes around it, though it may hold any punctuation.

/// How far the name of a member is looked for.
const MAX_NAME: usize = 64;

/// Where a word of a text may end: not at a quote or an angle bracket between two letters or digits, which a password may hold.
pub(super) fn word_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let ends = |(at, char): &(usize, char)| match char {
        '"' | '\'' | '<' | '>' | '`' => !is_within(bytes, *at),
        char => is_blank(*char),
    };
    text.char_indices().find(ends).map(|(at, _)| at)
}

/// Whether a byte of ASCII has a letter or a digit on both sides.
pub(super) fn is_within(bytes: &[u8], at: usize) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    is_part(bytes.get(at + 1)) && is_part(at.checked_sub(1).and_then(|before| bytes.get(before)))
}

/// Where the value of a secret's name ends that begins a text.
pub(super) fn value_end(text: &str) -> Option<usize> {
    end_of(text, false)
}

/// The same in the query of a URL, where a `#` begins the fragment.
pub(super) fn parameter_end(text: &str) -> Option<usize> {
    end_of(text, true)
}

fn end_of(text: &str, is_parameter: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut closing = Closing { text, known: None };
    let ends = |&(at, char): &(usize, char)| {
        let rest = &text[at + char.len_utf8()..];
        match char {
            '#' if is_parameter => !is_mixed(rest),
            '&' => begins_parameter(rest) || rest.starts_with('&') || closing.leads_out(at),
            ',' | ';' => begins_member(rest) || closing.leads_out(at),
            '"' | '\'' => {
                rest.starts_with([',', '}', ']', ')', '>', ':', ';', '/', '\\', '"', '\''])
                    || closing.leads_out(at)
            }
            ')' | '}' | ']' | '>' | '`' => closing.leads_out(at),
            '<' => matches!(bytes.get(at + 1), Some(b'/')) || rest.is_empty(),
            '\\' => rest.starts_with(['"', '\'']) && end_of_quote(rest),
            char => is_blank(char),
        }
    };
    text.char_indices().find(ends).map(|(at, _)| at)
}

/// Whether the quote that begins a text ends something in JSON within JSON.
fn end_of_quote(text: &str) -> bool {
    let after = text[1..].chars().next();
    after.is_none_or(|char| !char.is_alphanumeric())
}

/// Where a value of a connection string ends: at a `;` behind which the next begins, or nothing.
pub(super) fn connection_end(text: &str) -> Option<usize> {
    let ends = |&(at, char): &(usize, char)| match char {
        '\n' => true,
        '"' => !is_within(text.as_bytes(), at),
        ';' => begins_pair(&text[at + 1..]),
        _ => false,
    };
    text.char_indices().find(ends).map(|(at, _)| at)
}

/// Where a list of texts ends: at a bracket behind a quote.
pub(super) fn list_end(text: &str) -> Option<usize> {
    let ends = |(at, char): &(usize, char)| {
        *char == ']' && text[..*at].trim_end_matches([' ', '\t', '\r', '\n']).ends_with(['"', '\''])
    };
    text.char_indices().find(ends).map(|(at, _)| at)
}

/// Where a header ends: with its line, or a quote around it.
pub(super) fn header_end(text: &str) -> Option<usize> {
    let ends = |(at, char): &(usize, char)| match char {
        '\r' | '\n' => true,
        '"' | '\'' => !is_within(text.as_bytes(), *at),
        _ => false,
    };
    text.char_indices().find(ends).map(|(at, _)| at)
}

/// Whether a text begins with `Some Name=`, or has nothing but blanks before its line ends.
fn begins_pair(text: &str) -> bool {
    let name = text.bytes().take(MAX_NAME);
    let len =
        name.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_')).count();
    let after = &text[len..];
    text.starts_with(char::is_whitespace)
        || len == 0 && (after.is_empty() || after.starts_with(['"', ')', '}']))
        || len > 0 && after.starts_with('=')
}

/// Whether a text begins with `name=`.
fn begins_parameter(text: &str) -> bool {
    let is_part = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']' | b'%')
    };
    let len = text.bytes().take(MAX_NAME).take_while(is_part).count();
    len > 0 && text[len..].starts_with('=')
}

/// Whether a text begins with the name of the next member: `name=`, `name: `, `"name":`, `{name:`.
fn begins_member(text: &str) -> bool {
    let inner = text.trim_start_matches(['{', '[', '(']);
    let inner = if text.len() - inner.len() > 4 { text } else { inner };
    let inner = inner.strip_prefix('\\').unwrap_or(inner);
    let inner = inner.strip_prefix(['"', '\'']).unwrap_or(inner);
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let len = inner.bytes().take(MAX_NAME).take_while(is_part).count();
    let after = &inner[len..];
    let after = after.strip_prefix('\\').unwrap_or(after);
    let after = after.strip_prefix(['"', '\'']).unwrap_or(after);
    len > 0 && after.starts_with(['=', ':'])
}

/// Characters that close what stands around a value.
struct Closing<'t> {
    text: &'t str,
    /// A run of them that was looked at, and whether nothing follows it.
    known: Option<(usize, usize, bool)>,
}

impl Closing<'_> {
    /// Whether only such characters are between this position and a blank or the end.
    fn leads_out(&mut self, at: usize) -> bool {
        if let Some((from, to, leads_out)) = self.known
            && (from..to).contains(&at)
        {
            return leads_out;
        }
        let is_closing = |char: char| {
            matches!(
                char,
                ')' | '}'
                    | ']'
                    | '>'
                    | '"'
                    | '\''
                    | '`'
                    | ','
                    | ';'
                    | '.'
                    | ':'
                    | '!'
                    | '?'
                    | '&'
                    | '\\'
            )
        };
        let rest = &self.text[at..];
        let len = rest.find(|char| !is_closing(char)).unwrap_or(rest.len());
        let leads_out = rest[len..].chars().next().is_none_or(is_blank);
        self.known = Some((at, at + len, leads_out));
        leads_out
    }
}

/// A value without the characters at its end that close what was opened before it.
pub(super) fn without_closing(text: &str) -> &str {
    let opens = |open: char| memchr::memchr(open as u8, text.as_bytes()).is_some();
    let (parenthesis, brace, bracket, angle) = (opens('('), opens('{'), opens('['), opens('<'));
    text.trim_end_matches(|char: char| match char {
        ')' => !parenthesis,
        '}' => !brace,
        ']' => !bracket,
        '>' => !angle,
        char => matches!(char, '`' | '\\'),
    })
}

/// Whether a text begins with a word of small letters, capitals and digits, as secrets have, and fragments of a URL do not.
pub(super) fn is_mixed(text: &str) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric();
    let word = &text.as_bytes()[..text.bytes().take(MAX_NAME).take_while(is_part).count()];
    let has = |kind: fn(&u8) -> bool| word.iter().any(kind);
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}

fn is_blank(char: char) -> bool {
    char.is_whitespace() || char.is_control()
}
