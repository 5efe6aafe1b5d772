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
    finish(INITIAL, 0, bytes)
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
        let mut block = [0; 64];
        block[..32].copy_from_slice(&finish(self.inner, 64, bytes));
        block[32] = 0x80;
        block[62..].copy_from_slice(&((64 + 32_u16) * 8).to_be_bytes());
        let mut state = self.outer;
        compress256(&mut state, &[block]);
        self::bytes(state)
    }
}

impl Drop for Hmac256 {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// Hashes `bytes` as the last ones, after `before` bytes that are in the state.
fn finish(mut state: [u32; 8], before: u64, bytes: &[u8]) -> [u8; 32] {
    let (blocks, rest) = bytes.as_chunks();
    compress256(&mut state, blocks);
    let mut padded = [[0; 64]; 2];
    let last = padded.as_flattened_mut();
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    let count = if rest.len() < 56 { 1 } else { 2 };
    let bits = (before + bytes.len() as u64) * 8;
    last[count * 64 - 8..count * 64].copy_from_slice(&bits.to_be_bytes());
    compress256(&mut state, &padded[..count]);
    self::bytes(state)
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
}
