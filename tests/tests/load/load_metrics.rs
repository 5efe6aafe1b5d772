//! What a load counts through `metrics`.

use std::collections::BTreeMap;

use envaudit::{EnvConfig, SecretString};
use envaudit_tests::{Files, isolated};
use metrics_util::MetricKind;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only what a load counts of it is looked at")]
struct App {
    #[env(default = 8080)]
    port: u16,
    api_key: SecretString,
    #[env(deprecated = "use APP_PORT")]
    old_port: Option<u16>,
}

/// What was counted, by kind, name and labels: `counter config_load_total config=App outcome=success`.
fn counted(load: impl FnOnce()) -> BTreeMap<String, f64> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, load);
    let described = |(key, _, _, value): (metrics_util::CompositeKey, _, _, DebugValue)| {
        let kind = match key.kind() {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        let labels = key.key().labels().map(|label| format!(" {}={}", label.key(), label.value()));
        let name = format!("{kind} {}{}", key.key().name(), labels.collect::<String>());
        let value = match value {
            DebugValue::Counter(count) => count as f64,
            DebugValue::Gauge(value) => value.into_inner(),
            DebugValue::Histogram(values) => values.len() as f64,
        };
        (name, value)
    };
    snapshotter.snapshot().into_vec().into_iter().map(described).collect()
}

fn expected(counts: &[(&str, f64)]) -> BTreeMap<String, f64> {
    counts.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

#[test]
fn a_load_counts_its_variables_by_source() {
    let files = Files::with(".env", "APP_API_KEY=k\n");
    let counts = counted(|| {
        let loader = files.loader::<App>().vars([("APP_OLD_PORT", "80")]);
        loader.load().expect("loads");
    });
    assert_eq!(
        counts,
        expected(&[
            ("counter config_load_total config=App outcome=success", 1.0),
            ("counter config_source_total config=App source=file", 1.0),
            ("counter config_source_total config=App source=schema_default", 1.0),
            ("counter config_source_total config=App source=system", 1.0),
            ("counter config_warning_total config=App", 1.0),
            ("gauge config_variables config=App", 3.0),
        ])
    );
}

#[test]
fn loads_add_up() {
    let counts = counted(|| {
        for _ in 0..3 {
            isolated::vars::<App>([("APP_API_KEY", "k")]).load().expect("loads");
        }
    });
    assert_eq!(counts["counter config_load_total config=App outcome=success"], 3.0);
    assert_eq!(counts["counter config_source_total config=App source=schema_default"], 6.0);
    assert_eq!(counts["gauge config_variables config=App"], 3.0);
    assert_eq!(counts["counter config_warning_total config=App"], 0.0);
}

#[test]
fn a_load_that_fails_counts_its_problems_by_kind() {
    let counts = counted(|| {
        let vars = [("APP_PORT", "x"), ("APP_OLD_PORT", "y")];
        isolated::vars::<App>(vars).load().expect_err("it fails");
    });
    assert_eq!(
        counts,
        expected(&[
            ("counter config_load_total config=App outcome=failure", 1.0),
            ("counter config_problem_total config=App kind=invalid", 2.0),
            ("counter config_problem_total config=App kind=missing", 1.0),
        ])
    );
}
