//! Credentials of known shapes.

use super::schemes::Scheme;
use super::search::ForwardSearch;
use super::spans::Spans;

/// The length of the shortest key.
const MIN_KEY: usize = 12;

pub(super) fn find(text: &str, spans: &mut Spans) {
    if text.contains("-----BEGIN") {
        pem(text, spans);
    }
    words(text, spans);
}

fn pem(text: &str, spans: &mut Spans) {
    const BEGIN: &str = "-----BEGIN";
    let mut done = 0;
    for (start, _) in text.match_indices(BEGIN) {
        // The dashes that end one key may begin the next.
        if start + BEGIN.len() <= done {
            continue;
        }
        let rest = &text[start..];
        let label = rest[BEGIN.len()..].split("-----").next().unwrap_or_default();
        if matches!(
            label.trim(),
            "CERTIFICATE" | "PUBLIC KEY" | "RSA PUBLIC KEY" | "CERTIFICATE REQUEST"
        ) {
            continue;
        }
        let end = rest.find("-----END").map_or(rest.len(), |end| {
            let after = end + 8;
            rest[after..].find("-----").map_or(rest.len(), |dashes| after + dashes + 5)
        });
        done = start + end;
        spans.push(start..done);
    }
}

/// Single words: tokens after `Bearer`, and known shapes.
fn words(text: &str, spans: &mut Spans) {
    let part = |char: char| {
        char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '+' | '/' | '~')
    };
    let mut scheme: Option<Scheme> = None;
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let len = rest.find(|char| !part(char)).unwrap_or(rest.len());
        if len == 0 {
            start += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let word = &rest[..len];
        let padding = rest[len..].len() - rest[len..].trim_start_matches('=').len();
        if let Some(scheme) = scheme.take()
            && let Some(end) = scheme.token_end(text, start)
        {
            spans.push(start..end);
            start = end;
            continue;
        }
        if is_base64_key(word, padding) {
            spans.push(start..start + len + padding);
        } else {
            let mut at = start;
            // A path or a file name may have a token in it.
            for piece in word.split(['/', '+']) {
                if let Some(from) = known_shape(piece) {
                    spans.push(at + from..at + piece.len());
                }
                at += piece.len() + 1;
            }
        }
        scheme = Scheme::of(word).filter(|_| text[start + len..].starts_with([' ', '\t']));
        start += len;
    }
}

/// Base64 that is neither a hash in hex nor a path, as long as the secret keys of AWS (40) or of Azure (88, with padding).
fn is_base64_key(word: &str, padding: usize) -> bool {
    let word = word.strip_suffix('.').unwrap_or(word);
    let has = |kind: fn(&u8) -> bool| word.bytes().any(|byte| kind(&byte));
    (word.len() == 40 || word.len() == 86 && padding == 2)
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

/// Where in a word a key of a known shape begins: at its front, or after a dot or a dash.
fn known_shape(word: &str) -> Option<usize> {
    if word.len() < MIN_KEY {
        return None;
    }
    let word = word.trim_end_matches(['.', '-', '_']);
    let mut dots = ForwardSearch::new(word, |rest| rest.find('.'));
    let mut dots_left = word.bytes().filter(|byte| *byte == b'.').count();
    let fronts = word.bytes().enumerate().filter(|(_, byte)| !byte.is_ascii_alphanumeric());
    core::iter::once((0, b'-')).chain(fronts.map(|(at, byte)| (at + 1, byte))).find_map(
        |(from, before)| {
            dots_left -= usize::from(before == b'.');
            let rest = &word[from..];
            let is_key = is_known_shape(rest)
                || rest.starts_with("eyJ") && is_jwt(rest, dots.from(from) - from, dots_left);
            is_key.then_some(from)
        },
    )
}

fn is_known_shape(word: &str) -> bool {
    /// A prefix, and how many characters follow at least.
    const PREFIXES: [(&str, usize); 34] = [
        ("IQoJb3JpZ2lu", 40),
        ("FwoGZXIvYXdz", 40),
        ("GOCSPX-", 20),
        ("whsec_", 16),
        ("shpat_", 30),
        ("dapi", 32),
        ("hf_", 30),
        ("glrt-", 16),
        ("gldt-", 16),
        ("AIza", 35),
        ("ghp_", 30),
        ("gho_", 30),
        ("ghu_", 30),
        ("ghs_", 30),
        ("ghr_", 30),
        ("github_pat_", 20),
        ("glpat-", 16),
        ("xoxa-", 8),
        ("xoxb-", 8),
        ("xoxp-", 8),
        ("xoxr-", 8),
        ("xoxs-", 8),
        ("sk_live_", 10),
        ("rk_live_", 10),
        ("sk_test_", 10),
        ("sk-", 20),
        ("hvs.", 16),
        ("hvb.", 16),
        ("ya29.", 16),
        ("npm_", 30),
        ("pypi-", 30),
        ("SG.", 30),
        ("dop_v1_", 30),
        ("AGE-SECRET-KEY-", 20),
    ];
    let alone = word.find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or(word.len());
    let aws = ["AKIA", "ASIA"].iter().any(|prefix| word.starts_with(prefix))
        && alone == 20
        && word[..20].bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let azure = (37..=40).contains(&word.len()) && word.get(3..6) == Some("8Q~");
    aws || azure
        || PREFIXES.iter().any(|(prefix, rest)| {
            word.strip_prefix(prefix).is_some_and(|after| after.len() >= *rest)
        })
}

/// A signed token has three parts, the first two JSON; an encrypted one has five. One without a signature ends in a dot.
fn is_jwt(word: &str, header: usize, dots: usize) -> bool {
    let is_json = || word.get(header + 1..).is_some_and(|payload| payload.starts_with("eyJ"));
    header >= 10 && (dots == 4 || is_json())
}
