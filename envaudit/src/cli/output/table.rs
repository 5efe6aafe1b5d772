//! Tables of text that fit a terminal.

use super::style::{Cell, Tone};

/// The space between two columns.
const GAP: usize = 2;
/// A column is not made narrower than this.
const NARROWEST: usize = 8;

/// Rows of cells under headings, aligned.
pub(crate) struct Table {
    headings: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
    uncut: Vec<usize>,
}

/// The columns of a table that is written part by part.
#[derive(Default)]
pub(crate) struct Columns {
    widths: Vec<usize>,
    /// Whether a row did not fit, and each is written as lines of its own from then on.
    upright: bool,
}

impl Table {
    pub(crate) fn new<const N: usize>(headings: [&str; N]) -> Self {
        Table::titled(headings)
    }

    /// As many columns as there are headings.
    pub(crate) fn titled<T: Into<String>>(headings: impl IntoIterator<Item = T>) -> Self {
        let headings = headings.into_iter().map(|text| Cell::toned(Tone::Heading, text)).collect();
        Table { headings, rows: Vec::new(), uncut: Vec::new() }
    }

    /// Never cuts this column, because a part of it would be useless.
    pub(crate) fn uncut(mut self, column: usize) -> Self {
        self.uncut.push(column);
        self
    }

    pub(crate) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One row a line, without blanks at its end. If it does not fit the width, the widest columns are cut; if that is not
    /// enough, each cell of a row is a line.
    pub(super) fn render(&self, width: Option<usize>, color: bool) -> String {
        self.render_on(&mut Columns::default(), width, color)
    }

    /// The next rows of a table that was begun before: without headings, and no column narrower than it was.
    pub(super) fn render_on(
        &self,
        columns: &mut Columns,
        width: Option<usize>,
        color: bool,
    ) -> String {
        let begun = !columns.widths.is_empty();
        let mut widths = match begun {
            true => std::mem::take(&mut columns.widths),
            false => self.headings.iter().map(Cell::width).collect(),
        };
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        columns.widths.clone_from(&widths);
        if let Some(width) = width {
            self.fit(&mut widths, width);
            columns.upright |= sum(&widths) > width;
        }
        if columns.upright {
            return self.upright(begun, color);
        }
        let mut out = String::new();
        let headings = (!begun).then_some(&self.headings);
        for row in headings.into_iter().chain(&self.rows) {
            let filled = row.iter().rposition(|cell| cell.width() > 0).map_or(0, |last| last + 1);
            for (at, (cell, width)) in row.iter().zip(&widths).enumerate().take(filled) {
                cell.write_within(&mut out, color, *width);
                if at + 1 < filled {
                    let blanks = width.saturating_sub(cell.width()) + GAP;
                    out.extend(std::iter::repeat_n(' ', blanks));
                }
            }
            out.push('\n');
        }
        out
    }
}

impl Table {
    /// A line for each cell that is not empty, after its heading, and an empty line between two rows.
    fn upright(&self, begun: bool, color: bool) -> String {
        let label = self.headings.iter().map(Cell::width).max().unwrap_or(0);
        let mut out = String::new();
        for (nth, row) in self.rows.iter().enumerate() {
            if begun || nth > 0 {
                out.push('\n');
            }
            for (heading, cell) in
                self.headings.iter().zip(row).filter(|(_, cell)| cell.width() > 0)
            {
                heading.write_within(&mut out, color, label);
                out.extend(std::iter::repeat_n(' ', label - heading.width() + GAP));
                cell.write_within(&mut out, color, cell.width());
                out.push('\n');
            }
        }
        out
    }

    fn fit(&self, widths: &mut [usize], available: usize) {
        let whole: usize =
            self.uncut.iter().filter_map(|at| widths.get(*at)).map(|it| it + GAP).sum();
        let places: Vec<usize> = (0..widths.len()).filter(|at| !self.uncut.contains(at)).collect();
        let mut cut: Vec<usize> = places.iter().map(|at| widths[*at]).collect();
        fit(&mut cut, available.saturating_sub(whole));
        for (at, width) in places.into_iter().zip(cut) {
            widths[at] = width;
        }
    }
}

/// The width of a line with these columns.
fn sum(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + widths.len().saturating_sub(1) * GAP
}

/// Makes the widest columns narrower until all fit, or none can be narrower.
fn fit(widths: &mut [usize], available: usize) {
    let mut excess = sum(widths).saturating_sub(available);
    while excess > 0 {
        let Some(widest) = widths.iter().copied().max().filter(|width| *width > NARROWEST) else {
            return;
        };
        let next = widths.iter().copied().filter(|width| *width < widest).max().unwrap_or(0);
        let floor = next.max(NARROWEST);
        let at_widest = widths.iter().filter(|width| **width == widest).count();
        let step = (widest - floor).min(excess.div_ceil(at_widest)).max(1);
        for width in widths.iter_mut().filter(|width| **width == widest) {
            let cut = step.min(excess);
            *width -= cut;
            excess -= cut;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["KEY", "SOURCE", "WHERE"]);
        table.row([Cell::plain("APP_PORT"), Cell::plain("system"), Cell::plain("")]);
        table.row([Cell::plain("K"), Cell::plain("file"), Cell::plain("/a/very/long/path/.env:3")]);
        table
    }

    #[test]
    fn columns_are_aligned_and_lines_have_no_blanks_at_their_end() {
        assert_eq!(
            table().render(None, false),
            "KEY       SOURCE  WHERE\n\
             APP_PORT  system\n\
             K         file    /a/very/long/path/.env:3\n"
        );
    }

    #[test]
    fn the_widest_column_is_cut_first() {
        assert_eq!(
            table().render(Some(30), false),
            "KEY       SOURCE  WHERE\n\
             APP_PORT  system\n\
             K         file    /a/very/lon…\n"
        );
    }

    #[test]
    fn a_column_that_is_whole_is_never_cut() {
        assert_eq!(
            table().uncut(2).render(Some(43), false),
            "KEY       SOURCE  WHERE\n\
             APP_PORT  system\n\
             K         file    /a/very/long/path/.env:3\n"
        );
    }

    #[test]
    fn where_the_columns_do_not_fit_each_cell_is_a_line_and_none_is_cut() {
        let expected = "KEY     APP_PORT\n\
                        SOURCE  system\n\
                        \n\
                        KEY     K\n\
                        SOURCE  file\n\
                        WHERE   /a/very/long/path/.env:3\n";
        for width in [1, 10, 23] {
            assert_eq!(table().render(Some(width), false), expected, "{width}");
            assert_eq!(table().uncut(2).render(Some(width), false), expected, "{width}");
        }
        // Rows that come later keep to it.
        let mut columns = Columns::default();
        assert_eq!(table().render_on(&mut columns, Some(20), false), expected);
        assert_eq!(table().render_on(&mut columns, Some(20), false), format!("\n{expected}"));
    }

    #[test]
    fn colour_does_not_count_as_width() {
        let mut table = Table::new(["A", "B"]);
        table.row([Cell::toned(Tone::Bad, "x"), Cell::plain("y")]);
        assert_eq!(
            table.render(Some(80), true),
            "\u{1b}[1mA\u{1b}[0m  \u{1b}[1mB\u{1b}[0m\n\u{1b}[1m\u{1b}[31mx\u{1b}[0m  y\n"
        );
    }
}
