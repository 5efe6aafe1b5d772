//! Tokens as a person would write them: the compiler's own text has blanks between all of them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// The text of a type, a path or an expression.
pub(crate) fn source_text(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.to_token_stream(), &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    // Whether a value stands before, so that `-` is between two of them, and whether a word does.
    let (mut after_value, mut after_word) = (false, false);
    let mut in_closure_head = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                if group.delimiter() == Delimiter::Brace && after_value {
                    text.push(' ');
                }
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
                (after_value, after_word) = (true, false);
            }
            TokenTree::Punct(punct) => {
                let mut operator = punct.as_char().to_string();
                let mut joint = punct.spacing() == Spacing::Joint && punct.as_char() != '\'';
                while joint && let Some(TokenTree::Punct(next)) = tokens.peek() {
                    operator.push(next.as_char());
                    joint = next.spacing() == Spacing::Joint;
                    tokens.next();
                }
                match operator.as_str() {
                    "," | ";" | ":" => text.push_str(&format!("{operator} ")),
                    "=" | "==" | "!=" | "<=" | ">=" | "->" | "=>" => {
                        text.push_str(&format!(" {operator} "));
                    }
                    "|" if in_closure_head || !after_value => {
                        text.push_str(if in_closure_head { "| " } else { "|" });
                        in_closure_head = !in_closure_head;
                    }
                    "+" | "-" | "*" | "/" | "%" | "||" | "&&" | "|" if after_value => {
                        text.push_str(&format!(" {operator} "));
                    }
                    "'" if after_word => text.push_str(" '"),
                    _ => text.push_str(&operator),
                }
                // `Vec<u8>` ends as a value does.
                (after_value, after_word) = (operator.ends_with(['>', '?']), false);
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                if after_word {
                    text.push(' ');
                }
                text.push_str(&token.to_string());
                (after_value, after_word) = (true, true);
            }
        }
    }
    let trimmed = text.trim_end().len();
    text.truncate(trimmed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_read_as_they_were_written() {
        for written in [
            "::std::option::Option<std::string::String>",
            "HashMap<String, Vec<u16>>",
            "&'static mut str",
            "Box<dyn Error + Send + 'static>",
            "[u8; 4]",
            "fn(&str) -> Result<u16, Error>",
            "<T as Trait>::Type",
            "Duration::from_secs(60 * 60)",
            "vec![\"a  b\".to_string(), 'c'.into()]",
            "-5",
            "1 - -5",
            "Config { port: 80, ..base() }",
            "|x| x? + 1",
            "u16::MAX as u32",
            "!flag && a == b",
        ] {
            let tokens: TokenStream = written.parse().unwrap();
            assert_eq!(source_text(tokens), written);
        }
    }
}
