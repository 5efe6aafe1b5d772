//! A server that speaks so much of the protocols of Azure as tests need: a vault of Key Vault, Microsoft Entra ID, and the identity of
//! a machine. It is written from Microsoft's documentation, so it shows the shape of a conversation and not what the cloud would do.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The host of the vault.
pub const VAULT: &str = "myvault.vault.azure.net";

/// The host that gives tokens out.
pub const AUTHORITY: &str = "login.microsoftonline.com";

/// The tenant and the application that may read all secrets.
pub const TENANT: &str = "tenant-of-the-test";
/// See [`TENANT`].
pub const CLIENT: &str = "client-of-the-test";
/// The secret of the application.
pub const CLIENT_SECRET: &str = "canary~of~the~client~secret";
/// A secret whose token may read nothing.
pub const POWERLESS: &str = "canary~of~the~powerless";
/// What the file of a workload identity has.
pub const ASSERTION: &str = "eyJ.canary-of-the-assertion";

/// Hosts that the certificate is for.
const HOSTS: [&str; 6] = [
    "*.vault.azure.net",
    "*.vault.azure.cn",
    AUTHORITY,
    "login.chinacloudapi.cn",
    "login.own.example",
    "evil.example",
];

/// The greatest number of secrets on one page of a list.
const PAGE: usize = 25;

/// A running server, ended when it is dropped.
pub struct AzureFake {
    listener: Listener,
    shared: Arc<Shared>,
    dir: TempDir,
}

struct Shared {
    tls: Arc<ServerConfig>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    secrets: BTreeMap<String, Vec<Version>>,
    deleted: BTreeSet<String>,
    /// Answers of the vault in place of those that its next requests would have.
    scripted: VecDeque<Answer>,
    /// The same of what gives tokens out.
    scripted_tokens: VecDeque<Answer>,
    requests: Vec<Request>,
    tokens: Vec<Token>,
    /// How long tokens last, in seconds.
    lasts: Option<i64>,
    challenge: Option<String>,
    next_host: Option<String>,
    at_once: usize,
    most_at_once: usize,
    delay: Duration,
}

/// A request that was received.
#[derive(Clone, Debug)]
pub struct Request {
    /// The host that it was sent to.
    pub host: String,
    /// The method, the path and the query.
    pub line: String,
    /// The headers that have something to do with credentials.
    pub authorization: Option<String>,
    body: String,
}

#[derive(Clone)]
struct Token {
    text: String,
    is_powerless: bool,
    is_revoked: bool,
}

/// A version of a secret.
#[derive(Clone)]
pub struct Version {
    value: Value,
    attributes: Value,
}

