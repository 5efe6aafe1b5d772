//! Redaction of texts that look like credentials.

mod arguments;
mod direction;
mod environments;
mod ip_address;
mod named;
mod names;
mod references;
mod search;
mod shapes;
mod urls;
mod webhooks;

use core::ops::Range;
use std::borrow::Cow;

use serde_json::Value;

pub use direction::is_turning;
pub use environments::{is_production, is_same_environment};
pub use ip_address::mask_ip;
pub use names::is_secret_name;
pub use urls::redact_value_text;

/// Where a text has a credential, in bytes.
type Spans = Vec<Range<usize>>;

/// The replacement for a credential.
pub const REDACTED: &str = "[REDACTED]";

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
    let mut spans = Spans::new();
    urls::find(text, &mut spans);
    webhooks::find(text, &mut spans);
    shapes::find(text, &mut spans);
    named::find(text, &mut spans);
    arguments::find(text, &mut spans);
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
    if is_secret_name(name) {
        return hide(value);
    }
    redact_value(value);
    if let Value::String(text) = value
        && let Some(password) = names::names_a_dsn(name).then(|| urls::of_dsn(text)).flatten()
    {
        text.replace_range(password, REDACTED);
    }
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
