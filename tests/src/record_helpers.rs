//! What a ledger says of a configuration.

use envaudit::ledger::store::SegmentSource;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{FileStore, Ledger};
use serde_json::Value;

use crate::fresh_ledger;

/// A new ledger in memory, and all its bytes.
pub fn ledger() -> (Ledger, MemoryDisk) {
    let disk = MemoryDisk::default();
    (fresh_ledger::on(&disk), disk)
}

/// All events of configurations, oldest first.
pub fn events(source: &dyn SegmentSource) -> Vec<Value> {
    let records = envaudit::ledger::Reader::new(source).events().expect("segments");
    records
        .map(|record| serde_json::from_slice(record.expect("a record").bytes()).expect("JSON"))
        .filter(|event: &Value| event["resource_type"] == "config")
        .collect()
}

/// The newest event of a configuration.
pub fn last(ledger: &Ledger) -> Value {
    events(ledger.source()).pop().expect("an event")
}

/// Every byte of every segment.
pub fn bytes(source: &dyn SegmentSource) -> String {
    let segments = source.segments().expect("segments");
    let read = |first| source.read(first, 0, usize::MAX >> 1).expect("a segment");
    let bytes: Vec<u8> = segments.into_iter().flat_map(|info| read(info.first_seq)).collect();
    String::from_utf8(bytes).expect("UTF-8")
}

/// A second handle on the ledger of a disk, as another process has one.
pub fn reopened(disk: &MemoryDisk) -> Ledger {
    fresh_ledger::options().open_in(FileStore::on(disk.clone())).expect("a ledger")
}
