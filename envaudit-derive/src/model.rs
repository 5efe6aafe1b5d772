//! A struct as the rest of the macro sees it: attributes, types and names in one place.

use std::collections::HashMap;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Generics, Path, Type, Visibility};

use crate::attr::{Alias, ContainerAttrs, FieldAttrs, default_crate, docs, is_set};
use crate::diagnostics::Errors;
use crate::exposure::boxed;
use crate::names::screaming_snake;
use crate::source_text::source_text;
use crate::ty::{Leaf, Ty};

pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// Not empty when that is a mistake.
    pub(crate) generics: Generics,
    pub(crate) docs: String,
    pub(crate) attrs: ContainerAttrs,
    pub(crate) audit: Ident,
    pub(crate) krate: Path,
    pub(crate) fields: Vec<Field>,
}

pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) docs: String,
    pub(crate) ty: Ty,
    pub(crate) attrs: FieldAttrs,
    pub(crate) role: Role,
    /// Whether no mistake was found in it, so that code can be generated for it.
    pub(crate) sound: bool,
}

/// What a field is for.
pub(crate) enum Role {
    /// One variable.
    Value,
    /// A struct of further variables, and the boxes around it, the outermost first.
    Group { ty: Box<Type>, boxes: Vec<Type>, optional: bool },
    /// Not read.
    Skip,
}

/// A name that a field reads, and where it is written.
pub(crate) struct WrittenName {
    pub(crate) text: String,
    /// Whether it is the whole key, whatever the prefix.
    pub(crate) exact: bool,
    pub(crate) span: Span,
}

impl Model {
    /// `None` when the input is not a struct with named fields.
    pub(crate) fn new(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attrs = ContainerAttrs::parse(&input.attrs, errors);
        check_generics(&input.generics, errors);
        let named = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => Ok(&fields.named),
                Fields::Unnamed(fields) => {
                    Err((fields.to_token_stream(), "a tuple struct: give its fields names"))
                }
                Fields::Unit => {
                    let tokens = input.ident.to_token_stream();
                    Err((tokens, "a struct without fields: there is nothing to read"))
                }
            },
            Data::Enum(data) => Err((
                data.enum_token.to_token_stream(),
                "an enum; derive `EnvValue` to read an enum without data from one variable",
            )),
            Data::Union(data) => Err((data.union_token.to_token_stream(), "a union")),
        };
        let named = match named {
            Ok(named) => named,
            Err((tokens, what)) => {
                let message =
                    format!("`EnvConfig` needs a struct with named fields; this is {what}");
                errors.on(tokens, message);
                return None;
            }
        };
        let fields: Vec<Field> =
            named.iter().filter_map(|field| Field::new(field, errors)).collect();
        let audit = match &attrs.audit {
            Some(audit) => audit.value.clone(),
            None => format_ident!("{}Audit", input.ident.unraw(), span = input.ident.span()),
        };
        let krate = attrs.krate.as_ref().map_or_else(default_crate, |path| path.value.clone());
        Some(Model {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            generics: input.generics.clone(),
            docs: docs(&input.attrs),
            attrs,
            audit,
            krate,
            fields,
        })
    }

    /// Gives a type that several groups have the place of the first of them: what the compiler says of it, it then says once.
    pub(crate) fn share_places(&mut self) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for field in &mut self.fields {
            let Role::Group { ty, boxes, .. } = &mut field.role else { continue };
            let place = *seen.entry(source_text(&**ty)).or_insert_with(|| ty.span());
            for ty in std::iter::once(&mut **ty).chain(boxes) {
                if let Ok(moved) = syn::parse2(at(place, ty.to_token_stream())) {
                    *ty = moved;
                }
            }
        }
    }

    /// The struct's name without `r#`.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// Whether something stands before the names of the fields.
    pub(crate) fn has_prefix(&self) -> bool {
        self.attrs.prefix.as_ref().is_some_and(|prefix| !prefix.value.value().is_empty())
    }

    /// The fields that are read.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !matches!(field.role, Role::Skip))
    }
}

/// The tokens at another place; names mean what they meant.
fn at(place: Span, tokens: TokenStream) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), at(place, group.stream())).into();
        }
        token.set_span(place.resolved_at(token.span()));
        token
    });
    moved.collect()
}

fn check_generics(generics: &Generics, errors: &mut Errors) {
    let message =
        "`EnvConfig` needs a struct without generics or lifetimes: its keys are constants";
    if !generics.params.is_empty() {
        errors.on(&generics.params, message);
    } else if let Some(clause) = &generics.where_clause {
        errors.on(clause, message);
    }
}

impl Field {
    fn new(field: &syn::Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let before = errors.count();
        if let Some((eq, _)) = &field.default {
            errors.at(
                eq.span(),
                "the default value of a field is not read; write `#[env(default = …)]`",
            );
        }
        errors.keep(field.modifiers.require_empty());
        let attrs = FieldAttrs::parse(&field.attrs, errors);
        let ty = Ty::new(&field.ty);
        let role = if is_set(&attrs.skip) {
            Role::Skip
        } else if is_set(&attrs.nested) || is_set(&attrs.flatten) {
            let mut inner = &ty.within_option().written;
            let mut boxes = Vec::new();
            while let Some(pointee) = boxed(inner) {
                boxes.push(inner.clone());
                inner = pointee;
            }
            Role::Group { ty: Box::new(inner.clone()), boxes, optional: ty.is_option() }
        } else {
            Role::Value
        };
        let sound = errors.count() == before;
        Some(Field { ident, docs: docs(&field.attrs), ty, attrs, role, sound })
    }

    /// The field's name without `r#`.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// Whether the type is known to be something else than a struct of the user's, alone or in a box.
    pub(crate) fn holds_no_struct(&self) -> bool {
        self.group_type().leaf() != Some(Leaf::Other)
    }

    /// The type of a nested struct: what is within `Option`, and within boxes.
    pub(crate) fn group_type(&self) -> Ty {
        let mut inner = &self.ty.within_option().written;
        while let Some(pointee) = boxed(inner) {
            inner = pointee;
        }
        Ty::new(inner)
    }

    /// The name after the prefix, or the whole key.
    pub(crate) fn key(&self) -> WrittenName {
        if let Some(key) = &self.attrs.key {
            return WrittenName { text: key.value.value(), exact: true, span: key.value.span() };
        }
        let (text, span) = match &self.attrs.rename {
            Some(rename) => (rename.value.value(), rename.value.span()),
            None => (screaming_snake(&self.name()), self.ident.span()),
        };
        WrittenName { text, exact: false, span }
    }

    pub(crate) fn aliases(&self) -> impl Iterator<Item = WrittenName> {
        let alias = |alias: &Alias| WrittenName {
            text: alias.text.value(),
            exact: alias.exact,
            span: alias.text.span(),
        };
        self.attrs.aliases.iter().map(alias)
    }

    /// Whether the struct says that the value is secret: by `secret`, or by a type that is called as a secret one.
    pub(crate) fn says_secret(&self) -> bool {
        let named = self.ty.is_named_secret() && !is_set(&self.attrs.public);
        is_set(&self.attrs.secret) || named
    }

    /// Whether a parser other than the type's own reads the value, so that the macro knows nothing of its text.
    pub(crate) fn has_own_parser(&self) -> bool {
        is_set(&self.attrs.parse_with) || is_set(&self.attrs.json)
    }
}
