//! Lines as they are read, against lines as they are: every short text, cut at every place.

use std::ops::Range;
use std::sync::Mutex;

use super::{LineBlock, LineBlocks, LineEnd, Lines, line_around, line_in};
use crate::format::line::MAX_LINE;
use crate::store::{SegmentInfo, SegmentSource, StoreError, StoreErrorKind};

/// One segment, and what was read of it.
struct OneSegment {
    bytes: Vec<u8>,
    block_size: usize,
    /// Reads after so many fail.
    fails_after: usize,
    reads: Mutex<Vec<(u64, usize)>>,
}

impl OneSegment {
    fn new(bytes: &[u8], block_size: usize) -> Self {
        let (bytes, fails_after, reads) = (bytes.to_vec(), usize::MAX, Mutex::default());
        OneSegment { bytes, block_size, fails_after, reads }
    }

    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn reads(&self) -> Vec<(u64, usize)> {
        std::mem::take(&mut self.reads.lock().unwrap())
    }
}

impl SegmentSource for OneSegment {
    fn manifest(&self) -> Result<Vec<u8>, StoreError> {
        Ok(Vec::new())
    }

    fn segments(&self) -> Result<Vec<SegmentInfo>, StoreError> {
        Ok(Vec::new())
    }

    fn read(&self, _: u64, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        let mut reads = self.reads.lock().unwrap();
        if reads.len() == self.fails_after {
            return Err(StoreError::new(StoreErrorKind::Failed, "read"));
        }
        reads.push((offset, limit));
        let rest = self.bytes.get(offset as usize..).unwrap_or_default();
        Ok(rest[..limit.min(rest.len())].to_vec())
    }

    fn block_size(&self) -> usize {
        self.block_size
    }

    fn checkpoints_after(
        &self,
        _: Option<u64>,
        _: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        Ok(Vec::new())
    }

    fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }
}

/// Offset, bytes, end, and the offset of the next line.
type Shown = (u64, Vec<u8>, LineEnd, u64);

/// What the lines of a text are.
fn lines_of(text: &[u8], longest: usize) -> Vec<Shown> {
    let mut at = 0;
    let lines = text.split_inclusive(|&byte| byte == b'\n').map(|line| {
        let offset = at;
        at += line.len() as u64;
        let (bytes, end) = match line.strip_suffix(b"\n") {
            None => (&line[..line.len().min(longest)], LineEnd::Torn),
            Some(_) if line.len() > longest => (&line[..longest], LineEnd::TooLong),
            Some(bytes) => (bytes, LineEnd::Newline),
        };
        (offset, bytes.to_vec(), end, at)
    });
    lines.collect()
}

fn read_all(blocks: LineBlocks<'_>) -> Vec<Shown> {
    let mut lines = Lines::of(blocks);
    let mut shown = Vec::new();
    while let Some(line) = lines.next_line().unwrap() {
        shown.push((line.offset, line.bytes.to_vec(), line.end, line.to));
    }
    shown
}

fn blocks_of(blocks: LineBlocks<'_>) -> Vec<LineBlock> {
    blocks.map(Result::unwrap).collect()
}

fn shown_in(block: &LineBlock) -> Vec<Shown> {
    block.lines().map(|line| (line.offset, line.bytes.to_vec(), line.end, line.to)).collect()
}

/// Every text of up to eight bytes, by where its newlines are.
fn short_texts() -> impl Iterator<Item = Vec<u8>> {
    (0..9_u32).flat_map(|len| {
        (0..1_u32 << len).map(move |newlines| {
            let byte = |at| if newlines >> at & 1 == 1 { b'\n' } else { b'a' + at as u8 };
            (0..len).map(byte).collect()
        })
    })
}

#[test]
fn lines_are_the_same_wherever_blocks_are_cut_forward_and_backward() {
    for text in short_texts() {
        for longest in [1, 2, 3, 5, 100] {
            let lines = lines_of(&text, longest);
            let reversed: Vec<Shown> = lines.iter().rev().cloned().collect();
            for (block_size, first) in
                (1..=text.len() + 1).flat_map(|size| [(size, size), (size, 1)])
            {
                let segment = OneSegment::new(&text, block_size);
                let told = format!("{text:?}, {block_size}, {first}, {longest}");
                for end in [segment.len(), u64::MAX] {
                    let forward = LineBlocks::forward(&segment, 1, 0..end);
                    let forward = forward.starting_with(first).longest(longest);
                    assert_eq!(read_all(forward), lines, "{told}");
                }
                let backward = LineBlocks::backward(&segment, 1, 0..segment.len());
                let backward = backward.starting_with(first).longest(longest);
                assert_eq!(read_all(backward), reversed, "{told}");
            }
        }
    }
}

