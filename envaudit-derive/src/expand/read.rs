//! `EnvConfig::__read`: each field in turn, then the audit, then the struct if every field has a value.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit};

use crate::attr::{Limits, is_set};
use crate::model::{Field, Model, Role};
use crate::ty::{Kind, Leaf, Ty};

pub(super) fn read(model: &Model) -> TokenStream {
    let krate = &model.krate;
    let mut reads = Vec::new();
    let mut values = Vec::new();
    for (at, field) in model.fields.iter().enumerate() {
        let ident = &field.ident;
        let local = format_ident!("field_{at}");
        let read = match &field.role {
            Role::Skip => {
                values.push(skipped(field));
                continue;
            }
            Role::Group { ty, optional: false } => {
                let ident = super::audit::name_at_type(field);
                quote_spanned!(ty.span()=> <#ty as #krate::EnvConfig>::__read(reader, &mut audit.#ident))
            }
            Role::Group { ty, optional: true } => {
                let ident = super::audit::name_at_type(field);
                quote_spanned! {ty.span()=>
                    __envaudit::Reader::optional_group(
                        reader,
                        <#ty as #krate::EnvConfig>::KEYS.len(),
                        &mut audit.#ident,
                        <#ty as #krate::EnvConfig>::__read,
                    )
                }
            }
            Role::Value => {
                let (ty, take, absent) = (&field.ty.written, take(field), absent(field));
                quote! {
                    __envaudit::Reader::field::<#ty>(reader, &mut audit.#ident, #take, #absent)
                }
            }
        };
        reads.push(quote!(let #local = #read;));
        values.push(quote! {
            #ident: match #local {
                ::core::option::Option::Some(value) => value,
                ::core::option::Option::None => return ::core::option::Option::None,
            }
        });
    }
    let config = match &model.attrs.validate {
        None => quote!(::core::option::Option::Some(Self { #(#values),* })),
        Some(validate) => {
            let (name, path) = (model.ident.to_string(), &validate.value);
            quote!(__envaudit::Reader::validate(reader, #name, Self { #(#values),* }, #path))
        }
    };
    quote! {
        fn __read(
            reader: &mut __envaudit::Reader<'_>,
            audit: &mut Self::Audit,
        ) -> ::core::option::Option<Self> {
            #(#reads)*
            #config
        }
    }
}

fn skipped(field: &Field) -> TokenStream {
    let (ident, ty) = (&field.ident, &field.ty.written);
    match field.attrs.default.as_ref().and_then(|default| default.value.as_ref()) {
        Some(expr) => {
            let value = typed_default(&field.ty, expr);
            quote!(#ident: #value)
        }
        None => quote_spanned!(ty.span()=> #ident: <#ty as ::core::default::Default>::default()),
    }
}

/// The function that reads the text: `fn(&mut Raw<'_>) -> Result<T, ValueError>`.
fn take(field: &Field) -> TokenStream {
    let attrs = &field.attrs;
    let inner = field.ty.within_option();
    let parse = if is_set(&attrs.json) {
        let ty = &field.ty.written;
        return with_checks(field, quote!(__envaudit::json::<#ty>(raw)), true);
    } else if let Some(path) = &attrs.parse_with {
        let path = &path.value;
        let parsed = quote_spanned!(path.span()=> __envaudit::parse_with(raw, #path));
        if field.ty.is_option() {
            let ty = &field.ty.written;
            let lifted = quote! {
                ::core::result::Result::map(#parsed, |value| __envaudit::Lift::<#ty>::lift(value))
            };
            return with_checks(field, lifted, true);
        }
        parsed
    } else {
        let simple = !has_checks(field) && !is_set(&attrs.from_str) && !is_set(&attrs.trim);
        if simple && let Some(known) = known_take(&field.ty) {
            return known;
        }
        value(field, inner)
    };
    with_checks(field, parse, false)
}

/// Types that the library reads whole, without the macro taking them apart.
fn known_take(ty: &Ty) -> Option<TokenStream> {
    let written = &ty.written;
    match &ty.within_option().kind {
        Kind::Leaf(Leaf::Other) if ty.is_option() => None,
        Kind::Leaf(_) => Some(quote!(__envaudit::Pick::<#written>::take)),
        _ => None,
    }
}

fn has_checks(field: &Field) -> bool {
    let attrs = &field.attrs;
    is_set(&attrs.range)
        || is_set(&attrs.one_of)
        || is_set(&attrs.non_empty)
        || is_set(&attrs.len)
        || is_set(&attrs.validate)
}

/// Puts checks of the whole value around an expression of type `Result`. `full` says that it already has the field's own
/// type, `Option` included.
fn with_checks(field: &Field, parse: TokenStream, full: bool) -> TokenStream {
    let attrs = &field.attrs;
    let optional = field.ty.is_option();
    let mut checks = TokenStream::new();
    if is_set(&attrs.non_empty) {
        checks.extend(quote!(__envaudit::non_empty(value)?;));
    }
    if let Some(len) = &attrs.len {
        let min = len.value.range.start.as_ref().map_or_else(|| quote!(0), |min| quote!(#min));
        let max = option(len.value.range.end.as_ref());
        let inclusive = len.value.inclusive;
        checks.extend(quote!(__envaudit::len(value, #min, #max, #inclusive)?;));
    }
    if let Some(path) = &attrs.validate {
        let path = &path.value;
        checks.extend(quote_spanned!(path.span()=> __envaudit::validate(value, #path)?;));
    }
    let trim = is_set(&attrs.trim).then(|| {
        quote! {
            let raw = &mut __envaudit::Raw::trimmed(raw)?;
        }
    });
    let checked = match (checks.is_empty(), full && optional) {
        (true, _) => TokenStream::new(),
        (false, false) => quote! {
            let value = &parsed;
            #checks
        },
        (false, true) => quote! {
            if let ::core::option::Option::Some(value) = &parsed {
                #checks
            }
        },
    };
    let result = if optional && !full {
        quote!(::core::option::Option::Some(parsed))
    } else {
        quote!(parsed)
    };
    quote! {
        |raw: &mut __envaudit::Raw<'_>| {
            #trim
            let parsed = #parse?;
            #checked
            ::core::result::Result::Ok(#result)
        }
    }
}

/// An expression of type `Result<T, ValueError>` that reads `raw`.
fn value(field: &Field, ty: &Ty) -> TokenStream {
    let attrs = &field.attrs;
    let written = &ty.written;
    let trim = is_set(&attrs.trim);
    let text = |set: &crate::attr::Set<syn::LitStr>, default: &str| {
        set.as_ref().map_or_else(|| default.to_owned(), |set| set.value.value())
    };
    let sep = text(&attrs.sep, ",");
    let nested = |inner: &Ty| {
        let inner = value(field, inner);
        quote!(|raw: &mut __envaudit::Raw<'_>| #inner)
    };
    match &ty.kind {
        Kind::Option(inner) => {
            let inner = value(field, inner);
            quote!(::core::result::Result::map(#inner, ::core::option::Option::Some))
        }
        Kind::List(inner) => {
            let element = &inner.written;
            let inner = nested(inner);
            quote!(__envaudit::list::<#element, #written>(raw, #sep, #trim, #inner))
        }
        Kind::Array(inner, len) => {
            let element = &inner.written;
            let inner = nested(inner);
            quote!(__envaudit::array::<#element, { #len }>(raw, #sep, #trim, #inner))
        }
        Kind::Map(key, inner) => {
            let kv_sep = text(&attrs.kv_sep, "=");
            let (key_ty, value_ty) = (&key.written, &inner.written);
            // `range` and `one_of` are about the values.
            let key = leaf(field, key);
            let inner = nested(inner);
            quote! {
                __envaudit::map::<#key_ty, #value_ty, #written>(
                    raw,
                    (#sep, #kv_sep),
                    #trim,
                    |raw: &mut __envaudit::Raw<'_>| #key,
                    #inner,
                )
            }
        }
        Kind::SecretBox(inner) => {
            let inner = value(field, inner);
            quote!(__envaudit::secret_box(#inner))
        }
        Kind::Leaf(_) => checked_leaf(field, ty),
    }
}

fn leaf(field: &Field, ty: &Ty) -> TokenStream {
    let written = &ty.written;
    if is_set(&field.attrs.from_str) {
        quote!(<#written as __envaudit::Readable>::read(__envaudit::Raw::as_str(raw)?))
    } else {
        quote!(__envaudit::Pick::<#written>::take(raw))
    }
}

/// Reads one value and applies `range` and `one_of`.
fn checked_leaf(field: &Field, ty: &Ty) -> TokenStream {
    let read = leaf(field, ty);
    let written = &ty.written;
    let mut before = TokenStream::new();
    let mut after = TokenStream::new();
    if let Some(one_of) = &field.attrs.one_of {
        let allowed = &one_of.value.0;
        if allowed.iter().all(|lit| matches!(lit, Lit::Str(_))) {
            before.extend(quote!(__envaudit::one_of_texts(raw, &[#(#allowed),*])?;));
        } else {
            after.extend(quote!(__envaudit::one_of::<#written>(&value, &[#(#allowed),*])?;));
        }
    }
    if let Some(range) = &field.attrs.range {
        after.extend(range_check(ty, &range.value));
    }
    if before.is_empty() && after.is_empty() {
        return read;
    }
    quote! {{
        #before
        match #read {
            ::core::result::Result::Ok(value) => {
                #after
                ::core::result::Result::Ok(value)
            }
            ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
        }
    }}
}

fn range_check(ty: &Ty, limits: &Limits) -> TokenStream {
    let written = &ty.written;
    let (min, max) = (option(limits.range.start.as_ref()), option(limits.range.end.as_ref()));
    let inclusive = limits.inclusive;
    if matches!(ty.kind, Kind::Leaf(Leaf::NonZero { .. })) {
        return quote!(__envaudit::range(<#written>::get(value), #min, #max, #inclusive)?;);
    }
    let borrowed = |bound: Option<&Expr>| match bound {
        Some(bound) => quote!(::core::option::Option::Some(&#bound)),
        None => quote!(::core::option::Option::None),
    };
    let min = borrowed(limits.range.start.as_deref());
    let max = borrowed(limits.range.end.as_deref());
    quote!(__envaudit::range::<&#written>(&value, #min, #max, #inclusive)?;)
}

fn option(value: Option<&Box<Expr>>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// The function that gives the value of a field that no source has: `fn() -> Result<Option<T>, ValueError>`.
fn absent(field: &Field) -> TokenStream {
    let written = &field.ty.written;
    let Some(default) = &field.attrs.default else {
        let own_parser = field.has_own_parser() || is_set(&field.attrs.from_str);
        return match &field.ty.kind {
            Kind::Option(inner) => {
                let inner = &inner.written;
                quote!(__envaudit::optional::<#inner>)
            }
            Kind::Leaf(Leaf::Other) if !own_parser => quote!(__envaudit::Pick::<#written>::absent),
            _ => quote!(__envaudit::required::<#written>),
        };
    };
    let some = |value: TokenStream| quote!(|| ::core::result::Result::Ok(::core::option::Option::Some(#value)));
    match &default.value {
        None => some(
            quote_spanned!(default.name.span()=> <#written as ::core::default::Default>::default()),
        ),
        Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) if !is_made_from_text(&field.ty) => {
            let take = take(field);
            quote!(|| __envaudit::default_text::<#written>(#text, #take))
        }
        Some(expr) => some(typed_default(&field.ty, expr)),
    }
}

fn is_made_from_text(ty: &Ty) -> bool {
    matches!(ty.kind, Kind::Leaf(Leaf::Text { .. }))
}

/// The default as an expression of the field's type.
fn typed_default(ty: &Ty, expr: &Expr) -> TokenStream {
    let written = &ty.written;
    match (&ty.kind, expr) {
        (Kind::Leaf(Leaf::Text { .. }), Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => {
            quote!(<#written as ::core::convert::From<&::core::primitive::str>>::from(#text))
        }
        (Kind::Leaf(Leaf::NonZero { .. }), Expr::Lit(ExprLit { lit: lit @ Lit::Int(_), .. })) => {
            quote! {
                match <#written>::new(#lit) {
                    ::core::option::Option::Some(value) => value,
                    ::core::option::Option::None => ::core::unreachable!(),
                }
            }
        }
        _ => quote!({
            let value: #written = #expr;
            value
        }),
    }
}
