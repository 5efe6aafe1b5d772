//! Elements of XML that are named like a secret: `<password>…</password>`, `<key>Password</key><string>…</string>`.

use core::ops::Range;

use super::REDACTED;
use super::names::names_a_secret_in_text;
use super::pairs;
use super::prose::is_no_value;
use super::references::is_bracketed;
use super::search::ForwardSearch;
use super::spans::Spans;

/// The longest tag whose name and attributes are looked at.
const MAX_TAG: usize = 512;

pub(super) fn find(text: &str, spans: &mut Spans) {
    if memchr::memmem::find(text.as_bytes(), b"</").is_none() {
        return;
    }
    let mut closings: ForwardSearch<'_> = ForwardSearch::new(text, |rest| rest.find("</"));
    // Where the element ends that said the name of a secret which the next one has.
    let mut named: Option<usize> = None;
    for at in memchr::memchr_iter(b'<', text.as_bytes()) {
        let Some(tag) = Tag::of(text, at) else { continue };
        let follows = named.take().is_some_and(|end| text[end..at].trim().is_empty());
        let says_secret = tag.says_secret();
        let closing = closings.from(tag.end);
        if !is_closing(&text[closing..], tag.name) {
            // `<setting name="password"><value>…`
            named = says_secret.then_some(tag.end);
            continue;
        }
        let content = content(text, tag.end..closing);
        let inner = &text[content.clone()];
        let is_secret = follows || says_secret || names_a_secret_in_text(local(tag.name));
        if is_secret && is_credential(inner) {
            spans.push(content);
        } else if pairs::says_secret(local(tag.name), Some(inner.trim())) {
            let end = text[closing..].find('>').map(|len| closing + len + 1);
            named = end;
        }
    }
}

/// A tag that opens an element.
struct Tag<'t> {
    name: &'t str,
    attributes: &'t str,
    /// Where it ends.
    end: usize,
}

impl<'t> Tag<'t> {
    fn of(text: &'t str, at: usize) -> Option<Self> {
        let rest = pairs::window(&text[at + 1..], MAX_TAG);
        let is_part =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':');
        let len = rest.bytes().take_while(|byte| is_part(byte)).count();
        let close = rest.find(['>', '<']).filter(|close| rest[*close..].starts_with('>'))?;
        if len == 0 || rest[..close].ends_with('/') {
            return None;
        }
        let attributes = &rest[len..close];
        (attributes.is_empty() || attributes.starts_with(char::is_whitespace)).then(|| Tag {
            name: &rest[..len],
            attributes,
            end: at + 1 + close + 1,
        })
    }

    /// Whether an attribute says that the content is a secret.
    fn says_secret(&self) -> bool {
        let mut rest = self.attributes;
        while let Some((name, value)) = rest.split_once('=') {
            let value = value.trim_start();
            let Some(quote) = value.chars().next().filter(|char| matches!(char, '"' | '\'')) else {
                return false;
            };
            let Some((value, after)) = value[1..].split_once(quote) else { return false };
            if pairs::says_secret(local(name.trim()), Some(value)) {
                return true;
            }
            rest = after;
        }
        false
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn is_closing(text: &str, name: &str) -> bool {
    text.strip_prefix("</")
        .and_then(|rest| rest.strip_prefix(name))
        .is_some_and(|rest| rest.trim_start().starts_with('>'))
}

/// The content without blanks around it, and out of `<![CDATA[…]]>`.
fn content(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let trimmed = inner.trim();
    let start = range.start + (inner.len() - inner.trim_start().len());
    let data = trimmed.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>"));
    match data {
        Some(data) => start + 9..start + 9 + data.len(),
        None => start..start + trimmed.len(),
    }
}

fn is_credential(inner: &str) -> bool {
    !inner.is_empty()
        && !inner.starts_with(REDACTED)
        && !inner.starts_with('<')
        && !is_no_value(inner)
        && !is_bracketed(inner)
}
