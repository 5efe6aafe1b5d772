//! The size of the terminal.

/// A terminal that shows a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Its columns.
    pub(crate) width: usize,
}

impl Terminal {
    /// The terminal of this process.
    pub(crate) fn of_process() -> Self {
        let size = terminal_size::terminal_size();
        let width = size.map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0);
        Terminal { width: width.unwrap_or(80) }
    }
}
