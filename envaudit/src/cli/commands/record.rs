use clap::Args;
use serde_json::json;

use super::history::change_json;
use super::plan;
use crate::cli::failure::Failure;
use crate::cli::ledger::{RetiredKeys, of_append};
use crate::cli::output::{Cell, Tone};
use crate::cli::target::Target;
use crate::cli::who::{self, check_reason};
use crate::cli::world::World;
use crate::error::LoadError;
use crate::ledger::{
    Actor, Context, Damage, Event, Ledger, Origin, RecordError, Recorded, Values, redact,
};
use crate::load::Untyped;

/// Records the current configuration, with who changed it and why
#[derive(Args)]
#[command(after_help = "A configuration that cannot be loaded is recorded as a failure.\n\n\
                        Example:\n  envaudit record --env prod --actor user:ada --reason 'raise the limit, OPS-42'")]
pub(crate) struct Record {
    /// Who: a person, or `service:NAME`, `admin:NAME`, `system:NAME`, `user:NAME`
    #[arg(long, value_name = "ACTOR")]
    actor: String,
    /// Why, such as the release or the ticket
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    retired: RetiredKeys,
}

/// What a record says besides who and why.
#[derive(Args)]
pub(super) struct What {
    /// What is configured [default: the name of the struct and the environment, as in `Checkout/prod`]
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    /// The W3C trace it belongs to, such as `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`
    #[arg(long, value_name = "TRACEPARENT")]
    trace_parent: Option<String>,
    /// Records no values: fingerprints alone
    #[arg(long)]
    no_values: bool,
}

impl What {
    pub(super) fn context(
        &self,
        actor: Option<&str>,
        reason: Option<&str>,
    ) -> Result<Context, Failure> {
        if self.resource.as_deref().is_some_and(|text| text.trim().is_empty()) {
            return Err(Failure::usage("`--resource` must name what is configured"));
        }
        check_reason(reason)?;
        let mut context = context(self.resource.as_deref(), self.no_values);
        if let Some(text) = actor {
            context = context.actor(who::actor(text)?);
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

/// Says that plain values are recorded of which nobody has said that they are no secrets.
pub(super) fn warn_of_values(target: &Target, what: &What, world: &mut World<'_>) {
    if !target.has_schema() && !what.no_values {
        world.out.note(
            "without `--schema` or `--bin`, secrets are told by their names alone; `--no-values` records no value",
        );
    }
}

/// The context of a configuration that is recorded, or compared with what was.
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
fn trace(text: &str) -> Result<(String, String), Failure> {
    let wrong = || {
        Failure::usage(format!("`{text}` is no traceparent"))
            .hint("it is written `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`")
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

pub(super) fn run(args: &Record, world: &mut World<'_>) -> Result<(), Failure> {
    let context = args.what.context(Some(&args.actor), Some(&args.reason))?;
    let target = world.target()?;
    warn_of_values(&target, &args.what, world);
    let mut settings = world.settings();
    settings.policy = world.policy()?;
    let ledger = world.opened(&args.retired)?;
    match target.load(settings) {
        Ok(loaded) => {
            let recorded = record(&ledger, &loaded, &context, world)?;
            show(&recorded, world)
        }
        Err(error) => {
            let recorded = record_failure(&ledger, &error, &context, world);
            Err(Failure::of_load(&error).adding(recorded))
        }
    }
}

pub(super) fn record(
    ledger: &Ledger,
    loaded: &Untyped,
    context: &Context,
    world: &mut World<'_>,
) -> Result<Recorded, Failure> {
    let recorded = crate::record::record(ledger, &loaded.view(), context);
    let recorded = recorded.map_err(|error| of_record(&error))?;
    tell_doubts(recorded.uncompared(), recorded.passed_over(), world);
    Ok(recorded)
}

/// Says what speaks against the comparison with the last record.
pub(super) fn tell_doubts(uncompared: &[String], changed: Option<&Damage>, world: &mut World<'_>) {
    if let Some(damage) = changed {
        world.is_incomplete = true;
        world.out.warn(&format!(
            "{damage}: it is passed over, though it may have been the last record; `envaudit verify` says what is wrong \
             with the ledger"
        ));
    }
    if !uncompared.is_empty() {
        world.out.warn(&format!(
            "the last record was made under a key that is not given: whether {} changed cannot be known, and counts as a \
             change; `--retired-key FILE` gives the key",
            uncompared.join(", ")
        ));
    }
}

pub(super) fn of_record(error: &RecordError) -> Failure {
    match error {
        RecordError::Append(error) => of_append(error),
        RecordError::Store(cause) => cause.into(),
    }
}

/// Records that nothing could be loaded, and says where. Where even that fails, it is said; the problems themselves matter
/// more.
pub(super) fn record_failure(
    ledger: &Ledger,
    error: &LoadError,
    context: &Context,
    world: &mut World<'_>,
) -> Option<String> {
    let environment = world.environment_name();
    let recorded =
        crate::record::record_failure(ledger, error, environment.as_deref(), &world.env, context);
    match recorded {
        Ok(appended) => Some(format!("this failure was recorded as event {}", appended.seq)),
        Err(error) => {
            let message = of_record(&error).message.unwrap_or_default();
            world.out.warn(&format!("besides, {message}"));
            None
        }
    }
}

fn show(recorded: &Recorded, world: &mut World<'_>) -> Result<(), Failure> {
    let seq = recorded.appended.seq;
    let resource = redact(recorded.resource());
    if world.out.is_json() {
        return world.out.json(&json!({
            "resource": resource,
            "seq": seq,
            "event_id": recorded.appended.event_id.to_string(),
            "hash": data_encoding::HEXLOWER.encode(&recorded.appended.hash),
            "timestamp": recorded.appended.timestamp.to_string(),
            "unchanged_since": recorded.unchanged_since(),
            "changes": recorded.changes().iter().map(change_json).collect::<Vec<_>>(),
        }));
    }
    plan::list(recorded.changes(), world)?;
    let what = match recorded.unchanged_since() {
        Some(since) => format!("; nothing has changed since event {since}"),
        None => String::new(),
    };
    world.out.line(&[
        Cell::toned(Tone::Good, "recorded"),
        Cell::plain(format!(": {resource}, event {seq}{what}")),
    ])
}
