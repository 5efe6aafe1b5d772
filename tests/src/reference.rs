//! The reference of the command line in Markdown, made from what clap knows of it.

use std::path::Path;

use clap::{Arg, ArgAction, Command};

/// How the file with the reference is written anew.
pub const REGENERATE: &str =
    "cargo run --quiet -p envaudit-tests --features cli --bin cli_reference > docs/cli.md";

/// The whole reference.
pub fn markdown() -> String {
    let mut whole = envaudit::cli::command();
    whole.build();
    let mut page = Page::default();
    page.line(&format!("<!-- Written by `{REGENERATE}`; a test compares. -->"));
    page.line("# The command line of `envaudit`");
    page.line(&format!(
        "{}. [The guide](cli-guide.md) says what for, and shows answers.",
        about(&whole)
    ));
    let commands = leaves(&whole);
    page.heading("Commands");
    page.table(
        ["command", "does"],
        commands
            .iter()
            .map(|(name, command)| [format!("[`{name}`](#{})", anchor(name)), about(command)]),
    );
    page.heading("Arguments of every command");
    let globals: Vec<&Arg> = whole.get_arguments().filter(|arg| arg.is_global_set()).collect();
    let mut headings: Vec<&str> = globals.iter().filter_map(|arg| arg.get_help_heading()).collect();
    headings.dedup();
    for heading in headings {
        let under = globals.iter().filter(|arg| arg.get_help_heading() == Some(heading));
        page.line(&format!("{heading}:"));
        page.arguments(under.copied());
    }
    page.after(&whole);
    for (name, command) in &commands {
        page.command(name, command);
    }
    page.0
}

/// The commands that do something, by all of their words.
fn leaves(whole: &Command) -> Vec<(String, &Command)> {
    whole
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
        .flat_map(|command| match command.has_subcommands() {
            true => {
                let inner = command.get_subcommands();
                inner.map(|it| (format!("{} {}", command.get_name(), it.get_name()), it)).collect()
            }
            false => vec![(command.get_name().to_owned(), command)],
        })
        .collect()
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn anchor(heading: &str) -> String {
    heading.replace(' ', "-")
}

#[derive(Default)]
struct Page(String);

impl Page {
    /// A paragraph.
    fn line(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.line(&format!("## {text}"));
    }

    fn code(&mut self, language: &str, text: &str) {
        self.line(&format!("```{language}\n{text}\n```"));
    }

    fn table(&mut self, head: [&str; 2], rows: impl Iterator<Item = [String; 2]>) {
        let mut table = format!("| {} | {} |\n| --- | --- |", head[0], head[1]);
        for [left, right] in rows {
            let right = right.replace('|', "\\|").replace('\n', " ");
            table.push_str(&format!("\n| {} | {right} |", left.replace('|', "\\|")));
        }
        self.line(&table);
    }

    fn command(&mut self, name: &str, command: &Command) {
        self.heading(&format!("`{name}`"));
        self.line(&format!("{}.", about(command)));
        let usage = command.clone().render_usage().to_string();
        self.code("text", usage.trim_start_matches("Usage: ").trim());
        let own = |arg: &&Arg| {
            !arg.is_global_set() && arg.get_id() != "help" && arg.get_id() != "version"
        };
        let arguments: Vec<&Arg> = command.get_arguments().filter(own).collect();
        if !arguments.is_empty() {
            self.arguments(arguments.into_iter());
        }
        self.after(command);
        // One schema may be that of all commands of a command.
        let names = [name.replace(' ', "-"), name.split(' ').next().unwrap_or(name).to_owned()];
        let files = names.map(|name| format!("schemas/{name}.schema.json"));
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        if let Some(file) = files.iter().find(|file| docs.join(file).exists()) {
            self.line(&format!("What it writes as JSON: [schema]({file})."));
        }
    }

    fn arguments<'a>(&mut self, arguments: impl Iterator<Item = &'a Arg>) {
        self.table(["argument", "meaning"], arguments.map(|arg| [written(arg), meaning(arg)]));
    }

    /// What help ends with: prose, and lines that are indented as a person types them.
    fn after(&mut self, command: &Command) {
        let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for paragraph in text.split("\n\n") {
            let (prose, typed): (Vec<&str>, Vec<&str>) =
                paragraph.lines().partition(|line| !line.starts_with("  "));
            if !prose.is_empty() {
                self.line(&prose.join("\n"));
            }
            if !typed.is_empty() {
                let typed: Vec<&str> = typed.iter().map(|line| line.trim()).collect();
                self.code("sh", &typed.join("\n"));
            }
        }
    }
}

/// The argument as it is typed.
fn written(arg: &Arg) -> String {
    let value = match arg.get_action() {
        ArgAction::Set | ArgAction::Append => {
            let names = arg.get_value_names().unwrap_or_default();
            names.iter().map(|name| name.to_string()).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    };
    let long = arg.get_long().map(|long| format!("--{long}"));
    let short = arg.get_short().map(|short| format!("-{short}"));
    let names: Vec<String> = [short, long].into_iter().flatten().collect();
    let text = match (names.is_empty(), value.is_empty()) {
        (true, _) => value,
        (false, true) => names.join("`, `"),
        (false, false) => format!("{} {value}", names.join("`, `")),
    };
    format!("`{text}`")
}

fn meaning(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<String> =
        arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    if takes_value && !values.is_empty() {
        text.push_str(&format!("; one of {}", values.join(", ")));
    }
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    if takes_value && !defaults.is_empty() {
        text.push_str(&format!(" [default: {}]", defaults.join(", ")));
    }
    if arg.is_required_set() && !arg.is_positional() {
        text.push_str("; required");
    }
    text
}
