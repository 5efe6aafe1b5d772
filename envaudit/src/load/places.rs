//! Where a value can be put, in words.

use super::settings::LoadSettings;
use crate::sources::{Source, SourceSet};

/// Where a value can be put, of those sources: `in the environment, in .env or as a secret file`. What this loader does not
/// ask is named only where it asks nothing else.
pub(super) fn places(sources: SourceSet, settings: &LoadSettings) -> String {
    let has_store = |source| {
        let mut asked = settings.providers.iter();
        asked.any(|one| one.source() == source && !(settings.ci && one.is_remote()))
    };
    let asked: SourceSet = sources
        .iter()
        .filter(|source| settings.asks(*source))
        .filter(|source| match source {
            Source::Azure | Source::Aws | Source::Custom => has_store(*source),
            Source::FileEnv | Source::File => cfg!(feature = "dotenv"),
            _ => true,
        })
        .filter(|source| *source != Source::SchemaDefault)
        .collect();
    let sources = if asked.is_empty() { sources } else { asked };
    let may = |source| sources.contains(source);
    let names = [
        ("in Azure Key Vault", may(Source::Azure)),
        ("in AWS", may(Source::Aws)),
        ("in the program's own store", may(Source::Custom)),
        ("in the environment", may(Source::System)),
        ("in `.env`", may(Source::File)),
        ("in `.env.{environment}`", may(Source::FileEnv) && !may(Source::File)),
        ("as a secret file", may(Source::Docker) || may(Source::K8s)),
    ];
    let names: Vec<&str> = names.iter().filter(|(_, may)| *may).map(|(name, _)| *name).collect();
    match names.as_slice() {
        [] => "in the program, as a default".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
