//! A server that speaks the protocols of AWS, for tests: moto, on a free port of this machine, ended when it is dropped.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bao::{free_port, is_open};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);

/// A running server.
pub struct Moto {
    child: Child,
    port: u16,
}

impl Moto {
    /// Starts one with the Python of the variable `ENVAUDIT_MOTO_PYTHON`, else `python3`, which has moto.
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

    /// Calls an operation, such as `secretsmanager.CreateSecret` or `AmazonSSM.PutParameter`.
    pub fn call(&self, operation: &str, arguments: &Value) -> Value {
        call(self.port, operation, arguments)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Calls an operation of a server of AWS that checks no signatures, and panics if that fails.
pub(crate) fn call(port: u16, operation: &str, arguments: &Value) -> Value {
    let service = if operation.starts_with("AmazonSSM") { "ssm" } else { "secretsmanager" };
    let body = arguments.to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.1\r\n\
         X-Amz-Target: {operation}\r\nAuthorization: AWS4-HMAC-SHA256 Credential=id/20260101/eu-west-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    connection.write_all(request.as_bytes()).expect("the server reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("the server answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{operation} {body}: {answer}");
    // It may be in one chunk.
    let json = answer
        .find("\r\n\r\n{")
        .zip(answer.rfind('}'))
        .or_else(|| answer.find("\r\n{").zip(answer.rfind('}')));
    let (start, end) = json.expect("an answer in JSON");
    serde_json::from_str(answer[start..=end].trim()).expect("an answer in JSON")
}

#[expect(
    clippy::disallowed_methods,
    reason = "where a server is installed is a matter of the machine"
)]
fn python() -> String {
    std::env::var("ENVAUDIT_MOTO_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}
