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

    /// The secrets right below a path, or whose names begin with it, as far as somebody wants them by the rest of their names.
    /// Where only names are [wanted](Ask::lists_keys), the secrets may be empty.
    ///
    /// # Errors
    ///
    /// When they cannot be read, or the store has no paths.
    fn below(
        &self,
        path: &str,
        is_wanted: &dyn Fn(&str) -> bool,
        ask: &Ask<'_>,
    ) -> Result<Vec<Below>, ProviderError> {
        let _ = (path, is_wanted, ask);
        Err(ProviderError::of(ProviderErrorKind::Misconfigured))
    }
}

/// A secret that was found by the beginning of its name.
pub(super) struct Below {
    /// Its whole name.
    pub(super) id: String,
    /// The rest of it, by which a variable is looked up.
    pub(super) name: String,
    pub(super) secret: Result<Secret, ProviderError>,
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
