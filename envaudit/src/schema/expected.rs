//! What a value of a field looks like, with the limits that the field sets: for error messages and templates.

use super::{Bounds, FieldSchema, KeyRequest, Shape};

/// Such as `an integer from 1 to 65535`, or `a list separated by `;`, each element text, not empty`.
pub(crate) fn expected(request: &KeyRequest) -> String {
    let field = request.field();
    let mut text = match field.shape {
        Shape::List(element) => {
            format!("a list{}, each element {}", sep(field), one(field, *element))
        }
        Shape::Array(element, length) => {
            format!("a list of {length}{}, each element {}", sep(field), one(field, *element))
        }
        Shape::Map(value) => {
            let kv_sep = field.kv_sep.unwrap_or("=");
            format!("a list of key{kv_sep}value{}, each value {}", sep(field), one(field, *value))
        }
        shape => one(field, shape),
    };
    if let Some(len) = field.len {
        text.push_str(&format!(", with a length {len}"));
    } else if field.non_empty {
        text.push_str(", not empty");
    }
    if field.secret {
        text.push_str(" (a secret)");
    }
    text
}

fn sep(field: &FieldSchema) -> String {
    field.sep.map_or_else(String::new, |sep| format!(" separated by `{}`", sep.escape_debug()))
}

/// A single value: `range` and `one_of` are about the elements of a collection.
fn one(field: &FieldSchema, shape: Shape) -> String {
    match (field.one_of, field.range) {
        ([only], _) => format!("`{only}`"),
        ([first, rest @ ..], _) => {
            rest.iter().fold(format!("one of `{first}`"), |all, word| format!("{all}, `{word}`"))
        }
        ([], Some(range)) => ranged(shape, range),
        ([], None) => shape.to_string(),
    }
}

fn ranged(shape: Shape, range: Bounds) -> String {
    let (type_min, type_max, zero) = match shape {
        Shape::Integer { min, max } => (min, max, true),
        Shape::NonZero { min, max } => (min, max, false),
        Shape::Number => return format!("a number {range}"),
        _ => return format!("a value {range}"),
    };
    let number = |bound: &str| bound.parse::<i128>().ok();
    let known = |bound: Option<&str>| bound.is_none_or(|bound| number(bound).is_some());
    if !known(range.min) || !known(range.max) {
        return format!("an integer {range}");
    }
    // The ends of the type are worth saying where they are well known.
    let small = type_max <= u128::from(u32::MAX);
    let type_ends = small.then_some((type_min, type_max as i128));
    let end = if range.inclusive { 0 } else { 1 };
    let min = range.min.and_then(number).map(|min| min.max(type_min));
    let max = range.max.and_then(number).map(|max| max - end);
    match (min.or(type_ends.map(|ends| ends.0)), max.or(type_ends.map(|ends| ends.1))) {
        (Some(min), Some(max)) if zero || min > 0 || max < 0 => {
            format!("an integer from {min} to {max}")
        }
        (Some(min), Some(max)) => format!("an integer from {min} to {max}, but not 0"),
        (Some(min), None) => format!("an integer of at least {min}"),
        (None, Some(max)) => format!("an integer of at most {max}"),
        (None, None) => shape.to_string(),
    }
}
