//! Text with a meaning, and the style that shows it on a terminal.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use envaudit_redact::is_turning;

/// What a piece of text means, which decides on its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    /// A heading.
    Heading,
    /// Of less weight: a default, what lost against another source.
    Faint,
    /// A secret, or what stands in its place.
    Masked,
    /// Fine, added.
    Good,
    /// To be looked at, changed.
    Warning,
    /// Wrong, removed.
    Bad,
}

impl Tone {
    /// The parameters of the escape sequence "select graphic rendition" (ECMA-48).
    const fn parameters(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Heading => "1",
            Tone::Faint => "2",
            Tone::Masked => "35",
            Tone::Good => "32",
            Tone::Warning => "33",
            Tone::Bad => "1;31",
        }
    }
}

/// A piece of text with its meaning. Characters that a terminal would obey are not written.
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

    /// How many columns it takes on one line.
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

    /// Appends it within so many columns.
    pub(super) fn write_within(&self, out: &mut String, color: bool, columns: usize) {
        self.painted(out, color, &shortened(&self.text.replace('\n', " "), columns));
    }

    fn painted(&self, out: &mut String, color: bool, text: &str) {
        let parameters = self.tone.parameters();
        if color && !parameters.is_empty() && !text.is_empty() {
            out.push_str(&format!("\u{1b}[{parameters}m{text}\u{1b}[0m"));
        } else {
            out.push_str(text);
        }
    }
}

/// Control characters, and those that turn the direction of what follows.
fn is_obeyed(char: char) -> bool {
    (char.is_control() && char != '\n') || is_turning(char)
}

/// The text within so many columns, its end cut off where it has more.
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
        Cell::plain("a\u{1b}[31mb\r\u{202e}c\nd").write(&mut out, true);
        assert_eq!(out, "a\u{fffd}[31mb\u{fffd}\u{fffd}c d");
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
