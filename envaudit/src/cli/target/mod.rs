//! The configuration that is asked about: whose keys, and how they are loaded.

mod check;
mod document;
mod embedded;
mod found;

use std::path::{Path, PathBuf};

use super::args::Keys;
use super::failure::Failure;
use super::world::World;
use crate::config::EnvConfig;
use crate::error::LoadError;
use crate::load::{LoadSettings, Untyped};
use crate::schema::table::Table;

/// Where the keys come from.
#[derive(Clone)]
pub(crate) enum Origin {
    /// The struct is part of the program.
    Struct(Target),
    /// As the arguments say.
    Arguments { schema: Option<PathBuf>, bin: Option<PathBuf>, name: Option<String> },
}

impl Origin {
    pub(super) fn of<T: EnvConfig>() -> Self {
        let load = |settings, _| Untyped::load_as::<T>(settings);
        Origin::Struct(Target { table: T::TABLE, load, has_schema: true })
    }
}

impl From<Keys> for Origin {
    fn from(Keys { schema, bin, name }: Keys) -> Self {
        Origin::Arguments { schema, bin, name }
    }
}

/// A configuration: its keys, and how it is loaded.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    table: &'static Table,
    load: fn(LoadSettings, &'static Table) -> Result<Untyped, LoadError>,
    /// Whether the keys are those of a struct, and not merely what was found.
    has_schema: bool,
}

/// What is read when the arguments name nothing.
const DEFAULT_SCHEMA: &str = "envaudit.schema.json";

impl Target {
    pub(super) fn of(world: &World<'_>) -> Result<Self, Failure> {
        let (schema, bin, name) = match &world.origin {
            Origin::Struct(target) => return Ok(*target),
            Origin::Arguments { schema, bin, name } => (schema, bin, name.as_deref()),
        };
        if name.is_some() && bin.is_none() {
            return Err(Failure::usage(
                "`--struct` chooses among those of `--bin`, which is not given",
            ));
        }
        let default = Path::new(DEFAULT_SCHEMA);
        match (schema, bin) {
            (Some(schema), _) => document::read(schema).map(Target::known),
            (None, Some(bin)) => embedded::read(bin, name).map(Target::known),
            (None, None) if default.exists() => document::read(default).map(Target::known),
            (None, None) => Target::found(world, None),
        }
    }

    /// Of a struct that is not part of this program.
    fn known(table: &'static Table) -> Self {
        let load = |settings, table| Untyped::load(&settings, table, check::check);
        Target { table, load, has_schema: true }
    }

    /// Of what is there.
    fn found(world: &World<'_>, asked: Option<&str>) -> Result<Self, Failure> {
        let prefix = world.globals.prefix.as_deref();
        let table = found::find(&world.settings(), prefix, asked)?;
        // Any bytes are a value of a variable of which nothing is known.
        let load = |settings, table| Untyped::load(&settings, table, |_, _| Ok(()));
        Ok(Target { table, load, has_schema: false })
    }

    /// The same, with this variable of the environment among the keys, unless they are those of a struct.
    pub(crate) fn including(self, key: &str, world: &World<'_>) -> Result<Self, Failure> {
        match self.has_schema || world.env.get(key).is_none() {
            true => Ok(self),
            false => Target::found(world, Some(key)),
        }
    }

    /// Whether the keys are those of a struct, and not merely what was found.
    pub(crate) fn has_schema(&self) -> bool {
        self.has_schema
    }

    /// The keys.
    pub(crate) fn table(&self) -> &'static Table {
        self.table
    }

    /// Loads it.
    pub(crate) fn load(&self, settings: LoadSettings) -> Result<Untyped, LoadError> {
        (self.load)(settings, self.table)
    }

    /// Loads it as the arguments say, for a command that has no answer without it.
    pub(crate) fn load_or_fail(&self, world: &World<'_>) -> Result<Untyped, Failure> {
        let mut settings = world.settings();
        settings.policy = world.policy()?;
        self.load(settings).map_err(|error| Failure::of_load(&error))
    }
}
