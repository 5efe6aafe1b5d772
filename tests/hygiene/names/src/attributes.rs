//! Attributes that say nothing, say it in several places, or take a field away.

use envaudit::EnvConfig;

/// A "doc comment"
/// with `code`, \ and
///
/// a second paragraph: 100 % {brace} #hash
#[doc = "one more"]
#[derive(EnvConfig)]
#[env()]
#[env(prefix = "APP_")]
#[allow(dead_code)]
struct Config {
    #[env()]
    plain: u8,
    #[env(alias = "OLD")]
    #[env(default = 5, range(1..=9,))]
    #[env(alias = "OLDER", alias_key = "OLDEST")]
    #[env(deprecated_alias = "ANCIENT", deprecated_alias_key = "ANCIENT")]
    several: u8,
    #[env(secret)]
    #[env(default)]
    marked: [u8; 0],
    #[cfg(feature = "extra")]
    extra: u8,
    #[cfg(not(feature = "extra"))]
    #[env(default = 2)]
    instead: u8,
    #[cfg_attr(all(), env(default = 3))]
    conditional: u8,
    #[rustfmt::skip]
    foreign: Option<u8>,
    /**
     * A block
     * of "text"
     */
    #[env(sources(System, SchemaDefault,), one_of(1, 2,), default = 1)]
    trailing: u8,
}

#[test]
fn attributes_may_be_empty_several_and_conditional() {
    let cfg = Config::loader()
        .vars([("APP_PLAIN", "1"), ("APP_OLDER", "6"), ("APP_EXTRA", "4")])
        .load()
        .unwrap();
    assert_eq!((cfg.plain, cfg.several, cfg.conditional, cfg.trailing), (1, 6, 3, 1));
    assert_eq!(cfg.audit().several.found_as.as_deref(), Some("APP_OLDER"));
    assert_eq!(cfg.foreign, None);
    assert_eq!(Config::KEYS.contains(&"APP_EXTRA"), cfg!(feature = "extra"));
    assert_eq!(Config::KEYS.contains(&"APP_INSTEAD"), !cfg!(feature = "extra"));
}

#[test]
fn doc_comments_are_kept_as_they_are() {
    let docs = Config::SCHEMA.docs;
    for part in ["A \"doc comment\"\nwith `code`, \\ and\n\na second", "{brace} #hash\none more"] {
        assert!(docs.contains(part), "{docs}");
    }
    assert!(Config::template().contains("of \"text\""), "{}", Config::template());
}
