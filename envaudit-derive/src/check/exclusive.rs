//! Attributes that exclude each other.

use proc_macro2::Span;

use crate::attr::{FieldAttrs, Set};
use crate::diagnostics::Errors;
use crate::model::Field;

/// Attributes that exclude each other. Returns whether there are none.
pub(super) fn check(field: &Field, errors: &mut Errors) -> bool {
    let attrs = &field.attrs;
    let present = present(attrs);
    let find = |name: &str| present.iter().find(|(present, _)| *present == name);
    let mut good = true;
    let mut refuse = |a: &str, b: &str, why: &str| {
        if let (Some((_, first)), Some((_, second))) = (find(a), find(b)) {
            errors.at_both(
                *first,
                *second,
                &format!("`{b}` does not go with `{a}`: {why}"),
                &format!("`{a}` is here"),
            );
            good = false;
        }
    };
    for (other, _) in &present {
        if *other != "skip" && *other != "default" {
            refuse("skip", other, "the field is not read");
        }
    }
    refuse(
        "nested",
        "flatten",
        "both hold a struct; `flatten` leaves the field's name out of the keys",
    );
    for group in ["nested", "flatten"] {
        for (other, _) in &present {
            match *other {
                "skip" | "nested" | "flatten" | "prefix" => {}
                "default" => refuse(group, other, "give the fields of the struct defaults instead"),
                _ => refuse(group, other, "the field holds a struct, not a value"),
            }
        }
    }
    refuse("key", "rename", "both name the variable");
    refuse("secret", "public", "a value is one or the other");
    refuse("parse_with", "json", "both read the value");
    refuse("parse_with", "from_str", "both read the value");
    refuse("json", "from_str", "both read the value");
    for parser in ["parse_with", "json"] {
        refuse(parser, "sep", "the parser takes the whole text");
        refuse(parser, "kv_sep", "the parser takes the whole text");
    }
    if let Some((_, span)) = find("prefix")
        && find("nested").is_none()
        && find("flatten").is_none()
    {
        errors.at(*span, "`prefix` belongs on a struct, or on a field that is `nested` or `flatten`; a field is named by `rename` or `key`");
        good = false;
    }
    good
}

fn present(attrs: &FieldAttrs) -> Vec<(&'static str, Span)> {
    fn one<T>(name: &'static str, set: &Set<T>) -> Option<(&'static str, Span)> {
        set.as_ref().map(|set| (name, set.name.span()))
    }
    let alias = |name: &'static str| {
        let alias = attrs.aliases.iter().find(|alias| alias.attribute == name)?;
        Some((name, alias.attribute.span()))
    };
    [
        one("skip", &attrs.skip),
        one("nested", &attrs.nested),
        one("flatten", &attrs.flatten),
        one("prefix", &attrs.prefix),
        one("key", &attrs.key),
        one("rename", &attrs.rename),
        alias("alias"),
        alias("alias_key"),
        alias("deprecated_alias"),
        alias("deprecated_alias_key"),
        one("default", &attrs.default),
        one("sources", &attrs.sources),
        one("secret", &attrs.secret),
        one("public", &attrs.public),
        one("parse_with", &attrs.parse_with),
        one("json", &attrs.json),
        one("from_str", &attrs.from_str),
        one("sep", &attrs.sep),
        one("kv_sep", &attrs.kv_sep),
        one("trim", &attrs.trim),
        one("range", &attrs.range),
        one("one_of", &attrs.one_of),
        one("non_empty", &attrs.non_empty),
        one("len", &attrs.len),
        one("validate", &attrs.validate),
        one("deprecated", &attrs.deprecated),
        one("example", &attrs.example),
    ]
    .into_iter()
    .flatten()
    .collect()
}
