//! What somebody who can write to the folder of a ledger does to it, without its key or with one that is retired.

use data_encoding::HEXLOWER;
use envaudit::ledger::format::{Head, Line};
use envaudit::ledger::store::Disk;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{FileStore, KeyRing, MasterKey};
use envaudit_tests::fresh_ledger::event;
use envaudit_tests::sequences::Dice;

use super::model::{each_line, key_at_end, segments};
use super::world::options_with;

/// One way to tamper. The numbers choose a place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tamper {
    FlipBit {
        file: u64,
        bit: u64,
    },
    DeleteLine {
        line: u64,
    },
    SwapLines {
        line: u64,
        with: u64,
    },
    CopyLine {
        line: u64,
        to: u64,
    },
    Garbage {
        line: u64,
    },
    /// Bytes without a newline at the end, as a crash leaves them.
    Unfinished {
        bytes: u64,
    },
    /// The last lines are gone, and what knew of them is left.
    CutLines {
        lines: u64,
    },
    /// The last lines are gone, and all that knew of them.
    CutTraces {
        lines: u64,
    },
    /// The last lines are gone, and HEAD. The checkpoints are left.
    CutLinesAndHead {
        lines: u64,
    },
    CutBytes {
        bytes: u64,
    },
    RemoveSegment {
        segment: u64,
    },
    RenameSegment {
        segment: u64,
    },
    EmptySegment {
        seq: u64,
    },
    MergeSegments {
        segment: u64,
    },
    RemoveNote {
        note: u64,
    },
    RemoveHead,
    /// An older copy of everything takes the ledger's place.
    OldCopy,
    /// An older copy that went on with other events.
    OldCopyThatWentOn,
    /// A checkpoint of that copy, put beside the true ones.
    ForeignNote,
    /// An older copy that went on with other events, and with a forged statement that its retired key was rotated.
    ForgedRotation,
}

/// What must be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// The ledger is not intact.
    Broken,
    /// The threat model names it as what is not found.
    NotPromised,
}

/// The folder as the attacker leaves it.
pub(super) struct Tampered {
    pub(super) disk: MemoryDisk,
    /// With the keys, and with what is in the folder.
    pub(super) alone: Expect,
    /// With an anchor that knows the last event.
    pub(super) anchored: Expect,
}

/// An older copy of the ledger, and the key that was current then.
#[derive(Clone)]
pub(super) struct Copy {
    pub(super) disk: MemoryDisk,
    pub(super) key: MasterKey,
    /// The keys that were known then.
    pub(super) ring: KeyRing,
}

impl Tamper {
    pub(super) fn any(dice: &mut Dice) -> Self {
        let (one, other) = (dice.any(), dice.any());
        let few = 1 + dice.below(6);
        dice.weighted(&[
            (6, Tamper::FlipBit { file: one, bit: other }),
            (2, Tamper::DeleteLine { line: one }),
            (2, Tamper::SwapLines { line: one, with: other }),
            (2, Tamper::CopyLine { line: one, to: other }),
            (2, Tamper::Garbage { line: one }),
            (2, Tamper::Unfinished { bytes: other }),
            (3, Tamper::CutLines { lines: few }),
            (2, Tamper::CutTraces { lines: few }),
            (2, Tamper::CutLinesAndHead { lines: few }),
            (2, Tamper::CutBytes { bytes: other }),
            (2, Tamper::RemoveSegment { segment: one }),
            (1, Tamper::RenameSegment { segment: one }),
            (2, Tamper::EmptySegment { seq: one }),
            (1, Tamper::MergeSegments { segment: one }),
            (1, Tamper::RemoveNote { note: one }),
            (1, Tamper::RemoveHead),
            (3, Tamper::OldCopy),
            (3, Tamper::OldCopyThatWentOn),
            (2, Tamper::ForeignNote),
            (3, Tamper::ForgedRotation),
        ])
    }

