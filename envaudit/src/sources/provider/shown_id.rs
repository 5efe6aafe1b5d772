//! What a provider calls itself and its secrets, as it is shown and recorded.

use std::borrow::Cow;

use envaudit_redact::{redact, redact_value_text};

/// The name of a store, or a store's name for a secret or for a version of one: one line, of bounded length, without what looks
/// like a credential.
pub(crate) fn shown_id(id: &str) -> Cow<'_, str> {
    const MAX_CHARS: usize = 512;
    let id = match redact_value_text(id.trim()) {
        Cow::Borrowed(id) => redact(id),
        Cow::Owned(id) => redact(&id).into_owned().into(),
    };
    let ends_line = |char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}');
    let id = if id.contains(ends_line) { id.replace(ends_line, " ").into() } else { id };
    match id.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &id[..end]).into(),
        None => id,
    }
}

#[cfg(test)]
mod tests {
    use super::shown_id;

    #[test]
    fn the_names_of_secrets_in_stores_are_shown_as_they_are() {
        for id in [
            "kv/api",
            "secret/data/app#password",
            "checkout/prod#api_key",
            "/checkout/prod/db_password",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
            "arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db_password",
            "projects/123456/secrets/api-key/versions/3",
            "https://myvault.vault.azure.net/secrets/api-key/7f3a0c9e1b2d4f5a8c6e0d1f2a3b4c5d",
            "https://vault.internal:8200/v1/secret/data/checkout/prod?version=3",
            "7f3a0c9e-1b2d-4f5a-8c6e-0d1f2a3b4c5d",
            "é",
        ] {
            assert_eq!(shown_id(id), id);
        }
    }

    #[test]
    fn the_name_of_a_secret_is_one_line_without_credentials() {
        for (id, expected) in [
            ("kv/a\nb\u{1b}[31m", "kv/a b [31m"),
            ("https://u:hunter2@vault/v1/kv", "https://[REDACTED]@vault/v1/kv"),
            ("https://vault/v1/kv?token=hunter2", "https://vault/v1/kv?token=[REDACTED]"),
            ("a\u{2028}b\u{85}c", "a b c"),
        ] {
            assert_eq!(shown_id(id), expected);
        }
        assert!(shown_id(&"é".repeat(1_000)).chars().count() == 513);
    }
}
