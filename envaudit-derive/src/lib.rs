//! The derive macros of [envaudit](https://docs.rs/envaudit). Use them through that crate; the attributes are described there.
//!
//! The way of an input: `attr` reads `#[env(…)]`, `model` puts attributes and types together, `check` looks for what
//! is wrong with that, `expand` writes the code. Mistakes are collected all along; when there are any, a stub that has the
//! right types takes the code's place, so that one mistake is one error.

mod attr;
mod check;
mod diagnostics;
mod env_value;
mod expand;
mod exposure;
#[cfg(test)]
mod golden;
mod model;
mod names;
mod secrecy;
mod source_text;
mod ty;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use crate::diagnostics::Errors;
use crate::model::Model;

// The examples are tested where the library is known: in `ui-tests`.
#[cfg_attr(not(doctest), doc = include_str!("../docs/env_config.md"))]
#[proc_macro_derive(EnvConfig, attributes(env))]
pub fn derive_env_config(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    env_config(&input).into()
}

fn env_config(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = Errors::default();
    let mut model = Model::new(input, &mut errors);
    if let Some(model) = &mut model {
        check::all(model, &mut errors);
        model.share_places();
    }
    match model {
        Some(model) if errors.is_empty() => expand::expand(&model),
        Some(model) => {
            let stub = expand::stub(model);
            let errors = errors.into_compile_errors();
            quote::quote!(#errors #stub)
        }
        None => {
            let stub = expand::stub_without_fields(input);
            let errors = errors.into_compile_errors();
            quote::quote!(#errors #stub)
        }
    }
}

#[cfg_attr(not(doctest), doc = include_str!("../docs/env_value.md"))]
#[proc_macro_derive(EnvValue, attributes(env))]
pub fn derive_env_value(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    env_value::expand(&input).into()
}