    /// Does it to a copy of the folder. `None` where there is nothing to do it to.
    pub(super) fn apply(
        self,
        honest: &MemoryDisk,
        current: &MasterKey,
        older: Option<&Copy>,
    ) -> Option<Tampered> {
        use Tamper as T;
        let disk = match self {
            T::OldCopy => older?.disk.after_kill(),
            T::OldCopyThatWentOn => went_on(older?),
            T::ForgedRotation => forged_rotation(honest, older?)?,
            _ => honest.after_kill(),
        };
        match self {
            T::FlipBit { file, bit } => {
                let names: Vec<String> =
                    disk.names().into_iter().filter(|name| is_evidence(name)).collect();
                let name = &names[at(file, names.len())];
                let mut bytes = disk.contents(name)?;
                let bit = at(bit, bytes.len() * 8);
                bytes[bit / 8] ^= 1 << (bit % 8);
                disk.put(name, &bytes);
            }
            T::DeleteLine { line } => edit_line(&disk, line, |lines, at| drop(lines.remove(at))),
            T::SwapLines { line, with } => edit_line(&disk, line, |lines, this| {
                let other = at(with, lines.len());
                lines.swap(this, other);
            }),
            T::CopyLine { line, to } => edit_line(&disk, line, |lines, this| {
                let copy = lines[this].clone();
                lines.insert(at(to, lines.len() + 1), copy);
            }),
            T::Garbage { line } => {
                edit_line(&disk, line, |lines, at| lines.insert(at, b"{}\n".to_vec()))
            }
            T::Unfinished { bytes } => {
                let (first, mut segment) = segments(&disk).pop()?;
                let line = last_line(&segment).to_vec();
                segment.extend_from_slice(&line[..1 + at(bytes, line.len() - 1)]);
                disk.put(&name_of(first), &segment);
            }
            T::CutLines { lines } => cut_lines(&disk, lines),
            T::CutTraces { lines } => {
                cut_lines(&disk, lines);
                let last = last_seq(&disk);
                remove(&disk, |name| name == "HEAD" || note_of(name).is_some_and(|seq| seq > last));
            }
            T::CutLinesAndHead { lines } => {
                cut_lines(&disk, lines);
                remove(&disk, |name| name == "HEAD");
            }
            T::CutBytes { bytes } => {
                let (first, mut segment) = segments(&disk).pop()?;
                segment.truncate(segment.len() - at(bytes, segment.len().min(3000)));
                disk.put(&name_of(first), &segment);
            }
            T::RemoveSegment { segment } => {
                let all = segments(&disk);
                let (first, _) = all[at(segment, all.len())];
                remove(&disk, |name| name == name_of(first));
            }
            T::RenameSegment { segment } => {
                let all = segments(&disk);
                let (first, bytes) = &all[at(segment, all.len())];
                remove(&disk, |name| name == name_of(*first));
                disk.put(&name_of(first + 1), bytes);
            }
            T::EmptySegment { seq } => {
                let last = last_seq(&disk);
                let seq = [last + 1, last + 2, 99_999, u64::MAX][at(seq, 4)];
                disk.put(&name_of(seq), b"");
            }
            T::MergeSegments { segment } => {
                let all = segments(&disk);
                let second = 1 + at(segment, all.len().checked_sub(1).filter(|len| *len > 0)?);
                let ((first, before), (name, after)) = (&all[second - 1], &all[second]);
                disk.put(&name_of(*first), &[&before[..], after].concat());
                remove(&disk, |found| found == name_of(*name));
            }
            T::RemoveNote { note } => {
                let notes: Vec<_> =
                    disk.names().into_iter().filter(|name| note_of(name).is_some()).collect();
                let note = notes.get(at(note, notes.len().max(1)))?;
                remove(&disk, |name| name == note);
            }
            T::RemoveHead => remove(&disk, |name| name == "HEAD"),
            T::ForeignNote => {
                let copy = went_on(older?);
                let own: Vec<String> = older?.disk.names();
                let names = copy.names();
                let foreign =
                    names.iter().find(|name| note_of(name).is_some() && !own.contains(name))?;
                // Of events that were pruned, nothing is there to compare it with.
                let first = segments(honest).first().map(|(first, _)| *first);
                if note_of(foreign) < first {
                    return None;
                }
                let note = copy.contents(foreign)?;
                if honest.contents(foreign).is_some_and(|honest| honest == note) {
                    return None;
                }
                disk.put(foreign, &note);
            }
            T::OldCopy | T::OldCopyThatWentOn | T::ForgedRotation => {}
        }
        self.judged(disk, honest, current, older)
    }

