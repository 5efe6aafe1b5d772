//! An index follows its ledger: what is added, pruned, cut off, exchanged or damaged.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;

use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::store::SegmentSource;
use envaudit::report::index::Index;
use envaudit::report::{self, ReportOptions, Scope};
use envaudit_tests::causes::with_causes;
use envaudit_tests::fresh_ledger::event;
use envaudit_tests::indexed::{Indexed, changes, options, record};
use rusqlite::Connection;

/// Some segments, with changes in all of them, and its index.
fn made() -> Indexed {
    let made = Indexed::new();
    let ledger = made.ledger();
    for nth in 0..60 {
        let text = nth.to_string();
        record(&ledger, "checkout", &[("PORT", text.as_str()), ("API_KEY", text.as_str())]);
        ledger.append(&event(nth)).unwrap();
    }
    ledger.close().unwrap();
    assert!(made.store().segments().unwrap().len() > 3);
    assert_eq!(made.assert_answers()[0].len(), 60);
    made
}

/// The bytes of the last segment that has some, changed.
fn edit_last(made: &Indexed, edit: impl FnOnce(&mut Vec<u8>)) {
    let segment = made.store().segments().unwrap().pop().unwrap();
    edit_segment(made, &segment.name, edit);
}

fn edit_segment(made: &Indexed, name: &str, edit: impl FnOnce(&mut Vec<u8>)) {
    let path = made.path().join(name);
    let mut bytes = fs::read(&path).unwrap();
    edit(&mut bytes);
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
}

/// Where the last lines of a segment begin, the very last first.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let newlines = bytes[..bytes.len() - 1].iter().enumerate().rev();
    newlines.filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect()
}

