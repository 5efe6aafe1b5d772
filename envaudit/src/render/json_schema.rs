//! JSON Schema of a configuration.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value, json};

use super::need::{Need, needs};
use crate::schema::table::Table;
use crate::schema::{Bounds, DefaultText, FieldSchema, Shape};

/// JSON Schema, draft 2020-12: <https://json-schema.org/draft/2020-12>.
pub(crate) fn json_schema(table: &Table) -> String {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut dependent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (request, need) in table.leaves.iter().zip(needs(table)) {
        properties.insert(request.key().to_owned(), property(request.field()));
        match need {
            Need::Always => required.push(request.key()),
            Need::Never => {}
            Need::Group(group) => {
                for key in group.keys(table).filter(|key| *key != request.key()) {
                    dependent.entry(key).or_default().push(request.key());
                }
            }
        }
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table.schema.name,
        "type": "object",
        "properties": properties,
        "required": required,
    });
    if !dependent.is_empty() {
        schema["dependentRequired"] = json!(dependent);
    }
    if !table.schema.docs.is_empty() {
        schema["description"] = json!(table.schema.docs);
    }
    format!("{schema:#}")
}

fn property(field: &FieldSchema) -> Value {
    let mut property = shape(field.shape);
    let mut set = |name: &str, value: Value| {
        if let Value::Object(members) = &mut property {
            members.insert(name.to_owned(), value);
        }
    };
    if !field.docs.is_empty() {
        set("description", json!(field.docs));
    }
    if let Some(DefaultText::Value(text)) = field.default {
        set("default", document(field, text));
    }
    if let Some(example) = field.example.filter(|_| !field.secret) {
        set("examples", json!([document(field, example)]));
    }
    if field.secret {
        set("writeOnly", json!(true));
    }
    if field.deprecated.is_some() {
        set("deprecated", json!(true));
    }
    let (least, greatest) = match field.shape.json_type() {
        "array" => ("minItems", "maxItems"),
        "object" => ("minProperties", "maxProperties"),
        _ => ("minLength", "maxLength"),
    };
    if let Some(Bounds { min, max, inclusive }) = field.len {
        if let Some(min) = min.and_then(number) {
            set(least, min);
        }
        if let Some(max) = max.and_then(|max| max.parse::<u64>().ok()) {
            set(greatest, json!(if inclusive { max } else { max.saturating_sub(1) }));
        }
    } else if field.non_empty {
        set(least, json!(1));
    }
    // What is said of each element of a list belongs to its items.
    let element = match field.shape {
        Shape::List(_) | Shape::Array(..) => property.get_mut("items"),
        Shape::Map(_) => property.get_mut("additionalProperties"),
        _ => Some(&mut property),
    };
    if let Some(Value::Object(element)) = element {
        limit(element, field);
    }
    property
}

fn limit(element: &mut Map<String, Value>, field: &FieldSchema) {
    if let Some(Bounds { min, max, inclusive }) = field.range {
        if let Some(min) = min.and_then(number) {
            element.insert("minimum".to_owned(), min);
        }
        if let Some(max) = max.and_then(number) {
            if !inclusive {
                element.remove("maximum");
            }
            let name = if inclusive { "maximum" } else { "exclusiveMaximum" };
            element.insert(name.to_owned(), max);
        }
    }
    if !field.one_of.is_empty() {
        let shape = field.shape.element().unwrap_or(field.shape);
        let words: Vec<Value> = field.one_of.iter().map(|word| typed(shape, word)).collect();
        element.insert("enum".to_owned(), Value::Array(words));
    }
}

fn shape(shape: Shape) -> Value {
    match shape {
        Shape::Integer { min, max } => {
            json!({ "type": "integer", "minimum": integer(min), "maximum": unsigned(max) })
        }
        Shape::NonZero { min, max } => json!({
            "type": "integer", "minimum": integer(min), "maximum": unsigned(max), "not": { "const": 0 },
        }),
        Shape::Character => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
        Shape::Choice(words) => json!({ "type": "string", "enum": words }),
        Shape::Format { format: Some(format), .. } => json!({ "type": "string", "format": format }),
        Shape::List(element) => json!({ "type": "array", "items": self::shape(*element) }),
        Shape::Array(element, length) => json!({
            "type": "array", "items": self::shape(*element), "minItems": length, "maxItems": length,
        }),
        Shape::Map(value) => {
            json!({ "type": "object", "additionalProperties": self::shape(*value) })
        }
        // Any document at all.
        Shape::Json => json!({}),
        other => json!({ "type": other.json_type() }),
    }
}

/// The text of a field as the value that its schema describes.
fn document(field: &FieldSchema, text: &str) -> Value {
    let parts =
        || (!text.is_empty()).then(|| text.split(field.sep.unwrap_or(","))).into_iter().flatten();
    match field.shape {
        Shape::List(element) | Shape::Array(element, _) => {
            parts().map(|part| typed(*element, part)).collect()
        }
        Shape::Map(value) => {
            let pairs = parts().filter_map(|part| part.split_once(field.kv_sep.unwrap_or("=")));
            pairs.map(|(key, part)| (key.to_owned(), typed(*value, part))).collect()
        }
        Shape::Json => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        shape => typed(shape, text),
    }
}

/// The text as a number or a truth where the schema describes one.
fn typed(shape: Shape, text: &str) -> Value {
    let value = match shape {
        Shape::Boolean => match text {
            "true" => Some(json!(true)),
            "false" => Some(json!(false)),
            _ => None,
        },
        shape if shape.is_number() => number(text),
        _ => None,
    };
    value.unwrap_or_else(|| json!(text))
}

fn number(text: &str) -> Option<Value> {
    let text = text.trim().replace('_', "");
    let integer = text.parse::<i64>().map(Number::from);
    let unsigned = || text.parse::<u64>().map(Number::from);
    let float = || text.parse::<f64>().ok().and_then(Number::from_f64);
    integer.or_else(|_| unsigned()).ok().or_else(float).map(Value::Number)
}

/// JSON has no integers beyond 64 bits that readers agree on; the nearest float is what they would read anyway.
fn integer(value: i128) -> Value {
    i64::try_from(value).map_or_else(|_| json!(value as f64), |value| json!(value))
}

fn unsigned(value: u128) -> Value {
    u64::try_from(value).map_or_else(|_| json!(value as f64), |value| json!(value))
}