/// An answer: the status, headers, and the body.
#[derive(Clone)]
pub struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl Answer {
    /// An answer without further headers.
    pub fn new(status: u16, body: impl ToString) -> Self {
        Answer { status, headers: String::new(), body: body.to_string() }
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// The form of errors of a vault.
    pub fn error(status: u16, code: &str, inner: Option<&str>) -> Self {
        let mut error = json!({"code": code, "message": "canary of the message"});
        if let Some(inner) = inner {
            error["innererror"] = json!({"code": inner});
        }
        Answer::new(status, json!({"error": error}))
    }
}

impl AzureFake {
    /// Starts one without secrets.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(Vec::new()).expect("no names");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = authority.self_signed(&key).expect("it can be signed");
        std::fs::write(dir.path().join("authority.pem"), root.pem()).expect("it can be written");
        let issuer = Issuer::new(authority, key);
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(HOSTS.map(str::to_owned).to_vec()).expect("hosts");
        let certificate = certificate.signed_by(&key, &issuer).expect("it can be signed");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS is there")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("the key is that of the certificate");
        let shared = Arc::new(Shared { tls: Arc::new(tls), state: Mutex::default() });
        let of_connections = Arc::clone(&shared);
        let listener = Listener::start(move |client| serve_tls(&of_connections, client));
        AzureFake { listener, shared, dir }
    }

    /// The port at which it speaks TLS.
    pub fn port(&self) -> u16 {
        self.listener.port
    }

    /// The certificate of the authority that signed its own.
    pub fn certificates(&self) -> PathBuf {
        self.dir.path().join("authority.pem")
    }

    /// A folder that lasts as long as the server.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Makes a version of a secret, and returns its name.
    pub fn put(&self, secret: &str, value: &str) -> String {
        self.put_with(secret, json!(value), json!({}))
    }

    /// The same with attributes, and a value that may be anything.
    pub fn put_with(&self, secret: &str, value: Value, attributes: Value) -> String {
        let mut all = json!({"enabled": true, "created": 1_767_322_800, "updated": 1_767_322_800});
        for (name, value) in attributes.as_object().expect("an object") {
            all[name] = value.clone();
        }
        let mut state = self.state();
        let versions = state.secrets.entry(secret.to_owned()).or_default();
        versions.push(Version { value, attributes: all });
        version_name(versions.len())
    }

    /// Sets an attribute of the newest version.
    pub fn set_attribute(&self, secret: &str, name: &str, value: Value) {
        let mut state = self.state();
        let versions = state.secrets.get_mut(secret).expect("the secret is there");
        versions.last_mut().expect("a version").attributes[name] = value;
    }

    /// Deletes a secret so that it can be recovered.
    pub fn delete(&self, secret: &str) {
        let mut state = self.state();
        state.secrets.remove(secret);
        state.deleted.insert(secret.to_owned());
    }

    /// Answers the next request to the vault like this, whatever it asks for.
    pub fn answer_next(&self, answer: Answer) {
        self.state().scripted.push_back(answer);
    }

    /// Answers the next request for a token like this.
    pub fn answer_next_for_token(&self, answer: Answer) {
        self.state().scripted_tokens.push_back(answer);
    }

    /// Forgets all answers that it was told.
    pub fn answer_as_usual(&self) {
        let mut state = self.state();
        state.scripted.clear();
        state.scripted_tokens.clear();
    }

    /// Accepts no token that it has given out so far.
    pub fn revoke_tokens(&self) {
        self.state().tokens.iter_mut().for_each(|token| token.is_revoked = true);
    }

    /// How many seconds the tokens last that it gives out from now on.
    pub fn tokens_last(&self, seconds: i64) {
        self.state().lasts = Some(seconds);
    }

    /// The challenge in place of the usual one.
    pub fn challenge(&self, text: &str) {
        self.state().challenge = Some(text.to_owned());
    }

    /// The host of links to further pages in place of its own.
    pub fn pages_go_on_at(&self, host: &str) {
        self.state().next_host = Some(host.to_owned());
    }

    /// How long each answer of the vault takes.
    pub fn takes(&self, time: Duration) {
        self.state().delay = time;
    }

    /// The most requests that it had to answer at the same time.
    pub fn most_at_once(&self) -> usize {
        self.state().most_at_once
    }

    /// What it was sent so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// The lines of requests to the vault, without the version of the API.
    pub fn vault_lines(&self) -> Vec<String> {
        let requests = self.requests().into_iter();
        let lines =
            requests.map(|request| request.line.split('?').next().unwrap_or_default().to_owned());
        lines.filter(|line| line.contains(" /secrets") || line.contains(" /deleted")).collect()
    }

    /// How many tokens were asked for.
    pub fn token_requests(&self) -> usize {
        let is_it = |request: &&Request| request.line.starts_with("POST ");
        self.requests().iter().filter(is_it).count()
    }

    /// A token that may read all secrets, for a credential of the test's own.
    pub fn give_token(&self) -> String {
        self.state().give_token(false)
    }

    /// A token that may read nothing.
    pub fn give_powerless_token(&self) -> String {
        self.state().give_token(true)
    }

    /// A client that reaches it by a tunnel, and accepts its certificate.
    pub fn client(&self, tunnel: &Tunnel) -> reqwest::Client {
        let pem = std::fs::read(self.certificates()).expect("it was written");
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(&pem).expect("a certificate");
        roots.add(authority).expect("it is one of an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS is there")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let proxy = reqwest::Proxy::https(tunnel.address()).expect("an address");
        let client = reqwest::Client::builder().tls_backend_preconfigured(tls).proxy(proxy);
        client.build().expect("a client")
    }

    /// A proxy that makes tunnels, all of which lead to a port, whatever they are asked for.
    pub fn tunnel_to(&self, port: u16) -> Tunnel {
        Tunnel::start(0, port)
    }

    /// The same, to the server itself.
    pub fn tunnel(&self) -> Tunnel {
        self.tunnel_to(self.port())
    }

    /// A server without TLS for the identity of a machine: the variables `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` for it.
    pub fn machine_identity(&self) -> MachineIdentity {
        let shared = Arc::clone(&self.shared);
        MachineIdentity(Listener::start(move |client| serve(&shared, client)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }
}

/// A running proxy.
pub struct Tunnel {
    listener: Listener,
    hosts: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    /// One on a port of its own, or on any if that is 0.
    pub fn start(at: u16, to: u16) -> Self {
        let hosts = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&hosts);
        Tunnel { listener: Listener::start_at(at, move |client| tunnel(&asked, client, to)), hosts }
    }

    /// Its address, as `HTTPS_PROXY` has it.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.listener.port)
    }

    /// The hosts that it was asked for, with their ports.
    pub fn hosts(&self) -> Vec<String> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A running server for the identity of a machine.
pub struct MachineIdentity(Listener);

impl MachineIdentity {
    /// The header that its requests need.
    pub const HEADER: &str = "canary-of-the-identity-header";

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/msi/token", self.0.port)
    }
}

