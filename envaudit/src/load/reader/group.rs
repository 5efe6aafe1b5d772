//! Nested structs that are there only if any of their keys is supplied.

use super::FieldReader;
use super::variable::in_environment;
use crate::load::key_slot::KeySlot;
use crate::schema::KeyRequest;
use crate::sources::{Source, place};

/// The variable because of which an optional group is there.
#[derive(Clone, Copy)]
pub(super) struct GroupOpener {
    /// The field that holds the group.
    group: &'static str,
    /// The name that is set.
    name: &'static str,
    /// The layer and line that have it; `None` for the process environment.
    layer: Option<(u16, u32)>,
}

impl FieldReader<'_> {
    /// Reads the fields of a nested struct that is there only if any of its `count` keys is supplied.
    pub fn optional_group<T, A>(
        &mut self,
        group: &'static str,
        count: usize,
        audit: &mut A,
        read: fn(&mut FieldReader<'_>, &mut A) -> Option<T>,
    ) -> Option<Option<T>> {
        let opener = match self.in_absent_group {
            true => None,
            false => {
                (self.cursor..self.cursor + count).find_map(|index| self.opener_at(group, index))
            }
        };
        if opener.is_some() {
            let outer = std::mem::replace(&mut self.opener, opener);
            let value = read(self, audit);
            self.opener = outer;
            return value.map(Some);
        }
        let outer = (self.in_absent_group, self.environment_alone);
        (self.in_absent_group, self.environment_alone) = (true, false);
        read(self, audit);
        (self.in_absent_group, self.environment_alone) = outer;
        Some(None)
    }

    /// Says why a variable of an optional group has to be there.
    pub(super) fn reason_of_group(&self) -> Option<String> {
        let GroupOpener { group, name, layer } = self.opener?;
        let (source, location) = match layer {
            None => (Source::System, None),
            Some((at, line)) => {
                let layer = self.layers.layer(at);
                (layer.source, layer.kind.location(name, line))
            }
        };
        let place = place(source, location.as_ref());
        Some(format!("{name} is set in {place} ({group} is an optional group)"))
    }

    fn opener_at(&self, group: &'static str, index: usize) -> Option<GroupOpener> {
        let request = &self.table.leaves[index];
        let in_layer = self.slots.get(index).and_then(|KeySlot { candidate, denied, .. }| {
            let candidate = candidate.as_ref();
            let candidate =
                candidate.map(|found| (found.set_name(request), found.layer, found.line));
            candidate
                .or_else(|| denied.map(|found| (found.set_name(request), found.layer, found.line)))
        });
        if let Some((name, layer, line)) = in_layer {
            return Some(GroupOpener { group, name, layer: Some((layer, line)) });
        }
        let name = self.name_in_environment(request)?;
        Some(GroupOpener { group, name, layer: None })
    }

    fn name_in_environment(&self, request: &'static KeyRequest) -> Option<&'static str> {
        if !self.asks_environment {
            return None;
        }
        let under_key = self.settings.environment.get(request.key);
        in_environment(self.settings, request, under_key, None).map(|variable| variable.set_name())
    }
}
