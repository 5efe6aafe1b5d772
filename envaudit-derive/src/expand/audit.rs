//! The typed audit: a struct with the fields of the configuration.
//!
//! Whatever names the type of a nested struct carries that type's place, so that a type without `EnvConfig` is one error
//! there: the compiler tells errors apart by their place.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::{Field, Model, Role};

pub(super) fn audit_struct(model: &Model) -> TokenStream {
    let Model { krate, audit, vis, ident, .. } = model;
    let title = format!("Where each value of [`{ident}`] came from.");
    let mut members: Vec<&Field> = model.members().collect();
    // Whether a struct has a size is asked of its last field, everywhere the struct is used.
    if let Some(last) = members.iter().rposition(|field| matches!(field.role, Role::Value)) {
        let last = members.remove(last);
        members.push(last);
    }
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
    let of_each = |each: fn(&Ident) -> TokenStream| {
        model.members().map(move |field| {
            let name = name_at_type(field);
            let value = each(&name);
            quote_spanned!(name.span()=> #name: #value)
        })
    };
    let clones = of_each(|name| quote_spanned!(name.span()=> ::core::clone::Clone::clone(&self.#name)));
    let shown = model.members().map(|field| {
        let (name, text) = (name_at_type(field), field.name());
        quote_spanned!(name.span()=> (#text, &self.#name))
    });
    let shown_name = audit.to_string();
    quote! {
        #[doc = #title]
        #[allow(dead_code, private_interfaces, unreachable_pub)]
        #vis struct #audit { #(#fields),* }

        #[automatically_derived]
        impl ::core::clone::Clone for #audit {
            fn clone(&self) -> Self {
                #audit { #(#clones),* }
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #audit {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #krate::__private::debug(f, #shown_name, &[#(#shown),*])
            }
        }
    }
}

/// The field's name, at the place of the type where that is a nested struct.
pub(super) fn name_at_type(field: &Field) -> Ident {
    let mut name = field.ident.clone();
    if let Role::Group { ty, .. } = &field.role {
        name.set_span(ty.span());
    }
    name
}

/// Finds an entry by its position among the keys. Runs of plain fields are a `match`; what is behind them has its own.
pub(super) fn audit_impl(model: &Model) -> TokenStream {
    let Model { krate, audit, .. } = model;
    let mut steps = Vec::new();
    let mut run: Vec<TokenStream> = Vec::new();
    for field in model.members() {
        let ident = name_at_type(field);
        if matches!(field.role, Role::Value) {
            run.push(quote!(#ident));
            continue;
        }
        steps.extend(end_of_run(std::mem::take(&mut run)));
        let found = quote_spanned!(ident.span()=> #krate::AuditFields::__entry(&self.#ident, index));
        steps.push(quote! {
            let index = match #found {
                ::core::result::Result::Ok(entry) => return ::core::result::Result::Ok(entry),
                ::core::result::Result::Err(index) => index,
            };
        });
    }
    steps.extend(end_of_run(run));
    let blanks = model.members().map(|field| {
        let ident = name_at_type(field);
        match &field.role {
            Role::Group { ty, .. } => quote_spanned! {ty.span()=>
                #ident: <<#ty as #krate::EnvConfig>::Audit as #krate::AuditFields>::__BLANK
            },
            _ => quote!(#ident: #krate::AuditEntry::__blank()),
        }
    });
    quote! {
        #[automatically_derived]
        impl #krate::AuditFields for #audit {
            const __BLANK: Self = #audit { #(#blanks),* };

            fn __entry(
                &self,
                index: ::core::primitive::usize,
            ) -> ::core::result::Result<&#krate::AuditEntry, ::core::primitive::usize> {
                #(#steps)*
                ::core::result::Result::Err(index)
            }
        }
    }
}

fn end_of_run(fields: Vec<TokenStream>) -> Option<TokenStream> {
    let (positions, count) = (0..fields.len(), fields.len());
    (count > 0).then(|| {
        quote! {
            let index = match index {
                #(#positions => return ::core::result::Result::Ok(&self.#fields),)*
                index => index - #count,
            };
        }
    })
}
