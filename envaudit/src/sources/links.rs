//! The links on the way to a file, each resolved once a load.
//!
//! Kubernetes replaces all files of a volume at once by renaming one link, `..data`; deployments do the same with `current`.
//! A load that asked for the link again at each file could read a user of one generation and a password of the next.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::file::{self, FileFault, Identity};

/// How many links are followed on one way, as many as Linux does.
const MAX_LINKS: usize = 40;

/// The way has more links than are followed: most likely they lead round in a circle.
#[derive(Debug)]
pub(crate) struct TooManyLinks;

/// Goes a path from the root, one name after the other, as the kernel does, and returns where it ends. `target` is asked for
/// every path on the way, and answers with what the link there says, if there is one.
pub(crate) fn walk(
    path: &Path,
    mut target: impl FnMut(&Path) -> Option<PathBuf>,
) -> Result<PathBuf, TooManyLinks> {
    let mut done = PathBuf::new();
    let mut rest = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut links = 0;
    'links: loop {
        let mut names = rest.components();
        while let Some(name) = names.next() {
            match name {
                Component::Prefix(_) | Component::RootDir => done.push(name),
                Component::CurDir => {}
                Component::ParentDir => {
                    done.pop();
                }
                Component::Normal(name) => {
                    done.push(name);
                    let Some(target) = target(&done) else { continue };
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(TooManyLinks);
                    }
                    done.pop();
                    rest = target.join(names.as_path());
                    continue 'links;
                }
            }
        }
        return Ok(done);
    }
}

/// The links that one load has met, and where they led when it met them.
#[derive(Debug, Default)]
pub(crate) struct Links {
    met: RefCell<BTreeMap<PathBuf, PathBuf>>,
    /// Whether something behind a link was gone when it was to be read.
    missed: Cell<bool>,
}

impl Links {
    /// The path without links, each of which leads where it did when this load met it first. A path on which there are none
    /// is returned as it is.
    pub(crate) fn resolve<'p>(&self, path: &'p Path) -> Result<Cow<'p, Path>, TooManyLinks> {
        let mut has_links = false;
        let resolved = walk(path, |path| {
            let target = self.target(path);
            has_links |= target.is_some();
            target
        })?;
        Ok(if has_links { Cow::Owned(resolved) } else { Cow::Borrowed(path) })
    }

    fn target(&self, path: &Path) -> Option<PathBuf> {
        if let Some(target) = self.met.borrow().get(path) {
            return Some(target.clone());
        }
        // Those of /proc say what they are, and lead there all the same: `pipe:[4026]`.
        if path.starts_with("/proc") {
            return None;
        }
        let target = std::fs::read_link(path).ok()?;
        self.met.borrow_mut().insert(path.to_owned(), target.clone());
        Some(target)
    }

    /// The content of an env file, and which file it is if no link was asked for.
    ///
    /// Most loads have one file, which is no link, and do no more than read it.
    pub(crate) fn read_env_file(
        &self,
        path: &Path,
        limit: u64,
    ) -> Result<(Vec<u8>, Option<Identity>), FileFault> {
        match file::read_unless_link(path, limit) {
            Ok(Some(read)) => return Ok(read),
            Ok(None) => {}
            // The folder may be behind a link that is being replaced.
            Err(FileFault::Missing) if path.parent() != Some(Path::new("")) => {}
            Err(fault) => return Err(fault),
        }
        match self.resolve(path).map_err(|TooManyLinks| FileFault::Loop)? {
            Cow::Borrowed(_) => Err(FileFault::Missing),
            Cow::Owned(resolved) => {
                let bytes = file::read(&resolved, limit);
                Ok((bytes.inspect_err(|_| self.note_missed())?, None))
            }
        }
    }

    /// Takes note that something is not there, which may be so because what a link led to was replaced and removed.
    pub(crate) fn note_missed(&self) {
        if self.have_moved() {
            self.missed.set(true);
        }
    }

    /// Whether a link that was met leads elsewhere by now.
    pub(crate) fn have_moved(&self) -> bool {
        let moved = |(link, target): (&PathBuf, &PathBuf)| {
            std::fs::read_link(link).ok().as_ref() != Some(target)
        };
        self.met.borrow().iter().any(moved)
    }

    /// Whether what was behind a link was removed before all of it was read.
    pub(crate) fn have_missed(&self) -> bool {
        self.missed.get()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.met.borrow().is_empty()
    }

    /// Whether a file that was read without asking for links is not the one to which they lead in this load.
    pub(crate) fn lead_elsewhere(&self, path: &Path, identity: Option<Identity>) -> bool {
        if identity.is_none() {
            return false;
        }
        match self.resolve(path) {
            Ok(Cow::Owned(resolved)) => {
                let now = std::fs::metadata(resolved).ok();
                now.is_none_or(|now| Identity::of(&now) != identity)
            }
            _ => false,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_is_asked_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        for generation in ["1", "2"] {
            std::fs::create_dir_all(path(generation)).expect("a folder");
            std::fs::write(path(generation).join("file"), generation).expect("a file");
        }
        symlink("1", path("data")).expect("a link");
        symlink("data/file", path("file")).expect("a link");
        let links = Links::default();
        let read = |name: &str, links: &Links| {
            let resolved = links.resolve(&path(name)).expect("no circle").into_owned();
            std::fs::read_to_string(resolved).ok()
        };
        assert_eq!(read("file", &links).as_deref(), Some("1"));
        std::fs::remove_file(path("data")).expect("it is there");
        symlink("2", path("data")).expect("a link");
        assert_eq!(read("data/file", &links).as_deref(), Some("1"));
        assert!(links.have_moved() && !links.have_missed());
        std::fs::remove_dir_all(path("1")).expect("it is there");
        assert_eq!(read("file", &links), None);
        links.note_missed();
        assert!(links.have_missed());
        assert_eq!(read("file", &Links::default()).as_deref(), Some("2"));
    }

    #[test]
    fn a_way_is_gone_as_the_kernel_goes_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let base = dir.path().canonicalize().expect("it is there");
        std::fs::create_dir_all(base.join("a/b/c")).expect("a folder");
        std::fs::write(base.join("a/b/c/file"), "x").expect("a file");
        symlink("a/b", base.join("short")).expect("a link");
        symlink(base.join("short/c"), base.join("a/absolute")).expect("a link");
        symlink("round", base.join("round")).expect("a link");
        let links = Links::default();
        for way in ["a/b/c/file", "short/c/file", "a/absolute/file", "short/../b/./c/file"] {
            let way = base.join(way);
            let resolved = links.resolve(&way).expect("no circle");
            assert_eq!(resolved.canonicalize().ok(), way.canonicalize().ok());
            assert!(walk(&resolved, |path| std::fs::read_link(path).ok()).is_ok());
        }
        assert!(links.resolve(&base.join("round/file")).is_err());
        assert!(matches!(links.resolve(&base.join("a/none")), Ok(Cow::Borrowed(_))));
    }
}
