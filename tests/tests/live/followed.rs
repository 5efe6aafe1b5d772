//! A configuration whose files are followed, and what is told of it.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use envaudit::live::{Live, Update};
use envaudit::{EnvConfig, Loader, SecretString};

pub(crate) const GENEROUS: Duration = Duration::from_secs(60);

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
pub(crate) struct Config {
    #[env(default = 0)]
    pub(crate) level: u16,
    pub(crate) api_key: Option<SecretString>,
}

/// Follows files, and gives what is told.
pub(crate) fn follow(loader: Loader<Config>) -> (Live<Config>, Receiver<Update<Config>>) {
    let live = loader.live().watch_files().settle(Duration::from_millis(10)).start();
    let live = live.expect("it can be loaded and watched");
    let updates = live.subscribe();
    (live, updates)
}

/// What is told until the level is this one: a write in several steps may be seen in between.
#[track_caller]
pub(crate) fn until_level(updates: &Receiver<Update<Config>>, level: u16) {
    until(updates, |config| config.level == level);
}

/// What is told until the configuration is this one.
#[track_caller]
pub(crate) fn until(updates: &Receiver<Update<Config>>, is_it: impl Fn(&Config) -> bool) {
    loop {
        match updates.recv_timeout(GENEROUS).expect("an update") {
            Update::Changed(change) if is_it(change.after()) => return,
            _ => {}
        }
    }
}
