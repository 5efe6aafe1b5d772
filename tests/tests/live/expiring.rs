//! Values that are good for some time only: they are read again when it is over, without a trigger.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use envaudit::ledger::Context;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::live::Update;
use envaudit::{
    Ask, Cached, EnvConfig, ExposeSecret, Fetched, Provider, ProviderError, SecretString, Source,
};
use envaudit_tests::canary::{CANARY, assert_hidden};
use envaudit_tests::record_helpers::bytes;
use envaudit_tests::{fresh_ledger, isolated};

const GENEROUS: Duration = Duration::from_secs(60);

#[derive(EnvConfig, Debug)]
struct Config {
    api_key: SecretString,
    #[env(default = 8080)]
    port: u16,
}

/// A store that gives another key out each time.
struct Rotating {
    asked: Arc<AtomicUsize>,
    lease: Option<Duration>,
}

impl Provider for Rotating {
    fn name(&self) -> &str {
        "rotating"
    }

    fn source(&self) -> Source {
        Source::Vault
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        let nth = self.asked.fetch_add(1, Ordering::SeqCst);
        let mut fetched = Fetched::new();
        let value = fetched.insert("API_KEY", format!("{CANARY}{nth}"));
        value.secret_id("app").version(nth.to_string());
        if let Some(lease) = self.lease {
            value.valid_for(lease);
        }
        Ok(fetched)
    }
}

#[test]
fn a_lease_that_ends_is_read_again_told_and_recorded() {
    let asked = Arc::new(AtomicUsize::new(0));
    let store = Rotating { asked: Arc::clone(&asked), lease: Some(Duration::from_secs(1)) };
    let ledger = Arc::new(fresh_ledger::on(&MemoryDisk::default()));
    let live = isolated::nothing::<Config>()
        .source(store)
        .live()
        .record_to(Arc::clone(&ledger), Context::new())
        .start()
        .unwrap();
    let updates = live.subscribe();
    for nth in 1..=2 {
        let Ok(Update::Changed(change)) = updates.recv_timeout(GENEROUS) else {
            panic!("no change")
        };
        assert!(change.has(Config::key("API_KEY")) && !change.has(Config::key("PORT")));
        assert_eq!(change.after().port, 8080);
        assert_eq!(change.after().api_key.expose_secret(), format!("{CANARY}{nth}"));
        let place = change.after().audit().api_key.location.as_ref().unwrap().to_string();
        assert_eq!(place, format!("app (version {nth})"));
        let recorded: Vec<String> =
            change.recorded().unwrap().changes().iter().map(ToString::to_string).collect();
        assert_eq!(recorded, ["~ API_KEY: (secret) rotated"]);
    }
    assert_hidden(&bytes(ledger.source()), "the ledger");
}

#[test]
fn the_end_of_a_cache_is_one_as_well() {
    let asked = Arc::new(AtomicUsize::new(0));
    let store = Cached::new(Rotating { asked: Arc::clone(&asked), lease: None });
    let loader = isolated::nothing::<Config>().source(store.ttl(Duration::from_secs(1)));
    let live = loader.live().start().unwrap();
    let updates = live.subscribe();
    let Ok(Update::Changed(change)) = updates.recv_timeout(GENEROUS) else { panic!("no change") };
    assert_eq!(change.after().api_key.expose_secret(), format!("{CANARY}1"));
}

#[test]
fn what_is_good_for_ever_is_not_read_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let rotating = Rotating { asked: Arc::clone(&asked), lease: None };
    let live = isolated::nothing::<Config>().source(rotating).live().start().unwrap();
    assert!(live.reload().unwrap().is_some());
    drop(live);
    assert_eq!(asked.load(Ordering::SeqCst), 2, "at the start, and when it was told to");
}
