//! `--help`, `man` and `completions`: what the command says of itself.

use std::collections::BTreeSet;
use std::process::Command;

use envaudit::ledger::{Actor, Event, LedgerOptions};
use envaudit_tests::Files;
use envaudit_tests::command::{commands, envaudit, whole_commands};

/// What a person may type as the help ends, one line each.
fn examples(help: &str) -> Vec<&str> {
    let (_, end) = help.rsplit_once("\nExample").expect("it ends with an example");
    end.lines().filter_map(|line| line.strip_prefix("  ")).collect()
}

/// A program that has embedded its keys, whatever else it is.
mod app {
    /// What the examples ask about.
    #[derive(envaudit::EnvConfig)]
    #[env(prefix = "APP_")]
    #[expect(dead_code, reason = "it is there for its keys")]
    pub(super) struct AppConfig {
        port: u16,
        db_password: envaudit::SecretString,
    }

    pub(super) const EMBEDDED: [u8; envaudit::__private::embedded_len(AppConfig::TABLE)] =
        envaudit::__private::embedded(AppConfig::TABLE);
    use envaudit::EnvConfig;
}

/// A machine on which everything is there that the examples name, with a ledger unless one is to be made.
#[cfg(unix)]
fn machine(with_ledger: bool) -> Files {
    let files = Files::with(".env", "APP_PORT=80\n");
    files.write(".env.prod", "APP_PORT=443\n");
    files.write("target/release/app", app::EMBEDDED);
    files.write("envaudit.schema.json", <app::AppConfig as envaudit::EnvConfig>::schema_json());
    files.write(
        "run/secrets/audit",
        "9f3c51d2a7e84b06c1f95d3e7a2b8c4d60e1f7a3b5c9d2e8f4061b7a3c5d9e2f",
    );
    for folder in ["etc/bash_completion.d", "docs", "bin", "mnt/elsewhere", "var/lib/checkout"] {
        files.folder(folder);
    }
    files.link("checkout", "/bin/true");
    files.link("bin/envaudit", env!("CARGO_BIN_EXE_envaudit_command"));
    if with_ledger {
        for prepared in [
            "envaudit ledger init",
            "envaudit record --env prod --actor ada --reason first",
            "envaudit checkpoint --anchor /mnt/elsewhere/anchor > kept.note",
        ] {
            let output = shell(&files, prepared);
            assert!(output.status.success(), "{prepared}: {output:?}");
        }
        let ledger = LedgerOptions::new().open(files.path().join(".envaudit")).expect("opened");
        let state =
            serde_json::json!([{ "key": "DATABASE_URL", "source": "file", "masked": true }]);
        let event = Event::new("config.loaded", Actor::user("ada"));
        let event = event.resource("config", "checkout/prod").detail("state", &state);
        ledger.append(&event).expect("appended");
    }
    files
}

/// What a shell makes of a script on that machine, whose root is the folder.
#[cfg(unix)]
fn shell(files: &Files, script: &str) -> std::process::Output {
    let root = files.path().display();
    let script = script.replace(" /", &format!(" {root}/")).replace("=/", &format!("={root}/"));
    // In production the key has to be given; the one beside the ledger is as good as any.
    let given = match script.contains("--env prod") {
        true => "export ENVAUDIT_SIGNING_KEY=$(cat .envaudit/signing.key)\n",
        false => "",
    };
    Command::new("sh")
        .args(["-c", &format!("set -e\n{given}{script}")])
        .current_dir(files.path())
        .env_clear()
        .env("PATH", format!("{root}/bin:/usr/bin:/bin"))
        .env("APP_DB_PASSWORD", "correct-horse")
        .output()
        .expect("sh can be run")
}

#[test]
#[cfg(unix)]
fn the_help_of_each_command_ends_with_an_example_that_works_as_it_stands() {
    let all = commands().into_iter().map(|name| vec![name]).chain(whole_commands());
    let all: BTreeSet<Vec<String>> = all.collect();
    assert!(all.len() > 20, "{all:?}");
    for command in all {
        let help = envaudit(command.iter().cloned()).args(["--help"]).run().ends_with(0).out;
        let examples = examples(&help);
        assert!(!examples.is_empty(), "{command:?}: {help}");
        // Whoever follows a ledger goes when they have seen enough.
        let script = examples.join("\n").replace("--follow", "--follow | head -n 1");
        let with_ledger = command[0] != "ledger" || command.len() > 1 && command[1] != "init";
        // There is no key yet that could be given.
        let script = if with_ledger { script } else { script.replace("--env prod", "--env=prod") };
        let output = shell(&machine(with_ledger), &script);
        assert!(output.status.success(), "{command:?}: {script}\n{output:?}");
    }
}

#[test]
fn there_is_a_manual_page_of_the_program_and_of_each_command() {
    let whole = envaudit(["man"]).run().ends_with(0).out;
    assert!(whole.contains(".TH envaudit 1 "), "{whole}");
    for command in commands() {
        let page = envaudit(["man", &command]).run().ends_with(0).out;
        assert!(page.contains(&format!(".TH envaudit-{command} 1 ")), "{page}");
        assert!(page.contains("Example"), "{page}");
        assert!(
            whole.contains(&format!("envaudit\\-{}(1)", command.replace('-', "\\-"))),
            "{command}"
        );
    }
    let inner = envaudit(["man", "ledger", "init"]).run().ends_with(0).out;
    assert!(inner.contains(".TH envaudit-ledger-init 1 "), "{inner}");
    let none = envaudit(["man", "none"]).run().ends_with(2);
    assert!(none.err.contains("`envaudit` has no command `none`"), "{}", none.err);
}

#[test]
fn completions_are_written_for_each_shell() {
    let files = Files::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = envaudit(["completions", shell]).run().ends_with(0).out;
        for word in ["rotate-key", "history", "retired-key"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        if shell == "bash" {
            let script = files.write("envaudit.bash", script);
            let checked = Command::new("bash").arg("-n").arg(script).status();
            assert!(checked.expect("bash can be run").success());
        }
    }
    envaudit(["completions", "cmd"]).run().ends_with(2);
}
