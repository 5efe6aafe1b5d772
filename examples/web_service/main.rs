//! A web service whose handlers share the configuration, with its audit at a route for administrators.
//!
//! ```sh
//! APP_ADMIN_TOKEN=s3cret cargo run --example web_service --features web
//! curl localhost:8080/
//! curl -H 'Authorization: Bearer s3cret' localhost:8080/admin/config
//! ```

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use envaudit::{EnvConfig, ExposeSecret, Loaded, SecretString};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct AppConfig {
    /// Address the server listens on.
    #[env(default = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[env(default = "hello")]
    greeting: String,
    /// What an administrator has to send.
    #[env(len(6..))]
    admin_token: SecretString,
}

type Config = Arc<Loaded<AppConfig>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Before anything else: a service that cannot be configured should not answer.
    let config: Config = match AppConfig::load() {
        Ok(config) => Arc::new(config),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    for warning in config.audit().warnings() {
        eprintln!("warning: {warning}");
    }
    let listener = tokio::net::TcpListener::bind(config.listen).await?;
    println!("listening on {}; {}", listener.local_addr()?, config.audit().summary());
    axum::serve(listener, router(config))
        .with_graceful_shutdown(async {
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}

fn router(config: Config) -> Router {
    Router::new().route("/", get(greet)).route("/admin/config", get(audit)).with_state(config)
}

async fn greet(State(config): State<Config>) -> String {
    config.greeting.clone()
}

/// The audit has no values in it, but names and places are nobody else's business either.
async fn audit(State(config): State<Config>, headers: HeaderMap) -> impl IntoResponse {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = sent.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if !same(token, config.admin_token.expose_secret()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(config.audit()).into_response()
}

/// Takes as long for a nearly right token as for a wrong one.
fn same(a: &str, b: &str) -> bool {
    let different = a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    a.len() == b.len() && different == 0
}
