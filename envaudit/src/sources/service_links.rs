//! The variables that Kubernetes puts into every container for the Services of its namespace.

const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

/// Whether the name is that of a variable for a Service, which nobody has set: `<X>_SERVICE_HOST`, `<X>_SERVICE_PORT…`,
/// `<X>_PORT` with an address, `<X>_PORT_8080_TCP…`.
pub(crate) fn is_service_link(name: &str, value: &str, is_set: impl Fn(&str) -> bool) -> bool {
    let of_service =
        |service: &str| !service.is_empty() && is_set(&format!("{service}_SERVICE_HOST"));
    let before = |part: &str| name.find(part).map(|at| (&name[..at], &name[at + part.len()..]));
    if let Some((service, rest)) = before("_SERVICE_PORT")
        && (rest.is_empty() || rest.starts_with('_'))
        && of_service(service)
    {
        return true;
    }
    if let Some(service) = name.strip_suffix("_SERVICE_HOST") {
        return is_set(&format!("{service}_SERVICE_PORT"));
    }
    if name.strip_suffix("_PORT").is_some_and(|service| !service.is_empty()) && is_address(value) {
        return true;
    }
    name.match_indices("_PORT_").any(|(at, part)| at > 0 && is_port(&name[at + part.len()..]))
}

/// `8080_TCP`, `8080_TCP_ADDR`, `8080_TCP_PORT`, `8080_TCP_PROTO`.
fn is_port(text: &str) -> bool {
    let mut words = text.split('_');
    let number = words.next().is_some_and(|word| word.parse::<u16>().is_ok());
    let protocol = words.next().is_some_and(|word| PROTOCOLS.contains(&word));
    let part = words.next().is_none_or(|word| ["ADDR", "PORT", "PROTO"].contains(&word));
    number && protocol && part && words.next().is_none()
}

/// Whether a value is the address of a Service, as in `tcp://10.0.48.109:9106`.
pub(crate) fn is_address(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let Some((host, port)) = rest.rsplit_once(':') else { return false };
    PROTOCOLS.iter().any(|protocol| protocol.eq_ignore_ascii_case(scheme))
        && !host.is_empty()
        && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{is_address, is_service_link};

    #[test]
    fn the_variables_of_a_service_are_known_by_their_shape() {
        let vars = [
            ("SHOP_SERVICE_HOST", "10.0.0.1"),
            ("SHOP_SERVICE_PORT", "80"),
            ("SHOP_SERVICE_PORT_HTTP", "80"),
            ("SHOP_PORT", "tcp://10.0.0.1:80"),
            ("SHOP_PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("SHOP_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("SHOP_PORT_80_TCP_PORT", "80"),
            ("SHOP_PORT_80_TCP_PROTO", "tcp"),
            ("SHOP_DNS_PORT_53_UDP", "udp://10.0.0.2:53"),
        ];
        let is_set = |name: &str| vars.iter().any(|(key, _)| *key == name);
        for (name, value) in vars {
            assert!(is_service_link(name, value, is_set), "{name}");
        }
        for (name, value) in [
            ("SHOP_PORT", "80"),
            ("SHOP_PROT", "tcp://10.0.0.1:80"),
            ("SHOP_SERVICE_PORTS", "80"),
            ("OTHER_SERVICE_PORT", "80"),
            ("OTHER_SERVICE_HOST", "h"),
            ("SHOP_PORT_80_TCP_ADDRESS", ""),
            ("SHOP_PORT_HTTP", ""),
        ] {
            assert!(!is_service_link(name, value, is_set), "{name}");
        }
        assert!(is_address("tcp://[fd00::1]:80"));
        assert!(!is_address("tcp://h") && !is_address("http://h:80") && !is_address("80"));
    }
}
