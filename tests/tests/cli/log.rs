//! `log`, `history` and `export`: what is recorded, chosen and shown.

use std::fs;
use std::io::{self, Write};

use envaudit::ledger::{Actor, Context, Event, Ledger, LedgerOptions, MasterKey, Origin, Outcome};
use envaudit::{EnvConfig, SecretString};
use envaudit_tests::Files;
use envaudit_tests::command::{Envaudit, envaudit};
use serde_json::Value;

const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

fn options() -> LedgerOptions {
    LedgerOptions::new().key(MasterKey::from_hex(KEY).expect("a key"))
}

fn at(text: &'static str) -> LedgerOptions {
    options().clock(move || text.parse::<chrono::DateTime<chrono::Utc>>().expect("a time"))
}

/// The ledger of three days, on the fourth.
fn fourth_day(files: &Files) -> Ledger {
    at("2026-03-04T12:00:00Z").open(files.path().join("audit")).expect("opened")
}

fn command<const N: usize>(files: &Files, args: [&str; N]) -> Envaudit {
    envaudit(args).path("--ledger", files.path().join("audit"))
}

fn append(ledger: &Ledger, event: Event) {
    ledger.append(&event).expect("appended");
}

/// Three events of three days, by three actors, and the `ledger.created` before them.
fn three_days() -> Files {
    let files = Files::new();
    let path = files.path().join("audit");
    let ledger = at("2026-03-01T12:00:00Z").init(&path).expect("made");
    let event = Event::new("user.created", Actor::admin("ada")).resource("user", "eve");
    append(&ledger, event.reason("she asked\nfor it"));
    let ledger = at("2026-03-02T12:00:00Z").open(&path).expect("opened");
    let event = Event::new("user.deleted", Actor::user("bob")).resource("user", "eve");
    append(&ledger, event.outcome(Outcome::Denied).origin(Origin::Http));
    let ledger = at("2026-03-03T12:00:00Z").open(&path).expect("opened");
    let event = Event::new("vault.opened", Actor::service("ci")).resource("vault", "prod");
    let trace = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    append(&ledger, event.outcome(Outcome::Failure).trace(trace.0, trace.1));
    files
}

/// The actions of the lines of `--json`.
fn actions(out: &str) -> Vec<String> {
    let line = |line: &str| -> Value { serde_json::from_str(line).expect("JSON") };
    out.lines().map(|text| line(text)["action"].as_str().expect("text").to_owned()).collect()
}

#[test]
fn events_are_a_table_the_newest_last() {
    let files = three_days();
    let answer = command(&files, ["log"]).run().ends_with(0);
    assert_eq!(
        answer.out,
        "SEQ  TIME                         ACTOR     ACTION          RESOURCE  OUTCOME  REASON\n\
         1    2026-03-01T12:00:00.000000Z  envaudit  ledger.created            success\n\
         2    2026-03-01T12:00:00.000000Z  ada       user.created    eve       success  she asked for it\n\
         3    2026-03-02T12:00:00.000000Z  bob       user.deleted    eve       denied\n\
         4    2026-03-03T12:00:00.000000Z  ci        vault.opened    prod      failure\n"
    );
    assert_eq!(answer.err, "");
}

#[test]
fn as_json_each_event_is_the_line_of_the_ledger() {
    let files = three_days();
    let lines = fs::read_to_string(files.path().join("audit/00000000000000000001.jsonl"));
    let lines = lines.expect("a segment");
    assert_eq!(command(&files, ["log", "--json"]).run().ends_with(0).out, lines);
    assert_eq!(command(&files, ["export"]).run().ends_with(0).out, lines);
}

