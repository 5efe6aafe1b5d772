//! SHA-256 and HMAC-SHA256 of bytes in memory.
//!
//! An event is a few hundred bytes: the buffers for hashing streams would cost more than the hashing itself.

use sha2::block_api::compress256;
use zeroize::Zeroize;

/// The initial state of SHA-256: FIPS 180-4, section 5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    self::bytes(finish(INITIAL, 0, bytes))
}

/// The SHA-256 of several messages, in less time than one after the other: see [`finish_each`].
pub(crate) fn sha256_each<const N: usize>(messages: [&[u8]; N]) -> [[u8; 32]; N] {
    finish_each(INITIAL, 0, messages).map(bytes)
}

/// `SHA-256(0x00 || data)`: one block.
pub(crate) fn leaf(data: &[u8; 32]) -> [u8; 32] {
    let mut block = [0; 64];
    block[1..33].copy_from_slice(data);
    block[33] = 0x80;
    block[62..].copy_from_slice(&(33_u16 * 8).to_be_bytes());
    let mut state = INITIAL;
    compress256(&mut state, &[block]);
    bytes(state)
}

/// `SHA-256(0x01 || left || right)`: two blocks.
pub(crate) fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut blocks = [[0; 64]; 2];
    blocks[0][0] = 1;
    blocks[0][1..33].copy_from_slice(left);
    blocks[0][33..].copy_from_slice(&right[..31]);
    blocks[1][0] = right[31];
    blocks[1][1] = 0x80;
    blocks[1][62..].copy_from_slice(&(65_u16 * 8).to_be_bytes());
    let mut state = INITIAL;
    compress256(&mut state, &blocks);
    bytes(state)
}

/// HMAC-SHA256 under one key, whose two blocks are hashed already.
#[derive(Clone)]
pub(crate) struct Hmac256 {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl Hmac256 {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let state = |pad: u8| {
            let mut block = [pad; 64];
            block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
            let mut state = INITIAL;
            compress256(&mut state, &[block]);
            block.zeroize();
            state
        };
        Hmac256 { inner: state(0x36), outer: state(0x5c) }
    }

    pub(crate) fn hash(&self, bytes: &[u8]) -> [u8; 32] {
        let block = outer_block(finish(self.inner, 64, bytes));
        let mut state = self.outer;
        compress256(&mut state, &[block]);
        self::bytes(state)
    }

    /// The hashes of several messages, in less time than one after the other: see [`finish_each`].
    pub(crate) fn hash_each<const N: usize>(&self, messages: [&[u8]; N]) -> [[u8; 32]; N] {
        let blocks = finish_each(self.inner, 64, messages).map(outer_block);
        let mut states = [self.outer; N];
        for (state, block) in states.iter_mut().zip(blocks) {
            compress256(state, &[block]);
        }
        states.map(bytes)
    }
}

impl Drop for Hmac256 {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// The block that the outer hash ends with, around the state of the inner one.
fn outer_block(inner: [u32; 8]) -> [u8; 64] {
    let mut block = [0; 64];
    block[..32].copy_from_slice(&bytes(inner));
    block[32] = 0x80;
    block[62..].copy_from_slice(&((64 + 32_u16) * 8).to_be_bytes());
    block
}

/// The last bytes that are hashed, in blocks.
struct Padded<'b> {
    whole: &'b [[u8; 64]],
    rest: [[u8; 64]; 2],
    /// How many blocks the rest takes.
    rest_len: usize,
}

impl<'b> Padded<'b> {
    /// `bytes` after `before` others.
    #[inline]
    fn new(before: u64, bytes: &'b [u8]) -> Self {
        let (whole, tail) = bytes.as_chunks();
        let mut rest = [[0; 64]; 2];
        let last = rest.as_flattened_mut();
        last[..tail.len()].copy_from_slice(tail);
        last[tail.len()] = 0x80;
        let rest_len = if tail.len() < 56 { 1 } else { 2 };
        let bits = (before + bytes.len() as u64) * 8;
        last[rest_len * 64 - 8..rest_len * 64].copy_from_slice(&bits.to_be_bytes());
        Padded { whole, rest, rest_len }
    }

    fn len(&self) -> usize {
        self.whole.len() + self.rest_len
    }

    /// This block; none beyond the last.
    #[inline]
    fn block(&self, at: usize) -> &[[u8; 64]] {
        let (blocks, at) = match at.checked_sub(self.whole.len()) {
            Some(at) => (&self.rest[..self.rest_len], at),
            None => (self.whole, at),
        };
        blocks.get(at..=at).unwrap_or_default()
    }
}

/// Hashes `bytes` as the last ones, after `before` bytes that are in the state.
fn finish(mut state: [u32; 8], before: u64, bytes: &[u8]) -> [u32; 8] {
    let padded = Padded::new(before, bytes);
    compress256(&mut state, padded.whole);
    compress256(&mut state, &padded.rest[..padded.rest_len]);
    state
}

/// Hashes several messages as the last ones, one block of each in turns. These do not depend on each other, so that a core with
/// instructions for SHA-256 works on more than one at once.
fn finish_each<const N: usize>(
    state: [u32; 8],
    before: u64,
    messages: [&[u8]; N],
) -> [[u32; 8]; N] {
    let mut states = [state; N];
    let padded = messages.map(|message| Padded::new(before, message));
    let most = padded.iter().map(Padded::len).max().unwrap_or_default();
    for at in 0..most {
        for (state, padded) in states.iter_mut().zip(&padded) {
            compress256(state, padded.block(at));
        }
    }
    states
}

fn bytes(state: [u32; 8]) -> [u8; 32] {
    let mut hash = [0; 32];
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn hashes_are_those_of_the_streaming_implementations_at_every_length() {
        let key = core::array::from_fn(|at| at as u8);
        let bytes: Vec<u8> = (0..1000_u32).map(|at| (at * 7) as u8).collect();
        let hmac = Hmac256::new(&key);
        for len in (0..300).chain([999, 1000]) {
            let bytes = &bytes[..len];
            assert_eq!(sha256(bytes), *Sha256::digest(bytes), "{len}");
            let expected =
                Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(bytes).finalize();
            assert_eq!(hmac.hash(bytes), *expected.into_bytes(), "{len}");
        }
    }

    #[test]
    fn messages_of_any_lengths_have_the_same_hashes_together_as_alone() {
        let bytes: Vec<u8> = (0..1000_u32).map(|at| (at * 7) as u8).collect();
        let hmac = Hmac256::new(&[7; 32]);
        let lens = [0, 1, 55, 56, 63, 64, 119, 120, 128, 600, 1000];
        let pairs = || lens.iter().flat_map(|a| lens.iter().map(move |b| (*a, *b)));
        for ((a, b), (c, d)) in pairs().flat_map(|first| pairs().map(move |then| (first, then))) {
            let messages = [&bytes[..a], &bytes[1000 - b..], &bytes[..c], &bytes[1000 - d..]];
            let told = format!("{a} {b} {c} {d}");
            assert_eq!(hmac.hash_each(messages), messages.map(|it| hmac.hash(it)), "{told}");
            assert_eq!(sha256_each(messages), messages.map(sha256), "{told}");
        }
    }
}
