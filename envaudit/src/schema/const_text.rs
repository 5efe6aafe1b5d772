//! Text operations that work in constant evaluation.

pub(super) const fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && matches!(compare(a, b), Order::Equal)
}

/// Whether the text ends with a whole word: `APP_PORT` with `PORT`, but not with `ORT`.
pub(super) const fn ends_with(text: &[u8], word: &[u8]) -> bool {
    if text.len() <= word.len() || word.is_empty() {
        return false;
    }
    let (before, end) = text.split_at(text.len() - word.len());
    before[before.len() - 1] == b'_' && equal(end, word)
}

#[derive(Clone, Copy)]
pub(super) enum Order {
    Less,
    Equal,
    Greater,
}

/// Eight bytes a step: a step of constant evaluation costs about a thousand times one of the program.
pub(super) const fn compare(a: &[u8], b: &[u8]) -> Order {
    let (mut a, mut b) = (a, b);
    while let (Some((one, rest_a)), Some((two, rest_b))) =
        (a.split_first_chunk::<8>(), b.split_first_chunk::<8>())
    {
        let (one, two) = (u64::from_be_bytes(*one), u64::from_be_bytes(*two));
        if one != two {
            return if one < two { Order::Less } else { Order::Greater };
        }
        (a, b) = (rest_a, rest_b);
    }
    let mut at = 0;
    while at < a.len() && at < b.len() {
        if a[at] != b[at] {
            return if a[at] < b[at] { Order::Less } else { Order::Greater };
        }
        at += 1;
    }
    if a.len() == b.len() {
        Order::Equal
    } else if a.len() < b.len() {
        Order::Less
    } else {
        Order::Greater
    }
}

pub(super) const fn slice(text: &'static [u8], from: usize, to: usize) -> &'static str {
    let (head, _) = text.split_at(to);
    let (_, part) = head.split_at(from);
    match str::from_utf8(part) {
        Ok(part) => part,
        Err(_) => panic!("keys are made of whole strings"),
    }
}

/// A message put together in constant evaluation, where nothing can be allocated.
pub(super) struct Message {
    bytes: [u8; 512],
    len: usize,
}

impl Message {
    pub(super) const fn new() -> Self {
        Message { bytes: [0; 512], len: 0 }
    }

    /// Appends the text, or leaves it out whole where it does not fit.
    pub(super) const fn push(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        if self.len + text.len() > self.bytes.len() {
            return self;
        }
        let mut at = 0;
        while at < text.len() {
            self.bytes[self.len + at] = text[at];
            at += 1;
        }
        self.len += text.len();
        self
    }

    pub(super) const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.len);
        match str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}
