//! Reports of the library: what the options may ask for, and what it never changes.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::Duration;

use envaudit::ledger::{Actor, Event, FileStore, Timestamp};
use envaudit::report::index::Index;
use envaudit::report::{self, PageContext, Period, ReportOptions, Rights, Scope};
use envaudit_tests::indexed::Indexed;
use envaudit_tests::{Files, sample_quarter};
use serde_json::Value;

fn with_quarter<T>(ask: impl FnOnce(&Index<'_>) -> T) -> T {
    let files = Files::new();
    let path = files.path().join("audit");
    sample_quarter::make(&path);
    let store = FileStore::new(&path);
    ask(&Index::temporary(&store).unwrap())
}

#[test]
fn sums_in_memory_and_sums_of_a_sort_are_the_same() {
    with_quarter(|index| {
        for limit in [0, 1, 40, 1000] {
            let options = ReportOptions::new().groups(limit);
            let sorted = options.in_memory(0);
            let rights = Rights::new().actor("g*");
            let access = |options: &ReportOptions<'_>| {
                report::access(index, options, &Scope::new()).unwrap().json()
            };
            let privileged = |options: &ReportOptions<'_>| {
                report::privileged(index, options, &rights).unwrap().json()
            };
            assert_eq!(access(&options), access(&sorted), "{limit}");
            assert_eq!(privileged(&options), privileged(&sorted), "{limit}");
        }
    });
}

#[test]
fn a_period_takes_its_first_moment_and_not_its_last() {
    with_quarter(|index| {
        let whole = report::access(index, &ReportOptions::new(), &Scope::new()).unwrap().json();
        let moment = |text: &Value| Timestamp::parse(text.as_str().unwrap()).unwrap();
        let (first, last) = (moment(&whole["first_event"]), moment(&whole["last_event"]));
        let count = |since, until| {
            let options = ReportOptions::new().period(Period { since, until });
            report::access(index, &options, &Scope::new()).unwrap().counted()
        };
        let all = whole["events"].as_u64().unwrap();
        assert_eq!(count(None, None), all);
        assert_eq!(count(Some(first), None), all);
        assert_eq!(count(None, Some(last)), all - 1);
        assert_eq!(count(Some(last), None), 1);
        assert_eq!(count(Some(last), Some(last)), 0);
        assert_eq!(count(None, Some(first)), 0);
        // Parts add up to the whole, wherever it is cut.
        for day in 0..90 {
            let cut = first.to_datetime() + Duration::from_secs(86_400 * day);
            let cut = Some(Timestamp::from(cut));
            assert_eq!(count(None, cut) + count(cut, None), all, "{day}");
        }
    });
}

#[test]
fn a_ledger_without_anything_to_tell_has_reports_too() {
    let made = Indexed::new();
    let store = made.store();
    let index = Index::beside(&made.path(), &store).unwrap();
    let options = ReportOptions::new();
    let context = PageContext {
        verdict: None,
        anchor_given: false,
        ledger: None,
        made: Timestamp::from(chrono::DateTime::UNIX_EPOCH),
    };
    for report in [
        report::access(&index, &options, &Scope::new()).unwrap(),
        report::privileged(&index, &options, &Rights::new()).unwrap(),
        report::failures(&index, &options, &Scope::new(), 5, None).unwrap(),
        report::configurations(&index, &options, None).unwrap(),
    ] {
        assert_eq!((report.findings(), report.unreadable()), (0, 0), "{}", report.name());
        assert_eq!(
            report.csv().matches("\r\n").count(),
            1 + usize::from(report.name() == "privileged")
        );
        let page = report.html(&context);
        assert!(page.contains("<h2 id=\"verdict\">Not verified</h2>"), "{}", report.name());
    }
}

#[test]
fn failures_of_others_on_other_things_or_from_elsewhere_are_other_series() {
    let made = Indexed::new();
    let ledger = made.ledger();
    let failed = |who: &'static str, what: &'static str, from: &str| {
        let event = Event::new("session.opened", Actor::user(who)).resource("account", what);
        let event = event.outcome(envaudit::ledger::Outcome::Failure).ip_address(from);
        ledger.append(&event).unwrap();
    };
    for _ in 0..4 {
        failed("eve", "a", "203.0.113.1");
        failed("eve", "a", "198.51.100.1");
        failed("eve", "b", "203.0.113.1");
        failed("mallory", "a", "203.0.113.1");
    }
    // Of the same network.
    failed("eve", "a", "203.0.113.200");
    let store = made.store();
    let index = Index::beside(&made.path(), &store).unwrap();
    let series = |min| {
        let report =
            report::failures(&index, &ReportOptions::new(), &Scope::new(), min, None).unwrap();
        report.json()["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["events"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(series(5), [5]);
    assert_eq!(series(4), [5, 4, 4, 4]);
    assert_eq!(series(6), [0; 0]);
}
