//! What looks like a credential, and what is done with it.

use core::ops::Range;
use std::borrow::Cow;

use serde_json::Value;

/// What stands where a credential stood.
pub const REDACTED: &str = "[REDACTED]";

/// A text without what looks like a credential in it: the userinfo of URLs, values that are named like secrets
/// (`?token=…`, `password=…`, `X-Api-Key: …`), bearer and basic authorisation, private keys in PEM, JSON web tokens, and keys
/// in the shapes of well-known clouds and services.
///
/// This is the second line of defence: what is known to be a secret must not be put into a text at all.
///
/// ```
/// use envaudit::ledger::redact;
///
/// assert_eq!(redact("postgres://app:hunter2@db/shop"), "postgres://[REDACTED]@db/shop");
/// assert_eq!(redact("GET /in?token=abc&page=2"), "GET /in?token=[REDACTED]&page=2");
/// assert_eq!(redact("the author of monkey.rs"), "the author of monkey.rs");
/// ```
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut spans = Vec::new();
    if text.contains("://") {
        userinfo(text, &mut spans);
    }
    if text.contains("-----BEGIN") {
        pem(text, &mut spans);
    }
    named_values(text, &mut spans);
    words(text, &mut spans);
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    spans.sort_by_key(|span| span.start);
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for span in spans {
        if span.start >= done {
            clean.push_str(&text[done..span.start]);
            clean.push_str(REDACTED);
        }
        done = done.max(span.end);
    }
    clean.push_str(&text[done..]);
    Cow::Owned(clean)
}

/// Whether a variable, a member or a parameter of this name holds a secret.
///
/// Words are told apart by `_`, `-`, `.`, and capitals: `DB_PASSWORD`, `apiKey` and `auth.token` are secrets, `AUTHOR`,
/// `MONKEY` and `primary_key` are none.
pub fn is_secret_name(name: &str) -> bool {
    const ALONE: [&str; 26] = [
        "password",
        "passwords",
        "passwd",
        "passphrase",
        "passcode",
        "pwd",
        "pass",
        "pw",
        "secret",
        "secrets",
        "token",
        "credential",
        "credentials",
        "creds",
        "apikey",
        "authorization",
        "cookie",
        "bearer",
        "jwt",
        "sig",
        "signature",
        "privatekey",
        "otp",
        "pin",
        "pepper",
        "mnemonic",
    ];
    /// The last word, glued to others.
    const ENDINGS: [&str; 7] =
        ["password", "passwd", "passphrase", "secret", "token", "apikey", "pass"];
    const NO_SECRETS: [&str; 5] = ["bypass", "compass", "trespass", "overpass", "underpass"];
    /// Only as the last of several words.
    const AT_THE_END: [&str; 3] = ["auth", "sk", "salt"];
    const BEFORE_KEY: [&str; 28] = [
        "api",
        "private",
        "access",
        "secret",
        "signing",
        "encryption",
        "master",
        "account",
        "service",
        "auth",
        "hmac",
        "ssh",
        "shared",
        "license",
        "app",
        "session",
        "deploy",
        "tls",
        "ssl",
        "enc",
        "aes",
        "rsa",
        "gpg",
        "pgp",
        "jwt",
        "cookie",
        "webhook",
        "root",
    ];
    let mut previous = String::new();
    for word in words_of(name) {
        if ALONE.contains(&word.as_str()) {
            return true;
        }
        if matches!(word.as_str(), "key" | "keys") && BEFORE_KEY.contains(&previous.as_str()) {
            return true;
        }
        previous = word;
    }
    let is_glued = ENDINGS.iter().any(|ending| previous.ends_with(ending));
    let is_one_of_many = previous.len() < name.len();
    is_glued && !NO_SECRETS.contains(&previous.as_str())
        || is_one_of_many && AT_THE_END.contains(&previous.as_str())
}

/// The words of a name, in lower case.
fn words_of(name: &str) -> impl Iterator<Item = String> + '_ {
    let bytes = name.as_bytes();
    let mut start = 0;
    std::iter::from_fn(move || {
        while start < bytes.len() && !bytes[start].is_ascii_alphanumeric() {
            start += 1;
        }
        if start == bytes.len() {
            return None;
        }
        let mut end = start + 1;
        while end < bytes.len() && bytes[end].is_ascii_alphanumeric() {
            let capital = bytes[end].is_ascii_uppercase();
            let after_small = !bytes[end - 1].is_ascii_uppercase();
            // In `APIKey` the last of the capitals begins the next word.
            let before_small = bytes.get(end + 1).is_some_and(u8::is_ascii_lowercase);
            if capital && (after_small || before_small) {
                break;
            }
            end += 1;
        }
        let word = name[start..end].to_ascii_lowercase();
        start = end;
        Some(word)
    })
}

