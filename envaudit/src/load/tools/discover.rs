//! Which variables the files and folders of a load have, for tools that do not know the struct.

use crate::load::inputs::{Input, InputKind, Inputs};
use crate::load::layers::Layers;
use crate::load::settings::LoadSettings;
use crate::schema::Schema;
use crate::schema::table::Table;

const NOTHING: &Schema = &Schema::new("", "", &[]);
const NO_KEYS: &Table = &Table::new(NOTHING, &[], &[], &[]);

/// The names, and whether each is in a folder of secrets. A file that cannot be read is left to the load to report.
pub(crate) fn keys_of_files(settings: &LoadSettings) -> Vec<(String, bool)> {
    let inputs = Inputs::of(settings);
    let layers = Layers::new(&inputs, NO_KEYS);
    layers.all().iter().flat_map(|layer| layer.kind.variables()).collect()
}

/// The files and folders that a load reads, whether they exist or not.
pub(crate) fn places(settings: &LoadSettings) -> Vec<String> {
    let inputs = Inputs::of(settings);
    let shown = |input: &Input<'_>| match &input.kind {
        InputKind::Folder(path) | InputKind::EnvFile(path) => Some(path.path.display().to_string()),
        _ => None,
    };
    inputs.list().iter().filter_map(shown).collect()
}
