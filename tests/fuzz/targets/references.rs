//! References in env files: circles are errors, what is no circle has the value that the rules give it, and work is bounded.
#![no_main]

use std::cell::LazyCell;
use std::fmt::Write;

use envaudit::EnvConfig;
use envaudit_fuzz::{Folder, all_text};
use libfuzzer_sys::fuzz_target;

thread_local! { static FOLDER: LazyCell<Folder> = const { LazyCell::new(Folder::new) }; }

/// The greatest length of a value that references make.
const MAX_VALUE: usize = 1 << 20;
/// The greatest number of references in a load.
const MAX_REFERENCES: u64 = 10_000;
/// How many bytes they copy at most.
const MAX_COPIED: u64 = 16 << 20;
const MAX_DEPTH: u64 = 32;

#[derive(EnvConfig, Debug)]
struct Root {
    n0: Option<String>,
}

#[derive(EnvConfig, Debug)]
struct Fields {
    a: Option<String>,
    b: Option<String>,
    c: Option<String>,
    d: Option<String>,
}

fuzz_target!(|data: &[u8]| FOLDER.with(|folder| match data.split_first() {
    // Bytes after a `#` are references between variables; anything else is a file.
    Some((b'#', graph)) => any_graph(folder, graph),
    _ => any_text(folder, data),
}));

/// A load ends, and what is loaded is no longer than the bounds say.
fn any_text(folder: &Folder, data: &[u8]) {
    folder.write(".env", data);
    let vars = [("X", "ex"), ("E", ""), ("D", "${A}"), ("PATH", "/bin")];
    match folder.loader::<Fields>(&vars).load() {
        Ok(loaded) => {
            let values = [&loaded.a, &loaded.b, &loaded.c, &loaded.d];
            let most = MAX_VALUE.max(data.len());
            assert!(values.into_iter().flatten().all(|value| value.len() <= most));
            assert_eq!(
                loaded.d.as_deref(),
                Some("${A}"),
                "a variable of the process has no references"
            );
        }
        Err(error) => {
            let said = all_text(&error);
            assert!(
                said.len() < (1 << 20).max(data.len() * 100),
                "{} bytes are said of {}",
                said.len(),
                data.len()
            );
        }
    }
}

/// What a value is, by its references alone.
#[derive(Clone, Copy)]
struct Model {
    length: u64,
    references: u64,
    copied: u64,
    depth: u64,
    is_circle: bool,
}

/// Each byte is one reference, or text, of a variable; a byte of 255 ends the variable.
fn any_graph(folder: &Folder, graph: &[u8]) {
    let nodes: Vec<&[u8]> = graph.split(|byte| *byte == 255).take(64).collect();
    let mut file = String::new();
    for (at, parts) in nodes.iter().enumerate() {
        write!(file, "N{at}=\"").expect("a text");
        for part in *parts {
            match target(*part, nodes.len()) {
                Some(other) if part % 3 == 0 => write!(file, "${{N{other}:-x}}"),
                Some(other) if part % 3 == 1 => write!(file, "${{N{other}?no}}"),
                Some(other) => write!(file, "${{N{other}}}"),
                None => write!(file, "xy"),
            }
            .expect("a text");
        }
        file.push_str("\"\n");
    }
    folder.write(".env", &file);
    let model = model(&nodes, 0, &mut vec![None; nodes.len()], &mut vec![false; nodes.len()]);
    let result = folder.loader::<Root>(&[]).load();
    if model.is_circle {
        // A name that leads back to itself is one that is not set: its default counts.
        return assert!(result.is_err() || file.contains(":-"), "{file}");
    }
    // Close to a bound, what is counted is not said to the last one.
    let within = model.length <= MAX_VALUE as u64 / 2
        && model.references <= MAX_REFERENCES / 2
        && model.copied <= MAX_COPIED / 2
        && model.depth <= MAX_DEPTH / 2;
    let value = result.as_ref().ok().map(|loaded| loaded.n0.clone().unwrap_or_default());
    if within {
        assert!(result.is_ok(), "{}\n{file}", result.unwrap_err());
    }
    if let Some(value) = value {
        assert_eq!(value.len() as u64, model.length, "{file}");
        assert!(value.len() <= MAX_VALUE && model.depth <= 2 * MAX_DEPTH, "{file}");
    }
}

/// The variable that a byte refers to.
fn target(part: u8, nodes: usize) -> Option<usize> {
    (part < 192).then(|| usize::from(part / 3) % nodes)
}

fn model(nodes: &[&[u8]], at: usize, known: &mut [Option<Model>], open: &mut [bool]) -> Model {
    let mut all = Model { length: 0, references: 0, copied: 0, depth: 0, is_circle: open[at] };
    if let Some(known) = known[at] {
        return known;
    }
    if all.is_circle {
        return all;
    }
    open[at] = true;
    for part in nodes[at] {
        let Some(other) = target(*part, nodes.len()) else {
            all.length = all.length.saturating_add(2);
            continue;
        };
        let of = model(nodes, other, known, open);
        // An empty value gives way to the text after `:-`.
        let length = if of.length == 0 && part % 3 == 0 { 1 } else { of.length };
        all.length = all.length.saturating_add(length);
        all.references = all.references.saturating_add(of.references).saturating_add(1);
        all.copied = all.copied.saturating_add(of.copied).saturating_add(length);
        all.depth = all.depth.max(of.depth + 1);
        all.is_circle |= of.is_circle;
        if all.is_circle {
            break;
        }
    }
    open[at] = false;
    if !all.is_circle {
        known[at] = Some(all);
    }
    all
}