/// Redacts the texts in a value: all that stands under a name of a secret, and what looks like a credential elsewhere.
pub(crate) fn redact_value(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(clean) = redact(text) {
                *text = clean;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact_value),
        Value::Object(members) => {
            for (name, member) in members {
                redact_member(name, member);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Redacts a value that has this name.
pub(crate) fn redact_member(name: &str, value: &mut Value) {
    if is_secret_name(name) { hide(value) } else { redact_value(value) }
}

fn hide(value: &mut Value) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(members) => members.values_mut().for_each(hide),
        Value::String(_) | Value::Number(_) => *value = REDACTED.into(),
    }
}

fn ends_word(char: char) -> bool {
    char.is_whitespace() || char.is_control() || matches!(char, '"' | '\'' | '<' | '>' | '`')
}

/// The userinfo of every URL, also where a password was not encoded and has a `/` in it.
fn userinfo(text: &str, spans: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let rest = &text[start..];
        let word = &rest[..rest.find(ends_word).unwrap_or(rest.len())];
        let authority = &word[..word.find(['/', '?', '#']).unwrap_or(word.len())];
        let end = authority.rfind('@').or_else(|| {
            let (_, port) = authority.split_once(':')?;
            let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            if is_port { None } else { word.rfind('@') }
        });
        if let Some(end) = end {
            spans.push(start..start + end);
        }
    }
}

fn pem(text: &str, spans: &mut Vec<Range<usize>>) {
    for (start, _) in text.match_indices("-----BEGIN") {
        let rest = &text[start..];
        let label = rest[10..].split("-----").next().unwrap_or_default();
        if matches!(
            label.trim(),
            "CERTIFICATE" | "PUBLIC KEY" | "RSA PUBLIC KEY" | "CERTIFICATE REQUEST"
        ) {
            continue;
        }
        let end = rest.find("-----END").map_or(rest.len(), |end| {
            let after = end + 8;
            rest[after..].find("-----").map_or(rest.len(), |dashes| after + dashes + 5)
        });
        spans.push(start..start + end);
    }
}

/// `name=value` and `name: value`, where the name is a secret's.
fn named_values(text: &str, spans: &mut Vec<Range<usize>>) {
    for (at, sign) in text.match_indices(['=', ':']) {
        let before = text[..at].trim_end_matches(['"', '\'', ' ', '\\']);
        let name_start = before
            .rfind(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.')))
            .map_or(0, |found| found + before[found..].chars().next().map_or(1, char::len_utf8));
        if !is_secret_name(&before[name_start..]) {
            continue;
        }
        let after = &text[at + sign.len()..];
        let value = after.trim_start_matches(' ').trim_start_matches('\\');
        let (quote, value) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => (Some(quote), &value[1..]),
            _ => (None, value),
        };
        let name = &before[name_start..];
        let end = match quote {
            Some(quote) => value.find([quote, '\n']),
            None if is_header(name) => value.find(['\r', '\n', '"', '\'']),
            // The values of a connection string may have blanks in them.
            None if before[..name_start].trim_end().ends_with(';') => value.find([';', '\n', '"']),
            None => value.find(|char: char| {
                ends_word(char) || matches!(char, '&' | ';' | ',' | '#' | '}' | ')')
            }),
        };
        let start = text.len() - value.len();
        let end = start + end.unwrap_or(value.len());
        if start < end && !text[start..end].starts_with(REDACTED) {
            spans.push(start..end);
        }
    }
}

/// Headers whose whole line is secret.
fn is_header(name: &str) -> bool {
    ["authorization", "cookie"].iter().any(|header| {
        let from = name.len().saturating_sub(header.len());
        name.get(from..).is_some_and(|end| end.eq_ignore_ascii_case(header))
    })
}

