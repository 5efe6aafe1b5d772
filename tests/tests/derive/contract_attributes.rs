//! Every attribute the configuration page names, each used once and seen to work.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use envaudit::{EnvConfig, EnvValue, SecretBox, SecretString, Source};

fn at_least_one(pool: &u32) -> Result<(), String> {
    if *pool == 0 { Err("a pool holds a connection".to_owned()) } else { Ok(()) }
}

fn hex(text: &str) -> Result<u32, std::num::ParseIntError> {
    u32::from_str_radix(text, 16)
}

fn not_both(config: &Everything) -> Result<(), String> {
    if config.verbose && config.quiet { Err("verbose and quiet".to_owned()) } else { Ok(()) }
}

#[derive(EnvValue, Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Level {
    Debug,
    Info,
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct Limits {
    rate: u32,
}

#[derive(Debug, PartialEq)]
struct Version(u8, u8);

impl std::str::FromStr for Version {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (major, minor) = text.split_once('.').ok_or("expected MAJOR.MINOR")?;
        let number = |part: &str| part.parse().map_err(|_| "expected a number".to_owned());
        Ok(Self(number(major)?, number(minor)?))
    }
}

#[derive(EnvConfig, Debug)]
#[env(
    prefix = "ALL_",
    audit = "EverythingProvenance",
    sources(System, File, SchemaDefault),
    validate = not_both,
    crate = "envaudit"
)]
struct Everything {
    #[env(key = "EXACT_NAME")]
    exact: String,
    #[env(rename = "OTHER")]
    renamed: String,
    #[env(alias = "OLD", alias = "OLDER")]
    current: String,
    #[env(default = Duration::from_secs(30))]
    by_expression: Duration,
    #[env(default = "1h 30m")]
    by_text: Duration,
    #[env(default = "127.0.0.1")]
    address: IpAddr,
    #[env(default)]
    bare: u32,
    #[env(sources(System))]
    narrow: Option<String>,
    #[env(secret)]
    token: Option<SecretString>,
    boxed: Option<SecretBox<Vec<u8>>>,
    #[env(public, default = "plain")]
    public_token: String,
    #[env(nested, prefix = "PG_")]
    database: Database,
    #[env(flatten)]
    extra: Extra,
    #[env(nested)]
    absent: Option<Replica>,
    #[env(sep = ";", trim)]
    hosts: Vec<String>,
    #[env(sep = ",", kv_sep = "=")]
    labels: BTreeMap<String, u8>,
    #[env(parse_with = hex)]
    mask: u32,
    #[env(json)]
    limits: Limits,
    #[env(from_str)]
    version: Version,
    #[env(range(1..=9))]
    ranged: u8,
    #[env(one_of("red", "green"))]
    colour: String,
    #[env(non_empty)]
    name: String,
    #[env(len(2..=4))]
    code: String,
    #[env(validate = at_least_one)]
    pool: u32,
    #[env(deprecated = "use ALL_POOL")]
    old_pool: Option<u32>,
    #[env(example = "eu-west-1", default = "us")]
    region: String,
    #[env(skip)]
    counter: u64,
    #[env(default = false)]
    verbose: bool,
    #[env(default = false)]
    quiet: bool,
    #[env(default = Level::Info)]
    level: Level,
}

#[derive(EnvConfig, Debug)]
struct Database {
    host: String,
    #[env(key = "PGPORT", default = 5432)]
    port: u16,
}

#[derive(EnvConfig, Debug)]
struct Replica {
    host: String,
}

#[derive(EnvConfig, Debug)]
struct Extra {
    #[env(default = "/tmp")]
    folder: PathBuf,
}

fn variables() -> Vec<(&'static str, &'static str)> {
    vec![
        ("EXACT_NAME", "exact"),
        ("ALL_OTHER", "renamed"),
        ("ALL_OLDER", "older"),
        ("ALL_TOKEN", "t0ken"),
        ("ALL_PG_HOST", "pg"),
        ("ALL_HOSTS", "a; b ;c"),
        ("ALL_LABELS", "x=1,y=2"),
        ("ALL_MASK", "ff"),
        ("ALL_LIMITS", r#"{"rate": 3}"#),
        ("ALL_VERSION", "1.2"),
        ("ALL_RANGED", "9"),
        ("ALL_COLOUR", "red"),
        ("ALL_NAME", "n"),
        ("ALL_CODE", "abcd"),
        ("ALL_POOL", "1"),
        ("ALL_OLD_POOL", "4"),
    ]
}

fn load(
    vars: Vec<(&'static str, &'static str)>,
) -> Result<envaudit::Loaded<Everything>, envaudit::LoadError> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    Everything::loader().dir(dir.path()).vars(vars).load()
}

