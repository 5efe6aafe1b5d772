//! From the tokens of `#[env(…)]` to attributes with their spans. Rules about one attribute alone are kept here; rules
//! about several, or about the type, are in [`check`](crate::check).

mod container;
mod field;
mod foreign;
mod variant;

pub(crate) use container::ContainerAttrs;
pub(crate) use field::{Alias, FieldAttrs, Limits, OneOf};
use proc_macro2::{Ident, Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Error, Expr, ExprLit, ExprPath, Lit, LitStr, MacroDelimiter, Meta, MetaList, Path,
    Result, Token, parenthesized, token,
};
pub(crate) use variant::{EnumAttrs, VariantAttrs};

use crate::diagnostics::{Errors, hint};

/// The attributes of the struct.
const CONTAINER_NAMES: [&str; 5] = ["prefix", "audit", "sources", "validate", "crate"];

/// The attributes of a field.
const FIELD_NAMES: [&str; 27] = [
    "key",
    "rename",
    "alias",
    "alias_key",
    "deprecated_alias",
    "deprecated_alias_key",
    "default",
    "sources",
    "secret",
    "public",
    "nested",
    "flatten",
    "prefix",
    "sep",
    "kv_sep",
    "trim",
    "parse_with",
    "json",
    "from_str",
    "range",
    "one_of",
    "non_empty",
    "len",
    "validate",
    "deprecated",
    "example",
    "skip",
];

/// The attributes of an enum that derives `EnvValue`.
const ENUM_NAMES: [&str; 1] = ["crate"];

/// The attributes of one of its variants.
const VARIANT_NAMES: [&str; 2] = ["rename", "alias"];

/// One argument of `#[env(…)]`: a word, and what follows it.
struct Argument {
    name: Ident,
    value: Value,
}

enum Value {
    /// `nested`
    Nothing,
    /// `default = 8080`
    Expr(Box<Expr>),
    /// `range(1..=5)`
    List(MetaList),
}

/// An attribute and the word that named it.
#[derive(Clone)]
pub(crate) struct Named<T> {
    pub(crate) name: Ident,
    pub(crate) value: T,
}

pub(crate) type Set<T> = Option<Named<T>>;

pub(crate) fn is_set<T>(set: &Set<T>) -> bool {
    set.is_some()
}

/// All arguments of all `#[env(…)]`. What cannot be read is reported and skipped.
fn arguments(attributes: &[Attribute], errors: &mut Errors) -> Vec<Argument> {
    let mut arguments = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("env")) {
        let list = match &attribute.meta {
            Meta::List(list) if matches!(list.delimiter, MacroDelimiter::Paren(_)) => list,
            other => {
                errors.on(
                    other,
                    "`env` takes its arguments in parentheses: `#[env(default = 8080)]`",
                );
                continue;
            }
        };
        let parse = |input: ParseStream<'_>| {
            while !input.is_empty() {
                match argument(input) {
                    Ok(argument) => arguments.push(argument),
                    Err(error) => {
                        errors.push(error);
                        // The next one may be right.
                        while !input.is_empty() && !input.peek(Token![,]) {
                            input.parse::<TokenTree>()?;
                        }
                    }
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        let result = list.parse_args_with(parse);
        errors.keep(result);
    }
    arguments
}

fn argument(input: ParseStream<'_>) -> Result<Argument> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("an argument begins with its name, such as `key = \"PORT\"`"));
    }
    let name = input.call(Ident::parse_any)?;
    let value = if input.peek(Token![=]) {
        let equals: Token![=] = input.parse()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(Error::new(equals.span, format!("there is nothing after `{name} =`")));
        }
        Value::Expr(Box::new(ungrouped(input.parse()?)))
    } else if input.peek(token::Paren) {
        let list;
        let delimiter = MacroDelimiter::Paren(parenthesized!(list in input));
        Value::List(MetaList { path: name.clone().into(), delimiter, tokens: list.parse()? })
    } else {
        Value::Nothing
    };
    if !input.is_empty() && !input.peek(Token![,]) {
        let expected = match value {
            Value::Nothing => format!("expected `,`, `=` or `(` after `{name}`"),
            _ => "expected `,`".to_owned(),
        };
        return Err(input.error(expected));
    }
    Ok(Argument { name, value })
}

/// What is within the invisible brackets that a macro puts around its arguments.
fn ungrouped(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => ungrouped(*group.expr),
        expr => expr,
    }
}

/// The documentation, without the blank that `///` leaves before each line.
pub(crate) fn docs(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let Ok(meta) = attribute.meta.require_name_value()
            && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value
        {
            let text = text.value();
            lines.push(text.strip_prefix(' ').unwrap_or(&text).to_owned());
        }
    }
    lines.join("\n").trim().to_owned()
}

impl Argument {
    /// Sets an attribute that may be given once.
    fn set<T>(&self, slot: &mut Set<T>, value: Result<T>, errors: &mut Errors) {
        let Some(value) = errors.keep(value) else { return };
        if let Some(first) = slot {
            let message = format!("`{}` is given twice", self.name);
            errors.at_both(first.name.span(), self.name.span(), &message, "it is given here first");
            return;
        }
        *slot = Some(Named { name: self.name.clone(), value });
    }

