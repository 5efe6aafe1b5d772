//! What a vault, Microsoft Entra ID and the identity of a machine answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{
    ASSERTION, AUTHORITY, Answer, CLIENT, CLIENT_SECRET, MachineIdentity, POWERLESS, Request,
    Shared, State, TENANT, Token, Version,
};

/// When the token of a machine ends.
const IN_2100: i64 = 4_102_444_800;

/// The greatest number of secrets on one page of a list.
const PAGE: usize = 25;

/// The number of the last token that any server has given out: no two are the same.
static TOKENS: AtomicUsize = AtomicUsize::new(0);

impl Shared {
    pub(super) fn answer(&self, request: &Request) -> Answer {
        let mut state = self.state();
        state.requests.push(request.clone());
        if request.line.starts_with("POST ") || request.line.starts_with("GET /msi/token") {
            return match state.scripted_tokens.pop_front() {
                Some(answer) => answer,
                None => state.token(request),
            };
        }
        state.at_once += 1;
        state.most_at_once = state.most_at_once.max(state.at_once);
        let delay = state.delay;
        drop(state);
        std::thread::sleep(delay);
        let mut state = self.state();
        state.at_once -= 1;
        let scripted = match request.authorization {
            Some(_) => state.scripted.pop_front(),
            None => None,
        };
        scripted.unwrap_or_else(|| state.of_vault(request))
    }
}

impl State {
    pub(super) fn give_token(&mut self, is_powerless: bool) -> String {
        let number = TOKENS.fetch_add(1, Ordering::SeqCst);
        let text = format!("eyJ.canary-of-the-token-{number}");
        self.tokens.push(Token { text: text.clone(), is_powerless, is_revoked: false });
        text
    }

    fn token(&mut self, request: &Request) -> Answer {
        let is_machine = request.line.starts_with("GET ");
        let has = |part: &str| request.body.contains(part);
        let is_client = has(&format!("client_id={CLIENT}"));
        let secret = |secret: &str| is_client && has(&format!("client_secret={}", encoded(secret)));
        let is_good = match is_machine {
            true => {
                request.authorization.as_deref() == Some(MachineIdentity::HEADER)
                    && request.line.contains("resource=https%3A%2F%2Fvault.azure.net")
            }
            false => {
                secret(CLIENT_SECRET)
                    || secret(POWERLESS)
                    || is_client && has(&format!("client_assertion={ASSERTION}"))
            }
        };
        if !is_good {
            return Answer::new(
                401,
                json!({"error": "invalid_client", "error_codes": [7_000_215],
                    "error_description": format!("AADSTS7000215: canary of the description: {}", request.body)}),
            );
        }
        let text = self.give_token(secret(POWERLESS));
        let lasts = self.lasts.unwrap_or(3600);
        let answer = match is_machine {
            true => json!({"access_token": text, "expires_on": IN_2100.to_string(),
                "token_type": "Bearer", "resource": "https://vault.azure.net"}),
            false => json!({"access_token": text, "expires_in": lasts, "token_type": "Bearer"}),
        };
        Answer::new(200, answer)
    }

    fn of_vault(&self, request: &Request) -> Answer {
        let token = request.authorization.as_deref().and_then(|text| text.strip_prefix("Bearer "));
        let known = self.tokens.iter().find(|known| Some(known.text.as_str()) == token);
        let Some(known) = known.filter(|token| !token.is_revoked) else {
            let usual = format!(
                "Bearer authorization=\"https://{AUTHORITY}/{TENANT}\", resource=\"https://vault.azure.net\""
            );
            let challenge = self.challenge.as_deref().unwrap_or(&usual);
            let answer = Answer::error(401, "Unauthorized", None);
            return answer.header("WWW-Authenticate", challenge);
        };
        if known.is_powerless {
            return Answer::error(403, "Forbidden", Some("ForbiddenByRbac"));
        }
        let target = request.line.strip_prefix("GET ").unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parts: Vec<&str> = path.split('/').skip(1).filter(|part| !part.is_empty()).collect();
        match parts[..] {
            ["secrets"] => self.list(&request.host, query),
            ["secrets", name] => self.secret(&request.host, name, None),
            ["secrets", name, version] => self.secret(&request.host, name, Some(version)),
            ["deletedsecrets", name] if self.deleted.contains(name) => Answer::new(
                200,
                json!({"id": format!("https://{}/secrets/{name}", request.host), "attributes": {"enabled": true}}),
            ),
            _ => Answer::error(404, "SecretNotFound", None),
        }
    }

    fn list(&self, host: &str, query: &str) -> Answer {
        let token = query.split('&').find_map(|part| part.strip_prefix("$skiptoken="));
        let token =
            token.or_else(|| query.split('&').find_map(|part| part.strip_prefix("%24skiptoken=")));
        let from: usize = token.and_then(|text| text.parse().ok()).unwrap_or_default();
        let all: Vec<&String> = self.secrets.keys().collect();
        let page = all.iter().skip(from).take(PAGE);
        let value: Vec<Value> = page
            .map(|name| {
                let newest = self.secrets[*name].last().map(|version| version.attributes.clone());
                json!({"id": format!("https://{host}/secrets/{name}"), "attributes": newest})
            })
            .collect();
        let more = from + value.len() < all.len();
        let host = self.next_host.as_deref().unwrap_or(host);
        let next = more.then(|| {
            format!("https://{host}/secrets?api-version=7.6&$skiptoken={}", from + value.len())
        });
        Answer::new(200, json!({"value": value, "nextLink": next}))
    }

    fn secret(&self, host: &str, name: &str, version: Option<&str>) -> Answer {
        let found = self.secrets.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((name, versions)) = found else {
            return Answer::error(404, "SecretNotFound", None);
        };
        let at = match version {
            None => Some(versions.len()),
            Some(version) => (1..=versions.len()).find(|at| version_name(*at) == version),
        };
        let Some(at) = at else { return Answer::error(404, "SecretNotFound", None) };
        let Version { value, attributes } = &versions[at - 1];
        if attributes["enabled"] == json!(false) {
            return Answer::error(403, "Forbidden", Some("SecretDisabled"));
        }
        let id = format!("https://{host}/secrets/{name}/{}", version_name(at));
        Answer::new(
            200,
            json!({"id": id, "value": value, "attributes": attributes, "contentType": "text/plain"}),
        )
    }
}

/// The name of a version: 32 hex digits.
pub(super) fn version_name(at: usize) -> String {
    format!("{:032x}", 0x7f3a_0000 + at)
}

/// The encoding of forms.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
