//! Rules about secret fields.

use syn::{Expr, Lit};

use crate::diagnostics::Errors;
use crate::exposure::Exposure;
use crate::model::{Field, Model};
use crate::secrecy::{marked_text, named_like_secret};

/// `secret` is for any type but a plain text, whose `Debug` would show it while a secret type can take its place.
pub(super) fn check_marked(field: &Field, errors: &mut Errors) {
    if let Some(secret) = &field.attrs.secret
        && field.ty.is_text()
    {
        errors.at(secret.name.span(), marked_text(field));
    }
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
