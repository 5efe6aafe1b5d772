//! `--help`, `man` and `completions`: what the command says of itself.
#![cfg(feature = "cli")]

use std::process::Command;

use envaudit_tests::Files;
use envaudit_tests::command::{commands, envaudit};

/// The words of a line, as a shell sees them, up to a redirection.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for char in line.split(" >").next().expect("a command").chars() {
        match (char, quoted) {
            ('\'', _) => quoted = !quoted,
            (' ', false) => words.push(std::mem::take(&mut word)),
            _ => word.push(char),
        }
    }
    words.push(word);
    words
}

#[test]
fn the_help_of_each_command_ends_with_an_example_that_can_be_written_so() {
    let files = Files::new();
    let commands = commands();
    assert!(commands.len() >= 20, "{commands:?}");
    let inner = [vec!["ledger".to_owned(), "init".to_owned()]];
    for command in commands.iter().map(|name| vec![name.clone()]).chain(inner) {
        let help = envaudit(command.iter().cloned()).args(["--help"]).run().ends_with(0).out;
        let end = help.rsplit("\nExample").next().expect("an end");
        let examples: Vec<&str> =
            end.lines().filter_map(|line| line.find("envaudit ").map(|at| &line[at..])).collect();
        assert!(help.contains("\nExample") && !examples.is_empty(), "{command:?}: {help}");
        for example in examples {
            let mut args = words(example);
            assert_eq!(args.remove(0), "envaudit");
            for path in args.iter_mut().filter(|arg| arg.starts_with('/')) {
                *path = files.path().join(&path[1..]).display().to_string();
            }
            // Nothing that they name is there, which is no reason to call them wrong.
            let ledger = files.path().join("no-ledger");
            let run = envaudit(args).dir(&files).env("ENVAUDIT_LEDGER", ledger).run();
            assert!(!run.err.contains("Usage:"), "{example}: {run:?}");
        }
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
