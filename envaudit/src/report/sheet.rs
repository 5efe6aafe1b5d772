//! Tables, whatever they are written as.

/// Rows under headings.
#[derive(Debug)]
pub(crate) struct Sheet {
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
}

impl Column {
    pub(crate) const fn text(name: &'static str) -> Self {
        Column { name, number: false }
    }

    pub(crate) const fn number(name: &'static str) -> Self {
        Column { name, number: true }
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
    Count(u64),
    /// Microseconds since 1970.
    Time(i64),
    Marked(Mark, String),
}

impl Field {
    pub(crate) fn text(text: &str) -> Self {
        Field::Text(text.to_owned())
    }
}

/// What something means for whoever looks for trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    Plain,
    Good,
    Secret,
    Warning,
    Bad,
}

impl Mark {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Mark::Plain => "plain",
            Mark::Good => "good",
            Mark::Secret => "secret",
            Mark::Warning => "warning",
            Mark::Bad => "bad",
        }
    }
}
