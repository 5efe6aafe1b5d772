//! Values of a provider that are kept for a time, by the loader's clock.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use envaudit::{
    Ask, Cached, EnvConfig, ExposeSecret, Fetched, LoadError, Loaded, Loader, OnFailure,
    ProblemKind, Provider, ProviderError, ProviderErrorKind, SecretString, Source, Warning,
};
use envaudit_tests::{isolated, problems};

#[derive(EnvConfig, Debug)]
struct App {
    api_key: SecretString,
    region: Option<String>,
}

const MINUTE: Duration = Duration::from_secs(60);

/// A store whose answer is changed while the test runs.
#[derive(Clone)]
struct Changing {
    asked: Arc<AtomicUsize>,
    answer: Arc<Mutex<Result<Fetched, ProviderError>>>,
}

impl Changing {
    fn new() -> Self {
        let answer = Arc::new(Mutex::new(Ok(Fetched::new())));
        Changing { asked: Arc::default(), answer }
    }

    fn answers(&self, answer: Result<Fetched, ProviderError>) {
        *self.answer.lock().unwrap() = answer;
    }

    fn has(&self, key: &str) {
        self.answers(Ok(with_key(key)));
    }

    fn fails(&self, kind: ProviderErrorKind) {
        self.answers(Err(ProviderError::of(kind)));
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn with_key(key: &str) -> Fetched {
    let mut fetched = Fetched::new();
    fetched.insert("API_KEY", key).secret_id("app").version("7");
    fetched
}

impl Provider for Changing {
    fn name(&self) -> &str {
        "changing"
    }

    fn source(&self) -> Source {
        Source::Vault
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.answer.lock().unwrap().clone()
    }
}

/// A loader whose clock shows so many seconds after the beginning.
struct World {
    store: Changing,
    seconds: Arc<AtomicI64>,
    loader: Loader<App>,
}

impl World {
    fn new(cached: impl FnOnce(Cached<Changing>) -> Cached<Changing>) -> Self {
        let store = Changing::new();
        let seconds = Arc::new(AtomicI64::new(0));
        let begin: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        let shown = Arc::clone(&seconds);
        let clock = move || begin + TimeDelta::seconds(shown.load(Ordering::SeqCst));
        let loader = isolated::nothing().clock(clock).source(cached(Cached::new(store.clone())));
        World { store, seconds, loader }
    }

    fn at(&self, seconds: i64) -> Result<Loaded<App>, LoadError> {
        self.seconds.store(seconds, Ordering::SeqCst);
        self.loader.load()
    }

    /// The key and where it is from.
    fn key_at(&self, seconds: i64) -> (String, String) {
        let loaded = self.at(seconds).unwrap_or_else(|error| panic!("at {seconds}: {error}"));
        let place = loaded.audit().api_key.location.as_ref().unwrap().to_string();
        (loaded.api_key.expose_secret().to_owned(), place)
    }
}

#[test]
fn a_store_is_asked_again_when_the_time_is_over() {
    let world = World::new(|cached| cached.ttl(5 * MINUTE));
    world.store.has("one");
    assert_eq!(world.key_at(0), ("one".to_owned(), "app (version 7)".to_owned()));
    world.store.has("two");
    let (key, place) = world.key_at(299);
    assert_eq!(key, "one");
    assert!(place.contains("cached since 2026-01-01T00:00:00"), "{place}");
    assert_eq!(world.store.asked(), 1);
    assert_eq!(world.key_at(300), ("two".to_owned(), "app (version 7)".to_owned()));
    assert_eq!(world.store.asked(), 2);
    let (key, place) = world.key_at(301);
    assert!(key == "two" && place.contains("cached since 2026-01-01T00:05:00"), "{place}");
    // A clock that was set back says nothing of how old a value is.
    world.store.has("three");
    assert_eq!(world.key_at(10).0, "three");
}

#[test]
fn a_value_that_is_good_for_less_is_kept_for_less() {
    let world = World::new(|cached| cached.ttl(60 * MINUTE));
    let mut leased = Fetched::new();
    leased.insert("API_KEY", "leased").valid_for(MINUTE);
    leased.insert("REGION", "eu-1");
    world.store.answers(Ok(leased));
    assert_eq!(world.at(0).unwrap().api_key.expose_secret(), "leased");
    world.store.has("renewed");
    assert_eq!(world.at(59).unwrap().api_key.expose_secret(), "leased");
    assert_eq!(world.at(60).unwrap().api_key.expose_secret(), "renewed");
}

#[test]
fn loads_at_the_same_time_ask_once() {
    let world = World::new(|cached| cached);
    world.store.has("one");
    let all_here = Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                all_here.wait();
                assert_eq!(world.loader.load().unwrap().api_key.expose_secret(), "one");
            });
        }
    });
    assert_eq!(world.store.asked(), 1);
}

