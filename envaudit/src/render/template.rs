//! The `.env.example` of a configuration.

use super::need::{Need, needs};
use crate::error::one_line;
use crate::schema::expected;
use crate::schema::table::Table;
use crate::schema::{DefaultText, KeyRequest};
use crate::sources::SourceSet;

/// An `.env.example`. What must be set is an assignment to fill in; everything else is commented out, so that
/// a copy of the file changes nothing else.
pub(crate) fn template(table: &Table) -> String {
    let mut out = String::new();
    for (request, need) in table.leaves.iter().zip(needs(table)) {
        if !out.is_empty() {
            out.push('\n');
        }
        write_variable(&mut out, request, &need);
    }
    out
}

fn write_variable(out: &mut String, request: &KeyRequest, need: &Need) {
    let field = request.field();
    comment(out, field.docs);
    let mut notes = Vec::new();
    match need {
        Need::Always => notes.push("required".to_owned()),
        Need::Group(group) => notes.push(format!("required with the rest of `{}`", group.field)),
        Need::Never if field.optional => notes.push("optional".to_owned()),
        Need::Never => {}
    }
    if field.secret {
        notes.push("secret".to_owned());
    }
    if request.sources() != SourceSet::ALL {
        notes.push(format!("from {}", request.sources()));
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
    let mark = if matches!(need, Need::Always) { "" } else { "# " };
    out.push_str(&format!("{mark}{}={}\n", request.key(), quoted(value)));
}

fn comment(out: &mut String, text: &str) {
    // An env file ends a line at a carriage return too.
    for line in text.lines().flat_map(|line| line.split('\r')) {
        let line = one_line(line);
        out.push_str(format!("# {}", line.trim()).trim_end());
        out.push('\n');
    }
}

/// The value as an env file needs it to mean itself, on one line: it may be commented out.
fn quoted(value: &str) -> String {
    let plain = |char: char| char.is_ascii_graphic() && !"\"'\\$#`".contains(char);
    // A terminal would obey them.
    let is_bad = |char: char| char.is_control() && !"\t\r\n".contains(char);
    if value.chars().all(plain) {
        value.to_owned()
    } else if !value.contains(['\'', '\n', '\r']) && !value.contains(is_bad) {
        format!("'{value}'")
    } else {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
        let escaped = escaped.replace('\n', "\\n").replace('\r', "\\r");
        // No escape of an env file stands for the others.
        format!("\"{}\"", escaped.replace(is_bad, " "))
    }
}
