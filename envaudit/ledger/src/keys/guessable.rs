//! Keys that are patterns, sequences or hashes of common words: placeholders, not secrets.

use crate::keys::hash::sha256;

/// A key that is one text again and again, or counts in one way again and again, does so with at most this period. No random
/// key does.
const LONGEST_PERIOD: usize = 16;

/// A random key has about 30 different bytes, and never as few.
const FEWEST: usize = 8;

/// What examples and tests take the SHA-256 of.
const WORDS: [&str; 24] = [
    "",
    "a",
    "abc",
    "admin",
    "audit",
    "changeme",
    "dev",
    "demo",
    "envaudit",
    "example",
    "foo",
    "foobar",
    "hello",
    "hello world",
    "key",
    "letmein",
    "master",
    "password",
    "root",
    "secret",
    "secretkey",
    "test",
    "testing",
    "123456",
];

pub(super) fn is_guessable(key: &[u8; 32]) -> bool {
    let steps: Vec<u8> = key.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    let mut sorted = *key;
    sorted.sort_unstable();
    let different = 1 + sorted.windows(2).filter(|pair| pair[0] != pair[1]).count();
    different <= FEWEST
        || is_periodic(key, LONGEST_PERIOD)
        || is_periodic(&steps, LONGEST_PERIOD / 2)
        || WORDS.iter().any(|word| sha256(word.as_bytes()) == *key)
}

fn is_periodic(bytes: &[u8], longest: usize) -> bool {
    (1..=longest)
        .any(|period| bytes[period..].iter().zip(bytes).all(|(byte, before)| byte == before))
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::is_guessable;

    fn key(hex: &str) -> [u8; 32] {
        HEXLOWER.decode(hex.as_bytes()).unwrap().try_into().unwrap()
    }

    #[test]
    fn patterns_sequences_and_hashes_of_words_are_guessable() {
        let sequence: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
        let downward: String = (0..32).map(|byte| format!("{:02x}", 255 - 3 * byte)).collect();
        for hex in [
            "00".repeat(32),
            "deadbeef".repeat(8),
            "0123456789abcdef".repeat(4),
            "00112233445566778899aabbccddeeff".repeat(2),
            sequence,
            downward,
            format!("{}01", "00".repeat(31)),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
            "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8".to_owned(),
        ] {
            assert!(is_guessable(&key(&hex)), "{hex}");
        }
    }

    #[test]
    fn random_keys_are_not() {
        for seed in 0..2000_u32 {
            let mut state = seed;
            let random = core::array::from_fn(|_| {
                state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
                let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
                ((word >> 22) ^ word) as u8
            });
            assert!(!is_guessable(&random), "{random:?}");
        }
    }
}
