//! Files that are seen half written: nothing is published, told or recorded of it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use envaudit::live::{Live, Update};
use envaudit::{EnvConfig, ExposeSecret, Loader, SecretString, Source};
use envaudit_tests::Files;

const GENEROUS: Duration = Duration::from_secs(60);

/// Long enough that a test on a busy machine has written a file again before it counts: 20 times this.
const SETTLE: Duration = Duration::from_millis(500);

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Config {
    #[env(default = 100)]
    rate: u32,
    api_key: Option<SecretString>,
}

/// How often the configuration was read: the clock is asked once a load.
#[derive(Clone, Default)]
struct Reads(Arc<AtomicU32>);

impl Reads {
    fn counted_by<T: EnvConfig>(&self, loader: Loader<T>) -> Loader<T> {
        let reads = Arc::clone(&self.0);
        loader.clock(move || {
            reads.fetch_add(1, Ordering::SeqCst);
            chrono::DateTime::UNIX_EPOCH
        })
    }

    fn count(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    /// Waits until it was read again.
    #[track_caller]
    fn wait_for_more_than(&self, count: u32) {
        let end = Instant::now() + GENEROUS;
        while self.count() <= count {
            assert!(Instant::now() < end, "it is not read again");
            std::thread::yield_now();
        }
    }
}

fn follow<T>(loader: Loader<T>) -> (Live<T>, Receiver<Update<T>>)
where
    T: EnvConfig + Send + Sync,
    T::Audit: Send + Sync,
{
    let live = loader.live().watch_files().settle(SETTLE).start().expect("it can be watched");
    let updates = live.subscribe();
    (live, updates)
}

#[track_caller]
fn the_only_change<T: EnvConfig>(updates: &Receiver<Update<T>>) -> String {
    let update = updates.recv_timeout(GENEROUS).expect("an update").to_string();
    let more = updates.try_recv().map(|update| update.to_string());
    assert_eq!(more, Err(TryRecvError::Empty));
    update
}

#[test]
fn a_file_that_is_emptied_and_written_again_later_is_one_change() {
    let files = Files::with(".env", "APP_RATE=1\n");
    let reads = Reads::default();
    let (live, updates) = follow(reads.counted_by(files.loader::<Config>()));
    let before = reads.count();
    files.write(".env", "");
    reads.wait_for_more_than(before);
    assert_eq!(live.get().rate, 1);
    files.write(".env", "APP_RATE=2\n");
    assert_eq!(the_only_change(&updates), "~ APP_RATE: new value (file)");
    assert_eq!(live.get().rate, 2);
}

#[test]
fn a_file_that_is_moved_away_and_comes_back_as_it_was_is_no_change() {
    let files = Files::with(".env", "APP_RATE=1\n");
    let reads = Reads::default();
    let (live, updates) = follow(reads.counted_by(files.loader::<Config>()));
    let path = files.path().join(".env");
    let before = reads.count();
    fs::rename(&path, files.path().join(".env~")).unwrap();
    reads.wait_for_more_than(before);
    let away = reads.count();
    fs::copy(files.path().join(".env~"), &path).unwrap();
    reads.wait_for_more_than(away);
    assert_eq!(live.get().rate, 1);
    // By now it has been read as it is: what comes next is the next change.
    files.write(".env", "APP_RATE=3\n");
    assert_eq!(the_only_change(&updates), "~ APP_RATE: new value (file)");
}

#[test]
fn a_file_of_which_the_end_is_not_written_yet_takes_no_value_away() {
    let files = Files::with(".env", "APP_RATE=1\nAPP_API_KEY=first\n");
    let reads = Reads::default();
    let (live, updates) = follow(reads.counted_by(files.loader::<Config>()));
    let before = reads.count();
    files.write(".env", "APP_RATE=2\n");
    reads.wait_for_more_than(before);
    assert_eq!(live.get().rate, 1);
    files.write(".env", "APP_RATE=2\nAPP_API_KEY=second\n");
    let told = "~ APP_RATE: new value (file)\n~ APP_API_KEY: new value (file)";
    assert_eq!(the_only_change(&updates), told);
}

#[test]
fn secret_files_that_are_emptied_are_waited_for() {
    let files = Files::with("secrets/app_api_key", "first");
    let path = files.path().join("secrets/app_api_key");
    let folder = Config::loader().vars([("", ""); 0]).docker_secrets(files.path().join("secrets"));
    let folder = folder.without(Source::K8s).without(Source::File);
    let vars = [("APP_API_KEY_FILE", path.display().to_string())];
    for loader in [folder, files.loader::<Config>().vars(vars)] {
        files.write("secrets/app_api_key", "first");
        let reads = Reads::default();
        let (live, updates) = follow(reads.counted_by(loader));
        let before = reads.count();
        files.write("secrets/app_api_key", "");
        reads.wait_for_more_than(before);
        assert_eq!(live.get().api_key.as_ref().unwrap().expose_secret(), "first");
        files.write("secrets/app_api_key", "second");
        let told = the_only_change(&updates);
        assert!(told.starts_with("~ APP_API_KEY: new value"), "{told}");
    }
}

#[test]
fn a_failure_that_half_a_file_would_explain_is_not_told_before_it_has_lasted() {
    #[derive(EnvConfig)]
    #[env(prefix = "APP_")]
    struct Strict {
        rate: u32,
        #[expect(dead_code, reason = "it is required, and that is all")]
        api_key: SecretString,
    }
    let files = Files::with(".env", "APP_RATE=1\nAPP_API_KEY=first\n");
    let reads = Reads::default();
    let (live, updates) = follow(reads.counted_by(files.loader::<Strict>()));
    for half in ["", "APP_RATE=2\n", "APP_RATE=2\nAPP_API_KEY='fir", "APP_RA"] {
        let before = reads.count();
        files.write(".env", half);
        reads.wait_for_more_than(before);
        assert_eq!(live.get().rate, 1);
    }
    files.write(".env", "APP_RATE=2\nAPP_API_KEY=first\n");
    assert_eq!(the_only_change(&updates), "~ APP_RATE: new value (file)");
}

#[test]
fn what_stays_gone_counts_in_the_end_and_at_once_when_it_is_asked_for() {
    let files = Files::with(".env", "APP_RATE=1\n");
    let live = files.loader::<Config>().live().watch_files().settle(Duration::from_millis(1));
    let live = live.start().unwrap();
    let updates = live.subscribe();
    // Nobody writes it again: after a second it counts, without any further event.
    fs::remove_file(files.path().join(".env")).unwrap();
    assert_eq!(
        the_only_change(&updates),
        "~ APP_RATE: from schema_default (file before), new value"
    );
    drop(live);

    files.write(".env", "APP_RATE=1\n");
    let live = files.loader::<Config>().live().settle(Duration::from_secs(3600)).start().unwrap();
    let updates = live.subscribe();
    files.write(".env", "");
    live.trigger().fire();
    assert_eq!(
        the_only_change(&updates),
        "~ APP_RATE: from schema_default (file before), new value"
    );
    files.write(".env", "APP_RATE=1\n");
    assert!(live.reload().unwrap().is_some());
    files.write(".env", "");
    assert!(live.reload().unwrap().is_some(), "by hand it counts as it is");
}

#[cfg(feature = "ledger")]
#[test]
fn nothing_is_recorded_of_a_file_that_was_away_for_a_moment() {
    use envaudit::ledger::Context;
    use envaudit::ledger::testing::MemoryDisk;
    use envaudit_tests::fresh_ledger;
    use envaudit_tests::record_helpers::events;

    let files = Files::with(".env", "APP_RATE=1\n");
    let reads = Reads::default();
    let ledger = Arc::new(fresh_ledger::on(&MemoryDisk::default()));
    let live = reads.counted_by(files.loader::<Config>()).live().watch_files().settle(SETTLE);
    let live = live.record_to(Arc::clone(&ledger), Context::new()).start().unwrap();
    let updates = live.subscribe();
    for content in ["", "APP_RATE=1\n", "", "APP_RATE=2\n"] {
        let before = reads.count();
        files.write(".env", content);
        reads.wait_for_more_than(before);
    }
    assert_eq!(the_only_change(&updates), "~ APP_RATE: new value (file)");
    let actions: Vec<_> =
        events(ledger.source()).iter().map(|event| event["action"].clone()).collect();
    assert_eq!(actions, ["config.loaded", "config.changed"]);
}

#[test]
fn a_writer_that_never_rests_does_not_keep_a_change_away() {
    let files = Files::with(".env", "APP_RATE=1\n");
    let live = files.loader::<Config>().live().watch_files().settle(Duration::from_millis(100));
    let live = live.start().unwrap();
    let updates = live.subscribe();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            // Without a pause, until the change is seen.
            let end = Instant::now() + GENEROUS;
            while live.get().rate == 1 && Instant::now() < end {
                let new = files.write("new", "APP_RATE=2\n");
                fs::rename(new, files.path().join(".env")).unwrap();
            }
        });
        assert_eq!(the_only_change(&updates), "~ APP_RATE: new value (file)");
        writer.join().unwrap();
    });
}
