//! `envaudit export`: events for other programs.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::log::{UnreadableLines, for_each_event};
use crate::cli::args::filter::EventFilterArgs;
use crate::cli::args::{Format, formats};
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::ledger::{EventCheck, EventKeyArgs, end_with, not_recorded};
use crate::cli::output::WholeFile;
use crate::cli::output::{ProgressSource, counted};
use crate::ledger::Reader;
use crate::ledger::export::{ExportFormat, OcsfVersion};

/// Writes events for a spreadsheet or a SIEM, the newest last
#[derive(Args)]
#[command(
    after_help = "jsonl: the lines of the ledger, unchanged. csv: RFC 4180. ocsf: JSON of the Open Cybersecurity \
                        Schema Framework. cef: ArcSight Common Event Format.\n\n\
                        Example:\n  envaudit export --format ocsf --since 24h > events.jsonl"
)]
pub(crate) struct Export {
    /// The format of the events
    #[arg(id = "envaudit.format", long = "format", value_name = "FORMAT")]
    #[arg(value_parser = formats(&["jsonl", "csv", "ocsf", "cef"]), default_value = "jsonl")]
    format: Format,
    /// Writes the events to a file, as a whole or not at all; `-` is stdout
    #[arg(long, short = 'o', value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    filter: EventFilterArgs,
    /// The version of the schema for `--format ocsf`: by default 1.8.0, the newest that is published
    #[arg(long, value_name = "VERSION", value_parser = ocsf_versions())]
    ocsf_version: Option<OcsfVersion>,
    #[command(flatten)]
    keys: EventKeyArgs,
}

fn ocsf_versions() -> impl TypedValueParser<Value = OcsfVersion> {
    PossibleValuesParser::new(OcsfVersion::ALL.map(OcsfVersion::name)).map(|name| {
        let named = OcsfVersion::ALL.into_iter().find(|version| version.name() == name);
        named.unwrap_or_default()
    })
}

pub(super) fn run(args: &Export, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let format = match args.format {
        Format::Csv => ExportFormat::Csv,
        Format::Ocsf => ExportFormat::Ocsf(args.ocsf_version.unwrap_or_default()),
        Format::Cef => ExportFormat::Cef,
        _ => ExportFormat::Jsonl,
    };
    if args.ocsf_version.is_some() && args.format != Format::Ocsf {
        return Err(CliError::usage("`--ocsf-version` is for `--format ocsf` alone"));
    }
    let stored = invocation.stored_ledger_to_show()?;
    let filter = args.filter.filter(invocation)?;
    let path = args.output.as_deref().filter(|path| *path != Path::new("-"));
    let mut file = path.map(WholeFile::create).transpose()?;
    let watched = match file {
        Some(_) => ProgressSource::new(&stored.store, &invocation.out)?,
        None => ProgressSource::beside_answer(&stored.store, &invocation.out)?,
    };
    let check = invocation.line_check(&stored, &args.keys)?;
    let mut check = EventCheck::new(check, args.filter.takes_all());
    let mut unreadable = UnreadableLines::default();
    let mut text = format.header();
    let mut events = 0;
    for_each_event(&Reader::new(&watched), filter, args.filter.limit, |record| {
        let Some(record) = unreadable.pass(invocation, record)? else { return Ok(()) };
        if let Ok(line) = record.line() {
            match check.is_sound(invocation, &line) {
                true => format.write(&line, &mut text),
                false => format.write_unsound(&line, &mut text),
            }
            events += 1;
        }
        write_part(&mut text, &mut file, invocation)
    })?;
    write_part(&mut text, &mut file, invocation)?;
    drop(watched);
    if let (Some(file), Some(path)) = (file, path) {
        file.finish()?;
        invocation.out.note(&format!("{} written to {}", counted(events, "event"), path.display()));
    }
    let names = match events {
        0 => not_recorded(&stored.store, &args.filter.wanted_names())?,
        _ => Vec::new(),
    };
    end_with(&names, check.end(invocation, unreadable.end()))
}

/// Writes the text collected so far to the file or to stdout.
fn write_part(
    text: &mut String,
    file: &mut Option<WholeFile>,
    invocation: &mut Invocation<'_>,
) -> Result<(), CliError> {
    match file {
        Some(file) => file.text(text)?,
        None => invocation.out.text(text)?,
    }
    text.clear();
    Ok(())
}
