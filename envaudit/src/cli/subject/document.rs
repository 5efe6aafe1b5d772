//! The keys in a file from `AppConfig::schema_json()`.

use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::error::{CliError, code};
use crate::cli::invocation::read_text;
use crate::render::VERSION;
use crate::schema::owned::{OptionalGroup, OwnedSchema, Variable, text};
use crate::schema::table::Table;
use crate::schema::{Bounds, DefaultText, FieldSchema, Shape};
use crate::sources::SourceSet;

/// Reads the table from a file.
pub(super) fn read(path: &Path) -> Result<&'static Table, CliError> {
    let document = read_text(path)?;
    let shown = path.display();
    let value: Value = serde_json::from_str(&document).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        foreign(format!("{shown} is not JSON (line {line}, column {column})"))
    })?;
    if value.get("$schema").is_some() {
        return Err(foreign(format!(
            "{shown} is a JSON Schema, which does not have all that is needed"
        )));
    }
    match value.get("version").and_then(Value::as_u64) {
        Some(version) if version > u64::from(VERSION) => {
            let message =
                format!("{shown} has version {version}; this envaudit reads up to {VERSION}");
            return Err(CliError { message: Some(message), ..CliError::exit(code::UNAVAILABLE) }
                .hint("install a newer envaudit, or write the file with an older one"));
        }
        Some(_) => {}
        None => return Err(foreign(format!("{shown} has no `version`, so it is not a schema"))),
    }
    schema(&value)
        .and_then(OwnedSchema::into_table)
        .map_err(|reason| foreign(format!("{shown} is not a schema: {reason}")))
}

fn foreign(message: String) -> CliError {
    CliError::unavailable(message).hint("write the file with `AppConfig::schema_json()`")
}

type Object = Map<String, Value>;

fn schema(value: &Value) -> Result<OwnedSchema, String> {
    let object = value.as_object().ok_or("an object is expected")?;
    let variables = array(object, "variables")?;
    let has_groups = object.contains_key("optional_groups");
    let variables: Vec<Variable> = variables
        .iter()
        .enumerate()
        .map(|(at, value)| {
            variable(value, has_groups).map_err(|reason| format!("variable {}: {reason}", at + 1))
        })
        .collect::<Result<_, _>>()?;
    let groups = match object.get("optional_groups") {
        None => &[][..],
        Some(groups) => groups.as_array().ok_or("`optional_groups` must be an array")?,
    };
    let optional_groups: Vec<OptionalGroup> =
        groups.iter().map(|group| optional_group(group, &variables)).collect::<Result<_, _>>()?;
    Ok(OwnedSchema {
        name: string(object, "name")?.to_owned(),
        docs: maybe(object, "docs")?.unwrap_or_default().to_owned(),
        prefix: maybe(object, "prefix")?.unwrap_or_default().to_owned(),
        variables,
        optional_groups,
    })
}

fn variable(value: &Value, has_groups: bool) -> Result<Variable, String> {
    let object = value.as_object().ok_or("an object is expected")?;
    let key = string(object, "key")?;
    let mut names = vec![key.to_owned()];
    names.extend(strings(object, "aliases")?);
    let deprecated_names = strings(object, "deprecated_aliases")?;
    let default = match object.get("default") {
        None | Some(Value::Null) => None,
        Some(default) => Some(default_text(default)?),
    };
    // Without the optional structs it is not known when it is required, so it is optional.
    let in_group = has_groups && object.contains_key("required_with");
    let required = flag(object, "required")?;
    let shape = shape(object.get("shape").ok_or("`shape` is missing")?, 0)?;
    let leaked = |name: &str| maybe(object, name).map(|value| value.map(text));
    let field = FieldSchema::new(
        leaked("field")?.unwrap_or_default(),
        "",
        leaked("docs")?.unwrap_or_default(),
        leaked("type")?.unwrap_or_default(),
        shape,
        !required && !in_group && default.is_none(),
        flag(object, "secret")?,
    )
    .default(default)
    .range(bounds(object, "range")?)
    .len(bounds(object, "len")?)
    .one_of(leak_all(strings(object, "one_of")?))
    .non_empty(flag(object, "non_empty")?)
    .public(flag(object, "public")?)
    .trim(flag(object, "trim")?)
    .sep(leaked("sep")?)
    .kv_sep(leaked("kv_sep")?)
    .parse_with(leaked("parse_with")?)
    .deprecated(leaked("deprecated")?)
    .example(leaked("example")?);
    Ok(Variable { names, deprecated_names, sources: sources(object)?, field })
}

