//! The paths that a Rust source file names: in `use`, in `pub use`, and in the code itself.

/// A path, resolved as far as its text alone allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedPath {
    /// The line that its last segment is on, from 1.
    pub(crate) line: usize,
    /// From the root of the crate (`["crate", "read", "lines", "Lines"]`), or from another crate or a name in scope
    /// (`["envaudit_ledger", "Ledger"]`). A `*` at the end is kept.
    pub(crate) segments: Vec<String>,
}

/// The paths of a file whose module is `module`, the names from the root of its crate.
///
/// In the code, a path counts where it begins with `crate`, `self`, `super` or the name of another crate of ours: what else
/// is named there was imported, or is part of the module itself. What begins with `$crate` is the code of whoever calls the
/// macro, and does not count.
pub(crate) fn named_paths(text: &str, module: &[&str]) -> Vec<NamedPath> {
    let tokens = tokens(text);
    let mut scanner = Scanner {
        tokens: &tokens,
        at: 0,
        module: module.iter().map(|&name| name.to_owned()).collect(),
        children: children(&tokens),
        found: Vec::new(),
    };
    scanner.scan();
    scanner.found
}

struct Token<'a> {
    line: usize,
    text: &'a str,
}

impl Token<'_> {
    fn is_name(&self) -> bool {
        self.text.starts_with(|c: char| c == '_' || c.is_alphabetic())
    }
}

struct Scanner<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    /// The module that the scanner is in, the inline ones of the file included.
    module: Vec<String>,
    /// The modules that the file declares.
    children: Vec<&'a str>,
    found: Vec<NamedPath>,
}

impl Scanner<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    fn scan(&mut self) {
        let mut depth = 0;
        // At which depth each inline module began.
        let mut inline = Vec::new();
        while self.at < self.tokens.len() {
            match self.text(self.at) {
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    if inline.last() == Some(&depth) {
                        inline.pop();
                        self.module.pop();
                    }
                }
                "mod" if self.text(self.at + 2) == "{" => {
                    let name = self.text(self.at + 1).to_owned();
                    self.module.push(name);
                    inline.push(depth);
                }
                // What only documentation names is no part of the code.
                "use" if self.follows("# [ cfg ( doc ) ]") => {
                    while !matches!(self.text(self.at), ";" | "") {
                        self.at += 1;
                    }
                }
                "use" => {
                    self.at += 1;
                    self.tree(&mut Vec::new());
                    continue;
                }
                _ if self.begins_path() => {
                    self.tree(&mut Vec::new());
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn follows(&self, tokens: &str) -> bool {
        let before = tokens.split(' ').rev().zip(self.tokens[..self.at].iter().rev());
        before.filter(|(text, token)| *text == token.text).count() == tokens.split(' ').count()
    }

    fn begins_path(&self) -> bool {
        let text = self.text(self.at);
        let relative = matches!(text, "crate" | "self" | "super");
        let ours = text == "envaudit" || text.starts_with("envaudit_");
        let first = self.at == 0 || !matches!(self.text(self.at - 1), "::" | "$");
        (relative || ours) && first && self.text(self.at + 1) == "::"
    }

    /// Reads one path after those of `prefix`, or the paths between braces.
    fn tree(&mut self, prefix: &mut Vec<String>) {
        let before = prefix.len();
        if self.text(self.at) == "::" {
            self.at += 1;
        }
        let mut line = self.tokens.get(self.at).map_or(0, |token| token.line);
        loop {
            match self.tokens.get(self.at) {
                Some(token) if token.text == "{" => {
                    self.at += 1;
                    while !matches!(self.text(self.at), "}" | "") {
                        self.tree(prefix);
                        if self.text(self.at) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    prefix.truncate(before);
                    return;
                }
                Some(token) if token.text == "*" || token.is_name() => {
                    line = token.line;
                    prefix.push(token.text.to_owned());
                    self.at += 1;
                }
                // Generics, or no path at all: what stands here is looked at as code.
                _ => break,
            }
            if self.text(self.at) != "::" {
                break;
            }
            self.at += 1;
        }
        if self.text(self.at) == "as" {
            self.at += 2;
        } else if prefix.len() == before && !matches!(self.text(self.at), "," | "}") {
            self.at += 1;
        }
        if let Some(segments) = self.resolved(prefix) {
            self.found.push(NamedPath { line, segments });
        }
        prefix.truncate(before);
    }

    fn resolved(&self, path: &[String]) -> Option<Vec<String>> {
        let mut from = self.module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => {
                from.clear();
                rest = &path[1..];
            }
            "self" => rest = &path[1..],
            "super" => {}
            child if self.children.contains(&child) => {}
            _ => return Some(path.to_vec()),
        }
        while rest.first().is_some_and(|name| name == "super") {
            from.pop();
            rest = &rest[1..];
        }
        // `use a::{self}` is the module itself.
        let rest = rest.iter().filter(|name| *name != "self");
        Some(["crate".to_owned()].into_iter().chain(from).chain(rest.cloned()).collect())
    }
}

/// The modules that a file declares.
fn children<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    let pairs = tokens.windows(2).filter(|pair| pair[0].text == "mod" && pair[1].is_name());
    pairs.map(|pair| pair[1].text).collect()
}

/// The names and signs of a text, without its comments, and with every literal left out.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => comment(rest),
            '"' => string(rest, 0),
            '\'' => character(rest),
            _ if raw_string(rest).is_some() => raw_string(rest).unwrap_or(1),
            _ if first == '_' || first.is_alphabetic() => {
                let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric());
                let end = end.unwrap_or(rest.len());
                // A prefix of a string: `b"…"`, `c"…"`.
                if matches!(&rest[..end], "b" | "c") && rest[end..].starts_with('"') {
                    end + string(&rest[end..], 0)
                } else {
                    tokens.push(Token { line, text: &rest[..end] });
                    end
                }
            }
            _ if rest.starts_with("::") => {
                tokens.push(Token { line, text: "::" });
                2
            }
            _ if first.is_ascii_digit() => {
                let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric());
                end.unwrap_or(rest.len())
            }
            _ => {
                let length = first.len_utf8();
                if !first.is_whitespace() {
                    tokens.push(Token { line, text: &rest[..length] });
                }
                length
            }
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

