//! What a store of secrets does for the plan.

use chrono::{DateTime, Utc};
use secrecy::zeroize::Zeroizing;

use super::secret_ref::SecretRef;
use crate::sources::provider::Ask;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// A store that reads secrets by their names.
pub(super) trait SecretStore {
    /// Whether each secret is a JSON object by itself, so that the value of a variable is one of its members.
    const HAS_MEMBERS: bool;

    /// Reads these secrets as wholes, in as few calls as it can. An answer for each, in their order.
    ///
    /// # Errors
    ///
    /// When none of them could be read for the same reason.
    fn read(
        &self,
        wanted: &[SecretRef],
        ask: &Ask<'_>,
    ) -> Result<Vec<Result<Secret, ProviderError>>, ProviderError>;

    /// The secrets right below a path, with their names.
    ///
    /// # Errors
    ///
    /// When they cannot be read, or the store has no paths.
    fn below(&self, path: &str, ask: &Ask<'_>) -> Result<Vec<(String, Secret)>, ProviderError> {
        let _ = (path, ask);
        Err(ProviderError::of(ProviderErrorKind::Misconfigured))
    }

    /// The names of the secrets that begin with this, without their values.
    ///
    /// # Errors
    ///
    /// When they cannot be listed, or the store lists none.
    fn names(&self, prefix: &str, ask: &Ask<'_>) -> Result<Vec<String>, ProviderError> {
        let _ = (prefix, ask);
        Err(ProviderError::of(ProviderErrorKind::Misconfigured))
    }
}

/// A secret as the store has it.
#[derive(Default)]
pub(super) struct Secret {
    pub(super) payload: Zeroizing<Vec<u8>>,
    pub(super) version: Option<String>,
    pub(super) stage: Option<String>,
    pub(super) created: Option<DateTime<Utc>>,
    /// Whether it is a list of texts with commas between them, by the store's own account.
    pub(super) is_list: bool,
}
