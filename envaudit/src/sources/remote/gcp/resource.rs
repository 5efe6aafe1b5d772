//! The names that Secret Manager has for projects, secrets and versions.

use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::remote::secret_ref::SecretRef;

/// The most characters of the name of a secret.
const MAX_NAME: usize = 255;

/// Where secrets are: a project, or one region of it.
#[derive(Clone, Debug)]
pub(super) struct Place(String);

impl Place {
    pub(super) fn new(project: &str, region: Option<&str>) -> Result<Self, ProviderError> {
        // An old project may have a domain in its id: `example.com:my-project`. A `..` would lead elsewhere in the address.
        let begins = project.starts_with(|first: char| first.is_ascii_alphanumeric());
        if !begins || !is_word(project, "-_.:") || project.contains("..") {
            return misconfigured("its project is not the id or the number of one");
        }
        match region {
            None => Ok(Place(format!("projects/{project}"))),
            Some(region) if is_word(region, "-") => {
                Ok(Place(format!("projects/{project}/locations/{region}")))
            }
            Some(_) => misconfigured("its region is not one such as `europe-west3`"),
        }
    }

    /// What secrets are listed of.
    pub(super) fn parent(&self) -> &str {
        &self.0
    }

    /// The whole name of the version that is wanted: the newest, unless the reference says otherwise.
    pub(super) fn version(&self, reference: &SecretRef) -> Result<String, ProviderError> {
        let secret = self.secret(reference.id())?;
        let version = reference.wanted_version().unwrap_or("latest");
        match is_word(version, "-_") {
            true => Ok(format!("{secret}/versions/{version}")),
            false => misconfigured("its version is no number, no alias, and not `latest`"),
        }
    }

    fn secret(&self, id: &str) -> Result<String, ProviderError> {
        let parts: Vec<&str> = id.split('/').collect();
        let place = match parts[..] {
            [_] => self.clone(),
            ["projects", project, "secrets", _] => Place::new(project, None)?,
            ["projects", project, "locations", region, "secrets", _] => {
                Place::new(project, Some(region))?
            }
            [.., "versions", _] => return misconfigured("write its version after an `@`"),
            _ => return misconfigured(NOT_A_NAME),
        };
        match parts.last() {
            Some(name) if is_word(name, "-_") && name.len() <= MAX_NAME => {
                Ok(format!("{}/secrets/{name}", place.0))
            }
            _ => misconfigured(NOT_A_NAME),
        }
    }
}

const NOT_A_NAME: &str = "it is not the name of a secret, which has letters, digits, `-` and `_`, at most 255, or is \
     `projects/PROJECT/secrets/NAME`";

/// Whether names of secrets can begin with this.
pub(super) fn check_prefix(prefix: &str) -> Result<(), ProviderError> {
    match prefix.is_empty() || is_word(prefix, "-_") && prefix.len() <= MAX_NAME {
        true => Ok(()),
        false => misconfigured("a prefix of secrets has letters, digits, `-` and `_` alone"),
    }
}

/// The last part of a name, and that of its secret, of `projects/1/secrets/SECRET/versions/VERSION`.
pub(super) fn secret_and_version(name: &str) -> Option<(&str, &str)> {
    let mut parts = name.rsplit('/');
    let (version, word, secret) = (parts.next()?, parts.next()?, parts.next()?);
    (word == "versions" && is_word(version, "-_")).then_some((secret, version))
}

/// The name of a secret, of `projects/1/secrets/SECRET`.
pub(super) fn secret_name(name: &str) -> Option<&str> {
    name.rsplit('/').next().filter(|name| is_word(name, "-_"))
}

fn is_word(text: &str, others: &str) -> bool {
    let is_good = |char: char| char.is_ascii_alphanumeric() || others.contains(char);
    !text.is_empty() && text.chars().all(is_good)
}

fn misconfigured<T>(what: &str) -> Result<T, ProviderError> {
    Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, what))
}

#[cfg(test)]
mod tests {
    use super::{Place, secret_and_version};
    use crate::sources::remote::secret_ref::SecretRef;

    fn version(place: &Place, reference: &str) -> Option<String> {
        place.version(&SecretRef::from(reference)).ok()
    }

    #[test]
    fn a_reference_has_one_whole_name() {
        let global = Place::new("my-project", None).unwrap();
        let regional = Place::new("example.com:my-project", Some("europe-west3")).unwrap();
        for (place, reference, name) in [
            (&global, "api-key", "projects/my-project/secrets/api-key/versions/latest"),
            (&global, "api_KEY#x@3", "projects/my-project/secrets/api_KEY/versions/3"),
            (&global, "a@prod", "projects/my-project/secrets/a/versions/prod"),
            (&global, "projects/12/secrets/a@2", "projects/12/secrets/a/versions/2"),
            (
                &regional,
                "a",
                "projects/example.com:my-project/locations/europe-west3/secrets/a/versions/latest",
            ),
            (
                &global,
                "projects/p/locations/us-east1/secrets/a",
                "projects/p/locations/us-east1/secrets/a/versions/latest",
            ),
        ] {
            assert_eq!(version(place, reference).as_deref(), Some(name), "{reference}");
        }
    }

    #[test]
    fn what_is_no_name_is_not_sent() {
        let place = Place::new("p", None).unwrap();
        let long = "a".repeat(256);
        for bad in [
            "",
            "a b",
            "a/b",
            "../a",
            "é",
            "a.b",
            "a?x=1",
            "a%2Fb",
            "projects/p/secrets/a/versions/1",
            "projects/../secrets/a",
            "projects//secrets/a",
            "projects/p/locations/../secrets/a",
            "a@1/2",
            "a@1:access",
            &long,
        ] {
            assert_eq!(version(&place, bad), None, "{bad}");
        }
        for (project, region) in [
            ("", None),
            ("a/b", None),
            ("a?", None),
            ("..", None),
            (".", None),
            ("a..b", None),
            ("p", Some("")),
            ("p", Some("a.b")),
        ] {
            assert!(Place::new(project, region).is_err(), "{project} {region:?}");
        }
    }

    #[test]
    fn the_name_of_a_version_is_taken_apart() {
        let name = "projects/123/locations/us-east1/secrets/a/versions/7";
        assert_eq!(secret_and_version(name), Some(("a", "7")));
        for bad in ["", "a", "projects/1/secrets/a", "secrets/a/versions/", "a/versions/1 2"] {
            assert_eq!(secret_and_version(bad), None, "{bad}");
        }
    }
}
