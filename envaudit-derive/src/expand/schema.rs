//! The constant metadata.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitStr, UnOp};

use crate::attr::{Limits, Named, is_set};
use crate::model::{Field, Model, Role};
use crate::source_text::source_text;
use crate::ty::{Kind, Leaf, Ty};

pub(super) fn schema(model: &Model) -> TokenStream {
    let krate = &model.krate;
    let (name, docs) = (model.name(), &model.docs);
    let members = model.members().map(|field| member(model, field));
    let prefix = model.attrs.prefix.as_ref().map(|prefix| {
        let prefix = &prefix.value;
        quote!(.prefix(#prefix))
    });
    let sources = model.attrs.sources.as_ref().map(|sources| {
        let sources = source_set(model, &sources.value);
        quote!(.sources(#sources))
    });
    let validated = is_set(&model.attrs.validate).then(|| quote!(.validated()));
    quote! {
        #krate::Schema::new(#name, #docs, &[#(#members),*]) #prefix #sources #validated
    }
}

fn member(model: &Model, field: &Field) -> TokenStream {
    let krate = &model.krate;
    let Role::Group { ty, optional, .. } = &field.role else {
        let field = field_schema(model, field);
        return quote!(__Field(#field));
    };
    let (name, docs) = (field.name(), &field.docs);
    let prefix = option(field.attrs.prefix.as_ref().map(|prefix| {
        let prefix = &prefix.value;
        quote!(#prefix)
    }));
    let fallback = if is_set(&field.attrs.flatten) {
        String::new()
    } else {
        format!("{}_", crate::names::screaming_snake(&name))
    };
    let schema = quote_spanned!(ty.span()=> <#ty as #krate::EnvConfig>::SCHEMA);
    quote! {
        #krate::Member::Group(#krate::GroupSchema::new(
            #name,
            #docs,
            #prefix,
            #fallback,
            #optional,
            #schema,
        ))
    }
}

fn field_schema(model: &Model, field: &Field) -> TokenStream {
    let krate = &model.krate;
    let attrs = &field.attrs;
    let (name, docs, key) = (field.name(), &field.docs, field.key());
    let (key, exact) = (key.text, key.exact.then(|| quote!(.exact())));
    let ty = field.ty.name();
    let shape = if is_set(&attrs.json) {
        quote!(#krate::Shape::Json)
    } else if is_set(&attrs.parse_with) {
        quote!(#krate::Shape::Opaque)
    } else {
        shape(model, &field.ty, is_set(&attrs.from_str))
    };
    let (optional, secret) = (optional(field), secret(field));
    let mut more = TokenStream::new();
    let mut set = |name: &str, value: TokenStream| {
        let name = quote::format_ident!("{name}");
        more.extend(quote!(.#name(#value)));
    };
    let aliases: Vec<TokenStream> = attrs
        .aliases
        .iter()
        .map(|alias| {
            let text = &alias.text;
            let exact = alias.exact.then(|| quote!(.exact()));
            let deprecated = alias.deprecated.then(|| quote!(.deprecated()));
            quote!(#krate::Alias::new(#text) #exact #deprecated)
        })
        .collect();
    if !aliases.is_empty() {
        set("aliases", quote!(&[#(#aliases),*]));
    }
    if let Some(default) = &attrs.default {
        let text = default_text(model, default);
        set("default", quote!(__Some(#text)));
    }
    if let Some(sources) = &attrs.sources {
        let sources = source_set(model, &sources.value);
        set("sources", quote!(__Some(#sources)));
    }
    for (name, limits) in [("range", &attrs.range), ("len", &attrs.len)] {
        if let Some(limits) = limits {
            let bounds = bounds(model, &limits.value);
            set(name, quote!(__Some(#bounds)));
        }
    }
    if let Some(one_of) = &attrs.one_of {
        let words = one_of.value.0.iter().map(lit_text);
        set("one_of", quote!(&[#(#words),*]));
    }
    let flags = [("non_empty", &attrs.non_empty), ("public", &attrs.public), ("trim", &attrs.trim)];
    for (name, attr) in flags {
        if is_set(attr) {
            set(name, quote!(true));
        }
    }
    if field.ty.is_collection() && !field.has_own_parser() {
        let text = |set: &Option<Named<LitStr>>, default: &str| {
            set.as_ref().map_or_else(|| default.to_owned(), |sep| sep.value.value())
        };
        let sep = text(&attrs.sep, ",");
        set("sep", quote!(__Some(#sep)));
        if field.ty.is_map() {
            let kv_sep = text(&attrs.kv_sep, "=");
            set("kv_sep", quote!(__Some(#kv_sep)));
        }
    }
    if let Some(path) = &attrs.parse_with {
        let path = &path.value;
        let path = source_text(path);
        set("parse_with", quote!(__Some(#path)));
    }
    for (name, text) in [("deprecated", &attrs.deprecated), ("example", &attrs.example)] {
        if let Some(text) = text {
            let text = &text.value;
            set(name, quote!(__Some(#text)));
        }
    }
    quote! {
        __FieldSchema::new(#name, #key, #docs, #ty, #shape, #optional, #secret) #exact #more
    }
}

/// Whether the field is left empty when nothing supplies it.
pub(super) fn optional(field: &Field) -> TokenStream {
    let written = &field.ty.written;
    match (&field.ty.kind, field.has_own_parser() || is_set(&field.attrs.from_str)) {
        (Kind::Option(_), _) => quote!(true),
        (Kind::Leaf(Leaf::Other), false) => quote!(__ParseStrategy::<#written>::OPTIONAL),
        _ => quote!(false),
    }
}

/// Whether the value must not be shown.
pub(super) fn secret(field: &Field) -> TokenStream {
    let asked = field.ty.perhaps_secret();
    match (is_set(&field.attrs.secret), asked.is_empty()) {
        (true, _) => quote!(true),
        (false, true) => quote!(false),
        (false, false) => quote!(#(__envaudit::Secrecy::<#asked>::SECRET)|*),
    }
}

fn shape(model: &Model, ty: &Ty, from_str: bool) -> TokenStream {
    let krate = &model.krate;
    match &ty.kind {
        Kind::Option(inner) | Kind::SecretBox(inner) => shape(model, inner, from_str),
        Kind::List(inner) => {
            let inner = shape(model, inner, from_str);
            quote!(#krate::Shape::List(&#inner))
        }
        Kind::Array(inner, length) => {
            let inner = shape(model, inner, from_str);
            quote!(#krate::Shape::Array(&#inner, #length))
        }
        Kind::Map(_, value) => {
            let value = shape(model, value, from_str);
            quote!(#krate::Shape::Map(&#value))
        }
        Kind::Leaf(_) if from_str => quote!(#krate::Shape::Opaque),
        Kind::Leaf(_) => {
            let written = &ty.written;
            quote!(__ParseStrategy::<#written>::SHAPE)
        }
    }
}

fn default_text(model: &Model, default: &Named<Option<Expr>>) -> TokenStream {
    let krate = &model.krate;
    match &default.value {
        None => quote!(#krate::DefaultText::Expression("Default::default()")),
        Some(expr) => match literal_text(expr) {
            Some(text) => quote!(#krate::DefaultText::Value(#text)),
            None => {
                let text = source_text(expr);
                quote!(#krate::DefaultText::Expression(#text))
            }
        },
    }
}

/// A literal, with its sign, as the text of a variable.
fn literal_text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit_text(lit)),
        // A sign is a literal's part to everybody but the compiler.
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => {
            literal_text(expr).map(|number| format!("-{number}"))
        }
        Expr::Group(group) => literal_text(&group.expr),
        Expr::Paren(paren) => literal_text(&paren.expr),
        _ => None,
    }
}

/// A literal as the text of a variable.
fn lit_text(lit: &Lit) -> String {
    match lit {
        Lit::Str(text) => text.value(),
        Lit::Char(char) => char.value().to_string(),
        Lit::Byte(byte) => byte.value().to_string(),
        Lit::Int(int) => int.base10_digits().to_owned(),
        Lit::Float(float) => float.base10_digits().to_owned(),
        other => quote!(#other).to_string(),
    }
}

fn source_set(model: &Model, sources: &[syn::Ident]) -> TokenStream {
    let krate = &model.krate;
    quote!(#krate::SourceSet::of(&[#(#krate::Source::#sources),*]))
}

fn bounds(model: &Model, limits: &Limits) -> TokenStream {
    let krate = &model.krate;
    let bound = |bound: &Option<Box<Expr>>| {
        option(bound.as_ref().map(|bound| {
            let text = literal_text(bound).unwrap_or_else(|| source_text(bound));
            quote!(#text)
        }))
    };
    let (min, max) = (bound(&limits.range.start), bound(&limits.range.end));
    let inclusive = limits.inclusive;
    quote!(#krate::Bounds::new(#min, #max, #inclusive))
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(__Some(#value)),
        None => quote!(__None),
    }
}
