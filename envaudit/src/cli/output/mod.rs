//! What a command says: the answer on stdout, everything else on stderr.

mod file;
mod reader;
mod style;
mod table;
mod terminal;

use std::io::{Read, Write};

use serde::Serialize;

use super::args::{Format, Presentation, When};
use super::failure::Failure;
use crate::sources::environment::Environment;

pub(crate) use file::WholeFile;
pub(crate) use reader::{OfProcess, Reader, Staying};
pub(crate) use style::{Cell, Tone};
pub(crate) use table::{Columns, Table};
pub(crate) use terminal::Terminal;

/// Where a command reads and writes, and what is known of those ends.
pub(crate) struct Streams<'a> {
    pub(crate) stdin: &'a mut dyn Read,
    pub(crate) stdout: &'a mut dyn Write,
    pub(crate) stderr: &'a mut dyn Write,
    /// The terminal that shows stdout, if one does.
    pub(crate) out_terminal: Option<Terminal>,
    pub(crate) err_terminal: Option<Terminal>,
    /// Who reads stdout.
    pub(crate) reader: &'a dyn Reader,
}

impl<'a> Streams<'a> {
    /// Streams that are no terminals.
    pub(crate) fn of(
        stdin: &'a mut dyn Read,
        stdout: &'a mut dyn Write,
        stderr: &'a mut dyn Write,
    ) -> Self {
        Streams { stdin, stdout, stderr, out_terminal: None, err_terminal: None, reader: &Staying }
    }
}

/// The output of one command.
pub(crate) struct Output<'a> {
    stdout: &'a mut dyn Write,
    stderr: &'a mut dyn Write,
    format: Format,
    out_color: bool,
    err_color: bool,
    /// The columns of the terminal that shows stdout.
    width: Option<usize>,
    err_is_terminal: bool,
    quiet: bool,
    verbose: bool,
}

impl<'a> Output<'a> {
    pub(crate) fn new(
        stdout: &'a mut dyn Write,
        stderr: &'a mut dyn Write,
        terminals: [Option<Terminal>; 2],
        presentation: Presentation,
        format: Format,
        env: &Environment,
    ) -> Self {
        let [out, err] = terminals;
        let color = |terminal: Option<Terminal>| wants_color(presentation.color, terminal, env);
        Output {
            stdout,
            stderr,
            format,
            out_color: color(out),
            err_color: color(err),
            width: out.map(|terminal| terminal.width),
            err_is_terminal: err.is_some(),
            quiet: presentation.quiet,
            verbose: presentation.verbose,
        }
    }

    /// Whether the answer is wanted as JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether somebody reads the answer on a terminal: times are human there.
    pub(crate) fn is_terminal(&self) -> bool {
        self.width.is_some()
    }

    /// Whether somebody reads stderr on a terminal and wants to: progress can be shown.
    pub(crate) fn shows_progress(&self) -> bool {
        self.err_is_terminal && !self.quiet
    }

    /// A part of the answer, as it is.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.stdout.write_all(text.as_bytes()).map_err(|error| Failure::of_write(&error))
    }

    /// A line of the answer. Nothing in it is obeyed by a terminal.
    pub(crate) fn line(&mut self, cells: &[Cell]) -> Result<(), Failure> {
        let mut line = String::new();
        for cell in cells {
            cell.write(&mut line, self.out_color);
        }
        line.push('\n');
        self.text(&line)
    }

    /// The answer as JSON, with line breaks and indentation.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value).map_err(|error| {
            Failure::unavailable(format!("the answer cannot be written: {error}"))
        })?;
        self.text(&text)?;
        self.text("\n")
    }

    /// A table that fits the terminal.
    pub(crate) fn table(&mut self, table: &Table) -> Result<(), Failure> {
        let text = table.render(self.width, self.out_color);
        self.text(&text)
    }

    /// The next rows of a table that is written part by part.
    pub(crate) fn more_of_table(
        &mut self,
        table: &Table,
        columns: &mut Columns,
    ) -> Result<(), Failure> {
        let text = table.render_on(columns, self.width, self.out_color);
        self.text(&text)
    }

    /// Sends what has been written on its way.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.stdout.flush().map_err(|error| Failure::of_write(&error))
    }

    /// Something worth knowing that is not the answer.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.quiet {
            self.say(&[Cell::plain(text)]);
        }
    }

    /// Something only those want to know who ask for it.
    pub(crate) fn detail(&mut self, text: &str) {
        if self.verbose {
            self.say(&[Cell::toned(Tone::Faint, text)]);
        }
    }

    /// Something that may be wrong.
    pub(crate) fn warn(&mut self, text: &str) {
        if !self.quiet {
            self.say(&[Cell::toned(Tone::Warning, "warning"), Cell::plain(format!(": {text}"))]);
        }
    }

    /// Why the command does not end well.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        if let Some(message) = &failure.message {
            self.say(&[Cell::toned(Tone::Bad, "error"), Cell::plain(format!(": {message}"))]);
        }
        if let Some(hint) = &failure.hint {
            self.say(&[Cell::toned(Tone::Good, "hint"), Cell::plain(format!(": {hint}"))]);
        }
    }

    /// Who cannot be told that stderr is closed needs not be told.
    fn say(&mut self, cells: &[Cell]) {
        let _ = self.stdout.flush();
        let mut text = String::new();
        for cell in cells {
            cell.write_lines(&mut text, self.err_color);
        }
        text.push('\n');
        let _ = self.stderr.write_all(text.as_bytes());
    }
}

/// See <https://no-color.org>: the variable counts when it is set to anything but nothing.
pub(crate) fn wants_color(when: When, terminal: Option<Terminal>, env: &Environment) -> bool {
    let is_set = |name| env.get(name).is_some_and(|value| !value.is_empty());
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            let dumb = env.get("TERM").is_some_and(|term| term == "dumb");
            terminal.is_some() && !dumb && !is_set("NO_COLOR")
        }
    }
}
