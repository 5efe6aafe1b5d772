//! A server that speaks the protocols of AWS, for tests: moto, on a free port of this machine, ended when it is dropped.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::bao::{free_port, is_open};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);

/// A running server.
pub struct Moto {
    child: Child,
    port: u16,
}

impl Moto {
    /// Starts one with the Python of the variable `ENVAUDIT_MOTO_PYTHON`, else `python3`, which has moto and boto3.
    pub fn start() -> Self {
        let port = free_port();
        let child = Command::new(python())
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("python can be run");
        let mut moto = Moto { child, port };
        let deadline = Instant::now() + START;
        while !is_open(port) {
            assert!(Instant::now() < deadline, "the server did not start");
            assert!(moto.child.try_wait().is_ok_and(|code| code.is_none()), "the server ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        moto
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs lines of Python in which `sm` and `ssm` are clients of boto3, and returns what they print.
    pub fn run(&self, lines: &str) -> String {
        let program = format!(
            "import boto3\n\
             of = dict(endpoint_url='{}', region_name='eu-west-1', aws_access_key_id='id', aws_secret_access_key='k')\n\
             sm, ssm = boto3.client('secretsmanager', **of), boto3.client('ssm', **of)\n{lines}\n",
            self.address()
        );
        let mut child = Command::new(python())
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python can be run");
        let mut stdin = child.stdin.take().expect("it was asked for");
        stdin.write_all(program.as_bytes()).expect("python reads");
        drop(stdin);
        let output = child.wait_with_output().expect("python ends");
        assert!(output.status.success(), "python failed: {lines}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn python() -> String {
    std::env::var("ENVAUDIT_MOTO_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}
