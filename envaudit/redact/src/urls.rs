//! Credentials in URLs, and before the `@` of other addresses.

use std::borrow::Cow;

use super::REDACTED;
use super::logons;
use super::search::{ForwardSearch, LastMatch};
use super::spans::Spans;
use super::value_end::{is_mixed, is_within, word_end};

pub(super) fn find(text: &str, spans: &mut Spans) {
    if memchr::memchr(b'@', text.as_bytes()).is_some() {
        userinfo(text, spans);
        oracle(text, spans);
        go(text, spans);
    }
}

/// Schemes in which a user without a password is a token.
const TOKEN_SCHEMES: [&str; 8] =
    ["http", "https", "ws", "wss", "redis", "rediss", "git+https", "amqp"];

/// Whether what stands alone before the `@` of a URL is a secret, and not the name of a user, as in `ssh://git@host`.
fn is_token(before: &str, user: &str) -> bool {
    // Names that stand for all users of a place.
    if ["git", "default", "anonymous"].contains(&user) {
        return false;
    }
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.');
    let scheme = &before[before.trim_end_matches(is_part).len()..];
    TOKEN_SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known))
        || scheme.is_empty()
        || user.len() >= 16 && is_mixed(user)
}

/// Whether a text ends like the name of a host.
fn is_host(text: &str) -> bool {
    let last = text.rsplit_once('.').map(|(_, last)| last);
    last.is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The userinfo of every URL, also if a password was not encoded and has a `/` in it.
fn userinfo(text: &str, spans: &mut Spans) {
    let mut words: ForwardSearch<'_> = ForwardSearch::new(text, word_end);
    let mut last = LastMatch::default();
    let mut done = 0;
    for at in memchr::memchr_iter(b':', text.as_bytes()) {
        // The second is written by some writers of JSON.
        let Some(sign) = ["://", r":\/\/"].iter().find(|sign| text[at..].starts_with(**sign))
        else {
            continue;
        };
        let start = at + sign.len();
        if at < done {
            continue;
        }
        let word_end = words.from(start);
        let word = &text[start..word_end];
        let authority = &word[..word.find(['/', '?', '#']).unwrap_or(word.len())];
        let is_user = |end: &usize| {
            text[start..*end].contains(':') || is_token(&text[..at], &text[start..*end])
        };
        let end = match authority.rfind('@') {
            // Behind it is a host, or the rest of a password that has a sign and a slash.
            Some(end) if is_mixed(&authority[end + 1..]) => last.within(text, start, word_end),
            Some(end) => Some(start + end).filter(is_user),
            None => match authority.trim_end_matches('\\').split_once(':') {
                Some((_, port)) => {
                    let is_port =
                        !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
                    if is_port { None } else { last.within(text, start, word_end) }
                }
                // A host has no capitals: this may be the first half of a token.
                None if is_mixed(authority) && !is_host(authority) => {
                    last.within(text, start, word_end)
                }
                None => None,
            },
        };
        if let Some(end) = end.filter(|end| *end > start) {
            spans.push(start..end);
            done = end;
        }
    }
}

/// `jdbc:oracle:thin:scott/tiger@…`: the part before the `@`.
fn oracle(text: &str, spans: &mut Spans) {
    const DRIVER: &str = "jdbc:oracle:";
    let mut words: ForwardSearch<'_> = ForwardSearch::new(text, word_end);
    let mut signs = ForwardSearch::new(text, |rest| rest.find('@'));
    let mut slashes = ForwardSearch::new(text, |rest| rest.find('/'));
    let mut done = 0;
    for (at, _) in text.match_indices(DRIVER) {
        if at < done {
            continue;
        }
        let driver = at + DRIVER.len();
        let word_end = words.from(driver);
        let Some(colon) = text[driver..word_end].find(':') else { continue };
        let start = driver + colon + 1;
        let sign = signs.from(start);
        if sign == start || sign >= word_end || slashes.from(start) > sign {
            continue;
        }
        // A password that is not quoted may contain the sign itself.
        let place = &text[start..word_end];
        let end = place.find("@//").or_else(|| place.rfind('@')).map_or(sign, |end| start + end);
        spans.push(start..end);
        done = end;
    }
}

/// `user:password@tcp(host:port)/database`, the form of Go drivers: the password.
///
/// The format: <https://github.com/go-sql-driver/mysql#dsn-data-source-name>.
fn go(text: &str, spans: &mut Spans) {
    const NETWORKS: [&str; 6] = ["tcp(", "tcp4(", "tcp6(", "unix(", "cloudsql(", "/"];
    let mut colons = ForwardSearch::new(text, |rest| rest.find(':'));
    let (mut word, mut seen) = (0, 0);
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        let boundary = text[seen..at].char_indices().rfind(|(found, char)| match char {
            '"' | '\'' | '<' | '>' | '`' => !is_within(text.as_bytes(), seen + found),
            char => char.is_whitespace() || char.is_control(),
        });
        if let Some((found, char)) = boundary {
            word = seen + found + char.len_utf8();
        }
        seen = at;
        if !NETWORKS.iter().any(|network| text[at + 1..].starts_with(network)) {
            continue;
        }
        let colon = colons.from(word);
        let is_url = ["://", r":\/\/"].iter().any(|sign| text[colon..].starts_with(sign))
            || text[word..].starts_with("jdbc:");
        if colon + 1 < at && !is_url && !text[colon + 1..].starts_with(REDACTED) {
            spans.push(colon + 1..at);
        }
    }
}