#[test]
fn stale_values_are_for_a_store_that_is_away_and_for_no_other_reason() {
    let world = World::new(|cached| cached.ttl(MINUTE).stale_if_unavailable(10 * MINUTE));
    world.store.has("one");
    world.key_at(0);
    let retry_after = Some(MINUTE);
    for kind in [
        ProviderErrorKind::Unavailable,
        ProviderErrorKind::TimedOut,
        ProviderErrorKind::Throttled { retry_after },
    ] {
        world.store.fails(kind);
        let (key, place) = world.key_at(120);
        assert_eq!(key, "one", "{kind:?}");
        assert!(place.contains("stale since 2026-01-01T00:01:00"), "{kind:?}: {place}");
    }
    for kind in [
        ProviderErrorKind::Denied,
        ProviderErrorKind::Unauthenticated,
        ProviderErrorKind::Absent,
        ProviderErrorKind::Malformed,
        ProviderErrorKind::Misconfigured,
        ProviderErrorKind::TooLarge,
    ] {
        world.store.fails(kind);
        let loaded = world.at(120);
        assert_eq!(problems::of(&loaded)[0].kind(), ProblemKind::Provider, "{kind:?}");
    }
    world.store.fails(ProviderErrorKind::Unavailable);
    assert_eq!(world.key_at(60 + 600).0, "one", "until the very end");
    assert!(world.at(60 + 601).is_err(), "and no longer");
    world.store.has("two");
    assert_eq!(world.key_at(700), ("two".to_owned(), "app (version 7)".to_owned()));
}

#[test]
fn without_leave_nothing_stale_is_used() {
    let world = World::new(|cached| cached.ttl(MINUTE));
    world.store.has("one");
    world.key_at(0);
    world.store.fails(ProviderErrorKind::Unavailable);
    assert_eq!(world.key_at(30).0, "one", "it is not asked");
    assert!(world.at(60).is_err());
}

#[test]
fn what_is_there_in_part_is_not_kept() {
    let world = World::new(|cached| cached.ttl(MINUTE).stale_if_unavailable(60 * MINUTE));
    let part = |kind| {
        let mut fetched = Fetched::new();
        fetched.insert("API_KEY", "new");
        fetched.fail("REGION", ProviderError::of(kind));
        fetched
    };
    world.store.answers(Ok(part(ProviderErrorKind::Unavailable)));
    let loaded = world.at(0);
    assert_eq!(problems::only(&loaded).key(), Some("REGION"));
    let mut whole = with_key("old");
    whole.insert("REGION", "eu-1");
    world.store.answers(Ok(whole));
    assert_eq!(world.at(1).unwrap().region.as_deref(), Some("eu-1"), "it is asked again at once");

    // Of what fails later, the former value fills in where the store is away, and only there.
    world.store.answers(Ok(part(ProviderErrorKind::Unavailable)));
    let loaded = world.at(100).unwrap();
    assert_eq!(loaded.api_key.expose_secret(), "new");
    assert_eq!(loaded.region.as_deref(), Some("eu-1"));
    let place = loaded.audit().region.location.as_ref().unwrap().to_string();
    assert_eq!(place, "REGION (stale since 2026-01-01T00:01:01Z)", "its key, for want of a name");
    world.store.answers(Ok(part(ProviderErrorKind::Denied)));
    assert_eq!(problems::only(&world.at(101)).key(), Some("REGION"));
}

/// What a provider was told of its earlier answers.
struct Versioned(Arc<Mutex<Vec<Option<String>>>>, AtomicUsize);

impl Provider for Versioned {
    fn name(&self) -> &str {
        "versioned"
    }

    fn source(&self) -> Source {
        Source::Custom
    }

    fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
        self.0.lock().unwrap().push(ask.known_version("API_KEY").map(str::to_owned));
        let nth = self.1.fetch_add(1, Ordering::SeqCst);
        let mut fetched = Fetched::new();
        fetched.insert("API_KEY", "key").version(format!("v{nth}"));
        Ok(fetched)
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Required
    }
}

#[test]
fn a_provider_is_told_the_version_that_it_gave_out_last() {
    let known = Arc::default();
    let loader =
        isolated::nothing::<App>().source(Versioned(Arc::clone(&known), AtomicUsize::new(0)));
    for _ in 0..3 {
        loader.load().unwrap();
    }
    let told = known.lock().unwrap().clone();
    assert_eq!(told, [None, Some("v0".to_owned()), Some("v1".to_owned())]);
}

#[test]
fn an_optional_store_that_fails_behind_a_cache_is_a_warning() {
    let store = Changing::new();
    store.fails(ProviderErrorKind::Denied);
    struct Optional(Changing);
    impl Provider for Optional {
        fn name(&self) -> &str {
            self.0.name()
        }
        fn source(&self) -> Source {
            self.0.source()
        }
        fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
            self.0.fetch(ask)
        }
        fn on_failure(&self) -> OnFailure {
            OnFailure::Optional
        }
    }
    let loader = isolated::vars::<App>([("API_KEY", "of the environment")])
        .source(Cached::new(Optional(store)));
    let loaded = loader.load().unwrap();
    assert_eq!(loaded.audit().api_key.source, Source::System);
    let warnings = loaded.audit().warnings();
    assert!(warnings.iter().any(|it| matches!(it, Warning::ProviderFailed { .. })), "{warnings:?}");
}
