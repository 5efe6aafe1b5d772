//! What the command says of stores that a URL names and that cannot be used.

use envaudit_tests::Files;
use envaudit_tests::command::envaudit;

#[test]
fn a_url_that_cannot_be_used_is_a_mistake_of_the_call_and_not_shown() {
    let files = Files::with(".env", "PORT=80\n");
    for (arguments, said) in [
        (
            vec!["--source", "vault://root:hunter2@vault/secret/app"],
            "error: the URL of `--source`: it has a user or a password in it",
        ),
        (
            vec!["--source", "vault://vault/secret/app", "--source", "consul://hunter2"],
            "error: the URL number 2 of `--source`: its scheme is none of ",
        ),
        (vec!["--source", "vault://vault?token=hunter2"], "a URL never has a credential"),
    ] {
        for command in [vec!["audit"], vec!["check"], vec!["explain", "PORT"]] {
            let answer = envaudit(command.clone()).args(arguments.clone()).dir(&files).run();
            let answer = answer.ends_with(2);
            assert!(answer.err.contains(said), "{command:?}: {}", answer.err);
            assert!(!answer.err.contains("hunter2") && !answer.out.contains("hunter2"));
        }
    }
    let answer = envaudit(["audit"]).env("ENVAUDIT_SOURCES", "x://hunter2").dir(&files).run();
    let answer = answer.ends_with(2);
    assert!(answer.err.contains("the URL of `ENVAUDIT_SOURCES`: "), "{}", answer.err);
    assert!(!answer.err.contains("hunter2"), "{}", answer.err);
}

#[test]
fn a_store_that_is_not_there_ends_the_command_with_3_and_under_ci_is_not_asked() {
    let files = Files::with(".env", "PORT=80\n");
    let url = "vault+http://127.0.0.1:1/secret/app";
    let audit = |arguments: &[&str]| {
        let command = envaudit(["audit", "--source", url]).args(arguments.iter().copied());
        command.env("VAULT_TOKEN", "hunter2").dir(&files).run()
    };
    let answer = audit(&[]).ends_with(3);
    assert!(answer.err.contains("the provider Vault failed"), "{}", answer.err);
    assert!(answer.err.contains("connection refused"), "{}", answer.err);
    assert!(!answer.err.contains("hunter2"), "{}", answer.err);
    assert!(audit(&["--ci"]).ends_with(0).out.contains("PORT"));
    let optional = envaudit(["audit", "--source", "vault+http://127.0.0.1:1/secret/app?optional"]);
    let answer = optional.env("VAULT_TOKEN", "hunter2").dir(&files).run().ends_with(0);
    assert!(
        answer.err.contains("warning: the provider Vault failed and was skipped"),
        "{}",
        answer.err
    );

    let explain = envaudit(["explain", "PORT", "--ci", "--source", url]).dir(&files).run();
    let out = explain.ends_with(0).out;
    let line = out.lines().find(|line| line.trim_start().starts_with("vault ")).unwrap();
    assert!(line.contains("not asked"), "{out}");
}
