//! `report` in a build without the feature `report`.

use std::ffi::OsString;

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;

/// Answers what auditors ask; not part of this build
#[derive(Args)]
#[command(hide = true, disable_help_flag = true)]
pub(crate) struct Report {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _ignored: Vec<OsString>,
}

pub(super) fn run(_: &Report, _: &mut Invocation<'_>) -> Result<(), CliError> {
    Err(CliError::usage("this build has no reports")
        .hint("build it with the feature `report`: `cargo install envaudit --features cli,report`"))
}

#[cfg(test)]
mod tests {
    use std::io;

    #[test]
    fn report_says_that_the_build_has_no_reports() {
        for args in [&["report"][..], &["report", "access", "--since", "7d"], &["report", "--help"]]
        {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let args = ["envaudit"].iter().chain(args);
            let code =
                crate::cli::execute(args, [("", ""); 0], &mut io::empty(), &mut out, &mut err);
            let err = String::from_utf8_lossy(&err);
            assert_eq!(code, 2, "{err}");
            assert!(out.is_empty(), "{}", String::from_utf8_lossy(&out));
            assert!(err.starts_with("error: this build has no reports\nhint: "), "{err}");
        }
    }
}