#[test]
fn blocks_have_all_lines_once_and_end_as_they_say() {
    for text in short_texts() {
        for (longest, block_size) in [(2, 1), (2, 3), (2, 20), (20, 2), (20, 4), (20, 20)] {
            let segment = OneSegment::new(&text, block_size);
            let forward = LineBlocks::forward(&segment, 1, 0..segment.len()).longest(longest);
            let forward = blocks_of(forward);
            let backward = LineBlocks::backward(&segment, 1, 0..segment.len()).longest(longest);
            let mut backward = blocks_of(backward);
            backward.reverse();
            for blocks in [forward, backward] {
                let shown: Vec<Shown> = blocks.iter().flat_map(shown_in).collect();
                assert_eq!(shown, lines_of(&text, longest), "{text:?}");
                let mut offset = 0;
                for block in &blocks {
                    assert_eq!(block.offset(), offset, "{text:?}");
                    assert!(!block.bytes().is_empty());
                    assert_eq!(block.bytes().ends_with(b"\n"), block.end() == LineEnd::Newline);
                    let alone = block.end() == LineEnd::Newline || shown_in(block).len() == 1;
                    assert!(alone, "{text:?}");
                    offset = block.to();
                }
                assert_eq!(offset, segment.len());
            }
        }
    }
}

#[test]
fn pieces_of_a_block_are_its_lines() {
    for text in short_texts() {
        let segment = OneSegment::new(&text, 100);
        for size in 1..=text.len() {
            let blocks = blocks_of(LineBlocks::forward(&segment, 1, 0..segment.len()));
            let pieces: Vec<LineBlock> =
                blocks.into_iter().flat_map(|block| block.pieces(size)).collect();
            let shown: Vec<Shown> = pieces.iter().flat_map(shown_in).collect();
            assert_eq!(shown, lines_of(&text, MAX_LINE), "{text:?}, {size}");
            for piece in pieces {
                assert!(piece.bytes().len() <= size || shown_in(&piece).len() == 1);
                assert_eq!(piece.to(), piece.offset() + piece.bytes().len() as u64);
            }
        }
    }
}

#[test]
fn a_range_begins_and_ends_where_it_says() {
    let text = b"one\ntwo\nthree\nfo";
    let segment = OneSegment::new(text, 3);
    let shown = |shown: &[(u64, &str, LineEnd, u64)]| -> Vec<Shown> {
        shown.iter().map(|&(at, line, end, to)| (at, line.into(), end, to)).collect()
    };
    let inner = shown(&[(4, "two", LineEnd::Newline, 8), (8, "thr", LineEnd::Torn, 11)]);
    assert_eq!(read_all(LineBlocks::forward(&segment, 1, 4..11)), inner);
    let inner: Vec<Shown> = inner.into_iter().rev().collect();
    assert_eq!(read_all(LineBlocks::backward(&segment, 1, 4..11)), inner);
    for range in [4..4, 100..100] {
        segment.reads();
        assert_eq!(read_all(LineBlocks::forward(&segment, 1, range.clone())), []);
        assert_eq!(read_all(LineBlocks::backward(&segment, 1, range)), []);
        assert_eq!(segment.reads(), []);
    }
}

#[test]
fn the_longest_line_is_one_and_a_longer_one_is_not() {
    for (len, end) in [
        (MAX_LINE - 1, LineEnd::Newline),
        (MAX_LINE, LineEnd::TooLong),
        (MAX_LINE + 1, LineEnd::TooLong),
        (5 * MAX_LINE, LineEnd::TooLong),
    ] {
        let text = [b"first\n", vec![b'x'; len].as_slice(), b"\nlast\n"].concat();
        for block_size in [100_000, MAX_LINE - 1, MAX_LINE, MAX_LINE + 7, 4 << 20, 16 << 20] {
            let segment = OneSegment::new(&text, block_size);
            let forward = read_all(LineBlocks::forward(&segment, 1, 0..u64::MAX));
            assert_eq!(forward, lines_of(&text, MAX_LINE));
            assert_eq!(forward[1].2, end, "{len}, {block_size}");
            let mut backward = read_all(LineBlocks::backward(&segment, 1, 0..segment.len()));
            backward.reverse();
            assert_eq!(forward, backward);
        }
        let torn = &text[..6 + len];
        let segment = OneSegment::new(torn, 1 << 20);
        let forward = read_all(LineBlocks::forward(&segment, 1, 0..u64::MAX));
        assert_eq!(forward[1].1.len(), len.min(MAX_LINE));
        assert_eq!((forward[1].2, forward[1].3), (LineEnd::Torn, torn.len() as u64));
    }
}

