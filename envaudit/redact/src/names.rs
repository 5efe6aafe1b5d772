//! Names of secrets.

/// Whether a variable, a member or a parameter of this name holds a secret.
///
/// Words are separated by `_`, `-`, `.`, and capitals: `DB_PASSWORD`, `apiKey` and `auth.token` are secrets, `AUTHOR`, `MONKEY`
/// and `primary_key` are not.
pub fn is_secret_name(name: &str) -> bool {
    const ALONE: [&str; 26] = [
        "password",
        "passwords",
        "passwd",
        "passphrase",
        "passcode",
        "pwd",
        "pass",
        "pw",
        "secret",
        "secrets",
        "token",
        "credential",
        "credentials",
        "creds",
        "apikey",
        "authorization",
        "cookie",
        "bearer",
        "jwt",
        "sig",
        "signature",
        "privatekey",
        "otp",
        "pin",
        "pepper",
        "mnemonic",
    ];
    /// The last word, glued to others.
    const ENDINGS: [&str; 7] =
        ["password", "passwd", "passphrase", "secret", "token", "apikey", "pass"];
    const NO_SECRETS: [&str; 5] = ["bypass", "compass", "trespass", "overpass", "underpass"];
    /// Only as the last of several words.
    const AT_THE_END: [&str; 3] = ["auth", "sk", "salt"];
    const BEFORE_KEY: [&str; 28] = [
        "api",
        "private",
        "access",
        "secret",
        "signing",
        "encryption",
        "master",
        "account",
        "service",
        "auth",
        "hmac",
        "ssh",
        "shared",
        "license",
        "app",
        "session",
        "deploy",
        "tls",
        "ssl",
        "enc",
        "aes",
        "rsa",
        "gpg",
        "pgp",
        "jwt",
        "cookie",
        "webhook",
        "root",
    ];
    let mut previous = String::new();
    for word in words_of(name) {
        if ALONE.contains(&word.as_str()) {
            return true;
        }
        if matches!(word.as_str(), "key" | "keys") && BEFORE_KEY.contains(&previous.as_str()) {
            return true;
        }
        previous = word;
    }
    let is_glued = ENDINGS.iter().any(|ending| previous.ends_with(ending));
    let is_one_of_many = previous.len() < name.len();
    is_glued && !NO_SECRETS.contains(&previous.as_str())
        || is_one_of_many && AT_THE_END.contains(&previous.as_str())
}

/// The words of a name, in lower case.
fn words_of(name: &str) -> impl Iterator<Item = String> + '_ {
    let bytes = name.as_bytes();
    let mut start = 0;
    std::iter::from_fn(move || {
        while start < bytes.len() && !bytes[start].is_ascii_alphanumeric() {
            start += 1;
        }
        if start == bytes.len() {
            return None;
        }
        let mut end = start + 1;
        while end < bytes.len() && bytes[end].is_ascii_alphanumeric() {
            let capital = bytes[end].is_ascii_uppercase();
            let after_small = !bytes[end - 1].is_ascii_uppercase();
            // In `APIKey` the last of the capitals begins the next word.
            let before_small = bytes.get(end + 1).is_some_and(u8::is_ascii_lowercase);
            if capital && (after_small || before_small) {
                break;
            }
            end += 1;
        }
        let word = name[start..end].to_ascii_lowercase();
        start = end;
        Some(word)
    })
}

/// Whether a value of this name is the secret itself, and not its place or a rule for it, by the last word.
pub(super) fn names_a_value(name: &str) -> bool {
    const OF_SECRETS: [&str; 28] = [
        "file", "path", "dir", "stdin", "prompt", "env", "fd", "cmd", "command", "helper", "name",
        "id", "arn", "ref", "url", "uri", "type", "version", "length", "len", "policy", "ttl",
        "expiry", "age", "store", "manager", "engine", "hash",
    ];
    is_secret_name(name)
        && words_of(name).last().is_some_and(|last| !OF_SECRETS.contains(&last.as_str()))
}

/// Whether the text after this name may be a secret, and not its place or a rule for it.
///
/// Less is left than after an option: an identifier or a hash may be a secret.
pub(super) fn names_a_secret_in_text(name: &str) -> bool {
    const OF_SECRETS: [&str; 12] = [
        "file", "path", "dir", "name", "type", "policy", "ttl", "expiry", "age", "length", "len",
        "version",
    ];
    is_secret_name(name)
        && words_of(name).last().is_some_and(|last| !OF_SECRETS.contains(&last.as_str()))
}

/// Whether a name is of the address of a database, which may have a password and no scheme.
pub(super) fn names_a_dsn(name: &str) -> bool {
    words_of(name).last().is_some_and(|last| last == "dsn")
}

/// The first word of a name, in lower case.
pub(super) fn first_word(name: &str) -> Option<String> {
    words_of(name).next()
}
