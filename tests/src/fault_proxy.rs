//! A TCP proxy that stands before a server and does to its answers what networks do.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// What happens to connections from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The server gets what it is sent, and its answer never arrives.
    AnswerSwallowed,
    /// Answers come at one byte a second.
    Slow,
    /// The connection is closed as soon as an answer has begun.
    Reset,
    /// Nothing goes through in either direction.
    BlackHole,
    /// The next so many answers are this status of HTTP, and the server is not asked.
    Status(u16, usize),
}

/// A proxy on a free port, ended when it is dropped.
pub struct FaultProxy {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    to: u16,
    fault: Mutex<Fault>,
    requests: AtomicUsize,
    is_ended: AtomicBool,
}

impl FaultProxy {
    /// Stands before the server on this port.
    pub fn before(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
        let port = listener.local_addr().expect("it has an address").port();
        let shared = Arc::new(Shared {
            to,
            fault: Mutex::new(Fault::None),
            requests: AtomicUsize::new(0),
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
        FaultProxy { port, shared, thread: Some(thread) }
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it does to answers from now on.
    pub fn set(&self, fault: Fault) {
        *self.shared.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// How many requests of HTTP it was sent.
    pub fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.is_ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The status to answer with in place of the server.
    fn take_status(&self) -> Option<u16> {
        let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        let Fault::Status(status, left) = *fault else { return None };
        *fault = match left {
            0 | 1 => Fault::None,
            left => Fault::Status(status, left - 1),
        };
        Some(status)
    }
}

fn serve(shared: &Arc<Shared>, mut client: TcpStream) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", shared.to)) else { return };
    let (Ok(answers), Ok(to_client)) = (server.try_clone(), client.try_clone()) else { return };
    let of_answers = Arc::clone(shared);
    std::thread::spawn(move || answer(&of_answers, answers, to_client));
    let mut server = server;
    let mut bytes = [0; 16 << 10];
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        let sent = &bytes[..count];
        // A request of these tests comes in one piece.
        if [&b"GET "[..], b"POST", b"PUT "].iter().any(|method| sent.starts_with(method)) {
            shared.requests.fetch_add(1, Ordering::SeqCst);
            if let Some(status) = shared.take_status() {
                let answer = format!(
                    "HTTP/1.1 {status} Fault\r\nRetry-After: 0\r\nLocation: http://127.0.0.1:1/\r\n\
                     Content-Length: 2\r\n\r\n{{}}"
                );
                if client.write_all(answer.as_bytes()).is_err() {
                    return;
                }
                continue;
            }
        }
        if shared.fault() == Fault::BlackHole {
            continue;
        }
        if server.write_all(sent).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}

fn answer(shared: &Shared, mut server: TcpStream, mut client: TcpStream) {
    let _ = server.set_read_timeout(Some(Duration::from_millis(50)));
    let mut bytes = [0; 16 << 10];
    loop {
        let count = match server.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                match shared.is_ended.load(Ordering::SeqCst) {
                    true => break,
                    false => continue,
                }
            }
            Err(_) => break,
        };
        match shared.fault() {
            Fault::None | Fault::Status(..) => {
                if client.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            Fault::AnswerSwallowed | Fault::BlackHole => {}
            Fault::Reset => {
                let _ = client.write_all(&bytes[..count.min(20)]);
                break;
            }
            Fault::Slow => {
                for byte in &bytes[..count] {
                    if client.write_all(&[*byte]).is_err() || shared.is_ended.load(Ordering::SeqCst)
                    {
                        break;
                    }
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}
