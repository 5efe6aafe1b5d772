//! The largest of many items, without keeping all of them.

/// The items with the highest counts; among equal counts, the smaller items.
#[derive(Debug)]
pub(super) struct TopN<T> {
    limit: usize,
    kept: Vec<(u64, T)>,
    seen: u64,
}

impl<T: Ord> TopN<T> {
    pub(super) fn new(limit: usize) -> Self {
        TopN { limit, kept: Vec::new(), seen: 0 }
    }

    pub(super) fn push(&mut self, count: u64, item: T) {
        self.seen += 1;
        self.kept.push((count, item));
        if self.kept.len() >= 2 * self.limit + 64 {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.kept.sort_unstable_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.cmp(other)));
        self.kept.truncate(self.limit);
    }

    /// The items, the largest first, and the number of those left out.
    pub(super) fn finish(mut self) -> (Vec<T>, u64) {
        self.cut();
        let omitted = self.seen - self.kept.len() as u64;
        (self.kept.into_iter().map(|(_, item)| item).collect(), omitted)
    }
}
