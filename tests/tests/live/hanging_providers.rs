//! A provider that hangs while a configuration is read again.

use core::time::Duration;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use envaudit::live::{Live, Update};
use envaudit::{Ask, EnvConfig, Fetched, Provider, ProviderError, Source};
use envaudit_tests::isolated;

#[derive(EnvConfig)]
struct Config {
    name: String,
}

/// A store that answers, or hangs until it answers again.
#[derive(Clone, Default)]
struct Remote(Arc<Calls>);

#[derive(Default)]
struct Calls {
    begun: AtomicUsize,
    at_once: AtomicUsize,
    most: AtomicUsize,
    hangs: Mutex<bool>,
    changed: Condvar,
}

impl Remote {
    fn set_hanging(&self, hangs: bool) {
        *self.0.hangs.lock().expect("no panic") = hangs;
        self.0.changed.notify_all();
    }

    fn begun(&self) -> usize {
        self.0.begun.load(Ordering::SeqCst)
    }
}

impl Provider for Remote {
    fn name(&self) -> &str {
        "remote"
    }

    fn source(&self) -> Source {
        Source::Aws
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        let Calls { begun, at_once, most, hangs, changed } = &*self.0;
        let nth = begun.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let hangs = hangs.lock().expect("no panic");
        drop(changed.wait_while(hangs, |hangs| *hangs).expect("no panic"));
        at_once.fetch_sub(1, Ordering::SeqCst);
        let mut fetched = Fetched::new();
        fetched.insert("NAME", format!("answer {nth}"));
        Ok(fetched)
    }

    /// Long where it answers, on however busy a machine.
    fn timeout(&self) -> Duration {
        match *self.0.hangs.lock().expect("no panic") {
            true => Duration::from_millis(20),
            false => Duration::from_secs(60),
        }
    }
}

fn started(remote: &Remote) -> Live<Config> {
    isolated::nothing::<Config>().source(remote.clone()).live().start().expect("it is loaded")
}

#[test]
fn a_reload_ends_at_the_deadline_and_the_old_state_stays_until_the_store_answers_again() {
    let remote = Remote::default();
    let live = started(&remote);
    let updates = live.subscribe();
    assert_eq!(live.get().name, "answer 1");

    remote.set_hanging(true);
    for reload in 0..50 {
        let error = live.reload().expect_err("the store hangs").to_string();
        let expected = match reload {
            0 => "no answer within 20ms",
            _ => "an earlier call has not returned",
        };
        assert!(error.contains(expected), "{reload}: {error}");
        assert_eq!(live.get().name, "answer 1", "the old state stays");
    }
    assert_eq!(remote.begun(), 2, "one thread for all reloads");
    let told: Vec<Update<Config>> = updates.try_iter().collect();
    assert!(!told.is_empty() && told.iter().all(|update| matches!(update, Update::Rejected(_))));

    remote.set_hanging(false);
    // The call that hung ends on a thread of its own; until then there are more failures.
    let change = (0..).find_map(|_| {
        std::thread::yield_now();
        live.reload().ok()
    });
    assert!(change.flatten().is_some(), "the first reload that succeeds has a change");
    assert_eq!(live.get().name, "answer 3", "the late answer is not used");
    assert_eq!((remote.begun(), remote.0.most.load(Ordering::SeqCst)), (3, 1));
}

#[test]
fn a_live_configuration_is_dropped_while_its_store_hangs() {
    let remote = Remote::default();
    let live = started(&remote);
    let updates = live.subscribe();
    remote.set_hanging(true);
    assert!(live.reload().is_err());
    drop(live);
    while let Ok(update) = updates.recv_timeout(Duration::from_secs(60)) {
        assert!(matches!(update, Update::Rejected(_)), "{update}");
    }
    assert_eq!(remote.begun(), 2);
    remote.set_hanging(false);
}
