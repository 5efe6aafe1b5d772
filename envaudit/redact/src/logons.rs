//! `user/password@place`, as Oracle's programs take it.

use core::ops::Range;

use super::REDACTED;
use super::names::last_word_is;
use super::search::ForwardSearch;
use super::spans::Spans;
use super::value_end::is_within;

/// The commands that such a logon follows.
const COMMANDS: [&str; 4] = ["connect", "conn", "logon", "userid"];

/// `connect scott/tiger@orcl`: the password.
pub(super) fn find(text: &str, spans: &mut Spans) {
    let mut ends: ForwardSearch<'_> = ForwardSearch::new(text, end);
    let (mut word, mut seen, mut done) = (0, 0, 0);
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        let boundary = text[seen..at].char_indices().rfind(|(found, char)| match char {
            '"' | '\'' | '<' | '>' | '`' => is_end(text.as_bytes(), seen + found),
            char => char.is_whitespace() || char.is_control(),
        });
        if let Some((found, char)) = boundary {
            word = seen + found + char.len_utf8();
        }
        seen = at;
        if word < done || !follows_command(&text[..word]) {
            continue;
        }
        let end = ends.from(word);
        done = end;
        if let Some(password) = password(&text[word..end]) {
            spans.push(word + password.start..word + password.end);
        }
    }
}

/// Where a logon ends.
pub(super) fn end(text: &str) -> Option<usize> {
    let ends = |(at, char): &(usize, char)| match char {
        '"' | '\'' | '<' | '>' | '`' => is_end(text.as_bytes(), *at),
        char => char.is_whitespace() || char.is_control(),
    };
    text.char_indices().find(ends).map(|(at, _)| at)
}

/// Whether a quote or a bracket is around a logon, and not around the password in it or a part of that.
fn is_end(bytes: &[u8], at: usize) -> bool {
    let is_around_password = bytes.get(at + 1) == Some(&b'@') || at > 0 && bytes[at - 1] == b'/';
    !is_around_password && !is_within(bytes, at)
}

fn follows_command(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '\t', '"', '\'', ':', '=']);
    COMMANDS.iter().any(|command| last_word_is(before, command))
}

/// Where the password is in a text that is one value.
pub(super) fn of_value(text: &str) -> Option<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let password = password(text.trim())?;
    Some(start + password.start..start + password.end)
}

/// Where the password is in a word that is a logon.
///
/// A path has no name of a user before its first slash, and a package or an image has a version or a hash behind the sign.
pub(super) fn password(word: &str) -> Option<Range<usize>> {
    let slash = word.find('/').filter(|at| is_user(&word[..*at]))?;
    let rest = &word[slash + 1..];
    let sign = rest.find("@//").or_else(|| rest.rfind('@'))?;
    let (password, place) = (&rest[..sign], &rest[sign + 1..]);
    let is_path = password.starts_with('/') || place.is_empty() || is_version(place);
    let is_new = !password.is_empty() && !password.starts_with(REDACTED);
    (is_new && !is_path).then_some(slash + 1..slash + 1 + sign)
}

fn is_user(text: &str) -> bool {
    let is_part =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#' | b'[' | b']');
    text.starts_with(|char: char| char.is_ascii_alphabetic()) && text.bytes().all(is_part)
}

/// `v4`, `1.2.3`, `sha256:…`, and not the four numbers of an address.
fn is_version(place: &str) -> bool {
    const HASHES: [&str; 3] = ["sha256:", "sha512:", "md5:"];
    let number = place.strip_prefix('v').unwrap_or(place);
    let end = number.find(|char: char| !char.is_ascii_digit() && char != '.');
    let (digits, rest) = number.split_at(end.unwrap_or(number.len()));
    let is_number = digits.starts_with(|char: char| char.is_ascii_digit())
        && digits.matches('.').count() < 3
        && (rest.is_empty() || rest.starts_with(['-', '+', ',', ')', ';']));
    is_number || HASHES.iter().any(|hash| place.starts_with(hash))
}
