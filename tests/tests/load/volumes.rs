//! Files that are replaced all at once while they are read: a load sees those of one moment.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use envaudit::{EnvConfig, ExposeSecret, Loader, ProblemKind, SecretString, Source};
use envaudit_tests::kubelet::Volume;
use envaudit_tests::{Files, problems};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Pair {
    user: String,
    password: SecretString,
}

/// How often a pair is loaded while another thread replaces it, at least.
const LOADS: u64 = 4_000;

/// How many of the pairs that the other thread writes are seen, at least.
const GENERATIONS: u64 = 200;

fn pair_loader() -> Loader<Pair> {
    Pair::loader().vars([("", ""); 0])
}

fn nothing_else(loader: Loader<Pair>) -> Loader<Pair> {
    let others = [Source::Docker, Source::FileEnv, Source::File];
    others.into_iter().fold(loader, Loader::without)
}

/// Loads again and again while another thread replaces the files.
///
/// The other thread replaces them once a load, at a moment that is another one each time.
#[track_caller]
fn loads_while_replacing(loader: &Loader<Pair>, mut replace: impl FnMut(u64) + Send) {
    let loads = AtomicU64::new(0);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (loads, is_over) = (&loads, &is_over);
        scope.spawn(move || {
            let (mut seen, mut generation) = (0, 1);
            while !is_over.load(Ordering::SeqCst) {
                let now = loads.load(Ordering::SeqCst);
                if now == seen {
                    std::thread::yield_now();
                    continue;
                }
                seen = now;
                generation += 1;
                replace(generation);
            }
        });
        // Ends the other thread also when a load is not as it should be.
        let _over = OnDrop(is_over);
        let (mut last, mut generations) = (String::new(), 0);
        while loads.load(Ordering::SeqCst) < LOADS || generations < GENERATIONS {
            let loaded = loader.load().unwrap_or_else(|error| panic!("{error}"));
            loads.fetch_add(1, Ordering::SeqCst);
            let password = loaded.password.expose_secret();
            assert_eq!(loaded.user, password, "the user and the password are of two generations");
            if loaded.user != last {
                generations += 1;
                last.clone_from(&loaded.user);
            }
        }
    });
}

struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn two(names: [&'static str; 2], generation: u64) -> [(&'static str, String); 2] {
    names.map(|name| (name, format!("generation-{generation}")))
}

#[test]
fn the_secrets_of_a_volume_are_of_one_generation() {
    let files = Files::new();
    let names = ["app_user", "app_password"];
    let mut volume = Volume::mounted(files.path().join("secrets"), &two(names, 1));
    let loader = nothing_else(pair_loader().k8s_secrets(volume.path()));
    loads_while_replacing(&loader, |generation| volume.publish(&two(names, generation)));
}

#[test]
fn files_that_variables_name_are_of_one_generation() {
    let files = Files::new();
    let names = ["db/user", "db/password"];
    let mut volume = Volume::mounted(files.path().join("secrets"), &two(names, 1));
    let path = |name: &str| volume.path().join(name).into_os_string();
    let vars = [("APP_USER_FILE", path("db/user")), ("APP_PASSWORD_FILE", path("db/password"))];
    let loader = nothing_else(Pair::loader().vars(vars)).without(Source::K8s);
    loads_while_replacing(&loader, |generation| volume.publish(&two(names, generation)));
}

#[test]
fn references_to_secrets_are_of_the_generation_of_the_secrets() {
    let files = Files::with(".env", "APP_USER=${OTHER_USER}\n");
    let names = ["other_user", "app_password"];
    let mut volume = Volume::mounted(files.path().join("secrets"), &two(names, 1));
    let loader = pair_loader().dir(files.path()).k8s_secrets(volume.path());
    let loader = loader.without(Source::Docker).without(Source::FileEnv);
    loads_while_replacing(&loader, |generation| volume.publish(&two(names, generation)));
}

