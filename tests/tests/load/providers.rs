//! Stores behind the trait `Provider`.

use core::time::Duration;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};

use envaudit::{
    Ask, EnvConfig, ExposeSecret, Fetched, KeyRequest, LoadError, Loaded, Loader, Location,
    OnFailure, Problem, ProblemKind, Provider, ProviderError, SecretString, Source, SourceSet,
    Warning,
};
use envaudit_tests::{Store, isolated, problems};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Config {
    #[env(alias = "OLD_NAME", alias = "OLDER_NAME")]
    name: Option<String>,
    #[env(sources(Aws, System))]
    api_key: Option<SecretString>,
    #[env(nested)]
    db: Db,
}

#[derive(EnvConfig)]
struct Db {
    #[env(default = 5432)]
    port: u16,
}

fn loader() -> Loader<Config> {
    isolated::nothing()
}

#[test]
fn a_provider_is_asked_once_for_all_keys_with_what_is_known_of_them() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&asked);
    let store = Store::new("recording", Source::Aws, move |requests| {
        let known = |request: &KeyRequest| {
            let names: Vec<&str> = request.names().collect();
            (request.key(), names, request.is_secret(), request.sources())
        };
        record.lock().unwrap().push(requests.iter().map(known).collect::<Vec<_>>());
        Ok(Fetched::new())
    });
    let loader = loader().source(store);
    loader.load().unwrap();
    let names = vec!["APP_NAME", "APP_OLD_NAME", "APP_OLDER_NAME"];
    let expected = vec![
        ("APP_NAME", names, false, SourceSet::ALL),
        ("APP_API_KEY", vec!["APP_API_KEY"], true, SourceSet::of(&[Source::Aws, Source::System])),
        ("APP_DB_PORT", vec!["APP_DB_PORT"], false, SourceSet::ALL),
    ];
    assert_eq!(asked.lock().unwrap().len(), 1);
    loader.load().unwrap();
    assert_eq!(*asked.lock().unwrap(), vec![expected; 2], "each load asks anew");
}

#[test]
fn providers_are_asked_at_the_same_time() {
    // Each waits for the others before it answers: one after the other they would wait for ever.
    let all_here = Arc::new(Barrier::new(3));
    let waiting = |source: Source, key: &'static str| {
        let all_here = Arc::clone(&all_here);
        Store::new(source.name(), source, move |_| {
            all_here.wait();
            let mut fetched = Fetched::new();
            fetched.insert(key, source.name());
            Ok(fetched)
        })
    };
    let loaded = loader()
        .source(waiting(Source::Azure, "APP_NAME"))
        .source(waiting(Source::Aws, "APP_API_KEY"))
        .source(waiting(Source::Custom, "APP_OLD_NAME"))
        .load()
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(loaded.audit().name.source, Source::Azure);
    assert_eq!(loaded.audit().name.shadowed, [Source::Custom]);
    assert_eq!(loaded.audit().api_key.source, Source::Aws);
}

/// A provider that answers when the sender is dropped, which is after the test.
fn stuck(timeout: Duration) -> (Store, mpsc::Sender<()>) {
    let (until, wait) = mpsc::channel();
    let wait = Mutex::new(wait);
    let store = Store::new("stuck", Source::Aws, move |_| {
        let _ = wait.lock().expect("only this closure has it").recv();
        Ok(Fetched::new())
    });
    (store.timeout(timeout), until)
}

#[test]
fn a_provider_that_does_not_answer_in_time_has_failed() {
    for (timeout, text) in [(Duration::from_millis(5), "5ms"), (Duration::ZERO, "0s")] {
        let (store, _until) = stuck(timeout);
        let result = loader().source(store).load();
        let problem = problems::only(&result);
        assert_eq!((problem.kind(), problem.source()), (ProblemKind::Provider, Some(Source::Aws)));
        assert_eq!(problem.message(), "the provider stuck failed");
        assert_eq!(problem.reason_text(), Some(&*format!("no answer within {text}")));

        let (store, _until) = stuck(timeout);
        let loaded = loader().source(store.optional()).load().unwrap();
        assert!(matches!(loaded.audit().warnings(), [Warning::ProviderFailed { .. }]));
    }
}

