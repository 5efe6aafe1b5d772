//! Appends to the ledger at a path, and says on standard output what was acknowledged, until it is killed or refused.

use std::io::Write;

use envaudit::ledger::LedgerOptions;
use envaudit_tests::fresh_ledger::{event, key};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("the path of a ledger");
    let first: u64 = arguments.next().and_then(|first| first.parse().ok()).expect("a number");
    let options = LedgerOptions::new().key(key()).segment_size(20_000);
    let ledger = options.open(path).expect("a ledger");
    let mut out = std::io::stdout();
    for nth in first.. {
        let line = match ledger.append(&event(nth)) {
            Ok(_) => format!("{nth}\n"),
            Err(error) => format!("refused: {error}\n"),
        };
        if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err()
            || line.starts_with("refused")
        {
            return;
        }
    }
}
