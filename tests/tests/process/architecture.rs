//! Which part of the code may know of which.
//!
//! A *room* is a folder or a file of a crate's `src`; an *arrow* leads from a room to one that it names in a path. The
//! tables below say which arrows must never be, and why. A new folder is in no table: it is held by the test for circles,
//! and gets a line here when it is clear what it must not know of.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::source_paths::{NamedPath, named_paths};

/// Arrows that must never be, and why.
struct Never {
    /// Rooms; `ANY` is each of them.
    from: &'static [&'static str],
    /// Rooms, other crates, or what is in one of them (`syn::parse`).
    to: &'static [&'static str],
    why: &'static str,
}

const ANY: &str = "";

struct Crate {
    /// The folder of its sources, from the top of the repository.
    sources: &'static str,
    /// Modules within a folder that count as rooms of their own.
    rooms: &'static [&'static str],
    /// Modules that only show what other rooms have, and the crate whose names they show besides.
    facades: &'static [(&'static str, &'static str)],
    never: &'static [Never],
    /// Rooms, or modules in one folder, that know of each other: each circle in the order of the alphabet. Every other circle is
    /// a fault.
    circles: &'static [&'static [&'static str]],
}

const REDACT: Crate = Crate {
    sources: "envaudit/redact/src",
    rooms: &[],
    facades: &[],
    never: &[Never {
        from: &[ANY],
        to: &["envaudit", "envaudit_ledger", "envaudit_derive"],
        why: "it turns texts into texts, and everything else is built on it",
    }],
    circles: &[],
};

const LEDGER: Crate = Crate {
    sources: "envaudit/ledger/src",
    rooms: &["evidence::merkle"],
    facades: &[],
    never: &[
        Never {
            from: &[ANY],
            to: &["envaudit", "envaudit_derive"],
            why: "a ledger is for events of any kind, and needs nothing of the configuration",
        },
        Never { from: &[ANY], to: &["testing"], why: "it is there for tests, behind a feature" },
        Never {
            from: &["keys", "evidence::merkle"],
            to: &[
                "config_state",
                "error",
                "event",
                "evidence",
                "export",
                "format",
                "options",
                "read",
                "settings",
                "store",
                "verify",
                "write",
            ],
            why: "keys and hashes are the ground floor",
        },
        Never {
            from: &["format"],
            to: &[
                "config_state",
                "error",
                "event",
                "evidence",
                "export",
                "options",
                "read",
                "settings",
                "store",
                "verify",
                "write",
            ],
            why: "the bytes of a line are the same, whoever writes, reads or keeps them",
        },
        Never {
            from: &["event", "export"],
            to: &[
                "config_state",
                "evidence",
                "options",
                "read",
                "settings",
                "store",
                "verify",
                "write",
            ],
            why: "an event is known before it is written, and a line is exported wherever it was read",
        },
        Never {
            from: &["store"],
            to: &[
                "config_state",
                "error",
                "event",
                "evidence",
                "export",
                "format::json",
                "format::manifest",
                "options",
                "read",
                "settings",
                "verify",
                "write",
            ],
            why: "a store keeps bytes; it knows of a line where it ends, and nothing of what it says",
        },
        Never {
            from: &["read"],
            to: &[
                "config_state",
                "error",
                "evidence",
                "export",
                "options",
                "settings",
                "verify",
                "write",
            ],
            why: "what is read is needed by all that writes and verifies",
        },
        Never {
            from: &["evidence"],
            to: &[
                "config_state",
                "error",
                "event",
                "export",
                "options",
                "settings",
                "verify",
                "write",
            ],
            why: "a proof is checked without a ledger that could be written to",
        },
        Never {
            from: &["config_state"],
            to: &["evidence", "export", "options", "settings", "verify", "write"],
            why: "what was recorded of a configuration is read from lines",
        },
        Never {
            from: &["verify"],
            to: &["config_state", "error", "event", "export", "options", "settings", "write"],
            why: "the verifier believes nothing, and shares with the writers only how a line is read",
        },
        Never {
            from: &["error", "settings"],
            to: &["options", "verify", "write"],
            why: "they are what the writers are told and what they answer",
        },
        Never {
            from: &["write"],
            to: &["options"],
            why: "options are one way to come by settings and keys",
        },
    ],
    circles: &[
        // The engine: an append catches up with other writers, and a recovery appends.
        &["write::append", "write::ledger", "write::on_behalf_of", "write::recover"],
    ],
};

