//! Tables, whatever they are written as.

/// Rows under headings.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) heading: String,
    /// What a reader has to know of it; may be empty.
    pub(crate) note: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Field>>,
    /// How many rows there would be besides.
    pub(crate) omitted: u64,
}

#[derive(Debug)]
pub(crate) struct Column {
    /// In lower case, words joined by `_`.
    pub(crate) name: &'static str,
    pub(crate) number: bool,
    /// Whether people read it in another column.
    pub(crate) hidden: bool,
}

impl Column {
    pub(crate) const fn text(name: &'static str) -> Self {
        Column { name, number: false, hidden: false }
    }

    pub(crate) const fn number(name: &'static str) -> Self {
        Column { name, number: true, hidden: false }
    }

    /// A text that people read in the column before.
    pub(crate) const fn kind(name: &'static str) -> Self {
        Column { name, number: false, hidden: true }
    }

    /// As people read it.
    pub(crate) fn title(&self) -> String {
        self.name.replace('_', " ")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Text(String),
    /// Something that is written in a program.
    Name(String),
    /// Who or what, and of which kind it is, which only people are told here.
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

    /// Who, with the kind where it is not just a person.
    pub(crate) fn actor(kind: &str, id: &str) -> Self {
        let kind = if kind == "user" { "" } else { kind };
        Field::WithKind(id.to_owned(), kind.to_owned())
    }

    /// What is said to people: the text, and what stands in brackets behind it.
    #[cfg(feature = "cli")]
    pub(crate) fn words(text: &str, kind: &str) -> String {
        if kind.is_empty() { text.to_owned() } else { format!("{text} ({kind})") }
    }
}

/// What something means for whoever looks for trouble.
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
