//! What is published is of one generation of a volume.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use envaudit::live::Update;
use envaudit::{EnvConfig, ExposeSecret, SecretString, Source};
use envaudit_tests::Files;
use envaudit_tests::kubelet::Volume;

const GENEROUS: Duration = Duration::from_secs(60);

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Pair {
    user: String,
    password: SecretString,
}

fn generation(nth: u64) -> [(&'static str, String); 2] {
    ["app_user", "app_password"].map(|name| (name, format!("generation-{nth}")))
}

#[test]
fn no_change_has_a_user_of_one_and_a_password_of_another() {
    const CHANGES: u64 = 1_000;
    let files = Files::new();
    let mut volume = Volume::mounted(files.path().join("secrets"), &generation(1));
    let loader = Pair::loader().vars([("", ""); 0]).k8s_secrets(volume.path());
    let loader = loader.without(Source::Docker).without(Source::File);
    // Read at the first event, while the next generation is already being written.
    let live = loader.live().watch_files().settle(Duration::ZERO).start().unwrap();
    let updates = live.subscribe();
    let seen = AtomicU64::new(0);
    std::thread::scope(|scope| {
        let seen = &seen;
        scope.spawn(move || {
            // Some generations for each change that is published, so that a load always meets one being replaced.
            let mut nth = 1;
            loop {
                let changes = seen.load(Ordering::SeqCst);
                if changes >= CHANGES {
                    return;
                }
                if nth < 4 * (changes + 1) {
                    nth += 1;
                    volume.publish(&generation(nth));
                } else {
                    std::thread::yield_now();
                }
            }
        });
        while seen.load(Ordering::SeqCst) < CHANGES {
            let update = updates.recv_timeout(GENEROUS);
            let Ok(Update::Changed(change)) = &update else {
                seen.store(CHANGES, Ordering::SeqCst);
                panic!("{update:?}");
            };
            let pair = change.after();
            if pair.user != pair.password.expose_secret() {
                seen.store(CHANGES, Ordering::SeqCst);
                panic!("the user and the password are of two generations");
            }
            seen.fetch_add(1, Ordering::SeqCst);
        }
    });
}
