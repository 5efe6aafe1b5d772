//! The requirements on every provider of a store, as one suite that each runs.
//!
//! The store is a real one, or one that speaks its protocol. It holds one document of which the test makes versions, and can be
//! cut off from the provider.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use std::time::Duration;
//!
//! use envaudit::testing::provider_conformance::{self, TestStore};
//! use envaudit::{Ask, Fetched, Provider, ProviderError, ProviderErrorKind, Source};
//!
//! #[derive(Clone, Default)]
//! struct Memory(Arc<Mutex<State>>);
//!
//! #[derive(Default)]
//! struct State {
//!     members: serde_json::Map<String, serde_json::Value>,
//!     version: u64,
//!     is_cut_off: bool,
//! }
//!
//! impl TestStore for Memory {
//!     type Provider = MemoryProvider;
//!
//!     fn provider(&self, timeout: Duration) -> MemoryProvider {
//!         MemoryProvider { store: self.clone(), timeout }
//!     }
//!
//!     fn put(&self, document: &str) {
//!         let mut state = self.0.lock().unwrap();
//!         state.members = serde_json::from_str(document).unwrap();
//!         state.version += 1;
//!     }
//!
//!     fn cut_off(&self, yes: bool) {
//!         self.0.lock().unwrap().is_cut_off = yes;
//!     }
//! }
//!
//! struct MemoryProvider {
//!     store: Memory,
//!     timeout: Duration,
//! }
//!
//! impl Provider for MemoryProvider {
//!     fn name(&self) -> &str {
//!         "memory"
//!     }
//!
//!     fn source(&self) -> Source {
//!         Source::Custom
//!     }
//!
//!     fn timeout(&self) -> Duration {
//!         self.timeout
//!     }
//!
//!     fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, ProviderError> {
//!         let state = self.store.0.lock().unwrap();
//!         if state.is_cut_off {
//!             return Err(ProviderError::of(ProviderErrorKind::Unavailable));
//!         }
//!         let mut fetched = Fetched::new();
//!         for name in ask.requests().iter().flat_map(|request| request.names()) {
//!             if let Some(serde_json::Value::String(text)) = state.members.get(name) {
//!                 let value = fetched.insert(name, text.as_str());
//!                 value.secret_id("the document").version(state.version.to_string());
//!             }
//!         }
//!         Ok(fetched)
//!     }
//! }
//!
//! provider_conformance::check(&Memory::default());
//! ```

#![expect(clippy::unwrap_used, reason = "a suite of tests, which panics if a provider is wrong")]

use core::time::Duration;
use std::time::Instant;

use crate::{
    EnvConfig, ExposeSecret, LoadError, Loaded, Loader, OnFailure, ProblemKind, Provider,
    SecretString, Source,
};

/// A store that the suite makes documents in.
pub trait TestStore {
    /// The provider under test.
    type Provider: Provider;

    /// A provider that reads the document, and gives up after this time.
    fn provider(&self, timeout: Duration) -> Self::Provider;

    /// Makes a new version of the document: a JSON object whose members are named as the variables are.
    fn put(&self, document: &str);

    /// Lets no answer of the store reach the provider, or lets them through again.
    fn cut_off(&self, yes: bool);

    /// A provider whose credentials may not read the document, if there can be one.
    fn refused(&self, timeout: Duration) -> Option<Self::Provider> {
        let _ = timeout;
        None
    }

    /// How many requests the provider has sent so far, if that is known.
    fn requests(&self) -> Option<usize> {
        None
    }
}

/// Part of every value, to be looked for in what is said.
const CANARY: &str = "canary-7d41";

/// How long a provider may wait for the store.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How much longer a load may take than its provider may wait.
const MARGIN: Duration = Duration::from_secs(5);

#[derive(EnvConfig, Debug)]
#[env(crate = "crate", prefix = "SUITE_")]
struct Config {
    #[env(alias = "OLD_PASSWORD")]
    password: SecretString,
    name: Option<String>,
    port: Option<u16>,
}

/// Runs the suite.
///
/// # Panics
///
/// When the provider does not conform; the message says what it does instead.
pub fn check<S: TestStore>(store: &S) {
    let cases: [fn(&S); 7] = [
        values_come_with_their_place,
        an_alias_is_as_good_as_the_key,
        a_new_version_is_seen,
        all_variables_of_a_document_are_one_request,
        a_value_that_is_refused_is_not_shown,
        a_store_that_does_not_answer_ends_in_time,
        a_refusal_is_no_absence,
    ];
    for case in cases {
        store.cut_off(false);
        case(store);
    }
}

