//! What may lie in the place of a file and is none.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// Puts something under a name that is free.
pub type Put = fn(&Path);

/// What is no regular file, and how it comes to be. The first link leads to where the file itself was moved to: the same name
/// with the ending `.moved`.
pub const IRREGULAR_FILES: [(&str, Put); 4] = [
    ("a symlink", |path| symlink(path.with_extension("moved"), path).expect("a link")),
    ("a symlink to nothing", |path| symlink("nowhere", path).expect("a link")),
    ("a folder", |path| fs::create_dir(path).expect("a folder")),
    ("a FIFO", |path| {
        assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
    }),
];
