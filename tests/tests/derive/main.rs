//! What the derive makes of a struct: keys, types, checks, documents.

mod checks;
mod checks_rules;
mod checks_validate;
mod contract_attributes;
mod contract_example;
mod keys;
mod keys_boxed;
mod keys_deprecated;
mod keys_nested;
mod keys_optional_group;
mod rendering;
mod rendering_optional_group;
mod values_absence;
mod values_collections;
mod values_defaults;
mod values_marked_secret;
mod values_own_types;
mod values_properties;
mod values_scalars;
mod values_secrets;
#[cfg(feature = "types")]
mod values_types;
