//! Tables of a report, independent of its format.

/// Rows under headings.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) heading: String,
    /// A note for the reader; may be empty.
    pub(crate) note: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Field>>,
    /// The number of rows left out.
    pub(crate) omitted: u64,
}

#[derive(Debug)]
pub(crate) struct Column {
    /// In lower case, words joined by `_`.
    pub(crate) name: &'static str,
    pub(crate) number: bool,
    /// Whether another column shows it to people.
    pub(crate) hidden: bool,
}

impl Column {
    pub(crate) const fn text(name: &'static str) -> Self {
        Column { name, number: false, hidden: false }
    }

    pub(crate) const fn number(name: &'static str) -> Self {
        Column { name, number: true, hidden: false }
    }

    /// A text that the column before shows to people.
    pub(crate) const fn kind(name: &'static str) -> Self {
        Column { name, number: false, hidden: true }
    }

    /// The name as a heading.
    pub(crate) fn title(&self) -> String {
        self.name.replace('_', " ")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Text(String),
    /// A name from a program, such as a variable.
    Name(String),
    /// A text, and its kind, which is written for people only.
    WithKind(String, String),
    Count(u64),
    /// Microseconds since 1970.
    Time(i64),
    Marked(Mark, String),
}

impl Field {
    pub(crate) fn text(text: &str) -> Self {
        Field::Text(text.to_owned())
    }

    /// An actor, with its kind unless it is a person.
    pub(crate) fn actor(kind: &str, id: &str) -> Self {
        let kind = if kind == "user" { "" } else { kind };
        Field::WithKind(id.to_owned(), kind.to_owned())
    }

    /// The text for people: with its kind in brackets.
    #[cfg(feature = "cli")]
    pub(crate) fn with_kind(text: &str, kind: &str) -> String {
        if kind.is_empty() { text.to_owned() } else { format!("{text} ({kind})") }
    }
}

/// The importance of something to a reader who looks for problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    Plain,
    Good,
    Note,
    Secret,
    Warning,
    Bad,
}

impl Mark {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Mark::Plain => "plain",
            Mark::Good => "good",
            Mark::Note => "note",
            Mark::Secret => "secret",
            Mark::Warning => "warning",
            Mark::Bad => "bad",
        }
    }
}
