//! Does to the ledger at a path what standard input says, a line each, and answers each line on standard output.
//!
//! `ledger_session PATH always|later`. The lines: `append FIRST COUNT`, `checkpoint`, `seal`, `prune KEEP`, `flush`, `reopen`. The
//! answers: `ok SEQ ID …` for events, `ok` for the rest, `found ID …`, `unknown REASON`, `refused REASON`.

use std::io::{BufRead, Write};
use std::time::Duration;

use envaudit::ledger::prune::PrunePolicy;
use envaudit::ledger::{AppendError, Ledger, LedgerOptions, SyncMode};
use envaudit_tests::fresh_ledger::{event, key};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("the path of a ledger");
    let sync = match arguments.next().as_deref() {
        Some("later") => SyncMode::Interval(Duration::from_millis(20)),
        _ => SyncMode::Always,
    };
    let options = LedgerOptions::new().key(key()).vars([("", ""); 0]).segment_size(4000);
    let ledger = options.sync(sync).open(path).expect("a ledger");
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let answer = answer(&ledger, &line);
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
    // The end of the input is an orderly end.
    let _ = ledger.close();
}

fn answer(ledger: &Ledger, line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let number = |at: usize| -> u64 { words[at].parse().expect("a number") };
    let done = |result: Result<(), AppendError>| result.map_or_else(refused, |()| "ok".to_owned());
    match words[0] {
        "append" => {
            let numbers = number(1)..number(1) + number(2);
            let events: Vec<_> = numbers.map(event).collect();
            match ledger.append_batch(&events) {
                Ok(all) => all.iter().fold("ok".to_owned(), |answer, it| {
                    format!("{answer} {} {}", it.seq, it.event_id)
                }),
                Err(error) => refused(error),
            }
        }
        "checkpoint" => done(ledger.checkpoint()),
        "seal" => done(ledger.seal()),
        "flush" => done(ledger.flush()),
        "prune" => match ledger.prune(PrunePolicy::KeepSegments(number(1) as usize)) {
            Ok(_) => "ok".to_owned(),
            Err(error) => format!("refused {error}"),
        },
        "reopen" => match ledger.reopen() {
            Ok(reopened) => reopened
                .found
                .iter()
                .fold("found".to_owned(), |answer, id| format!("{answer} {id}")),
            Err(error) => format!("refused {error}"),
        },
        other => panic!("`{other}` is nothing to do"),
    }
}

fn refused(error: AppendError) -> String {
    let word = if error.may_be_there() { "unknown" } else { "refused" };
    let causes = std::iter::successors(std::error::Error::source(&error), |error| error.source());
    causes.fold(format!("{word} {error}"), |text, cause| format!("{text}: {cause}"))
}
