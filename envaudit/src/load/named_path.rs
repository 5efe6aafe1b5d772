//! Whether the path in a `KEY_FILE` may be shown, or could be the secret that belongs into the file.

use std::path::Path;

use envaudit_redact::credentials;

use crate::schema::KeyRequest;
use crate::sources::folder;

/// Whether what stands where the path of a key's file belongs may be shown. A relative one begins at that folder.
pub(super) fn is_shown(request: &KeyRequest, folder: &Path, path: &Path) -> bool {
    let has_credential = path.to_str().is_some_and(|text| !credentials(text).is_empty());
    !has_credential && (!request.hides_value() || folder::could_be_a_path(folder, path))
}
