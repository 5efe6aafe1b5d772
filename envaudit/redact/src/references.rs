//! Placeholders of credentials.

/// Whether a whole text is a placeholder that the writer of the text replaces: `{{name}}`, `${{name}}`, `<name>`.
pub(super) fn is_template(text: &str) -> bool {
    is_between(text, "${{", "}}") || is_between(text, "{{", "}}") || is_between(text, "<", ">")
}

/// Whether a whole text is something in brackets: a template, or a shell's `${NAME}` and `$(command)`.
pub(super) fn is_bracketed(text: &str) -> bool {
    is_template(text) || is_between(text, "${", "}") || is_between(text, "$(", ")")
}

/// Whether a text has these around it and nowhere else.
fn is_between(text: &str, open: &str, close: &str) -> bool {
    let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    inner.is_some_and(|inner| !inner.is_empty() && !inner.contains(close))
}

/// Whether a whole text is a reference on a command line: also `$NAME`, `%NAME%`, and the characters that mask a value.
pub(super) fn is_reference(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_variable = || {
        text.strip_prefix('$').is_some_and(|name| is_name(name) || matches!(name, "@" | "*"))
            || text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).is_some_and(is_name)
    };
    // A blank ends `$(cat file)` and `{{ name }}`.
    let is_open = || {
        text.strip_prefix("$(").is_some_and(|rest| !rest.contains(')'))
            || matches!(text, "${{" | "{{" | "<")
    };
    let is_mask = || text.bytes().all(|byte| byte == b'*') || matches!(text, "..." | "…");
    is_bracketed(text) || is_variable() || is_open() || is_mask()
}
