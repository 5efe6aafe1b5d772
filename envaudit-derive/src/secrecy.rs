//! What is said of fields that are secret, or named as if they were. A check says it where the type is known to the macro, the
//! generated code where only the compiler knows it.

use envaudit_redact::secret_word;

use crate::attr::is_set;
use crate::model::{Field, Model};
use crate::names::snake;
use crate::ty::Leaf;

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
