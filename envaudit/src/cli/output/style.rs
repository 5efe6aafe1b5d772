//! Text with a meaning, and the style that shows it on a terminal.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use envaudit_redact::{is_noncharacter, is_turning, is_unseen};

/// The meaning of a piece of text, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    /// A heading.
    Heading,
    /// Less important: a default, or a value that lost against another source.
    Faint,
    /// A secret, or the text shown instead of it.
    Masked,
    /// Fine, added.
    Good,
    /// Worth a look, changed.
    Warning,
    /// Wrong, removed.
    Bad,
}

impl Tone {
    const fn style(self) -> Style {
        match self {
            Tone::Plain => Style::new(),
            Tone::Heading => Style::new().bold(),
            Tone::Faint => Style::new().dimmed(),
            Tone::Masked => AnsiColor::Magenta.on_default(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Warning => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// A piece of text with its meaning, without characters that a terminal would obey.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    tone: Tone,
    text: Cow<'static, str>,
}

impl Cell {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Cell::toned(Tone::Plain, text)
    }

    pub(crate) fn toned(tone: Tone, text: impl Into<String>) -> Self {
        let text = text.into();
        let text = match text.contains(is_obeyed) {
            true => text.replace(is_obeyed, "\u{fffd}"),
            false => text,
        };
        Cell { tone, text: text.into() }
    }

    /// The number of columns that it takes on one line.
    pub(super) fn width(&self) -> usize {
        self.text.width()
    }

    /// Appends it, on one line.
    pub(super) fn write(&self, out: &mut String, color: bool) {
        self.painted(out, color, &self.text.replace('\n', " "));
    }

    /// Appends it with its line breaks.
    pub(super) fn write_lines(&self, out: &mut String, color: bool) {
        self.painted(out, color, &self.text);
    }

    /// Appends it on one line of at most this many columns.
    pub(super) fn write_within(&self, out: &mut String, color: bool, columns: usize) {
        self.painted(out, color, &shortened(&self.text.replace('\n', " "), columns));
    }

    fn painted(&self, out: &mut String, color: bool, text: &str) {
        match color && !text.is_empty() {
            true => {
                let style = self.tone.style();
                out.push_str(&format!("{style}{text}{style:#}"));
            }
            false => out.push_str(text),
        }
    }
}

/// Control characters, line breaks of Unicode, characters that change the direction of the text after them or that nobody sees,
/// and code points that are no characters.
fn is_obeyed(char: char) -> bool {
    (char.is_control() && char != '\n')
        || is_turning(char)
        || is_unseen(char)
        || is_noncharacter(char)
        || matches!(char, '\u{2028}' | '\u{2029}')
}

/// The text, cut off if it takes more than this many columns.
fn shortened(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return text.into();
    }
    let mut used = 0;
    let mut short = String::new();
    for char in text.chars() {
        let width = char.width().unwrap_or(0);
        if used + width + 1 > columns {
            break;
        }
        used += width;
        short.push(char);
    }
    if columns > 0 {
        short.push('…');
    }
    short.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing_of_a_cell() {
        let mut out = String::new();
        Cell::plain("a\u{1b}[31mb\r\u{202e}c\nd\u{2028}e\u{2029}f").write(&mut out, true);
        assert_eq!(out, "a\u{fffd}[31mb\u{fffd}\u{fffd}c d\u{fffd}e\u{fffd}f");
    }

    #[test]
    fn a_long_text_is_cut_at_columns_and_not_at_bytes() {
        for (text, columns, expected) in
            [("short", 5, "short"), ("longer", 5, "long…"), ("日本語", 5, "日本…"), ("ab", 0, "")]
        {
            assert_eq!(shortened(text, columns), expected);
        }
    }
}
