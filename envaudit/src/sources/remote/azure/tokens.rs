//! The token of a client: kept until a minute before it expires, or until the vault does not accept it.

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};

/// Another token is asked for so long before one expires.
const BEFORE: Duration = Duration::seconds(60);

pub(super) struct Tokens {
    origin: Arc<dyn TokenCredential>,
    kept: Mutex<Option<Kept>>,
    /// Held while one is asked for: who comes meanwhile takes the same.
    asked: tokio::sync::Mutex<()>,
}

struct Kept {
    scopes: Vec<String>,
    token: AccessToken,
}

impl Tokens {
    /// `origin` is what gives them out.
    pub(super) fn new(origin: Arc<dyn TokenCredential>) -> Self {
        Tokens { origin, kept: Mutex::new(None), asked: tokio::sync::Mutex::default() }
    }

    /// Forgets a token that was not accepted, by the header that it was sent in.
    pub(super) fn reject(&self, authorization: &str) {
        let mut kept = self.kept();
        let is_it =
            |kept: &Kept| authorization.strip_prefix("Bearer ") == Some(kept.token.token.secret());
        if kept.as_ref().is_some_and(is_it) {
            *kept = None;
        }
    }

    fn kept(&self) -> MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn good(&self, scopes: &[&str]) -> Option<AccessToken> {
        let kept = self.kept();
        let kept = kept.as_ref().filter(|kept| kept.scopes == scopes)?;
        let is_good = kept.token.expires_on > OffsetDateTime::now_utc() + BEFORE;
        is_good.then(|| kept.token.clone())
    }
}

#[async_trait]
impl TokenCredential for Tokens {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        if let Some(token) = self.good(scopes) {
            return Ok(token);
        }
        let _asked = self.asked.lock().await;
        if let Some(token) = self.good(scopes) {
            return Ok(token);
        }
        let token = self.origin.get_token(scopes, options).await?;
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        *self.kept() = Some(Kept { scopes, token: token.clone() });
        Ok(token)
    }
}

/// Shows nothing.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}
