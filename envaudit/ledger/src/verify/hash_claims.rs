//! The hashes that lines claim to have, several of which are computed at once.

use crate::keys::{EventHash, Hasher};

/// How many lines are hashed at once: a core that is not stopped by one of them works on the next.
const AT_ONCE: usize = 4;

/// Lines whose hashes have still to be compared, all under one key.
#[derive(Default)]
pub(super) struct HashClaims<'k, 'b> {
    hasher: Option<&'k Hasher>,
    claims: [HashClaim<'b>; AT_ONCE],
    count: usize,
}

/// A line that is good if its hash holds.
#[derive(Clone, Copy, Default)]
pub(super) struct HashClaim<'b> {
    /// Which of the lines of its block it is.
    pub(super) place: usize,
    pub(super) line: &'b [u8],
    /// The part of it that is hashed.
    pub(super) hashed: &'b [u8],
}

impl<'k, 'b> HashClaims<'k, 'b> {
    /// Whether those that wait have to be compared before another one under this key is added.
    pub(super) fn are_due(&self, hasher: &Hasher) -> bool {
        self.count == AT_ONCE || self.hasher.is_some_and(|waiting| !std::ptr::eq(waiting, hasher))
    }

    /// Adds one that is not [due](Self::are_due) first.
    pub(super) fn add(&mut self, hasher: &'k Hasher, claim: HashClaim<'b>) {
        self.hasher = Some(hasher);
        self.claims[self.count] = claim;
        self.count += 1;
    }

    /// Takes all of them, each with the hash that its line should have.
    pub(super) fn computed(&mut self, mut each: impl FnMut(HashClaim<'b>, EventHash)) {
        let Some(hasher) = self.hasher.take() else { return };
        let claims = &self.claims[..std::mem::take(&mut self.count)];
        match <&[HashClaim<'b>; AT_ONCE]>::try_from(claims) {
            Ok(claims) => {
                let hashes = hasher.hash_each(claims.map(|claim| claim.hashed));
                claims.iter().zip(hashes).for_each(|(claim, hash)| each(*claim, hash));
            }
            Err(_) => claims.iter().for_each(|claim| each(*claim, hasher.hash(claim.hashed))),
        }
    }
}
