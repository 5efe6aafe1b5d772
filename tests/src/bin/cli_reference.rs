//! Writes `docs/cli.md` to stdout.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(envaudit_tests::reference::markdown().as_bytes())
}
