//! Rules about defaults.

use std::collections::HashSet;

use syn::{Lit, LitStr};

use super::limits::{is_not_one_of, is_outside};
use super::literal::{Literal, Number};
use crate::attr::{Set, is_set};
use crate::diagnostics::Errors;
use crate::model::{Field, Model};
use crate::ty::{Kind, Ty};

/// A default has a field that needs one and a source that may supply it.
pub(super) fn check_presence(model: &Model, field: &Field, errors: &mut Errors) {
    let Some(default) = &field.attrs.default else { return };
    if field.ty.is_option() {
        let span = default.name.span();
        errors.at(
            span,
            "an `Option` is `None` when nothing supplies it; remove the default, or the `Option`",
        );
    }
    let sources = field.attrs.sources.as_ref().or(model.attrs.sources.as_ref());
    if let Some(sources) = sources
        && !sources.value.iter().any(|source| source == "SchemaDefault")
    {
        let message = "the default may not be used: `sources` does not have `SchemaDefault`";
        errors.at_both(
            sources.name.span(),
            default.name.span(),
            message,
            "add `SchemaDefault` here, or remove the default",
        );
    }
}

/// A literal default is a value of the type, and keeps to the field's own limits.
pub(super) fn check_value(field: &Field, errors: &mut Errors) {
    let Some(default) = &field.attrs.default else { return };
    let Some(literal) = default.value.as_ref().and_then(Literal::of) else { return };
    if field.ty.is_option() || field.has_own_parser() || field.says_secret() {
        return;
    }
    if field.ty.is_collection() {
        if let Err(message) = check_parts(field, &literal) {
            errors.on(&literal.tokens, message);
        }
        return;
    }
    let Some(leaf) = field.ty.leaf() else { return };
    let mistake = literal
        .mistake(leaf, &field.ty.name())
        .or_else(|| beyond_limits(field, &literal, "the default"))
        .or_else(|| match &literal.lit {
            Lit::Str(text) => beyond_len(field, [text.value().chars().count(); 2]),
            _ => None,
        });
    if let Some(message) = mistake {
        errors.on(&literal.tokens, message);
    }
}

/// A collection takes a text, which is split as the variable's would be.
fn check_parts(field: &Field, literal: &Literal) -> Result<(), String> {
    let name = field.ty.name();
    let Lit::Str(text) = &literal.lit else {
        let written = literal.written();
        return Err(format!("`{written}` is not a text to split, but the field is `{name}`"));
    };
    let attrs = &field.attrs;
    let trim = |text: &str| match is_set(&attrs.trim) {
        true => text.trim().to_owned(),
        false => text.to_owned(),
    };
    let separator = |set: &Set<LitStr>, default: &str| {
        set.as_ref().map_or_else(|| default.to_owned(), |set| set.value.value())
    };
    let (sep, kv_sep) = (separator(&attrs.sep, ","), separator(&attrs.kv_sep, "="));
    let text = trim(&text.value());
    let parts: Vec<String> = match text.is_empty() {
        true => Vec::new(),
        false => text.split(&sep).map(trim).collect(),
    };
    let check = |ty: &Ty, part: &str, limited: bool| {
        let Some(leaf) = ty.leaf().filter(|_| !is_set(&attrs.from_str)) else { return Ok(()) };
        let value = Literal::of_text(leaf, part, &literal.tokens)
            .map_err(|expected| format!("`{part}` is not {expected}, but the field is `{name}`"))?;
        let mistake = match value.lit {
            Lit::Str(_) => None,
            _ => value.mistake(leaf, &ty.name()),
        };
        let beyond = || limited.then(|| beyond_limits(field, &value, "of the default,")).flatten();
        mistake.or_else(beyond).map_or(Ok(()), Err)
    };
    let ty = field.ty.within_option();
    for part in &parts {
        match &ty.kind {
            Kind::List(element) | Kind::Array(element, _) => check(element, part, true)?,
            Kind::Map(key, value) => {
                let (left, right) = part
                    .split_once(&kv_sep)
                    .ok_or_else(|| format!("there is no `{kv_sep}` in `{part}`"))?;
                check(key, &trim(left), false)?;
                check(value, &trim(right), true)?;
            }
            _ => {}
        }
    }
    if let Kind::Array(_, len) = &ty.kind
        && let Some(expected) = Literal::of(len).and_then(|len| len.number())
        && expected != (Number::Integer { negative: false, magnitude: parts.len() as u128 })
    {
        let count = parts.len();
        return Err(format!("the default has {count} elements, but the field is `{name}`"));
    }
    // A set drops what is there twice.
    let distinct: HashSet<&String> = parts.iter().collect();
    beyond_len(field, [distinct.len(), parts.len()]).map_or(Ok(()), Err)
}

/// What is wrong with a value that is of the right type.
fn beyond_limits(field: &Field, value: &Literal, what: &str) -> Option<String> {
    let written = value.written();
    if let Some(range) = &field.attrs.range
        && is_outside(value, &range.value)
    {
        return Some(format!("{what} {written} is outside of the field's own `range`"));
    }
    if let Some(one_of) = &field.attrs.one_of
        && is_not_one_of(value, &one_of.value.0)
    {
        return Some(format!("{what} {written} is not in the field's own `one_of`"));
    }
    None
}

/// What is wrong with a length, of which the least and the greatest it can be are known.
fn beyond_len(field: &Field, lengths: [usize; 2]) -> Option<String> {
    if is_set(&field.attrs.non_empty) && lengths[1] == 0 {
        return Some("the default is empty, but the field is `non_empty`".to_owned());
    }
    let len = field.attrs.len.as_ref()?;
    let outside = |length: usize| {
        let number = Lit::new(proc_macro2::Literal::usize_unsuffixed(length));
        is_outside(&Literal::of_lit(&number), &len.value)
    };
    let length = lengths[1];
    lengths.into_iter().all(outside).then(|| {
        format!("the default has the length {length}, which is outside of the field's own `len`")
    })
}
