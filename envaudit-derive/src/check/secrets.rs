//! Rules about secret fields.

use envaudit_redact::secret_word;
use syn::{Expr, Lit};

use crate::attr::is_set;
use crate::diagnostics::Errors;
use crate::model::Field;
use crate::names::snake;
use crate::ty::{Leaf, Secrecy};

/// `secret` is for a secret type. A type that the macro does not know is asked itself.
pub(super) fn check_marked(field: &Field, errors: &mut Errors) {
    let (name, holds_secret) = (field.ty.name(), field.ty.holds_secret());
    if let Some(secret) = &field.attrs.secret
        && field.ty.is_secret() == Some(false)
    {
        let message = if matches!(holds_secret, Secrecy::Known(true)) {
            format!(
                "`{name}` is not a secret type itself, but is masked because of what it holds; remove `secret`"
            )
        } else {
            let instead = instead(field);
            format!("`{name}` is not a secret type: `Debug` would show the value; use `{instead}`")
        };
        errors.at(secret.name.span(), message);
    }
    if let Some(public) = &field.attrs.public
        && matches!(holds_secret, Secrecy::Known(true))
    {
        errors.at(
            public.name.span(),
            format!("`{name}` is a secret type; remove `public`, or use a plain type"),
        );
    }
}

/// A plain text is not named like a secret.
pub(super) fn check_named(field: &Field, errors: &mut Errors) {
    if !field.ty.is_plain_string() || is_set(&field.attrs.public) || is_set(&field.attrs.secret) {
        return;
    }
    let names = std::iter::once(field.name())
        .chain(std::iter::once(field.key()).chain(field.aliases()).map(|name| name.text));
    let word = names.into_iter().find_map(|name| secret_word(&name).map(snake));
    if let Some(word) = word {
        let (name, instead) = (field.ty.name(), instead(field));
        let message = format!(
            "a field named like a secret (`{word}`) has the type `{name}`, which shows its value; \
             use `{instead}`, or say `#[env(public)]` if it is none"
        );
        errors.on(&field.ty.written, message);
    }
}

/// No secret is written into the program.
pub(super) fn check_default(field: &Field, errors: &mut Errors) {
    if let Some(default) = &field.attrs.default
        && let Some(lit) = default.value.as_ref().and_then(literal_within)
        && matches!(field.ty.holds_secret(), Secrecy::Known(true))
    {
        errors.on(lit, "a default in the program would make the secret public; remove the default");
    }
}

/// The literal that an expression only wraps: `"…".into()`, `SecretString::from("…")`.
fn literal_within(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(expr) => Some(&expr.lit),
        Expr::Group(group) => literal_within(&group.expr),
        Expr::Paren(paren) => literal_within(&paren.expr),
        Expr::Reference(reference) => literal_within(&reference.expr),
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
