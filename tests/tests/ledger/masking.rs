//! What is left of an address in a ledger: its network.

use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{Actor, Event, mask_ip};
use envaudit_tests::fresh_ledger::on;
use proptest::prelude::*;

/// Addresses as servers and proxies write them, and what is kept.
const ADDRESSES: [(&str, &str); 31] = [
    ("10.0.0.1", "10.0.0.0/24"),
    ("10.0.0.1:8080", "10.0.0.0/24"),
    ("  192.168.17.4\t", "192.168.17.0/24"),
    ("255.255.255.255:65535", "255.255.255.0/24"),
    ("0.0.0.0:0", "0.0.0.0/24"),
    ("::ffff:10.0.0.1", "10.0.0.0/24"),
    ("::FFFF:10.0.0.1", "10.0.0.0/24"),
    ("::ffff:a00:1", "10.0.0.0/24"),
    ("[::ffff:10.0.0.1]", "10.0.0.0/24"),
    ("[::ffff:10.0.0.1]:443", "10.0.0.0/24"),
    ("[::ffff:10.0.0.1%eth0]:443", "10.0.0.0/24"),
    ("::ffff:0:10.0.0.1", "10.0.0.0/24"),
    ("64:ff9b::10.0.0.1", "10.0.0.0/24"),
    ("2002:a00:1::7", "10.0.0.0/24"),
    ("2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::/48"),
    ("[2001:db8:85a3:8d3:1319:8a2e:370:7348]:443", "2001:db8:85a3::/48"),
    ("::1", "::/48"),
    ("[::1]:80", "::/48"),
    ("fe80::1%eth0", "fe80::/48"),
    ("fe80::1%25eth0", "fe80::/48"),
    ("[fe80::1%eth0]", "fe80::/48"),
    ("[fe80::1%3]:22", "fe80::/48"),
    ("10.0.0.0/24", "10.0.0.0/24"),
    ("2001:db8:85a3::/48", "2001:db8:85a3::/48"),
    (" 10.0.0.1 ", "10.0.0.0/24"),
    ("::10.0.0.1", "::/48"),
    ("[::1]", "::/48"),
    ("[fe80::1%25eth0]:80", "fe80::/48"),
    ("fe80::1%3", "fe80::/48"),
    ("[fe80::1%3]:80", "fe80::/48"),
    ("2001:DB8:85A3::1", "2001:db8:85a3::/48"),
];

/// What is no address, or not only one: none of it is kept.
const OTHERS: [&str; 20] = [
    "",
    "unknown",
    "localhost",
    "db-7.internal:5432",
    "10.0.0.1, 10.0.0.2",
    "for=10.0.0.1",
    "10.0.0.256",
    "010.0.0.1",
    "10.0.0.1:99999",
    "10.0.0.1/32",
    "[10.0.0.1",
    "[::1]443",
    "%eth0",
    "10.0.0.1.example.org",
    "[::1",
    "[::1]x",
    "[::1]:",
    "[::1]:99999",
    "::1]:80",
    "10.0.0.1\n10.0.0.2",
];

#[test]
fn the_network_of_an_address_is_kept_and_nothing_else() {
    for (address, expected) in ADDRESSES {
        assert_eq!(mask_ip(address), expected, "{address:?}");
        assert_eq!(mask_ip(expected), expected, "a masked address stays");
    }
    for other in OTHERS {
        assert_eq!(mask_ip(other), "[REDACTED]", "{other:?}");
    }
}

#[test]
fn no_line_has_a_host_in_its_address() {
    let ledger = on(&MemoryDisk::new());
    for (address, expected) in ADDRESSES {
        let event = Event::new("user.signed_in", Actor::user("ada")).ip_address(address);
        let seq = ledger.append(&event).unwrap().seq;
        let record = ledger.reader().get(seq).unwrap().unwrap();
        assert_eq!(record.line().unwrap().ip_address.unwrap(), expected, "{address:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_hosts_of_one_network_cannot_be_told_apart(
        network in any::<[u8; 3]>(), hosts in any::<[u8; 2]>(), ports in any::<[u16; 2]>(),
    ) {
        let [a, b, c] = network;
        let [one, other] = hosts;
        let spellings = |host: u8, port: u16| [
            format!("{a}.{b}.{c}.{host}"),
            format!("{a}.{b}.{c}.{host}:{port}"),
            format!("::ffff:{a}.{b}.{c}.{host}"),
            format!("[::ffff:{a}.{b}.{c}.{host}]:{port}"),
        ];
        let expected = format!("{a}.{b}.{c}.0/24");
        for text in spellings(one, ports[0]).iter().chain(&spellings(other, ports[1])) {
            prop_assert_eq!(&mask_ip(text), &expected, "{}", text);
        }
    }

    #[test]
    fn masking_twice_changes_nothing(text in "[0-9a-f:.%/\\[\\]]{0,30}") {
        let masked = mask_ip(&text);
        prop_assert_eq!(&mask_ip(&masked), &masked);
    }
}
