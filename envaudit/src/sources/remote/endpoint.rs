//! Addresses of services: none has a credential in it, and none sends one over the network in clear.

use std::net::IpAddr;

#[cfg(feature = "aws")]
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// Checks the address of a service that a program or an operator gives in place of the usual one.
///
/// # Errors
///
/// When it is no URL, is in clear and leads to another machine, or has a password or a query in it.
#[cfg(feature = "aws")]
pub(super) fn check(url: &str) -> Result<(), ProviderError> {
    let misconfigured =
        |what: &str| Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, what));
    const NO_URL: &str = "its endpoint is not a URL such as https://service.example";
    let Some((scheme, rest)) = url.split_once("://") else {
        return misconfigured(NO_URL);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return misconfigured("its endpoint has a user or a password in it: remove that");
    }
    if rest.contains(['?', '#']) {
        return misconfigured("its endpoint has a query: remove that");
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let is_printed = |byte: u8| byte.is_ascii_graphic();
    if host.is_empty() || !rest.bytes().all(is_printed) {
        return misconfigured(NO_URL);
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(()),
        "http" if is_loopback(host) => Ok(()),
        "http" => misconfigured(
            "its endpoint begins with http:, which is for this machine alone: write https:",
        ),
        _ => misconfigured("its endpoint does not begin with https:"),
    }
}

/// Whether a host, as a URL has it, is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use super::check;

    #[test]
    fn secrets_do_not_come_over_the_network_in_clear() {
        for good in [
            "https://vpce-1.secretsmanager.eu-west-1.vpce.amazonaws.com",
            "https://proxy:8443/aws",
            "http://127.0.0.1:4566/",
            "http://localhost",
            "http://[::1]:1",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "http://localstack:4566",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://127.0.0.1.example:1",
            "ftp://host",
            "host:443",
            "https://",
            "https://:443",
            "https://a b",
            "",
            "https://u:hunter2@host",
            "https://host?token=hunter2",
            "https://host/#hunter2",
            "https://host\n/hunter2",
        ] {
            let error = check(bad).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
