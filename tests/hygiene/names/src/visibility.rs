//! Structs more and less visible than what they hold.

#![allow(unreachable_pub)]

use envaudit::{EnvConfig, Source};

mod inner {
    use envaudit::EnvConfig;

    /// Public, with a private struct in a private field.
    #[derive(EnvConfig, Debug)]
    pub struct Public {
        /// A port.
        #[env(default = 80)]
        pub port: u16,
        #[env(nested)]
        hidden: Hidden,
        #[env(nested)]
        pub(super) two: Option<super::deep::Two>,
    }

    #[derive(EnvConfig, Debug)]
    struct Hidden {
        #[env(default = 1)]
        level: u8,
    }

    impl Public {
        pub(super) fn level(&self) -> u8 {
            self.hidden.level
        }
    }
}

mod deep {
    use envaudit::EnvConfig;

    #[derive(EnvConfig, Debug)]
    pub(super) struct One {
        #[env(nested)]
        pub(super) two: Two,
        pub(in crate::visibility) name: String,
    }

    #[derive(EnvConfig, Debug)]
    pub(crate) struct Two {
        #[env(nested)]
        pub(super) three: Three,
    }

    #[derive(EnvConfig, Debug)]
    pub(crate) struct Three {
        #[env(nested)]
        pub(crate) four: Four,
    }

    #[derive(EnvConfig, Debug)]
    pub(crate) struct Four {
        pub(crate) value: u8,
    }
}

#[test]
fn a_public_struct_may_hold_a_private_one() {
    let cfg = inner::Public::loader().vars([("HIDDEN_LEVEL", "5")]).load().unwrap();
    assert_eq!((cfg.port, cfg.level()), (80, 5));
    assert!(cfg.two.is_none());
    assert_eq!(cfg.audit().get("HIDDEN_LEVEL").unwrap().source, Source::System);
}

#[test]
fn structs_may_be_nested_four_deep() {
    let vars = [("NAME", "n"), ("TWO_THREE_FOUR_VALUE", "7")];
    let cfg = deep::One::loader().vars(vars).load().unwrap();
    assert_eq!((cfg.two.three.four.value, cfg.name.as_str()), (7, "n"));
    assert_eq!(cfg.audit().two.three.four.value.key, "TWO_THREE_FOUR_VALUE");
    assert_eq!(deep::One::KEYS, ["TWO_THREE_FOUR_VALUE", "NAME"]);
}