#[test]
fn each_filter_chooses_and_all_of_them_must_hold() {
    let files = three_days();
    let cases: [(&[&str], &[&str]); 16] = [
        (&["--action", "user.deleted"], &["user.deleted"]),
        (&["--action", "user.*"], &["user.created", "user.deleted"]),
        (&["--actor", "bob"], &["user.deleted"]),
        (&["--resource", "eve"], &["user.created", "user.deleted"]),
        (&["--outcome", "denied"], &["user.deleted"]),
        (&["--outcome", "failure"], &["vault.opened"]),
        (&["--trace-id", "4bf92f3577b34da6a3ce929d0e0e4736"], &["vault.opened"]),
        (&["--since", "2026-03-02"], &["user.deleted", "vault.opened"]),
        (
            &["--since", "2026-03-02T12:00:00Z", "--until", "2026-03-03T12:00:00Z"],
            &["user.deleted"],
        ),
        (&["--until", "2026-03-02"], &["ledger.created", "user.created"]),
        (&["--since", "1h"], &[]),
        (&["--limit", "2"], &["user.deleted", "vault.opened"]),
        (&["--limit", "0"], &[]),
        (&["--limit", "1", "--resource", "eve"], &["user.deleted"]),
        (&["--resource", "eve", "--outcome", "success"], &["user.created"]),
        (&["--actor", "bob", "--outcome", "success"], &[]),
    ];
    for (args, expected) in cases {
        let run = |name: &str| command(&files, [name]).args(args.iter().copied());
        let log = run("log").args(["--json"]).run().ends_with(0).out;
        assert_eq!(actions(&log), expected, "{args:?}");
        let table = run("log").run().ends_with(0);
        assert_eq!(table.err.contains("no event matches"), expected.is_empty(), "{args:?}");
        assert_eq!(run("log").args(["-q"]).run().ends_with(0).err, "", "{args:?}");
        let export = run("export").run().ends_with(0).out;
        assert_eq!(actions(&export), expected, "{args:?}");
    }
    for (args, expected) in [
        (["--since", "yesterday"], "`yesterday` is not a time"),
        (["--outcome", "fine"], "success, failure, denied"),
        (["--limit", "-1"], "unexpected argument"),
        (["--since", "2999-01-01"], ""),
    ] {
        let answer =
            command(&files, ["log", "--until", "2026-03-02"]).args(args).run().ends_with(2);
        assert!(answer.err.contains(expected), "{args:?}: {}", answer.err);
        assert_eq!(answer.out, "");
    }
}

#[test]
fn a_line_that_is_none_is_said_and_the_others_are_shown() {
    let files = three_days();
    let path = files.path().join("audit/00000000000000000001.jsonl");
    let text = fs::read_to_string(&path).expect("a segment");
    fs::write(&path, text.replacen("\"outcome\":\"denied\"", "\"outcome\": \"denied\"", 1))
        .expect("written");
    for args in [["log", "--json"], ["export", "--format=jsonl"]] {
        let answer = command(&files, args).run().ends_with(1);
        assert_eq!(actions(&answer.out), ["ledger.created", "user.created", "vault.opened"]);
        assert!(
            answer.err.contains(
                "warning: segment 00000000000000000001.jsonl has an invalid line at byte"
            ),
            "{}",
            answer.err
        );
        assert!(answer.err.contains("envaudit verify"), "{}", answer.err);
    }
}

/// Takes so many bytes, and then nobody reads any more.
struct Closing(usize);

impl Write for Closing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        match taken {
            0 => Err(io::ErrorKind::BrokenPipe.into()),
            _ => Ok(taken),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn whoever_closes_a_pipe_has_seen_enough() {
    let files = three_days();
    for args in [&["log"][..], &["log", "--follow"], &["export", "--format", "cef"], &["verify"]] {
        let args = std::iter::once("envaudit").chain(args.iter().copied());
        let ledger = files.path().join("audit");
        let args = args.map(Into::into).chain(["--ledger".into(), ledger.into_os_string()]);
        let (mut out, mut err) = (Closing(20), Vec::new());
        let env = [("ENVAUDIT_SIGNING_KEY", KEY)];
        let args: Vec<std::ffi::OsString> = args.collect();
        let code = envaudit::cli::execute(args, env, &mut io::empty(), &mut out, &mut err);
        assert_eq!((code, String::from_utf8_lossy(&err).as_ref()), (0, ""));
    }
}

/// The records of a CSV text (RFC 4180).
fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(char) = chars.next() {
        match (char, quoted) {
            ('"', true) if chars.next_if_eq(&'"').is_some() => field.push('"'),
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut field)),
            ('\r', false) => {
                assert_eq!(chars.next(), Some('\n'), "a line ends with CRLF");
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            (char, _) => field.push(char),
        }
    }
    assert!(row.is_empty() && field.is_empty(), "the last line ends too");
    rows
}

#[test]
fn csv_keeps_commas_quotes_and_line_breaks_and_gives_no_formula_to_a_spreadsheet() {
    let files = three_days();
    let ledger = fourth_day(&files);
    let event = Event::new("user.created", Actor::user("=cmd|' /C calc'!A0"));
    append(&ledger, event.reason("a, \"b\"\r\nc").detail("note", "x,y"));
    let rows = csv(&command(&files, ["export", "--format", "csv"]).run().ends_with(0).out);
    assert_eq!(rows.len(), 6);
    let at = |name: &str| rows[0].iter().position(|column| column == name).expect("a column");
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let last = &rows[5];
    assert_eq!(last[at("seq")], "5");
    assert_eq!(last[at("actor_id")], "'=cmd|' /C calc'!A0");
    assert_eq!(last[at("reason")], "a, \"b\"\r\nc");
    assert_eq!(last[at("details")], "{\"note\":\"x,y\"}");
    assert_eq!(last[at("previous_hash")], rows[4][at("event_hash")]);
}

