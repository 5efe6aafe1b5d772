//! The compared crates, each under its name.

use crate::subject::Entry;

mod dotenvy_map;
#[cfg(feature = "envaudit")]
mod envaudit;
mod hand;

#[cfg(feature = "peers")]
mod cistell;
#[cfg(feature = "peers")]
mod clap;
#[cfg(feature = "peers")]
mod conf;
#[cfg(feature = "peers")]
mod config;
#[cfg(feature = "peers")]
mod confique;
#[cfg(feature = "peers")]
mod envconfig;
#[cfg(feature = "peers")]
mod envy;
#[cfg(feature = "peers")]
mod figment;
#[cfg(feature = "peers")]
mod provcfg;
#[cfg(feature = "peers")]
mod schematic;
#[cfg(feature = "peers")]
mod serviceconf;
#[cfg(feature = "peers")]
mod smart_config;
#[cfg(feature = "peers")]
mod tier;

/// Every subject of this build.
pub const SUBJECTS: &[Entry] = &[
    Entry::new::<hand::AppConfig>("hand"),
    Entry::new::<dotenvy_map::AppConfig>("dotenvy-map"),
    #[cfg(feature = "envaudit")]
    Entry::new::<envaudit::AppConfig>("envaudit"),
    #[cfg(feature = "peers")]
    Entry::new::<cistell::AppConfig>("cistell"),
    #[cfg(feature = "peers")]
    Entry::new::<clap::AppConfig>("clap"),
    #[cfg(feature = "peers")]
    Entry::new::<conf::AppConfig>("conf"),
    #[cfg(feature = "peers")]
    Entry::new::<config::AppConfig>("config"),
    #[cfg(feature = "peers")]
    Entry::new::<confique::AppConfig>("confique"),
    #[cfg(feature = "peers")]
    Entry::new::<envconfig::AppConfig>("envconfig"),
    #[cfg(feature = "peers")]
    Entry::new::<envy::AppConfig>("envy"),
    #[cfg(feature = "peers")]
    Entry::new::<figment::AppConfig>("figment"),
    #[cfg(feature = "peers")]
    Entry::new::<provcfg::AppConfig>("provcfg"),
    #[cfg(feature = "peers")]
    Entry::new::<schematic::AppConfig>("schematic"),
    #[cfg(feature = "peers")]
    Entry::new::<serviceconf::AppConfig>("serviceconf"),
    #[cfg(feature = "peers")]
    Entry::new::<smart_config::AppConfig>("smart-config"),
    #[cfg(feature = "peers")]
    Entry::new::<tier::AppConfig>("tier"),
];
