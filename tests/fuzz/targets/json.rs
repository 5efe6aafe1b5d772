//! Policies, saved audits and schemas of any text: refused, or written as what is read as the same.
#![no_main]

use std::cell::LazyCell;

use envaudit::{AuditSnapshot, Policy};
use envaudit_fuzz::{Folder, command_on};
use libfuzzer_sys::fuzz_target;

thread_local! { static FOLDER: LazyCell<Folder> = const { LazyCell::new(Folder::new) }; }

fuzz_target!(|text: &str| FOLDER.with(|folder| {
    policy(text);
    snapshot(text);
    schema(folder, text);
}));

fn policy(text: &str) {
    match Policy::from_json(text) {
        Ok(policy) => {
            let written = policy.to_json();
            assert_eq!(
                Policy::from_json(&written).as_ref(),
                Ok(&policy),
                "{text} is written as {written}"
            );
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn snapshot(text: &str) {
    match AuditSnapshot::from_json(text) {
        Ok(snapshot) => {
            for written in [snapshot.to_json(), snapshot.to_json_pretty()] {
                let again = AuditSnapshot::from_json(&written);
                assert_eq!(again.as_ref(), Ok(&snapshot), "{text} is written as {written}");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn schema(folder: &Folder, text: &str) {
    let file = folder.write("schema.json", text);
    let answer = command_on("--schema", &file, &["schema", "--keys"]);
    if answer.code != 0 {
        assert!(matches!(answer.code, 2 | 3) && answer.out.is_empty(), "{}", answer.err);
        assert!(!answer.err.is_empty());
        return;
    }
    let template = command_on("--schema", &file, &["template"]);
    let file = folder.write("written.json", &answer.out);
    let again = command_on("--schema", &file, &["schema", "--keys"]);
    assert_eq!(again.out, answer.out, "{text}");
    let written = command_on("--schema", &file, &["template"]);
    assert_eq!((template.code, &template.out), (0, &written.out), "{text}");
    for (kind, args) in [("JSON Schema", &["schema"][..]), ("description", &["docs"])] {
        let (first, second) =
            (command_on("--schema", &file, args), command_on("--schema", &file, args));
        assert_eq!((first.code, first.out), (0, second.out), "{kind} of {text}");
    }
}
