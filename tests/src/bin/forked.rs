//! A process that forks with an open ledger, and says on standard output what became of it in parent and child.
//!
//! `forked append|interval PATH COUNT`: parent, child and grandchild each append so many events, one after the other, and say the
//! number of each that was acknowledged. `forked orphan PATH`: the parent is killed while it keeps the lock of the ledger.
//! `forked writer PATH`: the child uses the parent's `LedgerWriter`. `forked threads PATH COUNT`: so many children, while threads of
//! the parent use the ledger.

#[cfg(unix)]
fn main() {
    forks::run();
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod forks {
    use std::io::Write;
    use std::os::unix::process::parent_id;
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::time::Duration;

    use envaudit::ledger::writer::SubmitError;
    use envaudit::ledger::{AppendError, Delivery, Ledger, LedgerOptions, LedgerWriter, SyncMode};
    use envaudit_tests::fresh_ledger::{event, key};
    use fork::{Fork, fork, waitpid};

    /// The first numbers of the events of parent, child and grandchild.
    const FIRST: [u64; 3] = [0, 1_000_000, 2_000_000];

    pub(super) fn run() {
        let mut arguments = std::env::args().skip(1);
        let mode = arguments.next().expect("what to do");
        let path = PathBuf::from(arguments.next().expect("the path of a ledger"));
        let mut count = || arguments.next().expect("a number").parse().expect("a number");
        let options = LedgerOptions::new().key(key()).segment_size(20_000);
        let interval = SyncMode::Interval(Duration::from_secs(3600));
        match mode.as_str() {
            "append" => append(&options.open(path).expect("a ledger"), count()),
            "interval" => append(&options.sync(interval).open(path).expect("a ledger"), count()),
            "orphan" => {
                let options = options.sync(interval).lock_timeout(Duration::from_secs(20));
                orphan(&options.open(path).expect("a ledger"));
            }
            "writer" => writer(options.open(path).expect("a ledger")),
            "threads" => threads(options.open(path).expect("a ledger"), count()),
            other => panic!("{other}"),
        }
    }

    fn say(text: &str) {
        // One write: lines of several processes are not mixed.
        std::io::stdout().write_all(format!("{text}\n").as_bytes()).expect("it is read");
    }

    /// Runs this in a child, and returns its process.
    fn in_child(act: impl FnOnce()) -> i32 {
        match fork().expect("a fork") {
            Fork::Parent(child) => child,
            Fork::Child => {
                act();
                std::process::exit(0);
            }
        }
    }

    fn append(ledger: &Ledger, count: u64) {
        let each = |first: u64| {
            for nth in first..first + count {
                ledger.append(&event(nth)).expect("appended");
                say(&nth.to_string());
            }
        };
        ledger.append(&event(FIRST[0])).expect("appended");
        say(&FIRST[0].to_string());
        let child = in_child(|| {
            let grandchild = in_child(|| each(FIRST[2]));
            each(FIRST[1]);
            waitpid(grandchild).expect("it ends");
        });
        each(FIRST[0] + 1);
        waitpid(child).expect("it ends");
    }

    fn orphan(ledger: &Ledger) {
        let parent = std::process::id();
        // Until the lock is given back, some milliseconds later, the parent has it.
        ledger.append(&event(FIRST[0])).expect("appended");
        in_child(|| {
            while parent_id() == parent {
                std::thread::yield_now();
            }
            match ledger.append(&event(FIRST[1])) {
                Ok(_) => say(&FIRST[1].to_string()),
                Err(error) => say(&format!("refused: {error}")),
            }
        });
        std::process::abort();
    }

    fn writer(ledger: Ledger) {
        let writer = LedgerWriter::new(Arc::new(ledger));
        writer.append(event(0)).expect("appended");
        let ticket = writer.submit(event(1)).expect("queued");
        let child = match fork().expect("a fork") {
            Fork::Parent(child) => child,
            Fork::Child => {
                for _ in 0..2 {
                    say(&format!("append: {:?}", writer.append(event(10))));
                    say(&format!("submit: {:?}", writer.submit(event(11)).map(drop)));
                    say(&format!("send: {:?}", writer.send(Delivery::Guaranteed, event(12))));
                    writer.record(event(13));
                }
                say(&format!("lost: {}", writer.lost()));
                say(&format!("close: {:?}", writer.close()));
                // It may have been answered before the fork.
                say(&format!("ticket: {}", ticket.wait().is_ok()));
                // The ledger itself can be used, and so can a writer of this process.
                say(&format!("ledger: {}", writer.ledger().append(&event(20)).is_ok()));
                let own = LedgerWriter::new(Arc::clone(writer.ledger()));
                say(&format!("own: {}", own.append(event(21)).is_ok()));
                // The last handle is dropped here, without a thread to wait for.
                return;
            }
        };
        say(&format!("parent: {}", ticket.wait().is_ok()));
        waitpid(child).expect("it ends");
        say(&format!("parent: {}", writer.append(event(30)).is_ok()));
        writer.close().expect("closed");
    }

    /// Whatever a thread of the parent was doing at the moment of the fork, no child waits for it.
    fn threads(ledger: Ledger, children: u64) {
        let ledger = Arc::new(ledger);
        let writer = LedgerWriter::new(Arc::clone(&ledger));
        let ended = AtomicBool::new(false);
        let busy = |act: &(dyn Fn() + Sync)| {
            while !ended.load(Ordering::Relaxed) {
                act();
            }
        };
        let next = AtomicU64::new(1);
        let append = || {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            ledger.append(&event(nth)).expect("appended");
        };
        let submit = || {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            writer.append(event(nth)).expect("appended");
            writer.lost();
        };
        let read = || drop(ledger.reader().get(2).expect("read"));
        let acts: [&(dyn Fn() + Sync); 4] = [&append, &append, &submit, &read];
        std::thread::scope(|scope| {
            let busy = &busy;
            for act in acts {
                scope.spawn(move || busy(act));
            }
            for nth in 0..children {
                let child = in_child(|| {
                    assert!(matches!(writer.append(event(0)), Err(SubmitError::Forked)));
                    assert!(ledger.reader().get(1).expect("read").is_some());
                    ledger.append(&event(FIRST[1] + nth)).expect("appended");
                    writer.lost();
                    assert!(matches!(writer.close(), Err(AppendError::Forked)));
                    ledger.checkpoint().expect("signed");
                    let own = LedgerWriter::new(Arc::clone(&ledger));
                    own.append(event(FIRST[2] + nth)).expect("appended");
                });
                waitpid(child).expect("it ends");
                say(&nth.to_string());
            }
            ended.store(true, Ordering::Relaxed);
        });
        writer.close().expect("closed");
    }
}