#[test]
fn what_a_terminal_would_obey_and_a_spreadsheet_would_run_is_text_in_every_export() {
    let files = Files::new();
    let ledger = options().init(files.path().join("audit")).expect("made");
    let controls = "a\u{1b}[31mb\u{7}c\u{9b}d\u{7f}e\u{202e}f\tg\u{0}";
    let reason = |text: &str| {
        append(&ledger, Event::new("user.created", Actor::user("ada")).reason(text.to_owned()));
    };
    reason(controls);
    let formulas =
        ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u{ff1d}1", "\u{ff20}x"];
    let texts = ["1=1", "a-b", "'=1", "", "(=1)"];
    formulas.into_iter().chain(texts).for_each(reason);
    let of = |format: &str| {
        let export = command(&files, ["export", "--action", "user.*", "--format", format]);
        export.run().ends_with(0).out
    };
    for format in ["csv", "cef", "ocsf", "jsonl"] {
        let out = of(format);
        let obeyed = |char: &char| char.is_control() && !matches!(char, '\r' | '\n' | '\t');
        if matches!(format, "csv" | "cef") {
            assert_eq!(out.chars().find(obeyed), None, "{format}");
        }
        assert!(!out.contains(['\u{1b}', '\0', '\u{7}']), "{format}");
    }
    let rows = csv(&of("csv"));
    let column = rows[0].iter().position(|name| name == "reason").expect("a column");
    let reasons: Vec<&str> = rows[1..].iter().map(|row| row[column].as_str()).collect();
    assert_eq!(reasons[0], "a\\u001b[31mb\\u0007c\\u009bd\\u007fe\\u202ef\tg\\u0000");
    for (found, formula) in reasons[1..].iter().zip(formulas) {
        assert_eq!(*found, format!("'{formula}"));
    }
    assert_eq!(reasons[1 + formulas.len()..], texts);
    let cef = of("cef");
    let first = cef.lines().next().expect("a line");
    let expected =
        " reason=a\\\\u001b[31mb\\\\u0007c\\\\u009bd\\\\u007fe\\\\u202ef\\\\u0009g\\\\u0000 ";
    assert!(first.contains(expected), "{first}");
}

#[test]
fn cef_escapes_the_header_and_the_extension_each_in_its_own_way() {
    let files = three_days();
    let ledger = fourth_day(&files);
    let event = Event::new("user.created", Actor::user("a|b=c\\d")).resource("user", "x=y");
    append(&ledger, event.reason("one\ntwo").ip_address("203.0.113.77"));
    let out = command(&files, ["export", "--format", "cef"]).run().ends_with(0).out;
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 5);
    assert!(lines.iter().all(|line| line.starts_with("CEF:0|envaudit|envaudit|")));
    let last = lines[4];
    assert_eq!(last.split('|').count() - 1, 8, "seven bars of the header and that of the actor");
    for part in [
        "|user.created|user.created|3|rt=",
        " suser=a|b\\=c\\\\d ",
        " cs2=x\\=y ",
        " reason=one\\ntwo ",
    ] {
        assert!(last.contains(part), "{part}: {last}");
    }
    assert!(
        last.contains(" flexString1=203.0.113.0 ") || last.contains(" flexString1=203.0.113"),
        "{last}"
    );
    assert!(lines[2].contains("|user.deleted|7|"), "{}", lines[2]);
    assert!(lines[3].contains("|vault.opened|6|"), "{}", lines[3]);
}

#[derive(EnvConfig)]
struct Config {
    #[allow(dead_code, reason = "only recorded")]
    port: Option<u16>,
    #[allow(dead_code, reason = "only recorded")]
    api_key: Option<SecretString>,
}

/// What the schema of OCSF requires of an object.
fn assert_has(object: &Value, members: &[&str]) {
    for member in members {
        assert!(!object[*member].is_null(), "{member} is missing in {object}");
    }
}

