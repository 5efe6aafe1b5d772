//! `#[env(…)]` on the struct.

use proc_macro2::Ident;
use syn::{Attribute, ExprPath, LitStr, Path};

use super::{Place, Set, arguments};
use crate::diagnostics::Errors;

/// The attributes of the struct.
#[derive(Default)]
pub(crate) struct ContainerAttrs {
    pub(crate) prefix: Set<LitStr>,
    pub(crate) audit: Set<Ident>,
    pub(crate) sources: Set<Vec<Ident>>,
    pub(crate) validate: Set<ExprPath>,
    pub(crate) krate: Set<Path>,
}

impl ContainerAttrs {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attrs = ContainerAttrs::default();
        for argument in arguments(attributes, errors) {
            match argument.name.to_string().as_str() {
                "prefix" => argument.set(&mut attrs.prefix, argument.text(), errors),
                "audit" => {
                    argument.set(&mut attrs.audit, argument.code("audit = \"Name\""), errors);
                }
                "sources" => argument.set(&mut attrs.sources, argument.sources(), errors),
                "validate" => argument.set(&mut attrs.validate, argument.path(), errors),
                "crate" => argument.set(&mut attrs.krate, argument.krate(), errors),
                _ => errors.push(argument.unknown(Place::Struct)),
            }
        }
        attrs
    }
}
