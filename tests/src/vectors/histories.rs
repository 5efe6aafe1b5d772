//! Vectors of honest ledgers, and of ledgers whose end or beginning is gone.

use data_encoding::HEXLOWER;

use super::{Given, Vector, given, key, keyed, note, replace, unkeyed};
use crate::ledger::{LedgerBuilder, hash_in};

pub(super) fn vectors() -> Vec<Vector> {
    let mut all = intact();
    all.extend(pruned());
    all.extend(shorter());
    all.extend(other_histories());
    all
}

fn intact() -> Vec<Vector> {
    let keyed = keyed();
    let mut longer = keyed.clone();
    longer.events(2);
    let mut slow = keyed.clone();
    slow.clock = -5;
    slow.events(1);
    let mut sealed = LedgerBuilder::new(Some(key(0)));
    sealed.events(1);
    let mut rolled = sealed.clone();
    rolled.roll();
    let mut starting = rolled.ledger.clone();
    starting.segments.insert(rolled.seq, Vec::new());
    let mut earlier = keyed.clone();
    let verified = given().verify(&earlier.ledger).verified().expect("it is intact");
    earlier.events(1);
    earlier.roll();
    earlier.checkpoint();
    let since = Given { verified: Some(verified.to_string()), ..given() };
    let id = Given { ledger_id: Some(keyed.ledger_id.clone()), ..given() };
    vec![
        Vector::new(
            "intact-keyed",
            "Two segments, HEAD and two checkpoints.",
            keyed.ledger.clone(),
            given(),
        ),
        Vector::new(
            "intact-unkeyed",
            "Two segments and HEAD of a ledger without a key.",
            unkeyed().ledger,
            Given::nothing(),
        ),
        Vector::new(
            "intact-anchored",
            "An anchor knows the last event.",
            keyed.ledger.clone(),
            given().anchored(&keyed),
        ),
        Vector::new(
            "intact-anchored-unkeyed",
            "An anchor knows the last event of a ledger without a key.",
            unkeyed().ledger,
            Given::nothing().anchored(&unkeyed()),
        ),
        Vector::new(
            "intact-behind-the-anchor",
            "Two events came after what the anchor knows.",
            longer.ledger,
            given().anchored(&keyed),
        ),
        Vector::new(
            "intact-without-traces",
            "Neither HEAD nor checkpoints are there.",
            keyed.ledger.clone().without_traces(),
            given(),
        ),
        Vector::new(
            "intact-named",
            "The id of the ledger is given and is right.",
            keyed.ledger.clone(),
            id,
        ),
        Vector::new(
            "intact-clock-regression",
            "An event is older than the one before it: a warning.",
            slow.ledger,
            given(),
        ),
        Vector::new(
            "intact-segment-begun",
            "A roll was interrupted: the next segment is there and empty.",
            starting,
            given(),
        ),
        Vector::new(
            "intact-since",
            "All but the last events were verified before.",
            earlier.ledger,
            since,
        ),
    ]
}

/// The details of a prune whose first event that is left is this one.
fn statement(builder: &LedgerBuilder, first_kept: u64, line_before: &[u8]) -> String {
    let manifest = {
        use sha2::{Digest, Sha256};
        HEXLOWER.encode(&Sha256::digest(&builder.ledger.manifest))
    };
    let previous = HEXLOWER.encode(&hash_in(line_before));
    format!(
        "{{\"first_kept_seq\":{first_kept},\"previous_hash\":\"{previous}\",\"policy\":\"90 days\",\"manifest_sha256\":\"{manifest}\"}}"
    )
}

fn pruned_of(mut builder: LedgerBuilder) -> LedgerBuilder {
    let details = statement(&builder, 5, &builder.ledger.lines(1)[3].clone());
    builder.event("ledger.pruned", &details);
    builder.ledger.segments.remove(&1);
    builder
}

