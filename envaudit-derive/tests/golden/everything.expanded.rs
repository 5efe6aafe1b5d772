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
    ///Where `replica` came from.
    pub replica: <Db as ea::EnvConfig>::Audit,
    ///Where `signing_key` came from.
    pub signing_key: ea::AuditEntry,
    ///Where `edge_token` came from.
    pub edge_token: ea::AuditEntry,
    ///Where `home` came from.
    pub home: ea::AuditEntry,
    ///Where `offset` came from.
    pub offset: ea::AuditEntry,
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
    const __ENVAUDIT_SCHEMA: &ea::Schema = &ea::Schema::new(
            "Everything",
            "Documentation.",
            &[
                __Field(
                    __FieldSchema::new(
                            "port",
                            "PORT",
                            "",
                            "NonZeroU16",
                            __ParseStrategy::<NonZeroU16>::SHAPE,
                            false,
                            false,
                        )
                        .exact()
                        .aliases(&[ea::Alias::new("OLD"), ea::Alias::new("OLDER")])
                        .deprecated(__Some("use APP_PORT")),
                ),
                __Field(
                    __FieldSchema::new(
                            "log_level",
                            "LEVEL",
                            "",
                            "String",
                            __ParseStrategy::<String>::SHAPE,
                            false,
                            false,
                        )
                        .default(__Some(ea::DefaultText::Value("info")))
                        .one_of(&["info", "warn"])
                        .example(__Some("warn")),
                ),
                __Field(
                    __FieldSchema::new(
                            "token",
                            "TOKEN",
                            "",
                            "SecretString",
                            __ParseStrategy::<SecretString>::SHAPE,
                            false,
                            true,
                        )
                        .sources(
                            __Some(
                                ea::SourceSet::of(&[ea::Source::Docker, ea::Source::K8s]),
                            ),
                        )
                        .non_empty(true),
                ),
                __Field(
                    __FieldSchema::new(
                            "token_url",
                            "TOKEN_URL",
                            "",
                            "Url",
                            __ParseStrategy::<Url>::SHAPE,
                            __ParseStrategy::<Url>::OPTIONAL,
                            __envaudit::Secrecy::<Url>::SECRET,
                        )
                        .public(true),
                ),
                __Field(
                    __FieldSchema::new(
                            "numbers",
                            "NUMBERS",
                            "",
                            "Vec<u8>",
                            ea::Shape::List(&__ParseStrategy::<u8>::SHAPE),
                            false,
                            false,
                        )
                        .range(__Some(ea::Bounds::new(__Some("MIN"), __None, false)))
                        .len(__Some(ea::Bounds::new(__Some("1"), __Some("MAX"), true)))
                        .trim(true)
                        .sep(__Some(";")),
                ),
                __Field(
                    __FieldSchema::new(
                            "map",
                            "MAP",
                            "",
                            "Option<HashMap<String, Level>>",
                            ea::Shape::Map(&__ParseStrategy::<Level>::SHAPE),
                            true,
                            __envaudit::Secrecy::<Level>::SECRET,
                        )
                        .sep(__Some(","))
                        .kv_sep(__Some(":")),
                ),
                __Field(
                    __FieldSchema::new(
                            "colour",
                            "COLOUR",
                            "",
                            "Option<u32>",
                            ea::Shape::Opaque,
                            true,
                            false,
                        )
                        .range(__Some(ea::Bounds::new(__Some("1"), __Some("255"), true)))
                        .parse_with(__Some("parse::hex")),
                ),
                __Field(
                    __FieldSchema::new(
                            "document",
                            "DOCUMENT",
                            "",
                            "Document",
                            ea::Shape::Json,
                            false,
                            __envaudit::Secrecy::<Document>::SECRET,
                        )
                        .default(
                            __Some(ea::DefaultText::Expression("Default::default()")),
                        ),
                ),
                __Field(
                    __FieldSchema::new(
                            "id",
                            "ID",
                            "",
                            "Id",
                            ea::Shape::Opaque,
                            false,
                            __envaudit::Secrecy::<Id>::SECRET,
                        )
                        .default(__Some(ea::DefaultText::Expression("Id::new(60 * 60)"))),
                ),
                __Field(
                    __FieldSchema::new(
                            "type",
                            "TYPE",
                            "",
                            "[SecretBox<String>; 2]",
                            ea::Shape::Array(&__ParseStrategy::<String>::SHAPE, 2),
                            false,
                            __envaudit::Secrecy::<SecretBox<String>>::SECRET,
                        )
                        .sep(__Some(",")),
                ),
                ea::Member::Group(
                    ea::GroupSchema::new(
                        "db",
                        "",
                        __None,
                        "DB_",
                        false,
                        <Db as ea::EnvConfig>::SCHEMA,
                    ),
                ),
                ea::Member::Group(
                    ea::GroupSchema::new(
                        "replica",
                        "",
                        __None,
                        "REPLICA_",
                        true,
                        <Db as ea::EnvConfig>::SCHEMA,
                    ),
                ),
                __Field(
                    __FieldSchema::new(
                            "signing_key",
                            "SIGNING_KEY",
                            "",
                            "[u8; 32]",
                            ea::Shape::Opaque,
                            false,
                            true,
                        )
                        .parse_with(__Some("parse::key")),
                ),
                __Field(
                    __FieldSchema::new(
                        "edge_token",
                        "EDGE_TOKEN",
                        "",
                        "EdgeToken",
                        __ParseStrategy::<EdgeToken>::SHAPE,
                        __ParseStrategy::<EdgeToken>::OPTIONAL,
                        true,
                    ),
                ),
                __Field(
                    __FieldSchema::new(
                            "home",
                            "HOME",
                            "",
                            "Url",
                            __ParseStrategy::<Url>::SHAPE,
                            __ParseStrategy::<Url>::OPTIONAL,
                            __envaudit::Secrecy::<Url>::SECRET,
                        )
                        .aliases(
                            &[
                                ea::Alias::new("HOME_URL").exact(),
                                ea::Alias::new("ROOT").deprecated(),
                                ea::Alias::new("ROOT_URL").exact().deprecated(),
                            ],
                        ),
                ),
                __Field(
                    __FieldSchema::new(
                            "offset",
                            "OFFSET",
                            "",
                            "i64",
                            __ParseStrategy::<i64>::SHAPE,
                            false,
                            false,
                        )
                        .default(__Some(ea::DefaultText::Value("-5"))),
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
        type Slots = [__envaudit::KeySlot; __ENVAUDIT_SIZES.leaves];
        const SCHEMA: &'static ea::Schema = __ENVAUDIT_SCHEMA;
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
                NonZeroU16,
            >(
                __reader,
                &mut __audit.port,
                __ParseStrategy::<NonZeroU16>::take,
                __required,
            );
            let __field_1 = __Reader::field::<
                String,
            >(
                __reader,
                &mut __audit.log_level,
                |__raw: &mut __envaudit::Raw<'_>| {
                    {
                        __envaudit::one_of_texts(__raw, &["info", "warn"])?;
                        __ParseStrategy::<String>::take(__raw)
                    }
                },
                || __Ok(
                    __Some(
                        <String as ::core::convert::From<
                            &::core::primitive::str,
                        >>::from("info"),
                    ),
                ),
            );
            let __field_2 = __Reader::field::<
                SecretString,
            >(
                __reader,
                &mut __audit.token,
                |__raw: &mut __envaudit::Raw<'_>| {
                    let __parsed = __ParseStrategy::<SecretString>::take(__raw)?;
                    let __value = &__parsed;
                    {
                        let __checked = __value;
                        __envaudit::non_empty(__checked)?;
                    }
                    __Ok(__parsed)
                },
                __required,
            );
            let __field_3 = __Reader::field::<
                Url,
            >(
                __reader,
                &mut __audit.token_url,
                __ParseStrategy::<Url>::take,
                __ParseStrategy::<Url>::absent,
            );
            let __field_4 = __Reader::field::<
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
                            let __parsed = __ParseStrategy::<u8>::take(__raw)?;
                            let __value = &__parsed;
                            __envaudit::range::<
                                u8,
                                u8,
                            >(
                                __value,
                                __Some(
                                    &{
                                        let __value: u8 = MIN;
                                        __value
                                    },
                                ),
                                __None,
                                false,
                            )?;
                            __Ok(__parsed)
                        },
                    )?;
                    let __value = &__parsed;
                    {
                        let __checked = __value;
                        __envaudit::len(
                            __checked,
                            1,
                            __Some({
                                let __value: ::core::primitive::usize = MAX;
                                __value
                            }),
                            true,
                        )?;
                    }
                    __Ok(__parsed)
                },
                __required,
            );
            let __field_5 = __Reader::field::<
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
                        |__raw: &mut __envaudit::Raw<'_>| __ParseStrategy::<
                            String,
                        >::take(__raw),
                        __ParseStrategy::<Level>::take,
                    )?;
                    let __value = &__parsed;
                    {
                        let __checked = __value;
                        __envaudit::validated(check_map(__checked))?;
                    }
                    __Ok(__Some(__parsed))
                },
                __optional,
            );
            let __field_6 = __Reader::field::<
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
                    if let __Some(__value) = &__parsed {
                        __envaudit::range::<
                            u32,
                            u32,
                        >(__value, __Some(&1), __Some(&0xFF), true)?;
                    }
                    __Ok(__parsed)
                },
                __optional,
            );
            let __field_7 = __Reader::field::<
                Document,
            >(
                __reader,
                &mut __audit.document,
                |__raw: &mut __envaudit::Raw<'_>| {
                    __envaudit::json::<Document>(__raw)
                },
                || __Ok(__Some(<Document as ::core::default::Default>::default())),
            );
            let __field_8 = __Reader::field::<
                Id,
            >(
                __reader,
                &mut __audit.id,
                |__raw: &mut __envaudit::Raw<'_>| {
                    <Id as __envaudit::Readable>::read(__envaudit::Raw::as_str(__raw)?)
                },
                || __Ok(
                    __Some({
                        let __value: Id = Id::new(60 * 60);
                        __value
                    }),
                ),
            );
            let __field_9 = __Reader::field::<
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
                        |__raw: &mut __envaudit::Raw<'_>| __ParseStrategy::<
                            SecretBox<String>,
                        >::take(__raw),
                    )
                },
                __required,
            );
            let __field_10 = {
                let Provenance { db: ref mut __group, .. } = *__audit;
                <Db as ea::EnvConfig>::__read(__reader, __group)
            };
            let __field_11 = {
                let Provenance { replica: ref mut __group, .. } = *__audit;
                ::core::option::Option::map(
                    __envaudit::FieldReader::optional_group(
                        __reader,
                        "replica",
                        <Db as ea::EnvConfig>::KEYS.len(),
                        __group,
                        <Db as ea::EnvConfig>::__read,
                    ),
                    |__value| {
                        ::core::option::Option::map(
                            __value,
                            |__value| <Arc<
                                Db,
                            > as ::core::convert::From<_>>::from(__value),
                        )
                    },
                )
            };
            let __field_12 = __Reader::field::<
                [u8; 32],
            >(
                __reader,
                &mut __audit.signing_key,
                |__raw: &mut __envaudit::Raw<'_>| {
                    {
                        let __text = __envaudit::Raw::as_str(__raw)?;
                        __envaudit::parsed::<[u8; 32], _>(parse::key(__text))
                    }
                },
                __required,
            );
            let __field_13 = __Reader::field::<
                EdgeToken,
            >(
                __reader,
                &mut __audit.edge_token,
                __ParseStrategy::<EdgeToken>::take,
                __ParseStrategy::<EdgeToken>::absent,
            );
            let __field_14 = __Reader::field::<
                Url,
            >(
                __reader,
                &mut __audit.home,
                __ParseStrategy::<Url>::take,
                __ParseStrategy::<Url>::absent,
            );
            let __field_16 = __Reader::field::<
                i64,
            >(
                __reader,
                &mut __audit.offset,
                __ParseStrategy::<i64>::take,
                || __Ok(
                    __Some({
                        let __value: i64 = -5;
                        __value
                    }),
                ),
            );
            let (
                __Some(__field_0),
                __Some(__field_1),
                __Some(__field_2),
                __Some(__field_3),
                __Some(__field_4),
                __Some(__field_5),
                __Some(__field_6),
                __Some(__field_7),
                __Some(__field_8),
                __Some(__field_9),
                __Some(__field_10),
                __Some(__field_11),
                __Some(__field_12),
                __Some(__field_13),
                __Some(__field_14),
                __Some(__field_16),
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
                __field_11,
                __field_12,
                __field_13,
                __field_14,
                __field_16,
            ) else {
                return __None;
            };
            __envaudit::FieldReader::validate(
                __reader,
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
                    replica: __field_11,
                    signing_key: __field_12,
                    edge_token: __field_13,
                    home: __field_14,
                    cache: <Cache as ::core::default::Default>::default(),
                    offset: __field_16,
                },
                __audit,
                check,
            )
        }
    }
    #[automatically_derived]
    impl __Clone for Provenance {
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
                replica: __11,
                signing_key: __12,
                edge_token: __13,
                home: __14,
                offset: __15,
            } = self;
            Provenance {
                port: __Clone::clone(__0),
                log_level: __Clone::clone(__1),
                token: __Clone::clone(__2),
                token_url: __Clone::clone(__3),
                numbers: __Clone::clone(__4),
                map: __Clone::clone(__5),
                colour: __Clone::clone(__6),
                document: __Clone::clone(__7),
                id: __Clone::clone(__8),
                r#type: __Clone::clone(__9),
                db: __Clone::clone(__10),
                replica: __Clone::clone(__11),
                signing_key: __Clone::clone(__12),
                edge_token: __Clone::clone(__13),
                home: __Clone::clone(__14),
                offset: __Clone::clone(__15),
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
                replica: __11,
                signing_key: __12,
                edge_token: __13,
                home: __14,
                offset: __15,
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
                    ("replica", __11),
                    ("signing_key", __12),
                    ("edge_token", __13),
                    ("home", __14),
                    ("offset", __15),
                ],
            )
        }
    }
    #[automatically_derived]
    impl ea::AuditFields for Provenance {
        const __BLANK: Self = Provenance {
            port: __ENTRY,
            log_level: __ENTRY,
            token: __ENTRY,
            token_url: __ENTRY,
            numbers: __ENTRY,
            map: __ENTRY,
            colour: __ENTRY,
            document: __ENTRY,
            id: __ENTRY,
            r#type: __ENTRY,
            db: <<Db as ea::EnvConfig>::Audit as ea::AuditFields>::__BLANK,
            replica: <<Db as ea::EnvConfig>::Audit as ea::AuditFields>::__BLANK,
            signing_key: __ENTRY,
            edge_token: __ENTRY,
            home: __ENTRY,
            offset: __ENTRY,
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
                replica: __11,
                signing_key: __12,
                edge_token: __13,
                home: __14,
                offset: __15,
            } = self;
            let __index = match __index {
                0usize => return __Ok(__0),
                1usize => return __Ok(__1),
                2usize => return __Ok(__2),
                3usize => return __Ok(__3),
                4usize => return __Ok(__4),
                5usize => return __Ok(__5),
                6usize => return __Ok(__6),
                7usize => return __Ok(__7),
                8usize => return __Ok(__8),
                9usize => return __Ok(__9),
                __index => __index - 10usize,
            };
            let __index = match ea::AuditFields::__entry(__10, __index) {
                __Ok(__entry) => return __Ok(__entry),
                __Err(__index) => __index,
            };
            let __index = match ea::AuditFields::__entry(__11, __index) {
                __Ok(__entry) => return __Ok(__entry),
                __Err(__index) => __index,
            };
            let __index = match __index {
                0usize => return __Ok(__12),
                1usize => return __Ok(__13),
                2usize => return __Ok(__14),
                3usize => return __Ok(__15),
                __index => __index - 4usize,
            };
            __Err(__index)
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
    const _: () = __envaudit::check_marked(
        __envaudit::Plain::<SecretString>::TEXT,
        "`SecretString` is not a secret type: `Debug` would show the value; use `SecretString`",
    );
    const _: () = __envaudit::check_public(
        __envaudit::Secrecy::<Url>::SECRET,
        "`Url` is a secret type; remove `public`, or use a plain type",
    );
    const _: () = __envaudit::check_default(false, false);
    const _: () = __envaudit::check_default(false, false);
    const _: () = __envaudit::check_named(
        __envaudit::Secrecy::<SecretBox<String>>::SECRET,
        __envaudit::Exposure::<SecretBox<String>>::COULD_HOLD,
        __envaudit::Plain::<[SecretBox<String>; 2]>::TEXT,
        [
            "a field whose type is named like a secret (`SecretBox`) has the type `[SecretBox<String>; 2]`, which may show its value; mask it with `#[env(secret)]`, or say `#[env(public)]` if it is none",
            "a field whose type is named like a secret (`SecretBox`) has the type `[SecretBox<String>; 2]`, which shows its value; use `[SecretString; 2]`, or say `#[env(public)]` if it is none",
        ],
    );
    const _: () = __envaudit::check_group(__ENVAUDIT_TABLE, 10usize);
    const _: () = __envaudit::check_names(__ENVAUDIT_TABLE, 10usize);
    const _: () = __envaudit::check_defaults(__ENVAUDIT_TABLE, 10usize);
    const _: () = __envaudit::check_group(__ENVAUDIT_TABLE, 11usize);
    const _: () = __envaudit::check_names(__ENVAUDIT_TABLE, 11usize);
    const _: () = __envaudit::check_defaults(__ENVAUDIT_TABLE, 11usize);
    const _: () = __envaudit::check_marked(
        __envaudit::Plain::<EdgeToken>::TEXT,
        "`EdgeToken` is not a secret type: `Debug` would show the value; use `SecretString`",
    );
};
