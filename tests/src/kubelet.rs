//! A volume that is written as the kubelet writes it: all files at once, by the rename of one link.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The files of a Secret or ConfigMap in a folder, with `..data` pointing to those of the moment.
pub struct Volume {
    path: PathBuf,
    generation: u64,
}

impl Volume {
    /// A volume at this path, with its first files: names, perhaps with folders, and contents.
    pub fn mounted(path: impl Into<PathBuf>, files: &[(&str, String)]) -> Self {
        let mut volume = Volume { path: path.into(), generation: 0 };
        fs::create_dir_all(&volume.path).expect("a folder can be made");
        volume.publish(files);
        volume
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces all files, in the steps of the kubelet's writer: a new folder, a new link, one rename, links for new names, and
    /// the old folder removed.
    pub fn publish(&mut self, files: &[(&str, String)]) {
        self.generation += 1;
        let name = format!("..2026_11_27_{:06}", self.generation);
        for (file, content) in files {
            let path = self.path.join(&name).join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
            fs::write(path, content).expect("a file can be written");
        }
        let (data, new) = (self.path.join("..data"), self.path.join("..data_tmp"));
        let old = fs::read_link(&data).ok();
        symlink(&name, &new).expect("a link can be made");
        fs::rename(&new, &data).expect("a link can be renamed");
        for (file, _) in files {
            let first = Path::new(file).iter().next().expect("a name");
            let link = self.path.join(first);
            if link.symlink_metadata().is_err() {
                symlink(Path::new("..data").join(first), link).expect("a link can be made");
            }
        }
        if let Some(old) = old {
            fs::remove_dir_all(self.path.join(old)).expect("it can be removed");
        }
    }
}
