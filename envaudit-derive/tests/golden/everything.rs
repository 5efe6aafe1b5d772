/// Documentation.
#[derive(EnvConfig)]
#[env(prefix = "APP_", audit = "Provenance", sources(System, SchemaDefault), validate = check)]
#[env(crate = "ea")]
pub(crate) struct Everything {
    #[env(key = "PORT", alias = "OLD", alias = "OLDER", deprecated = "use APP_PORT")]
    port: NonZeroU16,
    #[env(rename = "LEVEL", one_of("info", "warn"), default = "info", example = "warn")]
    log_level: String,
    #[env(sources(Docker, K8s), secret, non_empty)]
    token: SecretString,
    #[env(public)]
    token_url: Url,
    #[env(sep = ";", trim, len(1..=MAX), range(MIN..))]
    numbers: Vec<u8>,
    #[env(kv_sep = ":", validate = check_map)]
    map: Option<HashMap<String, Level>>,
    #[env(parse_with = parse::hex, range(1..=0xFF))]
    colour: Option<u32>,
    #[env(json, default)]
    document: Document,
    #[env(from_str, default = Id::new(60 * 60))]
    id: Id,
    r#type: [SecretBox<String>; 2],
    #[env(nested)]
    db: Db,
    #[env(nested)]
    replica: Option<Arc<Db>>,
    #[env(secret, parse_with = parse::key)]
    signing_key: [u8; 32],
    #[env(secret)]
    edge_token: EdgeToken,
    #[env(alias_key = "HOME_URL", deprecated_alias = "ROOT", deprecated_alias_key = "ROOT_URL")]
    home: Url,
    #[env(skip)]
    cache: Cache,
    #[env(default = -5)]
    offset: i64,
}