/// Accepts connections on a free port until it is dropped.
struct Listener {
    port: u16,
    is_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        Listener::start_at(0, serve)
    }

    fn start_at(port: u16, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("there are ports");
        let port = listener.local_addr().expect("it has an address").port();
        let is_ended = Arc::new(AtomicBool::new(false));
        let (ended, serve) = (Arc::clone(&is_ended), Arc::new(serve));
        let thread = std::thread::spawn(move || {
            for client in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(client) = client else { continue };
                let serve = Arc::clone(&serve);
                std::thread::spawn(move || serve(client));
            }
        });
        Listener { port, is_ended, thread: Some(thread) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.is_ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers `CONNECT`, and passes on what follows in both directions.
fn tunnel(hosts: &Mutex<Vec<String>>, mut client: TcpStream, to: u16) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match client.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head);
    let Some(host) = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) else {
        let _ = client.write_all(b"HTTP/1.1 405 Only tunnels\r\nContent-Length: 0\r\n\r\n");
        return;
    };
    hosts.lock().unwrap_or_else(PoisonError::into_inner).push(host.to_owned());
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", to)) else { return };
    if client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_err() {
        return;
    }
    let (Ok(mut from_server), Ok(mut to_client)) = (server.try_clone(), client.try_clone()) else {
        return;
    };
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let _ = std::io::copy(&mut client, &mut server);
    let _ = server.shutdown(Shutdown::Both);
}

fn serve_tls(shared: &Shared, client: TcpStream) {
    let Ok(connection) = ServerConnection::new(Arc::clone(&shared.tls)) else { return };
    serve(shared, StreamOwned::new(connection, client));
}

/// Answers requests until the connection ends.
fn serve(shared: &Shared, stream: impl Read + Write) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream) {
        let answer = shared.answer(&request);
        let head = format!(
            "HTTP/1.1 {} Answer\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n",
            answer.status,
            answer.body.len(),
            answer.headers
        );
        let stream = stream.get_mut();
        let sent = stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(answer.body.as_bytes()));
        if sent.and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

fn read(stream: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut request =
        Request { host: String::new(), line, authorization: None, body: String::new() };
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).ok().filter(|count| *count > 0)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "host" => request.host = value.to_owned(),
            "content-length" => length = value.parse().ok()?,
            "authorization" | "x-identity-header" => request.authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    request.body = String::from_utf8_lossy(&body).into_owned();
    Some(request)
}

/// The number of the last token that any server has given out: no two are the same.
static TOKENS: AtomicUsize = AtomicUsize::new(0);

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request) -> Answer {
        let mut state = self.state();
        state.requests.push(request.clone());
        if request.line.starts_with("POST ") || request.line.starts_with("GET /msi/token") {
            return match state.scripted_tokens.pop_front() {
                Some(answer) => answer,
                None => state.token(request),
            };
        }
        state.at_once += 1;
        state.most_at_once = state.most_at_once.max(state.at_once);
        let delay = state.delay;
        drop(state);
        std::thread::sleep(delay);
        let mut state = self.state();
        state.at_once -= 1;
        let scripted = match request.authorization {
            Some(_) => state.scripted.pop_front(),
            None => None,
        };
        scripted.unwrap_or_else(|| state.of_vault(request))
    }
}

impl State {
    fn give_token(&mut self, is_powerless: bool) -> String {
        let number = TOKENS.fetch_add(1, Ordering::SeqCst);
        let text = format!("eyJ.canary-of-the-token-{number}");
        self.tokens.push(Token { text: text.clone(), is_powerless, is_revoked: false });
        text
    }

