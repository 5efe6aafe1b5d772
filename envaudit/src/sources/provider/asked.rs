//! A provider of a loader, and the call of it that has not returned.

use core::any::TypeId;
use core::ops::Deref;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Provider;
use super::ask::KnownVersions;

/// How many calls of providers of one type and name may hang at once, where a program makes a provider for each load.
const MAX_HANGING: usize = 4;

/// The calls of all providers that have outlived their timeouts: each of them has a thread that nothing can end.
static HANGING: Mutex<Vec<Kind>> = Mutex::new(Vec::new());

/// A provider that a loader was given. It is asked by one thread at a time.
#[derive(Clone)]
pub(crate) struct AskedProvider {
    provider: Arc<dyn Provider>,
    call: Arc<Call>,
    /// The versions that its last answer had.
    known: Arc<Mutex<Arc<KnownVersions>>>,
}

struct Call {
    state: Mutex<CallState>,
    ended: Condvar,
    kind: Kind,
    /// Whether all providers of the type are one and the same.
    has_no_state: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CallState {
    /// Nobody asks it.
    Idle,
    /// A load waits for it.
    Running,
    /// The load no longer waits for it.
    Hanging,
}

/// Providers that cannot be told apart.
#[derive(Clone, PartialEq, Eq)]
struct Kind {
    ty: TypeId,
    name: String,
}

/// The right to ask a provider, until dropped.
pub(crate) struct Turn(Arc<Call>);

impl AskedProvider {
    pub(crate) fn new<P: Provider>(provider: P) -> Self {
        let kind = Kind { ty: TypeId::of::<P>(), name: provider.name().to_owned() };
        let call = Call {
            state: Mutex::new(CallState::Idle),
            ended: Condvar::new(),
            kind,
            has_no_state: size_of::<P>() == 0,
        };
        AskedProvider { provider: Arc::new(provider), call: Arc::new(call), known: Arc::default() }
    }

    pub(crate) fn shared(&self) -> Arc<dyn Provider> {
        Arc::clone(&self.provider)
    }

    pub(super) fn known_versions(&self) -> Arc<KnownVersions> {
        Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn note_versions(&self, versions: KnownVersions) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(versions);
    }

    /// The right to ask it, if no other load is asking it now.
    pub(crate) fn try_turn(&self) -> Option<Turn> {
        let mut state = self.call.lock();
        (*state == CallState::Idle && !self.call.kind_hangs()).then(|| self.take(&mut state))
    }

    /// The right to ask it, once the other loads have their answers; `None` if there is none until the deadline, or if a
    /// call hangs.
    pub(crate) fn wait_for_turn(&self, deadline: Instant) -> Option<Turn> {
        let mut state = self.call.lock();
        loop {
            match *state {
                CallState::Idle if self.call.kind_hangs() => return None,
                CallState::Idle => return Some(self.take(&mut state)),
                CallState::Hanging => return None,
                CallState::Running => {}
            }
            let ended = &self.call.ended;
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            state = ended.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn take(&self, state: &mut CallState) -> Turn {
        *state = CallState::Running;
        Turn(Arc::clone(&self.call))
    }

    /// Says that its call has outlived its timeout: until it returns, the provider is not asked again.
    pub(crate) fn gave_up(&self) {
        let mut state = self.call.lock();
        if *state == CallState::Running {
            *state = CallState::Hanging;
            hanging().push(self.call.kind.clone());
            self.call.ended.notify_all();
        }
    }
}

impl Call {
    fn lock(&self) -> MutexGuard<'_, CallState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether too many calls of other providers like this one hang.
    fn kind_hangs(&self) -> bool {
        let limit = if self.has_no_state { 1 } else { MAX_HANGING };
        hanging().iter().filter(|kind| **kind == self.kind).count() >= limit
    }
}

fn hanging() -> MutexGuard<'static, Vec<Kind>> {
    HANGING.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if *state == CallState::Hanging {
            let mut hanging = hanging();
            if let Some(at) = hanging.iter().position(|kind| *kind == self.0.kind) {
                hanging.swap_remove(at);
            }
        }
        *state = CallState::Idle;
        self.0.ended.notify_all();
    }
}

impl Deref for AskedProvider {
    type Target = dyn Provider;

    fn deref(&self) -> &Self::Target {
        &*self.provider
    }
}
