//! `docs/cli.md` and `docs/cli-guide.md` tell of the command as it is.

use std::path::Path;

use envaudit_tests::command::{commands, whole_commands};
use envaudit_tests::reference::{REGENERATE, markdown};

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_reference_is_what_the_command_line_says_of_itself() {
    let (written, made) = (document("cli.md"), markdown());
    let stale = written.lines().zip(made.lines()).position(|(one, other)| one != other);
    let line = stale.unwrap_or(written.lines().count().min(made.lines().count())) + 1;
    assert!(
        written == made,
        "docs/cli.md is stale from line {line} on; write it anew: {REGENERATE}"
    );
    for command in whole_commands() {
        let command = command.join(" ");
        assert!(made.contains(&format!("\n## `{command}`\n")), "{command}");
    }
}

#[test]
fn the_guide_names_every_command_and_every_file_that_it_points_to_is_there() {
    let guide = document("cli-guide.md");
    for command in commands() {
        assert!(guide.contains(&format!("`{command}")), "{command} is not in the guide");
    }
    for (name, text) in [("cli-guide.md", &guide), ("cli.md", &document("cli.md"))] {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(file);
            let elsewhere = target.starts_with("https://");
            assert!(elsewhere || path.exists(), "{name} points to {target}");
        }
    }
}
