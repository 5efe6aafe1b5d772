//! A thread with a runtime of its own, for clients that are asynchronous.
//!
//! A client keeps connections that belong to the runtime in which they were opened, so the runtime lives as long as the
//! provider. It has nothing to do with a runtime of the program, and works where there is none.
//!
//! Nothing is traced on it: at the level `DEBUG` some clients trace what they received, values of secrets included.

use core::future::Future;
use core::pin::Pin;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tracing::subscriber::NoSubscriber;

use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs futures until it is dropped; those that are running then are given up.
pub(super) struct AsyncThread {
    jobs: Option<UnboundedSender<Job>>,
    thread: Option<JoinHandle<()>>,
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
        let thread = thread.spawn(move || {
            let _untraced = tracing::subscriber::set_default(NoSubscriber::default());
            runtime.block_on(async {
                while let Some(job) = received.recv().await {
                    tokio::spawn(job);
                }
            });
            // What looks a host up may hang, and is not waited for.
            runtime.shutdown_background();
        });
        Ok(AsyncThread { jobs: Some(jobs), thread: Some(thread.map_err(no_thread)?) })
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
        match answer.recv() {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) => Err(timed_out()),
            Err(_) => Err(ProviderError::new("a call of it panicked")),
        }
    }
}

impl Drop for AsyncThread {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
