//! The table of a configuration that is not part of this program: read from a file, or found.
//!
//! What a load reads are constants of a program, so a table that is made at run time is made for good: it stays in memory
//! until the program ends.

use std::collections::HashSet;
use std::ops::Range;

use super::table::{KeyRequest, Name, Table};
use super::{FieldSchema, GroupSchema, Member, Schema};
use crate::sources::{Source, SourceSet};

/// A table has positions of 16 bits.
const MAX_NAMES: usize = u16::MAX as usize;
/// Structs within structs.
const MAX_DEPTH: usize = 64;

/// A configuration as it was read.
pub(crate) struct OwnedSchema {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) prefix: String,
    pub(crate) variables: Vec<Variable>,
    /// Each before those within it.
    pub(crate) optional_groups: Vec<OptionalGroup>,
}

/// A variable: its key, then its aliases, in full.
pub(crate) struct Variable {
    pub(crate) names: Vec<String>,
    /// Those of its names that a load warns of.
    pub(crate) deprecated_names: Vec<String>,
    pub(crate) sources: Option<SourceSet>,
    pub(crate) field: FieldSchema,
}

/// A nested struct that is there only if any of its variables is supplied.
pub(crate) struct OptionalGroup {
    pub(crate) field: String,
    /// Its variables, as positions.
    pub(crate) leaves: Range<usize>,
}

/// Keeps a text until the program ends.
pub(crate) fn text(text: impl Into<String>) -> &'static str {
    text.into().leak()
}

fn all<T>(values: Vec<T>) -> &'static [T] {
    values.leak()
}

impl OwnedSchema {
    /// The table.
    ///
    /// # Errors
    ///
    /// What no struct could say: a name that belongs to two variables, structs that overlap.
    pub(crate) fn into_table(mut self) -> Result<&'static Table, String> {
        self.optional_groups.retain(|group| !group.leaves.is_empty());
        self.check()?;
        let OwnedSchema { name, docs, prefix, variables, optional_groups } = self;
        let mut names = Vec::new();
        for (leaf, variable) in variables.iter().enumerate() {
            for (rank, name) in variable.names.iter().enumerate() {
                let file = text(format!("{name}_FILE"));
                let text = &file[..name.len()];
                let (leaf, rank) = (leaf as u16, rank as u16);
                let deprecated = variable.deprecated_names.iter().any(|name| name == text);
                names.push(Name {
                    text,
                    file,
                    reads_file: true,
                    leaf,
                    rank,
                    exact: true,
                    deprecated,
                });
            }
        }
        let texts: HashSet<&str> = names.iter().map(|name| name.text).collect();
        for name in &mut names {
            name.reads_file = !texts.contains(name.file);
        }
        let mut order: Vec<u16> = (0..names.len() as u16).collect();
        order.sort_by_key(|at| names[*at as usize].text);
        let names = all(names);
        let mut leaves = Vec::new();
        let mut first = 0;
        let mut fields = Vec::new();
        for Variable { names: own, sources, mut field, .. } in variables {
            let own = &names[first..first + own.len()];
            field.name = own[0].text;
            field.exact = true;
            field.sources = sources;
            fields.push(field);
            let field: &'static FieldSchema = Box::leak(Box::new(field));
            let sources = sources.unwrap_or(SourceSet::ALL);
            leaves.push(KeyRequest {
                key: own[0].text,
                names: own,
                first,
                field,
                sources,
                is_plain: field.deprecated.is_none() && sources.contains(Source::System),
            });
            first += own.len();
        }
        let members =
            members(&fields, 0..fields.len(), &mut optional_groups.into_iter().peekable());
        let mut schema = Schema::new(text(name), text(docs), members);
        if !prefix.is_empty() {
            schema = schema.prefix(text(prefix));
        }
        let table = Table::new(Box::leak(Box::new(schema)), all(leaves), names, all(order));
        Ok(Box::leak(Box::new(table)))
    }

    fn check(&self) -> Result<(), String> {
        let count: usize = self.variables.iter().map(|variable| variable.names.len()).sum();
        if count > MAX_NAMES {
            return Err(format!(
                "it has {count} variables, other names of theirs included, and at most {MAX_NAMES} are possible"
            ));
        }
        let mut seen = HashSet::new();
        for variable in &self.variables {
            if variable.names.is_empty() {
                return Err("a variable has no key".to_owned());
            }
            for name in &variable.names {
                if name.is_empty() || name.contains(['=', '\0']) {
                    return Err(format!("{name:?} is not the name of a variable"));
                }
                if !seen.insert(name) {
                    return Err(format!("two variables are called {name}"));
                }
            }
        }
        let mut open: Vec<&Range<usize>> = Vec::new();
        let mut start = 0;
        for OptionalGroup { leaves, .. } in &self.optional_groups {
            while open.last().is_some_and(|outer| outer.end <= leaves.start) {
                open.pop();
            }
            let inside = open.last().is_none_or(|outer| leaves.end <= outer.end);
            let ordered = start <= leaves.start && leaves.start <= leaves.end;
            if !inside || !ordered || leaves.end > self.variables.len() || open.len() > MAX_DEPTH {
                return Err("the optional structs do not lie within one another".to_owned());
            }
            start = leaves.start;
            open.push(leaves);
        }
        Ok(())
    }
}

/// The members of a struct that has these variables.
fn members(
    fields: &[FieldSchema],
    leaves: Range<usize>,
    groups: &mut std::iter::Peekable<std::vec::IntoIter<OptionalGroup>>,
) -> &'static [Member] {
    let mut members = Vec::new();
    let mut at = leaves.start;
    loop {
        let next = groups.peek().map_or(leaves.end, |group| group.leaves.start.min(leaves.end));
        members.extend(fields[at..next].iter().copied().map(Member::Field));
        at = next;
        let Some(group) = groups.next_if(|group| group.leaves.start < leaves.end) else { break };
        let own = self::members(fields, group.leaves.clone(), groups);
        at = group.leaves.end;
        let schema = Box::leak(Box::new(Schema::new("", "", own)));
        let field = text(group.field);
        members.push(Member::Group(GroupSchema::new(field, "", Some(""), "", true, schema)));
    }
    members.extend(fields[at..leaves.end].iter().copied().map(Member::Field));
    all(members)
}
