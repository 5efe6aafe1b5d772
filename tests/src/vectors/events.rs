//! Vectors in which events were changed, moved, put in or taken out.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{Given, Vector, given, key, keyed, rehashed, replace, unkeyed};
use crate::ledger::{LedgerBuilder, LedgerBytes};

type Change = fn(&mut LedgerBytes);

/// What somebody without the key does to the segments of a ledger with one.
const WITHOUT_KEY: &[(&str, &str, Change)] = &[
    ("modified-event", "An event was changed.", |ledger| {
        change(ledger, 1, 2, "door.opened", "door.closed")
    }),
    ("modified-last", "The last event was changed.", |ledger| {
        change(ledger, 5, 2, "ledger.closed", "ledger.opened")
    }),
    ("modified-rehashed", "An event was changed, and hashed without a key.", |ledger| {
        ledger.edit(1, |lines| lines[2] = rehashed(None, &lines[2], "door.opened", "door.closed"));
    }),
    ("modified-other-key", "An event was changed, and hashed with another key.", |ledger| {
        ledger.edit(1, |lines| {
            lines[2] = rehashed(Some(key(9)), &lines[2], "door.opened", "door.closed")
        });
    }),
    ("modified-and-missing", "An event is gone and the one behind it was changed.", |ledger| {
        change(ledger, 1, 2, "door.opened", "door.closed");
        ledger.edit(1, |lines| drop(lines.remove(1)));
    }),
    ("missing-event", "An event is gone.", |ledger| ledger.edit(1, |lines| drop(lines.remove(2)))),
    ("missing-first", "The first event is gone.", |ledger| {
        ledger.edit(1, |lines| drop(lines.remove(0)))
    }),
    ("missing-segment", "The first segment is emptied.", |ledger| {
        drop(ledger.segments.insert(1, Vec::new()))
    }),
    ("reordered", "Two events are swapped.", |ledger| ledger.edit(1, |lines| lines.swap(1, 2))),
    ("duplicate", "An event is there twice.", |ledger| {
        ledger.edit(1, |lines| lines.insert(3, lines[1].clone()))
    }),
    ("duplicate-segment", "A segment is there under another name, too.", |ledger| {
        let bytes = ledger.segments[&1].clone();
        ledger.segments.insert(99, bytes);
    }),
    ("inserted", "A made-up event was put in.", |ledger| {
        ledger.edit(1, |lines| lines.insert(2, replace(&lines[1], "door.opened", "door.closed")));
    }),
    ("inserted-text", "A line that is not an event was put in.", |ledger| {
        ledger.edit(1, |lines| lines.insert(2, b"hello\n".to_vec()));
    }),
    ("inserted-empty-line", "An empty line was put in.", |ledger| {
        ledger.edit(1, |lines| lines.insert(2, b"\n".to_vec()));
    }),
    ("modified-crlf", "Lines end in CR LF.", |ledger| {
        ledger
            .edit(1, |lines| lines.iter_mut().for_each(|line| line.insert(line.len() - 1, b'\r')));
    }),
    ("modified-bom", "A byte order mark was put before the first event.", |ledger| {
        ledger.edit(1, |lines| drop(lines[0].splice(..0, *b"\xef\xbb\xbf")));
    }),
    ("segment-renamed", "A segment has another name.", |ledger| {
        let bytes = ledger.segments.remove(&5).expect("it is there");
        ledger.segments.insert(6, bytes);
    }),
    ("segments-merged", "Two segments were made one.", |ledger| {
        let bytes = ledger.segments.remove(&5).expect("it is there");
        ledger.segments.get_mut(&1).expect("it is there").extend(bytes);
    }),
    ("segment-split", "The last segment was made two.", |ledger| {
        let mut line = Vec::new();
        ledger.edit(5, |lines| line = lines.pop().expect("a line"));
        ledger.segments.insert(7, line);
    }),
    ("segment-empty", "An empty segment is there that is not the next one.", |ledger| {
        ledger.segments.insert(100, Vec::new());
    }),
    ("segment-empty-next", "An empty segment is there behind one that was not sealed.", |ledger| {
        ledger.segments.insert(8, Vec::new());
    }),
    (
        "segment-moved-line",
        "The first event of a segment stands at the end of the one before it.",
        |ledger| {
            let mut line = Vec::new();
            ledger.edit(5, |lines| line = lines.remove(0));
            ledger.edit(1, |lines| lines.push(line));
        },
    ),
];

