//! What takes the place of the code when the input has mistakes: everything has its type, so that the uses of the struct
//! add no errors of their own.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::DeriveInput;

use super::audit;
use crate::attr::default_crate;
use crate::model::Model;

pub(crate) fn stub(model: &Model) -> TokenStream {
    let Model { ident, krate, vis, audit, .. } = model;
    let audit_struct = audit::audit_struct(model);
    let impls = stub_impls(krate, &quote!(#ident), &quote!(#audit), &quote!(#vis));
    quote!(#audit_struct #impls)
}

/// For what is no struct with named fields at all.
pub(crate) fn stub_without_fields(input: &DeriveInput) -> TokenStream {
    let (ident, vis) = (&input.ident, &input.vis);
    let audit = format_ident!("{}Audit", ident);
    let krate = default_crate();
    // With generics the parameters would have to be `'static`; nothing can be said in their place.
    if !input.generics.params.is_empty() || input.generics.where_clause.is_some() {
        return TokenStream::new();
    }
    let impls = stub_impls(&krate, &quote!(#ident), &quote!(#audit), &quote!(#vis));
    quote! {
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[allow(dead_code, missing_docs)]
        #vis struct #audit {}
        #impls
    }
}

fn stub_impls(
    krate: &syn::Path,
    ident: &TokenStream,
    audit: &TokenStream,
    vis: &TokenStream,
) -> TokenStream {
    quote! {
        #[doc(hidden)]
        const _: () = {
            use #krate::__private as __envaudit;
            const __ENVAUDIT_TABLE: &__envaudit::Table =
                &__envaudit::Table::new(&#krate::Schema::new("", "", &[]), &[], &[], &[]);

            impl #krate::EnvConfig for #ident {
                type Audit = #audit;
                type Slots = [__envaudit::Slot; 0];
                const SCHEMA: &'static #krate::Schema = &#krate::Schema::new("", "", &[]);
                const KEYS: &'static [&'static ::core::primitive::str] = &[];
                const TABLE: &'static __envaudit::Table = __ENVAUDIT_TABLE;
                const SLOTS: Self::Slots = [];

                fn __read(
                    _: &mut __envaudit::Reader<'_>,
                    _: &mut Self::Audit,
                ) -> ::core::option::Option<Self> {
                    ::core::option::Option::None
                }
            }

            impl #krate::AuditFields for #audit {
                const __BLANK: Self = ::core::panic!();

                fn __entry(
                    &self,
                    index: ::core::primitive::usize,
                ) -> ::core::result::Result<&#krate::AuditEntry, ::core::primitive::usize> {
                    ::core::result::Result::Err(index)
                }
            }

            #[allow(dead_code, missing_docs)]
            impl #ident {
                #vis const fn key(_: &::core::primitive::str) -> #krate::Key<Self> {
                    #krate::Key::broken()
                }
            }
        };
    }
}
