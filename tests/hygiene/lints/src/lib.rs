//! The generated code compiles where every warning is an error.

#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    unused,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    let_underscore_drop,
    non_ascii_idents,
    elided_lifetimes_in_paths,
    variant_size_differences,
    explicit_outlives_requirements,
    keyword_idents,
    redundant_lifetimes,
    unit_bindings,
    unnameable_types,
    unused_results,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::absolute_paths,
    clippy::shadow_reuse,
    clippy::min_ident_chars
)]
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::all, clippy::pedantic, clippy::restriction, reason = "as usual in tests")
)]

#[path = "../../edition-2018/src/config.rs"]
pub mod config;

/// What the program has told its users to leave alone.
pub mod outdated {
    use envaudit::EnvConfig;

    /// A struct on its way out.
    #[deprecated]
    #[derive(EnvConfig, Debug)]
    pub struct Old {
        /// A field.
        #[env(default = 1)]
        pub level: u8,
    }

    /// One with parts on their way out.
    #[derive(EnvConfig, Debug)]
    #[expect(deprecated, reason = "that is what is tested: the generated code says nothing of it")]
    pub struct Config {
        /// A field.
        #[deprecated]
        pub port: Option<u16>,
        /// A struct.
        #[env(nested)]
        pub old: Old,
    }

    #[test]
    #[expect(deprecated, reason = "the test looks at it")]
    fn outdated_parts_load() {
        let cfg = Config::loader().vars([("OLD_LEVEL", "2")]).load().unwrap();
        assert_eq!((cfg.old.level, cfg.audit().old.level.masked), (2, false));
    }
}