#[test]
fn a_provider_that_does_not_answer_in_time_does_not_take_the_others_with_it() {
    let (store, _until) = stuck(Duration::from_millis(5));
    let other = Store::holding("other", Source::Azure, &[("APP_NAME", "x")]);
    let loaded = loader().source(store.optional()).source(other).load().unwrap();
    assert_eq!(loaded.name.as_deref(), Some("x"));
}

#[test]
fn an_answer_that_came_too_late_does_not_count_even_if_it_is_there_when_it_is_looked_at() {
    let (answered, look) = mpsc::channel();
    let look = Mutex::new(look);
    let slow = Store::new("slow", Source::Aws, move |_| {
        look.lock().unwrap().recv().expect("the other one answers");
        Ok(Fetched::new())
    });
    let late = Store::new("late", Source::Azure, move |_| {
        // Its time is up when all have been asked, which may be a moment after it has begun.
        std::thread::sleep(Duration::from_millis(20));
        answered.send(()).expect("the other one waits");
        Ok(Fetched::new())
    });
    let loader = loader().source(slow).source(late.timeout(Duration::ZERO));
    let result = loader.load();
    let failed: Vec<&Problem> = problems::of(&result)
        .iter()
        .filter(|problem| problem.kind() == ProblemKind::Provider)
        .collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0].to_string().lines().next(), Some("the provider late failed"));
    assert_eq!(failed[0].reason_text(), Some("no answer within 0s"));
}

#[test]
fn a_timeout_may_be_longer_than_any_clock_runs() {
    let store = Store::holding("patient", Source::Aws, &[("APP_NAME", "x")]).timeout(Duration::MAX);
    assert_eq!(loader().source(store).load().unwrap().name.as_deref(), Some("x"));
}

#[test]
fn a_provider_that_panics_has_failed_and_the_load_goes_on() {
    // Without the hook that would print the message.
    let panics =
        || Store::new("panicking", Source::Aws, |_| std::panic::resume_unwind(Box::new("s3cr3t")));
    let result = loader().source(panics()).load();
    let problem = problems::only(&result);
    assert_eq!(problem.reason_text(), Some("it panicked"));
    assert!(!problems::all_text(&result.err().unwrap()).contains("s3cr3t"));
    let loaded = loader().source(panics().optional()).vars([("APP_NAME", "x")]).load().unwrap();
    assert_eq!(loaded.name.as_deref(), Some("x"));
}

#[test]
fn a_required_provider_that_fails_fails_the_load_and_all_that_fail_are_named() {
    let result = loader()
        .source(Store::failing("one", Source::Aws, "no route to host"))
        .source(Store::failing("two", Source::Azure, "HTTP 403"))
        .source(Store::holding("three", Source::Custom, &[("APP_DB_PORT", "many")]))
        .load();
    let found: Vec<(ProblemKind, Option<Source>, Option<&str>)> = problems::of(&result)
        .iter()
        .map(|problem| (problem.kind(), problem.source(), problem.reason_text()))
        .collect();
    let expected = [
        (ProblemKind::Provider, Some(Source::Aws), Some("no route to host")),
        (ProblemKind::Provider, Some(Source::Azure), Some("HTTP 403")),
        (ProblemKind::Invalid, Some(Source::Custom), None),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_optional_provider_that_fails_leaves_its_keys_to_the_next_source_and_a_warning() {
    let loaded = loader()
        .source(Store::failing("one", Source::Aws, "no route to host").optional())
        .source(Store::holding("two", Source::Aws, &[("APP_API_KEY", "from two")]))
        .vars([("APP_NAME", "x")])
        .load()
        .unwrap();
    assert_eq!(loaded.name.as_deref(), Some("x"));
    assert_eq!(loaded.audit().api_key.provider.as_deref(), Some("two"));
    let warning = Warning::ProviderFailed {
        provider: "one".into(),
        source: Source::Aws,
        reason: "no route to host".into(),
    };
    assert_eq!(loaded.audit().warnings(), [warning]);
    let text = loaded.audit().warnings()[0].to_string();
    assert_eq!(text, "the provider one failed and was skipped: no route to host");
}

#[test]
fn what_only_a_failed_optional_provider_has_is_missing() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "it never loads")]
    struct Required {
        name: String,
    }
    let store = Store::failing("one", Source::Aws, "down").optional();
    let result = isolated::nothing::<Required>().source(store).load();
    assert_eq!(problems::only(&result).kind(), ProblemKind::Missing);
}

