//! The configuration that is asked about: whose keys, and how they are loaded.

use std::path::PathBuf;

use super::args::Keys;
use super::failure::Failure;
use super::world::World;
use crate::config::EnvConfig;
use crate::error::LoadError;
use crate::load::{Settings, Untyped};
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
        Origin::Struct(Target {
            table: T::TABLE,
            load: |settings, _| Untyped::load_as::<T>(settings),
        })
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
    load: fn(Settings, &'static Table) -> Result<Untyped, LoadError>,
}

impl Target {
    pub(super) fn of(world: &World<'_>) -> Result<Self, Failure> {
        match &world.origin {
            Origin::Struct(target) => Ok(*target),
            Origin::Arguments { .. } => Err(Failure::usage("not yet")),
        }
    }

    /// The keys.
    pub(crate) fn table(&self) -> &'static Table {
        self.table
    }

    /// Loads it.
    pub(crate) fn load(&self, settings: Settings) -> Result<Untyped, LoadError> {
        (self.load)(settings, self.table)
    }

    /// Loads it as the arguments say, for a command that has no answer without it.
    pub(crate) fn load_or_fail(&self, world: &World<'_>) -> Result<Untyped, Failure> {
        let mut settings = world.settings();
        settings.policy = world.policy()?;
        self.load(settings).map_err(|error| Failure {
            message: Some(error.to_string().trim_end().to_owned()),
            ..Failure::finding()
        })
    }
}
