//! Texts and values without the credentials in them.

use std::borrow::Cow;

use serde_json::Value;

use crate::names::{is_address_name, is_connection_name, is_secret_name, names_a_count};
use crate::spans::Spans;
use crate::{
    REDACTED, arguments, elements, logons, named, pairs, sentences, shapes, urls, webhooks,
};

/// A text without the parts that look like credentials: the userinfo of URLs and of `…_DSN`, values that are named like secrets
/// (`?token=…`, `password=…`, `X-Api-Key: …`), those of arguments (`--password …`, `curl -u user:…`, `mysql -p…`, `sqlplus
/// user/…@db`), bearer and basic authorisation, private keys in PEM, JSON web tokens, the addresses of webhooks, and keys in
/// the shapes of well-known clouds and services.
///
/// Names of files with secrets (`--password-file …`), descriptions of one (`token_ttl=3600`) and references are left:
/// `${PASSWORD}`, `{{password}}`, and after an option `$PASSWORD`, if the whole value is one.
///
/// The time is linear in the length of the text, whatever its content.
///
/// This is the second line of defence: a known secret must not be put into a text at all.
///
/// ```
/// use envaudit_redact::redact;
///
/// assert_eq!(redact("postgres://app:hunter2@db/shop"), "postgres://[REDACTED]@db/shop");
/// assert_eq!(redact("GET /in?token=abc&page=2"), "GET /in?token=[REDACTED]&page=2");
/// assert_eq!(redact("the author of monkey.rs"), "the author of monkey.rs");
/// ```
pub fn redact(text: &str) -> Cow<'_, str> {
    settled(text, redacted_once)
}

/// Repeats a redaction until it changes nothing more: what was put in the place of a credential can be a neighbour by which
/// another one is found.
///
/// Nearly every text is settled after one round. One that is not after many is hidden as a whole.
fn settled(text: &str, once: fn(&str) -> Option<String>) -> Cow<'_, str> {
    const MAX_ROUNDS: usize = 8;
    let Some(mut clean) = once(text) else { return Cow::Borrowed(text) };
    for _ in 0..MAX_ROUNDS {
        match once(&clean) {
            Some(cleaner) => clean = cleaner,
            None => return Cow::Owned(clean),
        }
    }
    Cow::Owned(REDACTED.to_owned())
}

/// The text without the credentials that are found in one search; nothing if that leaves it as it is.
fn redacted_once(text: &str) -> Option<String> {
    let mut spans = spans(text);
    if spans.is_empty() {
        return None;
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
    (clean != text).then_some(clean)
}

fn spans(text: &str) -> Spans {
    let mut spans = Spans::new();
    urls::find(text, &mut spans);
    webhooks::find(text, &mut spans);
    shapes::find(text, &mut spans);
    named::find(text, &mut spans);
    elements::find(text, &mut spans);
    arguments::find(text, &mut spans);
    logons::find(text, &mut spans);
    sentences::find(text, &mut spans);
    spans
}

/// Redacts the texts in a value: everything under the name of a secret, and texts that look like credentials elsewhere.
pub fn redact_value(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(clean) = redact(text) {
                *text = clean;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact_value),
        Value::Object(members) => {
            if members.iter().any(|(name, named)| pairs::says_secret(name, named.as_str())) {
                members
                    .iter_mut()
                    .filter(|(name, _)| pairs::is_value(name))
                    .for_each(|(_, it)| hide(it));
            }
            for (name, member) in members {
                redact_member(name, member);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Redacts a value that has this name.
pub fn redact_member(name: &str, value: &mut Value) {
    if value.is_number() && names_a_count(name) {
        return;
    }
    if is_secret_name(name) {
        return hide(value);
    }
    if let Value::String(text) = value
        && let Cow::Owned(clean) = redact_named(name, text)
    {
        *text = clean;
    }
    redact_value(value);
}

/// A text that is the value of this name, which is not a secret's: as [`redact`] returns it, and without the password of an
/// address if it is the name of one.
///
/// ```
/// use envaudit_redact::redact_named;
///
/// assert_eq!(redact_named("DB_CONNECTION", "scott/tiger@orcl"), "scott/[REDACTED]@orcl");
/// assert_eq!(redact_named("ACTION", "actions/checkout@main"), "actions/checkout@main");
/// ```
pub fn redact_named<'t>(name: &str, text: &'t str) -> Cow<'t, str> {
    if is_address_name(name) {
        return redact_address(text);
    }
    let clean = redact(text);
    match logons::of_value(&clean).filter(|_| is_connection_name(name)) {
        Some(password) => {
            let mut clean = clean.into_owned();
            clean.replace_range(password, REDACTED);
            Cow::Owned(clean)
        }
        None => clean,
    }
}

/// A text that is the address of a database, without the password that it may have though it has no scheme.
///
/// ```
/// use envaudit_redact::redact_address;
///
/// assert_eq!(redact_address("app:hunter2@db:5432/shop"), "app:[REDACTED]@db:5432/shop");
/// ```
pub fn redact_address(text: &str) -> Cow<'_, str> {
    settled(text, |text| {
        let clean = redact(text);
        let password = urls::of_dsn(&clean);
        match (password, clean) {
            (Some(password), clean) => {
                let mut clean = clean.into_owned();
                clean.replace_range(password, REDACTED);
                (clean != text).then_some(clean)
            }
            (None, Cow::Owned(clean)) => Some(clean),
            (None, Cow::Borrowed(_)) => None,
        }
    })
}

/// The parts of a text that [`redact`] and [`redact_value_text`](crate::redact_value_text) take out.
pub fn credentials(text: &str) -> Vec<&str> {
    let mut spans = spans(text);
    spans.extend(urls::of_value(text));
    spans.into_iter().map(|span| &text[span]).collect()
}

fn hide(value: &mut Value) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(members) => members.values_mut().for_each(hide),
        Value::String(_) | Value::Number(_) => *value = REDACTED.into(),
    }
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
