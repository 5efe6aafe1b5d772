use envaudit::{EnvConfig, SecretString};

#[derive(EnvConfig)]
struct Api {
    key: String,
}

#[derive(EnvConfig)]
struct Mail {
    auth: Option<String>,
    #[env(public)]
    salt: String,
    port: u16,
}

#[derive(EnvConfig)]
struct Vault {
    key: SecretString,
}

#[derive(EnvConfig)]
struct Inner {
    #[env(nested, prefix = "V1_")]
    first: Api,
}

#[derive(EnvConfig)]
#[env(prefix = "SSH_")]
struct Flat {
    #[env(flatten)]
    api: Api,
}

#[derive(EnvConfig)]
struct Config {
    #[env(nested, prefix = "API_")]
    given: Api,
    #[env(nested)]
    account: Option<Api>,
    #[env(nested, prefix = "SIGNING_")]
    boxed: Box<Api>,
    #[env(nested, prefix = "MAIL_")]
    mail: Mail,
    #[env(nested, prefix = "MASTER_")]
    vault: Vault,
    #[env(nested, prefix = "OUTER_")]
    two_levels: Inner,
    #[env(nested, prefix = "CACHE_")]
    cache: Api,
    #[env(nested, prefix = "APP_")]
    app: Api,
}

#[derive(EnvConfig)]
struct Outer {
    #[env(nested, prefix = "A_")]
    mid: Mid,
}

#[derive(EnvConfig)]
struct Mid {
    #[env(nested, prefix = "B_")]
    leaf: Below,
}

#[derive(EnvConfig)]
struct Below {
    #[env(nested, prefix = "DEPLOY_")]
    api: Api,
}

#[derive(EnvConfig)]
struct Through {
    #[env(nested, prefix = "TLS_")]
    flat: OnlyFlat,
}

#[derive(EnvConfig)]
struct OnlyFlat {
    #[env(flatten)]
    api: Api,
}

fn main() {}
