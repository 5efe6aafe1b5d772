use std::collections::HashMap;

use proc_macro2::Span;
use syn::LitStr;

use crate::diagnostics::Errors;
use crate::model::{Field, Model, Role};
use crate::names::{is_valid, is_valid_prefix};

/// Prefixes are the beginning of a name.
pub(super) fn check_prefixes(model: &Model, errors: &mut Errors) {
    let of_fields = model.fields.iter().filter_map(|field| field.attrs.prefix.as_ref());
    let check = |prefix: &LitStr| {
        if !is_valid_prefix(&prefix.value()) {
            errors.at(prefix.span(), "no variable can begin so: a prefix has letters, digits and `_`, and does not begin with a digit");
        }
    };
    model.attrs.prefix.iter().chain(of_fields).map(|prefix| &prefix.value).for_each(check);
}

/// Keys and aliases are names of variables.
pub(super) fn check_names(field: &Field, errors: &mut Errors) {
    for name in std::iter::once(field.key()).chain(field.aliases()) {
        if is_valid(&name.text) {
            continue;
        }
        let message = if name.text.is_empty() {
            "the name of a variable is empty".to_owned()
        } else {
            format!(
                "`{}` is no name of a variable: it has letters, digits and `_`, and does not begin with a digit",
                name.text
            )
        };
        errors.at(name.span, message);
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
