//! Reports of a ledger for auditors: access, privileged activity, repeated failures, and configurations.
//!
//! A report is made from an [`Index`] in one pass over the events of its [`Period`], and keeps no more of them in memory
//! than it shows: groups are counted by a sort on disk, and the events that are listed are read from the ledger.
//! `docs/reports.md` defines what each report counts.
//!
//! ```
//! use envaudit::report::index::Index;
//! use envaudit::ledger::{Actor, Event, LedgerOptions, MasterKey, Outcome};
//! use envaudit::report::{self, ReportOptions, Scope};
//!
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("audit");
//! let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init(&path)?;
//! let event = Event::new("vault.opened", Actor::user("eve")).resource("vault", "prod");
//! for _ in 0..5 {
//!     ledger.append(&event.clone().outcome(Outcome::Denied))?;
//! }
//! let index = Index::beside(&path, ledger.source())?;
//! let access = report::access(&index, &ReportOptions::new(), &Scope::new().resource("prod"))?;
//! assert_eq!(access.json()["groups"][0]["denied"], 5);
//! let failures = report::failures(&index, &ReportOptions::new(), &Scope::new(), 5, None)?;
//! assert_eq!(failures.json()["groups"][0]["actor_id"], "eve");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod activity;
mod config;
mod csv;
mod days;
mod failures;
mod groups;
mod html;
pub mod index;
#[cfg(feature = "cli")]
pub(crate) mod names;
mod options;
mod recent_events;
mod scan;
mod table;
mod top_n;
mod totals;

use serde_json::{Value, json};

use crate::ledger::Timestamp;
use crate::report::index::{Index, IndexError};

pub use activity::{Rights, access, privileged};
pub use config::configurations;
pub use failures::failures;
pub use html::PageContext;
pub use options::{Period, ReportOptions, Scope};
#[cfg(feature = "cli")]
pub(crate) use table::Field;
pub(crate) use table::{Mark, Table};

/// A report, to be written as JSON, as CSV, or as a page.
///
/// Its texts are those of the ledger, unchanged: a program that writes them elsewhere must escape them.
#[derive(Debug)]
pub struct Report {
    name: &'static str,
    title: String,
    summary: String,
    members: Vec<(&'static str, Value)>,
    tables: Vec<Table>,
    pictures: Vec<html::Picture>,
    tiles: Vec<(&'static str, u64, Mark)>,
    period: Period,
    /// The times of the first and the last event that was counted.
    seen: Option<(i64, i64)>,
    counted: u64,
    findings: u64,
    unreadable: u64,
    temporary: bool,
    /// The number of the last line that the index knew.
    last_line: Option<u64>,
    unsound: options::Unsound,
}

impl Report {
    /// The name of the report: `access`, `privileged`, `failures` or `config`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The number of findings: groups of repeated failures, broken rules of a policy.
    pub fn findings(&self) -> u64 {
        self.findings
    }

    /// The number of lines of the ledger that are not valid, and were not counted.
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// The seqs of the events that were read in full and are not what the ledger recorded, with
    /// [`ReportOptions::check`]. Groups count more events than are read in full: a verification checks all of them.
    pub fn unsound(&self) -> impl Iterator<Item = u64> + '_ {
        self.unsound.seqs.iter().copied()
    }

    /// The number of events that were counted.
    pub fn counted(&self) -> u64 {
        self.counted
    }

    /// The report as a JSON object. Times are RFC 3339 in UTC.
    pub fn json(&self) -> Value {
        let time = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string());
        let seen = self.seen.map(|(first, last)| [format_micros(first), format_micros(last)]);
        let mut object = json!({
            "report": self.name,
            "since": time(self.period.since),
            "until": time(self.period.until),
            "events": self.counted,
            "first_event": seen.as_ref().map(|seen| &seen[0]),
            "last_event": seen.as_ref().map(|seen| &seen[1]),
            "unreadable_lines": self.unreadable,
            "index": if self.temporary { "temporary" } else { "file" },
        });
        for (name, value) in &self.members {
            object[*name] = value.clone();
        }
        if self.unsound.checked {
            object["unsound_events"] = json!(self.unsound.seqs);
        }
        object
    }

    /// The main table as CSV (RFC 4180). A text that a spreadsheet would read as a formula begins with an apostrophe.
    pub fn csv(&self) -> String {
        self.tables.first().map(csv::to_csv).unwrap_or_default()
    }

    /// The report as one HTML page that needs no network and no other file.
    pub fn html(&self, context: &PageContext<'_>) -> String {
        html::page(self, context)
    }

    /// The tables, the main one first.
    #[cfg(feature = "cli")]
    pub(crate) fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// A sentence that sums up the report.
    #[cfg(feature = "cli")]
    pub(crate) fn summary(&self) -> &str {
        &self.summary
    }
}

/// The facts about an index that every report states.
struct IndexFacts {
    unreadable: u64,
    temporary: bool,
    last_line: Option<u64>,
}

impl IndexFacts {
    /// Reads them; refuses an index that was changed.
    fn read(index: &Index<'_>) -> Result<Self, IndexError> {
        let unreadable = index.check_count()?;
        index.check_rows()?;
        let last_line = index.ids().map(|(_, last)| last);
        Ok(IndexFacts { unreadable, temporary: index.is_temporary(), last_line })
    }
}

fn format_micros(micros: i64) -> String {
    let moment = chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default();
    Timestamp::from(moment).to_string()
}

fn serialize_micros<S: serde::Serializer>(micros: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_micros(*micros))
}

/// `1 event`, `2 events`.
fn counted(count: u64, what: &str) -> String {
    let number = html::grouped(count);
    format!("{number} {what}{}", if count == 1 { "" } else { "s" })
}
