//! The whole metadata of a configuration as JSON.

use serde_json::{Map, Value, json};

use super::need::{Need, OptionalGroup, needs, optional_groups};
use crate::schema::expected;
use crate::schema::table::Table;
use crate::schema::{Bounds, DefaultText, KeyRequest, Shape};
use crate::sources::SourceSet;

/// The version of the format. Members may be added within a version; a change that a reader could misread makes a new one.
pub(crate) const VERSION: u32 = 1;

pub(crate) fn schema_json(table: &Table) -> String {
    let variables = table.leaves.iter().zip(needs(table));
    let variables: Vec<Value> =
        variables.map(|(request, need)| variable(table, request, &need)).collect();
    let mut document = json!({
        "version": VERSION,
        "name": table.schema.name,
        "docs": table.schema.docs,
        "prefix": table.prefix(),
        "variables": variables,
    });
    let groups = optional_groups(table.schema);
    if !groups.is_empty() {
        let groups = groups.iter().map(|OptionalGroup { field, leaves }| {
            let keys: Vec<&str> =
                table.leaves[leaves.clone()].iter().map(KeyRequest::key).collect();
            json!({ "field": field, "keys": keys })
        });
        document["optional_groups"] = groups.collect();
    }
    format!("{document:#}")
}

fn variable(table: &Table, request: &KeyRequest, need: &Need) -> Value {
    let field = request.field();
    let mut out = json!({
        "key": request.key(),
        "aliases": request.names().skip(1).collect::<Vec<_>>(),
        "field": field.field,
        "docs": field.docs,
        "type": field.ty,
        "shape": shape(field.shape),
        "expected": expected(request),
        "required": matches!(need, Need::Always),
        "secret": field.secret,
        "sources": if request.sources() == SourceSet::ALL { Value::Null } else { json!(request.sources()) },
    });
    let required_with = match need {
        Need::Group(group) => {
            let others = group.keys(table).filter(|key| *key != request.key());
            Some(json!(others.collect::<Vec<_>>()))
        }
        Need::Always | Need::Never => None,
    };
    let deprecated_aliases: Vec<&str> = request.deprecated_names().collect();
    let optional = [
        ("required_with", required_with),
        ("deprecated_aliases", (!deprecated_aliases.is_empty()).then(|| json!(deprecated_aliases))),
        (
            "default",
            field.default.map(|default| match default {
                DefaultText::Value(text) => json!({ "value": text }),
                DefaultText::Expression(text) => json!({ "expression": text }),
            }),
        ),
        ("range", field.range.map(bounds)),
        ("len", field.len.map(bounds)),
        ("one_of", (!field.one_of.is_empty()).then(|| json!(field.one_of))),
        ("non_empty", field.non_empty.then_some(Value::Bool(true))),
        ("trim", field.trim.then_some(Value::Bool(true))),
        ("public", field.public.then_some(Value::Bool(true))),
        ("sep", field.sep.map(Into::into)),
        ("kv_sep", field.kv_sep.map(Into::into)),
        ("parse_with", field.parse_with.map(Into::into)),
        ("deprecated", field.deprecated.map(Into::into)),
        ("example", field.example.filter(|_| !field.secret).map(Into::into)),
    ];
    if let Value::Object(members) = &mut out {
        for (name, value) in optional {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        }
    }
    out
}

fn bounds(bounds: Bounds) -> Value {
    json!({ "min": bounds.min, "max": bounds.max, "inclusive": bounds.inclusive })
}

/// The bounds of integers are text: a reader's numbers may not hold 128 bits.
fn shape(shape: Shape) -> Value {
    let mut out = Map::new();
    let (kind, more) = match shape {
        Shape::Boolean => ("boolean", None),
        Shape::Integer { min, max } => {
            ("integer", Some(json!({ "min": min.to_string(), "max": max.to_string() })))
        }
        Shape::NonZero { min, max } => {
            ("non_zero", Some(json!({ "min": min.to_string(), "max": max.to_string() })))
        }
        Shape::Number => ("number", None),
        Shape::Character => ("character", None),
        Shape::Text => ("text", None),
        Shape::Path => ("path", None),
        Shape::Duration => ("duration", None),
        Shape::Choice(words) => ("choice", Some(json!({ "words": words }))),
        Shape::Format { name, format } => {
            ("format", Some(json!({ "name": name, "format": format })))
        }
        Shape::List(element) => ("list", Some(json!({ "element": self::shape(*element) }))),
        Shape::Array(element, length) => {
            ("array", Some(json!({ "element": self::shape(*element), "length": length })))
        }
        Shape::Map(value) => ("map", Some(json!({ "value": self::shape(*value) }))),
        Shape::Json => ("json", None),
        Shape::Opaque => ("opaque", None),
    };
    out.insert("kind".to_owned(), json!(kind));
    if let Some(Value::Object(more)) = more {
        out.extend(more);
    }
    Value::Object(out)
}
