//! What a load reports to the application's own observability, behind features.

use crate::config::EnvConfig;
use crate::error::LoadError;
use crate::load::Loaded;

/// One event and one set of counters for a load. No value is in either.
pub(crate) fn report<T: EnvConfig>(result: &Result<Loaded<T>, LoadError>) {
    #[cfg(feature = "tracing")]
    trace::<T>(result);
    #[cfg(feature = "metrics")]
    count::<T>(result);
    let _ = result;
}

#[cfg(feature = "tracing")]
pub(crate) fn warn<T: EnvConfig>(loaded: &Loaded<T>) {
    let config = T::SCHEMA.name;
    for warning in loaded.audit().warnings() {
        tracing::warn!(config, "{warning}");
    }
}

#[cfg(feature = "tracing")]
fn trace<T: EnvConfig>(result: &Result<Loaded<T>, LoadError>) {
    let config = T::SCHEMA.name;
    match result {
        Ok(loaded) => {
            let summary = loaded.audit().summary();
            tracing::info!(
                config,
                environment = loaded.audit().environment(),
                total_variables = summary.total_variables,
                masked_variables = summary.masked_variables,
                warnings = loaded.audit().warnings().len(),
                "configuration loaded: {summary}",
            );
            warn(loaded);
        }
        Err(error) => {
            let problems = error.problems().len();
            tracing::error!(config, problems, "{error}");
        }
    }
}

#[cfg(feature = "metrics")]
fn count<T: EnvConfig>(result: &Result<Loaded<T>, LoadError>) {
    match result {
        Ok(loaded) => count_success(loaded),
        Err(error) => count_failure::<T>(error),
    }
}

#[cfg(feature = "metrics")]
pub(crate) fn count_success<T: EnvConfig>(loaded: &Loaded<T>) {
    let config = T::SCHEMA.name;
    let summary = loaded.audit().summary();
    metrics::counter!("config_load_total", "config" => config, "outcome" => "success").increment(1);
    metrics::gauge!("config_variables", "config" => config).set(summary.total_variables as f64);
    metrics::counter!("config_warning_total", "config" => config)
        .increment(loaded.audit().warnings().len() as u64);
    for (source, count) in summary.sources {
        metrics::counter!("config_source_total", "config" => config, "source" => source.name())
            .increment(count as u64);
    }
}

#[cfg(feature = "metrics")]
pub(crate) fn count_failure<T: EnvConfig>(error: &LoadError) {
    let config = T::SCHEMA.name;
    metrics::counter!("config_load_total", "config" => config, "outcome" => "failure").increment(1);
    for problem in error.problems() {
        metrics::counter!(
            "config_problem_total", "config" => config, "kind" => problem.kind().name()
        )
        .increment(1);
    }
}
