//! Ledgers in a directory, to be indexed: histories by the index beside those by reading everything.

use std::path::{Path, PathBuf};
use std::time::Duration;

use envaudit::EnvConfig;
use envaudit::ledger::config_state::HistoryEntry;
use envaudit::ledger::read::ReadError;
use envaudit::ledger::store::SegmentSource;
use envaudit::ledger::{Actor, Context, FileStore, Ledger, LedgerOptions, Reader, SyncMode};
use envaudit::report::index::{HistoryError, Index, IndexError};

use crate::{Files, fresh_ledger, isolated};

/// The variables of [`Config`].
pub const KEYS: [&str; 3] = ["PORT", "REGION", "API_KEY"];

/// What is recorded.
#[derive(EnvConfig)]
#[expect(dead_code, reason = "only recorded")]
pub struct Config {
    port: Option<u16>,
    region: Option<String>,
    api_key: Option<envaudit::SecretString>,
}

/// A directory with a ledger.
pub struct Indexed {
    files: Files,
}

impl Default for Indexed {
    fn default() -> Self {
        Indexed::new()
    }
}

impl Indexed {
    /// With the ledger's own first event.
    pub fn new() -> Self {
        let made = Indexed { files: Files::new() };
        options().init(made.path()).expect("a ledger");
        made
    }

    /// The directory.
    pub fn path(&self) -> PathBuf {
        self.files.path().join("audit")
    }

    /// The file of the index.
    pub fn file(&self) -> PathBuf {
        self.path().join("index.sqlite")
    }

    /// To write.
    pub fn ledger(&self) -> Ledger {
        options().open(self.path()).expect("a ledger")
    }

    /// To read.
    pub fn store(&self) -> FileStore {
        FileStore::new(self.path())
    }

    /// Records a configuration of a service.
    pub fn record(&self, service: &'static str, vars: &[(&str, &str)]) {
        record(&self.ledger(), service, vars);
    }

    /// How many lines the index has, once it is up to date.
    pub fn lines(&self) -> u64 {
        Index::beside(&self.path(), &self.store()).expect("an index").len()
    }

    /// The history of each variable by the index.
    ///
    /// # Panics
    ///
    /// Unless it is that of reading everything.
    #[track_caller]
    pub fn assert_answers(&self) -> Vec<Vec<String>> {
        assert_answers(&self.path(), &self.store())
    }
}

/// A ledger whose clock and key are the tests' own, with segments of some dozen events.
pub fn options() -> LedgerOptions {
    let options = fresh_ledger::options().segment_size(20_000);
    options.sync(SyncMode::Interval(Duration::from_secs(60)))
}

/// Records a configuration of a service.
pub fn record(ledger: &Ledger, service: &'static str, vars: &[(&str, &str)]) {
    let vars: Vec<_> = vars.iter().copied().chain([("", "")]).collect();
    let loaded = isolated::vars::<Config>(vars).load().expect("loaded");
    let context = Context::new().service(service).actor(Actor::user("ada"));
    loaded.record_in(ledger, &context).expect("recorded");
}

/// As [`Indexed::assert_answers`], of any ledger.
#[track_caller]
pub fn assert_answers(path: &Path, source: &dyn SegmentSource) -> Vec<Vec<String>> {
    let index = Index::beside(path, source).expect("an index");
    KEYS.map(|key| {
        let read: Vec<String> =
            Reader::new(source).history(key).expect("segments").map(shown).collect();
        let indexed: Vec<String> = index
            .history(key)
            .map(|change| match change {
                Ok(change) => shown(Ok(change)),
                Err(HistoryError::Read(error)) => shown(Err(error)),
                Err(error) => panic!("{error}"),
            })
            .collect();
        assert_eq!(indexed, read, "{key}");
        indexed
    })
    .into()
}

/// How many changes of a variable an index tells of.
///
/// # Errors
///
/// When the index is not to be believed.
///
/// # Panics
///
/// When the ledger has a line that is none.
pub fn changes(index: &Index<'_>, key: &str) -> Result<usize, IndexError> {
    let changes = index.history(key).map(|change| match change {
        Ok(_) => Ok(1),
        Err(HistoryError::Index(error)) => Err(error),
        Err(error) => panic!("{error}"),
    });
    changes.sum()
}

fn shown(entry: Result<HistoryEntry, ReadError>) -> String {
    match entry {
        Ok(HistoryEntry { record, resource, change, .. }) => {
            let (segment, offset) = (record.segment(), record.offset());
            format!("{segment}:{offset} {resource} {change} {:?}", change.after)
        }
        Err(error) => error.to_string(),
    }
}
