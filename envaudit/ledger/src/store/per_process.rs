//! A value that each process has for itself: what a fork copies belongs to the parent.

use std::sync::OnceLock;

/// A value of the process that made it. A child of a fork has copies of the files of its parent, which share the parent's locks,
/// and of mutexes that threads of the parent may hold, so it gets a value of its own.
#[derive(Debug)]
pub(crate) struct PerProcess<T> {
    process: u32,
    value: T,
    of_child: OnceLock<Box<PerProcess<T>>>,
}

impl<T> PerProcess<T> {
    /// The value of this process.
    pub(crate) fn new(value: T) -> Self {
        PerProcess { process: std::process::id(), value, of_child: OnceLock::new() }
    }

    /// The value of this process; after a fork it is made from that of the parent, with the first use.
    pub(crate) fn get(&self, make: impl Fn(&T) -> T) -> &T {
        let process = std::process::id();
        let mut at = self;
        while at.process != process {
            at = at.of_child.get_or_init(|| Box::new(PerProcess::new(make(&at.value))));
        }
        &at.value
    }
}
