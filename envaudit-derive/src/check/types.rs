//! Rules about the type of a field.

use syn::Type;

use crate::diagnostics::Errors;
use crate::model::Field;
use crate::source_text::source_text;

/// What is read belongs to the struct.
pub(super) fn check_owned(field: &Field, errors: &mut Errors) {
    let element = field.ty.element();
    if let Type::Reference(reference) = &element.written
        && !field.has_own_parser()
    {
        let instead = match source_text(&reference.elem).as_str() {
            "str" => "String".to_owned(),
            "Path" | "std::path::Path" => "PathBuf".to_owned(),
            elem => elem.to_owned(),
        };
        let name = element.name();
        let message = format!(
            "`{name}` borrows, but nothing else owns the value that is read; use `{instead}`"
        );
        errors.on(reference, message);
    }
}
