//! A server that speaks so much of the protocols of Google Cloud as tests need: Secret Manager, the metadata server, and the servers
//! of tokens. It is written from Google's documentation, so it shows the shape of a conversation and not what the cloud would do.

mod answers;
mod certificate;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use self::certificate::certified;

/// The token that may read all secrets.
pub const TOKEN: &str = "ya29.canary-of-the-token";

/// A token that the server knows, and that may read nothing.
pub const POWERLESS: &str = "ya29.canary-of-the-powerless";

/// A running server, ended when it is dropped.
pub struct GcpFake {
    port: u16,
    /// The certificate of the authority that signed its own, if it speaks TLS.
    authority: Option<String>,
    state: Arc<Mutex<State>>,
    is_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    secrets: BTreeMap<String, Vec<Version>>,
    aliases: BTreeMap<(String, String), usize>,
    /// Answers in place of those that the next requests would have.
    scripted: Vec<(u16, Value)>,
    /// Every request: its method, path and query.
    requests: Vec<String>,
    /// Headers of the last request that had a token.
    headers: String,
    revoked: BTreeSet<String>,
    tokens: usize,
    page: usize,
    most_at_once: usize,
    at_once: usize,
    delay: Duration,
    checksums: Checksums,
}

#[derive(Default, Clone, Copy)]
enum Checksums {
    #[default]
    Right,
    Missing,
    /// So many answers are damaged.
    Wrong(usize),
}

struct Version {
    payload: Vec<u8>,
    state: &'static str,
    created: &'static str,
}

impl GcpFake {
    /// Starts one without secrets.
    pub fn start() -> Self {
        GcpFake::speaking(None)
    }

    /// Starts one that speaks TLS, with a certificate for this machine.
    pub fn start_tls() -> Self {
        GcpFake::speaking(Some(certified()))
    }

