//! Texts and values without the credentials in them.

use std::borrow::Cow;

use serde_json::Value;

use crate::names::{is_address_name, is_secret_name, names_a_count};
use crate::spans::Spans;
use crate::{REDACTED, arguments, named, shapes, urls, webhooks};

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
    let mut spans = spans(text);
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

fn spans(text: &str) -> Spans {
    let mut spans = Spans::new();
    urls::find(text, &mut spans);
    webhooks::find(text, &mut spans);
    shapes::find(text, &mut spans);
    named::find(text, &mut spans);
    arguments::find(text, &mut spans);
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
        && is_address_name(name)
        && let Cow::Owned(clean) = redact_address(text)
    {
        *text = clean;
    }
    redact_value(value);
}

/// A text that is the address of a database, without the password that it may have though it has no scheme.
///
/// ```
/// use envaudit_redact::redact_address;
///
/// assert_eq!(redact_address("app:hunter2@db:5432/shop"), "app:[REDACTED]@db:5432/shop");
/// ```
pub fn redact_address(text: &str) -> Cow<'_, str> {
    let clean = redact(text);
    match urls::of_dsn(&clean) {
        Some(password) => {
            let mut clean = clean.into_owned();
            clean.replace_range(password, REDACTED);
            clean.into()
        }
        None => clean,
    }
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
