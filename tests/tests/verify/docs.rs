//! docs/ledger-format.md against the code: the worked example is what the writer writes, and the program in it comes to the
//! same conclusions as verification.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};

use data_encoding::{BASE64, HEXLOWER};
use envaudit::ledger::format::Line;
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::verify::{Report, Verdict, Verifier};
use envaudit::ledger::{
    Actor, Event, FileStore, KeyRing, LedgerOptions, MasterKey, Origin, checkpoint, proof,
};
use envaudit_tests::effort::one_in;
use envaudit_tests::fresh_ledger::Clock;
use envaudit_tests::ledger::{LedgerBuilder, LedgerBytes, Piece};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

const DOCUMENT: &str = include_str!("../../../docs/ledger-format.md");

/// The key of the example: the bytes 0 to 31.
fn key() -> MasterKey {
    MasterKey::from_bytes(core::array::from_fn(|at| at as u8))
}

/// The ledger of the example: random bytes that count, and a clock that is moved between events.
fn example() -> LedgerBytes {
    let clock = Clock::at("2026-11-30T12:00:00Z");
    let (shown, byte) = (clock.clone(), AtomicU8::new(0));
    let ledger = LedgerOptions::new()
        .key(key())
        .vars([("", ""); 0])
        .clock(move || shown.now())
        .entropy(move |bytes| {
            bytes.iter_mut().for_each(|at| *at = byte.fetch_add(1, Ordering::SeqCst));
            Ok(())
        })
        .init_in(FileStore::on(MemoryDisk::default()))
        .unwrap();
    let event = Event::new("feature.enabled", Actor::user("ada"))
        .resource("feature", "checkout-v2")
        .reason("canary is \"green\"")
        .origin(Origin::Cli)
        .detail("share", 25);
    clock.advance(2);
    ledger.append(&event).unwrap();
    clock.advance(1);
    ledger.close().unwrap();
    LedgerBytes::copy_of(ledger.source()).unwrap()
}

#[track_caller]
fn assert_shown(text: &str) {
    assert!(DOCUMENT.contains(text), "docs/ledger-format.md does not have\n{text}");
}

#[test]
fn the_worked_example_is_what_the_writer_writes() {
    let ledger = example();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert_shown(&text(&ledger.manifest));
    let lines = ledger.lines(1);
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_shown(&text(line));
    }
    assert_shown(&text(&ledger.checkpoints[&3]));
    assert_shown(&text(ledger.head.as_ref().unwrap()));

    let key = key();
    let fingerprint = key.fingerprint("DB_PASSWORD", b"hunter2");
    let ledger_id = Line::parse(lines[0].trim_ascii_end()).unwrap().ledger_id.to_owned();
    let signer = checkpoint::signer(&ledger_id, &key.checkpoint_seed()).unwrap();
    for derived in [
        key.id().to_string(),
        HEXLOWER.encode(&*key.checkpoint_seed()),
        HEXLOWER.encode(signer.verifier().public_key()),
        signer.verifier().to_string(),
        fingerprint,
    ] {
        assert_shown(&derived);
    }
    let proof = proof::prove(&ledger, 2, &[signer.verifier().clone()]).unwrap();
    let extra = format!("extra {}\n", BASE64.encode(proof.line()));
    let shown = proof.to_string().replace(&extra, "extra <line 2 in base64>\n");
    assert_shown(&shown);
}

fn hmac(key: &[u8], bytes: &[u8]) -> [u8; 32] {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(bytes).finalize().into_bytes().into()
}

