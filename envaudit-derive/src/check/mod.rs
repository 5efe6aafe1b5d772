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
use crate::model::{Field, Model, Role};

pub(crate) fn all(model: &mut Model, errors: &mut Errors) {
    keys::check_prefixes(model, errors);
    keys::check_duplicates(model, errors);
    for at in 0..model.fields.len() {
        let before = errors.count();
        check_field(model, &model.fields[at], errors);
        model.fields[at].sound &= errors.count() == before;
    }
}

fn check_field(model: &Model, field: &Field, errors: &mut Errors) {
    // The others would only say again that the attributes do not go together.
    if !exclusive::check(field, errors) {
        return;
    }
    groups::check(field, errors);
    if matches!(field.role, Role::Value) {
        types::check_owned(field, errors);
        keys::check_names(model, field, errors);
        secrets::check_marked(field, errors);
        secrets::check_named(model, field, errors);
        secrets::check_default(field, errors);
        limits::check_range(field, errors);
        limits::check_one_of(field, errors);
        limits::check_len(field, errors);
        limits::check_separators(field, errors);
        default::check_presence(model, field, errors);
        default::check_value(field, errors);
    }
}
