//! The keys without a schema: those in the `.env` files, in the secret folders, and in the environment with the prefix.

use std::collections::BTreeMap;

use crate::cli::error::CliError;
use crate::ledger::is_secret_name;
use crate::load::{LoadSettings, keys_of_files};
use crate::schema::owned::{OwnedSchema, Variable, text};
use crate::schema::table::Table;
use crate::schema::{FieldSchema, Shape};

/// Makes a table of the keys that are set. Every variable is an optional text. It is a secret if it is named like one or is
/// in a folder of secrets. The key `asked` is always in the table.
pub(super) fn find(
    settings: &LoadSettings,
    prefix: Option<&str>,
    asked: Option<&str>,
) -> Result<&'static Table, CliError> {
    let mut keys: BTreeMap<String, bool> = BTreeMap::new();
    for (key, in_secret_folder) in keys_of_files(settings) {
        let secret = in_secret_folder || is_secret_name(&key);
        *keys.entry(key).or_default() |= secret;
    }
    if let Some(prefix) = prefix {
        for key in settings.environment.names() {
            if key.starts_with(prefix) {
                let secret = is_secret_name(&key);
                *keys.entry(key).or_default() |= secret;
            }
        }
    }
    if let Some(asked) = asked {
        *keys.entry(asked.to_owned()).or_default() |= is_secret_name(asked);
    }
    let variables = keys.into_iter().map(|(key, secret)| Variable {
        names: vec![key.clone()],
        deprecated_names: Vec::new(),
        sources: None,
        field: FieldSchema::new(text(key), "", "", "", Shape::Text, true, secret),
    });
    let schema = OwnedSchema {
        name: "the configuration".to_owned(),
        docs: String::new(),
        prefix: prefix.unwrap_or_default().to_owned(),
        variables: variables.collect(),
        optional_groups: Vec::new(),
    };
    schema.into_table().map_err(|reason| {
        CliError::unavailable(format!("the variables that were found are not a configuration: {reason}")).hint(
            "`--prefix` and `--env-file` say where to look, `--schema` and `--bin` which variables there are",
        )
    })
}
