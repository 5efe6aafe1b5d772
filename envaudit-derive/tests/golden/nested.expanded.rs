///Where each value of [`AppConfig`] came from.
#[allow(
    dead_code,
    deprecated,
    non_camel_case_types,
    non_snake_case,
    private_interfaces,
    unreachable_pub
)]
struct AppConfigAudit {
    ///Where `db` came from.
    pub db: <DbConfig as ::envaudit::EnvConfig>::Audit,
    ///Where `cache` came from.
    pub cache: <CacheConfig as ::envaudit::EnvConfig>::Audit,
    ///Where `http` came from.
    pub http: <HttpConfig as ::envaudit::EnvConfig>::Audit,
    ///Where `name` came from.
    pub name: ::envaudit::AuditEntry,
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
            "",
            &[
                __Field(
                    __FieldSchema::new(
                        "name",
                        "NAME",
                        "",
                        "Option<String>",
                        __ParseStrategy::<String>::SHAPE,
                        true,
                        false,
                    ),
                ),
                ::envaudit::Member::Group(
                    ::envaudit::GroupSchema::new(
                        "db",
                        "",
                        __None,
                        "DB_",
                        false,
                        <DbConfig as ::envaudit::EnvConfig>::SCHEMA,
                    ),
                ),
                ::envaudit::Member::Group(
                    ::envaudit::GroupSchema::new(
                        "cache",
                        "",
                        __Some("CACHE_"),
                        "CACHE_",
                        true,
                        <CacheConfig as ::envaudit::EnvConfig>::SCHEMA,
                    ),
                ),
                ::envaudit::Member::Group(
                    ::envaudit::GroupSchema::new(
                        "http",
                        "",
                        __None,
                        "",
                        false,
                        <HttpConfig as ::envaudit::EnvConfig>::SCHEMA,
                    ),
                ),
            ],
        )
        .prefix("APP_");
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
                Option<String>,
            >(
                __reader,
                &mut __audit.name,
                __ParseStrategy::<Option<String>>::take,
                __optional,
            );
            let __field_1 = {
                let AppConfigAudit { db: ref mut __group, .. } = *__audit;
                <DbConfig as ::envaudit::EnvConfig>::__read(__reader, __group)
            };
            let __field_2 = {
                let AppConfigAudit { cache: ref mut __group, .. } = *__audit;
                __envaudit::FieldReader::optional_group(
                    __reader,
                    "cache",
                    <CacheConfig as ::envaudit::EnvConfig>::KEYS.len(),
                    __group,
                    <CacheConfig as ::envaudit::EnvConfig>::__read,
                )
            };
            let __field_3 = {
                let AppConfigAudit { http: ref mut __group, .. } = *__audit;
                <HttpConfig as ::envaudit::EnvConfig>::__read(__reader, __group)
            };
            let (
                __Some(__field_0),
                __Some(__field_1),
                __Some(__field_2),
                __Some(__field_3),
            ) = (__field_0, __field_1, __field_2, __field_3) else {
                return __None;
            };
            __Some(Self {
                name: __field_0,
                db: __field_1,
                cache: __field_2,
                http: __field_3,
            })
        }
    }
    #[automatically_derived]
    impl __Clone for AppConfigAudit {
        fn clone(&self) -> Self {
            let AppConfigAudit { name: __0, db: __1, cache: __2, http: __3 } = self;
            AppConfigAudit {
                name: __Clone::clone(__0),
                db: __Clone::clone(__1),
                cache: __Clone::clone(__2),
                http: __Clone::clone(__3),
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for AppConfigAudit {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            let AppConfigAudit { name: __0, db: __1, cache: __2, http: __3 } = self;
            ::envaudit::__private::debug(
                __f,
                "AppConfigAudit",
                &[("name", __0), ("db", __1), ("cache", __2), ("http", __3)],
            )
        }
    }
    #[automatically_derived]
    impl ::envaudit::AuditFields for AppConfigAudit {
        const __BLANK: Self = AppConfigAudit {
            name: __ENTRY,
            db: <<DbConfig as ::envaudit::EnvConfig>::Audit as ::envaudit::AuditFields>::__BLANK,
            cache: <<CacheConfig as ::envaudit::EnvConfig>::Audit as ::envaudit::AuditFields>::__BLANK,
            http: <<HttpConfig as ::envaudit::EnvConfig>::Audit as ::envaudit::AuditFields>::__BLANK,
        };
        fn __entry(
            &self,
            __index: ::core::primitive::usize,
        ) -> ::core::result::Result<&::envaudit::AuditEntry, ::core::primitive::usize> {
            let AppConfigAudit { name: __0, db: __1, cache: __2, http: __3 } = self;
            let __index = match __index {
                0usize => return __Ok(__0),
                __index => __index - 1usize,
            };
            let __index = match ::envaudit::AuditFields::__entry(__1, __index) {
                __Ok(__entry) => return __Ok(__entry),
                __Err(__index) => __index,
            };
            let __index = match ::envaudit::AuditFields::__entry(__2, __index) {
                __Ok(__entry) => return __Ok(__entry),
                __Err(__index) => __index,
            };
            let __index = match ::envaudit::AuditFields::__entry(__3, __index) {
                __Ok(__entry) => return __Ok(__entry),
                __Err(__index) => __index,
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
        const fn key(__name: &::core::primitive::str) -> ::envaudit::Key<Self> {
            ::envaudit::Key::find(__ENVAUDIT_TABLE, __name)
        }
    }
    const _: () = __envaudit::check_group(__ENVAUDIT_TABLE, 1usize);
    const _: () = __envaudit::check_names(__ENVAUDIT_TABLE, 1usize);
    const _: () = __envaudit::check_group(__ENVAUDIT_TABLE, 2usize);
    const _: () = __envaudit::check_names(__ENVAUDIT_TABLE, 2usize);
    const _: () = __envaudit::check_group(__ENVAUDIT_TABLE, 3usize);
    const _: () = __envaudit::check_names(__ENVAUDIT_TABLE, 3usize);
};
