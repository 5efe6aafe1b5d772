//! What takes the place of the code when the input has mistakes: everything has its type, so that the uses of the struct
//! add no errors of their own.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{DeriveInput, Generics, Ident, Path, Visibility, parse_quote};

use super::{audit, imports, local, read, secret_assertions};
use crate::attr::{ContainerAttrs, default_crate};
use crate::diagnostics::Errors;
use crate::model::{Model, Role};

pub(crate) fn stub(mut model: Model) -> TokenStream {
    for field in &mut model.fields {
        // A type of which nothing is known, or known that it has no audit.
        let without_audit = !model.generics.params.is_empty() || field.holds_no_struct();
        if matches!(field.role, Role::Group { .. }) && without_audit {
            field.role = Role::Value;
            field.sound = false;
        }
    }
    let is_generic = !model.generics.params.is_empty();
    let parts = Parts {
        reads: if is_generic { TokenStream::new() } else { read::read_sound(&model) },
        assertions: if is_generic { TokenStream::new() } else { sound_assertions(&model) },
        audit_impls: audit::audit_impls(&model),
        own: audit::own_type(&model),
        blank: audit::blank(&model),
    };
    let audit_struct = audit::audit_struct(&model);
    let Model { ident, krate, generics, vis, audit, .. } = &model;
    let impls = impls(krate, ident, generics, audit, vis, &parts);
    quote!(#audit_struct #impls)
}

/// For an input that is not a struct with named fields.
pub(crate) fn stub_without_fields(input: &DeriveInput) -> TokenStream {
    let DeriveInput { ident, vis, generics, .. } = input;
    let audit = format_ident!("{}Audit", ident.unraw());
    // Its mistakes have been reported.
    let attrs = ContainerAttrs::parse(&input.attrs, &mut Errors::default());
    let krate = attrs.krate.map_or_else(default_crate, |path| path.value);
    let parts = Parts {
        reads: TokenStream::new(),
        assertions: TokenStream::new(),
        audit_impls: TokenStream::new(),
        own: local("Self"),
        blank: quote!(#audit {}),
    };
    let impls = impls(&krate, ident, generics, &audit, vis, &parts);
    quote! {
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[allow(dead_code, missing_docs)]
        #vis struct #audit {}
        #impls
    }
}

/// What of the code can be generated all the same.
struct Parts {
    reads: TokenStream,
    assertions: TokenStream,
    audit_impls: TokenStream,
    /// The type of `blank`.
    own: Ident,
    blank: TokenStream,
}

/// What only the compiler can say of the fields that no mistake was found in.
fn sound_assertions(model: &Model) -> TokenStream {
    let sound =
        model.fields.iter().filter(|field| field.sound && matches!(field.role, Role::Value));
    sound.map(|field| secret_assertions(model, field)).collect()
}

fn impls(
    krate: &Path,
    ident: &Ident,
    generics: &Generics,
    audit: &Ident,
    vis: &Visibility,
    parts: &Parts,
) -> TokenStream {
    let mut generics = generics.clone();
    if !generics.params.is_empty() {
        generics.make_where_clause().predicates.push(parse_quote!(Self: 'static));
    }
    let imports = imports(krate);
    let (params, arguments, clause) = generics.split_for_impl();
    let Parts { reads, assertions, audit_impls, own, blank } = parts;
    quote! {
        #[doc(hidden)]
        #[allow(unused_imports, unused_variables)]
        const _: () = {
            #imports
            const __ENVAUDIT_TABLE: &__envaudit::Table =
                &__envaudit::Table::new(&#krate::Schema::broken(), &[], &[], &[]);

            impl #params #krate::EnvConfig for #ident #arguments #clause {
                type Audit = #audit;
                type Slots = [__envaudit::KeySlot; 0];
                const SCHEMA: &'static #krate::Schema = &#krate::Schema::broken();
                const KEYS: &'static [&'static ::core::primitive::str] = &[];
                const TABLE: &'static __envaudit::Table = __ENVAUDIT_TABLE;
                const SLOTS: Self::Slots = [];

                fn __read(
                    __reader: &mut __envaudit::FieldReader<'_>,
                    __audit: &mut Self::Audit,
                ) -> ::core::option::Option<Self> {
                    #reads
                    __None
                }
            }

            #audit_impls

            impl #krate::AuditFields for #audit {
                const __BLANK: #own = #blank;

                fn __entry(
                    &self,
                    __index: ::core::primitive::usize,
                ) -> ::core::result::Result<&#krate::AuditEntry, ::core::primitive::usize> {
                    __Err(__index)
                }
            }

            #[allow(dead_code, missing_docs)]
            impl #params #ident #arguments #clause {
                #vis const fn key(_: &::core::primitive::str) -> #krate::Key<Self> {
                    #krate::Key::broken()
                }
            }

            #assertions
        };
    }
}