fn pruned() -> Vec<Vector> {
    let pruned = pruned_of(keyed());
    let mut interrupted = keyed();
    let details = statement(&interrupted, 5, &interrupted.ledger.lines(1)[3].clone());
    interrupted.event("ledger.pruned", &details);
    let mut unstated = keyed().ledger;
    unstated.segments.remove(&1);
    let mut other = keyed();
    let wrong = statement(&other, 5, &other.ledger.lines(1)[2].clone());
    other.event("ledger.pruned", &wrong);
    other.ledger.segments.remove(&1);
    let mut forged = keyed().ledger;
    let details = statement(&keyed(), 5, &keyed().ledger.lines(1)[3].clone());
    let mut forger = LedgerBuilder::new(None);
    (forger.seq, forger.previous) = (7, keyed().previous);
    let line = forger.line("ledger.pruned", &details);
    forged.edit(5, |lines| lines.push(line));
    forged.segments.remove(&1);
    let mut manifest = pruned.ledger.clone();
    manifest.manifest = replace(&manifest.manifest, "2026-11", "2025-11");
    let mut damaged = pruned.ledger.clone();
    damaged.edit(5, |lines| lines[1] = replace(&lines[1], "door.opened", "door.closed"));
    let anchored = given().anchored(&pruned);
    vec![
        Vector::new(
            "pruned",
            "The first segment was pruned, and the last event says so.",
            pruned.ledger.clone(),
            given(),
        ),
        Vector::new(
            "pruned-anchored",
            "The same, with an anchor that knows the last event.",
            pruned.ledger.clone(),
            anchored,
        ),
        Vector::new(
            "pruned-unkeyed",
            "A ledger without a key whose first segment was pruned.",
            pruned_of(unkeyed()).ledger,
            Given::nothing(),
        ),
        Vector::new(
            "pruned-interrupted",
            "A prune was stated and nothing was removed yet.",
            interrupted.ledger,
            given(),
        ),
        Vector::new(
            "pruned-unstated",
            "The first segment is gone, and nothing says why.",
            unstated,
            given(),
        ),
        Vector::new(
            "pruned-of-another",
            "The statement of the prune names another event before the first one left.",
            other.ledger,
            given(),
        ),
        Vector::new(
            "pruned-forged",
            "The statement of the prune is not under the key.",
            forged,
            given(),
        ),
        Vector::new(
            "pruned-manifest",
            "After a prune, ledger.json is not the one that the statement names.",
            manifest,
            given(),
        ),
        Vector::new("pruned-damaged", "An event behind a prune was changed.", damaged, given()),
    ]
}

