//! `#[derive(EnvValue)]` for enums without data.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use std::collections::HashMap;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident, Path};

use crate::attr::{EnumAttrs, VariantAttrs, default_crate};
use crate::diagnostics::Errors;
use crate::names::snake;

pub(crate) fn expand(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let attrs = EnumAttrs::parse(&input.attrs, &mut errors);
    let krate = attrs.krate.map_or_else(default_crate, |path| path.value);
    if !input.generics.params.is_empty() {
        errors.on(&input.generics, "`EnvValue` needs an enum without generics");
    }
    let words = words(input, &mut errors);
    if errors.is_empty() {
        implementation(&krate, &input.ident, &words)
    } else {
        let (errors, stub) = (errors.into_compile_errors(), stub(&krate, input));
        quote!(#errors #stub)
    }
}

/// Takes the place of the code when the input has mistakes, so that the fields of this type add none.
fn stub(krate: &Path, input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let (params, arguments, clause) = input.generics.split_for_impl();
    quote! {
        impl #params #krate::EnvValue for #ident #arguments #clause {
            fn parse(
                _: &::core::primitive::str,
            ) -> ::core::result::Result<Self, #krate::ValueError> {
                ::core::result::Result::Err(#krate::ValueError::unexpected())
            }
        }
    }
}

/// Each variant and the words that mean it.
fn words<'i>(input: &'i DeriveInput, errors: &mut Errors) -> Vec<(&'i Ident, Vec<String>)> {
    let data = match &input.data {
        Data::Enum(data) => data,
        Data::Struct(data) => {
            let message = "`EnvValue` needs an enum without data; a struct of several variables derives `EnvConfig`, \
                           one with a text form implements `FromStr`";
            errors.at(data.struct_token.span, message);
            return Vec::new();
        }
        Data::Union(data) => {
            errors.at(data.union_token.span, "`EnvValue` needs an enum without data");
            return Vec::new();
        }
    };
    if data.variants.is_empty() {
        errors.at(input.ident.span(), "an enum without variants has no values");
    }
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut all = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.on(&variant.fields, "a variant with data cannot be read from one word; use `parse_with` or `json` on the field");
        }
        let attrs = VariantAttrs::parse(&variant.attrs, errors);
        let first = match &attrs.rename {
            Some(rename) => (rename.value.value(), rename.value.span()),
            None => (snake(&variant.ident.unraw().to_string()), variant.ident.span()),
        };
        let aliases = attrs.aliases.iter().map(|alias| (alias.value(), alias.span()));
        let mut words = Vec::new();
        for (word, span) in std::iter::once(first).chain(aliases) {
            let same = word.to_lowercase().replace('-', "_");
            if let Some(first) = seen.insert(same, span) {
                let message = format!(
                    "`{word}` means two variants; case and `-` for `_` do not tell words apart"
                );
                errors.at_both(first, span, &message, "it is used here first");
            }
            words.push(word);
        }
        all.push((&variant.ident, words));
    }
    all
}

fn implementation(krate: &Path, ident: &Ident, words: &[(&Ident, Vec<String>)]) -> TokenStream {
    let shown = words.iter().map(|(_, words)| &words[0]);
    let lists = words.iter().map(|(_, words)| quote!(&[#(#words),*]));
    let (positions, variants) = (0..words.len(), words.iter().map(|(variant, _)| variant));
    quote! {
        #[automatically_derived]
        impl #krate::EnvValue for #ident {
            const SHAPE: #krate::Shape = #krate::Shape::Choice(&[#(#shown),*]);

            fn parse(
                __text: &::core::primitive::str,
            ) -> ::core::result::Result<Self, #krate::ValueError> {
                match #krate::__private::find_word(__text, &[#(#lists),*])? {
                    #(#positions => ::core::result::Result::Ok(#ident::#variants),)*
                    _ => ::core::unreachable!(),
                }
            }
        }
    }
}