/// Where in an address that is all of a text a password is.
pub(super) fn of_dsn(text: &str) -> Option<core::ops::Range<usize>> {
    let mut colons: ForwardSearch<'_> = ForwardSearch::new(text, |rest| rest.find(':'));
    before_sign(text, 0, text.len(), &mut LastMatch::default(), &mut colons)
}

/// Where in an address without a scheme a password is, or a user alone: before the last `@` of it.
pub(super) fn before_sign(
    text: &str,
    start: usize,
    end: usize,
    last: &mut LastMatch,
    colons: &mut ForwardSearch<'_>,
) -> Option<core::ops::Range<usize>> {
    let sign = last.within(text, start, end)?;
    let colon = colons.from(start);
    let start = match colon < sign {
        true if text[colon..].starts_with("://") => return None,
        true => colon + 1,
        false => start,
    };
    (start < sign && !text[start..].starts_with(REDACTED)).then_some(start..sign)
}

/// A text that is one value, such as that of a variable, without the userinfo of a URL that need not be well formed: without
/// all before the last `@` that could be a password, back to the first `//` or, where there is none, the word's beginning; and
/// without the password of `user/password@place`.
///
/// A password that is not escaped may hold any of the characters that would end the authority, and is a common reason for a
/// URL to be invalid, and so to be shown in an error. In a text of several sentences [`redact`](crate::redact) takes less away.
///
/// ```
/// use envaudit_redact::redact_value_text;
///
/// assert_eq!(redact_value_text("postgres://u:p@ss/w?o#rd@h"), "postgres://[REDACTED]@h");
/// assert_eq!(redact_value_text("http://h/a@b"), "http://h/a@b");
/// ```
pub fn redact_value_text(text: &str) -> Cow<'_, str> {
    match of_value(text) {
        Some(userinfo) => {
            format!("{}{REDACTED}{}", &text[..userinfo.start], &text[userinfo.end..]).into()
        }
        None => text.into(),
    }
}

/// Where the userinfo is in a text that is one value.
pub(super) fn of_value(text: &str) -> Option<core::ops::Range<usize>> {
    let at = text.rfind('@')?;
    let slashes = text[..at].find("//").map(|slashes| slashes + 2);
    let word = at - text[..at].rsplit(char::is_whitespace).next().map_or(0, str::len);
    let start = slashes.unwrap_or(word);
    let userinfo = &text[start..at];
    let is_authority = || {
        let before = text[..start].trim_end_matches('/').trim_end_matches(':');
        slashes.is_some() && !userinfo.contains(['/', '?', '#']) && is_token(before, userinfo)
    };
    if !userinfo.is_empty() && (userinfo.contains(':') || is_authority()) {
        return Some(start..at);
    }
    let end = at + text[at..].find(char::is_whitespace).unwrap_or(text.len() - at);
    let logon = logons::password(&text[word..end]).filter(|_| slashes.is_none())?;
    Some(word + logon.start..word + logon.end)
}