/// What stands in the document behind a heading, in the first fenced block there.
fn block_after(heading: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(heading).unwrap();
    let (_, rest) = rest.split_once("```").unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_worked_example_can_be_recomputed_from_its_bytes_alone() {
    let master: Vec<u8> = (0..32).collect();
    let derived = |info: &[u8]| hmac(&hmac(&[0; 32], &master), &[info, &[1]].concat());
    let chain_key = derived(b"envaudit chain v1");
    assert_shown(&format!("chain key         {}\n", HEXLOWER.encode(&chain_key)));
    assert_shown(&HEXLOWER.encode(&derived(b"envaudit checkpoint v1")));
    let fingerprint = hmac(&derived(b"envaudit fingerprint v1"), b"DB_PASSWORD\0hunter2");
    assert_shown(&format!("6d1eebd7d986e8c3:{} ", HEXLOWER.encode(&fingerprint[..16])));
    let kid = Sha256::digest([&b"envaudit kid v1"[..], &master].concat());
    assert_shown(&format!("kid               {}\n", HEXLOWER.encode(&kid[..8])));

    let manifest = block_after("\n`ledger.json`:\n");
    let lines = block_after("\n`00000000000000000001.jsonl`:\n");
    let manifest_hash = HEXLOWER.encode(&Sha256::digest(manifest));
    assert!(lines.contains(&format!("{{\"manifest_sha256\":\"{manifest_hash}\"}}")));
    let mut previous = "0".repeat(64);
    let mut leaves = Vec::new();
    for line in lines.lines() {
        let (covered, hash) = line.split_once(",\"event_hash\":\"").unwrap();
        let hash = hash.strip_suffix("\"}").unwrap();
        let computed = hmac(&chain_key, covered.as_bytes());
        assert_eq!(HEXLOWER.encode(&computed), hash);
        assert!(covered.ends_with(&format!(",\"previous_hash\":\"{previous}\"")));
        hash.clone_into(&mut previous);
        leaves.push(Sha256::digest([&[0][..], &computed].concat()));
    }
    let node = |left: &[u8], right: &[u8]| Sha256::digest([&[1], left, right].concat());
    let root = node(&node(&leaves[0], &leaves[1]), &leaves[2]);
    let note = block_after("\n`checkpoints/00000000000000000003.note`:\n");
    let expected = format!("\n3\n{}\nhead {previous}\n\n", BASE64.encode(&root));
    assert!(note.contains(&expected), "{expected}");
}

#[test]
fn every_verdict_has_its_name_and_its_rule_in_the_document() {
    let names = [
        (Verdict::OkAnchored, "ok-anchored"),
        (Verdict::OkUnanchoredTail, "ok-unanchored-tail"),
        (Verdict::Torn, "torn"),
        (Verdict::Modified, "modified"),
        (Verdict::Missing, "missing"),
        (Verdict::Reordered, "reordered"),
        (Verdict::DuplicateSeq, "duplicate-seq"),
        (Verdict::Inserted, "inserted"),
        (Verdict::Truncated, "truncated"),
        (Verdict::RolledBack, "rolled-back"),
        (Verdict::Forked, "forked"),
        (Verdict::Pruned, "pruned"),
        (Verdict::Downgraded, "downgraded"),
        (Verdict::KeyUnknown, "key-unknown"),
        (Verdict::ClockRegression, "clock-regression"),
    ];
    let (_, rules) = DOCUMENT.split_once("## 9. Verification").unwrap();
    for (verdict, name) in names {
        assert_eq!(verdict.to_string(), name);
        assert!(rules.contains(&format!("`{name}`")), "{name}");
        let good = name.starts_with("ok-") || matches!(name, "pruned" | "clock-regression");
        assert_eq!(verdict.is_break(), !good, "{name}");
    }
}

/// The program in the document.
pub(super) fn program() -> &'static str {
    let (_, rest) = DOCUMENT.split_once("```python\n").unwrap();
    rest.split_once("```").unwrap().0
}

