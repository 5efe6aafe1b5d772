use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::time::Duration;

use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(default = "5 parsecs")]
    timeout: Duration,
    #[env(default = "30")]
    without_unit: Duration,
    #[env(default = 30)]
    seconds: Duration,
    #[env(default = "localhost")]
    host: IpAddr,
    #[env(default = "::1")]
    four: Ipv4Addr,
    #[env(default = "127.0.0.1")]
    six: Ipv6Addr,
    #[env(default = "0.0.0.0")]
    listen: SocketAddr,
    #[env(default = "localhost:80")]
    listen4: SocketAddrV4,
    #[env(default = "127.0.0.1:80")]
    listen6: SocketAddrV6,
    #[env(default = "80,http")]
    ports: Vec<u16>,
    #[env(default = "true;maybe", sep = ";")]
    flags: HashSet<bool>,
    #[env(default = "a=1,b")]
    map: BTreeMap<String, u16>,
    #[env(default = "1,2")]
    array: [u8; 3],
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{:?} {}", cfg.timeout, cfg.audit().timeout.source);
}
