//! Sentences and statements that say a secret: `the password is …`, `password changed to …`, `IDENTIFIED BY '…'`.

use core::ops::Range;

use memchr::memmem;

use super::REDACTED;
use super::names::{ends_in, names_a_secret_in_text};
use super::pairs::{self, window};
use super::prose::is_said_value;
use super::references::is_bracketed;
use super::spans::Spans;

/// How far before a word its subject may be.
const MAX_SUBJECT: usize = 64;

/// The longest text in quotes, or word, that is looked at.
const MAX_VALUE: usize = 256;

/// Names of secrets that are words by themselves: one of letters alone may be a password, but is hardly a token.
const PASSWORDS: [&str; 12] = [
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "passcode",
    "pass",
    "pwd",
    "pw",
    "pin",
    "otp",
    "requirepass",
    "masterauth",
];

/// What is between a secret and its value.
const LINKS: [(&str, Link); 7] = [
    (" is ", Link::Is),
    (" is: ", Link::Is),
    (" was ", Link::Is),
    (" are ", Link::Is),
    (" to ", Link::To),
    (" -> ", Link::Is),
    (" → ", Link::Is),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    /// Before it is the secret.
    Is,
    /// Before it is what was done with the secret.
    To,
}

/// What was done with a secret, before `to`.
const DONE: [&str; 7] = ["set", "changed", "reset", "updated", "rotated", "equal", "equals"];

/// Words before a value that say when or how.
const ADVERBS: [&str; 7] = ["now", "still", "just", "simply", "literally", "currently", "again"];

/// Words between a secret and what it is for.
const PREPOSITIONS: [&str; 7] = ["for", "of", "on", "to", "in", "at", "from"];

pub(super) fn find(text: &str, spans: &mut Spans) {
    for (link, kind) in LINKS {
        for at in memmem::find_iter(text.as_bytes(), link) {
            if let Some(is_password) = subject(&text[..at], kind) {
                spans.extend(value_after(text, at + link.len(), is_password, kind));
            }
        }
    }
    for part in ["assw", "ASSW", "assphrase", "asscode", "requirepass", "masterauth"] {
        for at in memmem::find_iter(text.as_bytes(), part) {
            spans.extend(beside(text, at));
        }
    }
    for clause in ["IDENTIFIED BY ", "identified by ", "Identified by "] {
        for at in memmem::find_iter(text.as_bytes(), clause) {
            spans.extend(identified(text, at, at + clause.len()));
        }
    }
    for at in memchr::memchr_iter(b'(', text.as_bytes()) {
        let inner = text[at + 1..].trim_start_matches(' ');
        if inner.starts_with(['"', '\'']) {
            spans.extend(pairs::of_call(text, text.len() - inner.len()));
        }
    }
}

/// Whether the subject at the end of a text is a password; nothing if it is no secret.
fn subject(before: &str, link: Link) -> Option<bool> {
    let before = window_before(before, MAX_SUBJECT);
    let sentence = before.rsplit(['.', ';', '!', '?', '\n', ',', '(']).next()?;
    let mut words = sentence.split_ascii_whitespace().rev().map(bare);
    if link == Link::To {
        words.next().filter(|word| DONE.contains(word))?;
    }
    let mut last: Option<&str> = None;
    let mut is_of = link == Link::To;
    // `the password of the admin is …`
    for (at, word) in words.take(6).enumerate() {
        let pair = || last.filter(|_| at == 1).map(|last| format!("{word} {last}"));
        if (at == 0 || is_of) && names_a_secret_in_text(word) {
            return Some(ends_in(word, &PASSWORDS));
        }
        if let Some(pair) = pair().filter(|pair| names_a_secret_in_text(pair)) {
            return Some(ends_in(&pair, &PASSWORDS) && ends_in(word, &["pass"]));
        }
        is_of |= PREPOSITIONS.contains(&word);
        last = Some(word);
    }
    None
}

fn bare(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`', '*', ':', ')'])
}

/// The value that begins here, behind words that only lead to it.
fn value_after(
    text: &str,
    mut start: usize,
    is_password: bool,
    link: Link,
) -> Option<Range<usize>> {
    loop {
        start = text.len() - text[start..].trim_start_matches([' ', ':']).len();
        let rest = window(&text[start..], MAX_VALUE);
        let word = rest.split([' ', ':']).next()?;
        if !ADVERBS.contains(&word) {
            break;
        }
        start += word.len();
    }
    let rest = window(&text[start..], MAX_VALUE);
    if let Some(quote) = rest.chars().next().filter(|char| matches!(char, '"' | '\'' | '`')) {
        let len = rest[1..].find([quote, '\n'])?;
        let inner = &rest[1..=len];
        let is_value = rest[1 + len..].starts_with(quote) && is_quoted_value(inner, is_password);
        return is_value.then_some(start + 1..start + 1 + len);
    }
    let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (word, after) = rest.split_at(len);
    let word = &word[..word.find('\\').unwrap_or(len)];
    let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '"', '\'', '`']);
    let ends = &rest[word.len()..];
    let is_last = ends.len() > after.len()
        || after.trim().is_empty()
        || [" and ", " but ", "\n", "\r"].iter().any(|next| after.starts_with(next));
    // `password set to expire`
    let is_last = is_last && link == Link::Is;
    let is_value = !rest.starts_with(REDACTED) && is_said_value(word, is_password, is_last);
    is_value.then_some(start..start + word.len())
}

