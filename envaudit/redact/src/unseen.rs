//! Characters that are obeyed, or not seen, where a text is shown.

/// Whether a character changes the direction of the text after it: the property `Bidi_Control` of Unicode.
pub fn is_turning(char: char) -> bool {
    matches!(
        char,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Whether a code point is no character, which XML and HTML must not contain: the last two of each plane, and 32 more.
pub fn is_noncharacter(char: char) -> bool {
    u32::from(char) & 0xfffe == 0xfffe || matches!(char, '\u{fdd0}'..='\u{fdef}')
}

/// Whether nothing is seen where this character is, so that two texts can look the same: those that Unicode says to ignore if they
/// cannot be shown (`Default_Ignorable_Code_Point`), but for those that choose between forms of the character before them.
pub fn is_unseen(char: char) -> bool {
    matches!(
        char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}'
    )
}
