//! Which variables the files and folders of a load have, for tools that do not know the struct.

use super::layers::{LayerKind, Layers};
use super::settings::LoadSettings;
use crate::schema::Schema;
use crate::schema::table::Table;

const NOTHING: &Schema = &Schema::new("", "", &[]);
const NO_KEYS: &Table = &Table::new(NOTHING, &[], &[], &[]);

/// The names, and of each whether it stands in a folder of secrets. What cannot be read is left to the load to report.
pub(crate) fn keys_of_files(settings: &LoadSettings) -> Vec<(String, bool)> {
    let layers = Layers::new(settings, NO_KEYS);
    let mut keys = Vec::new();
    for layer in layers.all() {
        match &layer.kind {
            LayerKind::EnvFile(file) => {
                let names = file.assignments().flatten().map(|found| found.name.to_owned());
                keys.extend(names.map(|name| (name, false)));
            }
            LayerKind::Folder(folder) => {
                keys.extend(folder.keys().map(|key| (key, true)));
            }
            LayerKind::Fetched(..) => {}
        }
    }
    keys
}
