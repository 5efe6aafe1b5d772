//! The Merkle tree over the events of a ledger: RFC 6962, section 2.1.
//!
//! A leaf is the raw 32 bytes of an `event_hash`; event `seq` is the leaf with the index `seq - 1`.

use core::ops::Range;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::keys::hash::{self, sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The hash of a leaf: `SHA-256(0x00 || data)`.
///
/// ```
/// use envaudit_ledger::merkle;
///
/// let one = merkle::leaf_hash(b"one");
/// let two = merkle::leaf_hash(b"two");
/// assert_eq!(merkle::root(&[one, two]), merkle::node_hash(&one, &two));
/// ```
pub fn leaf_hash(data: &[u8]) -> Hash {
    match <&Hash>::try_from(data) {
        Ok(hash) => hash::leaf(hash),
        Err(_) => Sha256::new().chain_update([0]).chain_update(data).finalize().into(),
    }
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash::node(left, right)
}

/// The root over these leaf hashes; a [`Tree`] computes it without holding them.
pub fn root(leaves: &[Hash]) -> Hash {
    leaves.iter().copied().collect::<Tree>().root()
}

/// A tree that grows by one leaf at a time and keeps one hash for each 1 in the binary digits of its size, so a ledger of a
/// billion events needs 30 hashes.
///
/// ```
/// use envaudit_ledger::merkle::{self, Tree};
///
/// let mut tree = Tree::new();
/// for event_hash in [[1; 32], [2; 32], [3; 32]] {
///     tree.push(merkle::leaf_hash(&event_hash));
/// }
/// let resumed = Tree::from_peaks(tree.size(), tree.peaks().to_vec())?;
/// assert_eq!(resumed.root(), tree.root());
/// # Ok::<(), merkle::MerkleError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
}

impl Tree {
    /// The empty tree.
    pub fn new() -> Self {
        Tree::default()
    }

    /// Continues from the peaks of an earlier tree. They are as trustworthy as the place where they were kept: compare
    /// [`Tree::root`] with a trusted root.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self, MerkleError> {
        if peaks.len() != size.count_ones() as usize {
            return Err(MerkleError::Peaks { size, found: peaks.len() });
        }
        Ok(Tree { size, peaks })
    }

    /// Adds a leaf, given as its [`leaf_hash`].
    pub fn push(&mut self, leaf: Hash) {
        self.push_perfect(leaf, 0);
    }

    /// Adds `2^height` leaves as the root of the perfect tree over them. The size has to be a multiple of their number.
    pub(crate) fn push_perfect(&mut self, root: Hash, height: u32) {
        debug_assert!(self.size.trailing_zeros() >= height, "the subtree is aligned");
        let mut node = root;
        for _ in 0..(self.size >> height).trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.peaks.push(node);
        self.size += 1 << height;
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees the tree falls into, from the largest, which is the leftmost.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root. That of the empty tree is the SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            Some(&last) => peaks.fold(last, |right, left| node_hash(left, &right)),
            None => sha256(&[]),
        }
    }

    /// The leaves `range` as a separate tree, as far as they are in this one; `None` if the range does not match the peaks.
    fn part(&self, range: &Range<u64>) -> Option<Tree> {
        let mut part = Tree::new();
        let mut at = 0;
        for peak in &self.peaks {
            let width = 1 << (63 - (self.size - at).leading_zeros());
            let inside = range.start <= at && at + width <= range.end;
            let outside = at + width <= range.start || range.end <= at;
            match (inside, outside) {
                (true, _) => {
                    part.peaks.push(*peak);
                    part.size += width;
                }
                (_, true) => {}
                _ => return None,
            }
            at += width;
        }
        Some(part)
    }
}

impl Extend<Hash> for Tree {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

impl FromIterator<Hash> for Tree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Tree::new();
        tree.extend(leaves);
        tree
    }
}

/// Builds an inclusion or consistency proof from leaf hashes that are given once, in order.
///
/// ```
/// use envaudit_ledger::merkle::{self, Tree};
///
/// let leaves: Vec<_> = (0..7u8).map(|n| merkle::leaf_hash(&[n])).collect();
/// let mut builder = merkle::PathBuilder::inclusion(4, 7)?;
/// builder.extend(leaves.iter().copied());
/// let path = builder.finish()?;
/// merkle::verify_inclusion(4, 7, &leaves[4], &path, &merkle::root(&leaves))?;
/// # Ok::<(), merkle::MerkleError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PathBuilder {
    /// The leaves each element of the path covers, in the order of the path.
    ranges: Vec<Range<u64>>,
    /// The indices of `ranges` in the order of the leaves.
    order: Vec<usize>,
    /// How many of `order` are complete.
    done: usize,
    path: Vec<Hash>,
    tree: Tree,
    next: u64,
    size: u64,
}

impl PathBuilder {
    /// The path from the leaf `index` to the root of the tree over `size` leaves.
    pub fn inclusion(index: u64, size: u64) -> Result<Self, MerkleError> {
        if index >= size {
            return Err(MerkleError::Index { index, size });
        }
        let mut ranges = Vec::new();
        let (mut low, mut high) = (0, size);
        while high - low > 1 {
            let middle = low + split(high - low);
            if index < middle {
                ranges.push(middle..high);
                high = middle;
            } else {
                ranges.push(low..middle);
                low = middle;
            }
        }
        ranges.reverse();
        Ok(PathBuilder::new(ranges, size))
    }

