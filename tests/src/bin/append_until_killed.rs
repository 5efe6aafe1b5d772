//! Appends to the ledger at a path, and says on standard output what was acknowledged, until it is killed or refused.
//!
//! `append_until_killed PATH FIRST [BATCH]`: events from number FIRST on, so many in each write.

use std::io::Write;

use envaudit::ledger::LedgerOptions;
use envaudit_tests::fresh_ledger::{event, key};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("the path of a ledger");
    let mut number = |default: Option<u64>| {
        let number = arguments.next().map(|text| text.parse().expect("a number"));
        number.or(default).expect("the number of the first event")
    };
    let (mut first, batch) = (number(None), number(Some(1)));
    let options = LedgerOptions::new().key(key()).segment_size(20_000);
    let ledger = options.open(path).expect("a ledger");
    let mut out = std::io::stdout();
    loop {
        let events: Vec<_> = (first..first + batch).map(event).collect();
        let (text, refused) = match ledger.append_batch(&events) {
            Ok(_) => ((first..first + batch).map(|nth| format!("{nth}\n")).collect(), false),
            Err(error) => (format!("refused: {error}\n"), true),
        };
        if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() || refused {
            return;
        }
        first += batch;
    }
}
