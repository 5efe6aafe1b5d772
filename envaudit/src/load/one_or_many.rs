//! The layers of a load. Most loads have one, the `.env`, which needs no list on the heap.

use core::ops::{Deref, DerefMut};

#[derive(Default)]
pub(super) enum OneOrMany<T> {
    #[default]
    None,
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(super) fn push(&mut self, value: T) {
        *self = match core::mem::take(self) {
            OneOrMany::None => OneOrMany::One(value),
            OneOrMany::One(first) => OneOrMany::Many(vec![first, value]),
            OneOrMany::Many(mut values) => {
                values.push(value);
                OneOrMany::Many(values)
            }
        };
    }
}

impl<T> Deref for OneOrMany<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            OneOrMany::None => &[],
            OneOrMany::One(value) => core::slice::from_ref(value),
            OneOrMany::Many(values) => values,
        }
    }
}

impl<T> DerefMut for OneOrMany<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            OneOrMany::None => &mut [],
            OneOrMany::One(value) => core::slice::from_mut(value),
            OneOrMany::Many(values) => values,
        }
    }
}
