//! The typed audit: a struct with the fields of the configuration.
//!
//! Whatever names the type of a nested struct carries that type's place, so that a type without `EnvConfig` is one error
//! there: the compiler tells errors apart by their place.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::local;
use crate::model::{Field, Model, Role};

pub(super) fn audit_struct(model: &Model) -> TokenStream {
    let Model { krate, audit, vis, ident, .. } = model;
    let title = format!("Where each value of [`{ident}`] came from.");
    let mut members: Vec<&Field> = model.members().collect();
    // Whether a struct has a size is asked of its last field, everywhere the struct is used.
    let last = members.iter().rposition(|field| matches!(field.role, Role::Value));
    let end = match last {
        Some(last) => {
            let last = members.remove(last);
            members.push(last);
            None
        }
        None => Some(end_field()).filter(|_| !members.is_empty()),
    };
    let end = end.map(|end| quote!(#[doc(hidden)] pub #end: ()));
    let fields = members.iter().map(|field| {
        let (name, docs) = (&field.ident, format!("Where `{}` came from.", field.name()));
        let ty = match &field.role {
            Role::Group { ty, .. } => {
                quote_spanned!(ty.span()=> <#ty as #krate::EnvConfig>::Audit)
            }
            _ => quote!(#krate::AuditEntry),
        };
        quote! {
            #[doc = #docs]
            pub #name: #ty
        }
    });
    quote! {
        #[doc = #title]
        #[allow(
            dead_code,
            deprecated,
            non_camel_case_types,
            non_snake_case,
            private_interfaces,
            unreachable_pub
        )]
        #vis struct #audit { #(#fields,)* #end }
    }
}

/// The field that stands at the end of an audit that has nothing but those of nested structs.
fn end_field() -> Ident {
    local("__end")
}

fn has_end_field(model: &Model) -> bool {
    let mut roles = model.members().map(|field| matches!(field.role, Role::Value)).peekable();
    roles.peek().is_some() && !roles.any(|is_value| is_value)
}

/// What any struct that is looked at has. It is next to the imports.
pub(super) fn audit_impls(model: &Model) -> TokenStream {
    let Model { krate, audit, .. } = model;
    let (locals, all) = (locals(model), destructured(model));
    let end = end_value(model);
    let clones = model.members().zip(&locals).map(|(field, local)| {
        let name = name_at_type(field);
        quote_spanned!(local.span()=> #name: __Clone::clone(#local))
    });
    let (own, clone) = (own_type(model), whole(model, quote!(#(#clones,)* #end)));
    let names = model.members().map(Field::name);
    let shown = names.zip(&locals).map(|(name, local)| quote!((#name, #local)));
    let shown_name = audit.to_string();
    quote! {
        #[automatically_derived]
        impl __Clone for #audit {
            fn clone(&self) -> #own {
                let #all = self;
                #clone
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #audit {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let #all = self;
                #krate::__private::debug(__f, #shown_name, &[#(#shown),*])
            }
        }
    }
}

/// A name for a reference to each field.
fn locals(model: &Model) -> Vec<Ident> {
    let local = |(at, field)| format_ident!("__{at}", span = name_at_type(field).span());
    model.members().enumerate().map(local).collect()
}

/// The pattern that gives the fields these names.
fn destructured(model: &Model) -> TokenStream {
    let audit = &model.audit;
    let fields = model.members().zip(locals(model)).map(|(field, local)| {
        let name = name_at_type(field);
        quote_spanned!(local.span()=> #name: #local)
    });
    let rest = has_end_field(model).then(|| quote!(..));
    quote!(#audit { #(#fields,)* #rest })
}

fn end_value(model: &Model) -> Option<TokenStream> {
    let end = end_field();
    has_end_field(model).then(|| quote!(#end: ()))
}

/// The audit before a load has filled it in.
pub(super) fn blank(model: &Model) -> TokenStream {
    let krate = &model.krate;
    let end = end_value(model);
    let blanks = model.members().map(|field| {
        let ident = name_at_type(field);
        match &field.role {
            Role::Group { ty, .. } => quote_spanned! {ty.span()=>
                #ident: <<#ty as #krate::EnvConfig>::Audit as #krate::AuditFields>::__BLANK
            },
            _ => quote!(#ident: __ENTRY),
        }
    });
    whole(model, quote!(#(#blanks,)* #end))
}

/// A value of the audit's type.
fn whole(model: &Model, fields: TokenStream) -> TokenStream {
    let (place, mut audit) = (place_of_audit(model), model.audit.clone());
    audit.set_span(place);
    quote_spanned!(place=> #audit { #fields })
}

/// `Self`, for what the audit's values are returned as.
pub(super) fn own_type(model: &Model) -> Ident {
    Ident::new("Self", place_of_audit(model))
}

/// Where the compiler looks through the audit's fields: at the first nested struct.
fn place_of_audit(model: &Model) -> Span {
    let group = model.members().find_map(|field| match &field.role {
        Role::Group { ty, .. } => Some(ty.span()),
        _ => None,
    });
    group.unwrap_or_else(Span::call_site)
}

/// The field's name, at the place of the type where that is a nested struct.
pub(super) fn name_at_type(field: &Field) -> Ident {
    let mut name = field.ident.clone();
    if let Role::Group { ty, .. } = &field.role {
        name.set_span(ty.span());
    }
    name
}

/// Finds an entry by its position among the keys. Runs of plain fields are a `match`; what follows them has its own.
pub(super) fn lookup(model: &Model) -> TokenStream {
    let Model { krate, audit, .. } = model;
    let mut steps = Vec::new();
    let mut run: Vec<Ident> = Vec::new();
    let index = local("__index");
    for (field, own) in model.members().zip(locals(model)) {
        if matches!(field.role, Role::Value) {
            run.push(own);
            continue;
        }
        steps.extend(end_of_run(std::mem::take(&mut run)));
        let found = quote_spanned!(own.span()=> #krate::AuditFields::__entry(#own, #index));
        steps.push(quote! {
            let __index = match #found {
                __Ok(__entry) => return __Ok(__entry),
                __Err(__index) => __index,
            };
        });
    }
    steps.extend(end_of_run(run));
    let (own, blank) = (own_type(model), blank(model));
    let all = destructured(model);
    quote! {
        #[automatically_derived]
        impl #krate::AuditFields for #audit {
            const __BLANK: #own = #blank;

            fn __entry(
                &self,
                __index: ::core::primitive::usize,
            ) -> ::core::result::Result<&#krate::AuditEntry, ::core::primitive::usize> {
                let #all = self;
                #(#steps)*
                __Err(__index)
            }
        }
    }
}

fn end_of_run(fields: Vec<Ident>) -> Option<TokenStream> {
    let (positions, count) = (0..fields.len(), fields.len());
    (count > 0).then(|| {
        quote! {
            let __index = match __index {
                #(#positions => return __Ok(#fields),)*
                __index => __index - #count,
            };
        }
    })
}
