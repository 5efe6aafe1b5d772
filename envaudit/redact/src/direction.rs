//! Characters that change the direction of a text.

/// Whether a character changes the direction of the text after it: the property Bidi_Control of Unicode.
pub fn is_turning(char: char) -> bool {
    matches!(
        char,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}