#[test]
fn ocsf_has_what_the_published_schema_requires_and_the_fields_of_the_chain() {
    let files = three_days();
    let ledger = fourth_day(&files);
    let loaded = Config::loader().vars([("PORT", "80")]).load().expect("loaded");
    loaded.record_in(&ledger, &Context::new().service("checkout")).expect("recorded");
    let of = |version: &[&str]| -> Vec<Value> {
        let export = command(&files, ["export", "--format", "ocsf"]).args(version.iter().copied());
        let out = export.run().ends_with(0).out;
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let events = of(&[]);
    assert_eq!(events, of(&["--ocsf-version", "1.8.0"]));
    assert_eq!(events.len(), 5);
    for event in &events {
        // What no published version has is among the members without a place.
        assert_eq!(event["metadata"]["version"], "1.8.0");
        assert_eq!(event["metadata"]["profiles"], serde_json::json!(["host"]));
        assert!(event.get("attestation_list").is_none(), "{event}");
        let line: Value =
            serde_json::from_str(event["raw_data"].as_str().expect("text")).expect("JSON");
        let attestation = &event["unmapped"]["attestation"];
        assert_eq!(line["event_hash"], attestation["fingerprint"]["value"]);
    }
    for event in &of(&["--ocsf-version", "1.9.0-dev"]) {
        assert_eq!(event["metadata"]["version"], "1.9.0-dev");
        let required = [
            "activity_id",
            "category_uid",
            "class_uid",
            "metadata",
            "severity_id",
            "time",
            "type_uid",
        ];
        assert_has(event, &required);
        assert_has(&event["metadata"], &["product", "version"]);
        assert_has(&event["metadata"]["product"], &["name"]);
        let (class, activity) = (&event["class_uid"], &event["activity_id"]);
        let number = |value: &Value| value.as_u64().expect("a number");
        assert_eq!(number(&event["type_uid"]), number(class) * 100 + number(activity));
        let attestation = &event["attestation_list"][0];
        assert_has(attestation, &["fingerprint", "chain_uid", "authority_uid"]);
        assert_has(&attestation["fingerprint"], &["algorithm_id", "value"]);
        assert_has(&event["unmapped"], &["previous_hash"]);
        // The hash can be checked by who has the line.
        let line: Value =
            serde_json::from_str(event["raw_data"].as_str().expect("text")).expect("JSON");
        assert_eq!(line["event_hash"], attestation["fingerprint"]["value"]);
        assert_eq!(line["seq"], event["metadata"]["sequence"]);
    }
    let config = &events[4];
    assert_eq!((&config["class_uid"], &config["category_uid"]), (&5019.into(), &5.into()));
    assert_has(config, &["device"]);
    assert_has(&config["device"], &["type_id", "name"]);
    assert_eq!(config["device"]["name"], "checkout");
    assert_eq!(config["unmapped"]["details"]["state"][0]["key"], "PORT");
    assert_eq!(events[2]["class_uid"], 0);
    assert_eq!((&events[2]["status_id"], &events[2]["status_code"]), (&2.into(), &"denied".into()));
    assert_eq!(events[1]["time"], 1_772_366_400_000_u64);
}

#[test]
fn the_history_of_a_variable_has_every_change_of_it_and_no_secret() {
    let files = Files::new();
    let ledger = options().init(files.path().join("audit")).expect("made");
    let record = |service: &'static str, who: &'static str, vars: &[(&str, &str)]| {
        let loaded = Config::loader().vars(vars.iter().copied()).load().expect("loaded");
        let context = Context::new().service(service).actor(Actor::user(who)).reason("as planned");
        loaded.record_in(&ledger, &context).expect("recorded");
    };
    record("checkout", "ada", &[("PORT", "80"), ("API_KEY", "first-canary")]);
    record("checkout", "bob", &[("PORT", "80"), ("API_KEY", "second-canary")]);
    record("checkout", "bob", &[("PORT", "443"), ("API_KEY", "second-canary")]);
    record("search", "eve", &[("PORT", "9200")]);
    record("checkout", "ada", &[("API_KEY", "second-canary")]);

    let port = command(&files, ["history", "PORT"]).run().ends_with(0).out;
    let rows: Vec<Vec<&str>> = port.lines().map(|line| line.split("  ").collect()).collect();
    let rows: Vec<Vec<&str>> = rows
        .into_iter()
        .map(|row| row.into_iter().map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    let cells = |row: usize| rows[row][1..].to_vec();
    assert_eq!(cells(1), ["checkout", "added", "80 (system)", "ada", "as planned", "2"]);
    assert_eq!(
        cells(2),
        ["checkout", "changed", "80 (system)", "443 (system)", "bob", "as planned", "4"]
    );
    assert_eq!(cells(3), ["search", "added", "9200 (system)", "eve", "as planned", "5"]);
    assert_eq!(cells(4), ["checkout", "removed", "443 (system)", "ada", "as planned", "6"]);
    assert_eq!(rows.len(), 5);

    let of = |args: &[&str]| {
        let answer = command(&files, ["history", "--json"]).args(args.iter().copied());
        answer.run().ends_with(0)
    };
    let key = of(&["API_KEY"]);
    assert!(!key.out.contains("canary"), "{}", key.out);
    let key = key.json();
    assert_eq!(key.as_array().map(Vec::len), Some(2), "{key}");
    assert_eq!((&key[1]["rotated"], &key[1]["actor_id"]), (&true.into(), &"bob".into()));
    assert_ne!(key[0]["after"]["fingerprint"], key[1]["after"]["fingerprint"]);
    assert_eq!(of(&["PORT", "--resource", "search"]).json().as_array().map(Vec::len), Some(1));
    let none = command(&files, ["history", "OTHER"]).run().ends_with(1);
    assert_eq!((none.out.as_str(), none.err.contains("no variable `OTHER`")), ("", true));
}

#[test]
fn actors_and_things_are_asked_for_as_they_are_recorded() {
    let fixture = envaudit_tests::cli_fixture::CliFixture::new("PORT=80\n");
    let record = |actor: &str, resource: &str| {
        let record = fixture.run(&["record", "--actor", actor, "--reason", "x"]);
        record.args(["--resource", resource]).run().ends_with(0);
    };
    record("admin:root", "checkout/prod");
    record("root", "checkout/eu");
    record("service:deployer", "search/prod");
    for (args, expected) in [
        (["--actor", "root"], 2),
        (["--actor", "admin:root"], 1),
        (["--actor", "service:*"], 1),
        (["--actor", "ro*"], 2),
        (["--resource", "checkout/*"], 2),
        (["--resource", "checkout/prod"], 1),
    ] {
        let answer = fixture.run(&["log", "--json"]).args(args).run().ends_with(0);
        assert_eq!(answer.out.lines().count(), expected, "{args:?}: {}", answer.out);
    }
    let none = fixture.run(&["log", "--resource", "*prod"]).run().ends_with(1);
    assert!(none.err.contains("no resource `*prod`"), "{}", none.err);
    let refused = fixture.run(&["log", "--trace-id", "zz"]).run().ends_with(2);
    assert!(refused.err.contains("32 hex digits"), "{}", refused.err);
}

#[test]
fn a_last_line_that_was_not_written_to_its_end_is_said_and_the_answer_is_what_it_is() {
    let fixture = envaudit_tests::cli_fixture::CliFixture::new("PORT=80\n");
    fixture.record();
    let commands = [
        &["log"][..],
        &["export", "--format", "csv"],
        &["history", "PORT", "--json"],
        &["report", "access", "--json"],
        &["plan"],
    ];
    // The period of a report ends with the moment it is asked for.
    let run = |args: &[&str]| {
        let until: &[&str] = if args[0] == "report" { &["--until", "2099-01-01"] } else { &[] };
        fixture.run(args).args(until.iter().copied()).run().ends_with(0)
    };
    let whole = commands.map(run);
    let mut file =
        fs::OpenOptions::new().append(true).open(fixture.first_segment()).expect("a file");
    file.write_all(b"{\"v\":1,\"se").expect("written");
    for (args, whole) in commands.into_iter().zip(&whole) {
        let torn = run(args);
        assert_eq!(torn.out, whole.out, "{args:?}");
        let expected = "warning: 00000000000000000001.jsonl ends with 10 bytes of an incomplete line: they \
                        are not an event";
        assert!(torn.err.contains(expected), "{args:?}: {}", torn.err);
        let quiet = fixture.run(args).args(["-q"]).run().ends_with(0);
        assert_eq!(quiet.err, "", "{args:?}");
    }
    // Somebody is writing it just now.
    let store = envaudit::ledger::FileStore::new(fixture.ledger());
    envaudit::ledger::store::StoreLock::lock(&store).expect("it is free");
    assert_eq!(run(&["log"]).err, "");
    envaudit::ledger::store::StoreLock::unlock(&store);
    // A folder that has no lock gets none from who reads it.
    fs::remove_file(fixture.ledger().join("lock")).expect("removed");
    assert!(run(&["log"]).err.contains("10 bytes"));
    assert!(!fixture.ledger().join("lock").exists());
    // The next who writes puts it right.
    fixture.record();
    assert_eq!(run(&["log"]).err, "");
}