    fn token(&mut self, request: &Request) -> Answer {
        let is_machine = request.line.starts_with("GET ");
        let has = |part: &str| request.body.contains(part);
        let is_client = has(&format!("client_id={CLIENT}"));
        let secret = |secret: &str| is_client && has(&format!("client_secret={}", encoded(secret)));
        let is_good = match is_machine {
            true => {
                request.authorization.as_deref() == Some(MachineIdentity::HEADER)
                    && request.line.contains("resource=https%3A%2F%2Fvault.azure.net")
            }
            false => {
                secret(CLIENT_SECRET)
                    || secret(POWERLESS)
                    || is_client && has(&format!("client_assertion={ASSERTION}"))
            }
        };
        if !is_good {
            return Answer::new(
                401,
                json!({"error": "invalid_client", "error_codes": [7_000_215],
                    "error_description": format!("AADSTS7000215: canary of the description: {}", request.body)}),
            );
        }
        let text = self.give_token(secret(POWERLESS));
        let lasts = self.lasts.unwrap_or(3600);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
        let ends = now.as_secs() as i64 + lasts;
        let answer = match is_machine {
            true => json!({"access_token": text, "expires_on": ends.to_string(),
                "token_type": "Bearer", "resource": "https://vault.azure.net"}),
            false => json!({"access_token": text, "expires_in": lasts, "token_type": "Bearer"}),
        };
        Answer::new(200, answer)
    }

    fn of_vault(&self, request: &Request) -> Answer {
        let token = request.authorization.as_deref().and_then(|text| text.strip_prefix("Bearer "));
        let known = self.tokens.iter().find(|known| Some(known.text.as_str()) == token);
        let Some(known) = known.filter(|token| !token.is_revoked) else {
            let usual = format!(
                "Bearer authorization=\"https://{AUTHORITY}/{TENANT}\", resource=\"https://vault.azure.net\""
            );
            let challenge = self.challenge.as_deref().unwrap_or(&usual);
            let answer = Answer::error(401, "Unauthorized", None);
            return answer.header("WWW-Authenticate", challenge);
        };
        if known.is_powerless {
            return Answer::error(403, "Forbidden", Some("ForbiddenByRbac"));
        }
        let target = request.line.strip_prefix("GET ").unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parts: Vec<&str> = path.split('/').skip(1).filter(|part| !part.is_empty()).collect();
        match parts[..] {
            ["secrets"] => self.list(&request.host, query),
            ["secrets", name] => self.secret(&request.host, name, None),
            ["secrets", name, version] => self.secret(&request.host, name, Some(version)),
            ["deletedsecrets", name] if self.deleted.contains(name) => Answer::new(
                200,
                json!({"id": format!("https://{}/secrets/{name}", request.host), "attributes": {"enabled": true}}),
            ),
            _ => Answer::error(404, "SecretNotFound", None),
        }
    }

    fn list(&self, host: &str, query: &str) -> Answer {
        let token = query.split('&').find_map(|part| part.strip_prefix("$skiptoken="));
        let token =
            token.or_else(|| query.split('&').find_map(|part| part.strip_prefix("%24skiptoken=")));
        let from: usize = token.and_then(|text| text.parse().ok()).unwrap_or_default();
        let all: Vec<&String> = self.secrets.keys().collect();
        let page = all.iter().skip(from).take(PAGE);
        let value: Vec<Value> = page
            .map(|name| {
                let newest = self.secrets[*name].last().map(|version| version.attributes.clone());
                json!({"id": format!("https://{host}/secrets/{name}"), "attributes": newest})
            })
            .collect();
        let more = from + value.len() < all.len();
        let host = self.next_host.as_deref().unwrap_or(host);
        let next = more.then(|| {
            format!("https://{host}/secrets?api-version=7.6&$skiptoken={}", from + value.len())
        });
        Answer::new(200, json!({"value": value, "nextLink": next}))
    }

    fn secret(&self, host: &str, name: &str, version: Option<&str>) -> Answer {
        let found = self.secrets.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((name, versions)) = found else {
            return Answer::error(404, "SecretNotFound", None);
        };
        let at = match version {
            None => Some(versions.len()),
            Some(version) => (1..=versions.len()).find(|at| version_name(*at) == version),
        };
        let Some(at) = at else { return Answer::error(404, "SecretNotFound", None) };
        let Version { value, attributes } = &versions[at - 1];
        if attributes["enabled"] == json!(false) {
            return Answer::error(403, "Forbidden", Some("SecretDisabled"));
        }
        let id = format!("https://{host}/secrets/{name}/{}", version_name(at));
        Answer::new(
            200,
            json!({"id": id, "value": value, "attributes": attributes, "contentType": "text/plain"}),
        )
    }
}

/// The name of a version: 32 hex digits.
fn version_name(at: usize) -> String {
    format!("{:032x}", 0x7f3a_0000 + at)
}

/// The encoding of forms.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
