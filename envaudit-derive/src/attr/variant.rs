//! `#[env(…)]` on an enum that derives `EnvValue`, and on its variants.

use syn::{Attribute, LitStr, Path};

use super::{Place, Set, arguments};
use crate::diagnostics::Errors;

/// The attributes of an enum that derives `EnvValue`.
#[derive(Default)]
pub(crate) struct EnumAttrs {
    pub(crate) krate: Set<Path>,
}

/// The attributes of one of its variants.
#[derive(Default)]
pub(crate) struct VariantAttrs {
    pub(crate) rename: Set<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
}

impl EnumAttrs {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attrs = EnumAttrs::default();
        for argument in arguments(attributes, errors) {
            match argument.name.to_string().as_str() {
                "crate" => argument.set(&mut attrs.krate, argument.krate(), errors),
                _ => errors.push(argument.unknown(Place::Enum)),
            }
        }
        attrs
    }
}

impl VariantAttrs {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attrs = VariantAttrs::default();
        for argument in arguments(attributes, errors) {
            match argument.name.to_string().as_str() {
                "rename" => argument.set(&mut attrs.rename, argument.text(), errors),
                "alias" => attrs.aliases.extend(errors.keep(argument.text())),
                _ => errors.push(argument.unknown(Place::Variant)),
            }
        }
        attrs
    }
}
