///Where each value of [`Everything`] came from.
#[allow(
    dead_code,
    deprecated,
    non_camel_case_types,
    non_snake_case,
    private_interfaces,
    unreachable_pub
)]
pub(crate) struct Provenance {
    ///Where `port` came from.
    pub port: ea::AuditEntry,
    ///Where `log_level` came from.
    pub log_level: ea::AuditEntry,
    ///Where `token` came from.
    pub token: ea::AuditEntry,
    ///Where `token_url` came from.
    pub token_url: ea::AuditEntry,
    ///Where `numbers` came from.
    pub numbers: ea::AuditEntry,
    ///Where `map` came from.
    pub map: ea::AuditEntry,
    ///Where `colour` came from.
    pub colour: ea::AuditEntry,
    ///Where `document` came from.
    pub document: ea::AuditEntry,
    ///Where `id` came from.
    pub id: ea::AuditEntry,
    ///Where `type` came from.
    pub r#type: ea::AuditEntry,
    ///Where `db` came from.
    pub db: <Db as ea::EnvConfig>::Audit,
    ///Where `offset` came from.
    pub offset: ea::AuditEntry,
}
#[automatically_derived]
impl ::core::clone::Clone for Provenance {
    fn clone(&self) -> Self {
        let Provenance {
            port: __0,
            log_level: __1,
            token: __2,
            token_url: __3,
            numbers: __4,
            map: __5,
            colour: __6,
            document: __7,
            id: __8,
            r#type: __9,
            db: __10,
            offset: __11,
        } = self;
        Provenance {
            port: ::core::clone::Clone::clone(__0),
            log_level: ::core::clone::Clone::clone(__1),
            token: ::core::clone::Clone::clone(__2),
            token_url: ::core::clone::Clone::clone(__3),
            numbers: ::core::clone::Clone::clone(__4),
            map: ::core::clone::Clone::clone(__5),
            colour: ::core::clone::Clone::clone(__6),
            document: ::core::clone::Clone::clone(__7),
            id: ::core::clone::Clone::clone(__8),
            r#type: ::core::clone::Clone::clone(__9),
            db: ::core::clone::Clone::clone(__10),
            offset: ::core::clone::Clone::clone(__11),
        }
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Provenance {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        let Provenance {
            port: __0,
            log_level: __1,
            token: __2,
            token_url: __3,
            numbers: __4,
            map: __5,
            colour: __6,
            document: __7,
            id: __8,
            r#type: __9,
            db: __10,
            offset: __11,
        } = self;
        ea::__private::debug(
            __f,
            "Provenance",
            &[
                ("port", __0),
                ("log_level", __1),
                ("token", __2),
                ("token_url", __3),
                ("numbers", __4),
                ("map", __5),
                ("colour", __6),
                ("document", __7),
                ("id", __8),
                ("type", __9),
                ("db", __10),
                ("offset", __11),
            ],
        )
    }
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
    use ea::__private as __envaudit;
    use __envaudit::{ByFromStr as _, NotSecret as _};
    const __ENVAUDIT_SCHEMA: &ea::Schema = &ea::Schema::new(
            "Everything",
            "Documentation.",
            &[
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "port",
                            "PORT",
                            "",
                            "NonZeroU16",
                            __envaudit::Pick::<NonZeroU16>::SHAPE,
                            false,
                            false,
                        )
                        .exact()
                        .aliases(&["OLD", "OLDER"])
                        .deprecated(::core::option::Option::Some("use APP_PORT")),
                ),
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "log_level",
                            "LEVEL",
                            "",
                            "String",
                            __envaudit::Pick::<String>::SHAPE,
                            false,
                            false,
                        )
                        .default(
                            ::core::option::Option::Some(ea::DefaultText::Value("info")),
                        )
                        .one_of(&["info", "warn"])
                        .example(::core::option::Option::Some("warn")),
                ),
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "token",
                            "TOKEN",
                            "",
                            "SecretString",
                            __envaudit::Pick::<SecretString>::SHAPE,
                            false,
                            true,
                        )
                        .sources(
                            ::core::option::Option::Some(
                                ea::SourceSet::of(&[ea::Source::Docker, ea::Source::K8s]),
                            ),
                        )
                        .non_empty(true),
                ),
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "token_url",
                            "TOKEN_URL",
                            "",
                            "Url",
                            __envaudit::Pick::<Url>::SHAPE,
                            __envaudit::Pick::<Url>::OPTIONAL,
                            __envaudit::Secrecy::<Url>::SECRET,
                        )
                        .public(true),
                ),
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "numbers",
                            "NUMBERS",
                            "",
                            "Vec<u8>",
                            ea::Shape::List(&__envaudit::Pick::<u8>::SHAPE),
                            false,
                            false,
                        )
                        .range(
                            ::core::option::Option::Some(
                                ea::Bounds::new(
                                    ::core::option::Option::Some("MIN"),
                                    ::core::option::Option::None,
                                    false,
                                ),
                            ),
                        )
                        .len(
                            ::core::option::Option::Some(
                                ea::Bounds::new(
                                    ::core::option::Option::Some("1"),
                                    ::core::option::Option::Some("MAX"),
                                    true,
                                ),
                            ),
                        )
                        .sep(::core::option::Option::Some(";")),
                ),
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "map",
                            "MAP",
                            "",
                            "Option<HashMap<String, Level>>",
                            ea::Shape::Map(&__envaudit::Pick::<Level>::SHAPE),
                            true,
                            __envaudit::Secrecy::<Level>::SECRET,
                        )
                        .sep(::core::option::Option::Some(","))
                        .kv_sep(::core::option::Option::Some(":")),
                ),
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "colour",
                            "COLOUR",
                            "",
                            "Option<u32>",
                            ea::Shape::Opaque,
                            true,
                            false,
                        )
                        .range(
                            ::core::option::Option::Some(
                                ea::Bounds::new(
                                    ::core::option::Option::Some("1"),
                                    ::core::option::Option::Some("255"),
                                    true,
                                ),
                            ),
                        )
                        .parse_with(::core::option::Option::Some("parse::hex")),
                ),
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "document",
                            "DOCUMENT",
                            "",
                            "Document",
                            ea::Shape::Json,
                            false,
                            __envaudit::Secrecy::<Document>::SECRET,
                        )
                        .default(
                            ::core::option::Option::Some(
                                ea::DefaultText::Expression("Default::default()"),
                            ),
                        ),
                ),
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "id",
                            "ID",
                            "",
                            "Id",
                            ea::Shape::Opaque,
                            false,
                            __envaudit::Secrecy::<Id>::SECRET,
                        )
                        .default(
                            ::core::option::Option::Some(
                                ea::DefaultText::Expression("Id::new(60 * 60)"),
                            ),
                        ),
                ),
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "type",
                            "TYPE",
                            "",
                            "[SecretBox<String>; 2]",
                            ea::Shape::List(&__envaudit::Pick::<String>::SHAPE),
                            false,
                            true,
                        )
                        .sep(::core::option::Option::Some(",")),
                ),
                ea::Member::Group(
                    ea::GroupSchema::new(
                        "db",
                        "",
                        ::core::option::Option::None,
                        "DB_",
                        false,
                        <Db as ea::EnvConfig>::SCHEMA,
                    ),
                ),
                ea::Member::Field(
                    ea::FieldSchema::new(
                            "offset",
                            "OFFSET",
                            "",
                            "i64",
                            __envaudit::Pick::<i64>::SHAPE,
                            false,
                            false,
                        )
                        .default(
                            ::core::option::Option::Some(ea::DefaultText::Value("-5")),
                        ),
                ),
            ],
        )
        .prefix("APP_")
        .sources(ea::SourceSet::of(&[ea::Source::System, ea::Source::SchemaDefault]))
        .validated();
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
    impl ea::EnvConfig for Everything {
        type Audit = Provenance;
        type Slots = [__envaudit::Slot; __ENVAUDIT_SIZES.leaves];
        const SCHEMA: &'static ea::Schema = __ENVAUDIT_SCHEMA;
        const KEYS: &'static [&'static ::core::primitive::str] = &__envaudit::keys(
            __ENVAUDIT_LEAVES,
        );
        const TABLE: &'static __envaudit::Table = __ENVAUDIT_TABLE;
        const SLOTS: Self::Slots = [const {
            __envaudit::Slot::EMPTY
        }; __ENVAUDIT_SIZES.leaves];
        fn __read(
            __reader: &mut __envaudit::Reader<'_>,
            __audit: &mut Self::Audit,
        ) -> ::core::option::Option<Self> {
            let __field_0 = __envaudit::Reader::field::<
                NonZeroU16,
            >(
                __reader,
                &mut __audit.port,
                __envaudit::Pick::<NonZeroU16>::take,
                __envaudit::required::<NonZeroU16>,
            );
            let __field_1 = __envaudit::Reader::field::<
                String,
            >(
                __reader,
                &mut __audit.log_level,
                |__raw: &mut __envaudit::Raw<'_>| {
                    {
                        __envaudit::one_of_texts(__raw, &["info", "warn"])?;
                        __envaudit::Pick::<String>::take(__raw)
                    }
                },
                || ::core::result::Result::Ok(
                    ::core::option::Option::Some(
                        <String as ::core::convert::From<
                            &::core::primitive::str,
                        >>::from("info"),
                    ),
                ),
            );
            let __field_2 = __envaudit::Reader::field::<
                SecretString,
            >(
                __reader,
                &mut __audit.token,
                |__raw: &mut __envaudit::Raw<'_>| {
                    let __parsed = __envaudit::Pick::<SecretString>::take(__raw)?;
                    let __value = &__parsed;
                    {
                        let __checked = __value;
                        __envaudit::non_empty(__checked)?;
                    }
                    ::core::result::Result::Ok(__parsed)
                },
                __envaudit::required::<SecretString>,
            );
            let __field_3 = __envaudit::Reader::field::<
                Url,
            >(
                __reader,
                &mut __audit.token_url,
                __envaudit::Pick::<Url>::take,
                __envaudit::Pick::<Url>::absent,
            );
            let __field_4 = __envaudit::Reader::field::<
                Vec<u8>,
            >(
                __reader,
                &mut __audit.numbers,
                |__raw: &mut __envaudit::Raw<'_>| {
                    let __raw = &mut __envaudit::Raw::trimmed(__raw)?;
                    let __parsed = __envaudit::list::<
                        u8,
                        Vec<u8>,
                    >(
                        __raw,
                        ";",
                        true,
                        |__raw: &mut __envaudit::Raw<'_>| {
                            let __parsed = __envaudit::Pick::<u8>::take(__raw)?;
                            let __value = &__parsed;
                            __envaudit::range::<
                                u8,
                                u8,
                            >(
                                __value,
                                ::core::option::Option::Some(
                                    &{
                                        let __value: u8 = MIN;
                                        __value
                                    },
                                ),
                                ::core::option::Option::None,
                                false,
                            )?;
                            ::core::result::Result::Ok(__parsed)
                        },
                    )?;
                    let __value = &__parsed;
                    {
                        let __checked = __value;
                        __envaudit::len(
                            __checked,
                            1,
                            ::core::option::Option::Some({
                                let __value: ::core::primitive::usize = MAX;
                                __value
                            }),
                            true,
                        )?;
                    }
                    ::core::result::Result::Ok(__parsed)
                },
                __envaudit::required::<Vec<u8>>,
            );
            let __field_5 = __envaudit::Reader::field::<
                Option<HashMap<String, Level>>,
            >(
                __reader,
                &mut __audit.map,
                |__raw: &mut __envaudit::Raw<'_>| {
                    let __raw = &mut __envaudit::Raw::shared(__raw);
                    let __parsed = __envaudit::map::<
                        String,
                        Level,
                        HashMap<String, Level>,
                    >(
                        __raw,
                        (",", ":"),
                        false,
                        |__raw: &mut __envaudit::Raw<'_>| __envaudit::Pick::<
                            String,
                        >::take(__raw),
                        __envaudit::Pick::<Level>::take,
                    )?;
                    let __value = &__parsed;
                    {
                        let __checked = __value;
                        __envaudit::validated(check_map(__checked))?;
                    }
                    ::core::result::Result::Ok(::core::option::Option::Some(__parsed))
                },
                __envaudit::optional::<HashMap<String, Level>>,
            );
            let __field_6 = __envaudit::Reader::field::<
                Option<u32>,
            >(
                __reader,
                &mut __audit.colour,
                |__raw: &mut __envaudit::Raw<'_>| {
                    let __raw = &mut __envaudit::Raw::shared(__raw);
                    let __parsed = {
                        let __text = __envaudit::Raw::as_str(__raw)?;
                        __envaudit::lifted::<Option<u32>, _, _>(parse::hex(__text))
                    }?;
                    if let ::core::option::Option::Some(__value) = &__parsed {
                        __envaudit::range::<
                            u32,
                            u32,
                        >(
                            __value,
                            ::core::option::Option::Some(&1),
                            ::core::option::Option::Some(&0xFF),
                            true,
                        )?;
                    }
                    ::core::result::Result::Ok(__parsed)
                },
                __envaudit::optional::<u32>,
            );
            let __field_7 = __envaudit::Reader::field::<
                Document,
            >(
                __reader,
                &mut __audit.document,
                |__raw: &mut __envaudit::Raw<'_>| {
                    __envaudit::json::<Document>(__raw)
                },
                || ::core::result::Result::Ok(
                    ::core::option::Option::Some(
                        <Document as ::core::default::Default>::default(),
                    ),
                ),
            );
            let __field_8 = __envaudit::Reader::field::<
                Id,
            >(
                __reader,
                &mut __audit.id,
                |__raw: &mut __envaudit::Raw<'_>| {
                    <Id as __envaudit::Readable>::read(__envaudit::Raw::as_str(__raw)?)
                },
                || ::core::result::Result::Ok(
                    ::core::option::Option::Some({
                        let __value: Id = Id::new(60 * 60);
                        __value
                    }),
                ),
            );
            let __field_9 = __envaudit::Reader::field::<
                [SecretBox<String>; 2],
            >(
                __reader,
                &mut __audit.r#type,
                |__raw: &mut __envaudit::Raw<'_>| {
                    __envaudit::array::<
                        SecretBox<String>,
                        { 2 },
                    >(
                        __raw,
                        ",",
                        false,
                        |__raw: &mut __envaudit::Raw<'_>| __envaudit::secret_box(
                            __envaudit::Pick::<String>::take(__raw),
                        ),
                    )
                },
                __envaudit::required::<[SecretBox<String>; 2]>,
            );
            let __field_10 = {
                let Provenance { db: ref mut __group, .. } = *__audit;
                <Db as ea::EnvConfig>::__read(__reader, __group)
            };
            let __field_12 = __envaudit::Reader::field::<
                i64,
            >(
                __reader,
                &mut __audit.offset,
                __envaudit::Pick::<i64>::take,
                || ::core::result::Result::Ok(
                    ::core::option::Option::Some({
                        let __value: i64 = -5;
                        __value
                    }),
                ),
            );
            let (
                ::core::option::Option::Some(__field_0),
                ::core::option::Option::Some(__field_1),
                ::core::option::Option::Some(__field_2),
                ::core::option::Option::Some(__field_3),
                ::core::option::Option::Some(__field_4),
                ::core::option::Option::Some(__field_5),
                ::core::option::Option::Some(__field_6),
                ::core::option::Option::Some(__field_7),
                ::core::option::Option::Some(__field_8),
                ::core::option::Option::Some(__field_9),
                ::core::option::Option::Some(__field_10),
                ::core::option::Option::Some(__field_12),
            ) = (
                __field_0,
                __field_1,
                __field_2,
                __field_3,
                __field_4,
                __field_5,
                __field_6,
                __field_7,
                __field_8,
                __field_9,
                __field_10,
                __field_12,
            ) else {
                return ::core::option::Option::None;
            };
            __envaudit::Reader::validate(
                __reader,
                "Everything",
                Self {
                    port: __field_0,
                    log_level: __field_1,
                    token: __field_2,
                    token_url: __field_3,
                    numbers: __field_4,
                    map: __field_5,
                    colour: __field_6,
                    document: __field_7,
                    id: __field_8,
                    r#type: __field_9,
                    db: __field_10,
                    cache: <Cache as ::core::default::Default>::default(),
                    offset: __field_12,
                },
                check,
            )
        }
    }
    #[automatically_derived]
    impl ea::AuditFields for Provenance {
        const __BLANK: Self = Provenance {
            port: ea::AuditEntry::__blank(),
            log_level: ea::AuditEntry::__blank(),
            token: ea::AuditEntry::__blank(),
            token_url: ea::AuditEntry::__blank(),
            numbers: ea::AuditEntry::__blank(),
            map: ea::AuditEntry::__blank(),
            colour: ea::AuditEntry::__blank(),
            document: ea::AuditEntry::__blank(),
            id: ea::AuditEntry::__blank(),
            r#type: ea::AuditEntry::__blank(),
            db: <<Db as ea::EnvConfig>::Audit as ea::AuditFields>::__BLANK,
            offset: ea::AuditEntry::__blank(),
        };
        fn __entry(
            &self,
            __index: ::core::primitive::usize,
        ) -> ::core::result::Result<&ea::AuditEntry, ::core::primitive::usize> {
            let Provenance {
                port: __0,
                log_level: __1,
                token: __2,
                token_url: __3,
                numbers: __4,
                map: __5,
                colour: __6,
                document: __7,
                id: __8,
                r#type: __9,
                db: __10,
                offset: __11,
            } = self;
            let __index = match __index {
                0usize => return ::core::result::Result::Ok(__0),
                1usize => return ::core::result::Result::Ok(__1),
                2usize => return ::core::result::Result::Ok(__2),
                3usize => return ::core::result::Result::Ok(__3),
                4usize => return ::core::result::Result::Ok(__4),
                5usize => return ::core::result::Result::Ok(__5),
                6usize => return ::core::result::Result::Ok(__6),
                7usize => return ::core::result::Result::Ok(__7),
                8usize => return ::core::result::Result::Ok(__8),
                9usize => return ::core::result::Result::Ok(__9),
                __index => __index - 10usize,
            };
            let __index = match ea::AuditFields::__entry(__10, __index) {
                ::core::result::Result::Ok(__entry) => {
                    return ::core::result::Result::Ok(__entry);
                }
                ::core::result::Result::Err(__index) => __index,
            };
            let __index = match __index {
                0usize => return ::core::result::Result::Ok(__11),
                __index => __index - 1usize,
            };
            ::core::result::Result::Err(__index)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl Everything {
        /// The key of that name.
        ///
        /// # Panics
        ///
        /// When there is none. In a constant, that is a compile error.
        #[track_caller]
        pub(crate) const fn key(__name: &::core::primitive::str) -> ea::Key<Self> {
            ea::Key::find(__ENVAUDIT_TABLE, __name)
        }
    }
    const _: () = __envaudit::assert_secret::<SecretString>();
    const _: () = __envaudit::check_default(false, false);
    const _: () = __envaudit::check_default(false, false);
    const _: () = __envaudit::check_group(__ENVAUDIT_TABLE, 10usize);
    const _: () = __envaudit::check_defaults(__ENVAUDIT_TABLE, 10usize);
};
