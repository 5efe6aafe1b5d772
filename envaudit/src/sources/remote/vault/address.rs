//! Where a Vault is.

use ureq::http::Uri;

use crate::sources::provider_error::{ProviderError, ProviderErrorKind};
use crate::sources::remote::endpoint::is_loopback;

/// The address of a Vault, without a slash at its end.
#[derive(Clone, Debug)]
pub(super) struct Address(String);

impl Address {
    /// # Errors
    ///
    /// When it is no URL, would send the token over the network in clear, or has a password in it.
    pub(super) fn read(text: &str) -> Result<Self, ProviderError> {
        let misconfigured =
            |what: &str| Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, what));
        let Ok(uri) = text.parse::<Uri>() else {
            return misconfigured("its address is not a URL such as https://vault.example:8200");
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return misconfigured("its address is not a URL such as https://vault.example:8200");
        };
        if authority.as_str().contains('@') {
            return misconfigured("its address has a user or a password in it: remove that");
        }
        if uri.query().is_some() || text.contains('#') {
            return misconfigured("its address has a query or a `#`: remove that");
        }
        match scheme {
            "https" => {}
            "http" if is_loopback(authority.host()) => {}
            "http" => {
                return misconfigured(
                    "its address begins with http:, which is for this machine alone: write https:",
                );
            }
            _ => return misconfigured("its address does not begin with https:"),
        }
        Ok(Address(text.trim_end_matches('/').to_owned()))
    }

    /// The URL of a path of the API, each part of which is taken as it is.
    pub(super) fn url(&self, parts: &[&str]) -> String {
        let mut url = format!("{}/v1", self.0);
        for part in parts.iter().flat_map(|part| part.split('/')).filter(|part| !part.is_empty()) {
            url.push('/');
            encode(part, &mut url);
        }
        url
    }
}

/// The percent encoding of a part of a path (RFC 3986, section 2.3).
fn encode(part: &str, url: &mut String) {
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn a_token_does_not_go_over_the_network_in_clear() {
        for good in
            ["https://vault:8200", "http://127.0.0.1:8200/", "http://localhost", "http://[::1]:1"]
        {
            assert!(Address::read(good).is_ok(), "{good}");
        }
        for bad in [
            "http://vault:8200",
            "http://10.0.0.1",
            "http://localhost.example",
            "ftp://vault",
            "vault:8200",
            "",
            "https://u:hunter2@vault",
            "https://vault?token=hunter2",
            "https://hunter#2@vault",
        ] {
            let error = Address::read(bad).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn parts_of_a_path_cannot_leave_it() {
        let address = Address::read("https://vault/").unwrap();
        let url = address.url(&["secret", "data", "a b/c?d#e/ü"]);
        assert_eq!(url, "https://vault/v1/secret/data/a%20b/c%3Fd%23e/%C3%BC");
    }
}
