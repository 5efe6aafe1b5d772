//! Searches that look at each byte once, however often they are called: a text may come from a stranger and have any length.

/// The next position of a pattern. A result from one position holds for all positions up to it.
///
/// The positions should grow: then all searches together take no longer than one through the text.
pub(super) struct ForwardSearch<'t, F = fn(&str) -> Option<usize>> {
    text: &'t str,
    find: F,
    /// The last position that was searched from, and the one that was found.
    known: Option<(usize, usize)>,
}

impl<'t, F: FnMut(&str) -> Option<usize>> ForwardSearch<'t, F> {
    pub(super) fn new(text: &'t str, find: F) -> Self {
        ForwardSearch { text, find, known: None }
    }

    /// Its first position from this one; the end of the text if there is none.
    pub(super) fn from(&mut self, place: usize) -> usize {
        match self.known {
            Some((asked, found)) if (asked..=found).contains(&place) => found,
            _ => {
                let found = (self.find)(&self.text[place..]);
                let found = found.map_or(self.text.len(), |found| place + found);
                self.known = Some((place, found));
                found
            }
        }
    }
}

/// The last `@` of a stretch of text. Stretches that end at the same position are searched once.
#[derive(Default)]
pub(super) struct LastMatch {
    /// The stretch that was searched last, and the position that was found.
    known: Option<(usize, usize, Option<usize>)>,
}

impl LastMatch {
    pub(super) fn within(&mut self, text: &str, start: usize, end: usize) -> Option<usize> {
        let found = match self.known {
            Some((from, to, found)) if to == end && from <= start => found,
            _ => {
                let found = memchr::memrchr(b'@', &text.as_bytes()[start..end]);
                let found = found.map(|found| start + found);
                self.known = Some((start, end, found));
                found
            }
        };
        found.filter(|found| *found >= start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_searches_together_look_at_each_byte_once() {
        let text = format!("{}.{}", "a".repeat(1000), "b".repeat(1000));
        let mut steps = 0;
        let mut dots = ForwardSearch::new(&text, |rest| {
            let found = rest.find('.');
            steps += found.unwrap_or(rest.len());
            found
        });
        for place in 0..text.len() {
            assert_eq!(dots.from(place), if place <= 1000 { 1000 } else { text.len() });
        }
        assert!(steps <= text.len(), "{steps} steps");
    }

    #[test]
    fn the_last_sign_is_told_for_each_stretch() {
        let text = "a@b@c d@e";
        let mut last = LastMatch::default();
        assert_eq!(last.within(text, 0, 5), Some(3));
        assert_eq!(last.within(text, 2, 5), Some(3));
        assert_eq!(last.within(text, 4, 5), None);
        assert_eq!(last.within(text, 6, 9), Some(7));
    }
}
