//! A configuration that is read again: by hand, by a trigger, on an interval.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use envaudit::live::{Change, Live, LiveError, Update};
use envaudit::{Ask, EnvConfig, Fetched, Loader, Provider, ProviderError, SecretString, Source};
use envaudit_tests::canary::{CANARY, assert_hidden};
use envaudit_tests::{Files, isolated};

const GENEROUS: Duration = Duration::from_secs(60);

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "not every field is looked at")]
struct Config {
    #[env(default = 8080, range(1..=9999))]
    port: u16,
    region: Option<String>,
    api_key: Option<SecretString>,
}

fn changed(updates: &Receiver<Update<Config>>) -> Arc<Change<Config>> {
    match updates.recv_timeout(GENEROUS) {
        Ok(Update::Changed(change)) => change,
        other => panic!("{other:?}"),
    }
}

fn nothing_more(updates: &Receiver<Update<Config>>) {
    assert_eq!(updates.try_recv().map(|update| update.to_string()), Err(TryRecvError::Empty));
}

fn started(files: &Files) -> Live<Config> {
    files.loader::<Config>().live().start().expect("it can be loaded")
}

#[test]
fn a_reload_by_hand_gives_the_typed_difference() {
    let files = Files::with(".env", "APP_PORT=1\nAPP_API_KEY=old\n");
    let live = started(&files);
    let updates = live.subscribe();
    let kept = live.snapshot();
    assert!(live.reload().unwrap().is_none(), "nothing has changed");
    assert!(Arc::ptr_eq(&kept, &live.snapshot()));
    nothing_more(&updates);

    files.write(".env", "APP_API_KEY=new\nAPP_PORT=1\nAPP_REGION=eu-1\n");
    let change = live.reload().unwrap().expect("a change");
    assert!(change.has(Config::key("APP_REGION")) && change.has(Config::key("APP_API_KEY")));
    assert!(!change.has(Config::key("APP_PORT")), "only its line has changed");
    assert_eq!(change.before().region, None);
    assert_eq!(change.after().region.as_deref(), Some("eu-1"));
    assert_eq!(change.to_string(), "+ APP_REGION: set (file)\n~ APP_API_KEY: new value (file)");
    assert!(Arc::ptr_eq(&change, &changed(&updates)), "subscribers are told the same");
    assert_eq!(live.get().region.as_deref(), Some("eu-1"));
    assert_eq!(kept.region, None, "whoever holds the former state has it still");
}

#[test]
fn a_value_that_only_moves_is_a_change_and_no_new_value() {
    let files = Files::with(".env", "APP_PORT=1\n");
    let live = files.loader::<Config>().environment("prod").live().start().unwrap();
    files.write(".env.prod", "APP_PORT=1\n");
    let change = live.reload().unwrap().expect("a change");
    let [key] = change.keys() else { panic!("{change:?}") };
    assert_eq!((key.key, key.is_new_value), ("APP_PORT", false));
    assert_eq!((key.before.source, key.after.source), (Source::File, Source::FileEnv));
    assert_eq!(live.get().audit().port.source, Source::FileEnv);
    files.write(".env", "");
    files.write(".env.prod", "");
    let change = live.reload().unwrap().expect("a change");
    assert_eq!(change.to_string(), "~ APP_PORT: from schema_default (file.env before), new value");
}

#[test]
fn a_bad_state_keeps_the_last_good_one_and_is_told_once() {
    let files = Files::with(".env", "APP_PORT=1\n");
    let live = started(&files);
    let updates = live.subscribe();
    files.write(".env", "APP_PORT=0\n");
    for _ in 0..3 {
        let error = live.reload().unwrap_err();
        let LiveError::Load(error) = &*error else { panic!("{error}") };
        assert_eq!(error.problems()[0].key(), Some("APP_PORT"));
        assert_eq!(live.get().port, 1);
    }
    let Update::Rejected(error) = updates.recv().unwrap() else { panic!("a good state") };
    assert!(error.to_string().contains("APP_PORT is invalid"), "{error}");
    nothing_more(&updates);

    files.write(".env", "APP_PORT=10000\n");
    live.reload().unwrap_err();
    assert!(matches!(updates.recv().unwrap(), Update::Rejected(_)), "another failure is told");

    // The former state is good again, and the same failure is news again.
    files.write(".env", "APP_PORT=1\n");
    assert!(live.reload().unwrap().is_none());
    files.write(".env", "APP_PORT=10000\n");
    live.reload().unwrap_err();
    assert!(matches!(updates.recv().unwrap(), Update::Rejected(_)));
    nothing_more(&updates);
}

