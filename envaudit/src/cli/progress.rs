//! How far a command has got, for whoever waits at a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;
use crate::ledger::store::{SegmentInfo, SegmentSource, StoreError};

/// What is read faster than one can look gets no bar.
const WORTH_A_BAR: u64 = 32 << 20;

/// As few steps get no bar either.
const WORTH_STEPS: usize = 8;

/// Steps that are shown on stderr as they are done.
pub(crate) struct Steps(ProgressBar);

impl Steps {
    pub(crate) fn new(out: &Output<'_>) -> Self {
        let bar = match out.shows_progress() {
            true => ProgressBar::no_length(),
            false => ProgressBar::hidden(),
        };
        style(&bar, "{bar:30} {pos} of {len}, {eta} left");
        Steps(bar)
    }

    /// So many are done, of so many.
    pub(crate) fn done(&self, done: usize, all: usize) {
        if all >= WORTH_STEPS {
            self.0.set_length(all as u64);
            self.0.set_position(done as u64);
        }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// A ledger that shows on stderr how much of it was read.
pub(crate) struct Watched<'s> {
    source: &'s dyn SegmentSource,
    bar: ProgressBar,
}

impl<'s> Watched<'s> {
    pub(crate) fn new(source: &'s dyn SegmentSource, out: &Output<'_>) -> Result<Self, StoreError> {
        Watched::shown(source, out.shows_progress())
    }

    /// Where the answer is written meanwhile: nothing is shown if it is read on the terminal, too.
    pub(crate) fn beside_answer(
        source: &'s dyn SegmentSource,
        out: &Output<'_>,
    ) -> Result<Self, StoreError> {
        Watched::shown(source, out.shows_progress() && !out.is_terminal())
    }

    fn shown(source: &'s dyn SegmentSource, shown: bool) -> Result<Self, StoreError> {
        let total = source.segments()?.iter().map(|info| info.len).sum();
        let bar = match shown && total >= WORTH_A_BAR {
            true => ProgressBar::new(total),
            false => ProgressBar::hidden(),
        };
        style(
            &bar,
            "{bar:30} {percent:>3} % of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left",
        );
        Ok(Watched { source, bar })
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl SegmentSource for Watched<'_> {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        self.source.manifest()
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        self.source.segments()
    }

    fn read(&self, first_seq: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        let bytes = self.source.read(first_seq, offset, limit)?;
        self.bar.inc(bytes.len() as u64);
        Ok(bytes)
    }

    fn read_parts(
        &self,
        first_seq: u64,
        parts: &[(u64, usize)],
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let bytes = self.source.read_parts(first_seq, parts)?;
        self.bar.inc(bytes.iter().map(|part| part.len() as u64).sum());
        Ok(bytes)
    }

    fn checkpoints(&self) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.source.checkpoints()
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.source.head()
    }
}
