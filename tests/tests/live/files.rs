//! Real files that change in all the ways in which programs and orchestrators change them, and a real SIGHUP.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use envaudit::live::{Change, Update};
use envaudit::{EnvConfig, ExposeSecret, Source};
use envaudit_tests::Files;

use crate::followed::{Config, GENEROUS, follow, until_level};

#[track_caller]
fn changed(updates: &Receiver<Update<Config>>) -> Arc<Change<Config>> {
    match updates.recv_timeout(GENEROUS) {
        Ok(Update::Changed(change)) => change,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_followed_through_writes_renames_removal_and_return() {
    let files = Files::with(".env", "APP_LEVEL=1\n");
    let (live, updates) = follow(files.loader());
    files.write(".env", "APP_LEVEL=2\n");
    until_level(&updates, 2);
    for level in 3..6 {
        // As editors and deployments do it: the watched file is another one afterwards.
        let new = files.write("new", format!("APP_LEVEL={level}\n"));
        fs::rename(new, files.path().join(".env")).unwrap();
        assert_eq!(changed(&updates).after().level, level);
    }
    fs::remove_file(files.path().join(".env")).unwrap();
    assert_eq!(changed(&updates).after().audit().level.source, Source::SchemaDefault);
    files.write(".env", "APP_LEVEL=7\n");
    until_level(&updates, 7);
    assert_eq!(live.get().level, 7);
}

#[test]
fn a_file_that_is_not_there_at_the_start_is_followed() {
    let files = Files::new();
    let (_live, updates) = follow(files.loader().environment("prod"));
    files.write(".env.prod", "APP_LEVEL=4\n");
    until_level(&updates, 4);
}

#[test]
fn a_file_that_an_env_file_names_is_followed_and_so_is_the_next_that_it_names() {
    let files = Files::with(".env", "APP_API_KEY_FILE=key\nAPP_LEVEL_FILE=level\n");
    files.write("key", "one");
    files.write("level", "1\n");
    let (live, updates) = follow(files.loader());
    assert_eq!(live.get().level, 1);
    let new = files.write("new", "2\n");
    fs::rename(new, files.path().join("level")).unwrap();
    assert_eq!(changed(&updates).after().level, 2);
    // The env file names another file, which comes later.
    let new = files.write("new", "APP_LEVEL_FILE=later\nAPP_API_KEY_FILE=key\n");
    fs::rename(new, files.path().join(".env")).unwrap();
    loop {
        match updates.recv_timeout(GENEROUS).expect("an update") {
            Update::Rejected(_) => break,
            Update::Changed(change) => assert_eq!(change.after().level, 2),
            _ => {}
        }
    }
    let new = files.write("new", "3\n");
    fs::rename(new, files.path().join("later")).unwrap();
    until_level(&updates, 3);
    let new = files.write("new", "two");
    fs::rename(new, files.path().join("key")).unwrap();
    loop {
        let change = changed(&updates);
        if change.after().api_key.as_ref().is_some_and(|key| key.expose_secret() == "two") {
            break;
        }
    }
    assert_eq!(live.get().level, 3);
}

#[test]
fn a_bad_file_is_told_and_the_next_good_one_counts() {
    let files = Files::with(".env", "APP_LEVEL=1\n");
    let (live, updates) = follow(files.loader());
    let replace = |content: &str| {
        fs::rename(files.write("new", content), files.path().join(".env")).unwrap();
    };
    replace("APP_LEVEL=high\n");
    let update = updates.recv_timeout(GENEROUS).unwrap();
    assert!(matches!(update, Update::Rejected(_)), "{update}");
    assert_eq!(live.get().level, 1);
    replace("APP_LEVEL=2\n");
    assert_eq!(changed(&updates).after().level, 2);
}

#[test]
fn a_kubernetes_volume_is_followed_through_its_swaps() {
    let files = Files::new();
    // ..1/app_api_key, ..data -> ..1, app_api_key -> ..data/app_api_key
    files.write("secrets/..1/app_api_key", "first");
    files.write("secrets/..1/app_level", "1");
    files.link("secrets/..data", "..1");
    for name in ["app_api_key", "app_level"] {
        files.link(&format!("secrets/{name}"), format!("..data/{name}"));
    }
    let secrets = files.path().join("secrets");
    let loader = Config::loader().vars([("", ""); 0]).without(Source::File);
    let (_live, updates) = follow(loader.without(Source::Docker).k8s_secrets(&secrets));
    for (nth, key) in [(2, "second"), (3, "third"), (4, "fourth")] {
        // As the kubelet does it: a new folder, a new link, one rename, the old folder removed.
        files.write(&format!("secrets/..{nth}/app_api_key"), key);
        files.write(&format!("secrets/..{nth}/app_level"), nth.to_string());
        files.link("secrets/..data_tmp", format!("..{nth}"));
        fs::rename(secrets.join("..data_tmp"), secrets.join("..data")).unwrap();
        fs::remove_dir_all(secrets.join(format!("..{}", nth - 1))).unwrap();
        let change = changed(&updates);
        assert_eq!(change.after().level, nth, "both change at once");
        assert_eq!(change.after().api_key.as_ref().unwrap().expose_secret(), key);
    }
}

#[test]
fn an_env_file_in_a_config_map_is_followed_through_its_swaps() {
    let files = Files::new();
    files.write("config/..1/.env", "APP_LEVEL=1\n");
    files.link("config/..data", "..1");
    files.link("config/.env", "..data/.env");
    let config = files.path().join("config");
    let (_live, updates) = follow(files.loader().dir(&config));
    for nth in 2..5 {
        files.write(&format!("config/..{nth}/.env"), format!("APP_LEVEL={nth}\n"));
        files.link("config/..data_tmp", format!("..{nth}"));
        fs::rename(config.join("..data_tmp"), config.join("..data")).unwrap();
        fs::remove_dir_all(config.join(format!("..{}", nth - 1))).unwrap();
        assert_eq!(changed(&updates).after().level, nth);
    }
}

#[test]
fn links_on_the_way_to_a_file_are_followed() {
    let files = Files::new();
    files.write("releases/1/.env", "APP_LEVEL=1\n");
    files.write("releases/2/.env", "APP_LEVEL=2\n");
    files.write("shared/env", "APP_LEVEL=3\n");
    files.link("current", "releases/1");
    let (_live, updates) = follow(files.loader().dir(files.path().join("current")));
    let switch = |target: &str| {
        files.link("next", target);
        fs::rename(files.path().join("next"), files.path().join("current")).unwrap();
    };
    switch("releases/2");
    assert_eq!(changed(&updates).after().level, 2);
    // Behind the new link: another file, itself a link to one elsewhere.
    let link = files.link("link", files.path().join("shared/env"));
    fs::rename(link, files.path().join("releases/2/.env")).unwrap();
    assert_eq!(changed(&updates).after().level, 3);
    let new = files.write("shared/new", "APP_LEVEL=4\n");
    fs::rename(new, files.path().join("shared/env")).unwrap();
    assert_eq!(changed(&updates).after().level, 4);
}

#[test]
fn a_folder_that_is_replaced_is_followed() {
    let files = Files::with("conf/.env", "APP_LEVEL=1\n");
    let conf = files.path().join("conf");
    let loader = || files.loader::<Config>().dotenv(conf.join(".env"));
    let (_live, updates) = follow(loader());
    for level in 2..5 {
        files.write("next/.env", format!("APP_LEVEL={level}\n"));
        fs::rename(&conf, files.path().join(format!("old-{level}"))).unwrap();
        fs::rename(files.path().join("next"), &conf).unwrap();
        until_level(&updates, level);
    }
}

#[test]
fn a_file_that_a_variable_names_is_followed() {
    let files = Files::with("mount/key", "first\n");
    let path = files.path().join("mount/key");
    let vars = [("APP_API_KEY_FILE", path.display().to_string())];
    let (_live, updates) = follow(files.loader().vars(vars));
    for key in ["second", "third"] {
        fs::rename(files.write("mount/new", key), &path).unwrap();
        let change = changed(&updates);
        assert_eq!(change.after().api_key.as_ref().unwrap().expose_secret(), key);
    }
}

#[test]
fn other_files_in_the_folder_do_not_matter() {
    let files = Files::with(".env", "APP_LEVEL=1\n");
    let reads = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = Arc::clone(&reads);
    // The clock is asked once a load.
    let loader = files.loader::<Config>().clock(move || {
        counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        chrono::DateTime::UNIX_EPOCH
    });
    let (_live, updates) = follow(loader);
    for nth in 0..100 {
        files.write(&format!("log-{nth}"), "busy");
    }
    fs::rename(files.write("new", "APP_LEVEL=2\n"), files.path().join(".env")).unwrap();
    assert_eq!(changed(&updates).after().level, 2);
    // Events come in order: the load that saw the new file came after all the others.
    assert_eq!(reads.load(std::sync::atomic::Ordering::SeqCst), 2);
}

#[test]
fn a_real_sighup_makes_a_real_process_read_its_file_again() {
    let files = Files::with(".env", "APP_LEVEL=1\n");
    let mut child = Command::new(env!("CARGO_BIN_EXE_live_service"))
        .arg(files.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut lines = out.lines().map(|line| line.unwrap());
    assert_eq!(lines.next().unwrap(), "ready 1");
    let hang_up = || {
        let status = Command::new("kill").args(["-HUP", &child.id().to_string()]).status();
        assert!(status.unwrap().success());
    };
    files.write(".env", "APP_LEVEL=2\n");
    hang_up();
    assert_eq!(lines.next().unwrap(), "2 ~ APP_LEVEL: new value (file)");
    files.write(".env", "APP_LEVEL=two\n");
    hang_up();
    let line = lines.next().unwrap();
    assert!(line.starts_with("2 the configuration stays as it was"), "{line}");
    files.write(".env", "APP_LEVEL=3\n");
    hang_up();
    assert_eq!(lines.next().unwrap(), "3 ~ APP_LEVEL: new value (file)");
    child.kill().unwrap();
    child.wait().unwrap();
}
