//! Fields, types and structs with methods and constants that look like those of the library.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use envaudit::{EnvConfig, EnvValue, IsSecret, Key, Shape, Source, ValueError};

/// Inherent items win over those of a trait, where somebody writes `Hijacker::parse`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Hijacker(u8);

impl Hijacker {
    const SHAPE: u8 = 0;
    const OPTIONAL: &'static str = "";
    const SECRET: u8 = 1;
    const KEYS: u8 = 2;

    fn take(self) {}
    fn parse() {}
    fn read() {}
    fn absent() {}
    fn from_str() {}
    fn from() {}
    fn default() {}
    fn clone(&self) {}
    fn fmt(&self) {}
    fn get(&self) {}
    fn eq(&self) {}
    fn length(&self) {}
    fn lift(self) {}
    fn to_string(&self) {}
}

impl FromStr for Hijacker {
    type Err = fmt::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Hijacker).map_err(|_| fmt::Error)
    }
}

impl Default for Hijacker {
    fn default() -> Self {
        Hijacker(9)
    }
}

/// The same with a form of its own, and secret.
#[derive(Debug, PartialEq)]
struct Hidden(u8);

impl Hidden {
    const SHAPE: u8 = 0;
    const SECRET: bool = false;

    fn take(self) {}
    fn parse() {}
}

impl EnvValue for Hidden {
    const SHAPE: Shape = Shape::Integer { min: 0, max: 9 };

    fn parse(text: &str) -> Result<Self, ValueError> {
        text.parse().map(Hidden).map_err(|_| ValueError::unexpected())
    }
}

impl IsSecret for Hidden {}

#[derive(EnvConfig, Debug)]
struct Inner {
    #[env(default)]
    hijacker: Hijacker,
}

impl Inner {
    const SCHEMA: u8 = 0;
    const KEYS: u8 = 0;
    const TABLE: u8 = 0;
    const SLOTS: u8 = 0;

    fn load() {}
    fn loader() {}
    fn __read() {}
    fn template() {}
}

impl InnerAudit {
    const __BLANK: u8 = 0;

    fn __entry() {}
    fn clone(&self) {}
    fn fmt(&self) {}
}

#[derive(EnvConfig, Debug)]
struct Config {
    hijacker: Hijacker,
    #[env(from_str)]
    explicit: Hijacker,
    optional: Option<Hijacker>,
    list: Vec<Hijacker>,
    hidden: Hidden,
    pairs: BTreeMap<Hijacker, Hidden>,
    #[env(nested)]
    inner: Inner,
    #[env(nested, prefix = "SECOND_")]
    second: Option<Inner>,
}

impl Config {
    const KEYS: u8 = 0;
    const SCHEMA: u8 = 0;
}

#[test]
fn inherent_items_of_the_types_are_not_called() {
    let vars = [
        ("HIJACKER", "1"),
        ("EXPLICIT", "2"),
        ("OPTIONAL", "3"),
        ("LIST", "4,5"),
        ("HIDDEN", "6"),
        ("PAIRS", "7=8"),
    ];
    let cfg = Config::loader().vars(vars).load().unwrap();
    assert_eq!((&cfg.hijacker, &cfg.explicit), (&Hijacker(1), &Hijacker(2)));
    assert_eq!(cfg.optional, Some(Hijacker(3)));
    assert_eq!(cfg.list, [Hijacker(4), Hijacker(5)]);
    assert_eq!(cfg.hidden, Hidden(6));
    assert_eq!(cfg.inner.hijacker, Hijacker(9));
    assert!(cfg.second.is_none());
    assert_eq!(cfg.pairs[&Hijacker(7)], Hidden(8));
    assert!(cfg.audit().hidden.masked && !cfg.audit().hijacker.masked);
    assert!(cfg.audit().pairs.masked && !cfg.audit().list.masked);
    assert_eq!(<Config as EnvConfig>::KEYS.len(), 8);
    let shown = format!("{:?}", cfg.audit());
    assert!(shown.contains("SECOND_HIJACKER"), "{shown}");
}

/// A struct called as the audit of another would be, and fields called as what the generated code has.
#[derive(EnvConfig, Debug)]
#[env(audit = "Provenance")]
struct Audit {
    audit: u8,
    reader: u8,
    index: u8,
    self_: u8,
    entry: u8,
    key: u8,
    value: u8,
    raw: u8,
    field: u8,
    field_0: u8,
    __field_0: u8,
    __0: u8,
    __reader: u8,
    __audit: u8,
    f: u8,
    load: u8,
    get: u8,
    entries: u8,
    summary: u8,
    clone: u8,
    core: u8,
    envaudit: u8,
}

#[test]
fn fields_may_be_called_as_the_generated_code_calls_its_own() {
    let names = <Audit as EnvConfig>::KEYS.iter();
    let vars = names.zip(1..).map(|(name, number)| (*name, number.to_string()));
    let cfg = Audit::loader().vars(vars).load().unwrap();
    assert_eq!((cfg.audit, cfg.reader, cfg.index, cfg.self_), (1, 2, 3, 4));
    assert_eq!((cfg.__field_0, cfg.__0, cfg.envaudit), (11, 12, 22));
    assert_eq!(cfg.audit().audit.key, "AUDIT");
    assert_eq!(cfg.audit().self_.key, "SELF_");
    assert_eq!(cfg.audit().__0.key, "__0");
    assert_eq!(cfg.audit().entries.source, Source::System);
    assert_eq!(cfg.audit().entries().count(), 22);
    assert_eq!(cfg.audit().get("GET").unwrap().key, cfg.audit().get.key);
    const GET: Key<Audit> = Audit::key("GET");
    assert_eq!(cfg.audit().entry(GET), &cfg.audit().get);
    let provenance: &Provenance = cfg.audit();
    assert_eq!(provenance.core.key, "CORE");
}

/// Keywords as names.
#[derive(EnvConfig, Debug)]
#[allow(non_camel_case_types)]
struct r#match {
    r#type: u8,
    #[env(nested)]
    r#struct: Inner,
    #[env(nested)]
    r#fn: Option<Inner>,
    #[env(skip)]
    r#unsafe: u8,
}

#[test]
fn keywords_may_be_names() {
    let cfg = r#match::loader().vars([("TYPE", "1"), ("FN_HIJACKER", "2")]).load().unwrap();
    assert_eq!((cfg.r#type, cfg.r#unsafe), (1, 0));
    assert_eq!(cfg.r#fn.as_ref().unwrap().hijacker, Hijacker(2));
    assert_eq!(cfg.audit().r#type.key, "TYPE");
    assert_eq!(cfg.audit().r#struct.hijacker.source, Source::SchemaDefault);
    let audit: &matchAudit = cfg.audit();
    assert_eq!(audit.r#fn.hijacker.source, Source::System);
    assert_eq!(<r#match as EnvConfig>::SCHEMA.name, "match");
    assert_eq!(cfg.r#struct.hijacker, Hijacker(9));
}