fn shorter() -> Vec<Vector> {
    let keyed = keyed();
    let mut cut = keyed.ledger.clone();
    cut.edit(5, |lines| lines.truncate(1));
    let mut cut_to_notes = cut.clone();
    cut_to_notes.head = None;
    let mut cut_to_head = cut.clone();
    cut_to_head.checkpoints.clear();
    let traceless = cut.clone().without_traces();
    let mut no_segment = keyed.ledger.clone();
    no_segment.segments.remove(&5);
    let mut nothing = keyed.ledger.clone();
    nothing.segments.clear();
    let bare = nothing.clone().without_traces();
    let verified = given().verify(&keyed.ledger).verified().expect("it is intact");
    let since = Given { verified: Some(verified.to_string()), ..given() };
    let mut older = keyed.ledger.clone();
    older.segments.remove(&5);
    let older = older.without_traces();
    let mut torn = keyed.ledger.clone().without_traces();
    torn.segments.get_mut(&5).expect("it is there").pop();
    let mut half = keyed.ledger.clone().without_traces();
    let segment = half.segments.get_mut(&5).expect("it is there");
    segment.truncate(segment.len() - 100);
    let mut zeros = keyed.ledger.clone();
    zeros.segments.get_mut(&5).expect("it is there").extend([0; 200]);
    let mut unread = keyed.ledger.clone();
    unread.segments.get_mut(&5).expect("it is there").extend(b"{\"v\":1,\"seq\":8,\n");
    let mut known = keyed.ledger.clone();
    known.segments.get_mut(&5).expect("it is there").pop();
    let mut early = keyed.ledger.clone();
    early.segments.get_mut(&1).expect("it is there").pop();
    let mut unkeyed_cut = unkeyed().ledger;
    unkeyed_cut.edit(5, |lines| lines.truncate(1));
    vec![
        Vector::new(
            "truncated",
            "The last two events are gone; HEAD and a checkpoint know of them.",
            cut,
            given(),
        ),
        Vector::new(
            "truncated-by-checkpoint",
            "The last two events and HEAD are gone.",
            cut_to_notes,
            given(),
        ),
        Vector::new(
            "truncated-by-head",
            "The last two events and the checkpoints are gone.",
            cut_to_head,
            given(),
        ),
        Vector::new(
            "truncated-unkeyed",
            "The last two events of a ledger without a key are gone; HEAD knows of them.",
            unkeyed_cut,
            Given::nothing(),
        ),
        Vector::new("truncated-segment", "The last segment is gone.", no_segment, given()),
        Vector::new("truncated-to-nothing", "All segments are gone.", nothing, given()),
        Vector::new("truncated-bare", "Nothing but ledger.json is left.", bare, given()),
        Vector::new(
            "cut-without-traces",
            "The last two events are gone, and all that knew of them: it is not found.",
            traceless.clone(),
            given(),
        ),
        Vector::new(
            "rolled-back",
            "The same, with an anchor that knows of them.",
            traceless,
            given().anchored(&keyed),
        ),
        Vector::new(
            "rolled-back-since",
            "The ledger ends before what was verified before.",
            older,
            since,
        ),
        Vector::new(
            "torn",
            "The newline at the end is missing, and nothing knows of the last event.",
            torn,
            given(),
        ),
        Vector::new(
            "torn-half",
            "The last line ends in its middle, and nothing knows of the last event.",
            half,
            given(),
        ),
        Vector::new(
            "torn-zeros",
            "Zeros at the end, as some file systems leave them.",
            zeros,
            given(),
        ),
        Vector::new(
            "torn-line",
            "The last line has a newline and cannot be read.",
            unread,
            given(),
        ),
        Vector::new(
            "torn-known",
            "The newline at the end is missing, and a checkpoint knows of the last event.",
            known,
            given(),
        ),
        Vector::new(
            "torn-early",
            "The newline is missing at the end of a segment that is not the last.",
            early,
            given(),
        ),
    ]
}

fn other_histories() -> Vec<Vector> {
    let keyed = keyed();
    let mut rewritten = LedgerBuilder::new(Some(key(0)));
    rewritten.clock = 1;
    rewritten.events(2);
    rewritten.roll();
    rewritten.events(1);
    rewritten.event("ledger.closed", "{}");
    rewritten.checkpoint();
    rewritten.head();
    let mut with_note = rewritten.ledger.clone();
    with_note.checkpoints = keyed.ledger.checkpoints.clone();
    let mut root = keyed.ledger.clone();
    let mut other_tree = keyed.clone();
    other_tree.tree = rewritten.tree.clone();
    root.checkpoints.insert(7, note(&other_tree, &key(0)));
    let other_id = "0198c5a6-0000-7000-8000-5a1b2c3d4e5f";
    let named = Given { ledger_id: Some(other_id.to_owned()), ..given() };
    let elsewhere = format!("envaudit-anchor-v1 {other_id} 7 {}", HEXLOWER.encode(&keyed.previous));
    let elsewhere = Given { anchors: vec![elsewhere], ..given() };
    let verified = given().verify(&keyed.ledger).verified().expect("it is intact");
    let since = Given { verified: Some(verified.to_string()), ..given() };
    vec![
        Vector::new(
            "forked-checkpoint",
            "The history was rewritten with the key; a checkpoint of before is there.",
            with_note,
            given(),
        ),
        Vector::new(
            "forked-anchor",
            "The history was rewritten with the key; an anchor knows of before.",
            rewritten.ledger.clone(),
            given().anchored(&keyed),
        ),
        Vector::new(
            "forked-since",
            "The history was rewritten with the key since it was verified.",
            rewritten.ledger,
            since,
        ),
        Vector::new("forked-root", "A checkpoint has another root than the events.", root, given()),
        Vector::new(
            "forked-id",
            "The id that is given is that of another ledger.",
            keyed.ledger.clone(),
            named,
        ),
        Vector::new(
            "forked-anchor-id",
            "The anchor is that of another ledger.",
            keyed.ledger,
            elsewhere,
        ),
    ]
}
