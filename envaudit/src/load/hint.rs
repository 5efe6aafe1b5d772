//! Where a value can be put, in words.

use super::inputs::Inputs;
use crate::sources::{Source, SourceKind, SourceSet};

/// Where a value can be put, of those sources: `in the environment, in .env or as a secret file`. What this loader does not
/// ask is named only where it asks nothing else.
pub(super) fn places(sources: SourceSet, inputs: &Inputs<'_>) -> String {
    let asked: SourceSet = inputs
        .list()
        .into_iter()
        .filter(|input| input.kind.takes_values() && sources.contains(input.source))
        .map(|input| input.source)
        .collect();
    let sources = if asked.is_empty() { sources } else { asked };
    let mut places: Vec<Source> =
        sources.iter().filter(|source| is_named(*source, sources)).collect();
    // Files of their own are the least handy, so they come last.
    places.sort_by_key(|source| matches!(source.kind(), SourceKind::SecretFolder(_)));
    let mut names: Vec<&str> = places.into_iter().map(Source::hint).collect();
    names.dedup();
    match names.as_slice() {
        [] => Source::SchemaDefault.hint().to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn is_named(source: Source, among: SourceSet) -> bool {
    match source.kind() {
        SourceKind::Default => false,
        // `.env` says it all.
        SourceKind::EnvironmentFile => !among.contains(Source::File),
        _ => true,
    }
}
