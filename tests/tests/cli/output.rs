//! `--output`: what an answer that goes into a file may replace.

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use envaudit_tests::cli_fixture::CliFixture;

/// The two commands that write a file.
const WRITING: [&[&str]; 2] = [&["export"], &["report", "access", "--format", "json"]];

fn write(fixture: &CliFixture, args: &[&str], path: &Path, code: u8) -> String {
    fixture.run(args).path("--output", path).run().ends_with(code).err
}

#[test]
fn a_link_stays_a_link_and_a_file_keeps_its_mode() {
    for args in WRITING {
        let fixture = CliFixture::new("PORT=80\n");
        let target = fixture.files.write("target", "before");
        fs::set_permissions(&target, Permissions::from_mode(0o640)).expect("ours");
        let link = fixture.files.path().join("link");
        symlink(&target, &link).expect("made");
        write(&fixture, args, &link, 0);
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink(), "{args:?}");
        assert_ne!(fs::read_to_string(&target).expect("text"), "before", "{args:?}");
        let mode = fs::metadata(&target).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o640, "{args:?}");

        fs::remove_file(&target).expect("removed");
        let said = write(&fixture, args, &link, 3);
        assert!(said.contains("cannot be written"), "{args:?}: {said}");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink(), "{args:?}");
    }
}

#[test]
fn a_pipe_is_written_to_and_stays_a_pipe() {
    for args in WRITING {
        let fixture = CliFixture::new("PORT=80\n");
        let pipe = fixture.files.path().join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("coreutils");
        assert!(made.success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || {
                let mut text = String::new();
                fs::File::open(pipe).expect("opened").read_to_string(&mut text).expect("text");
                text
            }
        });
        write(&fixture, args, &pipe, 0);
        assert!(reader.join().expect("read").ends_with("}\n"), "{args:?}");
        assert!(fs::metadata(&pipe).expect("there").file_type().is_fifo(), "{args:?}");
    }
}
