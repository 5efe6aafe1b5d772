//! Reports of the ledger of [`sample_quarter`](crate::sample_quarter), by the command.

use serde_json::Value;

use crate::command::{Envaudit, envaudit};
use crate::{Files, sample_quarter};

/// All reports.
pub const EACH: [&str; 4] = ["access", "privileged", "failures", "config"];

/// The key of the ledger, in hex.
const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// A folder with the ledger.
pub fn made() -> Files {
    let files = Files::new();
    sample_quarter::make(&files.path().join("audit"));
    files
}

/// A report.
pub fn report<const N: usize>(files: &Files, args: [&str; N]) -> Envaudit {
    let command = envaudit(["report"]).args(args).path("--ledger", files.path().join("audit"));
    command.env("ENVAUDIT_SIGNING_KEY", KEY)
}

/// A report in JSON, of an intact ledger.
///
/// # Panics
///
/// Unless there is one, without a word on stderr.
#[track_caller]
pub fn ask<const N: usize>(files: &Files, args: [&str; N]) -> Value {
    let answer = report(files, args).args(["--json"]).run().ends_with(0);
    assert_eq!(answer.err, "");
    answer.json()
}