fn is_quoted_value(inner: &str, is_password: bool) -> bool {
    !inner.is_empty()
        && !inner.starts_with(REDACTED)
        && !is_bracketed(inner)
        && !pairs::is_name(inner)
        && is_said_value(inner, is_password, true)
}

/// `password hunter2`, `PASSWORD 'hunter2'`, `PASSWORD('hunter2')`: the value beside a name of which this is a part.
fn beside(text: &str, at: usize) -> Option<Range<usize>> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    let front = window_before(&text[..at], MAX_SUBJECT);
    let front = &front[front.trim_end_matches(is_part).len()..];
    let back = window(&text[at..], MAX_SUBJECT);
    let back = &back[..back.find(|char| !is_part(char)).unwrap_or(back.len())];
    let name = &text[at - front.len()..at + back.len()];
    let start = at + back.len();
    if !ends_in(name, &PASSWORDS) || name.starts_with('-') {
        return None;
    }
    let rest = window(&text[start..], MAX_VALUE);
    let value = rest.trim_start_matches([' ', '(']);
    let between = &rest[..rest.len() - value.len()];
    // Columns of a table are further apart.
    let is_beside = matches!(between, " " | "(" | " (" | "( " | " ( ");
    if !is_beside {
        return None;
    }
    let start = start + rest.len() - value.len();
    if let Some(quote) = value.chars().next().filter(|char| matches!(char, '"' | '\'')) {
        let (inner, after) = value[1..].split_once(quote)?;
        let is_statement = name.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_one = is_statement || !inner.contains(char::is_whitespace) && !is_about(after);
        let is_value = is_one && !inner.contains('\n') && is_quoted_value(inner, true);
        return is_value.then_some(start + 1..start + 1 + inner.len());
    }
    let before = window_before(&text[..at - front.len()], MAX_SUBJECT);
    let is_directive = ends_in(name, &["requirepass", "masterauth"]) || is_login(before);
    let len = value.find(char::is_whitespace).unwrap_or(value.len());
    let word = &value[..value[..len].find('\\').unwrap_or(len)];
    let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'']);
    let name_len =
        word.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let is_value = !value.starts_with(REDACTED)
        && !word.is_empty()
        && !word.starts_with('#')
        && !word[name_len.count()..].starts_with(['=', ':'])
        && !is_bracketed(word)
        && !rest.starts_with('(')
        && (is_directive || is_said_value(word, false, false));
    is_value.then_some(start..start + word.len())
}

/// Whether a text after one in quotes is about what that names: `the password 'a' field`.
fn is_about(after: &str) -> bool {
    const NAMES: [&str; 14] = [
        "field",
        "column",
        "option",
        "parameter",
        "argument",
        "attribute",
        "key",
        "prompt",
        "is",
        "was",
        "has",
        "must",
        "not",
        "file",
    ];
    let after = after.trim_start_matches([' ', ')']);
    let word =
        &after[..after.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(after.len())];
    NAMES.contains(&word)
}

/// `login u` before `password` in a file of credentials of other machines.
fn is_login(before: &str) -> bool {
    let mut words = before.split_ascii_whitespace().rev();
    words.next().is_some() && words.next().is_some_and(|word| word == "login")
}

/// What follows `IDENTIFIED BY` in a statement about a user.
fn identified(text: &str, clause: usize, start: usize) -> Option<Range<usize>> {
    let rest = window(&text[start..], MAX_VALUE);
    let value = rest.trim_start_matches(' ');
    let value = ["PASSWORD ", "VALUES ", "password ", "values "]
        .iter()
        .find_map(|word| value.strip_prefix(word))
        .unwrap_or(value);
    let start = start + rest.len() - value.len();
    let before = window_before(&text[..clause], MAX_SUBJECT).to_ascii_lowercase();
    let is_statement = ["alter user ", "create user ", "create role ", "alter role ", "grant "]
        .iter()
        .any(|word| before.contains(word));
    if let Some(quote) = value.chars().next().filter(|char| matches!(char, '"' | '\'')) {
        let (inner, _) = value[1..].split_once(quote)?;
        let is_clause = is_statement || text[clause..].starts_with("IDENTIFIED");
        let is_value =
            is_clause && !inner.is_empty() && !inner.starts_with(REDACTED) && !is_bracketed(inner);
        return is_value.then_some(start + 1..start + 1 + inner.len());
    }
    let len = value.find([' ', ';', '\n', '\t', ')']).unwrap_or(value.len());
    let word = &value[..len];
    let is_value = is_statement
        && !word.is_empty()
        && !word.starts_with(REDACTED)
        && !is_bracketed(word)
        && !word.eq_ignore_ascii_case("externally");
    is_value.then_some(start..start + len)
}

/// The end of a text, of at most so many bytes.
fn window_before(text: &str, max: usize) -> &str {
    let start = (text.len().saturating_sub(max)..=text.len()).find(|at| text.is_char_boundary(*at));
    &text[start.unwrap_or(0)..]
}