/// The group as the range of its keys, which are next to each other.
fn optional_group(value: &Value, variables: &[Variable]) -> Result<OptionalGroup, String> {
    let object = value.as_object().ok_or("`optional_groups` must be objects")?;
    let keys = strings(object, "keys")?;
    let first = match keys.first() {
        None => 0,
        Some(key) => variables
            .iter()
            .position(|variable| variable.names[0] == *key)
            .ok_or_else(|| format!("`optional_groups`: there is no variable {key}"))?,
    };
    let leaves = first..first + keys.len();
    let own = variables.get(leaves.clone()).unwrap_or_default();
    if !own.iter().map(|variable| &variable.names[0]).eq(&keys) {
        return Err("`optional_groups`: the keys of a group must be next to each other".to_owned());
    }
    Ok(OptionalGroup { field: string(object, "field")?.to_owned(), leaves })
}

/// Leaves out sources that this version does not know; the variable stays restricted to the others.
fn sources(object: &Object) -> Result<Option<SourceSet>, String> {
    match object.get("sources") {
        None | Some(Value::Null) => Ok(None),
        Some(_) => {
            let names = strings(object, "sources")?;
            Ok(Some(names.iter().filter_map(|name| name.parse().ok()).collect()))
        }
    }
}

fn default_text(value: &Value) -> Result<DefaultText, String> {
    let part = |name| value.get(name).and_then(Value::as_str);
    match (part("value"), part("expression")) {
        (Some(value), _) => Ok(DefaultText::Value(text(value))),
        (None, Some(expression)) => Ok(DefaultText::Expression(text(expression))),
        (None, None) => Err("`default` has neither `value` nor `expression`".to_owned()),
    }
}

fn bounds(object: &Object, name: &str) -> Result<Option<Bounds>, String> {
    let Some(value) = object.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let object = value.as_object().ok_or_else(|| format!("`{name}` must be an object"))?;
    let bound = |name| maybe(object, name).map(|value| value.map(text));
    Ok(Some(Bounds::new(bound("min")?, bound("max")?, flag(object, "inclusive")?)))
}

/// Shapes within shapes.
pub(super) const MAX_DEPTH: usize = 16;

fn shape(value: &Value, depth: usize) -> Result<Shape, String> {
    if depth > MAX_DEPTH {
        return Err("`shape` is nested too deeply".to_owned());
    }
    let object = value.as_object().ok_or("`shape` must be an object")?;
    let inner = |name: &str| -> Result<&'static Shape, String> {
        let inner = object.get(name).ok_or_else(|| format!("`shape` has no `{name}`"))?;
        Ok(Box::leak(Box::new(shape(inner, depth + 1)?)))
    };
    let ends = || -> Result<(i128, u128), String> {
        let (min, max) = (string(object, "min")?.parse(), string(object, "max")?.parse());
        min.ok().zip(max.ok()).ok_or_else(|| "`shape` has ends that are not integers".to_owned())
    };
    Ok(match string(object, "kind")? {
        "boolean" => Shape::Boolean,
        "integer" => ends().map(|(min, max)| Shape::Integer { min, max })?,
        "non_zero" => ends().map(|(min, max)| Shape::NonZero { min, max })?,
        "number" => Shape::Number,
        "character" => Shape::Character,
        "text" => Shape::Text,
        "path" => Shape::Path,
        "duration" => Shape::Duration,
        "choice" => Shape::Choice(leak_all(strings(object, "words")?)),
        "format" => Shape::Format {
            name: text(string(object, "name")?),
            format: maybe(object, "format")?.map(text),
        },
        "list" => Shape::List(inner("element")?),
        "array" => {
            let length = object.get("length").and_then(Value::as_u64);
            let length = length.and_then(|length| length.try_into().ok());
            Shape::Array(inner("element")?, length.ok_or("`shape` has no `length`")?)
        }
        "map" => Shape::Map(inner("value")?),
        "json" => Shape::Json,
        // An unknown shape is not checked.
        _ => Shape::Opaque,
    })
}

fn leak_all(texts: Vec<String>) -> &'static [&'static str] {
    texts.into_iter().map(text).collect::<Vec<_>>().leak()
}

fn array<'v>(object: &'v Object, name: &str) -> Result<&'v [Value], String> {
    let array = object.get(name).and_then(Value::as_array);
    array.map(Vec::as_slice).ok_or_else(|| format!("`{name}` must be an array"))
}

fn strings(object: &Object, name: &str) -> Result<Vec<String>, String> {
    if object.get(name).is_none_or(Value::is_null) {
        return Ok(Vec::new());
    }
    let strings = array(object, name)?.iter().map(|text| text.as_str().map(str::to_owned));
    strings.collect::<Option<_>>().ok_or_else(|| format!("`{name}` must be an array of texts"))
}

fn string<'v>(object: &'v Object, name: &str) -> Result<&'v str, String> {
    maybe(object, name)?.ok_or_else(|| format!("`{name}` is missing"))
}

fn maybe<'v>(object: &'v Object, name: &str) -> Result<Option<&'v str>, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` must be text")),
    }
}

fn flag(object: &Object, name: &str) -> Result<bool, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(format!("`{name}` must be true or false")),
    }
}