const ENVAUDIT: Crate = Crate {
    sources: "envaudit/src",
    rooms: &["sources::provider", "sources::remote", "sources::source_url"],
    facades: &[("ledger", "envaudit_ledger")],
    never: &[
        Never {
            from: &[ANY],
            to: &["cli"],
            why: "the command is built on everything, and nothing on the command",
        },
        Never {
            from: &[
                "audit",
                "error",
                "render",
                "schema",
                "sources",
                "sources::provider",
                "sources::remote",
                "sources::source_url",
                "value",
            ],
            to: &["envaudit_ledger", "live", "load", "record", "report", "telemetry"],
            why: "a load is made of these, and they stand without one",
        },
        Never {
            from: &[
                "value",
                "schema",
                "sources",
                "sources::provider",
                "sources::remote",
                "sources::source_url",
            ],
            to: &["audit", "config", "error", "render"],
            why: "a type knows of no source and a source of no type; what is said about them comes after them",
        },
        Never {
            from: &["config", "load", "telemetry"],
            to: &["envaudit_ledger", "live", "record", "report"],
            why: "a load is the same with and without a ledger",
        },
        Never {
            from: &["record"],
            to: &["live", "render", "report"],
            why: "it puts loads into a ledger; what is asked of a ledger later is another matter",
        },
        Never {
            from: &["report"],
            to: &["config", "live", "load", "record", "render"],
            why: "a report is made from a ledger alone, perhaps where the program never ran",
        },
        Never {
            from: &["live"],
            to: &["render", "report"],
            why: "it loads again and records what it loaded",
        },
    ],
    circles: &[
        // `EnvConfig::load` makes a `Loader<T: EnvConfig>`, which tells of what it loaded; `Audit::entry` takes a `Key<T: EnvConfig>`.
        &["audit", "config", "load", "telemetry"],
        // The arguments that commands share take defaults from the invocation, which holds them.
        &["cli::args", "cli::invocation", "cli::output", "cli::subject"],
    ],
};

const DERIVE: Crate = Crate {
    sources: "envaudit-derive/src",
    rooms: &[],
    facades: &[],
    never: &[
        Never {
            from: &["attr", "diagnostics", "names", "source_text", "ty"],
            to: &["check", "expand", "model"],
            why: "the model is made of these",
        },
        Never {
            from: &["model"],
            to: &["check", "expand"],
            why: "it is what was written, right or wrong",
        },
        Never {
            from: &["check"],
            to: &["expand", "syn::Attribute", "syn::DeriveInput", "syn::Meta", "syn::parse"],
            why: "checks take the model, never tokens",
        },
        Never {
            from: &["expand"],
            to: &["check", "syn::Attribute", "syn::Meta", "syn::parse"],
            why: "what is expanded was checked, and is written from the model",
        },
    ],
    circles: &[],
};

/// Where a room names another, or another crate.
#[derive(Clone, Debug)]
struct Arrow {
    from: String,
    to: String,
    file: PathBuf,
    line: usize,
    path: String,
}

impl Arrow {
    fn place(&self) -> String {
        format!("{}:{} names `{}`", self.file.display(), self.line, self.path)
    }

    fn leads_to(&self, to: &str) -> bool {
        self.to == to || to.contains("::") && is_within(&self.path, to)
    }
}

/// What each module of a crate imports and shows, each name with the path it comes from.
struct Names(BTreeMap<Vec<String>, Vec<String>>);

