//! Credentials in URLs: the userinfo, and addresses that are a secret themselves.

use super::{REDACTED, Spans, ends_word};

pub(super) fn find(text: &str, spans: &mut Spans) {
    if text.contains("://") {
        userinfo(text, spans);
        webhooks(text, spans);
    }
    if memchr::memchr(b'@', text.as_bytes()).is_some() {
        oracle(text, spans);
    }
}

/// The userinfo of every URL, also where a password was not encoded and has a `/` in it.
fn userinfo(text: &str, spans: &mut Spans) {
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let rest = &text[start..];
        let word = &rest[..rest.find(ends_word).unwrap_or(rest.len())];
        let authority = &word[..word.find(['/', '?', '#']).unwrap_or(word.len())];
        let end = authority.rfind('@').or_else(|| {
            let (_, port) = authority.split_once(':')?;
            let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            if is_port { None } else { word.rfind('@') }
        });
        if let Some(end) = end {
            spans.push(start..start + end);
        }
    }
}

/// Hosts, and the paths on them behind which is what only those know who may use them.
const WEBHOOKS: [(&str, &str); 13] = [
    ("hooks.slack.com", "/services/"),
    ("hooks.slack.com", "/workflows/"),
    ("hooks.slack.com", "/triggers/"),
    ("hooks.slack-gov.com", "/services/"),
    ("discord.com", "/webhooks/"),
    ("discordapp.com", "/webhooks/"),
    ("webhook.office.com", "/webhookb2/"),
    ("webhook.office.com", "/webhook/"),
    ("outlook.office.com", "/webhook/"),
    ("hooks.zapier.com", "/hooks/catch/"),
    ("maker.ifttt.com", "/key/"),
    ("api.telegram.org", "/bot"),
    ("events.pagerduty.com", "/integration/"),
];

/// What follows in a path has at least so many characters where it is a secret.
const MIN_SECRET: usize = 8;

/// The secret part of the address of a webhook, to which anybody can post who has it.
fn webhooks(text: &str, spans: &mut Spans) {
    for (at, _) in text.match_indices("://") {
        let rest = &text[at + 3..];
        let word = &rest[..rest.find(ends_word).unwrap_or(rest.len())];
        let (authority, path) = word.split_at(word.find('/').unwrap_or(word.len()));
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let host = host.split(':').next().unwrap_or(host);
        let path = &path[..path.find(['?', '#']).unwrap_or(path.len())];
        for (of, front) in WEBHOOKS {
            if !is_of(host, of) {
                continue;
            }
            let Some(found) = path.find(front) else { continue };
            let rest = &path[found + front.len()..];
            let secret = rest.trim_end_matches(['.', ',', ')', ']', '}', ';']);
            if rest.starts_with(REDACTED) {
                continue;
            }
            if secret.len() >= MIN_SECRET {
                let start = at + 3 + authority.len() + found + front.len();
                spans.push(start..start + secret.len());
            }
        }
    }
}

/// Whether a host is this one or below it.
fn is_of(host: &str, of: &str) -> bool {
    let Some(front) = host.len().checked_sub(of.len()) else { return false };
    host.get(front..).is_some_and(|end| end.eq_ignore_ascii_case(of))
        && (front == 0 || host.as_bytes()[front - 1] == b'.')
}

/// `jdbc:oracle:thin:scott/tiger@…`: what stands before the `@`.
fn oracle(text: &str, spans: &mut Spans) {
    const DRIVER: &str = "jdbc:oracle:";
    for (at, _) in text.match_indices(DRIVER) {
        let rest = &text[at + DRIVER.len()..];
        let word = &rest[..rest.find(ends_word).unwrap_or(rest.len())];
        let Some((driver, place)) = word.split_once(':') else { continue };
        let before = place.find('@').filter(|end| *end > 0 && place[..*end].contains('/'));
        if let Some(end) = before {
            let start = at + DRIVER.len() + driver.len() + 1;
            // A password that is not quoted may have the sign itself.
            let end = place.find("@//").or_else(|| place.rfind('@')).unwrap_or(end);
            spans.push(start..start + end);
        }
    }
}
