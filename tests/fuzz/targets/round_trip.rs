//! Any text as a default, an example and a description: the template that envaudit writes reads back as those texts.
#![no_main]

use std::cell::LazyCell;

use envaudit::EnvConfig;
use envaudit_fuzz::{Folder, command_on};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

thread_local! { static FOLDER: LazyCell<Folder> = const { LazyCell::new(Folder::new) }; }

#[derive(EnvConfig, Debug)]
struct Letters {
    a: String,
    b: String,
    c: String,
}

fuzz_target!(|text: &str| FOLDER.with(|folder| {
    // Three values and, after the third line, a description.
    let mut parts = text.splitn(4, '|');
    let values: [&str; 3] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let docs = parts.next().unwrap_or_default();
    written_by_the_template(folder, values, docs);
    written_by_the_rules(folder, values);
}));

fn written_by_the_template(folder: &Folder, values: [&str; 3], docs: &str) {
    let variables = ["A", "B", "C"].iter().zip(values).map(|(key, value)| {
        json!({
            "key": key, "field": key, "docs": docs, "type": "String", "shape": {"kind": "text"},
            "required": true, "secret": false, "example": value,
        })
    });
    let variables: Vec<Value> = variables.collect();
    let schema = json!({"version": 1, "name": "Letters", "docs": docs, "variables": variables});
    let schema = folder.write("schema.json", schema.to_string());
    let answer = command_on("--schema", &schema, &["template"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    folder.write(".env", &answer.out);
    // Unknown variables are refused: no description is read as one.
    let loaded = folder.loader::<Letters>(&[]).deny_unknown(true).load();
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}\n{}", answer.out));
    // A template has no control characters that a terminal would obey; blanks stand for them.
    let shown = |value: &str| {
        let is_bad = |char: char| char.is_control() && !"\t\r\n".contains(char);
        value.replace(is_bad, " ")
    };
    assert_eq!(
        [&loaded.a, &loaded.b, &loaded.c].map(|value| shown(value)),
        values.map(shown),
        "{}",
        answer.out
    );
    assert!(!answer.out.contains(|char: char| char.is_control() && !"\t\n".contains(char)));
}

/// As docs/env-files.md says that any text can be written.
fn written_by_the_rules(folder: &Folder, values: [&str; 3]) {
    let quoted = values.map(|value| match value.contains(['\'', '\r']) {
        true => {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
            format!("\"{}\"", escaped.replace('\r', "\\r"))
        }
        false => format!("'{value}'"),
    });
    let [a, b, c] = quoted;
    folder.write(".env", format!("A={a} # c\nexport B = {b}\r\nC={c}"));
    let loaded = folder.loader::<Letters>(&[]).deny_unknown(true).load();
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!([&*loaded.a, &*loaded.b, &*loaded.c], values);
}
