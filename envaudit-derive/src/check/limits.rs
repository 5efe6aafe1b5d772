use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, Lit};

use super::literal::Literal;
use crate::attr::Limits;
use crate::diagnostics::Errors;
use crate::model::Field;
use crate::ty::{Kind, Leaf};

/// `range` is about numbers, its bounds are of the field's type, and something lies between them.
pub(super) fn check_range(field: &Field, errors: &mut Errors) {
    let Some(range) = &field.attrs.range else { return };
    let element = field.ty.element();
    let leaf = element.leaf();
    let is_number = matches!(leaf, Some(Leaf::Int { .. } | Leaf::NonZero { .. } | Leaf::Float));
    if !is_number && leaf != Some(Leaf::Other) {
        let name = element.name();
        let hint = match leaf {
            Some(Leaf::Text { .. } | Leaf::SecretString) => "; `len` limits the length of a text",
            _ => "",
        };
        errors.at(
            range.name.span(),
            format!("`range` is about numbers, but the field is `{name}`{hint}"),
        );
        return;
    }
    let bounds = [&range.value.range.start, &range.value.range.end];
    let mut good = true;
    for bound in bounds.into_iter().flatten() {
        let Some(literal) = Literal::of(bound) else { continue };
        let mistake = leaf.and_then(|leaf| match leaf {
            // 0 may bound a type that leaves it out.
            Leaf::NonZero { min, max } if literal.integer() == Some(0) => {
                Leaf::Int { min: min.min(0), max }.into()
            }
            leaf => Some(leaf),
        });
        if let Some(message) = mistake.and_then(|leaf| literal.mistake(leaf, &element.name())) {
            errors.at(literal.span, message);
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
    let element = field.ty.element();
    let Some(leaf) = element.leaf() else { return };
    let mut seen: Vec<String> = Vec::new();
    for lit in &one_of.value.0 {
        let literal = Literal::of_lit(lit);
        if let Some(message) = literal.mistake(leaf, &element.name()) {
            errors.at(literal.span, message);
        }
        let written = literal.written();
        if seen.contains(&written) {
            errors.at(literal.span, format!("`{written}` stands in this list twice"));
        }
        seen.push(written);
    }
}

/// `len` and `non_empty` are about what has a length.
pub(super) fn check_len(field: &Field, errors: &mut Errors) {
    let ty = field.ty.within_option();
    let without_length = matches!(
        ty.kind,
        Kind::Leaf(
            Leaf::Bool
                | Leaf::Int { .. }
                | Leaf::NonZero { .. }
                | Leaf::Float
                | Leaf::Char
                | Leaf::Parsed(_)
        )
    );
    if without_length {
        let spans = [
            ("len", field.attrs.len.as_ref().map(|set| set.name.span())),
            ("non_empty", field.attrs.non_empty.as_ref().map(|set| set.name.span())),
        ];
        for (name, span) in spans {
            if let Some(span) = span {
                let hint = if matches!(
                    ty.leaf(),
                    Some(Leaf::Int { .. } | Leaf::NonZero { .. } | Leaf::Float)
                ) {
                    "; `range` limits a number"
                } else {
                    ""
                };
                errors.at(
                    span,
                    format!(
                        "`{name}` is about texts and collections, but the field is `{}`{hint}",
                        ty.name()
                    ),
                );
            }
        }
        return;
    }
    let Some(len) = &field.attrs.len else { return };
    let bounds = [&len.value.range.start, &len.value.range.end];
    for bound in bounds.into_iter().flatten() {
        let size = Leaf::Int { min: 0, max: u64::MAX.into() };
        let mistake =
            Literal::of(bound).and_then(|bound| Some((bound.span, bound.mistake(size, "usize")?)));
        if let Some((span, message)) = mistake {
            errors.at(span, message);
            return;
        }
    }
    check_order(&len.value, "nothing has such a length", errors);
}

/// `sep` is about collections, `kv_sep` about maps.
pub(super) fn check_separators(field: &Field, errors: &mut Errors) {
    let ty = field.ty.within_option();
    let known = ty.leaf() != Some(Leaf::Other);
    let wrong = |span: Span, name: &str, of: &str| {
        syn::Error::new(
            span,
            format!("`{name}` separates the elements of {of}, but the field is `{}`", ty.name()),
        )
    };
    if let Some(sep) = &field.attrs.sep
        && !field.ty.is_collection()
    {
        let hint = if known { "" } else { ", which the macro cannot look into; use `parse_with`" };
        let error = wrong(sep.name.span(), "sep", "a collection");
        errors.at(sep.name.span(), format!("{error}{hint}"));
    }
    if let Some(kv_sep) = &field.attrs.kv_sep
        && !field.ty.is_map()
    {
        errors.push(wrong(kv_sep.name.span(), "kv_sep", "a map"));
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
        errors.at(range.span(), format!("{message}{hint}"));
    }
}

/// Whether a literal lies outside of literal bounds.
pub(super) fn is_outside(value: &Literal<'_>, limits: &Limits) -> bool {
    let number = |bound: &Option<Box<Expr>>| Literal::of(bound.as_ref()?)?.number();
    let Some(value) = value.number() else { return false };
    let range = &limits.range;
    number(&range.start).is_some_and(|start| value < start)
        || number(&range.end)
            .is_some_and(|end| if limits.inclusive { value > end } else { value >= end })
}

/// Whether a literal is none of the values listed.
pub(super) fn is_not_one_of(value: &Literal<'_>, allowed: &[Lit]) -> bool {
    let same = |allowed: &Lit| match (allowed, value.lit) {
        (Lit::Str(allowed), Lit::Str(value)) => allowed.value() == value.value(),
        (Lit::Char(allowed), Lit::Char(value)) => allowed.value() == value.value(),
        _ => Literal::of_lit(allowed).number() == value.number(),
    };
    !allowed.iter().any(same)
}