impl Names {
    fn of(files: &[SourceFile]) -> Self {
        let mut names = BTreeMap::new();
        for file in files {
            for named in &file.paths {
                let path = match named.segments.split_first() {
                    Some((first, path)) if first == "crate" => path.to_vec(),
                    // In the root, a path begins with the name of a module as well as with `crate`.
                    Some((first, _)) if file.module.is_empty() && !is_ours(first) => {
                        named.segments.clone()
                    }
                    _ => continue,
                };
                if let [_, .., name] = path.as_slice() {
                    let within = file.module.iter().chain([name]).cloned().collect();
                    names.insert(within, path);
                }
            }
        }
        Names(names)
    }

    /// Where a path in the crate leads to in the end, if modules only pass it on.
    fn behind(&self, path: &[String]) -> Vec<String> {
        // What is generated finds everything there.
        let mut path = path.strip_prefix(&["__private".to_owned()]).unwrap_or(path).to_vec();
        for _ in 0..8 {
            let known = (1..=path.len()).find_map(|length| {
                let behind =
                    self.0.get(&path[..length]).filter(|behind| **behind != path[..length])?;
                Some((length, behind))
            });
            let Some((length, behind)) = known else { break };
            path = behind.iter().chain(&path[length..]).cloned().collect();
        }
        path
    }
}

/// A file of a crate.
struct SourceFile {
    /// Its path from the top of the repository.
    file: PathBuf,
    module: Vec<String>,
    paths: Vec<NamedPath>,
}

impl SourceFile {
    fn new(file: PathBuf, module: Vec<String>, text: &str) -> Self {
        let names: Vec<&str> = module.iter().map(String::as_str).collect();
        let paths = named_paths(text, &names);
        SourceFile { file, module, paths }
    }
}

impl Crate {
    fn files(&self, top: &Path) -> Vec<SourceFile> {
        let sources = top.join(self.sources);
        let read = |path: PathBuf| {
            let within = path.strip_prefix(&sources).expect("it was found there");
            let file = Path::new(self.sources).join(within);
            let text = fs::read_to_string(&path).expect("a source file is text");
            SourceFile::new(file, module_of(within), &text)
        };
        rust_files(&sources).into_iter().map(read).collect()
    }

    /// The arrows between its rooms, and to other crates. The root of the crate and the facades show what is public, so they
    /// know of all rooms and are none.
    fn arrows(&self, files: &[SourceFile]) -> Vec<Arrow> {
        let names = Names::of(files);
        files.iter().flat_map(|file| self.arrows_of(file, &names)).collect()
    }

    fn arrows_of(&self, file: &SourceFile, names: &Names) -> Vec<Arrow> {
        if file.module.is_empty() || self.facades.iter().any(|(facade, _)| file.module == [*facade])
        {
            return Vec::new();
        }
        let from = self.room(&file.module);
        let mut arrows = Vec::new();
        for named in &file.paths {
            let (to, path) = match named.segments.split_first() {
                Some((first, path)) if first == "crate" => {
                    let to = self.room(&names.behind(path));
                    let facade = self.facades.iter().find(|(facade, _)| to == *facade);
                    (facade.map_or(to, |(_, behind)| (*behind).to_owned()), path.join("::"))
                }
                Some((first, _)) => (first.clone(), named.segments.join("::")),
                None => continue,
            };
            if to != from && !to.is_empty() {
                let (from, file) = (from.clone(), file.file.clone());
                arrows.push(Arrow { from, to, file, line: named.line, path });
            }
        }
        arrows
    }

    /// The arrows between the modules in each folder. The root of a folder shows what is in it, and is none of them.
    fn arrows_in_folders(&self, files: &[SourceFile]) -> Vec<Arrow> {
        let names = Names::of(files);
        let modules: BTreeSet<&[String]> =
            files.iter().map(|file| file.module.as_slice()).collect();
        let mut arrows = Vec::new();
        for file in files {
            for named in &file.paths {
                let Some((_, path)) =
                    named.segments.split_first().filter(|(first, _)| *first == "crate")
                else {
                    continue;
                };
                let behind = names.behind(path);
                let common = file.module.iter().zip(&behind).take_while(|(a, b)| a == b).count();
                let siblings = [file.module.get(..=common), behind.get(..=common)];
                let [Some(from), Some(to)] = siblings else { continue };
                if common > 0 && modules.contains(to) {
                    let (from, to) = (from.join("::"), to.join("::"));
                    let (file, path) = (file.file.clone(), path.join("::"));
                    arrows.push(Arrow { from, to, file, line: named.line, path });
                }
            }
        }
        arrows
    }

