//! Nothing that the SDK traces reaches the program: headers, tokens and secrets would be in it.

use std::io::Write;
use std::process::Command;
use std::sync::{Arc, Mutex};

use envaudit_tests::http_fake::{FakeAnswer, HttpFake};
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

use super::{CANARY, loader, parameters_at, secrets_at};

const CHILD: &str = "ENVAUDIT_TEST_TRACES_CHILD";

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A subscriber of all that is traced is one of a process, so this runs in a process of its own.
#[test]
fn a_program_that_traces_everything_traces_no_secret() {
    if std::env::var_os(CHILD).is_none() {
        let name = "aws::traces::a_program_that_traces_everything_traces_no_secret";
        let mut child = Command::new(std::env::current_exe().unwrap());
        let status = child.args(["--exact", name]).env(CHILD, "1").status().unwrap();
        assert!(status.success());
        return;
    }
    let lines = Lines::default();
    let of_subscriber = lines.clone();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || of_subscriber.clone())
        .init();
    let fake = HttpFake::start(|request| match request.operation() {
        "GetParameters" => {
            FakeAnswer::new(400, json!({ "__type": "AccessDenied", "message": CANARY }))
        }
        _ => {
            let document = json!({ "db_password": CANARY }).to_string();
            FakeAnswer::new(
                200,
                json!({ "Name": "app", "SecretString": document, "VersionId": "v1" }),
            )
        }
    });
    loader().source(secrets_at(&fake.address()).document("app")).load().unwrap();
    loader().source(parameters_at(&fake.address()).document("/app")).load().unwrap_err();
    let said = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    // The load itself is traced.
    assert!(said.contains("AwsSecretsManager") || said.contains("envaudit"), "{said}");
    assert!(!said.contains(CANARY), "{said}");
    assert!(!said.contains("AKIDOFTHETEST"), "{said}");
}