#[test]
fn a_bad_first_state_is_an_error_of_the_start() {
    let files = Files::with(".env", "APP_PORT=0\n");
    let error = files.loader::<Config>().live().start().unwrap_err();
    assert!(matches!(error, LiveError::Load(_)), "{error}");
}

#[test]
fn a_trigger_reads_it_on_the_thread_of_the_configuration() {
    let files = Files::with(".env", "APP_PORT=1\n");
    let live = started(&files);
    let updates = live.subscribe();
    let trigger = live.trigger();
    for port in 2..5 {
        files.write(".env", format!("APP_PORT={port}\n"));
        trigger.fire();
        assert_eq!(changed(&updates).after().port, port);
        assert_eq!(live.get().port, port);
    }
}

#[test]
fn an_interval_reads_it_again_and_again() {
    /// A store whose value nobody sees change.
    struct Store(Arc<AtomicU16>);
    impl Provider for Store {
        fn name(&self) -> &str {
            "store"
        }
        fn source(&self) -> Source {
            Source::Custom
        }
        fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
            let mut fetched = Fetched::new();
            fetched.insert("APP_PORT", self.0.load(Ordering::SeqCst).to_string());
            Ok(fetched)
        }
    }
    let port = Arc::new(AtomicU16::new(1));
    let loader: Loader<Config> = isolated::nothing().source(Store(Arc::clone(&port)));
    let live = loader.live().every(Duration::from_millis(5)).start().unwrap();
    let updates = live.subscribe();
    for next in 2..5 {
        port.store(next, Ordering::SeqCst);
        assert_eq!(changed(&updates).after().port, next);
    }
}

#[test]
fn dropping_the_last_handle_ends_the_threads() {
    let files = Files::with(".env", "APP_PORT=1\n");
    let live = files.loader::<Config>().live().watch_files().start().unwrap();
    let updates = live.subscribe();
    let (clone, trigger) = (live.clone(), live.trigger());
    drop(live);
    files.write(".env", "APP_PORT=2\n");
    clone.trigger().fire();
    assert_eq!(changed(&updates).after().port, 2, "the clone is the same one");
    drop(clone);
    assert!(updates.recv_timeout(GENEROUS).is_err(), "nobody is left to send anything");
    trigger.fire();
}

#[test]
fn readers_always_see_one_whole_state() {
    let files = Files::with(".env", "APP_PORT=1\nAPP_REGION=1\n");
    let live = started(&files);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let live = live.clone();
                scope.spawn(move || {
                    let mut last = 0;
                    while last < 60 {
                        let current = live.get();
                        assert_eq!(current.region.as_deref(), Some(&*current.port.to_string()));
                        assert!(current.port >= last, "never back");
                        last = current.port;
                    }
                })
            })
            .collect();
        for port in 2..=60 {
            files.write(".env", format!("APP_PORT={port}\nAPP_REGION={port}\n"));
            live.reload().unwrap();
        }
        for reader in readers {
            reader.join().unwrap();
        }
    });
}

#[test]
fn nothing_that_is_said_of_an_update_has_a_secret() {
    let files = Files::with(".env", "APP_API_KEY=first\n");
    let live = started(&files);
    let updates = live.subscribe();
    files.write("secrets/app_api_key", CANARY);
    let loader = Config::loader().vars([("", ""); 0]).dir(files.path());
    let loader = loader.docker_secrets(files.path().join("secrets"));
    let with_secret = loader.live().start().unwrap();
    assert_eq!(with_secret.get().audit().api_key.source, Source::Docker);
    files.write(".env", "APP_API_KEY=second\nAPP_PORT=x\n");
    live.reload().unwrap_err();
    let kept = updates.recv().unwrap();
    assert_hidden(
        &format!("{kept}{kept:?}{live:?}{with_secret:?}{:?}", with_secret.get()),
        "Debug",
    );
    files.write("secrets/app_api_key", format!("{CANARY}{CANARY}"));
    files.write(".env", "");
    let change = with_secret.reload().unwrap().expect("a change");
    assert!(change.has(Config::key("APP_API_KEY")));
    assert_hidden(&format!("{change}{change:?}{change:#?}"), "a change");
}
