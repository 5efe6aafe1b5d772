//! What was promised of each event, and what the bytes of a ledger say.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard};

use envaudit::ledger::anchor::{Anchor, AnchorError, AnchorScope, Anchored};
use envaudit::ledger::format::{Head, Line};
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{AppendError, OpenError};

/// What a caller was told of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is recorded, at this position. One that is not durable may be lost with the power.
    Acknowledged { seq: u64, id: String, durable: bool },
    /// It may be there.
    Unknown,
    /// It is not there, and will not be.
    Refused,
}

/// An event of these tests, as its line says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) seq: u64,
    pub(super) id: String,
}

/// The bytes of the segments, oldest first, read past everything that can fail.
pub(super) fn segments(disk: &MemoryDisk) -> Vec<(u64, Vec<u8>)> {
    let segment = |name: String| {
        let first = name.strip_suffix(".jsonl")?.parse().ok()?;
        Some((first, disk.contents(&name)?))
    };
    disk.names().into_iter().filter_map(segment).collect()
}

/// Calls `each` for every line that can be read.
pub(super) fn each_line(disk: &MemoryDisk, mut each: impl FnMut(&Line<'_>)) {
    for (_, bytes) in segments(disk) {
        let lines = bytes.split_inclusive(|&byte| byte == b'\n');
        for line in lines.filter_map(|line| line.strip_suffix(b"\n")) {
            if let Ok(line) = Line::parse(line) {
                each(&line);
            }
        }
    }
}

/// The number of an event of these tests.
pub(super) fn number_of(line: &Line<'_>) -> Option<u64> {
    if line.action != "order.placed" {
        return None;
    }
    let details: serde_json::Value = serde_json::from_str(line.details?).ok()?;
    details["nth"].as_u64()
}

/// All events of these tests, by their numbers.
pub(super) fn listed(disk: &MemoryDisk) -> BTreeMap<u64, Listed> {
    let mut all = BTreeMap::new();
    each_line(disk, |line| {
        if let Some(number) = number_of(line) {
            let listed = Listed { seq: line.seq, id: line.event_id.to_owned() };
            let before = all.insert(number, listed);
            assert_eq!(before, None, "event {number} is there twice");
        }
    });
    all
}

/// The id of the key that the next event has to be hashed with, as the last line says.
pub(super) fn key_at_end(disk: &MemoryDisk) -> Option<String> {
    let mut last = None;
    each_line(disk, |line| {
        let details = line.details.and_then(|text| serde_json::from_str(text).ok());
        let details: serde_json::Value = details.unwrap_or_default();
        let to = details["to"].as_str().filter(|_| line.action == "ledger.key_rotated");
        last = to.map(str::to_owned).or_else(|| line.kid.map(|kid| kid.to_string()));
    });
    last
}

/// The id of the key that the last line rotates to, if it is a rotation.
pub(super) fn rotation_at_end(disk: &MemoryDisk) -> Option<String> {
    let mut last = None;
    each_line(disk, |line| {
        last = (line.action == "ledger.key_rotated").then(|| line.details.map(str::to_owned));
    });
    let details: serde_json::Value = serde_json::from_str(&last??).expect("JSON");
    details["to"].as_str().map(str::to_owned)
}

/// The seq in HEAD; 0 if there is none.
pub(super) fn head_of(disk: &MemoryDisk) -> u64 {
    let head = disk.contents("HEAD");
    head.map_or(0, |bytes| Head::parse(&bytes).expect("HEAD is one").seq)
}

/// An anchor that remembers all it was told. It answers whatever it was told, and panics when that went back.
#[derive(Clone, Debug, Default)]
pub(super) struct MemoryAnchor(Arc<Mutex<Vec<Anchored>>>);

impl MemoryAnchor {
    /// Another one that knows as much.
    pub(super) fn copy(&self) -> Self {
        MemoryAnchor(Arc::new(Mutex::new(self.told().clone())))
    }

    /// What it was told last.
    pub(super) fn last(&self) -> Option<Anchored> {
        self.told().last().cloned()
    }

    fn told(&self) -> MutexGuard<'_, Vec<Anchored>> {
        self.0.lock().expect("nothing panics with it")
    }
}

impl Anchor for MemoryAnchor {
    fn name(&self) -> String {
        "the anchor".to_owned()
    }

    fn put(&self, anchored: &Anchored) -> Result<(), AnchorError> {
        let last = self.last();
        if let Some(last) = last {
            let same = last.size != anchored.size || last.head == anchored.head;
            assert!(
                last.size <= anchored.size && same,
                "an anchor that knows of {last} is told {anchored}"
            );
        }
        self.told().push(anchored.clone());
        Ok(())
    }

    fn latest(&self, _: AnchorScope<'_>) -> Result<Option<Anchored>, AnchorError> {
        Ok(self.last())
    }
}

/// Panics where an error says that somebody changed the ledger: nobody has.
#[track_caller]
pub(super) fn assert_no_alarm(error: &(dyn Error + 'static), doing: impl Display) {
    let mut next = Some(error);
    while let Some(error) = next {
        let anchor = error.downcast_ref::<AnchorError>();
        let anchor =
            matches!(anchor, Some(AnchorError::Behind { .. } | AnchorError::Conflict { .. }));
        let append = matches!(error.downcast_ref(), Some(AppendError::Damaged(_)));
        let open = matches!(
            error.downcast_ref(),
            Some(
                OpenError::Damaged(_)
                    | OpenError::BehindHead { .. }
                    | OpenError::Head(_)
                    | OpenError::Manifest(_)
                    | OpenError::NoManifest { .. }
                    | OpenError::Lost { .. }
                    | OpenError::Downgraded
                    | OpenError::Absent
                    | OpenError::Anchor(AnchorError::Behind { .. } | AnchorError::Conflict { .. })
            )
        );
        // Both are transparent: their source is that of what is in them.
        let inner = match error.downcast_ref() {
            Some(AppendError::Anchor(inner)) => Some(inner as &(dyn Error + 'static)),
            _ => match error.downcast_ref() {
                Some(OpenError::Append(inner)) => Some(&**inner as &(dyn Error + 'static)),
                _ => error.source(),
            },
        };
        assert!(
            !(anchor || append || open),
            "{doing}: an alarm, and nobody has done anything: {error}"
        );
        next = inner;
    }
}
