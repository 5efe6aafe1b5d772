//! The output of a command: the answer on stdout, everything else on stderr.

mod file;
mod peer;
mod progress;
mod style;
mod table;
mod terminal;

use std::io::{Read, Write};

use serde::Serialize;

use super::args::{ColorChoice, Format, Presentation};
use super::error::{CliError, with_causes};
use crate::sources::environment::Environment;

pub(crate) use file::WholeFile;
pub(crate) use peer::{AlwaysConnected, OutputPeer, StdoutPeer};
pub(crate) use progress::{ProgressSource, StepProgress};
pub(crate) use style::{Cell, Tone};
pub(crate) use table::{Columns, Table};
pub(crate) use terminal::Terminal;

/// The streams of a command, and what they are connected to.
pub(crate) struct Streams<'a> {
    pub(crate) stdin: &'a mut dyn Read,
    pub(crate) stdout: &'a mut dyn Write,
    pub(crate) stderr: &'a mut dyn Write,
    /// The terminal that shows stdout, if one does.
    pub(crate) out_terminal: Option<Terminal>,
    pub(crate) err_terminal: Option<Terminal>,
    /// The program that reads stdout.
    pub(crate) peer: &'a dyn OutputPeer,
}

impl<'a> Streams<'a> {
    /// Streams that are not terminals.
    pub(crate) fn new(
        stdin: &'a mut dyn Read,
        stdout: &'a mut dyn Write,
        stderr: &'a mut dyn Write,
    ) -> Self {
        Streams {
            stdin,
            stdout,
            stderr,
            out_terminal: None,
            err_terminal: None,
            peer: &AlwaysConnected,
        }
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

    /// Writes a part of the answer, unchanged.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), CliError> {
        self.stdout.write_all(text.as_bytes()).map_err(|error| CliError::write(&error))
    }

    /// Writes a line of the answer, without anything that a terminal would obey.
    pub(crate) fn line(&mut self, cells: &[Cell]) -> Result<(), CliError> {
        let mut line = String::new();
        for cell in cells {
            cell.write(&mut line, self.out_color);
        }
        line.push('\n');
        self.text(&line)
    }

    /// Writes the answer as JSON, with line breaks and indentation.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(value).map_err(|error| {
            CliError::unavailable(format!("the answer cannot be written: {}", with_causes(&error)))
        })?;
        self.text(&text)?;
        self.text("\n")
    }

    /// Writes a table that fits the terminal.
    pub(crate) fn table(&mut self, table: &Table) -> Result<(), CliError> {
        let text = table.render(self.width, self.out_color);
        self.text(&text)
    }

    /// Writes the next rows of a table that is written part by part.
    pub(crate) fn more_of_table(
        &mut self,
        table: &Table,
        columns: &mut Columns,
    ) -> Result<(), CliError> {
        let text = table.render_on(columns, self.width, self.out_color);
        self.text(&text)
    }

    /// Flushes stdout.
    pub(crate) fn flush(&mut self) -> Result<(), CliError> {
        self.stdout.flush().map_err(|error| CliError::write(&error))
    }

    /// Writes a note that is not the answer.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.quiet {
            self.say(&[Cell::plain(text)]);
        }
    }

    /// Writes a note for `--verbose`.
    pub(crate) fn detail(&mut self, text: &str) {
        if self.verbose {
            self.say(&[Cell::toned(Tone::Faint, text)]);
        }
    }

    /// Writes a warning.
    pub(crate) fn warn(&mut self, text: &str) {
        if !self.quiet {
            self.say(&[Cell::toned(Tone::Warning, "warning"), Cell::plain(format!(": {text}"))]);
        }
    }

    /// Writes a warning, even with `--quiet`: about what the caller must not miss.
    pub(crate) fn alarm(&mut self, text: &str) {
        self.say(&[Cell::toned(Tone::Warning, "warning"), Cell::plain(format!(": {text}"))]);
    }

    /// Writes the error that ends the command.
    pub(crate) fn fail(&mut self, failure: &CliError) {
        if let Some(message) = &failure.message {
            self.say(&[Cell::toned(Tone::Bad, "error"), Cell::plain(format!(": {message}"))]);
        }
        if let Some(hint) = &failure.hint {
            self.say(&[Cell::toned(Tone::Good, "hint"), Cell::plain(format!(": {hint}"))]);
        }
    }

    /// Writes a line to stderr. An error is ignored: there is nowhere left to report it.
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

/// Whether to use colours. See <https://no-color.org>: the variable counts if it is not empty.
pub(crate) fn wants_color(
    when: ColorChoice,
    terminal: Option<Terminal>,
    env: &Environment,
) -> bool {
    let is_set = |name| env.get(name).is_some_and(|value| !value.is_empty());
    match when {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let dumb = env.get("TERM").is_some_and(|term| term == "dumb");
            terminal.is_some() && !dumb && !is_set("NO_COLOR")
        }
    }
}

/// `1 event`, `2 events`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
