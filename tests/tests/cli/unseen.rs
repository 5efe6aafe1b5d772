//! Characters that are obeyed, that nobody sees, or that are none: in every form in which the command shows a text.

use std::fs;

use envaudit::ledger::{Actor, Event, Outcome};
use envaudit_tests::cli_fixture::CliFixture;
use serde_json::Value;

const SEGMENT: &str = "00000000000000000001.jsonl";

/// Code points that are no characters.
const NONE: [char; 6] = ['\u{fffe}', '\u{ffff}', '\u{fdd0}', '\u{fdef}', '\u{1fffe}', '\u{10ffff}'];
/// Those that turn the direction of a text.
const TURNING: [char; 8] =
    ['\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2068}', '\u{2069}'];
/// Those that nobody sees.
const UNSEEN: [char; 10] = [
    '\u{ad}',
    '\u{34f}',
    '\u{180e}',
    '\u{200b}',
    '\u{200d}',
    '\u{2060}',
    '\u{206f}',
    '\u{3164}',
    '\u{feff}',
    '\u{e0041}',
];
const CONTROLS: [char; 5] = ['\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}'];
const BREAKS: [char; 2] = ['\u{2028}', '\u{2029}'];

fn all() -> Vec<char> {
    [&NONE[..], &TURNING, &UNSEEN, &CONTROLS, &BREAKS].concat()
}

/// An event for each character, with it in every text.
fn fixture() -> CliFixture {
    let fixture = CliFixture::new("PORT=80\n");
    let ledger = fixture.open();
    for char in all() {
        let text = format!("ad{char}min");
        let event = Event::new("door.opened", Actor::admin(text.clone()))
            .resource(text.clone(), text.clone())
            .outcome(Outcome::Denied)
            .reason(text.clone())
            .request_id(text.clone())
            .session_id(text.clone())
            .user_agent(text.clone())
            .detail("note", text.clone());
        ledger.append(&event.detail(text.clone(), text)).expect("appended");
    }
    fixture
}

/// Every way to show the events, with what it may not have.
fn shown(fixture: &CliFixture) -> Vec<(String, String)> {
    let mut shown = Vec::new();
    let mut run = |args: &[&str]| {
        let out = fixture.run(args).run().ends_with(0).out;
        assert!(out.contains("ad"), "{args:?}: {out}");
        shown.push((args.join(" "), out));
    };
    run(&["log"]);
    run(&["log", "--verbose"]);
    for format in ["csv", "cef", "ocsf"] {
        run(&["export", "--format", format]);
    }
    for report in [&["access"][..], &["privileged"], &["failures", "--min", "1"]] {
        for format in ["table", "csv", "html"] {
            run(&[&["report"], report, &["--format", format]].concat());
        }
    }
    shown
}

#[test]
fn nothing_that_is_shown_has_a_character_that_is_obeyed_or_is_none() {
    let fixture = fixture();
    for (what, out) in shown(&fixture) {
        let bad = [&NONE[..], &TURNING, &CONTROLS, &BREAKS].concat();
        assert_eq!(out.find(&bad[..]), None, "{what}");
    }
}

#[test]
fn where_people_read_nobody_is_shown_a_name_that_looks_like_another() {
    let fixture = fixture();
    for (what, out) in shown(&fixture) {
        let for_people = !what.contains("csv") && !what.contains("export");
        assert_eq!(out.find(&UNSEEN[..]).is_none(), for_people, "{what}");
        if for_people {
            assert!(out.contains("ad\u{fffd}min") && !out.contains("admin "), "{what}: {out}");
        }
    }
}

#[test]
fn what_a_program_reads_is_the_text_that_was_recorded() {
    let fixture = fixture();
    let expected: Vec<String> = all().iter().map(|char| format!("ad{char}min")).collect();
    let json = |args: &[&str]| -> Vec<Value> {
        let out = fixture.run(args).run().ends_with(0).out;
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let texts = |events: &[Value], pointer: &str| -> Vec<String> {
        let texts = events.iter().filter_map(|event| event.pointer(pointer)?.as_str());
        texts.map(str::to_owned).collect()
    };
    let ocsf = json(&["export", "--format", "ocsf"]);
    assert_eq!(texts(&ocsf, "/status_detail"), expected);
    assert_eq!(texts(&ocsf, "/unmapped/details/note"), expected);
    let lines = json(&["export", "--format", "jsonl"]);
    assert_eq!(texts(&lines, "/reason"), expected);
    let raw = texts(&ocsf, "/raw_data");
    let raw: Vec<Value> =
        raw.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(raw, lines);
    // In a table the character is an escape.
    for format in ["csv", "cef"] {
        let out = fixture.run(&["export", "--format", format]).run().ends_with(0).out;
        for escape in ["\\ufffe", "\\udbff\\udfff", "\\u202e", "\\u0000", "\\u2028"] {
            let written = match format {
                "cef" => escape.replace('\\', "\\\\"),
                _ => escape.to_owned(),
            };
            assert!(out.contains(&format!("ad{written}min")), "{format}: {escape}");
        }
    }
}

#[test]
fn half_a_pair_of_surrogates_is_damage_and_is_shown_by_nothing() {
    let escapes = ["\\ud800", "\\udc00", "\\udfff\\ud800", "\\ud83d\\u0041", "\\uD83D"];
    for escape in escapes {
        for member in ["reason", "note"] {
            let fixture = CliFixture::new("PORT=80\n");
            let ledger = fixture.open();
            let event = Event::new("door.opened", Actor::user("ada")).reason("MARK-reason");
            ledger.append(&event.detail("note", "MARK-note")).expect("appended");
            ledger.append(&Event::new("door.closed", Actor::user("ada"))).expect("appended");
            drop(ledger);
            let path = fixture.ledger().join(SEGMENT);
            let text = fs::read_to_string(&path).expect("text");
            let mark = format!("MARK-{member}");
            fs::write(&path, text.replace(&mark, &format!("MARK{escape}"))).expect("written");
            let answer = fixture.run(&["verify", "--json"]).run().ends_with(1);
            assert_eq!(answer.json()["findings"][0]["verdict"], "modified", "{escape}");
            for args in [
                &["log"][..],
                &["log", "--json"],
                &["export", "--format", "ocsf"],
                &["export", "--format", "csv"],
                &["report", "access", "--actor", "ada", "--format", "json"],
                &["report", "access", "--actor", "ada", "--format", "html", "--no-index"],
            ] {
                let answer = fixture.run(args).run().ends_with(1);
                assert!(!answer.out.contains("MARK"), "{args:?}: {}", answer.out);
            }
        }
    }
}

#[test]
fn a_pair_of_surrogates_is_the_character_that_it_stands_for() {
    let fixture = CliFixture::new("PORT=80\n");
    let ledger = fixture.open();
    let event = Event::new("door.opened", Actor::user("ada")).reason("face \u{1f600}");
    ledger.append(&event).expect("appended");
    let out = fixture.run(&["export", "--format", "csv"]).run().ends_with(0).out;
    assert!(out.contains("face \u{1f600}"), "{out}");
}
