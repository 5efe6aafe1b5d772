use envaudit::EnvConfig;

#[derive(EnvConfig)]
#[allow(non_snake_case)]
struct AppConfig {
    password: String,
    db_passwd: Option<String>,
    client_secret: std::string::String,
    token: ::std::option::Option<::std::string::String>,
    stripe_api_key: String,
    tls_private_key: String,
    credential: String,
    awsCredentials: String,
    #[env(rename = "SESSION_SECRET")]
    session: String,
    #[env(key = "GITHUB_TOKEN")]
    github: String,
    #[env(alias = "DB_PASSWORD")]
    db: String,
    // Named so, but not as a word, or said to be none.
    tokenizer: String,
    max_tokens: String,
    #[env(public)]
    token_url: String,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.password, cfg.audit().password.source);
}
