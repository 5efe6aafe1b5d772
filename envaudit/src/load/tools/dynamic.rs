//! A load that does not know the struct: for tools that know its keys alone.

use core::iter::Zip;
use core::slice;

use crate::audit::{Audit, AuditEntry, AuditFields, BLANK};
use crate::config::EnvConfig;
use crate::error::LoadError;
use crate::load::attempts::Attempts;
use crate::load::inputs::Inputs;
use crate::load::key_slot::KeySlot;
use crate::load::layers::Layers;
use crate::load::loaded_texts::LoadedTexts;
use crate::load::loader::Loader;
use crate::load::reader::FieldReader;
use crate::load::settings::LoadSettings;
use crate::load::{ErasedLoad, Loaded};
use crate::schema::table::Table;
use crate::schema::{KeyRequest, Member, Schema};
use crate::value::{Raw, ValueError};

/// What a load gave, without the struct: where each value came from, and its text.
pub(crate) struct DynamicLoad {
    table: &'static Table,
    audit: Audit<Entries>,
    texts: LoadedTexts,
}

/// The entries in the order of the keys.
#[derive(Clone)]
pub(crate) struct Entries(Vec<AuditEntry>);

impl AuditFields for Entries {
    const __BLANK: Self = Entries(Vec::new());

    fn __entry(&self, index: usize) -> Result<&AuditEntry, usize> {
        self.0.get(index).ok_or(index)
    }
}

impl<T: EnvConfig> From<Loaded<T>> for DynamicLoad {
    fn from(loaded: Loaded<T>) -> Self {
        let audit = &loaded.audit;
        let environment = audit.environment().map(str::to_owned);
        let mut untyped: Audit<Entries> = Audit::blank(T::TABLE, environment);
        *untyped.fields_mut() = Entries(audit.entries().cloned().collect());
        untyped.set_warnings(audit.warnings().to_vec());
        DynamicLoad { table: T::TABLE, audit: untyped, texts: loaded.texts }
    }
}

/// Reads a value and checks it, as far as the metadata say how.
pub(crate) type Check = fn(&KeyRequest, &Raw<'_>) -> Result<(), ValueError>;

impl DynamicLoad {
    /// Loads with the settings of a typed load.
    pub(crate) fn load_as<T: EnvConfig>(settings: LoadSettings) -> Result<Self, LoadError> {
        Loader::<T>::with(settings).load().map(DynamicLoad::from)
    }

    /// Loads what the table names.
    pub(crate) fn load(
        settings: &LoadSettings,
        table: &'static Table,
        check: Check,
    ) -> Result<Self, LoadError> {
        let mut attempts = Attempts::default();
        loop {
            if let Some(result) = Self::attempt(settings, table, check, &mut attempts) {
                return result;
            }
        }
    }

    /// `None` where it has to be tried again.
    fn attempt(
        settings: &LoadSettings,
        table: &'static Table,
        check: Check,
        attempts: &mut Attempts,
    ) -> Option<Result<Self, LoadError>> {
        let inputs = Inputs::of(settings);
        let mut layers = Layers::new(&inputs, table);
        let mut slots: Vec<KeySlot> = table.leaves.iter().map(|_| KeySlot::EMPTY).collect();
        layers.fill(&mut slots);
        let noted = layers.take_notes();
        let environment = inputs.environment().unwrap_or_default().map(str::to_owned);
        let mut audit: Audit<Entries> = Audit::blank(table, environment);
        *audit.fields_mut() = Entries(vec![BLANK; table.leaves.len()]);
        let mut reader =
            FieldReader::new(settings, &layers, table, &mut slots, settings.now(), noted);
        let rest = table.leaves.iter().zip(&mut audit.fields_mut().0);
        read(&mut reader, &mut Walk { schema: table.schema, rest, check });
        let texts = reader.take_texts();
        let (mut problems, warnings) = reader.finish();
        if layers.is_torn() {
            problems.push(attempts.give_up()?);
        }
        audit.set_warnings(warnings);
        settings.check_policy(&audit, &mut problems);
        Some(match problems.is_empty() {
            true => Ok(DynamicLoad { table, audit, texts }),
            false => Err(LoadError::new(table.schema.name, problems)),
        })
    }

    pub(crate) fn audit(&self) -> &Audit<Entries> {
        &self.audit
    }

    pub(crate) fn erased(&self) -> ErasedLoad<'_> {
        ErasedLoad::new(self.table, &self.audit, &self.texts)
    }
}

/// The way through a struct and those nested in it.
struct Walk<'w> {
    schema: &'static Schema,
    /// The keys that have not been read yet, and their entries.
    rest: Zip<slice::Iter<'static, KeyRequest>, slice::IterMut<'w, AuditEntry>>,
    check: Check,
}

/// Reads every field, as the code of the derive does.
fn read(reader: &mut FieldReader<'_>, walk: &mut Walk<'_>) -> Option<()> {
    let outer = walk.schema;
    for member in outer.members {
        match member {
            Member::Field(field) => {
                let (request, entry) = walk.rest.next()?;
                let absent = if field.required() { || Ok(None) } else { || Ok(Some(())) };
                reader.field(entry, |raw| (walk.check)(request, raw), absent);
            }
            Member::Group(group) => {
                walk.schema = group.schema;
                let count = group.schema.count();
                match group.optional {
                    true => drop(reader.optional_group(group.field, count, walk, read)),
                    false => drop(read(reader, walk)),
                }
                walk.schema = outer;
            }
        }
    }
    Some(())
}
