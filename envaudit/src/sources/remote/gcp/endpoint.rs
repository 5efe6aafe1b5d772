//! Where the service is.

use std::net::IpAddr;

use super::session::GcpSettings;
use crate::sources::environment::Environment;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// Variables that send what is not encrypted through a proxy.
const PROXIES: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/// The address, if it is not that of all projects.
///
/// # Errors
///
/// When it is no URL, would send the token over the network in clear, or has a password in it.
pub(super) fn of(settings: &GcpSettings) -> Result<Option<String>, ProviderError> {
    match (&settings.endpoint, &settings.region) {
        (Some(endpoint), _) => check(endpoint, &Environment::Process).map(Some),
        // Its form was looked at before.
        (None, Some(region)) => {
            Ok(Some(format!("https://secretmanager.{region}.rep.googleapis.com")))
        }
        (None, None) => Ok(None),
    }
}

fn check(text: &str, environment: &Environment) -> Result<String, ProviderError> {
    let misconfigured =
        |what: &str| Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, what));
    let Some((scheme, rest)) = text.split_once("://") else {
        return misconfigured(
            "its endpoint is not a URL such as https://secretmanager.googleapis.com",
        );
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if authority.contains('@') {
        return misconfigured("its endpoint has a user or a password in it: remove that");
    }
    if !path.is_empty() || authority.contains(['?', '#']) {
        return misconfigured("its endpoint has a path or a query: remove that");
    }
    let is_good = |char: char| char.is_ascii_alphanumeric() || "-.:[]".contains(char);
    if authority.is_empty() || !authority.chars().all(is_good) {
        return misconfigured(
            "its endpoint is not a URL such as https://secretmanager.googleapis.com",
        );
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {}
        "http" if !is_loopback(host(authority)) => {
            return misconfigured(
                "its endpoint begins with http:, which is for this machine alone: write https:",
            );
        }
        "http" if goes_to_a_proxy(host(authority), environment) => {
            return misconfigured(
                "its endpoint begins with http:, and HTTP_PROXY would have the token go to a proxy: name the host in NO_PROXY",
            );
        }
        "http" => {}
        _ => return misconfigured("its endpoint does not begin with https:"),
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// The host, without the port and the brackets of an address of version 6.
fn host(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn goes_to_a_proxy(host: &str, environment: &Environment) -> bool {
    let text = |name: &str| {
        environment.get(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let exempt = ["no_proxy", "NO_PROXY"].map(text).into_iter().find(|list| !list.is_empty());
    let is_exempt = exempt.is_some_and(|list| {
        list.split(',').map(str::trim).any(|name| name == "*" || name.eq_ignore_ascii_case(host))
    });
    !is_exempt && PROXIES.iter().any(|name| !text(name).is_empty())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::sources::environment::Environment;

    fn given(vars: &[(&'static str, &'static str)]) -> Environment {
        Environment::given(vars.iter().copied())
    }

    #[test]
    fn a_token_does_not_go_over_the_network_in_clear() {
        let none = given(&[]);
        for good in [
            "https://secretmanager.googleapis.com",
            "https://secretmanager.europe-west3.rep.googleapis.com/",
            "http://127.0.0.1:8200/",
            "http://localhost",
            "http://[::1]:1",
        ] {
            assert!(check(good, &none).is_ok(), "{good}");
        }
        for bad in [
            "http://secretmanager.googleapis.com",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "ftp://localhost",
            "localhost:1",
            "",
            "https://",
            "https://u:hunter2@host",
            "https://host?token=hunter2",
            "https://host/hunter2",
            "https://host#hunter2",
            "https://host name",
        ] {
            let error = check(bad, &none).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_proxy_gets_no_token_in_clear() {
        let loopback = "http://127.0.0.1:1";
        for vars in [
            &[("HTTP_PROXY", "http://proxy:1")][..],
            &[("all_proxy", "http://proxy:1"), ("NO_PROXY", "example.com")],
        ] {
            assert!(check(loopback, &given(vars)).is_err(), "{vars:?}");
            assert!(check("https://host", &given(vars)).is_ok(), "{vars:?}");
        }
        for vars in [
            &[("HTTP_PROXY", "")][..],
            &[("HTTPS_PROXY", "http://proxy:1")],
            &[("HTTP_PROXY", "http://proxy:1"), ("NO_PROXY", "localhost, 127.0.0.1")],
            &[("HTTP_PROXY", "http://proxy:1"), ("no_proxy", "*")],
        ] {
            assert!(check(loopback, &given(vars)).is_ok(), "{vars:?}");
        }
    }
}