/// How long the block comment is that a text begins with.
fn comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// How long the string is that begins at `from` with a quote.
fn string(text: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, c) in text[from..].char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return from + at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How long the raw string is that a text begins with: `r"…"`, `br#"…"#`.
fn raw_string(text: &str) -> Option<usize> {
    let start = ["br", "cr", "r"].into_iter().find(|prefix| text.starts_with(prefix))?;
    let hashes = text[start.len()..].bytes().take_while(|&byte| byte == b'#').count();
    let open = start.len() + hashes;
    if !text[open..].starts_with('"') {
        return None;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let found = text[open + 1..].find(&end)?;
    Some(open + 1 + found + end.len())
}

/// How long the character, or the beginning of the lifetime, is that a text begins with.
fn character(text: &str) -> usize {
    let mut rest = text[1..].chars();
    match (rest.next(), rest.next()) {
        (Some('\\'), _) => text[3..].find('\'').map_or(text.len(), |end| 3 + end + 1),
        (Some(c), Some('\'')) => 1 + c.len_utf8() + 1,
        _ => 1,
    }
}

#[test]
fn paths_are_found_with_their_lines() {
    let text = r##"
//! use crate::not::this;
#[cfg(doc)] use crate::nor::this; use std::fmt;
use crate::read::{
    lines::{Lines, blocks as b},
    reader::*,
};
pub use self::change::Kind;
use super::super::key; mod other;
/* use crate::nor::this; /* nested */ */
fn f<'a>(x: &'a crate::store::Tail) -> Vec<super::ids::Ids> {
    let text = "use crate::a::string;\" crate::b"; let c = '"'; let d = '\'';
    let e = r#"crate::"raw"#;
    crate::write::append::<u8>(x); envaudit_ledger::Ledger::open();
}
mod tests {
    use super::*;
    use super::super::value;
}
pub(in crate::config) use other::find;
macro_rules! m { () => { $crate::a::B } }
"##;
    let found = named_paths(text, &["config", "last"]);
    let found: Vec<_> = found.iter().map(|path| (path.line, path.segments.join("::"))).collect();
    let expected = [
        (3, "std::fmt"),
        (5, "crate::read::lines::Lines"),
        (5, "crate::read::lines::blocks"),
        (6, "crate::read::reader::*"),
        (8, "crate::config::last::change::Kind"),
        (9, "crate::key"),
        (11, "crate::store::Tail"),
        (11, "crate::config::ids::Ids"),
        (14, "crate::write::append"),
        (14, "envaudit_ledger::Ledger::open"),
        (17, "crate::config::last::*"),
        (18, "crate::config::value"),
        (20, "crate::config"),
        (20, "crate::config::last::other::find"),
    ];
    let expected = expected.map(|(line, path)| (line, path.to_owned()));
    assert_eq!(found, expected);
}
