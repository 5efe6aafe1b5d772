//! A secret to look for, and everything the crate can be made to say about a load.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

use envaudit::{Drift, EnvConfig, Loaded, Loader, Policy, Source};

use crate::{isolated, problems};

/// The secret. None of its parts is a word that anything else would say.
pub const CANARY: &str = "Zq7#xW2\"vK9\\pL4'uJ8";

/// Panics when the text has the canary, or any eight characters of it, as it is or as `Debug` or JSON write it.
#[track_caller]
pub fn assert_hidden(text: &str, what: &str) {
    let debug = CANARY.escape_debug().to_string();
    let json = serde_json::to_string(CANARY).expect("a text is JSON");
    for written in [CANARY, &debug, &json] {
        assert_not_in(text, written, what);
    }
}

/// Panics when the text has the secret, or any eight characters of it.
#[track_caller]
pub fn assert_not_in(text: &str, secret: &str, what: &str) {
    let chars: Vec<char> = secret.chars().collect();
    for part in chars.windows(8) {
        let part: String = part.iter().collect();
        if !text.contains(&part) {
            continue;
        }
        let told: Vec<&str> = text.lines().filter(|line| line.contains(&part)).collect();
        assert!(told.is_empty(), "{what}: `{part}` of the secret is in {told:#?}");
    }
}

/// Loads, and gives all that the crate says of the load, whichever way it went.
pub fn everything_said<T>(loader: &Loader<T>) -> String
where
    T: EnvConfig + Debug,
    T::Audit: Debug,
{
    let mut loaded = None;
    let observed = observed(|| loaded = Some(catch_unwind(AssertUnwindSafe(|| loader.load()))));
    let said = match loaded.expect("it has run") {
        Ok(Ok(loaded)) => said_by(&loaded),
        Ok(Err(error)) => problems::all_text(&error) + &format!("{error:?}"),
        Err(panic) => {
            let text = panic.downcast::<String>().map(|text| *text);
            let text = text.or_else(|panic| panic.downcast::<&str>().map(|text| text.to_string()));
            format!("a panic: {text:?}")
        }
    };
    format!("{loader:?}\n{loader:#?}\n{observed}\n{said}\n{}", said_by_metadata::<T>())
}

fn said_by<T>(loaded: &Loaded<T>) -> String
where
    T: EnvConfig + Debug,
    T::Audit: Debug,
{
    let audit = loaded.audit();
    let mut said =
        format!("{loaded:?}\n{loaded:#?}\n{audit}\n{audit:?}\n{audit:#?}\n{:#?}", **audit);
    said += &audit.to_json();
    said += &audit.to_json_pretty();
    let snapshot = audit.snapshot();
    said += &format!("{snapshot}\n{snapshot:?}\n{}\n", snapshot.to_json_pretty());
    for entry in audit.entries() {
        let json = serde_json::to_string(entry).expect("an entry serialises");
        said += &format!("{entry:?}\n{}\n{json}\n", entry.source);
    }
    let empty = envaudit::AuditSnapshot::from_json("{}").expect("nothing was saved");
    for drift in [audit.diff(&empty), Drift::between(&snapshot, &empty)] {
        let json = serde_json::to_string(&drift).expect("drift serialises");
        said += &format!("{drift}\n{drift:?}\n{json}\n");
    }
    let summary = audit.summary();
    said += &format!("{summary}\n{summary:?}\n");
    for warning in audit.warnings() {
        said += &format!("{warning}\n{warning:?}\n");
    }
    let strict = Source::ALL.iter().fold(Policy::new(), |all, source| all.forbid_source(*source));
    // A field that is not set breaks no rule.
    let violations = audit.check(&strict).err();
    let display = violations.as_ref().map(ToString::to_string);
    said + &format!("{strict:?}\n{display:?}\n{violations:?}\n{violations:#?}")
}

fn said_by_metadata<T: EnvConfig>() -> String {
    let key = isolated::nothing::<T>();
    [T::template(), T::markdown(), T::json_schema(), T::schema_json(), format!("{key:?}")].concat()
}

/// What the program's own observability is told, at every level.
pub fn observed(run: impl FnOnce()) -> String {
    let run = || counted(run);
    #[cfg(feature = "tracing")]
    let (counts, events) = events::of(run);
    #[cfg(not(feature = "tracing"))]
    let (counts, events) = (run(), "");
    format!("{counts}\n{events}")
}

/// What is traced on all threads while something runs, at every level: also what other tests do meanwhile.
#[cfg(feature = "tracing")]
pub fn traced_anywhere(run: impl FnOnce()) -> String {
    events::anywhere(run)
}

#[cfg(feature = "metrics")]
fn counted(run: impl FnOnce()) -> String {
    let recorder = metrics_util::debugging::DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, run);
    format!("{:?}", snapshotter.snapshot().into_vec())
}

#[cfg(not(feature = "metrics"))]
fn counted(run: impl FnOnce()) -> String {
    run();
    String::new()
}

/// The events of one thread.
///
/// The subscriber is the process's own, set before anything is loaded: `tracing` remembers for each place in the code
/// whether anybody listens, and a subscriber of one thread alone may find that another thread was asked first.
#[cfg(feature = "tracing")]
mod events {
    use std::cell::RefCell;
    use std::io;
    use std::sync::{Mutex, Once, PoisonError};

    /// The events of all threads, while they are wanted.
    static ANYWHERE: Mutex<Option<Vec<u8>>> = Mutex::new(None);

    /// Held while they are: one test at a time.
    static ONE: Mutex<()> = Mutex::new(());

    thread_local! {
        static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }

    struct ThisThread;

    impl io::Write for ThisThread {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            WRITTEN.with_borrow_mut(|written| written.extend_from_slice(bytes));
            let mut anywhere = ANYWHERE.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(written) = &mut *anywhere {
                written.extend_from_slice(bytes);
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What the call gives, and the text of its events.
    pub(super) fn of<R>(run: impl FnOnce() -> R) -> (R, String) {
        listen();
        WRITTEN.take();
        let result = run();
        (result, String::from_utf8_lossy(&WRITTEN.take()).into_owned())
    }

    /// The text of all events while the call runs.
    pub(super) fn anywhere(run: impl FnOnce()) -> String {
        listen();
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let set = |value| {
            let mut anywhere = ANYWHERE.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *anywhere, value)
        };
        set(Some(Vec::new()));
        run();
        String::from_utf8_lossy(&set(None).unwrap_or_default()).into_owned()
    }

    fn listen() {
        static LISTEN: Once = Once::new();
        LISTEN.call_once(|| {
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_ansi(false)
                .with_writer(|| ThisThread)
                .finish();
            tracing::subscriber::set_global_default(subscriber).expect("nobody else sets one");
        });
    }
}
