//! `report`: what its answers are written as: JSON, CSV, a page, a file.

use std::fs;

use envaudit_tests::canary::assert_not_in;
use envaudit_tests::command::Answer;
use envaudit_tests::reports::{EACH, ask, made, report};
use envaudit_tests::sample_quarter::CANARY;
use serde_json::Value;

#[test]
fn no_secret_and_no_value_is_in_any_report() {
    let files = made();
    for name in EACH {
        for format in ["table", "json", "csv", "html"] {
            let Answer { out, err, .. } =
                report(&files, [name, "--format", format]).run().ends_with(0);
            for secret in [CANARY, "pw0@db/shop", "sk_live_3"] {
                assert_not_in(&out, secret, name);
                assert_not_in(&err, secret, name);
            }
        }
    }
}

#[test]
fn csv_gives_no_formula_to_a_spreadsheet() {
    let files = made();
    let out = report(&files, ["access", "--format", "csv"]).run().ends_with(0).out;
    assert!(out.starts_with("actor,actor_type,action,resource,resource_type,events,"), "{out}");
    assert!(
        out.contains("\r\n\"'=HYPERLINK(\"\"http://example.invalid\"\",\"\"x\"\")\",user,"),
        "{out}"
    );
    assert!(out.lines().all(|line| !line.starts_with(['=', '+', '-', '@'])));
    let config = report(&files, ["config", "--format", "csv"]).run().ends_with(0).out;
    assert!(config.contains("checkout/prod,SHOP_SESSION_SECRET,file,secret,1,"), "{config}");
}

#[test]
fn a_page_needs_nothing_else_and_texts_of_the_ledger_stay_texts() {
    let files = made();
    for name in EACH {
        let page = report(&files, [name, "--format", "html"]).run().ends_with(0).out;
        let without_own =
            page.replace(include_str!("../../../envaudit/src/report/html/page.js"), "");
        assert_eq!(without_own.matches("<script").count(), 1, "{name}");
        for text in [
            "<img",
            "<svg/onload",
            " src=\"",
            "http://",
            "https://",
            "\u{202e}",
            " onerror=\"",
            "url(",
        ] {
            let clean = without_own.replace("http://example.invalid", "");
            assert!(!clean.contains(text), "{name}: {text}");
        }
        assert!(page.contains(
            "Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-"
        ));
        assert!(page.contains("The record is intact, as far as can be known without an anchor"));
        assert!(page.contains("<time datetime=\"2026-"), "{name}");
    }
    let access = report(&files, ["access", "--format", "html"]).run().ends_with(0).out;
    assert!(access.contains("&lt;/script&gt;&lt;script&gt;document.title=&#39;owned&#39;"));
    assert!(access.contains("user\u{fffd}nimda\u{fffd}"));
}

#[test]
fn the_verdict_is_that_of_verification_and_decides_the_exit_code() {
    let files = made();
    let intact = report(&files, ["access", "--json", "--verify"]).run().ends_with(0).json();
    assert_eq!(intact["verification"]["verdict"], "ok-unanchored-tail");
    assert_eq!(ask(&files, ["access"])["verification"], Value::Null);
    let segment = files.path().join("audit/00000000000000000001.jsonl");
    let text = fs::read_to_string(&segment).unwrap();
    fs::remove_file(&segment).unwrap();
    fs::write(&segment, text.replacen("\"actor_id\":\"ada\"", "\"actor_id\":\"eve\"", 1)).unwrap();
    let page = report(&files, ["access", "--format", "html"]).run().ends_with(1);
    assert!(page.out.contains("The record is not intact"), "{}", page.out);
    assert!(page.out.contains("<span class=\"mark bad\">modified</span>"));
    assert!(page.err.contains("the ledger is not intact"), "{}", page.err);
    // A line that is none is counted as that, whether or not the ledger is verified.
    fs::remove_file(&segment).unwrap();
    fs::write(&segment, text.replacen("\"outcome\":", "\"outcome\": ", 1)).unwrap();
    let answer = report(&files, ["access", "--json"]).run().ends_with(1);
    assert_eq!(answer.json()["unreadable_lines"], 1);
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let files = made();
    let path = files.write("report.html", "before");
    let answer = report(&files, ["config", "--format", "html"]).path("--output", &path).run();
    assert_eq!(answer.ends_with(0).out, "");
    assert!(fs::read_to_string(&path).unwrap().ends_with("</html>\n"));
    let nowhere = files.path().join("nowhere/report.html");
    let answer = report(&files, ["config", "--format", "html"]).path("-o", nowhere).run();
    assert!(answer.ends_with(3).err.contains("cannot be written"));
    let table = report(&files, ["config"]).path("-o", files.path().join("x")).run().ends_with(2);
    assert!(table.err.contains("--format"), "{}", table.err);
    let left: Vec<_> =
        fs::read_dir(files.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}
