//! The configuration that a command is about: its keys, and how it is loaded.

mod check;
mod discover;
mod document;
mod embedded;

use std::path::{Path, PathBuf};

use super::args::SchemaArgs;
use super::error::CliError;
use super::invocation::Invocation;
use crate::config::EnvConfig;
use crate::error::LoadError;
use crate::load::{DynamicLoad, LoadSettings};
use crate::schema::table::Table;

/// Where the keys come from.
#[derive(Clone)]
pub(crate) enum SchemaSource {
    /// The struct is part of the program.
    Struct(Subject),
    /// The arguments name it.
    Arguments { schema: Option<PathBuf>, bin: Option<PathBuf>, name: Option<String> },
}

impl SchemaSource {
    pub(super) fn of_struct<T: EnvConfig>() -> Self {
        let load = |settings, _| DynamicLoad::load_as::<T>(settings);
        SchemaSource::Struct(Subject { table: T::TABLE, load, has_schema: true })
    }
}

impl From<SchemaArgs> for SchemaSource {
    fn from(SchemaArgs { schema, bin, name }: SchemaArgs) -> Self {
        SchemaSource::Arguments { schema, bin, name }
    }
}

/// A configuration: its keys, and how it is loaded.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    table: &'static Table,
    load: fn(LoadSettings, &'static Table) -> Result<DynamicLoad, LoadError>,
    /// Whether the keys are those of a struct, and not only discovered.
    has_schema: bool,
}

/// The schema to read if the arguments name none.
const DEFAULT_SCHEMA: &str = "envaudit.schema.json";

impl Subject {
    pub(super) fn new(invocation: &Invocation<'_>) -> Result<Self, CliError> {
        let (schema, bin, name) = match &invocation.schema {
            SchemaSource::Struct(subject) => return Ok(*subject),
            SchemaSource::Arguments { schema, bin, name } => (schema, bin, name.as_deref()),
        };
        if name.is_some() && bin.is_none() {
            return Err(CliError::usage("`--struct` needs `--bin`: it chooses one of its structs"));
        }
        let default = Path::new(DEFAULT_SCHEMA);
        match (schema, bin) {
            (Some(schema), _) => document::read(schema).map(Subject::of_schema),
            (None, Some(bin)) => embedded::read(bin, name).map(Subject::of_schema),
            (None, None) if default.exists() => document::read(default).map(Subject::of_schema),
            (None, None) => Subject::discover(invocation, None),
        }
    }

    /// A configuration whose struct is not part of this program.
    fn of_schema(table: &'static Table) -> Self {
        let load = |settings, table| DynamicLoad::load(&settings, table, check::check);
        Subject { table, load, has_schema: true }
    }

    /// A configuration without a schema: its keys are those that are set.
    fn discover(invocation: &Invocation<'_>, asked: Option<&str>) -> Result<Self, CliError> {
        let prefix = invocation.globals.prefix.as_deref();
        let table = discover::find(&invocation.settings(), prefix, asked)?;
        // Without a schema, any bytes are a valid value.
        let load = |mut settings: LoadSettings, table| {
            settings.keys_are_found = true;
            DynamicLoad::load(&settings, table, |_, _| Ok(()))
        };
        Ok(Subject { table, load, has_schema: false })
    }

    /// The same configuration with this variable of the environment as a key, if there is no schema.
    pub(crate) fn including(
        self,
        key: &str,
        invocation: &Invocation<'_>,
    ) -> Result<Self, CliError> {
        match self.has_schema || invocation.env.get(key).is_none() {
            true => Ok(self),
            false => Subject::discover(invocation, Some(key)),
        }
    }

    /// Whether the keys are those of a struct, and not only discovered.
    pub(crate) fn has_schema(&self) -> bool {
        self.has_schema
    }

    /// The keys.
    pub(crate) fn table(&self) -> &'static Table {
        self.table
    }

    /// Loads it.
    pub(crate) fn load(&self, settings: LoadSettings) -> Result<DynamicLoad, LoadError> {
        (self.load)(settings, self.table)
    }

    /// Loads it as the arguments say; an error ends the command.
    pub(crate) fn load_or_fail(
        &self,
        invocation: &mut Invocation<'_>,
    ) -> Result<DynamicLoad, CliError> {
        let mut settings = invocation.settings();
        settings.policy = invocation.policy()?;
        self.load(settings).map_err(|error| CliError::from(&error))
    }
}