#[test]
fn it_is_not_written_when_nothing_is_new() {
    let made = made();
    let before = fs::metadata(made.file()).unwrap().modified().unwrap();
    let mut permissions = fs::metadata(made.file()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(made.file(), permissions).unwrap();
    made.assert_answers();
    assert_eq!(fs::metadata(made.file()).unwrap().modified().unwrap(), before);
}

#[test]
fn what_is_appended_and_rolled_is_added() {
    let made = made();
    let lines = made.lines();
    let ledger = made.ledger();
    record(&ledger, "search", &[("PORT", "9200")]);
    ledger.seal().unwrap();
    record(&ledger, "search", &[("PORT", "9300")]);
    assert_eq!(made.assert_answers()[0].len(), 62);
    assert!(made.lines() >= lines + 4);
}

#[test]
fn what_is_pruned_is_taken_out() {
    let made = made();
    made.ledger().prune(PrunePolicy::KeepSegments(2)).unwrap().expect("something was");
    let kept = made.assert_answers()[0].len();
    assert!(kept > 0 && kept < 60, "{kept}");
    let db = Connection::open(made.file()).unwrap();
    let first: i64 = db.query_row("SELECT MIN(id) FROM events", [], |row| row.get(0)).unwrap();
    assert_eq!(first as u64, made.store().segments().unwrap()[0].first_seq);
}

#[test]
fn a_ledger_whose_lines_changed_is_read_again_from_there() {
    type Attack = fn(&Indexed);
    let attacks: &[(&str, Attack)] = &[
        ("the end is torn", |made| {
            edit_last(made, |bytes| bytes.truncate(bytes.len() - 3));
        }),
        ("the last events are cut off", |made| {
            edit_last(made, |bytes| bytes.truncate(starts(bytes)[2]));
        }),
        ("the last events are cut off, and others follow", |made| {
            edit_last(made, |bytes| bytes.truncate(starts(bytes)[2]));
            fs::remove_file(made.path().join("HEAD")).unwrap();
            fs::remove_dir_all(made.path().join("checkpoints")).unwrap();
            made.record("search", &[("PORT", "1"), ("REGION", "eu-1")]);
        }),
        ("the last line has other bytes", |made| {
            edit_last(made, |bytes| {
                let at = starts(bytes)[0];
                let text = String::from_utf8(bytes[at..].to_vec()).unwrap();
                bytes.truncate(at);
                bytes.extend(text.replace("system", "sYstem").into_bytes());
            });
        }),
        ("an event in the middle is longer", |made| {
            let name = made.store().segments().unwrap()[1].name.clone();
            edit_segment(made, &name, |bytes| {
                let text = String::from_utf8(bytes.clone()).unwrap();
                *bytes = text.replacen("ada", "mallory", 1).into_bytes();
            });
        }),
        ("a segment is removed", |made| {
            fs::remove_file(made.path().join(&made.store().segments().unwrap()[1].name)).unwrap();
        }),
        ("all but the first are removed", |made| {
            for info in &made.store().segments().unwrap()[1..] {
                fs::remove_file(made.path().join(&info.name)).unwrap();
            }
        }),
        ("a line is copied behind itself", |made| {
            edit_last(made, |bytes| {
                let copy = bytes[starts(bytes)[3]..].to_vec();
                bytes.extend(copy);
            });
        }),
        ("lines that are none are put in", |made| {
            edit_last(made, |bytes| {
                let at = starts(bytes)[1];
                bytes.splice(at..at, *b"{}\n\n\xff\n");
            });
        }),
        ("a line is too long to be one", |made| {
            edit_last(made, |bytes| {
                bytes.extend(vec![b'x'; 9 << 20]);
                bytes.push(b'\n');
                let copy = bytes[..starts(bytes)[0]].to_vec();
                bytes.extend(copy);
            });
        }),
    ];
    for (name, attack) in attacks {
        let made = made();
        attack(&made);
        eprintln!("{name}");
        let answers = made.assert_answers();
        assert_eq!(made.assert_answers(), answers, "{name}");
    }
}

#[test]
fn an_index_of_another_ledger_another_version_or_damaged_is_made_anew() {
    type Damage = fn(&Indexed);
    let damages: &[(&str, Damage)] = &[
        ("no database", |made| fs::write(made.file(), "no database at all").unwrap()),
        ("cut in half", |made| {
            let bytes = fs::read(made.file()).unwrap();
            fs::write(made.file(), &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("zeros in it", |made| {
            let mut bytes = fs::read(made.file()).unwrap();
            bytes[4096..].fill(0);
            fs::write(made.file(), bytes).unwrap();
        }),
        ("of another ledger", |made| {
            let other = Indexed::new();
            other.record("checkout", &[("PORT", "1")]);
            other.assert_answers();
            fs::copy(other.file(), made.file()).unwrap();
        }),
        ("of another version", |made| {
            let db = Connection::open(made.file()).unwrap();
            db.pragma_update(None, "user_version", 999).unwrap();
        }),
        ("with a trigger", |made| {
            let db = Connection::open(made.file()).unwrap();
            db.execute_batch(
                "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM changes; END",
            )
            .unwrap();
        }),
        ("with another table", |made| {
            let db = Connection::open(made.file()).unwrap();
            db.execute_batch("CREATE TABLE more (a)").unwrap();
        }),
        ("with segments that do not follow each other", |made| {
            let db = Connection::open(made.file()).unwrap();
            db.execute("UPDATE segments SET first_id = first_id + 1 WHERE first_seq > 1", [])
                .unwrap();
        }),
        ("with texts for numbers", |made| {
            let db = Connection::open(made.file()).unwrap();
            db.execute("UPDATE segments SET end = 'far'", []).unwrap();
        }),
        ("empty", |made| fs::write(made.file(), "").unwrap()),
        ("gone", |made| fs::remove_file(made.file()).unwrap()),
    ];
    for (name, damage) in damages {
        let made = made();
        let answers = made.assert_answers();
        damage(&made);
        eprintln!("{name}");
        assert_eq!(made.assert_answers(), answers, "{name}");
    }
}

#[test]
fn an_index_that_points_to_other_events_is_made_anew() {
    let made = made();
    let expected = made.assert_answers();
    for edit in [
        "UPDATE changes SET at = at + 1",
        "UPDATE changes SET time = time + 1",
        "UPDATE changes SET at = 0 WHERE id > 10",
        "UPDATE changes SET at = 1000000000",
        "UPDATE changes SET id = id + 1000",
        "UPDATE changes SET what = 9",
    ] {
        Connection::open(made.file()).unwrap().execute_batch(edit).unwrap();
        let store = made.store();
        let mut asked = 0;
        let found = Index::ask(&made.path(), &store, |index| {
            asked += 1;
            changes(index, "PORT")
        });
        assert_eq!((found.unwrap(), asked), (60, 2), "{edit}");
        assert_eq!(made.assert_answers(), expected, "{edit}");
    }
}

#[test]
fn whatever_bytes_it_has_there_is_an_answer() {
    let made = made();
    let whole = fs::read(made.file()).unwrap();
    let mut exact = 0;
    let places = (0..whole.len()).step_by(whole.len() / 150);
    for (nth, place) in places.enumerate() {
        let mut bytes = whole.clone();
        let end = bytes.len().min(place + 1 + nth % 5 * 40);
        bytes[place..end].iter_mut().for_each(|byte| *byte = byte.wrapping_add(1 + nth as u8));
        fs::write(made.file(), &bytes).unwrap();
        let store = made.store();
        let options = ReportOptions::new();
        let counted = Index::ask(&made.path(), &store, |index| {
            report::configurations(index, &options, None)?;
            report::failures(index, &options, &Scope::new(), 2, None)?;
            let changes = changes(index, "PORT")?;
            Ok((report::access(index, &options, &Scope::new())?.counted(), changes))
        });
        exact += u64::from(counted.unwrap() == (120, 60));
    }
    // A key or a time that is another is not noticed; most is.
    assert!(exact > 100, "{exact}");
}

#[cfg(unix)]
#[test]
fn it_is_for_its_owner_alone_and_no_symlink_is_followed() {
    use std::os::unix::fs::PermissionsExt;
    let made = made();
    let mode = fs::metadata(made.file()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let elsewhere = made.path().join("elsewhere");
    fs::rename(made.file(), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, made.file()).unwrap();
    let error = Index::beside(&made.path(), &made.store()).unwrap_err();
    assert_eq!(with_causes(&error), "`index.sqlite` cannot be used now: it is not a file");
}

#[test]
fn a_ledger_is_opened_written_and_verified_beside_any_index() {
    let made = made();
    fs::write(made.file(), "anything").unwrap();
    made.record("search", &[("PORT", "1")]);
    let ring = envaudit::ledger::KeyRing::new(envaudit_tests::fresh_ledger::key());
    let report = envaudit::ledger::verify::Verifier::new().keys(&ring).verify(&made.store());
    assert!(report.unwrap().is_intact());
    assert_eq!(fs::read(made.file()).unwrap(), b"anything");
    drop(options());
}