#[test]
fn after_a_line_that_is_too_long_nothing_is_read_where_that_is_asked_for() {
    let text = [b"one\n".to_vec(), vec![b'x'; 100], b"\ntwo\n".to_vec()].concat();
    let segment = OneSegment::new(&text, 4);
    let ends = |blocks: LineBlocks<'_>| -> Vec<LineEnd> {
        let blocks = blocks.longest(10).stop_at_too_long();
        blocks.map(|block| block.unwrap().end()).collect()
    };
    let expected = [LineEnd::Newline, LineEnd::TooLong];
    assert_eq!(ends(LineBlocks::forward(&segment, 1, 0..u64::MAX)), expected);
    assert!(segment.reads().iter().all(|(offset, _)| *offset < 20));
    assert_eq!(ends(LineBlocks::backward(&segment, 1, 0..segment.len())), expected);
    assert!(segment.reads().iter().all(|(offset, _)| *offset > 80));
    let segment = OneSegment::new(&text, 1000);
    assert_eq!(ends(LineBlocks::forward(&segment, 1, 0..u64::MAX)), expected);
    assert_eq!(ends(LineBlocks::backward(&segment, 1, 0..segment.len())), expected);
}

#[test]
fn reads_are_few_and_small_where_a_small_one_is_enough() {
    let line = [vec![b'x'; 999], b"\n".to_vec()].concat();
    let text = line.repeat(10_000);
    let segment = OneSegment::new(&text, 4 << 20);
    let (len, block) = (segment.len(), 4 << 20);
    blocks_of(LineBlocks::forward(&segment, 1, 0..len));
    let reads = segment.reads();
    assert_eq!(reads, [(0, block), (4_194_000, block), (8_388_000, 10_000_000 - 8_388_000)]);
    Lines::forward(&segment, 1, 0..len).next_line().unwrap();
    assert_eq!(segment.reads(), [(0, block)]);
    let first = LineBlocks::forward(&segment, 1, 5000..u64::MAX).starting_with(2048).next();
    assert_eq!(first.unwrap().unwrap().offset(), 5000);
    assert_eq!(segment.reads(), [(5000, 2048)]);
    Lines::backward(&segment, 1, 0..len).next_line().unwrap();
    assert_eq!(segment.reads(), [(len - 65_536, 65_536)]);
    blocks_of(LineBlocks::backward(&segment, 1, 0..len));
    let sizes: Vec<usize> = segment.reads().into_iter().map(|(_, size)| size).collect();
    assert_eq!(sizes, [65_536, 262_144, 1_048_576, block, block, 235_136]);
}

#[test]
fn what_was_read_after_the_lines_can_be_looked_at() {
    let segment = OneSegment::new(b"one\ntwo\nthree", 10);
    let block = LineBlocks::forward(&segment, 1, 0..13).next().unwrap().unwrap();
    assert_eq!((block.bytes(), block.read_from(8)), (&b"one\ntwo\n"[..], &b"th"[..]));
    assert_eq!(block.read_from(100), b"");
}

#[test]
fn an_end_that_is_cut_off_meanwhile_is_not_glued_to_what_stands_before_it() {
    let segment = OneSegment::new(b"one\ntwo\nth", 1000);
    let shown = read_all(LineBlocks::backward(&segment, 1, 0..500));
    let lines: Vec<&[u8]> = shown.iter().map(|(_, line, ..)| line.as_slice()).collect();
    assert_eq!(lines, [&b"th"[..], b"two", b"one"]);
}

#[test]
fn nothing_comes_after_an_error() {
    let ranges: [fn(&OneSegment, Range<u64>) -> LineBlocks<'_>; 2] = [
        |segment, range| LineBlocks::forward(segment, 1, range),
        |segment, range| LineBlocks::backward(segment, 1, range),
    ];
    for of in ranges {
        let segment =
            OneSegment { fails_after: 1, ..OneSegment::new(b"one\ntwo\nthree\nfour\n", 10) };
        let read: Vec<bool> = of(&segment, 0..segment.len()).map(|block| block.is_ok()).collect();
        let failed = read.iter().position(|ok| !ok);
        assert_eq!(failed, Some(read.len() - 1), "{read:?}");
    }
}

#[test]
fn a_line_is_found_around_a_byte_and_at_the_beginning() {
    let lines = b"one\ntwo\nthree";
    let around = |at| str::from_utf8(line_around(lines, at)).unwrap();
    assert_eq!([around(0), around(4), around(6), around(12)], ["one", "two", "two", "three"]);
    assert_eq!((line_in(lines), line_in(b"one")), (Some(&b"one"[..]), None));
}
