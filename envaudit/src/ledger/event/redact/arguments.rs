//! Credentials among the arguments of commands.
//!
//! An option with a long name says itself what its value is. A letter says it only of a program that is known: `-p` is a
//! password to one, a port or a path to others, and `-u` mostly a user without one.

use super::names::{first_word, names_a_value};
use super::{REDACTED, Spans};

/// An option that has a password, of some programs.
struct Known {
    /// Programs, by the last part of their path.
    programs: &'static [&'static str],
    place: Place,
    letter: char,
    /// Where the value may stand: in the same word, in the next one, or both.
    forms: Forms,
}

/// Where the option stands.
#[derive(Clone, Copy)]
enum Place {
    Anywhere,
    /// Behind a word such as `login`.
    Behind(&'static str),
    /// Among the first options: what follows is another command.
    First,
}

impl Place {
    fn admits(self, seen: &[&str]) -> bool {
        match self {
            Place::Anywhere => true,
            Place::Behind(word) => seen.contains(&word),
            Place::First => seen.iter().all(|word| word.starts_with('-')),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Forms {
    Attached,
    Next,
    Both,
}

const KNOWN: [Known; 9] = [
    Known {
        // Behind a blank comes the name of a database.
        programs: &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlcheck",
            "mysqlshow",
            "mysqlpump",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
            "7z",
            "7za",
            "7zz",
        ],
        place: Place::Anywhere,
        letter: 'p',
        forms: Forms::Attached,
    },
    Known { programs: &["sshpass"], place: Place::First, letter: 'p', forms: Forms::Both },
    Known {
        programs: &["mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport"],
        place: Place::Anywhere,
        letter: 'p',
        forms: Forms::Both,
    },
    Known { programs: &["redis-cli"], place: Place::Anywhere, letter: 'a', forms: Forms::Both },
    Known {
        programs: &["docker", "podman", "nerdctl", "skopeo", "buildah", "helm", "az", "oc"],
        place: Place::Behind("login"),
        letter: 'p',
        forms: Forms::Next,
    },
    Known {
        programs: &["sqlcmd", "bcp", "ipmitool"],
        place: Place::Anywhere,
        letter: 'P',
        forms: Forms::Both,
    },
    Known { programs: &["zip", "unzip"], place: Place::Anywhere, letter: 'P', forms: Forms::Both },
    Known {
        programs: &["ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami"],
        place: Place::Anywhere,
        letter: 'w',
        forms: Forms::Both,
    },
    Known { programs: &["rabbitmqadmin"], place: Place::Anywhere, letter: 'p', forms: Forms::Next },
];

/// Programs that take `user:password`, and the options that have it.
const USERS: [&str; 2] = ["curl", "curlie"];
const USER_OPTIONS: [&str; 2] = ["--user", "--proxy-user"];
const USER_LETTERS: [char; 2] = ['u', 'U'];

/// Options that are named like a secret and have none: they switch something.
const SWITCHES: [&str; 14] = [
    "no", "skip", "without", "ask", "prompt", "use", "require", "allow", "disable", "enable",
    "show", "hide", "print", "with",
];

/// What follows an option that somebody writes about.
const PROSE: [&str; 40] = [
    "a", "an", "and", "are", "argument", "as", "at", "be", "but", "by", "can", "for", "from",
    "had", "has", "if", "in", "instead", "is", "it", "may", "must", "not", "of", "on", "option",
    "or", "should", "that", "the", "to", "true", "false", "was", "were", "when", "which", "will",
    "with", "yes",
];

pub(super) fn find(text: &str, spans: &mut Spans) {
    // Most texts have no option, and need not be taken apart.
    let begins_word = |at: usize| {
        at == 0 || matches!(text.as_bytes()[at - 1], b' ' | b'\t' | b'\n' | b'"' | b'\'')
    };
    if memchr::memchr_iter(b'-', text.as_bytes()).any(begins_word) {
        scan(text, 0, spans);
    }
}

/// Looks through a text that begins at this byte of the whole one.
fn scan(text: &str, offset: usize, spans: &mut Spans) {
    let mut words = Words { text, at: 0, begins: true }.peekable();
    let mut program = None;
    // The words behind the program.
    let mut seen: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        if word.begins {
            program = None;
        }
        let next = words.peek().filter(|next| !next.begins);
        let known = || of_program(program?, &seen, &word, next);
        if let Some(span) = long(&word, next).or_else(known).and_then(|part| part.span()) {
            spans.push(offset + span.start..offset + span.end);
        }
        if word.is_quoted && word.text.contains(' ') {
            // `sh -c '…'`, or what somebody cites.
            scan(word.text, offset + word.at, spans);
        }
        let name = word.text.rsplit('/').next().unwrap_or(word.text);
        let name = name.strip_suffix(".exe").unwrap_or(name);
        if USERS.contains(&name) || KNOWN.iter().any(|it| it.programs.contains(&name)) {
            program = Some(name);
            seen.clear();
        } else if program.is_some() {
            seen.push(word.text);
        }
    }
}

/// `--password VALUE`. The form with an equals sign is a value with a name like any other.
fn long<'t>(word: &Word<'t>, next: Option<&Word<'t>>) -> Option<Part<'t>> {
    let name = word.text.strip_prefix("--")?;
    let is_switch = first_word(name).is_some_and(|first| SWITCHES.contains(&first.as_str()));
    if name.contains(['=', ':']) || is_switch || !names_a_value(name) {
        return None;
    }
    next.filter(|next| !PROSE.contains(&next.text)).map(Word::whole)
}

/// What a known program takes for a password.
fn of_program<'t>(
    program: &str,
    seen: &[&str],
    word: &Word<'t>,
    next: Option<&Word<'t>>,
) -> Option<Part<'t>> {
    if USERS.contains(&program) {
        return user(word, next)?.behind_colon();
    }
    let of_it = |known: &&Known| known.programs.contains(&program) && known.place.admits(seen);
    KNOWN.iter().filter(of_it).find_map(|known| {
        let rest = word.text.strip_prefix('-')?.strip_prefix(known.letter)?;
        match (rest.is_empty(), known.forms) {
            (true, Forms::Next | Forms::Both) => next.map(Word::whole),
            (false, Forms::Attached | Forms::Both) => Some(word.from(2)),
            _ => None,
        }
    })
}

