//! Which variables have to be set, and when.

use core::ops::Range;

use crate::schema::table::Table;
use crate::schema::{KeyRequest, Member, Schema};

/// When a variable has to be set.
pub(super) enum Need {
    Always,
    /// A default, or nothing, takes its place.
    Never,
    /// When another variable of the optional struct is set.
    Group(Group),
}

/// The innermost optional struct that a variable belongs to.
#[derive(Clone)]
pub(super) struct Group {
    /// The field that holds it.
    pub(super) field: &'static str,
    /// Its variables, as positions.
    leaves: Range<usize>,
}

impl Group {
    pub(super) fn keys(&self, table: &Table) -> impl Iterator<Item = &'static str> {
        table.leaves[self.leaves.clone()].iter().map(KeyRequest::key)
    }
}

/// The need for each variable, in the order of declaration.
pub(super) fn needs(table: &Table) -> Vec<Need> {
    let mut needs = Vec::new();
    collect(table.schema, None, &mut needs);
    needs
}

fn collect(schema: &Schema, group: Option<&Group>, needs: &mut Vec<Need>) {
    for member in schema.members {
        match member {
            Member::Field(field) => needs.push(match group {
                _ if !field.required() => Need::Never,
                Some(group) => Need::Group(group.clone()),
                None => Need::Always,
            }),
            Member::Group(nested) if nested.optional => {
                let leaves = needs.len()..needs.len() + nested.schema.count();
                collect(nested.schema, Some(&Group { field: nested.field, leaves }), needs);
            }
            Member::Group(nested) => collect(nested.schema, group, needs),
        }
    }
}

/// A nested struct that is there only if any of its variables is supplied.
pub(crate) struct OptionalGroup {
    /// The field that holds it.
    pub(crate) field: &'static str,
    /// Its variables, as positions.
    pub(crate) leaves: Range<usize>,
}

/// The optional structs, each before those within it.
pub(super) fn optional_groups(schema: &Schema) -> Vec<OptionalGroup> {
    let mut groups = Vec::new();
    collect_groups(schema, 0, &mut groups);
    groups
}

fn collect_groups(schema: &Schema, mut first: usize, groups: &mut Vec<OptionalGroup>) -> usize {
    for member in schema.members {
        match member {
            Member::Field(_) => first += 1,
            Member::Group(nested) => {
                if nested.optional {
                    let leaves = first..first + nested.schema.count();
                    groups.push(OptionalGroup { field: nested.field, leaves });
                }
                first = collect_groups(nested.schema, first, groups);
            }
        }
    }
    first
}
