//! Names of variables.

/// `SCREAMING_SNAKE_CASE` of a field's name: `db_host` and `dbHost` are `DB_HOST`.
pub(crate) fn screaming_snake(name: &str) -> String {
    words(name).join("_").to_uppercase()
}

/// `snake_case` of a variant's name.
pub(crate) fn snake(name: &str) -> String {
    words(name).join("_").to_lowercase()
}

/// Splits at `_` and where a small letter or a digit is followed by a capital. Underscores at both ends stay.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = '_';
    for char in name.chars() {
        let new_word = char.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if char == '_' || new_word {
            words.push(String::new());
        }
        if char != '_' {
            words.last_mut().into_iter().for_each(|word| word.push(char));
        }
        before = char;
    }
    words
}

/// Whether it can be the name of an environment variable in every shell: POSIX, "Environment Variables". What follows
/// a prefix may begin with a digit.
pub(crate) fn is_valid(name: &str, may_begin_with_digit: bool) -> bool {
    is_valid_prefix(name, may_begin_with_digit) && !name.is_empty()
}

/// Whether names may begin with it.
pub(crate) fn is_valid_prefix(prefix: &str, may_begin_with_digit: bool) -> bool {
    prefix.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
        && (may_begin_with_digit || !prefix.starts_with(|char: char| char.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fields_become_names_of_variables() {
        for (field, key) in [
            ("port", "PORT"),
            ("db_host", "DB_HOST"),
            ("dbHost", "DB_HOST"),
            ("http2_port", "HTTP2_PORT"),
            ("URL", "URL"),
            ("_private", "_PRIVATE"),
        ] {
            assert_eq!(screaming_snake(field), key);
        }
    }
}
