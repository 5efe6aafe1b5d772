//! A server that speaks so much of the protocols of Google Cloud as tests need: Secret Manager, the metadata server, and the servers
//! of tokens. It is written from Google's documentation, so it shows the shape of a conversation and not what the cloud would do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use data_encoding::BASE64;
use serde_json::{Value, json};

/// The token that may read all secrets.
pub const TOKEN: &str = "ya29.canary-of-the-token";

/// A token that the server knows, and that may read nothing.
pub const POWERLESS: &str = "ya29.canary-of-the-powerless";

/// A running server, ended when it is dropped.
pub struct GcpFake {
    port: u16,
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
    lasts: u64,
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
        let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
        let port = listener.local_addr().expect("it has an address").port();
        let state = State { page: usize::MAX, lasts: 3600, ..State::default() };
        let (state, is_ended) = (Arc::new(Mutex::new(state)), Arc::new(AtomicBool::new(false)));
        let (of_thread, ended) = (Arc::clone(&state), Arc::clone(&is_ended));
        let thread = std::thread::spawn(move || {
            for client in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(client) = client else { continue };
                let state = Arc::clone(&of_thread);
                std::thread::spawn(move || serve(&state, client));
            }
        });
        GcpFake { port, state, is_ended, thread: Some(thread) }
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
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

    /// Answers the next request with this status and this body, whatever it asks for.
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

    /// How long the tokens last that it gives out from now on, in seconds.
    pub fn tokens_last(&self, seconds: u64) {
        self.lock().lasts = seconds;
    }

    /// Accepts none of the tokens any more that it has given out.
    pub fn revoke_tokens(&self) {
        let mut state = self.lock();
        let given: Vec<String> = (1..=state.tokens).map(given_token).collect();
        state.revoked.extend(given);
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
fn serve(state: &Mutex<State>, client: TcpStream) {
    let Ok(mut answers) = client.try_clone() else { return };
    let mut requests = BufReader::new(client);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match requests.read_line(&mut head) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        let mut body = vec![0; header(&head, "content-length").parse().unwrap_or(0)];
        if requests.read_exact(&mut body).is_err() {
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
        let text = match answer {
            Value::String(text) => text,
            json => json.to_string(),
        };
        let head = format!(
            "HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nMetadata-Flavor: Google\r\n\
             X-Echo: canary-of-a-header\r\nContent-Length: {}\r\n\r\n",
            text.len()
        );
        if answers.write_all((head + &text).as_bytes()).is_err() {
            return;
        }
    }
}

fn header<'h>(head: &'h str, name: &str) -> &'h str {
    let is_it = |line: &&str| line.split(':').next().is_some_and(|n| n.eq_ignore_ascii_case(name));
    let line = head.lines().find(is_it);
    line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
}

