//! The tree over all events. Most of its nodes are hashed where lines are checked: on all cores.

use crate::evidence::merkle::{Hash, Tree, leaf_hash, node_hash};
use crate::keys::EventHash;

/// How high the trees are that are put together apart from the whole.
const HEIGHT: u32 = 6;
/// How many leaves they have.
pub(super) const GROUP: u64 = 1 << HEIGHT;

/// The root of the tree over a group of events. What does not depend on each other is hashed in a row, which a core does in less
/// time than one after the other.
pub(super) fn group_root(events: &[EventHash; GROUP as usize]) -> Hash {
    let mut nodes = events.map(|event| leaf_hash(&event));
    let mut width = nodes.len();
    while width > 1 {
        width /= 2;
        for at in 0..width {
            nodes[at] = node_hash(&nodes[2 * at], &nodes[2 * at + 1]);
        }
    }
    nodes[0]
}

/// A tree of which some of the newest leaves may not have been added yet.
#[derive(Debug)]
pub(super) struct IncrementalTree {
    tree: Tree,
    /// The events since the last multiple of [`GROUP`].
    pending: Vec<EventHash>,
}

impl IncrementalTree {
    pub(super) fn new(tree: Tree) -> Self {
        IncrementalTree { tree, pending: Vec::new() }
    }

    pub(super) fn size(&self) -> u64 {
        self.tree.size() + self.pending.len() as u64
    }

    /// Adds an event. With the last of a group may come the root of the tree over all of the group.
    pub(super) fn push(&mut self, event: &EventHash, group: Option<&Hash>) {
        if !self.tree.size().is_multiple_of(GROUP) {
            self.tree.push(leaf_hash(event));
            return;
        }
        self.pending.push(*event);
        if self.pending.len() as u64 == GROUP {
            match group {
                Some(root) => {
                    self.tree.push_perfect(*root, HEIGHT);
                    self.pending.clear();
                }
                None => self.settle(),
            }
        }
    }

    fn settle(&mut self) {
        self.tree.extend(self.pending.drain(..).map(|event| leaf_hash(&event)));
    }

    /// The tree with all of its leaves.
    pub(super) fn settled(&mut self) -> &Tree {
        self.settle();
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

    #[test]
    fn it_is_the_same_tree_with_and_without_the_roots_of_groups_and_wherever_it_is_looked_at() {
        let event =
            |at: usize| -> EventHash { [at as u8 ^ 0x5a; 32].map(|byte| byte ^ (at >> 8) as u8) };
        let events: Vec<EventHash> = (0..700).map(event).collect();
        for (from, step) in [(0, 1000), (0, 7), (1, 1000), (63, 65), (64, 64), (130, 1)] {
            let mut plain: Tree = events[..from].iter().map(|event| leaf_hash(event)).collect();
            let mut growing = IncrementalTree::new(plain.clone());
            for (at, event) in events.iter().enumerate().skip(from) {
                plain.push(leaf_hash(event));
                let group = (at + 1).checked_sub(GROUP as usize).filter(|at| at % 64 == 0);
                let group = group.and_then(|from| events[from..=at].try_into().ok());
                growing.push(event, group.map(group_root).as_ref());
                assert_eq!(growing.size(), plain.size());
                if at % step == 0 {
                    assert_eq!(growing.settled(), &plain);
                }
            }
            assert_eq!(growing.into_tree(), plain);
        }
    }
}