    /// What has to be found in a folder that was left like this.
    fn judged(
        self,
        disk: MemoryDisk,
        honest: &MemoryDisk,
        current: &MasterKey,
        older: Option<&Copy>,
    ) -> Option<Tampered> {
        let evidence = |disk: &MemoryDisk| -> Vec<_> {
            let names = disk.names().into_iter().filter(|name| is_evidence(name));
            names.map(|name| (name.clone(), disk.contents(&name))).collect()
        };
        if evidence(&disk) == evidence(honest) {
            return None;
        }
        let is_current = key_at_end(&disk).as_deref() == Some(current.id().as_str());
        let unless_retired = if is_current { Expect::NotPromised } else { Expect::Broken };
        let (alone, anchored) = match self {
            // What only says how far the ledger was can be missing.
            Tamper::RemoveNote { .. } | Tamper::RemoveHead => {
                (Expect::NotPromised, Expect::NotPromised)
            }
            Tamper::OldCopy | Tamper::OldCopyThatWentOn | Tamper::ForgedRotation => {
                let is_retired = older?.key.id() != current.id();
                let alone = if is_retired { Expect::Broken } else { unless_retired };
                // Where nothing has happened since, the copy is the ledger.
                let is_old = last_seq(&older?.disk) < last_seq(honest);
                (alone, if is_old { Expect::Broken } else { alone })
            }
            _ if is_cut_that_nothing_shows(&disk, honest) => (unless_retired, Expect::Broken),
            _ => (Expect::Broken, Expect::Broken),
        };
        Some(Tampered { disk, alone, anchored })
    }
}

/// Whether the folder has the first events and nothing that knows of later ones.
fn is_cut_that_nothing_shows(disk: &MemoryDisk, honest: &MemoryDisk) -> bool {
    let (left, all) = (segments(disk), segments(honest));
    let manifest = |disk: &MemoryDisk| disk.contents("ledger.json");
    let is_prefix = left.len() <= all.len()
        && left
            .iter()
            .zip(&all)
            .all(|((first, left), (name, all))| first == name && all.starts_with(left))
        && left[..left.len().saturating_sub(1)].iter().zip(&all).all(|(left, all)| left == all)
        && left.last().is_some_and(|(_, last)| last.ends_with(b"\n"));
    let notes = disk.names().into_iter().filter_map(|name| note_of(&name)).max();
    let knows = notes.unwrap_or(0).max(head_seq(disk));
    let same = |name: &String| {
        note_of(name).is_none() && name != "HEAD" || disk.contents(name) == honest.contents(name)
    };
    is_prefix
        && manifest(disk) == manifest(honest)
        && disk.names().iter().all(same)
        && knows <= last_seq(disk)
}

/// The older copy, to which its key has appended since.
fn went_on(older: &Copy) -> MemoryDisk {
    let disk = older.disk.after_kill();
    let options = options_with(older.ring.clone());
    let ledger = options.open_in(FileStore::on(disk.clone())).expect("an honest copy");
    for nth in 0..3 {
        ledger.append(&event(1_000_000 + nth)).expect("appended");
    }
    ledger.checkpoint().expect("signed");
    drop(ledger);
    disk
}

