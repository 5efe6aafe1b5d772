//! What the fuzz targets share: a folder for files, loads of nothing but that folder, commands in process, a secret, and ledgers.
#![forbid(unsafe_code)]

pub mod ledger;
pub mod reference;

use std::fs;
use std::path::{Path, PathBuf};

use envaudit::{EnvConfig, LoadError, Loader, Source};

/// A secret to look for. None of its parts is a word that anything else would say.
pub const CANARY: &str = "Zq7#xW2kvK9+pL4uJ8mR";

/// How many characters of a secret are too many.
const PART: usize = 8;

/// Whether the input spells a part of [`CANARY`] itself: nothing can be said of where that is shown.
pub fn spells_canary(input: &[u8]) -> bool {
    CANARY.as_bytes().windows(PART).any(|part| input.windows(PART).any(|window| window == part))
}

/// Panics when the text has any eight characters of the secret.
#[track_caller]
pub fn assert_hidden(text: &str, what: &str) {
    for from in 0..=CANARY.len() - PART {
        let part = &CANARY[from..from + PART];
        assert!(!text.contains(part), "{what}: `{part}` of the secret is in {text}");
    }
}

/// Everything that an error can be made to say: `Display`, `Debug` and JSON.
pub fn all_text(error: &LoadError) -> String {
    let json = serde_json::to_string(error.problems()).expect("problems serialise");
    format!("{error}\n{error:#?}\n{json}")
}

/// A folder of this process, in memory where the machine has such a place.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        // Another target's folder may be one that this process id had before.
        let folder = parent.join(format!("envaudit-fuzz-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder for the files of the inputs");
        Folder(folder)
    }

    /// Writes a file; returns its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).expect("the folder can be written");
        path
    }

    /// A loader that reads `.env` of the folder, these variables, and nothing of the machine.
    pub fn loader<T: EnvConfig>(&self, vars: &[(&str, &str)]) -> Loader<T> {
        let loader = T::loader().vars(vars.iter().copied()).dir(&self.0);
        loader.without(Source::Docker).without(Source::K8s)
    }
}

impl Default for Folder {
    fn default() -> Self {
        Folder::new()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a command answered.
pub struct Answer {
    pub code: u8,
    pub out: String,
    pub err: String,
}

/// Runs `envaudit` in process, without variables and input.
pub fn command(args: &[&str]) -> Answer {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = ["envaudit"].iter().chain(args);
    let code =
        envaudit::cli::execute(args, [("", ""); 0], &mut std::io::empty(), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("answers are UTF-8");
    Answer { code, out: text(out), err: text(err) }
}

/// Runs `envaudit` with the subject in the file, given by `--schema` or `--bin`.
pub fn command_on(option: &str, file: &Path, args: &[&str]) -> Answer {
    let file = file.to_str().expect("the folder's path is UTF-8");
    command(&[args, &[option, file]].concat())
}