fn loader<P: Provider>(provider: P) -> Loader<Config> {
    let files = [Source::System, Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    files.into_iter().fold(Config::loader(), Loader::without).source(provider)
}

fn load<S: TestStore>(store: &S) -> Result<Loaded<Config>, LoadError> {
    loader(store.provider(TIMEOUT)).load()
}

fn document(password: &str) -> String {
    format!(r#"{{"SUITE_PASSWORD": "{CANARY}-{password}", "SUITE_NAME": "{CANARY}-n"}}"#)
}

/// Everything that an error can be made to say.
fn said(error: &LoadError) -> String {
    format!("{error} {error:?} {error:#?} {}", serde_json::to_string(error.problems()).unwrap())
}

fn values_come_with_their_place<S: TestStore>(store: &S) {
    store.put(&document("1"));
    let loaded = load(store).unwrap();
    assert_eq!(loaded.password.expose_secret(), format!("{CANARY}-1"));
    assert_eq!(loaded.name.as_deref(), Some(&*format!("{CANARY}-n")));
    assert_eq!(loaded.port, None, "what the document does not have is left out");
    let provider = store.provider(TIMEOUT);
    let entry = &loaded.audit().password;
    assert_eq!(entry.source, provider.source());
    assert_eq!(entry.provider.as_deref(), Some(provider.name()));
    let location = entry.location.as_ref().expect("the audit says which secret it was");
    assert!(location.secret_id().is_some(), "the audit says which secret it was");
    assert!(location.version().is_some(), "the audit says which version it was");
    let shown = format!("{} {loaded:?}", loaded.audit().to_json());
    let secret = format!("{CANARY}-1");
    assert!(!shown.contains(&secret), "the audit and `Debug` show no secret");
}

fn an_alias_is_as_good_as_the_key<S: TestStore>(store: &S) {
    store.put(&format!(r#"{{"SUITE_OLD_PASSWORD": "{CANARY}-old"}}"#));
    let loaded = load(store).unwrap();
    assert_eq!(loaded.password.expose_secret(), format!("{CANARY}-old"));
    assert_eq!(loaded.audit().password.found_as.as_deref(), Some("SUITE_OLD_PASSWORD"));
}

fn a_new_version_is_seen<S: TestStore>(store: &S) {
    store.put(&document("before"));
    let loader = loader(store.provider(TIMEOUT));
    let before = loader.load().unwrap();
    store.put(&document("after"));
    let after = loader.load().unwrap();
    assert_eq!(after.password.expose_secret(), format!("{CANARY}-after"));
    let version = |loaded: &Loaded<Config>| {
        let location = loaded.audit().password.location.clone().unwrap();
        location.version().map(str::to_owned)
    };
    assert_ne!(version(&before), version(&after), "another version has another name");
}

fn all_variables_of_a_document_are_one_request<S: TestStore>(store: &S) {
    store.put(&document("1"));
    let loader = loader(store.provider(TIMEOUT));
    // The first load may have to log in.
    loader.load().unwrap();
    let Some(before) = store.requests() else { return };
    loader.load().unwrap();
    let asked = store.requests().unwrap_or_default() - before;
    assert_eq!(asked, 1, "one document is one request, however many variables it feeds");
}

fn a_value_that_is_refused_is_not_shown<S: TestStore>(store: &S) {
    store.put(&format!(r#"{{"SUITE_PASSWORD": "x", "SUITE_PORT": "{CANARY}-port"}}"#));
    let error = load(store).unwrap_err();
    assert_eq!(error.problems()[0].kind(), ProblemKind::Invalid);
    assert!(!said(&error).contains(CANARY), "what lies in a store of secrets is not shown");
}

fn a_store_that_does_not_answer_ends_in_time<S: TestStore>(store: &S) {
    store.put(&document("1"));
    let loader = loader(store.provider(TIMEOUT));
    loader.load().unwrap();
    store.cut_off(true);
    let began = Instant::now();
    let error = loader.load().unwrap_err();
    assert!(began.elapsed() < TIMEOUT + MARGIN, "a load took {:?}", began.elapsed());
    assert_eq!(error.problems()[0].kind(), ProblemKind::Provider);
    assert!(!said(&error).contains(CANARY));
    store.cut_off(false);
    let until = Instant::now() + TIMEOUT + MARGIN;
    while let Err(error) = loader.load() {
        assert!(Instant::now() < until, "it does not come back: {error}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn a_refusal_is_no_absence<S: TestStore>(store: &S) {
    store.put(&document("1"));
    let Some(refused) = store.refused(TIMEOUT) else { return };
    let lenient = OnFailure::OptionalWhenUnavailable;
    let refused = WithFailure { provider: refused, on_failure: lenient };
    let error = loader(refused).load().unwrap_err();
    assert_eq!(error.problems()[0].kind(), ProblemKind::Provider, "{error}");
    assert!(!said(&error).contains(CANARY));
}

/// A provider whose failures mean something else.
struct WithFailure<P> {
    provider: P,
    on_failure: OnFailure,
}

impl<P: Provider> Provider for WithFailure<P> {
    fn name(&self) -> &str {
        self.provider.name()
    }

    fn source(&self) -> Source {
        self.provider.source()
    }

    fn fetch(&self, ask: &crate::Ask<'_>) -> Result<crate::Fetched, crate::ProviderError> {
        self.provider.fetch(ask)
    }

    fn timeout(&self) -> Duration {
        self.provider.timeout()
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }
}