    fn wrong_form(&self, form: &str) -> Error {
        Error::new(self.name.span(), format!("`{}` is written `{form}`", self.name))
    }

    fn flag(&self) -> Result<()> {
        match &self.value {
            Value::Nothing => Ok(()),
            _ => Err(Error::new(self.name.span(), format!("`{}` takes no value", self.name))),
        }
    }

    fn text(&self) -> Result<LitStr> {
        match &self.value {
            Value::Expr(expr) => match &**expr {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text.clone()),
                other => Err(Error::new_spanned(
                    other,
                    format!("`{}` takes a text: `{} = \"…\"`", self.name, self.name),
                )),
            },
            _ => Err(self.wrong_form(&format!("{} = \"…\"", self.name))),
        }
    }

    /// A text that holds code, such as `form`.
    fn code<T: Parse>(&self, form: &str) -> Result<T> {
        let text = self.text()?;
        text.parse()
            .map_err(|_| Error::new(text.span(), format!("`{}` is written `{form}`", self.name)))
    }

    /// The path in `crate = "…"`.
    fn krate(&self) -> Result<Path> {
        self.code("crate = \"path::of::envaudit\"")
    }

    fn path(&self) -> Result<ExprPath> {
        match &self.value {
            Value::Expr(expr) => match &**expr {
                Expr::Path(path) => Ok(path.clone()),
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Err(Error::new(
                    text.span(),
                    format!(
                        "`{}` takes a path, without quotes: `{} = {}`",
                        self.name,
                        self.name,
                        text.value()
                    ),
                )),
                other => Err(Error::new_spanned(
                    other,
                    format!("`{}` takes the path of a function: `{} = path`", self.name, self.name),
                )),
            },
            _ => Err(self.wrong_form(&format!("{} = path", self.name))),
        }
    }

    /// What is in the parentheses, read as a list. `form` is an example of it.
    fn list<T: Parse>(&self, form: &str) -> Result<Vec<T>> {
        let Value::List(list) = &self.value else { return Err(self.wrong_form(form)) };
        let list = list.parse_args_with(Punctuated::<T, Token![,]>::parse_terminated);
        list.map(|list| list.into_iter().collect()).map_err(|error| {
            Error::new(error.span(), format!("`{}` is written `{form}`", self.name))
        })
    }

    /// The names in `sources(…)`, as identifiers of variants. A path such as `Source::System` is as good.
    fn sources(&self) -> Result<Vec<Ident>> {
        let list: Vec<Path> = self.list("sources(System, Docker)")?;
        if list.is_empty() {
            return Err(Error::new(
                self.name.span(),
                format!(
                    "`sources` is empty, so nothing could supply the value; the sources are {}",
                    SOURCES.join(", ")
                ),
            ));
        }
        let list = list.into_iter().filter_map(|mut path| Some(path.segments.pop()?.ident));
        let mut error: Option<Error> = None;
        let mut sources: Vec<Ident> = Vec::new();
        for source in list {
            let name = source.to_string();
            let mistake = if !SOURCES.contains(&name.as_str()) {
                Error::new(
                    source.span(),
                    format!("`{name}` is not a source; {}", hint(&name, SOURCES)),
                )
            } else if sources.contains(&source) {
                Error::new(source.span(), format!("`{name}` is in this list twice"))
            } else {
                sources.push(source);
                continue;
            };
            match &mut error {
                Some(error) => error.combine(mistake),
                None => error = Some(mistake),
            }
        }
        error.map_or(Ok(sources), Err)
    }

    fn unknown(&self, on: Place) -> Error {
        let name = self.name.to_string();
        let message = if let Some(there) = on.other_place(&name) {
            format!("`{name}` belongs on {there}")
        } else if let Some(advice) = foreign::advice(&name, on) {
            format!("unknown attribute `{name}`; {advice}")
        } else {
            format!("unknown attribute `{name}`; {}", hint(&name, on.names()))
        };
        Error::new(self.name.span(), message)
    }
}

/// What an `#[env(…)]` stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Struct,
    Field,
    Enum,
    Variant,
}

impl Place {
    fn names(self) -> &'static [&'static str] {
        match self {
            Place::Struct => &CONTAINER_NAMES,
            Place::Field => &FIELD_NAMES,
            Place::Enum => &ENUM_NAMES,
            Place::Variant => &VARIANT_NAMES,
        }
    }

    /// Where an attribute of that name can stand, beside this place.
    fn other_place(self, name: &str) -> Option<&'static str> {
        let (other, there) = match self {
            Place::Struct => (Place::Field, "a field"),
            Place::Field => (Place::Struct, "the struct"),
            Place::Enum => (Place::Variant, "a variant"),
            Place::Variant => (Place::Enum, "the enum"),
        };
        other.names().contains(&name).then_some(there)
    }
}

/// The variants of `envaudit::Source`, for messages that name the nearest one. A macro cannot see the enum, so they are a list
/// in a file that a test of the workspace compares with it.
const SOURCES: &[&str] = &include!("sources.list");

/// The path of the library in the crate that derives.
pub(crate) fn default_crate() -> Path {
    let mut path: Path = syn::parse_quote!(::envaudit);
    for segment in &mut path.segments {
        segment.ident.set_span(Span::call_site());
    }
    path
}