impl State {
    fn answer(&mut self, head: &str, body: &[u8]) -> (u16, Value) {
        let target = head.split(' ').nth(1).unwrap_or_default();
        let method = head.split(' ').next().unwrap_or_default();
        self.requests.push(format!("{method} {target}"));
        if !self.scripted.is_empty() {
            return self.scripted.remove(0);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match (method, path) {
            ("GET", "/computeMetadata/v1/instance/service-accounts/default/token") => {
                match header(head, "metadata-flavor") {
                    "Google" => self.give_token(),
                    _ => (403, json!("canary: the header is missing")),
                }
            }
            ("GET", "/computeMetadata/v1/universe/universe-domain") => {
                (200, Value::String("googleapis.com".to_owned()))
            }
            ("POST", "/token" | "/sts") => match is_login(path, &String::from_utf8_lossy(body)) {
                true => self.give_token(),
                false => (
                    400,
                    json!({"error": "invalid_grant", "error_description": "canary-of-a-description"}),
                ),
            },
            ("GET", path) => match path.strip_prefix("/v1/") {
                Some(resource) => {
                    self.headers = head.to_owned();
                    match self.refusal(head) {
                        Some(refusal) => refusal,
                        None => self.read(resource, query),
                    }
                }
                None => (404, json!("canary: not here")),
            },
            _ => (404, json!("canary: not here")),
        }
    }

    fn give_token(&mut self) -> (u16, Value) {
        self.tokens += 1;
        let token = given_token(self.tokens);
        let answer = json!({"access_token": token, "expires_in": self.lasts, "token_type": "Bearer",
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"});
        (200, answer)
    }

    fn refusal(&self, head: &str) -> Option<(u16, Value)> {
        let token = header(head, "authorization").trim_start_matches("Bearer ");
        let given = || (1..=self.tokens).any(|number| given_token(number) == token);
        match token {
            POWERLESS => Some(error(
                403,
                "PERMISSION_DENIED",
                "Permission 'secretmanager.versions.access' denied for canary-of-a-message",
                "IAM_PERMISSION_DENIED",
            )),
            token if self.revoked.contains(token) || token != TOKEN && !given() => Some(error(
                401,
                "UNAUTHENTICATED",
                &format!("Request had invalid authentication credentials: {token}"),
                "ACCESS_TOKEN_EXPIRED",
            )),
            _ => None,
        }
    }

    fn read(&mut self, resource: &str, query: &str) -> (u16, Value) {
        // A project has a number besides its id.
        let resource = &resource.replace("projects/123/", "projects/p/");
        let absent = || error(404, "NOT_FOUND", &format!("canary: {resource} not found"), "");
        if let Some(parent) = resource.strip_suffix("/secrets") {
            return self.list(parent, query);
        }
        let (version, is_access) = match resource.strip_suffix(":access") {
            Some(version) => (version, true),
            None => (resource.as_str(), false),
        };
        let Some((secret, wanted)) = version.split_once("/versions/") else { return absent() };
        let Some(versions) = self.secrets.get(secret) else { return absent() };
        let aliased = || self.aliases.get(&(secret.to_owned(), wanted.to_owned())).copied();
        let number = match wanted {
            "latest" => Some(versions.len()),
            number => number.parse().ok().or_else(aliased),
        };
        let found = number.and_then(|number| Some((number, versions.get(number.checked_sub(1)?)?)));
        let Some((number, version)) = found else { return absent() };
        let name = format!("{}/versions/{number}", secret.replace("projects/p/", "projects/123/"));
        if !is_access {
            return (200, json!({"name": name, "createTime": version.created, "state": "ENABLED"}));
        }
        if version.state != "ENABLED" {
            let message = format!("Secret Version [{name}] is in {} state.", version.state);
            return error(400, "FAILED_PRECONDITION", &message, "");
        }
        let mut payload = json!({"data": BASE64.encode(&version.payload)});
        let sum = u64::from(checksum(&version.payload));
        match &mut self.checksums {
            Checksums::Missing => {}
            Checksums::Wrong(left) if *left > 0 => {
                *left -= 1;
                payload["dataCrc32c"] = json!((sum ^ 1).to_string());
            }
            _ => payload["dataCrc32c"] = json!(sum.to_string()),
        }
        (200, json!({"name": name, "payload": payload}))
    }

    fn list(&self, parent: &str, query: &str) -> (u16, Value) {
        let value = |name: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            pair.unwrap_or_default().replace("%3A", ":")
        };
        let filter = value("filter");
        let part = filter.strip_prefix("name:").unwrap_or_default();
        let start: usize =
            value("pageToken").trim_start_matches("canary-page-").parse().unwrap_or(0);
        let start_of_names = format!("{parent}/secrets/");
        let names: Vec<&str> = self
            .secrets
            .keys()
            .filter_map(|name| name.strip_prefix(&start_of_names))
            .filter(|name| name.contains(part))
            .collect();
        let page = names.iter().skip(start).take(self.page);
        let secrets: Vec<Value> = page
            .map(|name| json!({"name": format!("projects/123/secrets/{name}"), "labels": {"a": "canary-label"}}))
            .collect();
        let mut answer = json!({"totalSize": names.len()});
        if start.saturating_add(self.page) < names.len() {
            answer["nextPageToken"] = json!(format!("canary-page-{}", start + self.page));
        }
        if !secrets.is_empty() {
            answer["secrets"] = json!(secrets);
        }
        (200, answer)
    }
}

/// Whether a request for a token has what it takes.
fn is_login(path: &str, body: &str) -> bool {
    match path {
        "/token" => body.contains("canary-refresh-token"),
        _ => body.contains("canary-subject-token"),
    }
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

/// CRC-32C, bit by bit, as RFC 3720 has it.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0x82F6_3B78 & (sum & 1).wrapping_neg());
        }
    }
    !sum
}
