//! From the text of a variable to the value of a field.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Lit, LitStr, Type, parse_quote};

use super::local;
use super::typed::typed;
use crate::attr::{Limits, Named, OneOf, Set, is_set};
use crate::model::Field;
use crate::ty::{Kind, Leaf, Text, Ty};

/// The function that reads the text: `fn(&mut Raw<'_>) -> Result<T, ValueError>`.
pub(super) fn take(field: &Field) -> TokenStream {
    let attrs = &field.attrs;
    let is_plain = !has_checks(field) && !is_set(&attrs.from_str) && !is_set(&attrs.trim);
    if !field.has_own_parser()
        && is_plain
        && let Some(known) = known_take(&field.ty)
    {
        return known;
    }
    let parsed = own_parser(field).unwrap_or_else(|| value(field, field.ty.within_option()));
    let checks = whole_checks(field);
    let has_whole_checks = !checks.is_empty();
    // The type's own reader sees nothing of an `Option` around it.
    let (is_optional, is_whole) = (field.ty.is_option(), field.has_own_parser());
    let some = quote!(__Some);
    let body = match (checks.is_empty(), is_optional && !is_whole) {
        (true, false) => parsed,
        (true, true) => quote!(::core::result::Result::map(#parsed, #some)),
        (false, wrap) => {
            let checks = match is_optional && is_whole {
                true => quote!(if let #some(__value) = &__parsed { #checks }),
                false => quote!(let __value = &__parsed; #checks),
            };
            let result = if wrap { quote!(#some(__parsed)) } else { quote!(__parsed) };
            quote! {
                let __parsed = #parsed?;
                #checks
                __Ok(#result)
            }
        }
    };
    let view = if is_set(&attrs.trim) {
        quote!(let __raw = &mut __envaudit::Raw::trimmed(__raw)?;)
    } else if has_whole_checks && !field.says_secret() {
        // What a check refuses is shown.
        quote!(let __raw = &mut __envaudit::Raw::shared(__raw);)
    } else {
        TokenStream::new()
    };
    quote!(|__raw: &mut __envaudit::Raw<'_>| { #view #body })
}

/// Types that the library reads whole, without the macro taking them apart.
fn known_take(ty: &Ty) -> Option<TokenStream> {
    match &ty.within_option().kind {
        Kind::Leaf(Leaf::Other) if ty.is_option() => None,
        Kind::Leaf(_) => Some(strategy_take(&ty.written)),
        Kind::SecretBox(inner) if is_read_whole(inner) => Some(strategy_take(&ty.written)),
        _ => None,
    }
}

/// Whether a `SecretBox` of it has a reader of its own. Another type may be called so, and is read by its own.
fn is_read_whole(inner: &Ty) -> bool {
    inner.leaf().is_some_and(|leaf| leaf != Leaf::Other)
}

fn strategy_take(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> __ParseStrategy::<#ty>::take)
}

/// An expression of type `Result<T, ValueError>` for the whole type, `Option` included.
fn own_parser(field: &Field) -> Option<TokenStream> {
    let (ty, raw) = (&field.ty.written, local("__raw"));
    if is_set(&field.attrs.json) {
        return Some(quote_spanned!(ty.span()=> __envaudit::json::<#ty>(#raw)));
    }
    let path = &field.attrs.parse_with.as_ref()?.value;
    let of = match field.ty.is_option() {
        true => quote_spanned!(path.span()=> lifted::<#ty, _, _>),
        false => quote_spanned!(path.span()=> parsed::<#ty, _>),
    };
    Some(quote_spanned! {path.span()=> {
        let __text = __envaudit::Raw::as_str(#raw)?;
        __envaudit::#of(#path(__text))
    }})
}

fn has_checks(field: &Field) -> bool {
    let attrs = &field.attrs;
    is_set(&attrs.range)
        || is_set(&attrs.one_of)
        || is_set(&attrs.non_empty)
        || is_set(&attrs.len)
        || is_set(&attrs.validate)
}

/// Checks of `__value`, a reference to what is within `Option`.
fn whole_checks(field: &Field) -> TokenStream {
    let attrs = &field.attrs;
    let value = local("__value");
    let mut checks = TokenStream::new();
    if field.has_own_parser() {
        let ty = field.ty.within_option();
        match (ty.leaf(), text_limit(field)) {
            (Some(Leaf::Text(Text::String)), Some(_)) => {
                let allowed = attrs.one_of.iter().flat_map(|one_of| &one_of.value.0);
                checks.extend(quote!(__envaudit::one_of::<_, _>(__value, &[#(#allowed),*])?;));
            }
            (_, text) => checks.extend(text),
        }
        checks.extend(value_limits(field, ty));
    }
    if let Some(non_empty) = &attrs.non_empty {
        let span = non_empty.name.span();
        checks.extend(quote_spanned! {span=> {
            let __checked = #value;
            __envaudit::non_empty(__checked)?;
        }});
    }
    if let Some(len) = &attrs.len {
        let size: Type = parse_quote!(::core::primitive::usize);
        let (min, max) = (&len.value.range.start, &len.value.range.end);
        let min = min.as_ref().map_or_else(|| quote!(0), |min| bound(&size, min));
        let max = option(max.as_ref().map(|max| bound(&size, max)));
        let inclusive = len.value.inclusive;
        let span = len.name.span();
        checks.extend(quote_spanned! {span=> {
            let __checked = #value;
            __envaudit::len(__checked, #min, #max, #inclusive)?;
        }});
    }
    if let Some(path) = &attrs.validate {
        let path = &path.value;
        checks.extend(quote_spanned! {path.span()=> {
            let __checked = #value;
            __envaudit::validated(#path(__checked))?;
        }});
    }
    checks
}

/// An expression of type `Result<T, ValueError>` that reads `__raw`.
fn value(field: &Field, ty: &Ty) -> TokenStream {
    let attrs = &field.attrs;
    let (written, raw) = (&ty.written, local("__raw"));
    let trim = is_set(&attrs.trim);
    let text = |set: &Set<LitStr>, default: &str| {
        set.as_ref().map_or_else(|| default.to_owned(), |set| set.value.value())
    };
    let sep = text(&attrs.sep, ",");
    let nested = |inner: &Ty| match (&inner.kind, has_element_checks(field)) {
        (Kind::Leaf(_), false) if !is_set(&attrs.from_str) => strategy_take(&inner.written),
        _ => {
            let inner = value(field, inner);
            quote!(|__raw: &mut __envaudit::Raw<'_>| #inner)
        }
    };
    match &ty.kind {
        Kind::Option(inner) => {
            let inner = value(field, inner);
            quote!(::core::result::Result::map(#inner, __Some))
        }
        Kind::List(inner) => {
            let element = &inner.written;
            let inner = nested(inner);
            quote_spanned! {written.span()=>
                __envaudit::list::<#element, #written>(#raw, #sep, #trim, #inner)
            }
        }
        Kind::Array(inner, len) => {
            let element = &inner.written;
            let inner = nested(inner);
            quote!(__envaudit::array::<#element, { #len }>(__raw, #sep, #trim, #inner))
        }
        Kind::Map(key, inner) => {
            let kv_sep = text(&attrs.kv_sep, "=");
            let (key_ty, value_ty) = (&key.written, &inner.written);
            // `range` and `one_of` are about the values.
            let key = leaf(field, key);
            let inner = nested(inner);
            quote_spanned! {written.span()=>
                __envaudit::map::<#key_ty, #value_ty, #written>(
                    #raw,
                    (#sep, #kv_sep),
                    #trim,
                    |#raw: &mut __envaudit::Raw<'_>| #key,
                    #inner,
                )
            }
        }
        Kind::SecretBox(inner) if is_read_whole(inner) && is_plain(field) => {
            let take = strategy_take(written);
            quote_spanned!(written.span()=> #take(#raw))
        }
        Kind::SecretBox(inner) => {
            let inner = value(field, inner);
            quote_spanned!(written.span()=> __envaudit::secret_box(#inner))
        }
        Kind::Leaf(_) => checked_leaf(field, ty),
    }
}

fn leaf(field: &Field, ty: &Ty) -> TokenStream {
    let (written, raw) = (&ty.written, local("__raw"));
    if is_set(&field.attrs.from_str) {
        quote_spanned! {written.span()=>
            <#written as __envaudit::Readable>::read(__envaudit::Raw::as_str(#raw)?)
        }
    } else {
        let take = strategy_take(written);
        quote_spanned!(written.span()=> #take(#raw))
    }
}

/// Whether a single value is read by its type's own reader and nothing else.
fn is_plain(field: &Field) -> bool {
    !has_element_checks(field) && !is_set(&field.attrs.from_str)
}

fn has_element_checks(field: &Field) -> bool {
    is_set(&field.attrs.range) || is_set(&field.attrs.one_of)
}

/// Reads one value and applies `range` and `one_of`.
fn checked_leaf(field: &Field, ty: &Ty) -> TokenStream {
    let read = leaf(field, ty);
    // A reader may take the text away, so that it is looked at before.
    let (text, value) = (text_limit(field), value_limits(field, ty));
    match (&text, value.is_empty()) {
        (None, true) => read,
        (Some(text), true) => quote!({ #text #read }),
        (text, false) => quote!({
            #text
            let __parsed = #read?;
            let __value = &__parsed;
            #value
            __Ok(__parsed)
        }),
    }
}

/// `one_of` of texts, which are compared with the variable's.
fn text_limit(field: &Field) -> Option<TokenStream> {
    let one_of = field.attrs.one_of.as_ref().filter(|one_of| is_of_texts(one_of))?;
    let allowed = &one_of.value.0;
    Some(quote!(__envaudit::one_of_texts(__raw, &[#(#allowed),*])?;))
}

fn is_of_texts(one_of: &Named<OneOf>) -> bool {
    one_of.value.0.iter().all(|lit| matches!(lit, Lit::Str(_)))
}

/// `range` and `one_of` for `__value`, a reference to a single value.
fn value_limits(field: &Field, ty: &Ty) -> TokenStream {
    let mut checks = TokenStream::new();
    let written = &ty.written;
    // The type that the bounds have. Where it is not known, whatever the type can be compared with.
    let (value, of) = match ty.leaf() {
        Some(Leaf::NonZero { .. }) => (quote!(&<#written>::get(*__value)), quote!(_, _)),
        Some(Leaf::Other) => (quote!(__value), quote!(#written, _)),
        _ => (quote!(__value), quote!(#written, #written)),
    };
    if let Some(range) = &field.attrs.range {
        let Limits { range: limits, inclusive } = &range.value;
        let bound = |limit: &Option<Box<Expr>>| {
            option(limit.as_ref().map(|limit| {
                let limit = match ty.leaf() {
                    Some(Leaf::Int { .. } | Leaf::Float) => bound(written, limit),
                    _ => quote!(#limit),
                };
                quote!(&#limit)
            }))
        };
        let (min, max) = (bound(&limits.start), bound(&limits.end));
        let span = range.name.span();
        checks.extend(quote_spanned! {span=>
            __envaudit::range::<#of>(#value, #min, #max, #inclusive)?;
        });
    }
    if let Some(one_of) = field.attrs.one_of.as_ref().filter(|one_of| !is_of_texts(one_of)) {
        let allowed = &one_of.value.0;
        let span = one_of.name.span();
        checks.extend(quote_spanned! {span=>
            __envaudit::one_of::<#of>(#value, &[#(#allowed),*])?;
        });
    }
    checks
}

/// A bound of a range. What is not a literal is given the type, so that the compiler's complaint is about the bound.
fn bound(ty: &Type, expr: &Expr) -> TokenStream {
    let is_literal = match expr {
        Expr::Unary(unary) => matches!(*unary.expr, Expr::Lit(_)),
        other => matches!(other, Expr::Lit(_)),
    };
    if is_literal { quote!(#expr) } else { typed(ty, expr) }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(__Some(#value)),
        None => quote!(__None),
    }
}
