//! What a program logs while it reads a Vault, at the level that has every byte.

use std::process::Command;
use std::sync::Mutex;

use envaudit::{EnvConfig, ExposeSecret, Loader, SecretString, Source, Vault};
use envaudit_tests::bao::Bao;

const CANARY: &str = "canary-4f9a";

/// Set for the process that has the logger: a logger is of a whole process.
const ADDRESS: &str = "ENVAUDIT_TEST_LOGGED_ADDRESS";

#[derive(EnvConfig, Debug)]
struct App {
    api_key: SecretString,
}

/// Takes everything up to the level that is set, and keeps it.
struct Everything;

static LOGGED: Mutex<String> = Mutex::new(String::new());

impl log::Log for Everything {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        LOGGED.lock().unwrap().push_str(&format!("{} {}\n", record.target(), record.args()));
    }

    fn flush(&self) {}
}

#[test]
fn the_log_of_every_byte_has_neither_the_token_nor_a_secret() {
    if let Ok(address) = std::env::var(ADDRESS) {
        return in_a_process_of_its_own(&address);
    }
    let bao = Bao::start();
    bao.put("app", &format!(r#"{{"api_key": "{CANARY}"}}"#));
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "vault_logged::the_log_of_every_byte_has_neither_the_token_nor_a_secret"])
        .env(ADDRESS, bao.address())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

fn in_a_process_of_its_own(address: &str) {
    log::set_logger(&Everything).unwrap();
    let load = || {
        let files = [Source::System, Source::Docker, Source::K8s, Source::FileEnv, Source::File];
        let loader = files.into_iter().fold(App::loader(), Loader::without);
        loader.source(Vault::new(address).token(Bao::ROOT).document("app")).load()
    };
    log::set_max_level(log::LevelFilter::Trace);
    let error = load().unwrap_err().to_string();
    assert!(error.contains("RUST_LOG=trace,ureq_proto=debug"), "{error}");
    log::set_max_level(log::LevelFilter::Debug);
    assert_eq!(load().unwrap().api_key.expose_secret(), CANARY);
    let logged = LOGGED.lock().unwrap();
    assert!(logged.contains("ureq"), "{logged}");
    // In hex, and cut into rows, as the client writes it.
    for part in [CANARY, Bao::ROOT, "canary", "root-token", "6361 6e61 7279"] {
        assert!(!logged.contains(part), "{part}: {logged}");
    }
}
