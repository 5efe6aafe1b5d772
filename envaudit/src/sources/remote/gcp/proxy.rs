//! Proxies, which the client for HTTP takes from the environment: what is not encrypted must not go through one.

use std::net::IpAddr;

use crate::sources::environment::Environment;

/// Variables that send what is not encrypted through a proxy.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Variables with what goes past them. The first that is there counts, if it is empty as well.
const EXEMPT: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Whether what is sent to this host without TLS would go to a proxy.
pub(super) fn takes(host: &str, environment: &Environment) -> bool {
    let text = |name: &str| environment.get(name)?.into_string().ok();
    let exempt = EXEMPT.into_iter().find_map(text).unwrap_or_default();
    let is_exempt = exempt.split(',').map(str::trim).any(|entry| is_of(entry, host));
    let is_set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
    !is_exempt && PROXIES.into_iter().any(is_set)
}

/// Whether an entry of `NO_PROXY` is of a host: its address or the network of it, its name or the domain of it, or `*`.
fn is_of(entry: &str, host: &str) -> bool {
    if let Ok(host) = host.parse::<IpAddr>() {
        return match entry.split_once('/') {
            None => entry.parse() == Ok(host),
            Some((network, bits)) => match (network.parse(), bits.parse()) {
                (Ok(network), Ok(bits)) => is_in(host, network, bits),
                _ => false,
            },
        };
    }
    let domain = entry.strip_prefix('.').unwrap_or(entry);
    let start = host.len().checked_sub(domain.len()).unwrap_or(host.len());
    let is_end = host.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(domain));
    let is_whole = start == 0 || host[..start].ends_with('.');
    entry == "*" || !domain.is_empty() && is_end && is_whole
}

/// Whether the first bits of two addresses are the same.
fn is_in(host: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (host, network) {
        (IpAddr::V4(host), IpAddr::V4(network)) => {
            let differing = host.to_bits() ^ network.to_bits();
            bits <= 32 && differing.leading_zeros() >= bits
        }
        (IpAddr::V6(host), IpAddr::V6(network)) => {
            let differing = host.to_bits() ^ network.to_bits();
            bits <= 128 && differing.leading_zeros() >= bits
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::takes;
    use crate::sources::environment::Environment;

    fn goes(host: &str, vars: &[(&'static str, &'static str)]) -> bool {
        takes(host, &Environment::given(vars.iter().copied()))
    }

    #[test]
    fn a_proxy_is_one_of_what_is_not_encrypted() {
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            assert!(goes("host", &[(name, "http://proxy:1")]), "{name}");
            assert!(!goes("host", &[(name, "")]), "{name}");
        }
        assert!(!goes("host", &[("HTTPS_PROXY", "http://proxy:1")]));
        assert!(!goes("host", &[]));
    }

    #[test]
    fn what_goes_past_it_is_named_as_for_the_client() {
        let with = |host, exempt| goes(host, &[("HTTP_PROXY", "http://p:1"), ("NO_PROXY", exempt)]);
        for (host, exempt) in [
            ("metadata.google.internal", "metadata.google.internal"),
            ("metadata.google.internal", "x, Google.Internal"),
            ("metadata.google.internal", ".internal"),
            ("localhost", "*"),
            ("127.0.0.1", "127.0.0.1"),
            ("127.0.0.1", "10.0.0.0/8,127.0.0.0/8"),
            ("169.254.169.254", "169.254.169.254/32"),
            ("::1", "::1"),
            ("::1", "::/64"),
            ("10.1.2.3", "0.0.0.0/0"),
        ] {
            assert!(!with(host, exempt), "{host} {exempt}");
        }
        for (host, exempt) in [
            ("metadata.google.internal", "oogle.internal"),
            ("metadata.google.internal", "*.google.internal"),
            ("metadata.google.internal", "a.metadata.google.internal"),
            ("metadata.google.internal", ""),
            ("metadata.google.internal", "."),
            ("127.0.0.1", "*"),
            ("127.0.0.1", "128.0.0.0/8"),
            ("127.0.0.1", "127.0.0.0/33"),
            ("127.0.0.1", "127.0.0.2/32"),
            ("127.0.0.1", "localhost"),
            ("::1", "127.0.0.0/8"),
        ] {
            assert!(with(host, exempt), "{host} {exempt}");
        }
        // The first of the two variables counts.
        let both = [("HTTP_PROXY", "http://p:1"), ("NO_PROXY", ""), ("no_proxy", "host")];
        assert!(goes("host", &both));
        assert!(!goes(
            "host",
            &both[..].iter().copied().filter(|(name, _)| *name != "NO_PROXY").collect::<Vec<_>>()
        ));
    }
}
