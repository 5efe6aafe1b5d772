//! A thread with a runtime of its own, for clients that are asynchronous.
//!
//! A client keeps connections that belong to the runtime in which they were opened, so the runtime lives as long as the
//! provider. It has nothing to do with a runtime of the program, and works where there is none.
//!
//! Nothing is traced on it: at the level `DEBUG` some clients trace what they received, values of secrets included.

use core::future::Future;
use core::pin::Pin;
use core::time::Duration;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tracing::subscriber::NoSubscriber;

use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// How long its thread may take to say that the deadline has passed, and to end. Only a call that blocks it takes longer, such as the
/// reading of a file from a disk that hangs: then nobody waits for it.
const GRACE: Duration = Duration::from_millis(25);

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs futures until it is dropped; those that are running then are given up.
pub(super) struct AsyncThread {
    jobs: Option<UnboundedSender<Job>>,
    thread: Option<JoinHandle<()>>,
    /// Closed when the thread has ended.
    ended: Mutex<mpsc::Receiver<()>>,
}

impl AsyncThread {
    pub(super) fn start(name: &str) -> Result<Self, ProviderError> {
        let no_thread = |error: std::io::Error| {
            ProviderError::new(format_args!("no thread for it: {}", error.kind()))
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(no_thread)?;
        let (jobs, mut received) = unbounded_channel::<Job>();
        let thread = std::thread::Builder::new().name(format!("envaudit-{name}"));
        let (ended_to, ended) = mpsc::channel();
        let thread = thread.spawn(move || {
            let _ended_to: mpsc::Sender<()> = ended_to;
            runtime.block_on(async {
                // The crate is asked whether anybody listens, since a subscriber of any kind, even one that hears nothing, ends
                // its fallback to the crate `log` for the whole program. It is one that the crate counts: beside one that it does
                // not count, what is first traced here would be taken for what nobody wants anywhere.
                let mut silence = None;
                while let Some(job) = received.recv().await {
                    if silence.is_none() && tracing::dispatcher::has_been_set() {
                        silence = Some(tracing::subscriber::set_default(NoSubscriber::default()));
                    }
                    tokio::spawn(job);
                }
            });
            // What looks a host up may hang, and is not waited for.
            runtime.shutdown_background();
        });
        let ended = Mutex::new(ended);
        Ok(AsyncThread { jobs: Some(jobs), thread: Some(thread.map_err(no_thread)?), ended })
    }

    /// Runs a future, and gives it up at the deadline.
    pub(super) fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let timed_out = || ProviderError::of(ProviderErrorKind::TimedOut);
        let (answer_to, answer) = mpsc::channel();
        let job = async move {
            let done = tokio::time::timeout_at(deadline.into(), future).await;
            // Nobody may wait for it any more.
            let _ = answer_to.send(done);
        };
        let sent = self.jobs.as_ref().map(|jobs| jobs.send(Box::pin(job)));
        if !matches!(sent, Some(Ok(()))) {
            return Err(ProviderError::new("its thread has ended"));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        match answer.recv_timeout(left + GRACE) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) | Err(RecvTimeoutError::Timeout) => Err(timed_out()),
            Err(RecvTimeoutError::Disconnected) => Err(ProviderError::new("a call of it panicked")),
        }
    }
}

impl Drop for AsyncThread {
    fn drop(&mut self) {
        self.jobs = None;
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        let has_ended = ended.recv_timeout(GRACE) == Err(RecvTimeoutError::Disconnected);
        if let Some(thread) = self.thread.take().filter(|_| has_ended) {
            let _ = thread.join();
        }
    }
}
