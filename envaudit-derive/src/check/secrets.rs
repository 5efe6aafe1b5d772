use syn::spanned::Spanned;
use syn::{Expr, ExprLit};

use crate::attr::is_set;
use crate::diagnostics::Errors;
use crate::model::Field;
use crate::names::secret_word;

/// `secret` stands on a secret type. What the macro does not know is asked of the type itself.
pub(super) fn check_marked(field: &Field, errors: &mut Errors) {
    if let Some(secret) = &field.attrs.secret
        && field.ty.is_secret() == Some(false)
    {
        let (name, instead) = (field.ty.name(), instead(field));
        errors.at(
            secret.name.span(),
            format!("`{name}` is not a secret type: `Debug` would show the value; use `{instead}`"),
        );
    }
    if let Some(public) = &field.attrs.public
        && field.ty.is_secret() == Some(true)
    {
        let name = field.ty.name();
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
    let word = secret_word(&field.name()).or_else(|| secret_word(&field.key().text));
    if let Some(word) = word {
        let (name, instead) = (field.ty.name(), instead(field));
        let message = format!(
            "a field named like a secret (`{word}`) has the type `{name}`, which shows its value; \
             use `{instead}`, or say `#[env(public)]` if it is none"
        );
        errors.at(field.ty.written.span(), message);
    }
}

/// No secret is written into the program.
pub(super) fn check_default(field: &Field, errors: &mut Errors) {
    if let Some(default) = &field.attrs.default
        && let Some(Expr::Lit(ExprLit { lit, .. })) = &default.value
        && field.ty.is_secret() == Some(true)
    {
        errors.at(
            lit.span(),
            "a secret is no secret when its default stands in the program; remove the default",
        );
    }
}

fn instead(field: &Field) -> &'static str {
    if field.ty.is_option() { "Option<SecretString>" } else { "SecretString" }
}
