//! Changes that do not go through the folder of a file: behind links, through another name, after a folder was moved away.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::Receiver;

use envaudit::live::Update;
use envaudit::{EnvConfig, ExposeSecret, Loader, Source};
use envaudit_tests::Files;

use crate::followed::{Config, GENEROUS, follow, until, until_level};

/// Reads this folder of secrets and nothing else.
fn secrets_in(folder: impl AsRef<Path>) -> Loader<Config> {
    let loader = Config::loader().vars([("", ""); 0]).docker_secrets(folder);
    loader.without(Source::K8s).without(Source::File)
}

#[track_caller]
fn until_key(updates: &Receiver<Update<Config>>, key: &str) {
    until(updates, |config| {
        config.api_key.as_ref().is_some_and(|found| found.expose_secret() == key)
    });
}

#[track_caller]
fn until_rejected(updates: &Receiver<Update<Config>>) {
    loop {
        if let Update::Rejected(_) = updates.recv_timeout(GENEROUS).expect("an update") {
            return;
        }
    }
}

#[test]
fn what_is_behind_a_link_in_a_folder_of_secrets_is_followed() {
    let files = Files::with("other/key", "first");
    files.folder("secrets");
    // Two links, one after the other, into two folders of others.
    files.link("other/link", files.path().join("other/key"));
    files.link("secrets/app_api_key", "../other/link");
    let (_live, updates) = follow(secrets_in(files.path().join("secrets")));
    files.write("other/key", "written");
    until_key(&updates, "written");
    for key in ["renamed", "again"] {
        fs::rename(files.write("other/new", key), files.path().join("other/key")).unwrap();
        until_key(&updates, key);
    }
    // The link in the middle leads elsewhere.
    files.write("third/key", "elsewhere");
    fs::rename(files.link("next", "../third/key"), files.path().join("other/link")).unwrap();
    until_key(&updates, "elsewhere");
    files.write("third/key", "there");
    until_key(&updates, "there");
}

#[test]
fn a_link_that_comes_into_a_folder_of_secrets_later_is_followed() {
    let files = Files::with("other/key", "first");
    files.folder("secrets");
    let (_live, updates) = follow(secrets_in(files.path().join("secrets")));
    files.link("secrets/APP_API_KEY", "../other/key");
    until_key(&updates, "first");
    fs::rename(files.write("other/new", "second"), files.path().join("other/key")).unwrap();
    until_key(&updates, "second");
}

#[test]
fn a_file_that_is_written_through_another_name_is_followed() {
    let files = Files::with("host/key", "first");
    files.write("host/env", "APP_LEVEL=1\n");
    let secrets = files.folder("secrets");
    // The file has two names: what is written through one does not go through the folder of the other.
    fs::hard_link(files.path().join("host/key"), secrets.join("app_api_key")).unwrap();
    fs::hard_link(files.path().join("host/env"), files.path().join(".env")).unwrap();
    let loader = Config::loader().vars([("", ""); 0]).dir(files.path()).docker_secrets(&secrets);
    let (_live, updates) = follow(loader.without(Source::K8s));
    for (nth, key) in [(2, "second"), (3, "third")] {
        files.write("host/key", key);
        until_key(&updates, key);
        files.write("host/env", format!("APP_LEVEL={nth}\n"));
        until_level(&updates, nth);
    }
}

/// Something mounted over something else, for as long as it lives.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    /// `None` where mounting is not permitted.
    fn bind(from: &Path, to: &'a Path) -> Option<Self> {
        let status = Command::new("mount").arg("--bind").args([from, to]).output();
        status.is_ok_and(|output| output.status.success()).then_some(Mounted(to))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_file_that_is_mounted_alone_is_followed() {
    let files = Files::with("host/key", "first");
    let mounted = files.write("secrets/app_api_key", "");
    let host = files.path().join("host/key");
    let Some(_mount) = Mounted::bind(&host, &mounted) else {
        eprintln!("SKIPPED: this user may not mount, so no file that is mounted alone was tried");
        return;
    };
    let (_live, updates) = follow(secrets_in(files.path().join("secrets")));
    for key in ["second", "third"] {
        files.write("host/key", key);
        until_key(&updates, key);
    }
}

#[test]
fn a_folder_that_goes_away_at_any_height_and_comes_back_is_followed() {
    let way = ["a", "b", "c", "conf"];
    for height in 1..=way.len() {
        let files = Files::new();
        let above: String = way[..height].join("/");
        let env_file = format!("{}/.env", way.join("/"));
        files.write(&env_file, "APP_LEVEL=1\n");
        let (live, updates) = follow(files.loader().dir(files.path().join(way.join("/"))));
        let moved = files.path().join(&above);
        for level in [2, 3] {
            fs::rename(&moved, files.path().join(format!("old-{level}"))).unwrap();
            until_rejected(&updates);
            assert_eq!(live.get().level, level - 1, "the last good state stays");
            files.write("next/.keep", "");
            let inner =
                way[height..].iter().fold("next".to_owned(), |path, name| path + "/" + name);
            files.write(&format!("{inner}/.env"), format!("APP_LEVEL={level}\n"));
            fs::rename(files.path().join("next"), &moved).unwrap();
            until_level(&updates, level);
        }
        files.write(&env_file, "APP_LEVEL=4\n");
        until_level(&updates, 4);
    }
}

#[test]
fn a_folder_that_is_swapped_at_once_at_any_height_is_followed() {
    for height in 1..=4 {
        let files = Files::new();
        let way = ["a", "b", "c", "conf"];
        files.write(&format!("{}/key", way.join("/")), "first");
        let path = files.path().join(way.join("/")).join("key");
        let vars = [("APP_API_KEY_FILE", path.display().to_string())];
        let (_live, updates) = follow(files.loader().vars(vars));
        let moved = files.path().join(way[..height].join("/"));
        for key in ["second", "third"] {
            let inner =
                way[height..].iter().fold("next".to_owned(), |path, name| path + "/" + name);
            files.write(&format!("{inner}/key"), key);
            fs::rename(&moved, files.path().join(format!("old-{key}"))).unwrap();
            fs::rename(files.path().join("next"), &moved).unwrap();
            until_key(&updates, key);
        }
        fs::rename(files.write("new", "fourth"), &path).unwrap();
        until_key(&updates, "fourth");
    }
}

#[test]
fn a_folder_that_is_removed_and_made_again_is_followed() {
    let files = Files::with("base/conf/prod/.env", "APP_LEVEL=1\n");
    let (_live, updates) = follow(files.loader().dir(files.path().join("base/conf/prod")));
    for level in [2, 3] {
        fs::remove_dir_all(files.path().join("base")).unwrap();
        until_rejected(&updates);
        files.write("base/conf/prod/.env", format!("APP_LEVEL={level}\n"));
        until_level(&updates, level);
    }
}

#[test]
fn a_folder_of_thousands_of_files_and_links_of_others_is_followed() {
    let files = Files::with("secrets/app_api_key", "first");
    files.write("other/target", "x");
    for at in 0..3_000 {
        files.write(&format!("secrets/other_{at}"), "x");
    }
    for at in 0..1_000 {
        files.link(&format!("secrets/link_{at}"), "../other/target");
    }
    files.link("secrets/round", "round");
    let (_live, updates) = follow(secrets_in(files.path().join("secrets")));
    files.write("secrets/app_api_key", "second");
    until_key(&updates, "second");
}
