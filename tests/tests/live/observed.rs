//! What logs and metrics are told of a reload.

use envaudit::live::Live;
use envaudit::{EnvConfig, SecretString};
use envaudit_tests::Files;
use envaudit_tests::canary::{CANARY, assert_hidden, observed};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only what is said of it is looked at")]
struct Watched {
    #[env(default = 10)]
    pool: u16,
    region: Option<String>,
    api_key: Option<SecretString>,
    label: Option<String>,
}

fn started(files: &Files) -> Live<Watched> {
    let seconds = std::sync::atomic::AtomicI64::new(1_000);
    let loader = files.loader::<Watched>().clock(move || {
        let now = seconds.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        chrono::DateTime::from_timestamp(now, 0).expect("a time")
    });
    loader.live().start().expect("it can be loaded")
}

#[cfg(feature = "tracing")]
mod logs {
    use super::*;

    /// The lines of one level.
    fn lines(told: &str, level: &str) -> Vec<String> {
        told.lines().filter(|line| line.contains(level)).map(str::to_owned).collect()
    }

    #[test]
    fn a_reload_says_in_one_line_what_changed() {
        let files =
            Files::with(".env", "APP_POOL=10\nAPP_API_KEY=first-secret\nAPP_LABEL=plain-label\n");
        let live = started(&files);
        files.write(".env", format!("APP_POOL=25\nAPP_API_KEY={CANARY:?}\nAPP_REGION=eu-west-7\n"));
        let told = observed(|| drop(live.reload().expect("it is fine")));
        let [line] = &lines(&told, "INFO")[..] else { panic!("one line: {told}") };
        for part in [
            "configuration changed: ",
            "APP_POOL new value (file)",
            "APP_REGION set (file)",
            "APP_API_KEY rotated (file)",
            "APP_LABEL no longer set",
            "changed=4",
            "keys=\"APP_POOL,APP_REGION,APP_API_KEY,APP_LABEL\"",
        ] {
            assert!(line.contains(part), "`{part}` is missing from {line}");
        }
        assert!(!told.contains("configuration loaded"), "{told}");
        assert_hidden(&told, "the log of a change");
        for value in ["25", "eu-west-7", "plain-label", "first-secret"] {
            assert!(!line.contains(value), "a value is in {line}");
        }
    }

    #[test]
    fn a_value_that_moves_says_from_where_to_where() {
        let files = Files::with(".env", "APP_POOL=1\n");
        let live = files.loader::<Watched>().environment("prod").live().start().unwrap();
        files.write(".env.prod", "APP_POOL=1\n");
        let told = observed(|| drop(live.reload().unwrap()));
        assert!(told.contains("APP_POOL moved (from file to file.env)"), "{told}");
        files.write(".env.prod", "APP_POOL=2\nAPP_API_KEY=x\n");
        observed(|| drop(live.reload().unwrap()));
        files.write(".env.prod", "");
        let told = observed(|| drop(live.reload().unwrap()));
        assert!(told.contains("APP_POOL new value (from file.env to file)"), "{told}");
    }

    #[test]
    fn a_reload_that_fails_says_in_one_line_why_the_former_state_stays() {
        let files = Files::with(".env", "APP_POOL=1\n");
        let live = started(&files);
        files.write(".env", format!("APP_POOL={CANARY:?}\nAPP_REGION='open\n"));
        let told = observed(|| drop(live.reload().unwrap_err()));
        let [line] = &lines(&told, "ERROR")[..] else { panic!("one line: {told}") };
        assert!(line.contains("the configuration stays as it was: "), "{line}");
        assert!(line.contains(".env:2 cannot be understood"), "{line}");
        assert_hidden(&told, "the log of a failure");
        // The same again is no news.
        let told = observed(|| drop(live.reload().unwrap_err()));
        assert_eq!(lines(&told, "ERROR"), [""; 0], "{told}");
        files.write(".env", "APP_POOL=many\n");
        let told = observed(|| drop(live.reload().unwrap_err()));
        let [line] = &lines(&told, "ERROR")[..] else { panic!("one line: {told}") };
        assert!(line.contains("APP_POOL is invalid"), "{line}");
        assert!(line.contains("keys=\"APP_POOL\"") && line.contains(".env:1"), "{line}");
    }

    #[test]
    fn a_reload_without_a_change_says_nothing_above_debug() {
        let files = Files::with(".env", "APP_POOL=1\n");
        let live = started(&files);
        let told = observed(|| drop(live.reload().unwrap()));
        for level in ["INFO", "WARN", "ERROR"] {
            assert_eq!(lines(&told, level), [""; 0]);
        }
        assert!(told.contains("nothing has changed"), "{told}");
    }
}

#[cfg(feature = "metrics")]
mod gauges {
    use std::collections::BTreeMap;

    use metrics_util::debugging::{DebugValue, DebuggingRecorder};

    use super::*;

    /// The gauges of reloads, with their labels.
    fn gauges(run: impl FnOnce()) -> BTreeMap<String, f64> {
        let recorder = DebuggingRecorder::new();
        let snapshotter = recorder.snapshotter();
        metrics::with_local_recorder(&recorder, run);
        let metrics = snapshotter.snapshot().into_vec().into_iter();
        metrics
            .filter_map(|(key, _, _, value)| {
                let DebugValue::Gauge(value) = value else { return None };
                let labels = key.key().labels().map(|label| format!("{label:?}"));
                assert_eq!(labels.count(), 1, "the name of the struct");
                let name = key.key().name().to_owned();
                name.contains("_last_").then_some((name, value.into_inner()))
            })
            .collect()
    }

    const SUCCESSFUL: &str = "config_last_reload_successful";
    const SUCCESS: &str = "config_last_reload_success_timestamp_seconds";
    const FAILURE: &str = "config_last_reload_failure_timestamp_seconds";

    #[test]
    fn the_last_good_and_the_last_failed_reload_are_gauges() {
        let files = Files::with(".env", "APP_POOL=1\n");
        let mut live = None;
        let at_start = gauges(|| live = Some(started(&files)));
        let live = live.expect("it started");
        assert_eq!(at_start[SUCCESSFUL], 1.0);
        assert_eq!(at_start.get(FAILURE), None);
        let started = at_start[SUCCESS];
        assert!(started >= 1_000.0, "{started}");

        let unchanged = gauges(|| drop(live.reload().unwrap()));
        assert_eq!(unchanged[SUCCESSFUL], 1.0);
        assert!(unchanged[SUCCESS] > started, "a reload that changes nothing is good, too");

        files.write(".env", "APP_POOL=many\n");
        let failed = gauges(|| drop(live.reload().unwrap_err()));
        assert_eq!(failed[SUCCESSFUL], 0.0);
        assert!(failed[FAILURE] > unchanged[SUCCESS]);
        assert_eq!(failed.get(SUCCESS), None, "it stays as it was");
        let again = gauges(|| drop(live.reload().unwrap_err()));
        assert!(again[FAILURE] > failed[FAILURE], "each failure, also the same one");

        files.write(".env", "APP_POOL=2\n");
        let changed = gauges(|| drop(live.reload().unwrap()));
        assert_eq!(changed[SUCCESSFUL], 1.0);
        assert!(changed[SUCCESS] > again[FAILURE]);
    }
}