/// Single words: tokens after `Bearer`, and shapes that are known.
fn words(text: &str, spans: &mut Vec<Range<usize>>) {
    let part = |char: char| {
        char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '+' | '/' | '~')
    };
    let mut scheme = false;
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let len = rest.find(|char| !part(char)).unwrap_or(rest.len());
        if len == 0 {
            start += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let word = &rest[..len];
        let padding = rest[len..].len() - rest[len..].trim_start_matches('=').len();
        // `basic understanding` and `the bearer certificate` are no credentials.
        let other = word.bytes().any(|byte| !byte.is_ascii_lowercase());
        let token = scheme && word != "REDACTED" && (len >= 8 && other || len >= 20);
        if token || is_base64_key(word, padding) {
            spans.push(start..start + len + padding);
        } else {
            let mut at = start;
            // A path or a file name may have a token in it.
            for piece in word.split(['/', '+']) {
                if let Some(from) = known_shape(piece) {
                    spans.push(at + from..at + piece.len());
                }
                at += piece.len() + 1;
            }
        }
        scheme = word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic");
        start += len;
    }
}

/// Base64 that is no hash in hex and no path, as long as the secret keys of AWS (40) or of Azure (88, with padding).
fn is_base64_key(word: &str, padding: usize) -> bool {
    let word = word.strip_suffix('.').unwrap_or(word);
    let has = |kind: fn(&u8) -> bool| word.bytes().any(|byte| kind(&byte));
    (word.len() == 40 || word.len() == 86 && padding == 2)
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

/// Where in a word a key of a known shape begins: at its front, or behind a dot or a dash.
fn known_shape(word: &str) -> Option<usize> {
    let fronts = word.bytes().enumerate().filter(|(_, byte)| !byte.is_ascii_alphanumeric());
    core::iter::once(0)
        .chain(fronts.map(|(at, _)| at + 1))
        .find(|&from| is_known_shape(&word[from..]))
}

fn is_known_shape(word: &str) -> bool {
    /// A prefix, and how many characters follow at least.
    const PREFIXES: [(&str, usize); 34] = [
        ("IQoJb3JpZ2lu", 40),
        ("FwoGZXIvYXdz", 40),
        ("GOCSPX-", 20),
        ("whsec_", 16),
        ("shpat_", 30),
        ("dapi", 32),
        ("hf_", 30),
        ("glrt-", 16),
        ("gldt-", 16),
        ("AIza", 35),
        ("ghp_", 30),
        ("gho_", 30),
        ("ghu_", 30),
        ("ghs_", 30),
        ("ghr_", 30),
        ("github_pat_", 20),
        ("glpat-", 16),
        ("xoxa-", 8),
        ("xoxb-", 8),
        ("xoxp-", 8),
        ("xoxr-", 8),
        ("xoxs-", 8),
        ("sk_live_", 10),
        ("rk_live_", 10),
        ("sk_test_", 10),
        ("sk-", 20),
        ("hvs.", 16),
        ("hvb.", 16),
        ("ya29.", 16),
        ("npm_", 30),
        ("pypi-", 30),
        ("SG.", 30),
        ("dop_v1_", 30),
        ("AGE-SECRET-KEY-", 20),
    ];
    if word.len() < 12 {
        return false;
    }
    let word = word.trim_end_matches(['.', '-', '_']);
    let alone = word.find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or(word.len());
    let aws = ["AKIA", "ASIA"].iter().any(|prefix| word.starts_with(prefix))
        && alone == 20
        && word[..20].bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let azure = (37..=40).contains(&word.len()) && word.get(3..6) == Some("8Q~");
    aws || azure
        || is_jwt(word)
        || PREFIXES.iter().any(|(prefix, rest)| {
            word.strip_prefix(prefix).is_some_and(|after| after.len() >= *rest)
        })
}

/// A signed token has three parts, the first two JSON; an encrypted one has five. One without a signature ends in a dot.
fn is_jwt(word: &str) -> bool {
    let mut parts = word.split('.');
    let is_json = |part: Option<&str>| part.is_some_and(|part| part.starts_with("eyJ"));
    let header = parts.next().is_some_and(|header| header.starts_with("eyJ") && header.len() >= 10);
    header && (word.split('.').count() == 5 || is_json(parts.next()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_redacted_by_the_names_in_it_and_by_what_it_says() {
        let mut value = json!({
            "url": "redis://:x@h", "password": "p", "nested": [{"api_key": 7, "flag": true}], "secret": {"a": "b", "on": false},
        });
        redact_value(&mut value);
        let expected = json!({
            "url": "redis://[REDACTED]@h", "password": "[REDACTED]", "nested": [{"api_key": "[REDACTED]", "flag": true}],
            "secret": {"a": "[REDACTED]", "on": false},
        });
        assert_eq!(value, expected);
    }
}
