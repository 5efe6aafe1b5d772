//! `ledger.json`, `HEAD`, the lines of anchors and of verified states, texts of keys: refused, or written again byte for byte; and a
//! ledger in which one of its files was changed is not intact.
#![no_main]

use std::cell::LazyCell;

use envaudit::ledger::anchor::Anchored;
use envaudit::ledger::format::{Head, Manifest};
use envaudit::ledger::keys::ChainKeys;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::verify::Verified;
use envaudit::ledger::{FileStore, LedgerOptions, MasterKey};
use envaudit_fuzz::ledger::{edited, key, three, verify};
use libfuzzer_sys::fuzz_target;

thread_local! { static LEDGER: LazyCell<MemoryDisk> = const { LazyCell::new(|| three().0) }; }

fuzz_target!(|data: &[u8]| {
    spelled(data);
    LEDGER.with(|ledger| {
        for name in ["ledger.json", "HEAD"] {
            let genuine = ledger.contents(name).expect("it is there");
            changed(ledger, name, &genuine, data);
            changed(ledger, name, &genuine, &edited(&genuine, data));
        }
    });
});

fn spelled(bytes: &[u8]) {
    if let Ok(manifest) = Manifest::parse(bytes) {
        assert_eq!(manifest.to_bytes(), bytes, "ledger.json has one spelling");
    }
    if let Ok(head) = Head::parse(bytes) {
        assert_eq!(head.to_bytes(), bytes, "HEAD has one spelling");
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(anchored) = text.parse::<Anchored>() {
        assert_eq!(anchored.to_string(), text, "an anchor has one spelling");
    }
    if let Ok(verified) = text.parse::<Verified>() {
        assert_eq!(verified.to_string(), text, "a verified state has one spelling");
    }
    if let Ok(master) = MasterKey::from_hex(text) {
        let digits = text.strip_suffix('\n').unwrap_or(text);
        assert_eq!(
            master.to_hex().trim_ascii_end(),
            digits.to_ascii_lowercase(),
            "a key is its digits"
        );
    }
    if let Ok(keys) = ChainKeys::parse(text) {
        let again = ChainKeys::parse(&keys.to_text()).expect("what is written can be read");
        assert_eq!(again.to_text(), keys.to_text());
        assert_eq!(again.current(), keys.current());
    }
}

/// The ledger with these bytes in one of its files.
fn changed(genuine: &MemoryDisk, name: &str, was: &[u8], bytes: &[u8]) {
    if bytes == was {
        return;
    }
    let disk = genuine.after_kill();
    disk.put(name, bytes);
    let report = verify(&disk);
    // A HEAD that an earlier moment had is no lie.
    let earlier = name == "HEAD"
        && Head::parse(bytes).is_ok_and(|head| {
            head.segment == 1
                && head.to_bytes() == bytes
                && report.tail.is_some_and(|(last, _)| head.seq < last)
        });
    if earlier && report.is_intact() {
        return;
    }
    assert!(!report.is_intact(), "{name} is {}: {report}", String::from_utf8_lossy(bytes));
    let opened = LedgerOptions::new().key(key()).vars([("", ""); 0]).open_in(FileStore::on(disk));
    if name == "HEAD" {
        assert!(opened.is_err(), "verified as {report}, and opened by a writer");
    }
}
