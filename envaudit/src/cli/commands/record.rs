//! `envaudit record`: the configuration in the ledger.

use clap::Args;
use serde_json::json;

use super::changes::{change_json, list};
use crate::cli::args::actor::{self, check_reason};
use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;
use crate::cli::ledger::RetiredKeys;
use crate::cli::output::{Cell, Tone};
use crate::cli::subject::Subject;
use crate::error::LoadError;
use crate::ledger::record::{Recorded, Values};
use crate::ledger::{Actor, Context, Damage, Event, Ledger, Origin, redact};
use crate::load::DynamicLoad;

/// Records the current configuration, with an actor and a reason
#[derive(Args)]
#[command(after_help = "A configuration that cannot be loaded is recorded as a failure.\n\n\
                        Example:\n  envaudit record --env prod --actor user:ada --reason 'raise the limit, OPS-42'")]
pub(crate) struct Record {
    /// The actor: a person, or `service:NAME`, `admin:NAME`, `system:NAME`, `user:NAME`
    #[arg(long, value_name = "ACTOR")]
    actor: String,
    /// The reason, such as a release or a ticket
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    record: RecordArgs,
    #[command(flatten)]
    retired: RetiredKeys,
}

/// The arguments of a record besides the actor and the reason.
#[derive(Args)]
pub(super) struct RecordArgs {
    /// The name of the configuration [default: that of the struct and the environment, as in `Checkout/prod`]
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    /// The W3C trace it belongs to, such as `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`
    #[arg(long, value_name = "TRACEPARENT")]
    trace_parent: Option<String>,
    /// Records only fingerprints, and no values
    #[arg(long)]
    no_values: bool,
}

impl RecordArgs {
    pub(super) fn context(
        &self,
        actor: Option<&str>,
        reason: Option<&str>,
    ) -> Result<Context, CliError> {
        if self.resource.as_deref().is_some_and(|text| text.trim().is_empty()) {
            return Err(CliError::usage("`--resource` must not be empty"));
        }
        check_reason(reason)?;
        let mut context = context(self.resource.as_deref(), self.no_values);
        if let Some(text) = actor {
            context = context.actor(actor::parse_actor(text)?);
        }
        if let Some(reason) = reason {
            context = context.reason(reason.to_owned());
        }
        if let Some(text) = &self.trace_parent {
            let (trace_id, span_id) = trace(text)?;
            context = context.trace(trace_id, span_id);
        }
        Ok(context)
    }
}

/// Notes that values are recorded as plain text although no schema says that they are not secrets.
pub(super) fn warn_of_values(
    subject: &Subject,
    what: &RecordArgs,
    invocation: &mut Invocation<'_>,
) {
    if !subject.has_schema() && !what.no_values {
        invocation.out.note(
            "without `--schema` or `--bin`, secrets are recognised only by their names; `--no-values` records no values",
        );
    }
}

/// The context of a configuration that is recorded, or compared with a record.
pub(super) fn context(resource: Option<&str>, no_values: bool) -> Context {
    let context = Context::new().origin(Origin::Cli);
    let context = match no_values {
        true => context.values(Values::Never),
        false => context,
    };
    match resource {
        // As it is recorded, so that it is found again.
        Some(id) => context.resource_id(redact(id).into_owned()),
        None => context,
    }
}

/// The ids of a `traceparent` (W3C Trace Context).
fn trace(text: &str) -> Result<(String, String), CliError> {
    let wrong = || {
        CliError::usage(format!("`{text}` is not a traceparent"))
            .hint("its form is `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`")
    };
    let parts: Vec<&str> = text.trim().split('-').collect();
    let [version, trace_id, span_id, flags, ..] = parts[..] else { return Err(wrong()) };
    let hex = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let known = version == "00" && parts.len() == 4 || version != "00" && version != "ff";
    let event = Event::new("trace", Actor::system("envaudit")).trace(trace_id, span_id);
    match hex(version) && hex(flags) && known && event.check().is_ok() {
        true => Ok((trace_id.to_owned(), span_id.to_owned())),
        false => Err(wrong()),
    }
}

pub(super) fn run(args: &Record, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let context = args.record.context(Some(&args.actor), Some(&args.reason))?;
    let subject = invocation.subject()?;
    warn_of_values(&subject, &args.record, invocation);
    let mut settings = invocation.settings();
    settings.policy = invocation.policy()?;
    let ledger = invocation.open_ledger(&args.retired)?;
    match subject.load(settings) {
        Ok(loaded) => {
            let recorded = record(&ledger, &loaded, &context, invocation)?;
            show(&recorded, invocation)
        }
        Err(error) => {
            let recorded = record_failure(&ledger, &error, &context, invocation);
            Err(CliError::from(&error).adding(recorded))
        }
    }
}

pub(super) fn record(
    ledger: &Ledger,
    loaded: &DynamicLoad,
    context: &Context,
    invocation: &mut Invocation<'_>,
) -> Result<Recorded, CliError> {
    let recorded = crate::record::record(ledger, &loaded.erased(), context);
    let recorded = recorded.map_err(|error| CliError::from(&error))?;
    warn_of_caveats(recorded.uncompared(), recorded.damaged_predecessor(), invocation);
    Ok(recorded)
}

/// Warns that the comparison with the last record is not complete.
pub(super) fn warn_of_caveats(
    uncompared: &[String],
    changed: Option<&Damage>,
    invocation: &mut Invocation<'_>,
) {
    if let Some(damage) = changed {
        invocation.is_incomplete = true;
        invocation.out.warn(&format!(
            "{damage}: the line is skipped, although it may have been the last record; `envaudit verify` says what is \
             wrong with the ledger"
        ));
    }
    if !uncompared.is_empty() {
        invocation.out.warn(&format!(
            "the last record was made with a key that is not given: whether {} changed cannot be known, and counts as a \
             change; give the key with `--retired-key FILE`",
            uncompared.join(", ")
        ));
    }
}

/// Records that the configuration could not be loaded, and returns a sentence about that record, or about its failure.
pub(super) fn record_failure(
    ledger: &Ledger,
    error: &LoadError,
    context: &Context,
    invocation: &mut Invocation<'_>,
) -> Option<String> {
    let environment = invocation.environment_name();
    let recorded = crate::record::record_failure(
        ledger,
        error,
        environment.as_deref(),
        &invocation.env,
        context,
    );
    match recorded {
        Ok(appended) => Some(format!("this failure was recorded as event {}", appended.seq)),
        Err(error) => {
            let message = CliError::from(&error).message.unwrap_or_default();
            Some(format!("this failure was not recorded: {message}"))
        }
    }
}

fn show(recorded: &Recorded, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let seq = recorded.appended.seq;
    let resource = redact(recorded.resource());
    if invocation.out.is_json() {
        return invocation.out.json(&json!({
            "resource": resource,
            "seq": seq,
            "event_id": recorded.appended.event_id.to_string(),
            "hash": data_encoding::HEXLOWER.encode(&recorded.appended.hash),
            "timestamp": recorded.appended.timestamp.to_string(),
            "unchanged_since": recorded.unchanged_since(),
            "changes": recorded.changes().iter().map(change_json).collect::<Vec<_>>(),
        }));
    }
    list(recorded.changes(), invocation)?;
    let what = match recorded.unchanged_since() {
        Some(since) => format!("; nothing has changed since event {since}"),
        None => String::new(),
    };
    invocation.out.line(&[
        Cell::toned(Tone::Good, "recorded"),
        Cell::plain(format!(": {resource}, event {seq}{what}")),
    ])
}
