//! "Did you mean": the edit distance between two names, in constant evaluation too.

use super::table::{Name, Table};

/// The greatest distance at which two names are taken for the same with a slip of the finger.
pub(crate) const MAX_DISTANCE: usize = 2;

const MAX_LEN: usize = 64;

/// The Damerau-Levenshtein distance (insert, delete, replace, swap of neighbours; the "optimal string alignment" variant),
/// or `usize::MAX` when it is certainly above [`MAX_DISTANCE`] or a name has more than 64 bytes.
pub(crate) const fn distance(a: &[u8], b: &[u8]) -> usize {
    if a.len().abs_diff(b.len()) > MAX_DISTANCE || a.len() > MAX_LEN || b.len() > MAX_LEN {
        return usize::MAX;
    }
    let mut before = [0; MAX_LEN + 1];
    let mut last = [0; MAX_LEN + 1];
    let mut row = [0; MAX_LEN + 1];
    let mut y = 0;
    while y <= b.len() {
        last[y] = y;
        y += 1;
    }
    let mut x = 1;
    while x <= a.len() {
        row[0] = x;
        let mut y = 1;
        while y <= b.len() {
            let replace = last[y - 1] + !a[x - 1].eq_ignore_ascii_case(&b[y - 1]) as usize;
            let mut best = least(replace, least(last[y], row[y - 1]) + 1);
            if x > 1
                && y > 1
                && a[x - 1].eq_ignore_ascii_case(&b[y - 2])
                && a[x - 2].eq_ignore_ascii_case(&b[y - 1])
            {
                best = least(best, before[y - 2] + 1);
            }
            row[y] = best;
            y += 1;
        }
        before = last;
        last = row;
        x += 1;
    }
    last[b.len()]
}

const fn least(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

/// The nearest of the candidates, if one is near. Two names of which one continues the other's last word
/// (`PORT` and `PORTS`) count as near as any.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(name.as_bytes(), candidate.as_bytes()), candidate))
        .filter(|(distance, candidate)| {
            // A short name is near to everything.
            *distance <= MAX_DISTANCE && *distance * 3 <= candidate.len().max(name.len())
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A name that a load reads, and that was probably meant by another one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meant {
    /// The key, an alias, or the variable that names the file of one.
    pub(crate) text: &'static str,
    /// The key or alias.
    pub(crate) name: &'static Name,
}

impl Meant {
    /// Whether it is the variable that names a file.
    pub(crate) fn is_file(self) -> bool {
        self.text.len() != self.name.text.len()
    }
}

/// Every name that a load reads: the keys and aliases, then the variables that name files.
fn names_read(table: &'static Table) -> impl Iterator<Item = Meant> {
    let texts = table.names.iter().map(|name| Meant { text: name.text, name });
    let files = table.names.iter().filter(|name| name.reads_file);
    texts.chain(files.map(|name| Meant { text: name.file, name }))
}

/// The name that a load with this table reads and that was probably meant by one that it does not read.
pub(crate) fn meant(name: &str, table: &'static Table) -> Option<Meant> {
    let near =
        |other: &Meant| Letters::of(other.text).may_resemble(name) && resembles(name, other.text);
    let by_distance = |other: &Meant| distance(name.as_bytes(), other.text.as_bytes());
    if let Some(near) = names_read(table).filter(near).min_by_key(by_distance) {
        return Some(near);
    }
    let mut cut = names_read(table).filter(|other| is_cut_short(name, other.text));
    // What could be short for several is not.
    let first = cut.next()?;
    cut.all(|other| other.name.leaf == first.name.leaf).then_some(first)
}

/// Whether one name is the other with a slip of the finger. In names of as many words, each word has to resemble its own:
/// `DB_PORT` is not `DB_HOST`.
pub(crate) fn resembles(name: &str, key: &str) -> bool {
    // A short name resembles everything.
    let near = |one: &str, other: &str| {
        let distance = distance(one.as_bytes(), other.as_bytes());
        distance <= MAX_DISTANCE && distance * 3 <= other.len().max(one.len())
    };
    let words = |text: &str| text.split('_').count();
    near(name, key)
        && (words(name) != words(key)
            || name.split('_').zip(key.split('_')).all(|(one, other)| near(one, other)))
}

/// Whether a name has the words of a key, some of them cut short: `SHOP_DB_PAS` for `SHOP_DB_PASSWORD`.
pub(crate) fn is_cut_short(name: &str, key: &str) -> bool {
    const SHORTEST: usize = 2;
    let (mut words, mut whole) = (name.split('_'), key.split('_'));
    loop {
        match (words.next(), whole.next()) {
            (None, None) => return name.len() < key.len(),
            (Some(word), Some(whole)) => {
                let starts =
                    whole.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
                if !starts || (word.len() < SHORTEST && word.len() != whole.len()) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// Which letters a name has: names that differ by more than two letters need not be compared.
#[derive(Clone, Copy)]
pub(crate) struct Letters {
    set: u64,
    len: usize,
}

impl Letters {
    pub(crate) fn of(name: &str) -> Self {
        let bit = |byte: u8| 1 << (byte.to_ascii_lowercase() & 63);
        Letters { set: name.bytes().fold(0, |set, byte| set | bit(byte)), len: name.len() }
    }

    pub(crate) fn may_resemble(self, name: &str) -> bool {
        self.len.abs_diff(name.len()) <= MAX_DISTANCE
            && (self.set ^ Letters::of(name).set).count_ones() as usize <= 2 * MAX_DISTANCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_slips_of_a_finger() {
        for (a, b, expected) in [
            ("PORT", "PORT", 0),
            ("PORT", "PROT", 1),
            ("PORT", "POT", 1),
            ("PORT", "PORTS", 1),
            ("PORT", "port", 0),
            ("PORT", "HOST", 2),
            ("", "AB", 2),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
        }
        assert_eq!(distance(b"A", b"ABCD"), usize::MAX);
    }

    #[test]
    fn a_short_name_is_not_near_to_everything() {
        assert_eq!(nearest("AB", ["CD", "B"]), None);
        assert_eq!(nearest("APP_PROT", ["APP_HOST", "APP_PORT"]), Some("APP_PORT"));
    }
}
