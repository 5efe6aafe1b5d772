//! Makes the ledger of [`envaudit_tests::sample_quarter`] in a directory: `quarter_ledger DIRECTORY`.

use std::path::Path;

fn main() {
    let directory = std::env::args_os().nth(1).expect("a directory");
    envaudit_tests::sample_quarter::make(Path::new(&directory));
}
