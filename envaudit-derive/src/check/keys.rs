//! Rules about names: prefixes, keys, aliases.

use std::collections::HashMap;

use proc_macro2::Span;
use syn::LitStr;

use crate::diagnostics::Errors;
use crate::model::{Field, Model, Role};
use crate::names::{is_valid, is_valid_prefix};

/// Prefixes are the beginning of a name.
pub(super) fn check_prefixes(model: &Model, errors: &mut Errors) {
    let mut check = |prefix: &LitStr, may_begin_with_digit: bool| {
        if !is_valid_prefix(&prefix.value(), may_begin_with_digit) {
            let rule = rule(may_begin_with_digit);
            errors.at(
                prefix.span(),
                format!("no variable can have this prefix: a prefix has {rule}"),
            );
        }
    };
    if let Some(prefix) = &model.attrs.prefix {
        check(&prefix.value, false);
    }
    for prefix in model.fields.iter().filter_map(|field| field.attrs.prefix.as_ref()) {
        check(&prefix.value, model.has_prefix());
    }
}

/// Keys and aliases are names of variables.
pub(super) fn check_names(model: &Model, field: &Field, errors: &mut Errors) {
    for name in std::iter::once(field.key()).chain(field.aliases()) {
        let may_begin_with_digit = model.has_prefix() && !name.exact;
        if is_valid(&name.text, may_begin_with_digit) {
            continue;
        }
        let message = if name.text.is_empty() {
            "the name of a variable is empty".to_owned()
        } else {
            let rule = rule(may_begin_with_digit);
            format!("`{}` is not a name of a variable, which has {rule}", name.text)
        };
        errors.at(name.span, message);
    }
}

fn rule(may_begin_with_digit: bool) -> &'static str {
    match may_begin_with_digit {
        true => "letters, digits and `_`, all of them ASCII",
        false => "letters, digits and `_`, all of them ASCII, and does not begin with a digit",
    }
}

/// No two names of this struct are the same. Those of nested structs are compared in constant evaluation.
pub(super) fn check_duplicates(model: &Model, errors: &mut Errors) {
    let prefix =
        model.attrs.prefix.as_ref().map_or_else(String::new, |prefix| prefix.value.value());
    let mut seen: HashMap<String, Span> = HashMap::new();
    let values = model.fields.iter().filter(|field| matches!(field.role, Role::Value));
    for name in values.flat_map(|field| std::iter::once(field.key()).chain(field.aliases())) {
        let full = if name.exact { name.text.clone() } else { format!("{prefix}{}", name.text) };
        if let Some(first) = seen.get(&full) {
            errors.at_both(
                *first,
                name.span,
                &format!("the variable `{full}` is read twice"),
                "it is read here first",
            );
        } else {
            seen.insert(full, name.span);
        }
    }
}
