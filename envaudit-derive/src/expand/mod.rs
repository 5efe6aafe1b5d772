//! The generated code.
//!
//! It names everything by absolute paths, calls no method on a type of the user's, and keeps its own constants in an
//! anonymous one. Tokens of the user's keep their places, so that what the compiler says of them points at them.

mod audit;
mod read;
mod schema;
mod stub;
mod take;
mod typed;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
pub(crate) use stub::{stub, stub_without_fields};
use syn::spanned::Spanned;
use syn::{Expr, Path};

use crate::exposure::Exposure;
use crate::model::{Field, Model, Role};
use crate::secrecy::{marked_text, named_like_secret, public_secret};

pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { ident, krate, audit, .. } = model;
    let audit_struct = audit::audit_struct(model);
    let audit_impls = audit::audit_impls(model);
    let lookup = audit::lookup(model);
    let imports = imports(krate);
    let key = key_function(model);
    let schema = schema::schema(model);
    let read = read::read(model);
    let assertions = assertions(model);
    quote! {
        #audit_struct

        #[doc(hidden)]
        #[allow(
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            clippy::restriction,
            deprecated,
            unused_imports,
            unused_qualifications
        )]
        const _: () = {
            #imports

            const __ENVAUDIT_SCHEMA: &#krate::Schema = &#schema;
            const __ENVAUDIT_SIZES: __envaudit::Sizes = __envaudit::measure(__ENVAUDIT_SCHEMA);
            const __ENVAUDIT_TEXT: &[::core::primitive::u8; __ENVAUDIT_SIZES.text] =
                &__envaudit::text(__ENVAUDIT_SCHEMA);
            const __ENVAUDIT_WRITTEN: &[__envaudit::Name; __ENVAUDIT_SIZES.names] =
                &__envaudit::names(__ENVAUDIT_SCHEMA, __ENVAUDIT_TEXT);
            const __ENVAUDIT_ORDER: &[::core::primitive::u16; __ENVAUDIT_SIZES.names] =
                &__envaudit::order(__ENVAUDIT_WRITTEN);
            const __ENVAUDIT_NAMES: &[__envaudit::Name; __ENVAUDIT_SIZES.names] =
                &__envaudit::resolve_files(*__ENVAUDIT_WRITTEN, __ENVAUDIT_ORDER);
            const __ENVAUDIT_LEAVES: &[__envaudit::KeyRequest; __ENVAUDIT_SIZES.leaves] =
                &__envaudit::leaves(__ENVAUDIT_SCHEMA, __ENVAUDIT_NAMES);
            const __ENVAUDIT_TABLE: &__envaudit::Table = &__envaudit::Table::new(
                __ENVAUDIT_SCHEMA,
                __ENVAUDIT_LEAVES,
                __ENVAUDIT_NAMES,
                __ENVAUDIT_ORDER,
            );

            #[automatically_derived]
            impl #krate::EnvConfig for #ident {
                type Audit = #audit;
                type Slots = [__envaudit::KeySlot; __ENVAUDIT_SIZES.leaves];
                const SCHEMA: &'static #krate::Schema = __ENVAUDIT_SCHEMA;
                const KEYS: &'static [&'static ::core::primitive::str] =
                    &__envaudit::keys(__ENVAUDIT_LEAVES);
                const TABLE: &'static __envaudit::Table = __ENVAUDIT_TABLE;
                const SLOTS: Self::Slots =
                    [const { __envaudit::KeySlot::EMPTY }; __ENVAUDIT_SIZES.leaves];

                #read
            }

            #audit_impls
            #lookup
            #key
            #assertions
        };
    }
}

/// Short names for what the generated code says for each field: fewer tokens are less to compile.
fn imports(krate: &Path) -> TokenStream {
    quote! {
        use #krate::__private as __envaudit;
        use __envaudit::{
            BLANK as __ENTRY, ByFromStr as _, CouldHold as _, Field as __Field, FieldSchema as __FieldSchema,
            NotSecret as _, NotText as _, ParseStrategy as __ParseStrategy, FieldReader as __Reader, optional as __optional, required as __required,
        };
        use ::core::{
            clone::Clone as __Clone,
            option::Option::{None as __None, Some as __Some},
            result::Result::{Err as __Err, Ok as __Ok},
        };
    }
}