    fn speaking(tls: Option<(String, Arc<ServerConfig>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
        let port = listener.local_addr().expect("it has an address").port();
        let state = State { page: usize::MAX, ..State::default() };
        let (authority, tls) = tls.unzip();
        let (state, is_ended) = (Arc::new(Mutex::new(state)), Arc::new(AtomicBool::new(false)));
        let (of_thread, ended) = (Arc::clone(&state), Arc::clone(&is_ended));
        let thread = std::thread::spawn(move || {
            for client in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(client) = client else { continue };
                let state = Arc::clone(&of_thread);
                let tls = tls.clone();
                std::thread::spawn(move || match tls.map(ServerConnection::new) {
                    None => serve(&state, client),
                    Some(Ok(connection)) => serve(&state, StreamOwned::new(connection, client)),
                    Some(Err(_)) => {}
                });
            }
        });
        GcpFake { port, authority, state, is_ended, thread: Some(thread) }
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn address(&self) -> String {
        let scheme = if self.authority.is_some() { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// The certificate of the authority that signed its own, as PEM.
    pub fn authority(&self) -> &str {
        self.authority.as_deref().expect("it speaks TLS")
    }

    /// Adds a version of a secret of `projects/p`, or of what stands before the name: `projects/p/locations/r/secrets/name`.
    pub fn put(&self, secret: &str, payload: impl AsRef<[u8]>) {
        let version = Version {
            payload: payload.as_ref().to_vec(),
            state: "ENABLED",
            created: "2026-01-02T03:04:05.123456Z",
        };
        self.lock().secrets.entry(whole(secret)).or_default().push(version);
    }

    /// A secret that has no version.
    pub fn put_empty(&self, secret: &str) {
        self.lock().secrets.entry(whole(secret)).or_default();
    }

    /// Sets the state of a version, `DISABLED` or `DESTROYED`.
    pub fn set_state(&self, secret: &str, version: usize, state: &'static str) {
        let mut all = self.lock();
        let versions = all.secrets.get_mut(&whole(secret)).expect("the secret is there");
        versions[version - 1].state = state;
    }

    /// Gives a version an alias.
    pub fn alias(&self, secret: &str, alias: &str, version: usize) {
        self.lock().aliases.insert((whole(secret), alias.to_owned()), version);
    }

    /// Answers the next request with this status and this body, whatever it asks for. The member `location` is a header, too.
    pub fn answer_next(&self, status: u16, body: Value) {
        self.lock().scripted.push((status, body));
    }

    /// Lists so many names on a page.
    pub fn page(&self, names: usize) {
        self.lock().page = names;
    }

    /// Waits before each answer.
    pub fn delay(&self, time: Duration) {
        self.lock().delay = time;
    }

    /// Accepts none of the first tokens that it gives out: so many of them.
    pub fn refuse_tokens(&self, count: usize) {
        self.lock().revoked = (1..=count).map(given_token).collect();
    }

    /// Sends no checksums.
    pub fn without_checksums(&self) {
        self.lock().checksums = Checksums::Missing;
    }

    /// Damages so many answers.
    pub fn damage(&self, answers: usize) {
        self.lock().checksums = Checksums::Wrong(answers);
    }

    /// All requests so far: the method, the path and the query of each.
    pub fn requests(&self) -> Vec<String> {
        self.lock().requests.clone()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.lock().requests.clear();
    }

    /// The head of the last request for a secret.
    pub fn head(&self) -> String {
        self.lock().headers.clone()
    }

    /// How many requests it was answering at the same time, at most.
    pub fn most_at_once(&self) -> usize {
        self.lock().most_at_once
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for GcpFake {
    fn drop(&mut self) {
        self.is_ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn whole(secret: &str) -> String {
    match secret.contains('/') {
        true => secret.to_owned(),
        false => format!("projects/p/secrets/{secret}"),
    }
}

fn given_token(number: usize) -> String {
    format!("ya29.canary-of-token-{number}")
}

/// One connection, which may have many requests.
fn serve(state: &Mutex<State>, stream: impl Read + Write) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match stream.read_line(&mut head) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        let mut body = vec![0; header(&head, "content-length").parse().unwrap_or(0)];
        if stream.read_exact(&mut body).is_err() {
            return;
        }
        let delay = {
            let mut state = lock(state);
            state.at_once += 1;
            state.most_at_once = state.most_at_once.max(state.at_once);
            state.delay
        };
        std::thread::sleep(delay);
        let (status, answer) = {
            let mut state = lock(state);
            state.at_once -= 1;
            state.answer(&head, &body)
        };
        let location = match answer.get("location") {
            Some(Value::String(location)) => format!("Location: {location}\r\n"),
            _ => String::new(),
        };
        let text = match answer {
            Value::String(text) => text,
            json => json.to_string(),
        };
        let head = format!(
            "HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nMetadata-Flavor: Google\r\n\
             X-Echo: canary-of-a-header\r\n{location}Content-Length: {}\r\n\r\n",
            text.len()
        );
        let to_client = stream.get_mut();
        let sent = to_client.write_all((head + &text).as_bytes());
        if sent.and_then(|()| to_client.flush()).is_err() {
            return;
        }
    }
}

fn header<'h>(head: &'h str, name: &str) -> &'h str {
    let is_it = |line: &&str| line.split(':').next().is_some_and(|n| n.eq_ignore_ascii_case(name));
    let line = head.lines().find(is_it);
    line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
}

/// An error as the service says it, with what it must not be quoted for.
pub fn error(status: u16, code: &str, message: &str, reason: &str) -> (u16, Value) {
    let mut details = vec![
        json!({"@type": "type.googleapis.com/google.rpc.DebugInfo", "detail": "canary-of-details"}),
    ];
    if !reason.is_empty() {
        details.push(json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason,
            "domain": "googleapis.com", "metadata": {"canary": "canary-of-metadata"}}));
    }
    let body =
        json!({"error": {"code": status, "message": message, "status": code, "details": details}});
    (status, body)
}
