//! Providers that never return: each costs one thread, however many loads there are.

use core::time::Duration;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use envaudit::{Ask, EnvConfig, Fetched, OnFailure, Provider, ProviderError, Source};
use envaudit_tests::isolated;

#[derive(EnvConfig)]
struct Config {
    name: Option<String>,
}

/// The calls of a provider, which hang until they are let go.
#[derive(Default)]
struct Calls {
    begun: AtomicUsize,
    at_once: AtomicUsize,
    most: AtomicUsize,
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Calls {
    fn hang(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let is_open = self.is_open.lock().expect("no panic");
        drop(self.opened.wait_while(is_open, |is_open| !*is_open).expect("no panic"));
        self.at_once.fetch_sub(1, Ordering::SeqCst);
    }

    fn let_go(&self) {
        *self.is_open.lock().expect("no panic") = true;
        self.opened.notify_all();
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }
}

struct Hanging {
    name: &'static str,
    calls: Arc<Calls>,
    on_failure: OnFailure,
}

impl Provider for Hanging {
    fn name(&self) -> &str {
        self.name
    }

    fn source(&self) -> Source {
        Source::Aws
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        self.calls.hang();
        let mut fetched = Fetched::new();
        fetched.insert("NAME", "fetched");
        Ok(fetched)
    }

    fn timeout(&self) -> Duration {
        Duration::from_millis(20)
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }
}

#[test]
fn a_provider_that_hangs_is_asked_once_however_many_loads_there_are() {
    let calls = Arc::new(Calls::default());
    let hanging =
        |on_failure| Hanging { name: "one loader", calls: Arc::clone(&calls), on_failure };
    let loader = isolated::nothing::<Config>().source(hanging(OnFailure::Optional));
    for load in 0..100 {
        let cfg = loader.load().unwrap();
        assert_eq!(cfg.name, None);
        let said = cfg.audit().warnings()[0].to_string();
        let expected =
            if load == 0 { "no answer within 20ms" } else { "an earlier call has not returned" };
        assert!(said.contains(expected), "{load}: {said}");
    }
    assert_eq!(calls.begun(), 1);
    calls.let_go();
    // Once it has returned it is asked again. The thread that ends is the only one to wait for.
    let again = (0..).find_map(|_| {
        std::thread::yield_now();
        loader.load().unwrap().name.clone()
    });
    assert_eq!(again.as_deref(), Some("fetched"));
    assert_eq!(calls.most.load(Ordering::SeqCst), 1);
}

#[test]
fn loads_at_the_same_time_ask_one_after_the_other() {
    let calls = Arc::new(Calls::default());
    let hanging = Hanging {
        name: "many threads",
        calls: Arc::clone(&calls),
        on_failure: OnFailure::Required,
    };
    let loader = isolated::nothing::<Config>().source(hanging);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert!(loader.load().is_err()));
        }
    });
    assert_eq!(calls.begun(), 1);
    calls.let_go();
}

#[test]
fn new_providers_of_one_kind_do_not_pile_up_either() {
    let calls = Arc::new(Calls::default());
    for _ in 0..50 {
        let calls = Arc::clone(&calls);
        let hanging = Hanging { name: "new each time", calls, on_failure: OnFailure::Optional };
        isolated::nothing::<Config>().source(hanging).load().unwrap();
    }
    assert!(calls.begun() <= 4, "{}", calls.begun());
    // One of another name is another store.
    let other = Arc::new(Calls::default());
    other.let_go();
    let asked =
        Hanging { name: "another", calls: Arc::clone(&other), on_failure: OnFailure::Required };
    let loader = isolated::nothing::<Config>().source(asked);
    let cfg = (0..).find_map(|_| loader.load().ok()).unwrap();
    assert_eq!(cfg.name.as_deref(), Some("fetched"));
    calls.let_go();
}

static OF_STATELESS: Calls = Calls {
    begun: AtomicUsize::new(0),
    at_once: AtomicUsize::new(0),
    most: AtomicUsize::new(0),
    is_open: Mutex::new(false),
    opened: Condvar::new(),
};

/// Without state, all of them are one and the same.
struct Stateless;

impl Provider for Stateless {
    fn name(&self) -> &str {
        "stateless"
    }

    fn source(&self) -> Source {
        Source::Azure
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        OF_STATELESS.hang();
        Ok(Fetched::new())
    }

    fn timeout(&self) -> Duration {
        Duration::from_millis(20)
    }
}

#[test]
fn a_provider_without_state_hangs_once_for_all_loaders() {
    for _ in 0..50 {
        assert!(isolated::nothing::<Config>().source(Stateless).load().is_err());
    }
    assert_eq!(OF_STATELESS.begun(), 1);
    OF_STATELESS.let_go();
}
