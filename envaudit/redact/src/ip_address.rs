//! Masked IP addresses: the network, without the host.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The replacement of a text that is not an address.
const NO_ADDRESS: &str = "[REDACTED]";

/// The network of an address: /24 of IPv4, /48 of IPv6.
///
/// Ports, brackets and zones are removed. An IPv4 address inside an IPv6 address (mapped, 6to4, NAT64) is masked like an IPv4
/// address. A text that is not an address becomes `[REDACTED]`. A masked address stays as it is.
///
/// ```
/// use envaudit_redact::mask_ip;
///
/// assert_eq!(mask_ip("203.0.113.77"), "203.0.113.0/24");
/// assert_eq!(mask_ip("203.0.113.77:8080"), "203.0.113.0/24");
/// assert_eq!(mask_ip("[2001:db8:85a3::8a2e:370:7334]:443"), "2001:db8:85a3::/48");
/// assert_eq!(mask_ip("::ffff:203.0.113.77"), "203.0.113.0/24");
/// assert_eq!(mask_ip("fe80::1%eth0"), "fe80::/48");
/// assert_eq!(mask_ip("db-7.internal"), "[REDACTED]");
/// ```
pub fn mask_ip(text: &str) -> String {
    match parse(text.trim()) {
        Some(IpAddr::V4(address)) => masked_v4(address),
        Some(IpAddr::V6(address)) => masked_v6(address),
        None => NO_ADDRESS.to_owned(),
    }
}

fn parse(text: &str) -> Option<IpAddr> {
    let text = text.strip_suffix("/24").or_else(|| text.strip_suffix("/48")).unwrap_or(text);
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Ok(with_port) = text.parse::<SocketAddr>() {
        return Some(with_port.ip());
    }
    // The rest has brackets, a zone, or both, and may have a port.
    let (inside, after) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => (text, ""),
    };
    let port = after.strip_prefix(':').unwrap_or(after);
    if after == ":"
        || !port.is_empty() && (port.len() == after.len() || port.parse::<u16>().is_err())
    {
        return None;
    }
    let address = inside.split_once('%').map_or(inside, |(address, _zone)| address);
    address.parse().ok()
}

fn masked_v4(address: Ipv4Addr) -> String {
    let [a, b, c, _] = address.octets();
    format!("{a}.{b}.{c}.0/24")
}

fn masked_v6(address: Ipv6Addr) -> String {
    let segments = address.segments();
    let [a, b, c, ..] = segments;
    let last_v4 = || {
        let [.., high, low] = segments;
        Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))
    };
    match segments {
        // Mapped (::ffff:a.b.c.d), translated (::ffff:0:a.b.c.d), and NAT64's own prefix.
        [0, 0, 0, 0, 0, 0xffff, ..]
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x64, 0xff9b, 0, 0, 0, 0, ..] => masked_v4(last_v4()),
        // 6to4 has the IPv4 address in its first 48 bits.
        [0x2002, high, low, ..] => {
            masked_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
        }
        _ => format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)),
    }
}
