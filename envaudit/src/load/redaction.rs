//! Keeps secrets out of the message of a `validate` function, which has seen them.

use std::collections::HashSet;

use secrecy::{ExposeSecret, SecretString};

use crate::schema::KeyRequest;

const REDACTED: &str = "[REDACTED]";
/// A message that shares that many bytes with a secret is taken to quote it.
const TELLING: usize = 8;
/// A secret as short as this is looked for as a word: otherwise `a` would blacken every message.
const SHORT: usize = 3;

/// Of a longer message, the rest is not shown anyway.
const MAX_MESSAGE: usize = 16 << 10;

/// The texts of the secrets that a load has read.
#[derive(Default)]
pub(crate) struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Takes note of a secret, and of its elements if it is a list.
    pub(crate) fn note(&mut self, request: &KeyRequest, text: &str) {
        self.0.push(text.into());
        // A message is likely to show it with `{:?}`.
        let debug = format!("{text:?}");
        self.0.push(debug[1..debug.len() - 1].into());
        let separators = [request.field().sep, request.field().kv_sep];
        let mut parts = vec![text];
        for separator in separators.into_iter().flatten() {
            parts = parts.iter().flat_map(|part| part.split(separator)).collect();
            self.0.extend(parts.iter().map(|part| part.trim().into()));
        }
    }

    /// The message without the secrets and without their parts.
    pub(crate) fn redact(&self, message: &str) -> String {
        let longest = message.len().min(MAX_MESSAGE);
        let end = (0..=longest).rev().find(|&at| message.is_char_boundary(at)).unwrap_or(0);
        let message = &message[..end];
        let mut hidden = vec![false; message.len()];
        for secret in &self.0 {
            let secret = secret.expose_secret();
            hide_whole(message, secret, &mut hidden);
            hide_parts(message, secret, &mut hidden);
        }
        let mut out = String::new();
        let mut before = false;
        for (at, char) in message.char_indices() {
            match (hidden[at], before) {
                (true, false) => out.push_str(REDACTED),
                (true, true) => {}
                (false, _) => out.push(char),
            }
            before = hidden[at];
        }
        out
    }
}

fn hide_whole(message: &str, secret: &str, hidden: &mut [bool]) {
    if secret.is_empty() {
        return;
    }
    for (from, _) in message.match_indices(secret) {
        let to = from + secret.len();
        let in_word = message[..from].ends_with(char::is_alphanumeric)
            || message[to..].starts_with(char::is_alphanumeric);
        if secret.len() > SHORT || !in_word {
            hidden[from..to].fill(true);
        }
    }
}

fn hide_parts(message: &str, secret: &str, hidden: &mut [bool]) {
    let parts: HashSet<&[u8]> = secret.as_bytes().windows(TELLING).collect();
    for from in 0..message.len().saturating_sub(TELLING - 1) {
        if let Some(part) = message.get(from..from + TELLING)
            && parts.contains(part.as_bytes())
        {
            hidden[from..from + TELLING].fill(true);
        }
    }
}