#[test]
fn every_attribute_of_the_table_does_what_it_says() {
    let cfg = load(variables()).expect("loads");
    assert_eq!((&*cfg.exact, &*cfg.renamed, &*cfg.current), ("exact", "renamed", "older"));
    assert_eq!(cfg.by_expression, Duration::from_secs(30));
    assert_eq!(cfg.by_text, Duration::from_secs(5400));
    assert_eq!(cfg.address, IpAddr::from([127, 0, 0, 1]));
    assert_eq!((cfg.bare, cfg.narrow.as_deref()), (0, None));
    assert!(cfg.token.is_some() && cfg.boxed.is_none());
    assert_eq!(cfg.public_token, "plain");
    assert_eq!((&*cfg.database.host, cfg.database.port), ("pg", 5432));
    assert_eq!(cfg.extra.folder, PathBuf::from("/tmp"));
    assert!(cfg.absent.as_ref().is_none_or(|replica| replica.host.is_empty()));
    assert_eq!(cfg.hosts, ["a", "b", "c"]);
    assert_eq!(cfg.labels, BTreeMap::from([("x".to_owned(), 1), ("y".to_owned(), 2)]));
    assert_eq!(cfg.mask, 0xff);
    assert_eq!((&cfg.limits, &cfg.version), (&Limits { rate: 3 }, &Version(1, 2)));
    assert_eq!((cfg.ranged, &*cfg.colour, &*cfg.name, &*cfg.code), (9, "red", "n", "abcd"));
    assert_eq!((cfg.pool, cfg.old_pool, &*cfg.region, cfg.counter), (1, Some(4), "us", 0));
    assert_eq!(cfg.level, Level::Info);
}

#[test]
fn the_audit_struct_takes_the_given_name_and_says_under_which_name_a_value_was_found() {
    let cfg = load(variables()).expect("loads");
    let audit: &EverythingProvenance = cfg.audit();
    assert_eq!(audit.current.found_as.as_deref(), Some("ALL_OLDER"));
    assert_eq!(&*audit.database.host.key, "ALL_PG_HOST");
    assert_eq!(&*audit.database.port.key, "PGPORT");
    assert_eq!(&*audit.extra.folder.key, "ALL_FOLDER");
    assert!(audit.token.masked && !audit.public_token.masked);
    let warnings = cfg.audit().warnings();
    assert!(warnings.iter().any(|warning| warning.to_string().contains("use ALL_POOL")));
}

#[test]
fn every_check_refuses_what_it_is_there_to_refuse() {
    for (key, value) in [
        ("ALL_RANGED", "10"),
        ("ALL_COLOUR", "blue"),
        ("ALL_NAME", ""),
        ("ALL_CODE", "abcde"),
        ("ALL_POOL", "0"),
        ("ALL_MASK", "xyz"),
        ("ALL_LIMITS", "{"),
        ("ALL_VERSION", "1"),
        ("ALL_LEVEL", "loud"),
        ("ALL_LABELS", "x"),
    ] {
        let mut vars = variables();
        vars.retain(|(name, _)| *name != key);
        vars.push((key, value));
        let error = load(vars).expect_err(key);
        assert!(error.to_string().contains(key), "{key}={value}:\n{error}");
    }
}

#[test]
fn a_struct_level_check_sees_the_whole_struct() {
    let mut vars = variables();
    vars.extend([("ALL_VERBOSE", "yes"), ("ALL_QUIET", "on")]);
    let error = load(vars).expect_err("verbose and quiet");
    assert!(error.to_string().contains("verbose and quiet"), "{error}");
}

#[test]
fn sources_on_the_struct_hold_for_every_field() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let secrets = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(secrets.path().join("ALL_NAME"), "from docker").expect("writes");
    let mut vars = variables();
    vars.retain(|(name, _)| *name != "ALL_NAME");
    let error = Everything::loader()
        .dir(dir.path())
        .docker_secrets(secrets.path())
        .vars(vars)
        .load()
        .expect_err("found only in a source that is not allowed");
    let message = error.to_string();
    assert!(message.contains("ALL_NAME"), "{message}");
    assert!(message.contains("ocker"), "names where it was found:\n{message}");
}

#[test]
fn unit_enums_are_values_wherever_a_value_may_stand() {
    #[derive(EnvConfig, Debug)]
    struct Sets {
        levels: HashSet<Level>,
        by_name: HashMap<String, Level>,
    }
    let cfg = Sets::loader()
        .vars([("LEVELS", "debug,info"), ("BY_NAME", "web=debug")])
        .load()
        .expect("loads");
    assert_eq!(cfg.levels, HashSet::from([Level::Debug, Level::Info]));
    assert_eq!(cfg.by_name["web"], Level::Debug);
    assert_eq!(cfg.audit().levels.source, Source::System);
}
