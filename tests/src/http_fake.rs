//! A server of HTTP that answers what a test says, for answers that real servers cannot be made to give.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

/// A server on a free port, ended when it is dropped.
pub struct HttpFake {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    answer: Box<dyn Fn(&FakeRequest) -> FakeAnswer + Send + Sync>,
    requests: Mutex<Vec<FakeRequest>>,
    is_ended: AtomicBool,
}

/// A request that it was sent.
#[derive(Clone, Debug)]
pub struct FakeRequest {
    /// The method.
    pub method: String,
    /// The path, with the query.
    pub path: String,
    /// The names, in small letters, and values of its headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What it answers.
#[derive(Clone, Debug)]
pub struct FakeAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    ends: Ends,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Whole,
    InTheMiddle,
    Never,
}

impl FakeAnswer {
    /// A body with this status.
    pub fn new(status: u16, body: impl ToString) -> Self {
        FakeAnswer { status, headers: Vec::new(), body: body.to_string(), ends: Ends::Whole }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The connection is closed when half of the body is sent.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.ends = Ends::InTheMiddle;
        self
    }

    /// Nothing, while the connection stays open.
    pub fn never() -> Self {
        FakeAnswer { ends: Ends::Never, ..FakeAnswer::new(200, "") }
    }
}

impl FakeRequest {
    /// The value of a header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The operation of AWS, such as `GetSecretValue`.
    pub fn operation(&self) -> &str {
        let target = self.header("x-amz-target").unwrap_or_default();
        target.rsplit('.').next().unwrap_or_default()
    }

    /// The id of the key that AWS is asked with.
    pub fn access_key(&self) -> &str {
        let signature = self.header("authorization").unwrap_or_default();
        let key = signature.split("Credential=").nth(1).unwrap_or_default();
        key.split('/').next().unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl HttpFake {
    /// Starts one that answers by this function, which is called for several connections at once.
    pub fn start(answer: impl Fn(&FakeRequest) -> FakeAnswer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
        let port = listener.local_addr().expect("it has an address").port();
        let shared = Arc::new(Shared {
            answer: Box::new(answer),
            requests: Mutex::default(),
            is_ended: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for client in listener.incoming() {
                if of_thread.is_ended.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(client) = client else { continue };
                let shared = Arc::clone(&of_thread);
                std::thread::spawn(move || serve(&shared, client));
            }
        });
        HttpFake { port, shared, thread: Some(thread) }
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The requests that it was sent so far.
    pub fn requests(&self) -> Vec<FakeRequest> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for HttpFake {
    fn drop(&mut self) {
        self.shared.is_ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(shared: &Shared, client: TcpStream) {
    let Ok(mut to_client) = client.try_clone() else { return };
    let mut from_client = BufReader::new(client);
    while let Some(request) = read(&mut from_client) {
        let mut requests = shared.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(request.clone());
        drop(requests);
        let answer = (shared.answer)(&request);
        let mut bytes =
            format!("HTTP/1.1 {} Fake\r\nContent-Length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in &answer.headers {
            bytes.push_str(&format!("{name}: {value}\r\n"));
        }
        bytes.push_str("\r\n");
        bytes.push_str(&answer.body);
        let sent = match answer.ends {
            Ends::Whole => bytes.as_bytes(),
            Ends::InTheMiddle => &bytes.as_bytes()[..bytes.len() - answer.body.len() / 2],
            Ends::Never => {
                while !shared.is_ended.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                return;
            }
        };
        if to_client.write_all(sent).is_err() || answer.ends == Ends::InTheMiddle {
            return;
        }
    }
}

/// The next request of a connection, if it has not ended.
fn read(from: &mut BufReader<TcpStream>) -> Option<FakeRequest> {
    let mut line = String::new();
    from.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line).ok().filter(|count| *count > 0)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => {
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            None => break,
        }
    }
    let mut request = FakeRequest { method, path, headers, body: String::new() };
    let length = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    request.body = String::from_utf8(body).ok()?;
    Some(request)
}
