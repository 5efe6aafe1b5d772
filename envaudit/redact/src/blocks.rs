//! Values on the lines after their name, as YAML has them.

use core::ops::Range;

use super::pairs::window;
use super::prose::{is_code, is_no_value, is_prose};
use super::references::is_bracketed;

/// How far back the beginning of a line is looked for.
const MAX_INDENT: usize = 256;

/// The value on the lines after a colon that ends one: a block after `|` or `>`, a single word, or a list of such.
pub(super) fn value(
    text: &str,
    name: &Range<usize>,
    colon: usize,
    line_end: usize,
) -> Option<Range<usize>> {
    let head = text[colon + 1..line_end].trim();
    let is_block = is_block_header(head);
    if !is_block && !head.is_empty() && !head.starts_with('#') {
        return None;
    }
    let indent = indent_of_line(text, name.start)?;
    let first = line_after(text, line_end)?;
    let depth = indent_of(&text[first.clone()]);
    let start = first.start + depth;
    // A list may begin where its name does.
    let is_list = !is_block && text[start..].starts_with("- ");
    if depth < indent || depth == indent && !is_list {
        return None;
    }
    if is_block {
        return Some(start..end_of_block(text, first, |line| indent_of(line) > indent));
    }
    let start = start + if is_list { 2 } else { 0 };
    let said = text[start..first.end].trim();
    if !is_single(&text[name.clone()], said) {
        return None;
    }
    let end = match is_list {
        true => end_of_block(text, first, |line| {
            indent_of(line) >= indent && line.trim_start().starts_with("- ")
        }),
        false => start + text[start..first.end].trim_end().len(),
    };
    Some(start..end)
}

/// `|`, `>-`, `|2`, also behind a tag or an anchor.
fn is_block_header(head: &str) -> bool {
    let mut words = head.split_ascii_whitespace();
    let mut word = words.next().unwrap_or_default();
    while word.starts_with(['!', '&']) {
        word = words.next().unwrap_or_default();
    }
    let is_end = words.next().is_none_or(|next| next.starts_with('#'));
    let rest = word.strip_prefix(['|', '>']);
    is_end
        && rest
            .is_some_and(|rest| rest.bytes().all(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9')))
}

/// How far the member of a name is indented, with the dash of a list before it.
fn indent_of_line(text: &str, name: usize) -> Option<usize> {
    let from = name.saturating_sub(MAX_INDENT);
    let before = &text.as_bytes()[from..name];
    let begin = before.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
    let before = &before[begin.or((from == 0).then_some(0))?..];
    let is_indent = |byte: &u8| matches!(byte, b' ' | b'-' | b'"' | b'\'');
    before
        .iter()
        .all(is_indent)
        .then(|| before.iter().take_while(|byte| matches!(byte, b' ' | b'-')).count())
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The line after the one that ends here, if there is one with something in it.
fn line_after(text: &str, line_end: usize) -> Option<Range<usize>> {
    let start = line_end + 1;
    let rest = text.get(start..)?;
    let end = start + rest.find('\n').unwrap_or(rest.len());
    (!text[start..end].trim().is_empty()).then_some(start..end)
}

/// The end of the last line after this one that belongs to it.
fn end_of_block(text: &str, first: Range<usize>, belongs: impl Fn(&str) -> bool) -> usize {
    let mut end = first.end;
    let mut seen = first.end;
    for line in text[first.end..].split_inclusive('\n').skip(1) {
        let bare = line.trim_end();
        if seen == first.end {
            seen += 1;
        }
        if !bare.is_empty() && !belongs(bare) {
            break;
        }
        if !bare.is_empty() {
            end = seen + bare.len();
        }
        seen += line.len();
    }
    end.min(text.len()).max(first.start + text[first.clone()].trim_end().len())
}

/// Whether a line is one word or a text in quotes, and none of a sentence.
fn is_single(name: &str, said: &str) -> bool {
    let said = window(said, MAX_INDENT);
    let is_quoted = said.starts_with(['"', '\'']) && said.len() > 2;
    let is_member = said.ends_with(':')
        || said.contains(": ")
        || said.starts_with(['-', '#', '{', '[', '|', '>']);
    let is_word = !said.is_empty() && !said.contains(char::is_whitespace);
    (is_quoted || is_word)
        && !is_member
        && !is_no_value(said)
        && !is_bracketed(said)
        && !is_code(said, true)
        && !is_prose(name, said, "")
}
