//! Where the service is, and the server that gives tokens out to machines of Google Cloud.

use std::net::IpAddr;
use std::path::PathBuf;

use super::proxy;
use crate::sources::environment::Environment;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The address, if it is not that of all projects.
///
/// # Errors
///
/// When it is no URL, would send the token over the network in clear, or has a password in it.
pub(super) fn of(
    endpoint: Option<&str>,
    region: Option<&str>,
) -> Result<Option<String>, ProviderError> {
    match (endpoint, region) {
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
        "http" if proxy::takes(host(authority), environment) => {
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

/// Whether the metadata server can be asked for a token, if that is what the SDK will do: there is no TLS on the way to it.
///
/// # Errors
///
/// When a proxy would be asked in its place, which may answer with a token of its own machine.
pub(super) fn check_metadata_server(environment: &Environment) -> Result<(), ProviderError> {
    if environment.get("GOOGLE_APPLICATION_CREDENTIALS").is_some() || has_gcloud(environment) {
        return Ok(());
    }
    let given = environment.get("GCE_METADATA_HOST").and_then(|host| host.into_string().ok());
    let authority = given.as_deref().unwrap_or("metadata.google.internal");
    match proxy::takes(host(authority), environment) {
        false => Ok(()),
        true => Err(ProviderError::free_text(
            ProviderErrorKind::Misconfigured,
            "there is no file of credentials, and HTTP_PROXY would have a proxy asked for the token of this machine: name \
             metadata.google.internal in NO_PROXY",
        )),
    }
}

/// Whether there is the file that `gcloud auth application-default login` writes.
fn has_gcloud(environment: &Environment) -> bool {
    let (variable, folder) = match cfg!(windows) {
        true => ("APPDATA", "gcloud"),
        false => ("HOME", ".config/gcloud"),
    };
    let file = environment
        .get(variable)
        .map(|root| PathBuf::from(root).join(folder).join("application_default_credentials.json"));
    // The SDK says what is wrong with one that cannot be read.
    file.is_some_and(|file| file.symlink_metadata().is_ok())
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{check, check_metadata_server};
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
        let exempt = [("HTTP_PROXY", "http://proxy:1"), ("NO_PROXY", "localhost, 127.0.0.0/8")];
        assert!(check(loopback, &given(&exempt)).is_ok());
    }

    #[test]
    fn a_proxy_is_not_taken_for_the_metadata_server() {
        let proxied = ("HTTP_PROXY", "http://proxy:1");
        for vars in [
            &[proxied][..],
            &[proxied, ("NO_PROXY", "localhost")],
            &[proxied, ("GCE_METADATA_HOST", "169.254.169.254:80")],
            &[proxied, ("HOME", "/none")],
        ] {
            assert!(check_metadata_server(&given(vars)).is_err(), "{vars:?}");
        }
        for vars in [
            &[][..],
            &[proxied, ("NO_PROXY", "google.internal")],
            &[proxied, ("GCE_METADATA_HOST", "169.254.169.254:80"), ("NO_PROXY", "169.254.0.0/16")],
            &[proxied, ("GOOGLE_APPLICATION_CREDENTIALS", "key.json")],
        ] {
            assert!(check_metadata_server(&given(vars)).is_ok(), "{vars:?}");
        }
    }
}