fn env_files(generation: u64) -> [(&'static str, String); 2] {
    let line = |key: &str| format!("{key}=generation-{generation}\n");
    [(".env", line("APP_USER")), (".env.prod", line("APP_PASSWORD"))]
}

#[test]
fn the_env_files_of_a_config_map_are_of_one_generation() {
    let files = Files::new();
    let mut volume = Volume::mounted(files.path().join("config"), &env_files(1));
    let loader = pair_loader().dir(volume.path()).environment("prod");
    let loader = loader.without(Source::Docker).without(Source::K8s);
    loads_while_replacing(&loader, |generation| volume.publish(&env_files(generation)));
}

#[test]
fn an_env_file_and_a_secret_of_one_projected_volume_are_of_one_generation() {
    let files = Files::new();
    let projected = |generation| {
        let [env_file, _] = env_files(generation);
        let [_, password] = two(["", "password"], generation);
        [env_file, password]
    };
    let mut volume = Volume::mounted(files.path().join("projected"), &projected(1));
    let path = volume.path().join("password").into_os_string();
    let loader = Pair::loader().vars([("APP_PASSWORD_FILE", path)]).dir(volume.path());
    let loader = [Source::Docker, Source::K8s].into_iter().fold(loader, Loader::without);
    loads_while_replacing(&loader, |generation| volume.publish(&projected(generation)));
}

#[test]
fn what_is_behind_any_link_that_is_replaced_is_of_one_release() {
    let files = Files::new();
    let release = |nth: u64| {
        for (name, content) in two(["app_user", "app_password"], nth) {
            files.write(&format!("releases/{nth}/secrets/{name}"), content);
        }
    };
    release(1);
    files.link("current", "releases/1");
    let loader = nothing_else(pair_loader().k8s_secrets(files.path().join("current/secrets")));
    loads_while_replacing(&loader, |nth| {
        release(nth);
        files.link("next", format!("releases/{nth}"));
        fs::rename(files.path().join("next"), files.path().join("current")).unwrap();
        fs::remove_dir_all(files.path().join(format!("releases/{}", nth - 1))).unwrap();
    });
}

#[test]
fn the_place_of_a_secret_is_told_as_it_is_mounted() {
    let files = Files::new();
    let names = ["app_user", "app_password"];
    let volume = Volume::mounted(files.path().join("secrets"), &two(names, 1));
    let loaded = nothing_else(pair_loader().k8s_secrets(volume.path())).load().unwrap();
    let file = loaded.audit().password.location.as_ref().and_then(|location| location.file());
    assert_eq!(file, Some(&*volume.path().join("app_password")));
}

#[test]
fn a_key_that_a_volume_no_longer_has_is_missing_and_not_unreadable() {
    let files = Files::new();
    let names = ["app_user", "app_password"];
    let mut volume = Volume::mounted(files.path().join("secrets"), &two(names, 1));
    volume.publish(&two(names, 2)[..1]);
    // As it is for a moment, before the kubelet removes the link.
    assert!(fs::symlink_metadata(volume.path().join("app_password")).is_ok());
    let result = nothing_else(pair_loader().k8s_secrets(volume.path())).load();
    let problem = problems::only(&result);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Missing, Some("APP_PASSWORD")));
}

#[test]
fn a_volume_whose_link_leads_nowhere_is_said_to_be_unreadable() {
    let files = Files::new();
    files.link("..data", "gone");
    files.link("app_user", "..data/app_user");
    let result = nothing_else(pair_loader().k8s_secrets(files.path())).load();
    let problem = &problems::of(&result)[0];
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Unreadable, Some("APP_USER")));
    assert_eq!(problem.reason_text(), Some("it does not exist"));
}

#[test]
fn links_in_a_circle_and_files_in_place_of_folders_are_named_with_what_to_do() {
    let files = Files::with("file", "x");
    files.link("round", "round");
    let load = |folder: &Path| nothing_else(pair_loader().k8s_secrets(folder)).load();
    let table = [
        ("round", "the symbolic links that lead to it form a circle"),
        ("round/below", "the symbolic links that lead to it form a circle"),
        ("file", "it is not a folder"),
        ("file/below", "a part of its path is not a directory"),
        ("nowhere", "it does not exist"),
    ];
    for (name, reason) in table {
        let path = files.path().join(name);
        let result = load(&path);
        let problem = problems::of(&result).iter().find(|problem| problem.key().is_none());
        let problem = problem.unwrap_or_else(|| panic!("{name}: nothing is said of the folder"));
        assert_eq!(problem.reason_text(), Some(reason), "{name}");
        assert!(problem.message().contains(name) && problem.hint_text().is_some(), "{problem}");
    }
    let env_file = files.path().join("round");
    let result =
        pair_loader().dotenv(&env_file).without(Source::Docker).without(Source::K8s).load();
    let problem = &problems::of(&result)[0];
    assert_eq!(problem.reason_text(), Some("the symbolic links that lead to it form a circle"));
}
