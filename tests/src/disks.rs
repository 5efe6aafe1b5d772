//! Folders on disks that cannot be written to: real file systems, in a mount namespace that is gone with the test.
//!
//! Where no namespace can be had, the next best that is real takes its place, and that is said past the test harness: a
//! folder of somebody else, for a process that is not root; a limit on how long a file may be.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::Files;

/// Nobody in particular, who is not root.
const NOBODY: u32 = 65534;

/// Why a disk takes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// It is mounted to be read.
    ReadOnly,
    /// It has no room left.
    Full,
}

/// A folder on such a disk, for the processes that [`run`](Self::run) starts.
pub struct OnDisk {
    disk: Disk,
    program: PathBuf,
    /// Keeps the namespace, and the arguments of `nsenter` that lead into it.
    namespace: Option<(Child, Vec<String>)>,
    files: Files,
}

impl OnDisk {
    /// Puts what is in the folder on such a disk. `program` is what is to be run there.
    pub fn new(disk: Disk, folder: &Path, program: &str) -> Self {
        let files = Files::new();
        let ways: [(&[&str], &[&str]); 2] =
            [(&["-m"], &["-m"]), (&["-rm"], &["-U", "--preserve-credentials", "-m"])];
        let namespace = ways.iter().find_map(|(unshare, nsenter)| {
            let held = held(disk, folder, files.path(), unshare)?;
            let into = nsenter.iter().map(|arg| (*arg).to_owned());
            let into = into.chain(["-t".to_owned(), held.id().to_string()]).collect();
            Some((held, into))
        });
        let mut program = PathBuf::from(program);
        if namespace.is_none() {
            let _ = writeln!(
                std::io::stderr(),
                "NOTHING CAN BE MOUNTED HERE: a disk that is {disk:?} is stood in for by rights and limits"
            );
            if disk == Disk::ReadOnly {
                program = for_all(&program, files.path());
                let above = folder.parent().expect("it is in a folder");
                fs::set_permissions(above, Permissions::from_mode(0o755)).expect("it is ours");
                read_only_for(other_than_root(), folder);
            }
        }
        OnDisk { disk, program, namespace, files }
    }

    /// Runs the program of the command with its arguments and variables, and nothing else of it.
    pub fn run(&self, command: &Command) -> Output {
        let mut run = match (&self.namespace, self.disk) {
            (Some((_, into)), _) => {
                let mut nsenter = Command::new("nsenter");
                nsenter.args(into).arg("--").arg(&self.program);
                nsenter
            }
            (None, Disk::ReadOnly) => {
                let mut plain = Command::new(&self.program);
                plain.uid(other_than_root());
                plain
            }
            (None, Disk::Full) => {
                // The signal that would end it does not exist on a disk that is full.
                let mut shell = Command::new("sh");
                shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"]);
                shell.arg(&self.program);
                shell
            }
        };
        run.args(command.get_args()).env_clear();
        run.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        run.current_dir(self.files.path()).stdin(Stdio::null());
        run.output().expect("it starts")
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        if let Some((mut child, _)) = self.namespace.take() {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}

/// A process with the folder on such a disk; nothing where that is not allowed.
fn held(disk: Disk, folder: &Path, aside: &Path, unshare: &[&str]) -> Option<Child> {
    let script = match disk {
        Disk::ReadOnly => "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"",
        Disk::Full => {
            "mount -t tmpfs -o size=1m none \"$2\" && mkdir \"$2/held\" && cp -a \"$1\"/. \"$2/held\" \
             && ! cat /dev/zero > \"$2/filled\" && mount --bind \"$2/held\" \"$1\""
        }
    };
    let mut command = Command::new("unshare");
    command.args(unshare).args(["sh", "-c", &format!("{script} && echo ready && exec cat"), "sh"]);
    command.arg(folder).arg(aside);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut said = [0; 6];
    match child.stdout.as_mut().expect("it is piped").read_exact(&mut said) {
        Ok(()) => Some(child),
        Err(_) => {
            let _ = child.wait();
            None
        }
    }
}

/// A user for whom rights hold: for root there is no folder that may not be written to.
pub fn other_than_root() -> u32 {
    match fs::metadata("/proc/self").map_or(NOBODY, |found| found.uid()) {
        0 => NOBODY,
        we => we,
    }
}

/// A copy of a program that everybody may run, in a folder that everybody may look into.
pub fn for_all(program: &Path, folder: &Path) -> PathBuf {
    let copy = folder.join("program");
    // By another process: a child that another test starts meanwhile would hold the file open for writing, which then
    // cannot be run.
    let copied = Command::new("cp").arg(program).arg(&copy).status().expect("coreutils");
    assert!(copied.success());
    fs::set_permissions(folder, Permissions::from_mode(0o755)).expect("it is ours");
    copy
}

/// Gives all below a folder to somebody, who may not write to any of it.
pub fn read_only_for(owner: u32, path: &Path) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            read_only_for(owner, &entry.expect("a file").path());
        }
    }
    chown(path, Some(owner), Some(owner)).expect("it can be given away");
    let mode = if path.is_dir() { 0o500 } else { 0o400 };
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}