/// The value of `-u`, also at the end of other letters, or in the same word.
fn user<'t>(word: &Word<'t>, next: Option<&Word<'t>>) -> Option<Part<'t>> {
    if let Some(option) = USER_OPTIONS.iter().find(|option| word.text.starts_with(**option)) {
        return match word.text.as_bytes().get(option.len()) {
            None => next.map(Word::whole),
            Some(b'=') => Some(word.from(option.len() + 1)),
            Some(_) => None,
        };
    }
    let letters = word.text.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
    match letters.strip_prefix(USER_LETTERS) {
        Some(rest) if !rest.is_empty() => Some(word.from(2)),
        _ if letters.ends_with(USER_LETTERS) => next.map(Word::whole),
        _ => None,
    }
}

/// A word of a command line, without the quotes around it.
#[derive(Clone, Copy)]
struct Word<'t> {
    text: &'t str,
    /// Where it begins.
    at: usize,
    /// Whether it is the first of a command.
    begins: bool,
    /// Whether all of it stands in quotes.
    is_quoted: bool,
}

impl<'t> Word<'t> {
    fn whole(&self) -> Part<'t> {
        self.from(0)
    }

    fn from(&self, byte: usize) -> Part<'t> {
        Part { text: &self.text[byte..], at: self.at + byte }
    }
}

/// A part of a word that may be a credential.
struct Part<'t> {
    text: &'t str,
    at: usize,
}

impl Part<'_> {
    /// Where it is, unless it is something that stands for a credential.
    fn span(&self) -> Option<core::ops::Range<usize>> {
        let text = self.text.trim_start_matches(['"', '\'']);
        let stands_for = text.starts_with(['$', '<', '%', '-', '*', '@'])
            || text.starts_with("{{")
            || text.starts_with("...")
            || text.starts_with('…')
            || self.text.starts_with(REDACTED);
        (!text.is_empty() && !stands_for).then(|| self.at..self.at + self.text.len())
    }

    fn behind_colon(self) -> Option<Self> {
        let colon = self.text.find(':')? + 1;
        Some(Part { text: &self.text[colon..], at: self.at + colon })
    }
}

/// The words of a text, as a shell has them or as an array of JSON does.
struct Words<'t> {
    text: &'t str,
    at: usize,
    begins: bool,
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        loop {
            let rest = &self.text[self.at..];
            let char = rest.chars().next()?;
            match char {
                // A line goes on behind a backslash.
                '\n' if !self.text[..self.at].ends_with('\\') => self.begins = true,
                ';' | '|' | '&' => self.begins = true,
                '[' if rest.starts_with(REDACTED) => break,
                char if char.is_whitespace() || matches!(char, '[' | ']' | '(' | ')' | ',') => {}
                _ => break,
            }
            self.at += char.len_utf8();
        }
        let begins = std::mem::take(&mut self.begins);
        let start = self.at;
        let rest = &self.text[start..];
        if let Some(quote @ ('"' | '\'')) = rest.chars().next()
            && let Some(len) = rest[1..].find([quote, '\n'])
        {
            self.at = start + 1 + len + usize::from(rest[1 + len..].starts_with(quote));
            return Some(Word { text: &rest[1..1 + len], at: start + 1, begins, is_quoted: true });
        }
        let is_option = rest.starts_with('-');
        let mut quoted = None;
        let end = rest.find(|char: char| match quoted {
            Some(quote) => {
                if char == quote {
                    quoted = None;
                }
                char == '\n'
            }
            // Not in `don't`: a value in quotes follows an option.
            None if is_option && matches!(char, '"' | '\'') => {
                quoted = Some(char);
                false
            }
            None => char.is_whitespace() || matches!(char, ';' | '|'),
        });
        let text = &rest[..end.unwrap_or(rest.len())];
        self.at = start + text.len();
        Some(Word { text, at: start, begins, is_quoted: false })
    }
}
