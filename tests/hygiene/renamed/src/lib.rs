//! The generated code finds the library under another name.

/// A dependency renamed in `Cargo.toml`.
pub mod dependency {
    use ea::{EnvConfig, EnvValue};

    /// A level.
    #[derive(EnvValue, Debug, PartialEq)]
    #[env(crate = "ea")]
    pub enum Level {
        /// Loud.
        Info,
    }

    /// A struct within the other.
    #[derive(EnvConfig, Debug)]
    #[env(crate = "ea")]
    pub struct Inner {
        /// A level.
        pub level: Level,
    }

    /// The configuration.
    #[derive(EnvConfig, Debug)]
    #[env(crate = "ea")]
    pub struct Config {
        /// A port.
        #[env(default = 80, range(1..))]
        pub port: u16,
        /// A struct.
        #[env(nested)]
        pub inner: Option<Inner>,
    }

    #[test]
    fn a_renamed_dependency_works() {
        let cfg = Config::loader().vars([("INNER_LEVEL", "info")]).load().unwrap();
        assert_eq!(cfg.port, 80);
        assert_eq!(cfg.inner.as_ref().unwrap().level, Level::Info);
        assert_eq!(cfg.audit().inner.level.source, ea::Source::System);
    }
}

/// The library as part of another one, which its users know.
pub mod reexport {
    pub use ea as envaudit;

    /// A module of that library.
    pub mod used {
        use crate::reexport::envaudit::{EnvConfig, SecretString};

        /// The configuration.
        #[derive(EnvConfig, Debug)]
        #[env(crate = "crate::reexport::envaudit", prefix = "APP_")]
        pub struct Config {
            /// A secret.
            pub token: SecretString,
            /// Ports.
            #[env(json)]
            pub ports: Vec<u16>,
        }

        #[test]
        fn a_reexport_works() {
            let vars = [("APP_TOKEN", "s3cret"), ("APP_PORTS", "[80, 443]")];
            let cfg = Config::loader().vars(vars).load().unwrap();
            assert_eq!(cfg.ports, [80, 443]);
            assert_eq!(cfg.audit().token.source, ea::Source::System);
            assert!(cfg.audit().token.masked && !cfg.audit().ports.masked);
            assert_eq!(Config::KEYS, ["APP_TOKEN", "APP_PORTS"]);
        }
    }
}