#[test]
fn with_ci_no_provider_that_leaves_the_machine_is_asked() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = |name: &str| {
        let asked = Arc::clone(&asked);
        Store::new(name, Source::Aws, move |_| {
            asked.fetch_add(1, Ordering::SeqCst);
            Err(ProviderError::new("not in CI"))
        })
    };
    let local = Store::holding("local", Source::Azure, &[("APP_NAME", "x")]).local();
    let loaded = loader().source(counting("remote")).source(local).ci(true).load().unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert_eq!(loaded.audit().name.provider.as_deref(), Some("local"));
    assert_eq!(loaded.audit().warnings(), []);
    assert!(loader().source(counting("remote")).ci(true).ci(false).load().is_err());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn of_providers_of_one_source_the_earlier_wins() {
    let one = || Store::holding("one", Source::Aws, &[("APP_NAME", "1")]);
    let two = || Store::holding("two", Source::Aws, &[("APP_NAME", "2"), ("APP_API_KEY", "2")]);
    let outcome = |loaded: Loaded<Config>| {
        let audit = loaded.audit();
        let provider = |entry: &envaudit::AuditEntry| entry.provider.as_deref().map(str::to_owned);
        assert_eq!(audit.name.shadowed, [Source::Aws]);
        assert!(audit.api_key.shadowed.is_empty());
        (loaded.name.clone(), provider(&audit.name), provider(&audit.api_key))
    };
    let some = |text: &str| Some(text.to_owned());
    let loaded = loader().source(one()).source(two()).load().unwrap();
    assert_eq!(outcome(loaded), (some("1"), some("one"), some("two")));
    let loaded = loader().source(two()).source(one()).load().unwrap();
    assert_eq!(outcome(loaded), (some("2"), some("two"), some("two")));
}

#[test]
fn a_value_may_be_given_under_an_alias_and_the_key_itself_comes_first() {
    let found = |values: &[(&str, &str)]| {
        let loaded = loader().source(Store::holding("s", Source::Aws, values)).load().unwrap();
        let found_as = loaded.audit().name.found_as.as_ref().map(ToString::to_string);
        (loaded.name.clone().expect("is supplied"), found_as)
    };
    let old = ("APP_OLD_NAME", "old");
    let older = ("APP_OLDER_NAME", "older");
    assert_eq!(found(&[older]), ("older".into(), Some("APP_OLDER_NAME".into())));
    assert_eq!(found(&[older, old]), ("old".into(), Some("APP_OLD_NAME".into())));
    assert_eq!(found(&[older, old, ("APP_NAME", "new")]), ("new".into(), None));
}

#[test]
fn what_was_not_asked_for_is_not_taken() {
    let values = [("OTHER", "x"), ("app_name", "x"), ("APP_NAME ", "x"), ("", "x")];
    let loaded = loader().source(Store::holding("s", Source::Aws, &values)).load().unwrap();
    assert_eq!(loaded.audit().get_by_source(Source::Aws).count(), 0);
    // Not even with `deny_unknown`: a store is shared with other programs.
    let store = Store::holding("s", Source::Aws, &values);
    assert!(loader().source(store).deny_unknown(true).load().is_ok());
}

#[test]
fn the_audit_has_the_secrets_id_and_version_as_far_as_they_were_told() {
    let store = Store::new("s", Source::Aws, |_| {
        let mut fetched = Fetched::new();
        fetched.insert("APP_NAME", "x").secret_id("prod/name").version("v7");
        fetched.insert("APP_API_KEY", "y").secret_id("prod/key");
        fetched.insert("APP_DB_PORT", "1").version("v1");
        Ok(fetched)
    });
    let loaded = loader().source(store).load().unwrap();
    let audit = loaded.audit();
    let name = audit.name.location.as_ref().expect("was told");
    assert_eq!((name.secret_id(), name.version()), (Some("prod/name"), Some("v7")));
    assert_eq!((name.file(), name.line()), (None, None));
    assert_eq!(name.to_string(), "prod/name (version v7)");
    let expected = Location::Secret { id: "prod/key".into(), version: None, details: None };
    assert_eq!(audit.api_key.location, Some(expected));
    assert_eq!(audit.db.port.location, None);
    assert_eq!(audit.summary().providers["s"], 3);
}