/// What anybody can do to a ledger without a key, hashing anew what they like.
const UNKEYED: &[(&str, &str, Change)] = &[
    ("unkeyed-modified", "An event was changed.", |ledger| {
        change(ledger, 1, 2, "door.opened", "door.closed")
    }),
    ("unkeyed-modified-rehashed", "An event was changed and hashed anew.", |ledger| {
        ledger.edit(1, |lines| lines[2] = rehashed(None, &lines[2], "door.opened", "door.closed"));
    }),
    ("unkeyed-inserted-before", "An event was put in that follows the one before it.", |ledger| {
        ledger.edit(1, |lines| {
            lines.insert(1, rehashed(None, &lines[1], "door.opened", "door.closed"))
        });
    }),
    ("unkeyed-inserted-behind", "An event was put in behind the one that it imitates.", |ledger| {
        ledger.edit(1, |lines| {
            lines.insert(2, rehashed(None, &lines[1], "door.opened", "door.closed"))
        });
    }),
    ("unkeyed-missing", "An event is gone.", |ledger| {
        ledger.edit(1, |lines| drop(lines.remove(1)))
    }),
    (
        "unkeyed-all-rehashed",
        "An event was changed, and all behind it were hashed anew, HEAD too: it is not found.",
        |ledger| {
            *ledger = rewritten().ledger;
        },
    ),
];

/// A ledger without a key as somebody makes it who changes an event and hashes all anew.
fn rewritten() -> LedgerBuilder {
    let mut builder = LedgerBuilder::new(None);
    builder.event("door.closed", "{}");
    builder.events(1);
    builder.roll();
    builder.events(1);
    builder.event("ledger.closed", "{}");
    builder.head();
    builder
}

fn change(ledger: &mut LedgerBytes, segment: u64, line: usize, from: &str, to: &str) {
    ledger.edit(segment, |lines| lines[line] = replace(&lines[line], from, to));
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut all = Vec::new();
    for (name, about, change) in WITHOUT_KEY {
        let mut ledger = keyed().ledger;
        change(&mut ledger);
        all.push(Vector::new(name, about, ledger, given()));
    }
    for (name, about, change) in UNKEYED {
        let mut ledger = unkeyed().ledger;
        change(&mut ledger);
        all.push(Vector::new(name, about, ledger, Given::nothing()));
    }
    all.push(Vector::new(
        "unkeyed-anchored",
        "The same, with an anchor.",
        rewritten().ledger,
        Given::nothing().anchored(&unkeyed()),
    ));
    all.extend(with_key());
    all
}

