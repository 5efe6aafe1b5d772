//! A load, a watch and an explanation have one list of inputs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::inputs::{InputKind, Inputs};
use crate::load::WatchedPaths;
use crate::load::explain;
use crate::load::layers::Layers;
use crate::load::settings::LoadSettings;
use crate::schema::table::Table;
use crate::sources::provider::AskedProvider;
use crate::sources::{Source, SourceSet};
use crate::{Ask, EnvConfig, Fetched, Provider, ProviderError};

#[derive(EnvConfig)]
#[env(crate = "crate")]
#[expect(dead_code, reason = "it is there for its key")]
struct Config {
    port: Option<u16>,
}

const TABLE: &Table = Config::TABLE;

struct Store(Source);

impl Provider for Store {
    fn name(&self) -> &str {
        "a store"
    }

    fn source(&self) -> Source {
        self.0
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        Ok(Fetched::new())
    }
}

/// A folder with everything that the settings below name, in it `PORT` where a file has it.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for name in ["docker", "docker-too", "k8s"] {
        std::fs::create_dir(dir.path().join(name)).expect("a folder");
    }
    for name in [".env", ".env.prod", "one.env", "two.env", "docker/port", "k8s/PORT"] {
        std::fs::write(dir.path().join(name), "PORT=1\n").expect("a file");
    }
    dir
}

/// Settings of every shape: with and without names for each of the paths, each source left out, orders turned round.
fn all_settings(dir: &Path) -> Vec<LoadSettings> {
    let mut all = Vec::new();
    for shape in 0..1_u32 << 5 {
        let is = |bit: u32| shape & (1 << bit) != 0;
        for source in Source::ALL {
            let mut settings = LoadSettings::new();
            settings.environment = crate::sources::environment::Environment::given([("A", "")]);
            settings.dir = Some(dir.to_owned());
            settings.environment_name = is(0).then(|| "prod".to_owned());
            if is(1) {
                settings.dotenv = vec![dir.join("one.env"), dir.join("two.env")];
            }
            // Never the folders of the machine itself.
            settings.docker = vec![dir.join("docker"), dir.join("docker-too")];
            settings.k8s = vec![dir.join("k8s")];
            settings.ci = is(2);
            if is(3) {
                settings.without = SourceSet::of(&[*source]);
            }
            settings.providers =
                vec![AskedProvider::new(Store(*source)), AskedProvider::new(Store(Source::Aws))];
            if is(4) {
                for (rank, source) in Source::ALL.iter().rev().enumerate() {
                    settings.ranks[*source as usize] = rank as u8;
                }
            }
            all.push(settings);
        }
    }
    all
}

fn paths<'i>(inputs: &'i Inputs<'_>) -> impl Iterator<Item = (Source, PathBuf)> + 'i {
    inputs.list().into_iter().filter_map(|input| match input.kind {
        InputKind::Folder(path) | InputKind::EnvFile(path) => {
            Some((input.source, path.path.into_owned()))
        }
        _ => None,
    })
}

#[test]
fn a_load_opens_a_watch_follows_and_an_explanation_lists_the_same_files_in_the_same_order() {
    let dir = folder();
    for settings in all_settings(dir.path()) {
        let inputs = Inputs::of(&settings);
        let listed: Vec<(Source, PathBuf)> = paths(&inputs).collect();

        let layers = Layers::new(&inputs, TABLE);
        let opened = layers.all().iter().filter(|layer| layer.kind.provider().is_none());
        let opened: Vec<(Source, PathBuf)> =
            opened.map(|layer| (layer.source, layer.kind.place().into())).collect();
        assert_eq!(opened, listed);

        let watched = WatchedPaths::of(&inputs, TABLE);
        let watched: BTreeSet<PathBuf> = watched.files.into_iter().chain(watched.folders).collect();
        let all: BTreeSet<PathBuf> = listed.iter().map(|(_, path)| path.clone()).collect();
        assert_eq!(watched, all);

        let steps = explain(&settings, TABLE, &TABLE.leaves[0]);
        let told = steps.iter().filter_map(|step| Some((step.source, step.place.as_deref()?)));
        let told: Vec<(Source, PathBuf)> = told
            .filter(|(_, place)| *place != "a store")
            .map(|(source, place)| (source, place.into()))
            .collect();
        assert_eq!(told, listed);
    }
}

#[test]
fn every_source_is_listed_in_the_order_of_precedence() {
    let dir = folder();
    for settings in all_settings(dir.path()) {
        let inputs = Inputs::of(&settings);
        let mut sources: Vec<Source> =
            inputs.list().into_iter().map(|input| input.source).collect();
        assert!(sources.is_sorted_by_key(|source| settings.rank(*source)));
        sources.dedup();
        assert_eq!(sources.len(), Source::ALL.len());
    }
}

#[test]
fn the_default_folders_and_files_are_read_where_none_is_named() {
    let mut settings = LoadSettings::new();
    settings.environment_name = Some("prod".to_owned());
    let inputs = Inputs::of(&settings);
    let listed: Vec<(Source, PathBuf)> = paths(&inputs).collect();
    let expected = [
        (Source::Docker, "/run/secrets"),
        (Source::K8s, "/etc/secrets"),
        (Source::FileEnv, ".env.prod"),
        (Source::File, ".env"),
    ];
    assert_eq!(listed, expected.map(|(source, path)| (source, path.into())));
}
