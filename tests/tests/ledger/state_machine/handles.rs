//! Three handles on one ledger, as three processes have them, in any order, with failures, kills and power cuts.

use envaudit::ledger::testing::Fault;
use envaudit_tests::sequences::{self, Dice};

use super::world::{HANDLES, Modes, World};

/// Each way in which an operation fails.
pub(super) const FAULTS: [Fault; 6] =
    [Fault::Io, Fault::Full, Fault::Short, Fault::DoneButFailed, Fault::Dead, Fault::Interrupted];

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Append { handle: usize, count: u64 },
    Checkpoint { handle: usize },
    Seal { handle: usize },
    Flush { handle: usize },
    Close { handle: usize },
    Rotate { handle: usize },
    Prune { handle: usize, keep: usize },
    Reopen { handle: usize },
    Restart { handle: usize },
    Fail { nth: u64, fault: Fault },
    Heal,
    CutPower { seed: u64 },
    Kill,
    Verify,
}

fn steps(dice: &mut Dice) -> Vec<Step> {
    let len = 3 + dice.below(25);
    (0..len).map(|_| step(dice)).collect()
}

fn step(dice: &mut Dice) -> Step {
    let handle = dice.index(HANDLES);
    let (count, nth, seed) = (1 + dice.below(4), dice.below(30), dice.any());
    let fault = dice.one_of(&FAULTS);
    let keep = 1 + dice.index(3);
    dice.weighted(&[
        (12, Step::Append { handle, count }),
        (4, Step::Checkpoint { handle }),
        (2, Step::Seal { handle }),
        (2, Step::Flush { handle }),
        (2, Step::Close { handle }),
        (2, Step::Rotate { handle }),
        (2, Step::Prune { handle, keep }),
        (4, Step::Reopen { handle }),
        (3, Step::Restart { handle }),
        (7, Step::Fail { nth, fault }),
        (4, Step::Heal),
        (2, Step::CutPower { seed }),
        (1, Step::Kill),
        (2, Step::Verify),
    ])
}

fn run(modes: Modes, steps: &[Step]) {
    let mut world = World::new(modes);
    for step in steps {
        match *step {
            Step::Append { handle, count } => world.append(handle, count),
            Step::Checkpoint { handle } => world.checkpoint(handle),
            Step::Seal { handle } => world.seal(handle),
            Step::Flush { handle } => world.flush(handle),
            Step::Close { handle } => world.close(handle),
            Step::Rotate { handle } => world.rotate(handle),
            Step::Prune { handle, keep } => world.prune(handle, keep),
            Step::Reopen { handle } => world.reopen(handle),
            Step::Restart { handle } => world.restart(handle),
            Step::Fail { nth, fault } => world.fail(nth, fault),
            Step::Heal => world.disk.heal(),
            Step::CutPower { seed } => world.cut_power(seed),
            Step::Kill => world.kill(),
            Step::Verify => world.check_untroubled(),
        }
        world.check_step();
    }
    world.check_ends();
}

#[test]
fn nothing_that_handles_do_and_nothing_that_fails_breaks_a_promise() {
    sequences::check("handles", 200, steps, |steps| run(Modes::Always, steps));
}

#[test]
fn the_same_with_handles_that_sync_later() {
    sequences::check("handles that sync later", 60, steps, |steps| run(Modes::Mixed, steps));
}
