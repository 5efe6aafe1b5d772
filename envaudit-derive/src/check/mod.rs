//! What can be wrong with a struct whose attributes could all be read. One function a rule; none of them sees tokens.

mod default;
mod exclusive;
mod groups;
mod keys;
mod limits;
mod literal;
mod secrets;
mod types;

use crate::diagnostics::Errors;
use crate::model::{Model, Role};

pub(crate) fn all(model: &Model, errors: &mut Errors) {
    keys::check_prefixes(model, errors);
    keys::check_duplicates(model, errors);
    for field in &model.fields {
        // The others would only say again that the attributes do not go together.
        if !exclusive::check(field, errors) {
            continue;
        }
        groups::check(field, errors);
        if matches!(field.role, Role::Value) {
            types::check_owned(field, errors);
            keys::check_names(model, field, errors);
            secrets::check_marked(field, errors);
            secrets::check_named(field, errors);
            secrets::check_default(field, errors);
            limits::check_range(field, errors);
            limits::check_one_of(field, errors);
            limits::check_len(field, errors);
            limits::check_separators(field, errors);
            default::check_presence(model, field, errors);
            default::check_value(field, errors);
        }
    }
}