/// What the program says of each directory: the first event that is wrong, or nothing.
fn judged(key: Option<&MasterKey>, directories: &[&Path]) -> Vec<Option<u64>> {
    let script = tempfile::Builder::new().suffix(".py").tempfile().unwrap();
    std::fs::write(script.path(), program()).unwrap();
    let mut command = Command::new("python3");
    command.arg(script.path());
    if let Some(key) = key {
        command.arg("--key").arg(key.to_hex().trim_ascii_end());
    }
    let output = command.args(directories).output().expect("python3 runs");
    let (said, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(errors, "");
    let is_broken = said.lines().any(|line| line.contains(": broken at event "));
    assert_eq!(output.status.code(), Some(i32::from(is_broken)), "{said}");
    let verdict = |line: &str| {
        let (_, verdict) = line.rsplit_once(": ").unwrap();
        let broken = verdict.strip_prefix("broken at event ").map(|seq| seq.parse().unwrap());
        assert!(broken.is_some() || verdict.starts_with("ok-unanchored-tail, "), "{said}");
        broken
    };
    let verdicts: Vec<_> = said.lines().map(verdict).collect();
    assert_eq!(verdicts.len(), directories.len(), "{said}");
    verdicts
}

fn judge(key: Option<&MasterKey>, ledgers: &[LedgerBytes]) -> Vec<Option<u64>> {
    let root = tempfile::tempdir().unwrap();
    let directories: Vec<_> =
        (0..ledgers.len()).map(|at| root.path().join(at.to_string())).collect();
    for (directory, ledger) in directories.iter().zip(ledgers) {
        ledger.write_to(directory);
    }
    judged(key, &directories.iter().map(AsRef::as_ref).collect::<Vec<_>>())
}

fn verify(key: Option<&MasterKey>, ledger: &LedgerBytes) -> Report {
    match key {
        Some(key) => Verifier::new().keys(&KeyRing::new(key.clone())).verify(ledger).unwrap(),
        None => Verifier::new().verify(ledger).unwrap(),
    }
}

fn rolled(key: Option<MasterKey>) -> LedgerBytes {
    let mut builder = LedgerBuilder::new(key);
    builder.events(3);
    builder.roll();
    builder.events(2);
    builder.roll();
    builder.event("ledger.closed", "{}");
    builder.head();
    builder.ledger
}

#[test]
fn the_program_agrees_that_intact_ledgers_are_intact() {
    let key = key();
    assert_eq!(judge(Some(&key), &[example(), rolled(Some(key.clone()))]), [None, None]);
    assert_eq!(judge(None, &[rolled(None)]), [None]);
    assert_eq!(judge(Some(&MasterKey::from_bytes([1; 32])), &[example()]), [Some(1)]);
}

#[test]
fn the_program_finds_flipped_bits_at_the_events_where_verify_finds_them() {
    let key = key();
    for key in [Some(&key), None] {
        let intact = rolled(key.cloned());
        let mut flipped = Vec::new();
        for piece in intact.pieces().into_iter().filter(|piece| matches!(piece, Piece::Segment(_)))
        {
            let bits = intact.clone().piece(piece).len() * 8;
            // An odd step touches every bit of a byte and every field.
            for bit in (0..bits).step_by(67 * one_in(5)) {
                let mut ledger = intact.clone();
                ledger.piece(piece)[bit / 8] ^= 1 << (bit % 8);
                flipped.push(ledger);
            }
        }
        assert!(flipped.len() > 300 / one_in(5));
        let judged = judge(key, &flipped);
        for (ledger, judged) in flipped.iter().zip(judged) {
            let report = verify(key, ledger);
            let first = report.first_break().map(|finding| finding.seq);
            // Without a key, the program reads no further than to the line whose successor contradicts it.
            assert!(judged.is_some(), "{report}");
            assert_eq!(judged, first, "{report}");
        }
    }
}

#[test]
fn the_program_agrees_on_tampered_ledgers() {
    let key = key();
    let intact = rolled(Some(key.clone()));
    type Attack = fn(&mut LedgerBytes);
    let attacks: &[(&str, Attack)] = &[
        ("an event deleted", |ledger| ledger.edit(1, |lines| drop(lines.remove(2)))),
        ("the first event deleted", |ledger| ledger.edit(1, |lines| drop(lines.remove(0)))),
        ("two events swapped", |ledger| ledger.edit(1, |lines| lines.swap(1, 2))),
        ("an event copied", |ledger| ledger.edit(1, |lines| lines.insert(2, lines[1].clone()))),
        ("a line put in", |ledger| ledger.edit(1, |lines| lines.insert(2, b"{}\n".to_vec()))),
        ("a segment removed", |ledger| drop(ledger.segments.remove(&6))),
        ("the end cut off", |ledger| ledger.edit(10, |lines| drop(lines.pop()))),
        ("the last line cut short", |ledger| {
            assert_eq!(ledger.segments.get_mut(&10).unwrap().pop(), Some(b'\n'))
        }),
        ("a ledger without a key", |ledger| *ledger = rolled(None)),
        ("another ledger.json", |ledger| ledger.manifest = rolled(None).manifest),
        ("two files made one", |ledger| {
            let second = ledger.segments.remove(&6).unwrap();
            ledger.segments.get_mut(&1).unwrap().extend(second);
        }),
        ("the last file made two", |ledger| {
            let line = ledger.lines(10).pop().unwrap();
            ledger.edit(10, |lines| drop(lines.pop()));
            ledger.segments.insert(11, line);
        }),
        ("a segment under another name", |ledger| {
            let second = ledger.segments.remove(&6).unwrap();
            ledger.segments.insert(7, second);
        }),
        ("all events removed", |ledger| {
            ledger.segments.clear();
            ledger.head = None;
        }),
        ("CRLF", |ledger| {
            let text = String::from_utf8(ledger.segments[&6].clone()).unwrap();
            ledger.segments.insert(6, text.replace('\n', "\r\n").into_bytes());
        }),
        ("a byte order mark", |ledger| {
            ledger.edit(1, |lines| drop(lines[0].splice(..0, *b"\xef\xbb\xbf")));
        }),
        ("an empty line at the end", |ledger| ledger.segments.get_mut(&10).unwrap().push(b'\n')),
        ("HEAD beyond the end", |ledger| {
            let head = String::from_utf8(ledger.head.take().unwrap()).unwrap();
            ledger.head = Some(head.replace("\"seq\":11", "\"seq\":12").into_bytes());
        }),
        ("a key in details twice", |ledger| {
            ledger.edit(6, |lines| {
                let line = String::from_utf8(lines[1].clone()).unwrap();
                let line = line.replacen("\"door\":", "\"door\":1,\"door\":", 1);
                lines[1] = line.into_bytes();
            });
        }),
    ];
    let mut ledgers = Vec::new();
    for (_, attack) in attacks {
        let mut ledger = intact.clone();
        attack(&mut ledger);
        ledgers.push(ledger);
    }
    for (((name, _), ledger), judged) in
        attacks.iter().zip(&ledgers).zip(judge(Some(&key), &ledgers))
    {
        assert!(!verify(Some(&key), ledger).is_intact(), "{name}");
        assert!(judged.is_some(), "{name}");
    }
}

#[test]
fn the_program_takes_what_is_no_head_for_broken_behind_the_last_event() {
    let (key, intact) = (key(), rolled(Some(key())));
    let head = String::from_utf8(intact.head.clone().unwrap()).unwrap();
    let seq = |seq: &str| head.replacen("\"seq\":11", &format!("\"seq\":{seq}"), 1);
    let deep = "[".repeat(100_000);
    let mut heads: Vec<String> =
        ["", "nonsense", "[]", "{}", "7", "\"HEAD\"", "null", &deep].map(str::to_owned).to_vec();
    heads.extend(["0", "-1", "12", "1.0", "true", "null", "\"11\"", "[11]", "1e400"].map(seq));
    heads.push(format!("\u{feff}{head}"));
    heads.push(head.replacen("{", "{\"seq\":1,", 1));
    let ledgers: Vec<_> = heads
        .iter()
        .map(|head| LedgerBytes { head: Some(head.clone().into_bytes()), ..intact.clone() })
        .collect();
    for ((head, ledger), judged) in heads.iter().zip(&ledgers).zip(judge(Some(&key), &ledgers)) {
        assert_eq!(judged, Some(12), "{head:.60}");
        assert!(!verify(Some(&key), ledger).is_intact(), "{head:.60}");
    }
}

#[test]
#[cfg(unix)]
fn the_program_takes_what_is_no_regular_file_for_broken() {
    use envaudit_tests::irregular_files::IRREGULAR_FILES;
    let (key, intact) = (key(), rolled(Some(key())));
    let root = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for (at, (what, put)) in IRREGULAR_FILES.into_iter().enumerate() {
        let names = [
            ("ledger.json", 1),
            ("HEAD", 12),
            ("00000000000000000001.jsonl", 1),
            ("00000000000000000006.jsonl", 6),
            ("00000000000000000012.jsonl", 12),
            ("00000000000000000000.jsonl", 1),
            ("99999999999999999999.jsonl", 12),
        ];
        for (name, seq) in names {
            let directory = root.path().join(format!("{at}-{name}"));
            intact.write_to(&directory);
            let path = directory.join(name);
            if path.exists() {
                std::fs::rename(&path, path.with_extension("moved")).unwrap();
            }
            put(&path);
            expected.push((directory, what, seq));
        }
    }
    let directories: Vec<_> = expected.iter().map(|(directory, ..)| directory.as_path()).collect();
    for ((directory, what, seq), judged) in expected.iter().zip(judged(Some(&key), &directories)) {
        assert_eq!(judged, Some(*seq), "{what} in {}", directory.display());
    }
}
