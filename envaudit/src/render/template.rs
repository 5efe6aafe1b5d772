use crate::load::expected;
use crate::schema::table::Table;
use crate::schema::{DefaultText, KeyRequest};

/// An `.env.example`. What must be set stands as an assignment to fill in; what has a default stands commented out, so
/// that copying the file changes nothing.
pub(crate) fn template(table: &Table) -> String {
    let mut out = String::new();
    for request in table.leaves {
        if !out.is_empty() {
            out.push('\n');
        }
        write_variable(&mut out, request);
    }
    out
}

fn write_variable(out: &mut String, request: &KeyRequest) {
    let field = request.field();
    comment(out, field.docs);
    let mut notes = Vec::new();
    if field.required() {
        notes.push("required".to_owned());
    } else if field.optional {
        notes.push("optional".to_owned());
    }
    if field.secret {
        notes.push("secret".to_owned());
    }
    if let Some(sources) = field.sources {
        notes.push(format!("from {sources}"));
    }
    let what = expected(request).replace(" (a secret)", "");
    match notes.is_empty() {
        true => comment(out, &what),
        false => comment(out, &format!("{what} ({})", notes.join(", "))),
    }
    if let Some(DefaultText::Expression(expression)) = field.default {
        comment(out, &format!("default: {expression}"));
    }
    if let Some(instead) = field.deprecated {
        comment(out, &format!("deprecated: {instead}"));
    }
    let example = field.example.filter(|_| !field.secret);
    let value = match (field.secret, field.default) {
        (false, Some(DefaultText::Value(default))) => {
            if let Some(example) = example {
                comment(out, &format!("example: {example}"));
            }
            default
        }
        _ => example.unwrap_or(""),
    };
    let mark = if field.required() { "" } else { "# " };
    out.push_str(&format!("{mark}{}={}\n", request.key(), quoted(value)));
}

fn comment(out: &mut String, text: &str) {
    for line in text.lines() {
        out.push_str(format!("# {}", line.trim()).trim_end());
        out.push('\n');
    }
}

/// The value as an env file needs it to mean itself, on one line: it may stand commented out.
fn quoted(value: &str) -> String {
    let plain = |char: char| char.is_ascii_graphic() && !"\"'\\$#`".contains(char);
    if value.chars().all(plain) {
        value.to_owned()
    } else if !value.contains(['\'', '\n']) {
        format!("'{value}'")
    } else {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
        let escaped = escaped.replace('\n', "\\n");
        format!("\"{escaped}\"")
    }
}
