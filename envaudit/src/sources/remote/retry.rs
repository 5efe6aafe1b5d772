//! Trying again what may work later, until the deadline.

use core::hash::{BuildHasher, Hasher};
use core::time::Duration;
use std::collections::hash_map::RandomState;

use crate::sources::provider::Ask;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The longest pause after the first attempt; it doubles with each further one.
const FIRST: Duration = Duration::from_millis(100);

/// The longest pause there is, unless the store asks for a longer one.
const LONGEST: Duration = Duration::from_secs(5);

/// The number of attempts, the first included.
const MAX_ATTEMPTS: u32 = 6;

/// Calls until it works, the failure is one that stays, or the deadline comes. Pauses are of any length up to one that doubles
/// (full jitter), and as long as the store asks for at least.
pub(super) fn retrying<T>(
    ask: &Ask<'_>,
    mut call: impl FnMut() -> Result<T, ProviderError>,
) -> Result<T, ProviderError> {
    let mut attempt = 0;
    loop {
        let error = match call() {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        attempt += 1;
        let Some(pause) = pause_after(&error, attempt) else { return Err(error) };
        if attempt >= MAX_ATTEMPTS || pause >= ask.remaining() || ask.is_cancelled() {
            return Err(error);
        }
        std::thread::sleep(pause);
    }
}

/// Calls for many things at once, as [`retrying`] does for one: what failed for a reason that may pass is asked for again, and
/// nothing else. `call` has an answer for each thing, in their order.
///
/// # Errors
///
/// When one of them still fails because of the store as a whole: the others would, too.
#[cfg(any(feature = "azure", feature = "gcp"))]
pub(super) fn retrying_each<W: Clone, T>(
    ask: &Ask<'_>,
    wanted: &[W],
    mut call: impl FnMut(&[W]) -> Result<Vec<Result<T, ProviderError>>, ProviderError>,
) -> Result<Vec<Result<T, ProviderError>>, ProviderError> {
    let no_answer = || Err(ProviderError::of(ProviderErrorKind::Malformed));
    let mut answers: Vec<Result<T, ProviderError>> = wanted.iter().map(|_| no_answer()).collect();
    let mut open: Vec<usize> = (0..wanted.len()).collect();
    let mut attempt = 0;
    while !open.is_empty() {
        let some: Vec<W> = open.iter().map(|at| wanted[*at].clone()).collect();
        let mut answered = call(&some)?.into_iter();
        attempt += 1;
        let mut pause = None;
        open.retain(|at| {
            answers[*at] = answered.next().unwrap_or_else(no_answer);
            let again = answers[*at].as_ref().err().and_then(|error| pause_after(error, attempt));
            pause = pause.max(again);
            again.is_some()
        });
        let Some(pause) = pause else { break };
        if attempt >= MAX_ATTEMPTS || pause >= ask.remaining() || ask.is_cancelled() {
            break;
        }
        std::thread::sleep(pause);
    }
    let of_all = |answer: &Result<T, ProviderError>| {
        answer.as_ref().err().filter(|error| is_of_the_store(error)).cloned()
    };
    match answers.iter().find_map(of_all) {
        Some(error) => Err(error),
        None => Ok(answers),
    }
}

/// Whether any other call would fail in the same way.
#[cfg(any(feature = "azure", feature = "gcp"))]
pub(super) fn is_of_the_store(error: &ProviderError) -> bool {
    matches!(
        error.kind(),
        ProviderErrorKind::Unavailable
            | ProviderErrorKind::TimedOut
            | ProviderErrorKind::Throttled { .. }
            | ProviderErrorKind::Unauthenticated
    )
}

/// How long to wait before the next attempt; `None` if that would fail as well.
fn pause_after(error: &ProviderError, attempt: u32) -> Option<Duration> {
    let asked = match error.kind() {
        ProviderErrorKind::Throttled { retry_after } => retry_after,
        ProviderErrorKind::Unavailable | ProviderErrorKind::TimedOut => None,
        _ => return None,
    };
    let most = FIRST.saturating_mul(1 << (attempt - 1).min(16)).min(LONGEST);
    let jitter = most.mul_f64(random());
    Some(asked.map_or(jitter, |asked| asked.max(jitter)))
}

/// From 0 to 1, of what the standard library seeds its hashes with.
fn random() -> f64 {
    let bits = RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1u64 << 53) as f64
}
