//! The program that reads stdout, such as a pager.

use std::io;
use std::time::Duration;

/// The program at the other end of stdout.
pub(crate) trait OutputPeer {
    /// Waits for this time, or until the peer closes stdout. Returns whether it is still open.
    fn wait(&self, time: Duration) -> bool;
}

/// A peer that is taken to be always there.
pub(crate) struct AlwaysConnected;

impl OutputPeer for AlwaysConnected {
    fn wait(&self, time: Duration) -> bool {
        std::thread::sleep(time);
        true
    }
}

/// The peer of this process's stdout.
pub(crate) struct StdoutPeer(pub(crate) io::Stdout);

#[cfg(unix)]
impl OutputPeer for StdoutPeer {
    fn wait(&self, time: Duration) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        // Errors and hang-ups are always reported; nothing else is waited for.
        let mut ends = [PollFd::new(&self.0, PollFlags::empty())];
        let Ok(time) = Timespec::try_from(time) else { return true };
        match poll(&mut ends, Some(&time)) {
            Ok(_) => !ends[0].revents().intersects(PollFlags::ERR | PollFlags::HUP),
            // A signal interrupted it; the next wait tries again.
            Err(_) => true,
        }
    }
}

#[cfg(not(unix))]
impl OutputPeer for StdoutPeer {
    fn wait(&self, time: Duration) -> bool {
        AlwaysConnected.wait(time)
    }
}
