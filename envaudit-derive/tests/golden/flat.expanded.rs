///Where each value of [`AppConfig`] came from.
#[allow(
    dead_code,
    deprecated,
    non_camel_case_types,
    non_snake_case,
    private_interfaces,
    unreachable_pub
)]
pub struct AppConfigAudit {
    ///Where `port` came from.
    pub port: ::envaudit::AuditEntry,
    ///Where `host` came from.
    pub host: ::envaudit::AuditEntry,
    ///Where `api_key` came from.
    pub api_key: ::envaudit::AuditEntry,
    ///Where `timeout` came from.
    pub timeout: ::envaudit::AuditEntry,
}
#[doc(hidden)]
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::restriction,
    deprecated,
    unused_imports,
    unused_qualifications
)]
const _: () = {
    use ::envaudit::__private as __envaudit;
    use __envaudit::{
        BLANK as __ENTRY, ByFromStr as _, CouldHold as _, Field as __Field,
        FieldSchema as __FieldSchema, NotSecret as _, NotText as _,
        ParseStrategy as __ParseStrategy, FieldReader as __Reader,
        optional as __optional, required as __required,
    };
    use ::core::{
        clone::Clone as __Clone, option::Option::{None as __None, Some as __Some},
        result::Result::{Err as __Err, Ok as __Ok},
    };
    const __ENVAUDIT_SCHEMA: &::envaudit::Schema = &::envaudit::Schema::new(
        "AppConfig",
        "Settings of the checkout service.",
        &[
            __Field(
                __FieldSchema::new(
                        "port",
                        "PORT",
                        "Port the HTTP server listens on.",
                        "u16",
                        __ParseStrategy::<u16>::SHAPE,
                        false,
                        false,
                    )
                    .default(__Some(::envaudit::DefaultText::Value("8080")))
                    .range(
                        __Some(
                            ::envaudit::Bounds::new(__Some("1"), __Some("65535"), true),
                        ),
                    ),
            ),
            __Field(
                __FieldSchema::new(
                    "host",
                    "HOST",
                    "",
                    "String",
                    __ParseStrategy::<String>::SHAPE,
                    false,
                    false,
                ),
            ),
            __Field(
                __FieldSchema::new(
                    "api_key",
                    "API_KEY",
                    "",
                    "SecretString",
                    __ParseStrategy::<SecretString>::SHAPE,
                    false,
                    __envaudit::Secrecy::<SecretString>::SECRET,
                ),
            ),
            __Field(
                __FieldSchema::new(
                        "timeout",
                        "TIMEOUT",
                        "",
                        "Duration",
                        __ParseStrategy::<Duration>::SHAPE,
                        false,
                        false,
                    )
                    .default(__Some(::envaudit::DefaultText::Value("30s"))),
            ),
        ],
    );
    const __ENVAUDIT_SIZES: __envaudit::Sizes = __envaudit::measure(__ENVAUDIT_SCHEMA);
    const __ENVAUDIT_TEXT: &[::core::primitive::u8; __ENVAUDIT_SIZES.text] = &__envaudit::text(
        __ENVAUDIT_SCHEMA,
    );
    const __ENVAUDIT_WRITTEN: &[__envaudit::Name; __ENVAUDIT_SIZES.names] = &__envaudit::names(
        __ENVAUDIT_SCHEMA,
        __ENVAUDIT_TEXT,
    );
    const __ENVAUDIT_ORDER: &[::core::primitive::u16; __ENVAUDIT_SIZES.names] = &__envaudit::order(
        __ENVAUDIT_WRITTEN,
    );
    const __ENVAUDIT_NAMES: &[__envaudit::Name; __ENVAUDIT_SIZES.names] = &__envaudit::resolve_files(
        *__ENVAUDIT_WRITTEN,
        __ENVAUDIT_ORDER,
    );
    const __ENVAUDIT_LEAVES: &[__envaudit::KeyRequest; __ENVAUDIT_SIZES.leaves] = &__envaudit::leaves(
        __ENVAUDIT_SCHEMA,
        __ENVAUDIT_NAMES,
    );
    const __ENVAUDIT_TABLE: &__envaudit::Table = &__envaudit::Table::new(
        __ENVAUDIT_SCHEMA,
        __ENVAUDIT_LEAVES,
        __ENVAUDIT_NAMES,
        __ENVAUDIT_ORDER,
    );
    #[automatically_derived]
    impl ::envaudit::EnvConfig for AppConfig {
        type Audit = AppConfigAudit;
        type Slots = [__envaudit::KeySlot; __ENVAUDIT_SIZES.leaves];
        const SCHEMA: &'static ::envaudit::Schema = __ENVAUDIT_SCHEMA;
        const KEYS: &'static [&'static ::core::primitive::str] = &__envaudit::keys(
            __ENVAUDIT_LEAVES,
        );
        const TABLE: &'static __envaudit::Table = __ENVAUDIT_TABLE;
        const SLOTS: Self::Slots = [const {
            __envaudit::KeySlot::EMPTY
        }; __ENVAUDIT_SIZES.leaves];
        fn __read(
            __reader: &mut __envaudit::FieldReader<'_>,
            __audit: &mut Self::Audit,
        ) -> ::core::option::Option<Self> {
            let __field_0 = __Reader::field::<
                u16,
            >(
                __reader,
                &mut __audit.port,
                |__raw: &mut __envaudit::Raw<'_>| {
                    {
                        let __parsed = __ParseStrategy::<u16>::take(__raw)?;
                        let __value = &__parsed;
                        __envaudit::range::<
                            u16,
                            u16,
                        >(__value, __Some(&1), __Some(&65535), true)?;
                        __Ok(__parsed)
                    }
                },
                || __Ok(
                    __Some({
                        let __value: u16 = 8080;
                        __value
                    }),
                ),
            );
            let __field_1 = __Reader::field::<
                String,
            >(__reader, &mut __audit.host, __ParseStrategy::<String>::take, __required);
            let __field_2 = __Reader::field::<
                SecretString,
            >(
                __reader,
                &mut __audit.api_key,
                __ParseStrategy::<SecretString>::take,
                __required,
            );
            let __field_3 = __Reader::field::<
                Duration,
            >(
                __reader,
                &mut __audit.timeout,
                __ParseStrategy::<Duration>::take,
                || __envaudit::default_text::<
                    Duration,
                >("30s", __ParseStrategy::<Duration>::take),
            );
            let (
                __Some(__field_0),
                __Some(__field_1),
                __Some(__field_2),
                __Some(__field_3),
            ) = (__field_0, __field_1, __field_2, __field_3) else {
                return __None;
            };
            __Some(Self {
                port: __field_0,
                host: __field_1,
                api_key: __field_2,
                timeout: __field_3,
            })
        }
    }
    #[automatically_derived]
    impl __Clone for AppConfigAudit {
        fn clone(&self) -> Self {
            let AppConfigAudit { port: __0, host: __1, api_key: __2, timeout: __3 } = self;
            AppConfigAudit {
                port: __Clone::clone(__0),
                host: __Clone::clone(__1),
                api_key: __Clone::clone(__2),
                timeout: __Clone::clone(__3),
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for AppConfigAudit {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            let AppConfigAudit { port: __0, host: __1, api_key: __2, timeout: __3 } = self;
            ::envaudit::__private::debug(
                __f,
                "AppConfigAudit",
                &[("port", __0), ("host", __1), ("api_key", __2), ("timeout", __3)],
            )
        }
    }
    #[automatically_derived]
    impl ::envaudit::AuditFields for AppConfigAudit {
        const __BLANK: Self = AppConfigAudit {
            port: __ENTRY,
            host: __ENTRY,
            api_key: __ENTRY,
            timeout: __ENTRY,
        };
        fn __entry(
            &self,
            __index: ::core::primitive::usize,
        ) -> ::core::result::Result<&::envaudit::AuditEntry, ::core::primitive::usize> {
            let AppConfigAudit { port: __0, host: __1, api_key: __2, timeout: __3 } = self;
            let __index = match __index {
                0usize => return __Ok(__0),
                1usize => return __Ok(__1),
                2usize => return __Ok(__2),
                3usize => return __Ok(__3),
                __index => __index - 4usize,
            };
            __Err(__index)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl AppConfig {
        /// The key of that name.
        ///
        /// # Panics
        ///
        /// When there is none. In a constant, that is a compile error.
        #[track_caller]
        pub const fn key(__name: &::core::primitive::str) -> ::envaudit::Key<Self> {
            ::envaudit::Key::find(__ENVAUDIT_TABLE, __name)
        }
    }
    const _: () = __envaudit::check_named(
        __envaudit::Secrecy::<SecretString>::SECRET,
        __envaudit::Exposure::<SecretString>::COULD_HOLD,
        __envaudit::Plain::<SecretString>::TEXT,
        [
            "a field named like a secret (`api_key`) has the type `SecretString`, which may show its value; mask it with `#[env(secret)]`, or say `#[env(public)]` if it is none",
            "a field named like a secret (`api_key`) has the type `SecretString`, which shows its value; use `SecretString`, or say `#[env(public)]` if it is none",
        ],
    );
};
