//! Rules about `nested` and `flatten`.

use crate::diagnostics::Errors;
use crate::model::{Field, Role};
use crate::ty::Kind;

/// `nested` and `flatten` are about a struct.
pub(super) fn check(field: &Field, errors: &mut Errors) {
    if let Role::Group { ty, .. } = &field.role
        && field.holds_no_struct()
    {
        let word = if field.attrs.flatten.is_some() { "flatten" } else { "nested" };
        let inner = field.group_type();
        let hint = match inner.kind {
            Kind::List(_) | Kind::Array(..) | Kind::Map(..) => {
                "; use `json` to read several structs from one variable"
            }
            Kind::Option(_) if field.ty.is_option() => "; one `Option` is enough",
            Kind::Option(_) => "; put the `Option` around the box",
            _ => "; remove the attribute to read it from one variable",
        };
        let name = field.ty.within_option().name();
        let message = format!(
            "`{word}` is about a struct that derives `EnvConfig`, but the field is `{name}`{hint}"
        );
        errors.on(ty, message);
    }
}