/// The older copy went on under its key, which is retired, and ends with a statement that it was rotated to the current one.
fn forged_rotation(honest: &MemoryDisk, older: &Copy) -> Option<MemoryDisk> {
    let mut true_details = None;
    each_line(honest, |line| {
        if line.action == "ledger.key_rotated" && line.kid.is_some_and(|kid| kid == older.key.id())
        {
            true_details = line.details.map(str::to_owned);
        }
    });
    let details = true_details?;
    let disk = went_on(older);
    let (first, mut segment) = segments(&disk).pop()?;
    let last = last_line(&segment).to_vec();
    let last = Line::parse(last.trim_ascii_end()).expect("a line");
    let covered = format!(
        "{{\"v\":1,\"seq\":{},\"event_id\":\"{}\",\"timestamp\":\"2026-11-30T13:00:00.000000Z\",\"chain\":\"{}\",\"kid\":\"{}\",\
         \"actor_type\":\"system\",\"actor_id\":\"envaudit\",\"action\":\"ledger.key_rotated\",\"outcome\":\"success\",\
         \"origin\":\"library\",\"details\":{details},\"previous_hash\":\"{}\"",
        last.seq + 1,
        last.event_id,
        last.ledger_id,
        older.key.id(),
        HEXLOWER.encode(&last.event_hash),
    );
    let hash = older.key.chain_key().hash(covered.as_bytes());
    segment.extend(format!("{covered},\"event_hash\":\"{}\"}}\n", HEXLOWER.encode(&hash)).bytes());
    disk.put(&name_of(first), &segment);
    remove(&disk, |name| name == "HEAD" || note_of(name).is_some());
    Some(disk)
}

fn at(number: u64, len: usize) -> usize {
    (number % len.max(1) as u64) as usize
}

fn name_of(first: u64) -> String {
    format!("{first:020}.jsonl")
}

fn note_of(name: &str) -> Option<u64> {
    name.strip_prefix("checkpoints/")?.strip_suffix(".note")?.parse().ok()
}

/// What a verifier reads.
fn is_evidence(name: &str) -> bool {
    name == "ledger.json" || name == "HEAD" || name.ends_with(".jsonl") || note_of(name).is_some()
}

fn remove(disk: &MemoryDisk, which: impl Fn(&str) -> bool) {
    for name in disk.names().into_iter().filter(|name| which(name)) {
        disk.remove(&name).expect("it is there");
    }
}

/// The seq in HEAD; 0 where there is none, or something else.
fn head_seq(disk: &MemoryDisk) -> u64 {
    let head = disk.contents("HEAD").and_then(|bytes| Head::parse(&bytes).ok());
    head.map_or(0, |head| head.seq)
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn last_line(segment: &[u8]) -> &[u8] {
    segment.split_inclusive(|&byte| byte == b'\n').next_back().expect("a segment has a line")
}

fn last_seq(disk: &MemoryDisk) -> u64 {
    let mut last = 0;
    each_line(disk, |line| last = line.seq);
    last
}

/// Edits the segment that has the line of this number.
fn edit_line(disk: &MemoryDisk, line: u64, edit: impl Fn(&mut Vec<Vec<u8>>, usize)) {
    let all = segments(disk);
    let count = all.iter().map(|(_, bytes)| lines(bytes).len()).sum();
    let mut line = at(line, count);
    for (first, bytes) in all {
        let mut lines = lines(&bytes);
        if line < lines.len() {
            edit(&mut lines, line);
            disk.put(&name_of(first), &lines.concat());
            return;
        }
        line -= lines.len();
    }
}

/// Cuts off this many lines, and the files that are empty then.
fn cut_lines(disk: &MemoryDisk, mut count: u64) {
    for (first, bytes) in segments(disk).into_iter().rev() {
        let mut lines = lines(&bytes);
        while count > 0 && lines.pop().is_some() {
            count -= 1;
        }
        match lines.is_empty() {
            true => remove(disk, |name| name == name_of(first)),
            false => disk.put(&name_of(first), &lines.concat()),
        }
    }
}
