//! Rules about `range`, `one_of`, `len` and separators.

use proc_macro2::{Ident, Span};
use syn::{Expr, Lit};

use super::literal::Literal;
use crate::attr::Limits;
use crate::diagnostics::Errors;
use crate::model::Field;
use crate::ty::Leaf;

/// `range` is about numbers, its bounds are of the field's type, and something lies between them.
pub(super) fn check_range(field: &Field, errors: &mut Errors) {
    let Some(range) = &field.attrs.range else { return };
    if is_read_whole(field, &range.name, errors) {
        return;
    }
    let element = field.ty.element();
    let leaf = element.leaf();
    let is_number = matches!(leaf, Some(Leaf::Int { .. } | Leaf::NonZero { .. } | Leaf::Float));
    if !is_number && leaf != Some(Leaf::Other) {
        let name = element.name();
        let hint = match leaf {
            Some(Leaf::Text(_) | Leaf::SecretString) => "; `len` limits the length of a text",
            _ => "; `validate` checks anything",
        };
        let message = format!("`range` is about numbers, but the field is `{name}`{hint}");
        errors.at(range.name.span(), message);
        return;
    }
    let bounds = [&range.value.range.start, &range.value.range.end];
    let mut good = true;
    for bound in bounds.into_iter().flatten() {
        let Some(literal) = Literal::of(bound) else { continue };
        let mistake = leaf.and_then(|leaf| match leaf {
            // 0 may bound a type that leaves it out.
            Leaf::NonZero { .. } if literal.is_zero() => None,
            leaf => literal.mistake(leaf, &element.name()),
        });
        if let Some(message) = mistake {
            errors.on(&literal.tokens, message);
            good = false;
        }
    }
    if good {
        check_order(&range.value, "no value is in this range", errors);
    }
}

/// `one_of` lists values of the field's type.
pub(super) fn check_one_of(field: &Field, errors: &mut Errors) {
    let Some(one_of) = &field.attrs.one_of else { return };
    if is_read_whole(field, &one_of.name, errors) {
        return;
    }
    let element = field.ty.element();
    let Some(leaf) = element.leaf() else { return };
    let mut seen: Vec<String> = Vec::new();
    for lit in &one_of.value.0 {
        let literal = Literal::of_lit(lit);
        if let Some(message) = literal.mistake(leaf, &element.name()) {
            errors.on(lit, message);
        }
        let written = literal.written();
        if seen.contains(&written) {
            errors.on(lit, format!("`{written}` is in this list twice"));
        }
        seen.push(written);
    }
}

/// Reports a limit of elements that the field's own parser does not hand out.
fn is_read_whole(field: &Field, limit: &Ident, errors: &mut Errors) -> bool {
    let whole = field.has_own_parser() && field.ty.is_collection();
    if whole {
        let parser = if field.attrs.json.is_some() { "json" } else { "parse_with" };
        let message = format!(
            "`{limit}` looks at single elements, but `{parser}` reads all of them; use `validate`"
        );
        errors.at(limit.span(), message);
    }
    whole
}

/// `len` and `non_empty` are about what has a length.
pub(super) fn check_len(field: &Field, errors: &mut Errors) {
    let ty = field.ty.within_option();
    let leaf = ty.leaf();
    let is_number = matches!(leaf, Some(Leaf::Int { .. } | Leaf::NonZero { .. } | Leaf::Float));
    if is_number || matches!(leaf, Some(Leaf::Bool | Leaf::Char | Leaf::Parsed(_))) {
        let len = field.attrs.len.as_ref().map(|set| &set.name);
        let non_empty = field.attrs.non_empty.as_ref().map(|set| &set.name);
        let hint = if is_number { "; `range` limits a number" } else { "" };
        for name in [len, non_empty].into_iter().flatten() {
            let ty = ty.name();
            let message =
                format!("`{name}` is about texts and collections, but the field is `{ty}`{hint}");
            errors.at(name.span(), message);
        }
        return;
    }
    let Some(len) = &field.attrs.len else { return };
    let bounds = [&len.value.range.start, &len.value.range.end];
    for bound in bounds.into_iter().flatten() {
        let size = Leaf::Int { min: 0, max: u64::MAX.into() };
        if let Some(literal) = Literal::of(bound)
            && literal.mistake(size, "usize").is_some()
        {
            let written = literal.written();
            errors.on(&literal.tokens, format!("`{written}` is not a length: 0, 1, 2, …"));
            return;
        }
    }
    check_order(&len.value, "no length is in this range", errors);
}

/// `sep` is about collections, `kv_sep` about maps.
pub(super) fn check_separators(field: &Field, errors: &mut Errors) {
    let ty = field.ty.within_option();
    let mut wrong = |span: Span, name: &str, of: &str| {
        let hint = match ty.leaf() {
            Some(Leaf::Other) => ", which the macro cannot look into; use `parse_with`",
            _ => "",
        };
        let ty = ty.name();
        errors.at(span, format!("`{name}` separates {of}, but the field is `{ty}`{hint}"));
    };
    if let Some(sep) = &field.attrs.sep
        && !field.ty.is_collection()
    {
        wrong(sep.name.span(), "sep", "the elements of a collection");
    }
    if let Some(kv_sep) = &field.attrs.kv_sep
        && !field.ty.is_map()
    {
        wrong(kv_sep.name.span(), "kv_sep", "the keys of a map from its values");
    }
    if let (Some(sep), Some(kv_sep)) = (&field.attrs.sep, &field.attrs.kv_sep)
        && sep.value.value() == kv_sep.value.value()
    {
        errors.at(kv_sep.value.span(), "`sep` and `kv_sep` are the same text");
    }
}

/// The bounds, where they are literals, leave something between them.
fn check_order(limits: &Limits, message: &str, errors: &mut Errors) {
    let number = |bound: &Option<Box<Expr>>| Literal::of(bound.as_ref()?)?.number();
    let range = &limits.range;
    if let (Some(start), Some(end)) = (number(&range.start), number(&range.end))
        && (start > end || (start == end && !limits.inclusive))
    {
        let hint = if start > end {
            "; the lesser bound comes first"
        } else {
            "; write `..=` to include the end"
        };
        errors.on(range, format!("{message}{hint}"));
    }
}

/// Whether a literal lies outside of literal bounds.
pub(super) fn is_outside(value: &Literal, limits: &Limits) -> bool {
    let number = |bound: &Option<Box<Expr>>| Literal::of(bound.as_ref()?)?.number();
    let Some(value) = value.number() else { return false };
    let range = &limits.range;
    number(&range.start).is_some_and(|start| value < start)
        || number(&range.end)
            .is_some_and(|end| if limits.inclusive { value > end } else { value >= end })
}

/// Whether a literal is none of the values listed.
pub(super) fn is_not_one_of(value: &Literal, allowed: &[Lit]) -> bool {
    let same = |allowed: &Lit| match (allowed, &value.lit) {
        (Lit::Str(allowed), Lit::Str(value)) => allowed.value() == value.value(),
        (Lit::Char(allowed), Lit::Char(value)) => allowed.value() == value.value(),
        _ => Literal::of_lit(allowed).number() == value.number(),
    };
    !allowed.iter().any(same)
}
