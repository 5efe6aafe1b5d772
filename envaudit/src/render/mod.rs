//! Documents made from the metadata alone, without loading anything.

mod json_schema;
mod markdown;
mod need;
mod schema_json;
mod template;

pub(crate) use json_schema::json_schema;
pub(crate) use markdown::markdown;
#[cfg(feature = "cli")]
pub(crate) use schema_json::VERSION;
pub(crate) use schema_json::schema_json;
pub(crate) use template::template;
