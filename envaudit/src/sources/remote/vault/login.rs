//! How a program shows a Vault who it is, and the token that it receives for that.

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::http::{Answer, Client};
use crate::sources::file;
use crate::sources::provider::Ask;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// A token is renewed, or another one is asked for, so long before it expires.
const BEFORE: Duration = Duration::from_secs(60);

/// The greatest length of a file with a token.
const MAX_FILE: u64 = 64 << 10;

/// Where Kubernetes puts the token of a service account.
pub(super) const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

pub(super) enum Login {
    /// The variable `VAULT_TOKEN`, else the file `.vault-token` of the user.
    Usual,
    Token(SecretString),
    TokenFile(PathBuf),
    AppRole {
        role_id: String,
        secret_id: SecretString,
    },
    /// A token of another authority, read from its file each time: it is replaced there.
    Jwt {
        role: String,
        file: PathBuf,
    },
}

/// The token in use.
#[derive(Default)]
pub(super) struct Session(Mutex<Option<Token>>);

#[derive(Clone)]
struct Token {
    text: SecretString,
    /// `None`: it does not expire, or nobody knows.
    expires: Option<Instant>,
    is_renewable: bool,
}

impl Token {
    fn fixed(text: SecretString) -> Self {
        Token { text, expires: None, is_renewable: false }
    }

    fn is_good(&self) -> bool {
        self.expires.is_none_or(|at| Instant::now() + BEFORE < at)
    }

    fn is_expired(&self) -> bool {
        self.expires.is_some_and(|at| at <= Instant::now())
    }
}

/// What a login or a renewal answers.
#[derive(Deserialize)]
struct AuthAnswer {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    client_token: SecretText,
    /// In seconds; 0 for ever.
    #[serde(default)]
    lease_duration: u64,
    #[serde(default)]
    renewable: bool,
}

struct SecretText(SecretString);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| SecretText(text.into()))
    }
}

impl From<Auth> for Token {
    fn from(auth: Auth) -> Self {
        let time = Duration::from_secs(auth.lease_duration);
        let expires = (!time.is_zero()).then(|| Instant::now().checked_add(time)).flatten();
        Token { text: auth.client_token.0, expires, is_renewable: auth.renewable }
    }
}

/// One program's way in.
pub(super) struct Door<'d> {
    pub(super) login: &'d Login,
    pub(super) mount: Option<&'d str>,
    pub(super) session: &'d Session,
    pub(super) address: &'d Address,
}

impl Door<'_> {
    /// A token that is good for a while.
    pub(super) fn token(&self, client: &Client<'_>) -> Result<SecretString, ProviderError> {
        let mut held = self.session.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = held.as_ref().filter(|token| token.is_good()) {
            return Ok(token.text.clone());
        }
        let renewed = match held.as_ref() {
            Some(token) if token.is_renewable && !token.is_expired() => {
                self.renew(token, client).ok().filter(Token::is_good)
            }
            _ => None,
        };
        let token = match renewed {
            Some(token) => token,
            None => self.log_in(client)?,
        };
        let text = token.text.clone();
        *held = Some(token);
        Ok(text)
    }

    /// Forgets a token that was not accepted. `false` where there is no way to another.
    pub(super) fn forget(&self) -> bool {
        *self.session.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        !matches!(self.login, Login::Token(_))
    }

    /// Why a token was not accepted: it is not known any more, or may not do this.
    pub(super) fn refusal(&self, token: &SecretString, client: &Client<'_>) -> ProviderErrorKind {
        let url = self.address.url(&["auth", "token", "lookup-self"]);
        match client.get(&url, token) {
            Ok(answer) if answer.status.is_success() => ProviderErrorKind::Denied,
            Ok(_) => ProviderErrorKind::Unauthenticated,
            Err(_) => ProviderErrorKind::Denied,
        }
    }

    fn renew(&self, token: &Token, client: &Client<'_>) -> Result<Token, ProviderError> {
        let url = self.address.url(&["auth", "token", "renew-self"]);
        received(&client.post(&url, Some(&token.text), &Zeroizing::new(b"{}".to_vec()))?)
    }

    fn log_in(&self, client: &Client<'_>) -> Result<Token, ProviderError> {
        #[derive(Serialize)]
        struct ByAppRole<'a> {
            role_id: &'a str,
            secret_id: &'a str,
        }

        #[derive(Serialize)]
        struct ByJwt<'a> {
            role: &'a str,
            jwt: &'a str,
        }

        match self.login {
            Login::Usual => usual_token(client.ask).map(Token::fixed),
            Login::Token(text) => Ok(Token::fixed(text.clone())),
            Login::TokenFile(path) => read(path).map(Token::fixed),
            Login::AppRole { role_id, secret_id } => {
                let secret_id = secret_id.expose_secret();
                self.post_login(client, "approle", &ByAppRole { role_id, secret_id })
            }
            Login::Jwt { role, file } => {
                let jwt = read(file)?;
                self.post_login(client, "jwt", &ByJwt { role, jwt: jwt.expose_secret() })
            }
        }
    }

    fn post_login(
        &self,
        client: &Client<'_>,
        mount: &str,
        body: &impl Serialize,
    ) -> Result<Token, ProviderError> {
        let url = self.address.url(&["auth", self.mount.unwrap_or(mount), "login"]);
        let body = serde_json::to_vec(body).map(Zeroizing::new).unwrap_or_default();
        // What is wrong with a login is said by 400 as well as by 403.
        let refused = |error: ProviderError| match error.http_status() {
            Some(400) => ProviderError::of(ProviderErrorKind::Unauthenticated).status(400),
            _ => error,
        };
        received(&client.post(&url, None, &body).map_err(refused)?)
    }
}

fn received(answer: &Answer) -> Result<Token, ProviderError> {
    let status = answer.status.as_u16();
    match status {
        401 | 403 => Err(ProviderError::of(ProviderErrorKind::Unauthenticated).status(status)),
        404 => Err(ProviderError::free_text(
            ProviderErrorKind::Misconfigured,
            "there is no such way to log in: is it enabled, and at that path?",
        )
        .status(404)),
        _ => answer.json::<AuthAnswer>().map(|answer| answer.auth.into()),
    }
}

fn usual_token(ask: &Ask<'_>) -> Result<SecretString, ProviderError> {
    let variable = ask.variable("VAULT_TOKEN").and_then(|text| text.into_string().ok());
    if let Some(token) = variable.filter(|text| !text.is_empty()) {
        return Ok(token.into());
    }
    if let Some(home) = ask.variable("HOME") {
        let path = Path::new(&home).join(".vault-token");
        if path.is_file() {
            return read(&path);
        }
    }
    Err(ProviderError::free_text(
        ProviderErrorKind::Unauthenticated,
        "there is no token: set VAULT_TOKEN, run `vault login`, or give the provider another way to log in",
    ))
}

/// The text of a file with a token, without blanks at its ends.
fn read(path: &Path) -> Result<SecretString, ProviderError> {
    let unreadable = |what: &str| {
        let text = format!("the file {} {what}", path.display());
        ProviderError::free_text(ProviderErrorKind::Unauthenticated, text)
    };
    let bytes =
        file::read(path, MAX_FILE).map_err(|_| unreadable("with the token cannot be read"))?;
    let bytes = Zeroizing::new(bytes);
    let text = str::from_utf8(&bytes).map_err(|_| unreadable("has no token"))?.trim();
    match text.is_empty() || text.contains(char::is_control) {
        true => Err(unreadable("has no token")),
        false => Ok(text.into()),
    }
}
