//! Several ledgers that share an anchor, and several writers of one ledger that has one.

use std::sync::{Arc, Mutex};

use envaudit::ledger::anchor::{
    Anchor, AnchorError, AnchorScope, AnchorSlot, Anchored, FileAnchor,
};
use envaudit::ledger::testing::MemoryStore;
use envaudit::ledger::{AppendError, OpenError};
use envaudit_tests::Files;
use envaudit_tests::fresh_ledger::{event, options};

fn slot(name: &str) -> AnchorSlot {
    AnchorSlot::new("checkout", name).expect("two words")
}

#[test]
fn ledgers_of_different_slots_share_an_anchor_and_a_slot_is_not_used_twice() {
    let files = Files::new();
    let anchor = || FileAnchor::new(files.path().join("anchors"));
    let init = |name: &str| {
        let options = options().anchor(anchor()).anchor_slot(slot(name));
        options.init_in(MemoryStore::default())
    };
    let ledgers: Vec<_> =
        ["pod-1", "pod-2", "pod-3"].map(|name| init(name).expect("a slot of its own")).into();
    for (nth, ledger) in ledgers.iter().enumerate() {
        ledger.append(&event(nth as u64)).expect("appended");
        ledger.checkpoint().expect("kept");
    }
    let again = init("pod-2").expect_err("a ledger was there");
    assert!(matches!(again, OpenError::Lost { .. }), "{again:?}");
    // Without a slot a ledger wants an anchor that has seen none.
    let any = options().anchor(anchor()).init_in(MemoryStore::default());
    assert!(matches!(any, Err(OpenError::Lost { .. })));
    for (name, ledger) in ["pod-1", "pod-2", "pod-3"].into_iter().zip(&ledgers) {
        let slot = slot(name);
        let kept = anchor().latest(AnchorScope::Slot(&slot)).expect("read").expect("kept");
        assert_eq!(kept.ledger_id, ledger.manifest().ledger_id().to_string(), "{name}");
        assert_eq!(kept.size, ledger.head().seq);
    }
    assert_eq!(anchor().latest(AnchorScope::Slot(&slot("pod-4"))).expect("read"), None);
}

#[test]
fn a_reader_of_slotless_anchors_passes_the_lines_of_slots_over() {
    let files = Files::new();
    let anchor = FileAnchor::new(files.path().join("anchors"));
    let ledger = options().anchor(anchor.clone()).anchor_slot(slot("pod-1"));
    let ledger = ledger.init_in(MemoryStore::default()).expect("made");
    ledger.checkpoint().expect("kept");
    ledger.append(&event(0)).expect("appended");
    ledger.checkpoint().expect("kept");
    let text = std::fs::read_to_string(anchor.path()).expect("a file");
    let slots =
        text.lines().filter(|line| line.starts_with("envaudit-anchor-slot-v1 checkout pod-1 "));
    assert_eq!(slots.count(), 1, "said once: {text}");
    let anchored = text.lines().filter(|line| line.parse::<Anchored>().is_ok()).count();
    assert_eq!(anchored + 1, text.lines().count(), "{text}");
}

#[test]
fn a_slot_is_two_words() {
    for (group, name) in [("", "a"), ("a", ""), ("a b", "c"), ("a", "b\nc"), ("a", "b\t")] {
        assert!(AnchorSlot::new(group, name).is_err(), "{group:?} {name:?}");
    }
}

/// An anchor that has seen more than it is offered, as when another writer of the ledger was faster.
#[derive(Clone, Default)]
struct Ahead(Arc<Mutex<Option<Anchored>>>);

impl Anchor for Ahead {
    fn name(&self) -> String {
        "shared".to_owned()
    }

    fn put(&self, anchored: &Anchored) -> Result<(), AnchorError> {
        match self.0.lock().expect("not poisoned").clone() {
            Some(kept) if kept.size > anchored.size => Err(AnchorError::Behind {
                anchor: self.name(),
                kept: Box::new(kept),
                offered: Box::new(anchored.clone()),
            }),
            _ => Ok(()),
        }
    }

    fn latest(&self, _: AnchorScope<'_>) -> Result<Option<Anchored>, AnchorError> {
        Ok(None)
    }
}

#[test]
fn an_anchor_that_another_writer_has_moved_on_is_no_alarm_and_one_that_has_seen_more_is() {
    let store = MemoryStore::default();
    let anchor = Ahead::default();
    let slow = options().anchor(anchor.clone()).init_in(store.clone()).expect("made");
    let fast = options().open_in(store).expect("open");
    for nth in 0..5 {
        fast.append(&event(nth)).expect("appended");
    }
    let ledger_id = slow.manifest().ledger_id().to_string();
    let head = fast.head();
    let seen = Anchored { ledger_id, size: head.seq, head: head.hash };
    *anchor.0.lock().expect("not poisoned") = Some(seen.clone());
    // The slow writer knows of the first event alone.
    assert_eq!(slow.head().seq, 1);
    slow.checkpoint().expect("what the anchor has seen is in the ledger");
    slow.append(&event(5)).expect("it is not poisoned");

    let more = Anchored { size: seen.size + 100, ..seen };
    *anchor.0.lock().expect("not poisoned") = Some(more);
    let alarm = slow.checkpoint().expect_err("nobody has those events");
    assert!(matches!(alarm, AppendError::Anchor(AnchorError::Behind { .. })), "{alarm:?}");
    assert!(matches!(slow.append(&event(6)), Err(AppendError::Poisoned { .. })));
}
