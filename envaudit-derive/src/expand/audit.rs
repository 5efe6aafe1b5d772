//! The typed audit: a struct with the fields of the configuration.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Model, Role};

pub(super) fn audit_struct(model: &Model) -> TokenStream {
    let Model { krate, audit, vis, ident, .. } = model;
    let title = format!("Where each value of [`{ident}`] came from.");
    let fields = model.members().map(|field| {
        let (name, docs) = (&field.ident, format!("Where `{}` came from.", field.name()));
        let ty = match &field.role {
            Role::Group { ty, .. } => quote!(<#ty as #krate::EnvConfig>::Audit),
            _ => quote!(#krate::AuditEntry),
        };
        quote! {
            #[doc = #docs]
            pub #name: #ty
        }
    });
    quote! {
        #[doc = #title]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[allow(dead_code, private_interfaces, unreachable_pub)]
        #vis struct #audit { #(#fields),* }
    }
}

/// Finds an entry by its position among the keys. Runs of plain fields are a `match`; what is behind them has its own.
pub(super) fn audit_impl(model: &Model) -> TokenStream {
    let Model { krate, audit, .. } = model;
    let mut steps = Vec::new();
    let mut run: Vec<TokenStream> = Vec::new();
    for field in model.members() {
        let ident = &field.ident;
        if matches!(field.role, Role::Value) {
            run.push(quote!(#ident));
            continue;
        }
        steps.extend(end_of_run(std::mem::take(&mut run)));
        steps.push(quote! {
            let index = match #krate::AuditFields::__entry(&self.#ident, index) {
                ::core::result::Result::Ok(entry) => return ::core::result::Result::Ok(entry),
                ::core::result::Result::Err(index) => index,
            };
        });
    }
    steps.extend(end_of_run(run));
    let blanks = model.members().map(|field| {
        let ident = &field.ident;
        match &field.role {
            Role::Group { ty, .. } => quote! {
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
