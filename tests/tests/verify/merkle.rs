//! The Merkle tree against the published vectors of RFC 6962, and against the RFC's definition written out.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use data_encoding::HEXLOWER;
use envaudit::ledger::merkle::{
    self, Hash, MerkleError, PathBuilder, Tree, verify_consistency, verify_inclusion,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Vectors {
    empty_root: String,
    leaf: Leaf,
    leaves: Vec<String>,
    roots: Vec<String>,
    inclusion: Vec<Inclusion>,
    consistency: Vec<Consistency>,
}

#[derive(Deserialize)]
struct Leaf {
    data: String,
    hash: String,
}

#[derive(Deserialize)]
struct Inclusion {
    index: u64,
    size: u64,
    path: Vec<String>,
}

#[derive(Deserialize)]
struct Consistency {
    first: u64,
    second: u64,
    path: Vec<String>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../data/rfc6962.json")).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    HEXLOWER.decode(hex.as_bytes()).unwrap()
}

fn hash(hex: &str) -> Hash {
    bytes(hex).try_into().unwrap()
}

fn hashes(path: &[String]) -> Vec<Hash> {
    path.iter().map(|hex| hash(hex)).collect()
}

impl Vectors {
    fn leaf_hashes(&self) -> Vec<Hash> {
        self.leaves.iter().map(|leaf| merkle::leaf_hash(&bytes(leaf))).collect()
    }
}

#[test]
fn roots_of_the_reference_tree_are_those_published() {
    let vectors = vectors();
    assert_eq!(Tree::new().root(), hash(&vectors.empty_root));
    assert_eq!(merkle::leaf_hash(vectors.leaf.data.as_bytes()), hash(&vectors.leaf.hash));
    let mut tree = Tree::new();
    for (leaf, root) in vectors.leaf_hashes().into_iter().zip(&vectors.roots) {
        tree.push(leaf);
        assert_eq!(tree.root(), hash(root), "size {}", tree.size());
        assert_eq!(tree.peaks().len(), tree.size().count_ones() as usize);
    }
    assert_eq!(tree.size(), 8);
}

#[test]
fn inclusion_proofs_of_the_reference_tree_are_those_published() {
    let vectors = vectors();
    let leaves = vectors.leaf_hashes();
    for case in &vectors.inclusion {
        let path = hashes(&case.path);
        let mut builder = PathBuilder::inclusion(case.index, case.size).unwrap();
        builder.extend(leaves.iter().copied());
        assert_eq!(builder.finish().unwrap(), path, "{} of {}", case.index, case.size);
        let root = hash(&vectors.roots[case.size as usize - 1]);
        let leaf = &leaves[case.index as usize];
        assert_eq!(verify_inclusion(case.index, case.size, leaf, &path, &root), Ok(()));
    }
}

#[test]
fn consistency_proofs_of_the_reference_tree_are_those_published() {
    let vectors = vectors();
    for case in &vectors.consistency {
        let path = hashes(&case.path);
        let mut builder = PathBuilder::consistency(case.first, case.second).unwrap();
        builder.extend(vectors.leaf_hashes());
        assert_eq!(builder.finish().unwrap(), path, "{} of {}", case.first, case.second);
        let root = |size: u64| hash(&vectors.roots[size as usize - 1]);
        let (first, second) = (root(case.first), root(case.second));
        assert_eq!(verify_consistency(case.first, case.second, &path, &first, &second), Ok(()));
    }
}

/// MTH of RFC 6962, section 2.1, word for word.
fn mth(entries: &[Vec<u8>]) -> Hash {
    match entries {
        [] => Sha256::digest([]).into(),
        [one] => Sha256::new().chain_update([0]).chain_update(one).finalize().into(),
        _ => {
            let k = entries.len().next_power_of_two() / 2;
            let (left, right) = entries.split_at(k);
            let digest = Sha256::new().chain_update([1]).chain_update(mth(left));
            digest.chain_update(mth(right)).finalize().into()
        }
    }
}

fn entries(size: usize) -> Vec<Vec<u8>> {
    (0..size).map(|at| vec![at as u8; at % 5]).collect()
}

fn leaves(entries: &[Vec<u8>]) -> Vec<Hash> {
    entries.iter().map(|entry| merkle::leaf_hash(entry)).collect()
}

#[test]
fn roots_of_all_sizes_follow_the_definition_and_can_be_resumed_from_any_size() {
    for size in 0..70 {
        let entries = entries(size);
        let leaves = leaves(&entries);
        assert_eq!(merkle::root(&leaves), mth(&entries), "size {size}");
        for resumed in 0..=size {
            let before: Tree = leaves[..resumed].iter().copied().collect();
            let peaks = before.peaks().to_vec();
            let mut tree = Tree::from_peaks(before.size(), peaks).unwrap();
            tree.extend(leaves[resumed..].iter().copied());
            assert_eq!(tree.root(), mth(&entries), "size {size}, resumed at {resumed}");
        }
    }
    assert_eq!(Tree::from_peaks(3, vec![[0; 32]]), Err(MerkleError::Peaks { size: 3, found: 1 }));
}

#[test]
fn a_proof_holds_for_its_leaf_its_index_and_its_size_alone() {
    for size in 1..40 {
        let leaves = leaves(&entries(size));
        let root = merkle::root(&leaves);
        let size = size as u64;
        for index in 0..size {
            let mut builder = PathBuilder::inclusion(index, size).unwrap();
            builder.extend(leaves.iter().copied());
            let path = builder.finish().unwrap();
            let holds = |index: u64, size: u64, leaf: &Hash, path: &[Hash], root: &Hash| {
                verify_inclusion(index, size, leaf, path, root).is_ok()
            };
            let leaf = &leaves[index as usize];
            assert!(holds(index, size, leaf, &path, &root));
            for other in (0..size + 2).filter(|&other| other != index) {
                assert!(!holds(other, size, leaf, &path, &root), "{index} as {other} of {size}");
            }
            let mut longer = path.clone();
            longer.push([0; 32]);
            assert!(!holds(index, size, leaf, &longer, &root));
            longer.rotate_right(1);
            assert!(!holds(index, size, leaf, &longer, &root));
            if let Some((_, shorter)) = path.split_last() {
                assert!(!holds(index, size, leaf, shorter, &root));
            }
            for at in 0..path.len() {
                let mut changed = path.clone();
                changed[at][7] ^= 0x10;
                assert!(!holds(index, size, leaf, &changed, &root));
            }
            let mut changed = *leaf;
            changed[0] ^= 1;
            assert!(!holds(index, size, &changed, &path, &root));
            assert!(!holds(index, size, leaf, &path, &changed));
        }
    }
}

#[test]
fn a_tree_is_consistent_with_its_beginnings_alone() {
    for size in 1..40 {
        let leaves = leaves(&entries(size));
        let root = merkle::root(&leaves);
        for first in 1..=size {
            let first_root = merkle::root(&leaves[..first]);
            let mut builder = PathBuilder::consistency(first as u64, size as u64).unwrap();
            builder.extend(leaves.iter().copied());
            let path = builder.finish().unwrap();
            let holds = |first: usize, path: &[Hash], first_root: &Hash| {
                verify_consistency(first as u64, size as u64, path, first_root, &root).is_ok()
            };
            assert!(holds(first, &path, &first_root), "{first} of {size}");
            let mut forked = leaves[..first].to_vec();
            forked[first - 1][0] ^= 1;
            assert!(!holds(first, &path, &merkle::root(&forked)), "{first} of {size}");
            for at in 0..path.len() {
                let mut changed = path.clone();
                changed[at][0] ^= 1;
                assert!(!holds(first, &changed, &first_root));
            }
        }
    }
}

#[test]
fn proofs_can_start_from_the_peaks_of_leaves_that_are_gone() {
    for size in 1..40_u64 {
        let leaves = leaves(&entries(size as usize));
        let root = merkle::root(&leaves);
        for gone in 0..size {
            let (before, after) = leaves.split_at(gone as usize);
            let before: Tree = before.iter().copied().collect();
            for index in gone..size {
                let mut builder = PathBuilder::inclusion(index, size).unwrap();
                builder.skip(&before).unwrap();
                builder.extend(after.iter().copied());
                let path = builder.finish().unwrap();
                let leaf = &leaves[index as usize];
                assert_eq!(verify_inclusion(index, size, leaf, &path, &root), Ok(()));
            }
        }
    }
}

#[test]
fn a_proof_of_a_leaf_that_is_not_there_is_refused() {
    assert_eq!(PathBuilder::inclusion(8, 8).unwrap_err(), MerkleError::Index { index: 8, size: 8 });
    let mut builder = PathBuilder::inclusion(2, 8).unwrap();
    builder.extend(vectors().leaf_hashes().into_iter().take(7));
    assert_eq!(builder.finish(), Err(MerkleError::Leaves { expected: 8, found: 7 }));
}
