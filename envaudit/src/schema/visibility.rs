//! Whether a value of a field may be shown, by the field's name and form.

use envaudit_redact::{is_address_name, is_description, is_secret_name};

use super::table::KeyRequest;
use super::{FieldSchema, Shape};

impl KeyRequest {
    /// Whether the field is called like a secret, and does not say that it is none.
    ///
    /// A number, a duration or a path of a name that only describes a secret is none: `token_ttl`, `private_key_path`. For
    /// those the names are looked at without the prefixes, which are the service's own.
    pub(crate) fn is_named_like_a_secret(&self) -> bool {
        let field = self.field;
        if field.public {
            return false;
        }
        if field.shape.could_hold_secret() {
            return self.names().any(is_secret_name) || is_secret_name(field.field);
        }
        own_names(field).any(|name| is_secret_name(name) && !is_description(name))
    }

    /// Whether nothing of a value may be shown.
    pub(crate) fn hides_value(&self) -> bool {
        self.is_secret() || self.is_named_like_a_secret() || self.hides_form()
    }

    /// Whether a value may have a secret in it that no name tells of: a document, the address of a database.
    pub(crate) fn hides_form(&self) -> bool {
        is_json(self.field.shape)
            || self.field.shape.could_hold_secret() && self.names().any(is_address_name)
    }
}

fn own_names(field: &FieldSchema) -> impl Iterator<Item = &'static str> {
    [field.field, field.name].into_iter().chain(field.aliases.iter().map(|alias| alias.name))
}

fn is_json(shape: Shape) -> bool {
    matches!(shape, Shape::Json) || shape.element().is_some_and(is_json)
}
