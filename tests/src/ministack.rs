//! Another server that speaks the protocols of AWS, those of an instance's metadata and of web identities included, for tests:
//! MiniStack, on a free port of this machine, ended when it is dropped.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::bao::{free_port, is_open};
use crate::moto::call;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);

/// A running server.
pub struct Ministack {
    child: Child,
    port: u16,
    _dir: TempDir,
}

impl Ministack {
    /// Starts one: the program of the variable `ENVAUDIT_MINISTACK`, else `ministack`.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let port = free_port();
        // Without these it listens on all addresses, and on a second port.
        let child = Command::new(program())
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("IOT_MTLS_ENABLED", "0")
            .env("HOME", dir.path())
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ministack can be run: PyPI has it");
        let mut ministack = Ministack { child, port, _dir: dir };
        let deadline = Instant::now() + START;
        while !is_open(port) {
            assert!(Instant::now() < deadline, "the server did not start");
            let is_running = ministack.child.try_wait().is_ok_and(|code| code.is_none());
            assert!(is_running, "the server ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        ministack
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Calls an operation, such as `secretsmanager.CreateSecret` or `AmazonSSM.PutParameter`.
    pub fn call(&self, operation: &str, arguments: &Value) -> Value {
        call(self.port, operation, arguments)
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "where a server is installed is a matter of the machine"
)]
fn program() -> String {
    std::env::var("ENVAUDIT_MINISTACK").unwrap_or_else(|_| "ministack".to_owned())
}
