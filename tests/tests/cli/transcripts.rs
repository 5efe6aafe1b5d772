//! `tests/cmd`: what every command answers to good and to bad input, word by word.
//!
//! Each file is one session in a copy of `tests/cmd/shop`. `SNAPSHOTS=overwrite` writes what is answered now.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use envaudit::{EnvConfig, SecretString};
use envaudit_tests::Files;
use envaudit_tests::command::commands;
use snapbox::{Assert, Data, Redactions};

/// Settings of a shop.
#[derive(EnvConfig)]
#[env(prefix = "SHOP_")]
#[expect(dead_code, reason = "only its schema is read")]
struct Shop {
    /// Port the HTTP server listens on.
    #[env(default = 80, range(1..=65535))]
    port: u16,
    /// Where the shop stands.
    region: Option<String>,
    /// Opens the warehouse.
    api_key: SecretString,
    /// How often the warehouse is asked.
    #[env(default = 3)]
    retries: u8,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cmd")
}

/// A folder of its own for one session.
fn shop() -> Files {
    let files = Files::with("envaudit.schema.json", Shop::schema_json() + "\n");
    copy(&folder().join("shop"), files.path());
    let bin = files.folder("bin");
    let key = files.path().join("audit.key");
    // What is checked out has the mode that the umask leaves.
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).expect("it is ours");
    let program = env!("CARGO_BIN_EXE_envaudit_command");
    std::os::unix::fs::symlink(program, bin.join("envaudit")).expect("a link can be made");
    files
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("a file");
        let to = to.join(entry.file_name());
        match entry.file_type().expect("a file").is_dir() {
            true => {
                fs::create_dir_all(&to).expect("a folder can be made");
                copy(&entry.path(), &to);
            }
            false => drop(fs::copy(entry.path(), to).expect("copied")),
        }
    }
}

/// What a person who types this sees, and the exit code on a line of its own if it is not 0.
fn answer(shop: &Files, typed: &str) -> String {
    let path = format!("{}:/usr/bin:/bin", shop.path().join("bin").display());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{typed}")])
        .current_dir(shop.path())
        .env_clear()
        .envs([("PATH", path.as_str()), ("ENVAUDIT_SIGNING_KEY_FILE", "audit.key")])
        .envs([("USER", "ada"), ("HOSTNAME", "build-7")])
        .stdin(Stdio::null())
        .output()
        .expect("sh can be run");
    let mut text = String::from_utf8(output.stdout).expect("UTF-8");
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => text,
        code => format!("? {}\n{text}", code.expect("it ends by itself")),
    }
}

/// The transcript with the answers as they are now.
fn played(transcript: &str) -> String {
    let shop = shop();
    let mut played = String::new();
    let mut in_session = false;
    for line in transcript.lines() {
        let fence = line.starts_with("```");
        if fence {
            in_session = line == "```console";
        }
        let typed = line.strip_prefix("$ ").filter(|_| in_session);
        // What was answered before is left out.
        if typed.is_some() || fence || !in_session {
            played.push_str(line);
            played.push('\n');
        }
        if let Some(typed) = typed {
            played.push_str(&answer(&shop, typed));
        }
    }
    played
}

/// What is another each time.
fn redactions() -> Redactions {
    let mut redactions = Redactions::new();
    for (name, pattern) in [
        ("[TIME]", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"),
        ("[DATE]", r#""day": "(?<redacted>\d{4}-\d\d-\d\d)""#),
        ("[MILLIS]", r#"(?:"time":|rt=)(?<redacted>\d{13})"#),
        ("[UUID]", r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        ("[HASH]", r"\b[0-9a-f]{64}\b"),
        ("[SIGNATURE]", r"— envaudit/\S+ (?<redacted>[A-Za-z0-9+/=]{60,})"),
        ("[ROOT]", r"(?:^|\\n|\n)(?<redacted>[A-Za-z0-9+/]{43}=)"),
        // A random key of a ledger that has its own.
        ("[KID]", r#"(?:"from": "|"to": "|retired-)(?<redacted>[0-9a-f]{16})"#),
        ("[NEXT]", r"(?:from the key \w+ to )(?<redacted>[0-9a-f]{16})"),
    ] {
        let pattern = regex::Regex::new(pattern).expect("a pattern");
        redactions.insert(name, pattern).expect("a name");
    }
    redactions
}

#[test]
fn every_command_answers_as_it_did() {
    let assert =
        Assert::new().action_env("SNAPSHOTS").normalize_paths(false).redact_with(redactions());
    let mut failed = Vec::new();
    for command in commands() {
        for kind in ["good", "bad"] {
            let path = folder().join(&command).join(kind).with_extension("md");
            let transcript = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(transcript.contains(&format!("$ envaudit {command}")), "{}", path.display());
            let expected = Data::read_from(&path, None);
            if let Err(error) =
                assert.try_eq(Some(&path.display()), played(&transcript).into(), expected)
            {
                failed.push(error.to_string());
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
