use syn::Lit;

use super::limits::{is_not_one_of, is_outside};
use super::literal::Literal;
use crate::attr::is_set;
use crate::diagnostics::Errors;
use crate::model::{Field, Model};

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
    if field.ty.is_option() || field.has_own_parser() {
        return;
    }
    let Some(leaf) = field.ty.leaf() else {
        // A collection takes a text, which is split as the variable's would be.
        if !matches!(literal.lit, Lit::Str(_)) && field.ty.is_collection() {
            let name = field.ty.name();
            errors.at(
                literal.span,
                format!(
                    "`{}` is not a text to split, but the field is `{name}`",
                    literal.written()
                ),
            );
        }
        return;
    };
    if let Some(message) = literal.mistake(leaf, &field.ty.name()) {
        errors.at(literal.span, message);
        return;
    }
    let written = literal.written();
    if let Some(range) = &field.attrs.range
        && is_outside(&literal, &range.value)
    {
        errors.at(
            literal.span,
            format!("the default {written} is outside of the field's own `range`"),
        );
    }
    if let Some(one_of) = &field.attrs.one_of
        && is_not_one_of(&literal, &one_of.value.0)
    {
        errors
            .at(literal.span, format!("the default {written} is not in the field's own `one_of`"));
    }
    if let Lit::Str(text) = literal.lit {
        let length = text.value().chars().count();
        if is_set(&field.attrs.non_empty) && length == 0 {
            errors.at(literal.span, "the default is empty, but the field is `non_empty`");
        }
        let as_number = Lit::new(proc_macro2::Literal::usize_unsuffixed(length));
        if let Some(len) = &field.attrs.len
            && is_outside(&Literal::of_lit(&as_number), &len.value)
        {
            errors.at(
                literal.span,
                format!(
                    "the default has the length {length}, which is outside of the field's own `len`"
                ),
            );
        }
    }
}
