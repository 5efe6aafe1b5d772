//! `EnvConfig::__read`: each field in turn, then the struct if every field has a value.
//!
//! This code has expressions and paths of the user's in it, so its own names begin with `__`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit};

use super::audit::name_at_type;
use super::local;
use super::take::take;
use super::typed::typed;
use crate::attr::is_set;
use crate::model::{Field, Model, Role};
use crate::ty::{Kind, Leaf, Ty};

pub(super) fn read(model: &Model) -> TokenStream {
    let mut reads = Vec::new();
    let mut locals = Vec::new();
    let mut values = Vec::new();
    for (at, field) in model.fields.iter().enumerate() {
        let ident = &field.ident;
        let Some(read) = read_field(model, field) else {
            values.push(skipped(field));
            continue;
        };
        let local = format_ident!("__field_{at}");
        reads.push(quote!(let #local = #read;));
        values.push(quote!(#ident: #local));
        locals.push(local);
    }
    let config = match &model.attrs.validate {
        None => quote!(__Some(Self { #(#values),* })),
        Some(validate) => {
            let path = &validate.value;
            quote! {
                __envaudit::FieldReader::validate(
                    __reader,
                    Self { #(#values),* },
                    __audit,
                    #path,
                )
            }
        }
    };
    // One way out for all fields: with one each, the compiler writes the end of every field's life as often.
    quote! {
        fn __read(
            __reader: &mut __envaudit::FieldReader<'_>,
            __audit: &mut Self::Audit,
        ) -> ::core::option::Option<Self> {
            #(#reads)*
            let (#(__Some(#locals),)*) = (#(#locals,)*) else {
                return __None;
            };
            #config
        }
    }
}

/// The reading of each field that no mistake was found in, for what only the compiler can say of its type.
pub(super) fn read_sound(model: &Model) -> TokenStream {
    let values =
        model.fields.iter().filter(|field| field.sound && matches!(field.role, Role::Value));
    let reads = values.filter_map(|field| read_field(model, field));
    quote!(#(let _ = #reads;)*)
}

/// An expression of type `Option<T>`, where the field is read at all.
fn read_field(model: &Model, field: &Field) -> Option<TokenStream> {
    let Model { krate, audit, .. } = model;
    let (reader, own_audit) = (local("__reader"), local("__audit"));
    let name = name_at_type(field);
    Some(match &field.role {
        Role::Skip => return None,
        Role::Group { ty, boxes, optional } => {
            let group = field.name();
            let read = match optional {
                false => quote_spanned! {ty.span()=>
                    <#ty as #krate::EnvConfig>::__read(#reader, __group)
                },
                true => quote_spanned! {ty.span()=>
                    __envaudit::FieldReader::optional_group(
                        #reader,
                        #group,
                        <#ty as #krate::EnvConfig>::KEYS.len(),
                        __group,
                        <#ty as #krate::EnvConfig>::__read,
                    )
                },
            };
            let boxed = boxes.iter().rfold(quote!(__value), |value, ty| {
                quote_spanned!(ty.span()=> <#ty as ::core::convert::From<_>>::from(#value))
            });
            let read = match (boxes.is_empty(), optional) {
                (true, _) => read,
                (false, false) => quote!(::core::option::Option::map(#read, |__value| #boxed)),
                (false, true) => quote! {
                    ::core::option::Option::map(#read, |__value| {
                        ::core::option::Option::map(__value, |__value| #boxed)
                    })
                },
            };
            quote_spanned! {ty.span()=> {
                let #audit { #name: ref mut __group, .. } = *#own_audit;
                #read
            }}
        }
        Role::Value => {
            let (ty, take, absent) = (&field.ty.written, take(field), absent(field));
            quote_spanned! {ty.span()=>
                __Reader::field::<#ty>(#reader, &mut #own_audit.#name, #take, #absent)
            }
        }
    })
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

/// The function that gives the value of a field that no source has: `fn() -> Result<Option<T>, ValueError>`.
fn absent(field: &Field) -> TokenStream {
    let written = &field.ty.written;
    let Some(default) = &field.attrs.default else {
        let own_parser = field.has_own_parser() || is_set(&field.attrs.from_str);
        return match &field.ty.kind {
            Kind::Option(_) => quote!(__optional),
            Kind::Leaf(Leaf::Other) if !own_parser => {
                quote_spanned!(written.span()=> __ParseStrategy::<#written>::absent)
            }
            _ => quote!(__required),
        };
    };
    let some = |value: TokenStream| quote!(|| __Ok(__Some(#value)));
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
    matches!(ty.kind, Kind::Leaf(Leaf::Text(_)))
}

/// The default as an expression of the field's type.
fn typed_default(ty: &Ty, expr: &Expr) -> TokenStream {
    let written = &ty.written;
    match (&ty.kind, expr) {
        (Kind::Leaf(Leaf::Text(_)), Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => {
            quote!(<#written as ::core::convert::From<&::core::primitive::str>>::from(#text))
        }
        (Kind::Leaf(Leaf::NonZero { .. }), Expr::Lit(ExprLit { lit: lit @ Lit::Int(_), .. })) => {
            quote! {
                match <#written>::new(#lit) {
                    __Some(__value) => __value,
                    __None => ::core::unreachable!(),
                }
            }
        }
        _ => typed(written, expr),
    }
}
