//! Rules about secret fields.

use envaudit_redact::secret_word;
use syn::{Expr, Lit};

use crate::attr::is_set;
use crate::diagnostics::Errors;
use crate::exposure::Exposure;
use crate::model::{Field, Model};
use crate::names::snake;
use crate::ty::Leaf;

/// `secret` is for any type but a plain text, whose `Debug` would show it while a secret type can take its place.
pub(super) fn check_marked(field: &Field, errors: &mut Errors) {
    if let Some(secret) = &field.attrs.secret
        && field.ty.is_text()
    {
        errors.at(secret.name.span(), marked_text(field));
    }
}

/// What is wrong with `secret` on a plain text.
pub(crate) fn marked_text(field: &Field) -> String {
    let (name, instead) = (field.ty.name(), instead(field));
    format!("`{name}` is not a secret type: `Debug` would show the value; use `{instead}`")
}

/// What is wrong with `public` on a secret type.
pub(crate) fn public_secret(field: &Field) -> String {
    let name = field.ty.name();
    format!("`{name}` is a secret type; remove `public`, or use a plain type")
}

/// What could hold a secret is not named like one.
pub(super) fn check_named(model: &Model, field: &Field, errors: &mut Errors) {
    let is_known = field.ty.is_text() || field.ty.perhaps_secret().is_empty();
    if let Exposure::Known(true) = field.ty.exposure()
        && is_known
        && let Some(message) = named_like_secret(model, field, field.ty.is_text())
    {
        errors.on(&field.ty.written, message);
    }
}

/// What is wrong with a field that is named like a secret, if its type could hold one.
pub(crate) fn named_like_secret(model: &Model, field: &Field, is_text: bool) -> Option<String> {
    if is_set(&field.attrs.public) || is_set(&field.attrs.secret) {
        return None;
    }
    let what = match (secret_word_of(model, field), field.ty.secret_name()) {
        (Some(word), _) => format!("a field named like a secret (`{word}`) has the type"),
        (None, Some(ty)) => {
            format!("a field whose type is named like a secret (`{ty}`) has the type")
        }
        (None, None) => return None,
    };
    let (name, instead) = (field.ty.name(), instead(field));
    let remedy = match (is_text, field.ty.element().is_text()) {
        (true, _) => format!("which shows its value; use `{instead}`"),
        (false, true) if !field.ty.is_map() => {
            format!("which shows its value; use `{instead}`, mask it with `#[env(secret)]`")
        }
        (false, _) => "which may show its value; mask it with `#[env(secret)]`".to_owned(),
    };
    Some(format!("{what} `{name}`, {remedy}, or say `#[env(public)]` if it is none"))
}

/// The word of a secret in any name of the field.
fn secret_word_of(model: &Model, field: &Field) -> Option<String> {
    let prefix =
        model.attrs.prefix.as_ref().map_or_else(String::new, |prefix| prefix.value.value());
    // A prefix can make a secret of a name: `API_` and `KEY`. One that is a secret by itself says nothing of the field, and
    // `APP_` stands before the names of any program.
    let counts = secret_word(&prefix).is_none() && !prefix.ends_with("APP_");
    let names = std::iter::once(field.key()).chain(field.aliases()).flat_map(|name| {
        let full = (counts && !name.exact).then(|| format!("{prefix}{}", name.text));
        [Some(name.text), full]
    });
    let mut names = std::iter::once(field.name()).chain(names.flatten());
    names.find_map(|name| secret_word(&name).map(snake))
}

/// No secret is written into the program.
pub(super) fn check_default(field: &Field, errors: &mut Errors) {
    if let Some(default) = &field.attrs.default
        && let Some(lit) = default.value.as_ref().and_then(literal_within)
        && field.says_secret()
    {
        errors.on(lit, "a default in the program would make the secret public; remove the default");
    }
}

/// The literal that an expression only wraps: `"…".into()`, `SecretString::from("…")`, `[0; 32]`.
fn literal_within(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(expr) => Some(&expr.lit),
        Expr::Group(group) => literal_within(&group.expr),
        Expr::Paren(paren) => literal_within(&paren.expr),
        Expr::Reference(reference) => literal_within(&reference.expr),
        Expr::Unary(unary) => literal_within(&unary.expr),
        Expr::Array(array) => array.elems.iter().find_map(literal_within),
        Expr::Repeat(repeat) => literal_within(&repeat.expr),
        Expr::MethodCall(call) if call.args.is_empty() => literal_within(&call.receiver),
        Expr::Call(call) if call.args.len() == 1 => match &*call.func {
            Expr::Path(path) => {
                let function = &path.path.segments.last()?.ident;
                let wraps = function == "from" || function == "new";
                literal_within(call.args.first().filter(|_| wraps)?)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The type with what it holds made secret.
fn instead(field: &Field) -> String {
    let (ty, element) = (field.ty.name(), field.ty.element());
    let (name, leaf) = (element.name(), element.leaf());
    let secret = match leaf {
        Some(Leaf::Int { .. } | Leaf::Float | Leaf::Char | Leaf::Bool) => {
            format!("SecretBox<{name}>")
        }
        _ => "SecretString".to_owned(),
    };
    match ty.rfind(&name) {
        Some(at) => format!("{}{secret}{}", &ty[..at], &ty[at + name.len()..]),
        None => secret,
    }
}
