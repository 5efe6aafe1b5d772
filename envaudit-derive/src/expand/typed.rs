//! An expression with the type that it has to have.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Expr;

/// An expression that has to be of a type: the compiler then points at both.
pub(super) fn typed(ty: &syn::Type, expr: &Expr) -> TokenStream {
    quote!({
        let __value: #ty = #expr;
        __value
    })
}
