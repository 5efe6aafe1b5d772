//! How much of a long suite a test goes through: a sample, or all of it where a gate asks for that.

/// The step from one case to the next: `step`, or 1 where the variable `ENVAUDIT_TEST_EFFORT` is `full`, as in `.ci/fuzz`.
///
/// A step that has no divisor in common with what is counted meets every kind of case all the same.
#[expect(clippy::disallowed_methods, reason = "a gate says how much is tried, and no test sets it")]
pub fn one_in(step: usize) -> usize {
    match std::env::var("ENVAUDIT_TEST_EFFORT") {
        Ok(effort) if effort == "full" => 1,
        _ => step,
    }
}

/// How many cases of a kind are tried: as many as the variable says, or the ordinary number.
///
/// # Panics
///
/// When the variable is not a number.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the test says how much is tried, and no test sets it"
)]
pub fn count(variable: &str, ordinary: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not `{text}`")),
        Err(_) => ordinary,
    }
}
