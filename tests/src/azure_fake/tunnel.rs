//! A proxy that makes tunnels to the server of tests, and what accepts its connections.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

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

/// Accepts connections on a free port until it is dropped.
pub(super) struct Listener {
    pub(super) port: u16,
    is_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    pub(super) fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
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