#[test]
fn inserting_a_key_again_replaces_the_value_and_what_was_said_of_it() {
    let store = Store::new("s", Source::Aws, |_| {
        let mut fetched = Fetched::new();
        fetched.insert("APP_NAME", "1").secret_id("one").version("1");
        fetched.insert("APP_NAME", "2").secret_id("two");
        Ok(fetched)
    });
    let loaded = loader().source(store).load().unwrap();
    assert_eq!(loaded.name.as_deref(), Some("2"));
    let location = loaded.audit().name.location.as_ref().map(ToString::to_string);
    assert_eq!(location.as_deref(), Some("two"));
}

#[test]
fn one_document_feeds_many_keys_and_is_fetched_once() {
    let fetched_documents = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&fetched_documents);
    let store = Store::new("vault", Source::Aws, move |requests| {
        count.fetch_add(1, Ordering::SeqCst);
        let document = r#"{"name": "shop", "api_key": "s3cr3t", "db_port": 6432, "other": null}"#;
        let document: serde_json::Value = serde_json::from_str(document)
            .map_err(|_| ProviderError::new("the secret is no JSON"))?;
        let mut fetched = Fetched::new();
        for request in requests {
            let member = request.key().trim_start_matches("APP_").to_ascii_lowercase();
            let value = match &document[member.as_str()] {
                serde_json::Value::Null => continue,
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            fetched.insert(request.key(), value).secret_id("prod/app").version("3");
        }
        Ok(fetched)
    });
    let loaded = loader().source(store).load().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(fetched_documents.load(Ordering::SeqCst), 1);
    assert_eq!((loaded.name.as_deref(), loaded.db.port), (Some("shop"), 6432));
    assert_eq!(loaded.api_key.as_ref().unwrap().expose_secret(), "s3cr3t");
    for entry in loaded.audit().entries() {
        let location = entry.location.as_ref().map(ToString::to_string);
        assert_eq!(location.as_deref(), Some("prod/app (version 3)"), "{}", entry.key);
    }
}

#[test]
fn an_empty_value_is_a_value_until_empty_is_unset() {
    let load = |unset| -> Result<Loaded<Config>, LoadError> {
        let store = Store::holding("s", Source::Aws, &[("APP_NAME", "")]);
        loader().source(store).vars([("APP_NAME", "x")]).empty_as_unset(unset).load()
    };
    let kept = load(false).unwrap();
    assert_eq!((kept.name.as_deref(), kept.audit().name.source), (Some(""), Source::Aws));
    let unset = load(true).unwrap();
    assert_eq!((unset.name.as_deref(), unset.audit().name.source), (Some("x"), Source::System));
    assert!(unset.audit().name.shadowed.is_empty());
}

#[test]
fn a_value_is_taken_as_it_is() {
    for value in [" x\n", "${HOME} $x", "'quoted'", "a\0b", "00123", "\u{feff}"] {
        let store = Store::holding("s", Source::Aws, &[("APP_NAME", value)]);
        assert_eq!(loader().source(store).load().unwrap().name.as_deref(), Some(value));
    }
}

#[test]
fn of_a_bad_value_the_place_is_shown_and_never_the_value() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "it never loads")]
    struct Bad {
        port: u16,
        pin: envaudit::SecretBox<u16>,
    }
    let store = Store::new("s", Source::Aws, |_| {
        let mut fetched = Fetched::new();
        fetched.insert("PORT", "many").secret_id("prod/port").version("2");
        fetched.insert("PIN", "s3cr3t").secret_id("prod/pin");
        Ok(fetched)
    });
    let result = isolated::nothing::<Bad>().source(store).load();
    let [port, pin] = problems::of(&result) else { panic!("two problems") };
    // What lies in a store of secrets is taken to be one, even under the name of a port.
    assert_eq!(port.found(), None);
    assert_eq!(port.expected(), Some("an integer from 0 to 65535"));
    assert_eq!(port.location().map(ToString::to_string).as_deref(), Some("prod/port (version 2)"));
    assert_eq!((pin.found(), pin.reason_text()), (None, None));
    assert!(!problems::all_text(&result.err().unwrap()).contains("s3cr3t"));
}

