//! Credentials among the arguments of commands.
//!
//! The long name of an option says what its value is. A letter says it only for a known program: `-p` is a password to one, a
//! port or a path to others, and `-u` mostly a user without one.

mod programs;
mod words;

use super::names::{first_word, names_a_value};
use crate::spans::Spans;
use crate::value_end::is_within;
use programs::{Running, may_log_on};
use words::{Part, Word, Words};

/// Options that are named like a secret and have no value: switches.
const SWITCHES: [&str; 14] = [
    "no", "skip", "without", "ask", "prompt", "use", "require", "allow", "disable", "enable",
    "show", "hide", "print", "with",
];

/// Words after an option that a text is about.
const PROSE: [&str; 40] = [
    "a", "an", "and", "are", "argument", "as", "at", "be", "but", "by", "can", "for", "from",
    "had", "has", "if", "in", "instead", "is", "it", "may", "must", "not", "of", "on", "option",
    "or", "should", "that", "the", "to", "true", "false", "was", "were", "when", "which", "will",
    "with", "yes",
];

pub(super) fn find(text: &str, spans: &mut Spans) {
    // Most texts have no option, and need not be split.
    let begins_word = |at: usize| at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric();
    if memchr::memchr_iter(b'-', text.as_bytes()).any(begins_word) || may_log_on(text) {
        scan(text, 0, spans);
    }
}

/// Looks through a text that begins at this byte of the whole one.
fn scan(text: &str, offset: usize, spans: &mut Spans) {
    let mut words = Words::of(text).peekable();
    let mut program: Option<Running> = None;
    while let Some(word) = words.next() {
        if word.begins {
            program = None;
        }
        let next = words.peek().filter(|next| !next.begins);
        let known = || program.as_ref()?.password(&word, next);
        if let Some(span) = long(&word, next).or_else(known).and_then(|part| part.span()) {
            let end = extended(text, span.end, word.quote);
            spans.push(offset + span.start..offset + end);
            // What such a value goes on with is no other command.
            while end > span.end && words.next_if(|word| word.at < end).is_some() {}
        }
        if word.quote.is_some() && word.text.contains(' ') {
            // `sh -c '…'`, or a quotation. A quoted text does not contain the same quotes, so this ends soon.
            scan(word.text, offset + word.at, spans);
        }
        if let Some(running) = Running::of(word.program()) {
            program = Some(running);
        } else if let Some(program) = &mut program {
            program.pass(word.text);
        }
    }
}

/// The end of a value that goes on behind a `;` or a `|` that a shell would end a command at.
fn extended(text: &str, mut end: usize, quote: Option<char>) -> usize {
    while quote.is_none()
        && text[end..].starts_with([';', '|', '&'])
        && is_within(text.as_bytes(), end)
    {
        let rest = &text[end + 1..];
        let ends = |(at, char): &(usize, char)| match char {
            ';' | '|' | '&' => true,
            '"' | '\'' | '`' | ')' => !is_within(rest.as_bytes(), *at),
            char => char.is_whitespace(),
        };
        end += 1 + rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
    }
    end
}

/// `--password VALUE`. The form with an equals sign is a value with a name like any other.
fn long<'t>(word: &Word<'t>, next: Option<&Word<'t>>) -> Option<Part<'t>> {
    let name = word.text.strip_prefix("--")?;
    let is_switch = first_word(name)
        .is_some_and(|first| SWITCHES.iter().any(|switch| first.eq_ignore_ascii_case(switch)));
    if name.contains(['=', ':']) || is_switch || !names_a_value(name) {
        return None;
    }
    next.filter(|next| !PROSE.contains(&next.text)).map(Word::whole)
}