/// What only a holder of the key can write.
fn with_key() -> Vec<Vector> {
    let mut all = Vec::new();
    let mut push = |name, about, builder: LedgerBuilder| {
        all.push(Vector::new(name, about, builder.ledger, given()));
    };
    let mut two = keyed();
    let mut branch = two.clone();
    branch.clock = 1000;
    two.events(1);
    branch.events(1);
    let line = branch.ledger.lines(5).pop().expect("a line");
    two.ledger.edit(5, |lines| lines.push(line));
    push("forked-seq", "Two events have one seq.", two);

    let mut unlinked = keyed();
    unlinked.previous = [7; 32];
    unlinked.events(1);
    push("forked-link", "The last event does not follow the one before it.", unlinked);

    let mut foreign = LedgerBuilder::new(Some(key(0)));
    foreign.events(1);
    foreign.ledger_id = "0198c5a6-0000-7000-8000-5a1b2c3d4e5f".to_owned();
    foreign.events(1);
    push("modified-other-ledger", "An event is one of another ledger under the same key.", foreign);

    let mut created = keyed();
    let manifest = HEXLOWER.encode(&Sha256::digest(&created.ledger.manifest));
    created.event("ledger.created", &format!("{{\"manifest_sha256\":\"{manifest}\"}}"));
    push("modified-created-again", "`ledger.created` stands at the end.", created);

    let mut uncreated = LedgerBuilder::new(Some(key(0)));
    (uncreated.seq, uncreated.previous) = (0, [0; 32]);
    uncreated.tree = envaudit::ledger::merkle::Tree::new();
    uncreated.ledger.segments.clear();
    uncreated.events(2);
    push("modified-not-created", "The first event is not `ledger.created`.", uncreated);

    let mut opened = keyed();
    let details =
        format!("{{\"chain\":\"{}\",\"peaks\":[],\"previous_last_seq\":7}}", opened.ledger_id);
    opened.event("ledger.segment_opened", &details);
    push("modified-opened", "`ledger.segment_opened` stands within a segment.", opened);

    for (name, about, from, to) in [
        (
            "modified-opened-last",
            "The first line of a segment names another seq before it.",
            "\"previous_last_seq\":4",
            "\"previous_last_seq\":3",
        ),
        (
            "modified-opened-chain",
            "The first line of a segment names another ledger.",
            "{\"chain\":\"0198c5a6-7c4e",
            "{\"chain\":\"0198c5a6-0000",
        ),
        (
            "forked-peaks",
            "The first line of a segment has other peaks than the events.",
            "\"peaks\":[\"",
            "\"peaks\":[\"0000",
        ),
    ] {
        let mut builder = LedgerBuilder::new(Some(key(0)));
        builder.events(2);
        builder.roll();
        let mut line = Vec::new();
        builder.ledger.edit(5, |lines| line = lines.remove(0));
        let text = String::from_utf8(replace(&line, from, to)).expect("text");
        // Peaks stay 64 digits each.
        let text = match name {
            "forked-peaks" => {
                let at = text.find("\"peaks\":[\"").expect("peaks") + 14;
                format!("{}{}", &text[..at + 60], &text[at + 64..])
            }
            _ => text,
        };
        let (covered, _) = text.split_once(",\"event_hash\"").expect("a hash");
        builder.seq -= 1;
        let mut again = LedgerBuilder::new(Some(key(0)));
        again.events(2);
        again.event_sealed(4);
        (builder.tree, builder.previous) = (again.tree, again.previous);
        let line = builder.seal(covered.to_owned());
        builder.ledger.edit(5, |lines| lines.push(line));
        builder.events(1);
        push(name, about, builder);
    }

    let mut count = LedgerBuilder::new(Some(key(0)));
    count.events(1);
    let sha256 = HEXLOWER.encode(&Sha256::digest(&count.ledger.segments[&1]));
    count.event("ledger.segment_sealed", &format!("{{\"count\":9,\"sha256\":\"{sha256}\"}}"));
    push(
        "modified-seal-count",
        "`ledger.segment_sealed` counts other lines than there are.",
        count,
    );

    let kid = key(1).id();
    let zeros = "0".repeat(64);
    for (name, about, action, details) in [
        (
            "modified-seal-text",
            "`count` is a text.",
            "segment_sealed",
            r#"{"count":"2"}"#.to_owned(),
        ),
        ("modified-seal-bare", "A seal says nothing.", "segment_sealed", "{}".to_owned()),
        (
            "modified-rotation-nowhere",
            "A rotation names no key.",
            "key_rotated",
            format!(r#"{{"to":"{}"}}"#, kid.as_str().to_uppercase()),
        ),
        (
            "modified-rotation-signer",
            "A rotation names a checkpoint key that is none.",
            "key_rotated",
            format!(r#"{{"to":"{kid}","checkpoint_key":null}}"#),
        ),
        (
            "modified-prune-first",
            "A prune does not say what was kept.",
            "pruned",
            format!(r#"{{"previous_hash":"{zeros}","policy":"age"}}"#),
        ),
        (
            "modified-prune-manifest",
            "A prune names a `ledger.json` that is none.",
            "pruned",
            format!(r#"{{"first_kept_seq":1,"previous_hash":"{zeros}","manifest_sha256":"x"}}"#),
        ),
    ] {
        let mut builder = LedgerBuilder::new(Some(key(0)));
        builder.events(1);
        builder.event(&format!("ledger.{action}"), &details);
        push(name, about, builder);
    }

    let mut behind = LedgerBuilder::new(Some(key(0)));
    behind.events(1);
    behind.event_sealed(3);
    behind.events(1);
    push(
        "modified-behind-seal",
        "An event stands behind `ledger.segment_sealed` in the same segment.",
        behind,
    );
    all
}

impl LedgerBuilder {
    /// The seal of the first segment, without the next one.
    fn event_sealed(&mut self, seq: u64) {
        assert_eq!(self.seq + 1, seq);
        let sha256 = HEXLOWER.encode(&Sha256::digest(&self.ledger.segments[&1]));
        self.event(
            "ledger.segment_sealed",
            &format!("{{\"count\":{},\"sha256\":\"{sha256}\"}}", seq - 1),
        );
    }
}