    fn room(&self, module: &[String]) -> String {
        let path = module.join("::");
        let own = self.rooms.iter().find(|room| is_within(&path, room));
        let first = module.first().cloned().unwrap_or_default();
        own.map_or(first, |room| (*room).to_owned())
    }

    /// What is wrong with arrows, a line each.
    fn faults(&self, arrows: &[Arrow]) -> Vec<String> {
        let mut faults = Vec::new();
        for Never { from, to, why } in self.never {
            for arrow in arrows {
                let begins = from.iter().any(|&room| room == ANY || room == arrow.from);
                if begins && to.iter().any(|to| arrow.leads_to(to)) {
                    let place = arrow.place();
                    faults.push(format!("{place}, which `{}` must not know of: {why}", arrow.from));
                }
            }
        }
        faults.extend(self.unknown_circles(arrows));
        faults
    }

    fn unknown_circles(&self, arrows: &[Arrow]) -> Vec<String> {
        let mut faults = Vec::new();
        for circle in circles(arrows) {
            if self.circles.iter().any(|known| circle.iter().eq(known.iter())) {
                continue;
            }
            let names: Vec<_> = circle.iter().cloned().collect();
            faults.push(format!("{} know of each other:", names.join(", ")));
            let mut known = BTreeSet::new();
            for arrow in arrows.iter().filter(|arrow| circle.contains(&arrow.from)) {
                if circle.contains(&arrow.to) && known.insert((&arrow.from, &arrow.to)) {
                    faults.push(format!("    {} -> {}: {}", arrow.from, arrow.to, arrow.place()));
                }
            }
        }
        faults
    }

    /// Rooms of the tables that are not there: a folder was renamed, and an arrow from or to it would go unseen.
    fn absent_rooms(&self, top: &Path) -> Vec<&'static str> {
        let of_never = self.never.iter().flat_map(|never| never.from.iter().chain(never.to));
        let of_circles = self.circles.iter().flat_map(|circle| circle.iter());
        let rooms = self.rooms.iter().chain(of_never).chain(of_circles).copied();
        rooms
            .filter(|room| *room != ANY && !is_ours(room) && !room.starts_with("syn::"))
            .filter(|room| {
                let path = top.join(self.sources).join(room.replace("::", "/"));
                !path.is_dir() && !path.with_extension("rs").is_file()
            })
            .collect()
    }
}

fn is_ours(name: &str) -> bool {
    name == "envaudit" || name.starts_with("envaudit_")
}

