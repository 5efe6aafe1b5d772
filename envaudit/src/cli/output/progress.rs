//! Progress bars, for a user who waits at a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use super::Output;
use crate::ledger::store::{Listing, SegmentInfo, SegmentSource, StoreError, StoreErrorKind};

/// Less than this is read too fast for a bar.
const WORTH_A_BAR: u64 = 32 << 20;

/// Fewer steps than these get no bar.
const WORTH_STEPS: usize = 8;

/// A bar on stderr that counts steps.
pub(crate) struct StepProgress(ProgressBar);

impl StepProgress {
    pub(crate) fn new(out: &Output<'_>) -> Self {
        let bar = match out.shows_progress() {
            true => ProgressBar::no_length(),
            false => ProgressBar::hidden(),
        };
        style(&bar, "{bar:30} {pos} of {len}, {eta} left");
        StepProgress(bar)
    }

    /// Shows how many steps are done.
    pub(crate) fn done(&self, done: usize, all: usize) {
        if all >= WORTH_STEPS {
            self.0.set_length(all as u64);
            self.0.set_position(done as u64);
        }
    }
}

impl Drop for StepProgress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// A ledger with a bar on stderr that shows how much of it was read.
pub(crate) struct ProgressSource<'s> {
    source: &'s dyn SegmentSource,
    bar: ProgressBar,
}

impl<'s> ProgressSource<'s> {
    pub(crate) fn new(source: &'s dyn SegmentSource, out: &Output<'_>) -> Result<Self, StoreError> {
        ProgressSource::shown(source, out.shows_progress())
    }

    /// For a command that writes its answer at the same time: without a bar if the answer goes to the terminal too.
    pub(crate) fn beside_answer(
        source: &'s dyn SegmentSource,
        out: &Output<'_>,
    ) -> Result<Self, StoreError> {
        ProgressSource::shown(source, out.shows_progress() && !out.is_terminal())
    }

    fn shown(source: &'s dyn SegmentSource, shown: bool) -> Result<Self, StoreError> {
        let total = match source.segments() {
            // A verification goes on, and says what lies there.
            Err(error) if error.kind() == StoreErrorKind::Replaced => 0,
            segments => segments?.iter().map(|info| info.len).sum(),
        };
        let bar = match shown && total >= WORTH_A_BAR {
            true => ProgressBar::new(total),
            false => ProgressBar::hidden(),
        };
        style(
            &bar,
            "{bar:30} {percent:>3} % of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left",
        );
        Ok(ProgressSource { source, bar })
    }
}

impl Drop for ProgressSource<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl SegmentSource for ProgressSource<'_> {
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

    fn read_reusing(
        &self,
        first_seq: u64,
        offset: u64,
        limit: usize,
        spare: Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        let bytes = self.source.read_reusing(first_seq, offset, limit, spare)?;
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

    fn block_size(&self) -> usize {
        self.source.block_size()
    }

    fn checkpoints_after(
        &self,
        seq: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.source.checkpoints_after(seq, limit)
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.source.head()
    }

    fn listing(&self) -> Result<Listing, StoreError> {
        self.source.listing()
    }
}
