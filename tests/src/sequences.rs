//! Random sequences of steps: made from a number, and cut to the shortest one that still fails.
//!
//! `ENVAUDIT_TEST_SEQUENCES` is how many sequences a test tries, or `ENVAUDIT_TEST_TIMES` how many times as many as in the
//! ordinary run; `ENVAUDIT_TEST_SEED` is the number of the first. A failure names the number of its sequence.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How many shorter sequences are tried for one that fails.
const CUTS: usize = 600;

/// SplitMix64: the same numbers for the same seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The numbers of this seed.
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    pub fn below(&mut self, end: u64) -> u64 {
        self.any() % end
    }

    /// A position in a list of this length.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// One of these.
    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.index(all.len())].clone()
    }

    /// One of these, each as often as its weight says.
    pub fn weighted<T: Clone>(&mut self, all: &[(u64, T)]) -> T {
        let mut at = self.below(all.iter().map(|(weight, _)| weight).sum());
        for (weight, one) in all {
            match at.checked_sub(*weight) {
                Some(rest) => at = rest,
                None => return one.clone(),
            }
        }
        unreachable!("the position is below the sum of the weights")
    }
}

#[expect(clippy::disallowed_methods, reason = "a gate says how much is tried, and no test sets it")]
fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not `{text}`")))
}

/// Tries sequences of steps: `ordinary` of them, or as many as the environment asks for. `run` panics for one that fails.
///
/// # Panics
///
/// When a sequence fails: with the number that it is made from, and the shortest sequence that was found to fail.
pub fn check<S: Clone + Debug>(
    machine: &str,
    ordinary: u64,
    make: impl Fn(&mut Dice) -> Vec<S>,
    run: impl Fn(&[S]),
) {
    let first = number("ENVAUDIT_TEST_SEED").unwrap_or(1);
    let times = number("ENVAUDIT_TEST_TIMES").unwrap_or(1);
    let count = number("ENVAUDIT_TEST_SEQUENCES").unwrap_or(ordinary.saturating_mul(times));
    for seed in first..first.saturating_add(count) {
        let steps = make(&mut Dice::new(seed));
        let Some(failure) = failure(&run, &steps) else { continue };
        let (steps, failure) = shortest(&run, steps, failure);
        let lines: Vec<String> = steps.iter().map(|step| format!("    {step:?},\n")).collect();
        panic!(
            "{machine}: the sequence of number {seed} fails\n{failure}\nthe shortest that does:\n{}to repeat it: \
             ENVAUDIT_TEST_SEED={seed} ENVAUDIT_TEST_SEQUENCES=1",
            lines.concat()
        );
    }
}

/// What a run of these steps panics with.
fn failure<S>(run: &impl Fn(&[S]), steps: &[S]) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(|| run(steps))).err()?;
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Some(text.unwrap_or_else(|| "a panic without a text".to_owned()))
}

/// Leaves out parts of the sequence, large ones first, as long as it fails.
fn shortest<S: Clone>(
    run: &impl Fn(&[S]),
    mut steps: Vec<S>,
    mut told: String,
) -> (Vec<S>, String) {
    let mut part = steps.len().div_ceil(2);
    let mut tries = 0;
    while part > 0 {
        let mut from = 0;
        let mut cut = false;
        while from < steps.len() && tries < CUTS {
            let to = (from + part).min(steps.len());
            let shorter = [&steps[..from], &steps[to..]].concat();
            tries += 1;
            match failure(run, &shorter) {
                Some(text) => (steps, told, cut) = (shorter, text, true),
                None => from = to,
            }
        }
        if !(cut && part == 1) {
            part /= 2;
        }
    }
    (steps, told)
}
