//! Addresses that are secrets: the address of a webhook is enough to post to it.

use super::REDACTED;
use super::search::ForwardSearch;
use super::spans::Spans;
use super::value_end::is_within;

/// Hosts, and the part of a path after which the secret comes. A slash ends a whole part.
const WEBHOOKS: [(&str, &str); 13] = [
    ("hooks.slack.com", "services/"),
    ("hooks.slack.com", "workflows/"),
    ("hooks.slack.com", "triggers/"),
    ("hooks.slack-gov.com", "services/"),
    ("discord.com", "webhooks/"),
    ("discordapp.com", "webhooks/"),
    ("webhook.office.com", "webhookb2/"),
    ("webhook.office.com", "webhook/"),
    ("outlook.office.com", "webhook/"),
    ("hooks.zapier.com", "catch/"),
    ("maker.ifttt.com", "key/"),
    ("api.telegram.org", "bot"),
    ("events.pagerduty.com", "integration/"),
];

/// The minimum number of characters of a secret in a path.
const MIN_SECRET: usize = 8;

/// The number of parts of a path that are examined: `/trigger/NAME/json/with/key/…` is the longest way to a secret.
const MAX_PARTS: usize = 6;

/// The secret part of the address of every webhook, also without a scheme, and with slashes as JSON may escape them.
pub(super) fn find(text: &str, spans: &mut Spans) {
    let mut paths: ForwardSearch<'_> = ForwardSearch::new(text, path_end);
    let (mut seen, mut done) = (0, 0);
    for slash in memchr::memchr_iter(b'/', text.as_bytes()) {
        let host = host_before(&text[seen..slash]);
        seen = slash + 1;
        if slash < done || host.is_empty() {
            continue;
        }
        for (_, front) in WEBHOOKS.iter().filter(|(of, _)| is_of(host, of)) {
            let end = paths.from(slash);
            let Some(start) = behind(text, slash + 1, end, front) else { continue };
            let secret = text[start..end].trim_end_matches(['.', ',', ')', ']', '}', ';', '\\']);
            if secret.len() >= MIN_SECRET && !text[start..].starts_with(REDACTED) {
                spans.push(start..start + secret.len());
                done = start + secret.len();
            }
        }
    }
}

/// Where the path of a URL ends. A secret that was not encoded may have any punctuation in it.
fn path_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let ends = |(at, char): &(usize, char)| match char {
        '?' => {
            let name = bytes[at + 1..]
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
            let name = name.count();
            bytes.get(at + 1 + name).is_some_and(|byte| *byte == b'=') || !is_within(bytes, *at)
        }
        '"' | '\'' | '<' | '>' | '`' | '#' => !is_within(bytes, *at),
        char => char.is_whitespace() || char.is_control(),
    };
    text.char_indices().find(ends).map(|(at, _)| at)
}

/// The host at the end of a text, without a port.
fn host_before(text: &str) -> &str {
    let text = text.strip_suffix('\\').unwrap_or(text);
    let host = match text.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => text,
    };
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-');
    &host[host.trim_end_matches(is_part).len()..]
}

/// Where the rest begins after this part of a path, which begins at `start`.
fn behind(text: &str, mut start: usize, end: usize, front: &str) -> Option<usize> {
    let (name, is_whole) = front.strip_suffix('/').map_or((front, false), |name| (name, true));
    for part in text.get(start..end)?.split('/').take(MAX_PARTS) {
        let next = start + part.len() + 1;
        if !is_whole && part.starts_with(name) {
            return Some(start + name.len());
        }
        if is_whole && part.strip_suffix('\\').unwrap_or(part) == name && next <= end {
            return Some(next);
        }
        start = next;
    }
    None
}

/// Whether a host is this one or below it.
fn is_of(host: &str, of: &str) -> bool {
    let Some(front) = host.len().checked_sub(of.len()) else { return false };
    host.get(front..).is_some_and(|end| end.eq_ignore_ascii_case(of))
        && (front == 0 || host.as_bytes()[front - 1] == b'.')
}