#[test]
fn a_source_that_may_not_supply_a_field_is_refused_also_when_it_is_a_provider() {
    let azure = || {
        Store::new("azure", Source::Azure, |_| {
            let mut fetched = Fetched::new();
            fetched.insert("APP_API_KEY", "s3cr3t").secret_id("prod/key");
            Ok(fetched)
        })
    };
    let result = loader().source(azure()).load();
    let problem = problems::only(&result);
    assert_eq!(problem.kind(), ProblemKind::DisallowedSource);
    assert_eq!(problem.source(), Some(Source::Azure));
    assert_eq!(problem.location().map(ToString::to_string).as_deref(), Some("prod/key"));
    let loaded = loader().source(azure()).vars([("APP_API_KEY", "x")]).load().unwrap();
    assert_eq!(loaded.audit().api_key.source, Source::System);
    assert!(matches!(loaded.audit().warnings(), [Warning::Ignored { key: "APP_API_KEY", .. }]));
}

#[test]
fn no_debug_output_shows_a_fetched_value() {
    let mut fetched = Fetched::new();
    let value = fetched.insert("APP_API_KEY", "s3cr3t");
    value.secret_id("prod/key").version("7");
    let shown = format!("{value:?} {value:#?}");
    assert!(shown.contains("prod/key") && shown.contains('7'), "{shown}");
    let all = format!("{fetched:?} {fetched:#?}");
    assert!(all.contains("APP_API_KEY"), "{all}");
    assert!(!shown.contains("s3cr3t") && !all.contains("s3cr3t"), "{shown} {all}");
}

#[test]
fn what_a_provider_leaves_open_is_10_seconds_required_and_remote() {
    struct Plain;
    impl Provider for Plain {
        fn name(&self) -> &str {
            "plain\0name"
        }
        fn source(&self) -> Source {
            Source::Custom
        }
        fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
            Err(ProviderError::new(format_args!("code {}", 7)))
        }
    }
    assert_eq!(Plain.timeout(), Duration::from_secs(10));
    assert_eq!(Plain.on_failure(), OnFailure::Required);
    assert!(Plain.is_remote());
    let result = loader().source(Plain).load();
    assert_eq!(problems::only(&result).reason_text(), Some("code 7"));
    assert!(loader().source(Plain).ci(true).load().is_ok());
}

#[test]
fn what_a_provider_calls_a_secret_and_itself_is_shown_on_one_line_without_credentials() {
    #[derive(EnvConfig, Debug)]
    #[expect(dead_code, reason = "only its audit is looked at")]
    struct Config {
        token: SecretString,
    }
    let url = "https://reader:hunter2@vault.internal/v1/kv\n\u{1b}[31mforged: line";
    let store = |name: &str| {
        Store::new(name, Source::Custom, move |_| {
            let mut fetched = Fetched::new();
            let value = fetched.insert("TOKEN", "s3cr3t");
            value.secret_id(url).version("3?token=hunter2\r\n");
            let debug = format!("{value:?}");
            assert!(!debug.contains("hunter2") && !debug.contains('\n'), "{debug}");
            Ok(fetched)
        })
    };
    let cfg = isolated::nothing::<Config>().source(store("a\nstore")).load().unwrap();
    let entry = &cfg.audit().token;
    let location = entry.location.as_ref().unwrap();
    let shown = "https://[REDACTED]@vault.internal/v1/kv  [31mforged: line";
    assert_eq!(location.secret_id(), Some(shown));
    assert_eq!(location.version(), Some("3?token=[REDACTED]"));
    assert_eq!(location.to_string(), format!("{shown} (version 3?token=[REDACTED])"));
    assert_eq!(entry.provider.as_deref(), Some("a store"));
    for text in [cfg.audit().to_json(), format!("{cfg:?}{:?}{}", cfg.audit(), cfg.audit())] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    let failing = Store::failing("a\nstore", Source::Custom, "x");
    let result = isolated::nothing::<Config>().source(failing).load();
    let messages: Vec<String> =
        problems::of(&result).iter().map(|problem| problem.message().to_owned()).collect();
    assert!(messages.contains(&"the provider a store failed".to_owned()), "{messages:?}");
}
