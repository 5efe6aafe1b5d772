use std::io;
use std::time::Duration;

/// Whoever reads stdout.
pub(crate) trait Reader {
    /// Waits so long, or until nobody reads any more. Whether somebody still does.
    fn wait(&self, time: Duration) -> bool;
}

/// One who never goes, as far as is known.
pub(crate) struct Staying;

impl Reader for Staying {
    fn wait(&self, time: Duration) -> bool {
        std::thread::sleep(time);
        true
    }
}

/// The one at the other end of this process's stdout.
pub(crate) struct OfProcess(pub(crate) io::Stdout);

#[cfg(unix)]
impl Reader for OfProcess {
    fn wait(&self, time: Duration) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        // Errors and hang-ups are told unasked; nothing else is waited for.
        let mut ends = [PollFd::new(&self.0, PollFlags::empty())];
        let Ok(time) = Timespec::try_from(time) else { return true };
        match poll(&mut ends, Some(&time)) {
            Ok(_) => !ends[0].revents().intersects(PollFlags::ERR | PollFlags::HUP),
            // A signal came; the next wait sees what is to be seen.
            Err(_) => true,
        }
    }
}

#[cfg(not(unix))]
impl Reader for OfProcess {
    fn wait(&self, time: Duration) -> bool {
        Staying.wait(time)
    }
}