/// Whether a path is a room or in it; everything is in the room without a name.
fn is_within(path: &str, room: &str) -> bool {
    room.is_empty()
        || path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn module_of(file: &Path) -> Vec<String> {
    let file = file.with_extension("");
    let mut names: Vec<_> = file
        .iter()
        .map(|name| name.to_str().expect("a file has a plain name").to_owned())
        .collect();
    if names.last().is_some_and(|name| name == "mod") || names == ["lib"] {
        names.pop();
    }
    names
}

/// All files of Rust in a folder and those below it, but for what is built.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() && !path.ends_with("target") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The groups of rooms of which each reaches each other.
fn circles(arrows: &[Arrow]) -> Vec<BTreeSet<String>> {
    let mut to: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrow in arrows {
        to.entry(&arrow.from).or_default().insert(&arrow.to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = to
        .keys()
        .map(|&from| {
            let mut reached = BTreeSet::new();
            let mut ahead = vec![from];
            while let Some(room) = ahead.pop() {
                for &next in to.get(room).into_iter().flatten() {
                    if reached.insert(next) {
                        ahead.push(next);
                    }
                }
            }
            (from, reached)
        })
        .collect();
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for &room in to.keys().filter(|room| reaches(room, room)) {
        let each = to.keys().filter(|other| reaches(room, other) && reaches(other, room));
        let circle = each.map(|&other| other.to_owned()).collect();
        if !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

/// The top of the repository.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests are in the repository")
        .to_owned()
}

fn hold(subject: &Crate) {
    let absent = subject.absent_rooms(&top());
    assert!(absent.is_empty(), "not in {}: {}", subject.sources, absent.join(", "));
    let files = subject.files(&top());
    let arrows = subject.arrows(&files);
    assert!(!arrows.is_empty(), "nothing was found in {}", subject.sources);
    let mut faults = subject.faults(&arrows);
    let in_folders = subject.arrows_in_folders(&files);
    faults.extend(subject.unknown_circles(&in_folders));
    let found = [circles(&arrows), circles(&in_folders)].concat();
    for known in subject.circles {
        if !found.iter().any(|circle| circle.iter().eq(known.iter())) {
            faults.push(format!(
                "{} are no circle any more: take it out of the table",
                known.join(", ")
            ));
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn redaction_depends_on_nothing_of_ours() {
    hold(&REDACT);
}

#[test]
fn the_ledger_has_its_walls() {
    hold(&LEDGER);
}

#[test]
fn envaudit_has_its_walls() {
    hold(&ENVAUDIT);
}

#[test]
fn the_derive_has_its_walls() {
    hold(&DERIVE);
}

fn planted(file: &str, module: &[&str], text: &str) -> SourceFile {
    let module = module.iter().map(|&name| name.to_owned()).collect();
    SourceFile::new(file.into(), module, text)
}

#[test]
fn an_arrow_that_must_not_be_is_found_with_its_line() {
    let names = Names::of(&LEDGER.files(&top()));
    let text = "//! A planted file.\n\nuse std::fmt;\n\nuse super::super::{\n    read::lines::Lines,\n    write::append,\n\
                };\n\nfn f() -> crate::Ledger {}\n";
    let file = planted("planted.rs", &["verify", "planted"], text);
    let why = "which `verify` must not know of: \
               the verifier believes nothing, and shares with the writers only how a line is read";
    let expected = [
        format!("planted.rs:7 names `write::append`, {why}"),
        format!("planted.rs:10 names `Ledger`, {why}"),
    ];
    assert_eq!(LEDGER.faults(&LEDGER.arrows_of(&file, &names)), expected);
}

#[test]
fn a_circle_that_is_not_known_is_found_with_its_lines() {
    let files = [
        planted("value.rs", &["value"], "use crate::schema::Schema;\n"),
        planted("schema.rs", &["schema"], "\nfn f(_: crate::value::Raw<'_>) {}\n"),
    ];
    let expected = [
        "schema, value know of each other:",
        "    value -> schema: value.rs:1 names `schema::Schema`",
        "    schema -> value: schema.rs:2 names `value::Raw`",
    ];
    assert_eq!(ENVAUDIT.faults(&ENVAUDIT.arrows(&files)), expected);
}

#[test]
fn a_circle_within_a_folder_is_found_through_its_root() {
    let files = [
        planted("cli/mod.rs", &["cli"], "mod args;\nmod run;\npub use run::Runner;\nstruct Own;\n"),
        planted("cli/args.rs", &["cli", "args"], "use super::{Own, Runner};\n"),
        planted("cli/run.rs", &["cli", "run"], "use super::Own;\nuse super::args::Args;\n"),
    ];
    let expected = [
        "cli::args, cli::run know of each other:",
        "    cli::args -> cli::run: cli/args.rs:1 names `cli::Runner`",
        "    cli::run -> cli::args: cli/run.rs:2 names `cli::args::Args`",
    ];
    assert_eq!(ENVAUDIT.unknown_circles(&ENVAUDIT.arrows_in_folders(&files)), expected);
}