    /// The proof that the tree over `size` leaves begins with the tree over `first`.
    pub fn consistency(first: u64, size: u64) -> Result<Self, MerkleError> {
        if first > size {
            return Err(MerkleError::Index { index: first, size });
        }
        let mut ranges = Vec::new();
        if first > 0 {
            let (mut low, mut high) = (0, size);
            while high != first {
                let middle = low + split(high - low);
                if first <= middle {
                    ranges.push(middle..high);
                    high = middle;
                } else {
                    ranges.push(low..middle);
                    low = middle;
                }
            }
            if low > 0 {
                ranges.push(low..high);
            }
        }
        ranges.reverse();
        Ok(PathBuilder::new(ranges, size))
    }

    fn new(ranges: Vec<Range<u64>>, size: u64) -> Self {
        let mut order: Vec<usize> = (0..ranges.len()).collect();
        order.sort_by_key(|&at| ranges[at].start);
        let path = vec![[0; 32]; ranges.len()];
        PathBuilder { ranges, order, done: 0, path, tree: Tree::new(), next: 0, size }
    }

    /// Takes the first leaves, which a ledger no longer has, from the tree over them. No element of the path may need only a
    /// part of them, so the leaf of an inclusion proof has to come later.
    pub fn skip(&mut self, before: &Tree) -> Result<(), MerkleError> {
        let from = before.size();
        if self.next != 0 {
            return Err(MerkleError::Leaves { expected: 0, found: self.next });
        }
        while let Some(&at) = self.order.get(self.done) {
            let range = self.ranges[at].clone();
            if range.start >= from {
                break;
            }
            let part = before.part(&range).ok_or(MerkleError::Skipped { from })?;
            if range.end > from {
                self.tree = part;
                break;
            }
            self.path[at] = part.root();
            self.done += 1;
        }
        self.next = from;
        Ok(())
    }

    /// Takes the next leaf, given as its [`leaf_hash`]. Leaves after the last are ignored.
    pub fn push(&mut self, leaf: Hash) {
        let index = self.next;
        self.next += 1;
        let Some(&at) = self.order.get(self.done) else { return };
        let range = &self.ranges[at];
        if !range.contains(&index) {
            return;
        }
        self.tree.push(leaf);
        if index + 1 == range.end {
            self.path[at] = core::mem::take(&mut self.tree).root();
            self.done += 1;
        }
    }

    /// Returns the proof, after every leaf was given.
    pub fn finish(self) -> Result<Vec<Hash>, MerkleError> {
        if self.done < self.order.len() {
            return Err(MerkleError::Leaves { expected: self.size, found: self.next });
        }
        Ok(self.path)
    }
}

impl Extend<Hash> for PathBuilder {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

/// Checks that the tree over `size` leaves with this root has `leaf`, a [`leaf_hash`], at `index`: RFC 9162, section 2.1.3.2.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Hash,
    path: &[Hash],
    root: &Hash,
) -> Result<(), MerkleError> {
    if index >= size {
        return Err(MerkleError::Index { index, size });
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return Err(MerkleError::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            climb(&mut node, &mut last);
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(MerkleError::Length);
    }
    matches(&hash, root)
}

/// Checks that the tree over `second` leaves begins with the tree over `first`: RFC 9162, section 2.1.4.2.
pub fn verify_consistency(
    first: u64,
    second: u64,
    path: &[Hash],
    first_root: &Hash,
    second_root: &Hash,
) -> Result<(), MerkleError> {
    if first > second {
        return Err(MerkleError::Index { index: first, size: second });
    }
    if first == 0 || first == second {
        if !path.is_empty() {
            return Err(MerkleError::Length);
        }
        let expected = if first == 0 { Tree::new().root() } else { *second_root };
        return matches(first_root, &expected);
    }
    let (mut node, mut last) = (first - 1, second - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let mut path = path.iter();
    let start = if first.is_power_of_two() {
        *first_root
    } else {
        *path.next().ok_or(MerkleError::Length)?
    };
    let (mut old, mut new) = (start, start);
    for hash in path {
        if last == 0 {
            return Err(MerkleError::Length);
        }
        if node & 1 == 1 || node == last {
            old = node_hash(hash, &old);
            new = node_hash(hash, &new);
            climb(&mut node, &mut last);
        } else {
            new = node_hash(&new, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(MerkleError::Length);
    }
    matches(&old, first_root)?;
    matches(&new, second_root)
}

/// Up to the next level at which the node is a right child.
fn climb(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        *node >>= 1;
        *last >>= 1;
    }
}

fn matches(found: &Hash, expected: &Hash) -> Result<(), MerkleError> {
    if found == expected { Ok(()) } else { Err(MerkleError::Root) }
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// The reason why a tree or a proof is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum MerkleError {
    /// The tree has no such leaf.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    Index {
        /// The index asked for.
        index: u64,
        /// The leaves of the tree.
        size: u64,
    },
    /// The proof has too few or too many hashes for a tree of this size.
    #[error("the proof is too short or too long for the tree")]
    Length,
    /// The hashes of the proof do not lead to the root.
    #[error("the proof does not lead to the root of the tree")]
    Root,
    /// The number of peaks does not fit the size.
    #[error("a tree of {size} leaves has {} peaks, not {found}", size.count_ones())]
    Peaks {
        /// The leaves of the tree.
        size: u64,
        /// The peaks given.
        found: usize,
    },
    /// The number of leaves is not that of the tree.
    #[error("the tree has {expected} leaves, but {found} were given")]
    Leaves {
        /// The leaves of the tree.
        expected: u64,
        /// The leaves seen.
        found: u64,
    },
    /// The proof needs leaves that were skipped.
    #[error("the proof needs leaves before {from}, which are gone")]
    Skipped {
        /// The first leaf that is there.
        from: u64,
    },
}
