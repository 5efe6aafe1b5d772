//! The `validate` functions of structs.

use core::any::Any;
use core::fmt::Display;
use core::ops::Range;

use super::FieldReader;
use crate::audit::AuditFields;
use crate::config::EnvConfig;
use crate::error::{BrokenRule, Invalid, Problem, ProblemKind};
use crate::schema::{Member, Schema};

impl FieldReader<'_> {
    /// Calls the `validate` function of a struct whose fields are all there. What it refuses is not there for the struct around it.
    pub fn validate<T: EnvConfig, E: Display + 'static>(
        &mut self,
        value: T,
        audit: &T::Audit,
        check: impl FnOnce(&T) -> Result<(), E>,
    ) -> Option<T> {
        let error = match check(&value) {
            Ok(()) => return Some(value),
            Err(error) => error,
        };
        match as_invalid(&error) {
            Some(invalid) if !invalid.is_empty() => {
                for rule in invalid.rules() {
                    self.refuse_struct::<T>(rule, audit);
                }
            }
            Some(_) => self.refuse_struct::<T>(&BrokenRule::new(""), audit),
            None => self.refuse_struct::<T>(&BrokenRule::new(error), audit),
        }
        None
    }

    fn refuse_struct<T: EnvConfig>(&mut self, rule: &BrokenRule, audit: &T::Audit) {
        let own = self.cursor - T::SCHEMA.count()..self.cursor;
        let mut keys: Vec<&'static str> = Vec::new();
        let mut place = None;
        let mut reason = rule.message().to_owned();
        for name in rule.names() {
            match self.leaf_named::<T>(name, own.clone()) {
                Some(leaf) => {
                    let key = self.table.leaves[leaf].key();
                    if !keys.contains(&key) {
                        keys.push(key);
                    }
                    place = audit.__entry(leaf - own.start).ok().filter(|entry| !entry.unset);
                }
                // Somebody's text, which goes where the message goes.
                None => reason = format!("{reason} ({name})"),
            }
        }
        let message = match keys.as_slice() {
            [] => format!("{} is not valid", T::SCHEMA.name),
            [key] => format!("{key} is not valid"),
            [first @ .., last] => {
                format!("{} and {last} are not valid together", first.join(", "))
            }
        };
        let mut problem = Problem::new(ProblemKind::Validation, message);
        let mut keys = keys.into_iter().map(str::to_owned);
        problem.key = keys.next();
        problem.other_keys = keys.collect();
        if let (Some(entry), true) = (place, problem.other_keys.is_empty()) {
            problem = problem.at(entry.source, entry.location.clone());
        }
        if !reason.is_empty() {
            self.withheld.push((self.problems.len(), reason));
        }
        self.problems.push(problem);
    }

    /// The variable that a function means: by its key or another name, or by the field, such as `pool.max`.
    fn leaf_named<T: EnvConfig>(&self, name: &str, own: Range<usize>) -> Option<usize> {
        match self.table.find(name.as_bytes()) {
            Some(found) => Some(usize::from(found.leaf)).filter(|leaf| own.contains(leaf)),
            None => Some(own.start + position(T::SCHEMA, name)?),
        }
    }
}

fn as_invalid(error: &dyn Any) -> Option<&Invalid> {
    if let Some(invalid) = error.downcast_ref() {
        return Some(invalid);
    }
    if let Some(error) = error.downcast_ref::<Box<dyn core::error::Error + Send + Sync>>() {
        return error.downcast_ref();
    }
    error.downcast_ref::<Box<dyn core::error::Error>>()?.downcast_ref()
}

/// The position of a field among the variables of a struct.
fn position(schema: &Schema, path: &str) -> Option<usize> {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let mut at = 0;
    for member in schema.members {
        match (member, rest) {
            (Member::Field(field), None) if field.field == first => return Some(at),
            (Member::Field(_), _) => at += 1,
            (Member::Group(group), Some(rest)) if group.field == first => {
                return Some(at + position(group.schema, rest)?);
            }
            (Member::Group(group), _) => at += group.schema.count(),
        }
    }
    None
}