/// A local name of the generated code for use among tokens that have a place of the user's: those may come from a macro,
/// in which a local name would be another one.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// `AppConfig::key("APP_PORT")`, which fails in constant evaluation for a key that does not exist.
fn key_function(model: &Model) -> TokenStream {
    let Model { ident, krate, vis, .. } = model;
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #ident {
            /// The key of that name.
            ///
            /// # Panics
            ///
            /// When there is none. In a constant, that is a compile error.
            #[track_caller]
            #vis const fn key(__name: &::core::primitive::str) -> #krate::Key<Self> {
                #krate::Key::find(__ENVAUDIT_TABLE, __name)
            }
        }
    }
}

/// What only the compiler can check: whether a type is secret, and what depends on nested structs.
fn assertions(model: &Model) -> TokenStream {
    let mut assertions = TokenStream::new();
    for (at, field) in model.members().enumerate() {
        if matches!(field.role, Role::Value) {
            assertions.extend(secret_assertions(model, field));
        }
        if let Some(default) = &field.attrs.default
            && matches!(field.role, Role::Value)
            && !field.ty.unknown().is_empty()
        {
            let (optional, secret) = (schema::optional(field), schema::secret(field));
            let literal = default.value.as_ref().filter(|expr| matches!(expr, Expr::Lit(_)));
            let secret = literal.map_or_else(|| quote!(false), |_| secret);
            let span = literal.map_or_else(|| default.name.span(), Spanned::span);
            assertions.extend(quote_spanned! {span=>
                const _: () = __envaudit::check_default(#optional, #secret);
            });
        }
        if matches!(field.role, Role::Group { .. }) {
            let span = field.ident.span();
            assertions.extend(quote_spanned! {span=>
                const _: () = __envaudit::check_group(__ENVAUDIT_TABLE, #at);
                const _: () = __envaudit::check_names(__ENVAUDIT_TABLE, #at);
            });
            if model.attrs.sources.is_some() {
                assertions.extend(quote_spanned! {span=>
                    const _: () = __envaudit::check_defaults(__ENVAUDIT_TABLE, #at);
                });
            }
        }
    }
    assertions
}

/// The rules about secrets for types that the macro does not know: an alias of `String`, a foreign type called
/// `SecretString`.
fn secret_assertions(model: &Model, field: &Field) -> TokenStream {
    let ty = &field.ty.written;
    let asked = field.ty.perhaps_secret();
    let mut assertions = TokenStream::new();
    if asked.is_empty() {
        return assertions;
    }
    if let Some(secret) = &field.attrs.secret {
        let message = marked_text(field);
        assertions.extend(quote_spanned! {secret.name.span()=>
            const _: () = __envaudit::check_marked(__envaudit::Plain::<#ty>::TEXT, #message);
        });
    }
    if let Some(public) = &field.attrs.public {
        let (is_secret, message) = (schema::secret(field), public_secret(field));
        assertions.extend(quote_spanned! {public.name.span()=>
            const _: () = __envaudit::check_public(#is_secret, #message);
        });
    }
    let could_hold = match field.ty.exposure() {
        Exposure::Known(true) => quote!(true),
        Exposure::Known(false) => return assertions,
        Exposure::Of(types) => quote!(#(__envaudit::Exposure::<#types>::COULD_HOLD)|*),
    };
    if let Some(message) = named_like_secret(model, field, false)
        && let Some(text_message) = named_like_secret(model, field, true)
    {
        let is_secret = schema::secret(field);
        assertions.extend(quote_spanned! {ty.span()=>
            const _: () = __envaudit::check_named(
                #is_secret,
                #could_hold,
                __envaudit::Plain::<#ty>::TEXT,
                [#message, #text_message],
            );
        });
    }
    assertions
}
