//! What the server answers to a request.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::{Checksums, POWERLESS, State, TOKEN, error, given_token, header};

impl State {
    pub(super) fn answer(&mut self, head: &str, body: &[u8]) -> (u16, Value) {
        let target = head.split(' ').nth(1).unwrap_or_default();
        let method = head.split(' ').next().unwrap_or_default();
        self.requests.push(format!("{method} {target}"));
        if !self.scripted.is_empty() {
            return self.scripted.remove(0);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match (method, path) {
            ("GET", "/computeMetadata/v1/instance/service-accounts/default/token") => {
                match header(head, "metadata-flavor") {
                    "Google" => self.give_token(),
                    _ => (403, json!("canary: the header is missing")),
                }
            }
            ("GET", "/computeMetadata/v1/universe/universe-domain") => {
                (200, Value::String("googleapis.com".to_owned()))
            }
            ("POST", "/token" | "/sts") => match is_login(path, &String::from_utf8_lossy(body)) {
                true => self.give_token(),
                false => (
                    400,
                    json!({"error": "invalid_grant", "error_description": "canary-of-a-description"}),
                ),
            },
            ("GET", path) => match path.strip_prefix("/v1/") {
                Some(resource) => {
                    self.headers = head.to_owned();
                    match self.refusal(head) {
                        Some(refusal) => refusal,
                        None => self.read(resource, query),
                    }
                }
                None => (404, json!("canary: not here")),
            },
            _ => (404, json!("canary: not here")),
        }
    }

    fn give_token(&mut self) -> (u16, Value) {
        self.tokens += 1;
        let token = given_token(self.tokens);
        let answer = json!({"access_token": token, "expires_in": 3600, "token_type": "Bearer",
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"});
        (200, answer)
    }

    fn refusal(&self, head: &str) -> Option<(u16, Value)> {
        let token = header(head, "authorization").trim_start_matches("Bearer ");
        let given = || (1..=self.tokens).any(|number| given_token(number) == token);
        match token {
            POWERLESS => Some(error(
                403,
                "PERMISSION_DENIED",
                "Permission 'secretmanager.versions.access' denied for canary-of-a-message",
                "IAM_PERMISSION_DENIED",
            )),
            token if self.revoked.contains(token) || token != TOKEN && !given() => Some(error(
                401,
                "UNAUTHENTICATED",
                &format!("Request had invalid authentication credentials: {token}"),
                "ACCESS_TOKEN_EXPIRED",
            )),
            _ => None,
        }
    }

    fn read(&mut self, resource: &str, query: &str) -> (u16, Value) {
        // A project has a number besides its id.
        let resource = &resource.replace("projects/123/", "projects/p/");
        let absent = || error(404, "NOT_FOUND", &format!("canary: {resource} not found"), "");
        if let Some(parent) = resource.strip_suffix("/secrets") {
            return self.list(parent, query);
        }
        let (version, is_access) = match resource.strip_suffix(":access") {
            Some(version) => (version, true),
            None => (resource.as_str(), false),
        };
        let Some((secret, wanted)) = version.split_once("/versions/") else { return absent() };
        let Some(versions) = self.secrets.get(secret) else { return absent() };
        let aliased = || self.aliases.get(&(secret.to_owned(), wanted.to_owned())).copied();
        let number = match wanted {
            "latest" => Some(versions.len()),
            number => number.parse().ok().or_else(aliased),
        };
        let found = number.and_then(|number| Some((number, versions.get(number.checked_sub(1)?)?)));
        let Some((number, version)) = found else { return absent() };
        let name = format!("{}/versions/{number}", secret.replace("projects/p/", "projects/123/"));
        if !is_access {
            return (200, json!({"name": name, "createTime": version.created, "state": "ENABLED"}));
        }
        if version.state != "ENABLED" {
            let message = format!("Secret Version [{name}] is in {} state.", version.state);
            return error(400, "FAILED_PRECONDITION", &message, "");
        }
        let mut payload = json!({"data": BASE64.encode(&version.payload)});
        let sum = u64::from(checksum(&version.payload));
        match &mut self.checksums {
            Checksums::Missing => {}
            Checksums::Wrong(left) if *left > 0 => {
                *left -= 1;
                payload["dataCrc32c"] = json!((sum ^ 1).to_string());
            }
            _ => payload["dataCrc32c"] = json!(sum.to_string()),
        }
        (200, json!({"name": name, "payload": payload}))
    }

    fn list(&self, parent: &str, query: &str) -> (u16, Value) {
        let value = |name: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            pair.unwrap_or_default().replace("%3A", ":")
        };
        let filter = value("filter");
        let part = filter.strip_prefix("name:").unwrap_or_default();
        let start: usize =
            value("pageToken").trim_start_matches("canary-page-").parse().unwrap_or(0);
        let start_of_names = format!("{parent}/secrets/");
        let names: Vec<&str> = self
            .secrets
            .keys()
            .filter_map(|name| name.strip_prefix(&start_of_names))
            .filter(|name| name.contains(part))
            .collect();
        let page = names.iter().skip(start).take(self.page);
        let secrets: Vec<Value> = page
            .map(|name| json!({"name": format!("projects/123/secrets/{name}"), "labels": {"a": "canary-label"}}))
            .collect();
        let mut answer = json!({"totalSize": names.len()});
        if start.saturating_add(self.page) < names.len() {
            answer["nextPageToken"] = json!(format!("canary-page-{}", start + self.page));
        }
        if !secrets.is_empty() {
            answer["secrets"] = json!(secrets);
        }
        (200, answer)
    }
}

/// Whether a request for a token has what it takes.
fn is_login(path: &str, body: &str) -> bool {
    match path {
        "/token" => body.contains("canary-refresh-token"),
        _ => body.contains("canary-subject-token"),
    }
}

/// CRC-32C, bit by bit, as RFC 3720 has it.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0x82F6_3B78 & (sum & 1).wrapping_neg());
        }
    }
    !sum
}
