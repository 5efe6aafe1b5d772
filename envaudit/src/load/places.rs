//! Where a value can be put, in words.

use crate::source::{Source, SourceSet};

/// Where a value can be put, of those sources: `in the environment, in .env or as a secret file`.
pub(super) fn places(sources: SourceSet) -> String {
    let everywhere = sources == SourceSet::ALL;
    let names = [
        // Not every program has a store to ask, so these are named where the field names them.
        ("in Azure Key Vault", !everywhere && sources.contains(Source::Azure)),
        ("in AWS", !everywhere && sources.contains(Source::Aws)),
        ("in the program's own store", !everywhere && sources.contains(Source::Custom)),
        ("in the environment", sources.contains(Source::System)),
        ("in `.env`", sources.contains(Source::File)),
        (
            "in `.env.{environment}`",
            sources.contains(Source::FileEnv) && !sources.contains(Source::File),
        ),
        ("as a secret file", sources.contains(Source::Docker) || sources.contains(Source::K8s)),
    ];
    let names: Vec<&str> = names.iter().filter(|(_, may)| *may).map(|(name, _)| *name).collect();
    match names.as_slice() {
        [] => "in the program, as a default".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
