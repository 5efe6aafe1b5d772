//! The variables of a configuration as a Markdown table.

use super::need::{Need, needs};
use crate::schema::DefaultText;
use crate::schema::expected;
use crate::schema::table::Table;
use crate::sources::SourceSet;

/// A table of the variables, one a row.
pub(crate) fn markdown(table: &Table) -> String {
    let mut out =
        String::from("| Variable | Value | Default | Description |\n| --- | --- | --- | --- |\n");
    for (request, need) in table.leaves.iter().zip(needs(table)) {
        let field = request.field();
        let default = match (field.default, need) {
            (Some(DefaultText::Value("")), _) => "empty".to_owned(),
            (Some(DefaultText::Value(text) | DefaultText::Expression(text)), _) => code(text),
            (None, Need::Always) => "**required**".to_owned(),
            (None, Need::Group(group)) => {
                format!("**required** with the rest of {}", code(group.field))
            }
            (None, Need::Never) => "not set".to_owned(),
        };
        let mut description = field.docs.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        let mut note = |text: String| {
            if !description.is_empty() {
                description.push(' ');
            }
            description.push_str(&text);
        };
        let deprecated: Vec<&str> = request.deprecated_names().collect();
        let aliases = request.names().skip(1).filter(|name| !deprecated.contains(name));
        let aliases: Vec<String> = aliases.map(code).collect();
        if !aliases.is_empty() {
            note(format!("Also read as {}.", aliases.join(", ")));
        }
        if !deprecated.is_empty() {
            let deprecated: Vec<String> = deprecated.into_iter().map(code).collect();
            note(format!("Also read as {}, which is deprecated.", deprecated.join(", ")));
        }
        if request.sources() != SourceSet::ALL {
            note(format!("Only from: {}.", request.sources()));
        }
        if let Some(example) = field.example.filter(|_| !field.secret) {
            note(format!("Example: {}.", code(example)));
        }
        if let Some(instead) = field.deprecated {
            note(format!("Deprecated: {instead}."));
        }
        let cells = [code(request.key()), expected(request), default, description];
        let cells = cells.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
        out.push_str(format!("| {} |", cells.join(" | ")).replace("|  |", "| |").as_str());
        out.push('\n');
    }
    out
}

fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
