//! The tree over all events. Most of its nodes are hashed where lines are checked: on all cores.

use crate::evidence::merkle::{Hash, Tree};

/// How high the trees are that are put together apart from the whole.
const HEIGHT: u32 = 6;
/// How many leaves they have.
pub(super) const GROUP: u64 = 1 << HEIGHT;

/// A tree of which some of the newest leaves may not have been added yet.
#[derive(Debug)]
pub(super) struct IncrementalTree {
    tree: Tree,
    /// The leaves since the last multiple of [`GROUP`].
    pending: Vec<Hash>,
}

impl IncrementalTree {
    pub(super) fn new(tree: Tree) -> Self {
        IncrementalTree { tree, pending: Vec::new() }
    }

    pub(super) fn size(&self) -> u64 {
        self.tree.size() + self.pending.len() as u64
    }

    /// Adds a leaf. With the last of a group may come the root of the tree over all of the group.
    pub(super) fn push(&mut self, leaf: Hash, group: Option<&Hash>) {
        if !self.tree.size().is_multiple_of(GROUP) {
            self.tree.push(leaf);
            return;
        }
        self.pending.push(leaf);
        if self.pending.len() as u64 == GROUP {
            match group {
                Some(root) => {
                    self.tree.push_perfect(*root, HEIGHT);
                    self.pending.clear();
                }
                None => self.tree.extend(self.pending.drain(..)),
            }
        }
    }

    /// The tree with all of its leaves.
    pub(super) fn settled(&mut self) -> &Tree {
        self.tree.extend(self.pending.drain(..));
        &self.tree
    }

    pub(super) fn into_tree(mut self) -> Tree {
        self.settled();
        self.tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::merkle::leaf_hash;

    #[test]
    fn it_is_the_same_tree_with_and_without_the_roots_of_groups_and_wherever_it_is_looked_at() {
        let leaves: Vec<Hash> = (0..700_u32).map(|at| leaf_hash(&at.to_be_bytes())).collect();
        for (from, step) in [(0, 1000), (0, 7), (1, 1000), (63, 65), (64, 64), (130, 1)] {
            let mut plain: Tree = leaves[..from].iter().copied().collect();
            let mut growing = IncrementalTree::new(plain.clone());
            for (at, leaf) in leaves.iter().enumerate().skip(from) {
                plain.push(*leaf);
                let group = (at + 1).checked_sub(GROUP as usize).filter(|at| at % 64 == 0);
                let group = group.map(|from| leaves[from..=at].iter().copied().collect::<Tree>());
                growing.push(*leaf, group.map(|group| group.root()).as_ref());
                assert_eq!(growing.size(), plain.size());
                if at % step == 0 {
                    assert_eq!(growing.settled(), &plain);
                }
            }
            assert_eq!(growing.into_tree(), plain);
        }
    }
}
