//! The argument `--no-index`.

use clap::Args;

/// Whether the index of the ledger is used.
#[derive(Args)]
pub(crate) struct IndexArgs {
    /// Reads the ledger itself, and neither reads nor writes `index.sqlite`
    #[arg(long)]
    pub(crate) no_index: bool,
}
