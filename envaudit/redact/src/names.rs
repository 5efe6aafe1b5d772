//! Names of secrets: the one list that the macros, a load, the command and a ledger share.

use core::ops::Range;

/// Words that make a name a secret's, wherever they stand in it.
const ANYWHERE: [&str; 42] = [
    "password",
    "passwords",
    "passwd",
    "passwds",
    "passphrase",
    "passphrases",
    "passcode",
    "passcodes",
    "pwd",
    "pw",
    "secret",
    "secrets",
    "token",
    "accesstoken",
    "accesstokens",
    "credential",
    "credentials",
    "creds",
    "apikey",
    "apikeys",
    "privatekey",
    "privatekeys",
    "authorization",
    "cookie",
    "cookies",
    "bearer",
    "jwt",
    "sig",
    "signature",
    "otp",
    "totp",
    "pin",
    "pins",
    "pepper",
    "mnemonic",
    "psk",
    "skey",
    "akey",
    "cvv",
    "cvc",
    "connectionstring",
    "connectionstrings",
];

/// Those that mean nothing else, and for which a type is refused wherever they stand.
const UNMISTAKABLE: [&str; 7] =
    ["password", "passwd", "secret", "token", "credential", "credentials", "apikey"];

/// Those for which no type is refused: many programs have the name of a cookie, and `pass_word` may be two words.
const NEVER_REFUSED: [&str; 3] = ["cookie", "cookies", "pass_word"];

/// Words that do so as the last one.
const LAST: [&str; 4] = ["pass", "seed", "seeds", "tokens"];

/// Words that do so as the last of several.
const LAST_OF_SEVERAL: [&str; 4] = ["auth", "sk", "salt", "salts"];

/// Words that do so at the end of the last word, to which others are glued: `PGPASSWORD`, `accesstoken`.
const GLUED: [&str; 9] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "pass",
    "pwd",
    "connectionstring",
];

/// Words that only end like one of those.
const NOT_GLUED: [&str; 12] = [
    "oldpwd",
    "bypass",
    "compass",
    "encompass",
    "surpass",
    "trespass",
    "overpass",
    "underpass",
    "lowpass",
    "highpass",
    "bandpass",
    "nonsecret",
];

/// Words that make a `key` a secret: a `primary_key` and a `cache_key` are none.
const BEFORE_KEY: [&str; 41] = [
    "api",
    "private",
    "access",
    "secret",
    "signing",
    "encryption",
    "decryption",
    "crypto",
    "cipher",
    "symmetric",
    "fernet",
    "master",
    "account",
    "service",
    "admin",
    "auth",
    "hmac",
    "ssh",
    "shared",
    "preshared",
    "license",
    "installation",
    "integration",
    "subscription",
    "app",
    "session",
    "deploy",
    "recovery",
    "unseal",
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
    "wrapping",
];

/// Other pairs of words, each way in which the second is written.
const PAIRS: [(&str, &[&str]); 7] = [
    ("connection", &["string", "strings"]),
    ("conn", &["string", "str"]),
    ("pass", &["word", "words", "phrase", "code", "key"]),
    ("seed", &["phrase", "words"]),
    ("recovery", &["code", "codes", "phrase"]),
    ("backup", &["code", "codes"]),
    ("security", &["code"]),
];

/// Words before `tokens` that make it a number of them.
const QUANTITIES: [&str; 26] = [
    "max",
    "min",
    "num",
    "number",
    "n",
    "total",
    "count",
    "limit",
    "input",
    "output",
    "prompt",
    "completion",
    "context",
    "reasoning",
    "cached",
    "new",
    "used",
    "unused",
    "remaining",
    "available",
    "consumed",
    "generated",
    "per",
    "budget",
    "expired",
    "active",
];

/// Last words of names that describe a secret, and are not of its value.
const DESCRIPTIONS: [(&str, Description); 44] = [
    ("file", InText),
    ("files", InText),
    ("path", InText),
    ("dir", InText),
    ("folder", InText),
    ("stdin", ByName),
    ("prompt", ByName),
    ("env", ByName),
    ("fd", ByName),
    ("cmd", ByName),
    ("command", ByName),
    ("helper", ByName),
    ("name", InText),
    ("id", ByName),
    ("arn", ByName),
    ("ref", ByName),
    ("url", ByName),
    ("uri", ByName),
    ("endpoint", ByName),
    ("issuer", ByName),
    ("audience", ByName),
    ("domain", ByName),
    ("algorithm", InText),
    ("alg", ByName),
    ("type", InText),
    ("kind", InText),
    ("version", InText),
    ("length", InText),
    ("len", InText),
    ("size", InText),
    ("count", InText),
    ("limit", InText),
    ("policy", InText),
    ("ttl", InText),
    ("lifetime", InText),
    ("expiry", InText),
    ("expiration", InText),
    ("timeout", InText),
    ("interval", InText),
    ("age", InText),
    ("store", ByName),
    ("manager", ByName),
    ("engine", ByName),
    ("hash", ByName),
];

/// Where a description is one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Description {
    /// Also before a text in a sentence or a log.
    InText,
    /// As the name of a field or an option alone: the text after it may be a secret, as an identifier or a hash may be.
    ByName,
}

use Description::{ByName, InText};

/// Whether a variable, a field, a member or a parameter of this name holds a secret, so that its value is never shown.
///
/// Words are separated by `_`, `-`, `.`, and capitals, and may end in digits: `DB_PASSWORD`, `apiKey`, `token2` and `auth.token`
/// are secrets, `AUTHOR`, `MONKEY`, `bypass_cache`, `primary_key` and `max_tokens` are not.
///
/// ```
/// use envaudit_redact::is_secret_name;
///
/// assert!(is_secret_name("CRYPTO_KEYS") && is_secret_name("clientSecret") && is_secret_name("LDAP_USER_PASS"));
/// assert!(!is_secret_name("tokenizer") && !is_secret_name("keyboard") && !is_secret_name("LICENSE"));
/// ```
pub fn is_secret_name(name: &str) -> bool {
    Findings::of(name).next().is_some()
}

/// The words of a name, as they are written, for which a type that shows its value is to be refused.
///
/// Some of the names that [`is_secret_name`] tells are passed over here, where a false alarm stops a build: that of a cookie, and
/// those that describe a secret, such as `jwt_algorithm` and `signing_key_path`. These words count wherever they stand:
/// `password`, `passwd`, `secret`, `token`, `api_key`, `private_key`, `credential` and `credentials`.
///
/// ```
/// use envaudit_redact::secret_word;
///
/// assert_eq!(secret_word("stripe_api_key"), Some("api_key"));
/// assert_eq!(secret_word("awsCredentials"), Some("Credentials"));
/// assert_eq!(secret_word("jwt_algorithm"), None);
/// ```
pub fn secret_word(name: &str) -> Option<&str> {
    let is_description = is_description(name);
    let is_meant = |found: &Finding| {
        found.is_unmistakable
            || !is_description && !is_any(&name[found.words.clone()], &NEVER_REFUSED)
    };
    Findings::of(name).find(is_meant).map(|found| &name[found.words])
}

/// Whether a name is that of the place of a secret, or of a rule for it, by its last word: `token_ttl`, `private_key_path`.
///
/// A number, a duration or a path of such a name is no secret.
pub fn is_description(name: &str) -> bool {
    description(name).is_some()
}

/// What the last word of a name is, if it describes a secret.
const fn description(name: &str) -> Option<Description> {
    let mut words = Words::of(name);
    let mut last = 0..0;
    while let Some(word) = words.step() {
        last = word;
    }
    let mut at = 0;
    while at < DESCRIPTIONS.len() {
        if is(part(name, last.start, last.end), DESCRIPTIONS[at].0) {
            return Some(DESCRIPTIONS[at].1);
        }
        at += 1;
    }
    None
}

/// Whether a prefix makes the name of a secret of a name that is none: `API_` of `KEY`, `SMTP_` of `AUTH`.
///
/// A prefix that is a secret's by itself says nothing of the names behind it, and `APP_` stands before the names of any program.
/// It is called in constant evaluation, for every name of a nested struct: for most names the first word is looked at alone.
pub const fn completes_secret(name: &str, prefix: usize) -> bool {
    const SECONDS: [&str; 10] =
        ["key", "keys", "string", "strings", "str", "word", "words", "phrase", "code", "codes"];
    let (before, rest) = name.split_at(prefix);
    let mut words = Words::of(rest);
    let Some(first) = words.step() else { return false };
    let is_only = words.step().is_none();
    let word = part(rest, first.start, first.end);
    let may_be_second = is_any(word, &SECONDS);
    let may_be_last = is_only && is_any(word, &LAST_OF_SEVERAL);
    if !may_be_second && !may_be_last {
        return false;
    }
    let mut words = Words::of(before);
    let mut last: Option<Range<usize>> = None;
    while let Some(word) = words.step() {
        last = Some(word);
    }
    let Some(last) = last else { return false };
    let last = part(before, last.start, last.end);
    if is(last, "app") {
        return false;
    }
    match pair(last, word) {
        Some(is_unmistakable) => is_unmistakable || description(name).is_none(),
        None => may_be_last,
    }
}

/// Whether a name is that of an address which may have a password in it.
pub fn is_address_name(name: &str) -> bool {
    ends_in(name, &["dsn", "dsns"])
}

/// Whether a name is that of a connection, so that a value of the form `user/password@place` has a password in it.
#[cfg(feature = "text")]
pub(super) fn is_connection_name(name: &str) -> bool {
    const CONNECTIONS: [&str; 20] = [
        "dsn",
        "dsns",
        "url",
        "urls",
        "uri",
        "uris",
        "connection",
        "connections",
        "connect",
        "conn",
        "database",
        "databases",
        "db",
        "datasource",
        "jdbc",
        "oracle",
        "ezconnect",
        "tns",
        "logon",
        "userid",
    ];
    Words::of(name).any(|word| is_any(&name[word], &CONNECTIONS))
}

/// Whether a value of this name is the secret itself, and not its place or a rule for it.
#[cfg(feature = "text")]
pub(super) fn names_a_value(name: &str) -> bool {
    is_secret_name(name) && !is_description(name)
}

/// Whether the text after this name may be a secret, and not its place or a rule for it.
///
/// Less is left than after an option: an identifier or a hash may be a secret.
#[cfg(feature = "text")]
pub(super) fn names_a_secret_in_text(name: &str) -> bool {
    is_secret_name(name) && description(name) != Some(InText) && !is_authorization_id(name)
}

/// Whether a name is that of whoever was authorised.
#[cfg(feature = "text")]
fn is_authorization_id(name: &str) -> bool {
    ends_in(name, &["id", "url", "endpoint"])
        && Words::of(name).any(|word| is(&name[word], "authorization"))
}

/// Whether a number under this name counts secrets, and is none.
#[cfg(feature = "text")]
pub(super) fn names_a_count(name: &str) -> bool {
    ends_in(name, &["tokens", "secrets", "credentials", "cookies", "keys", "seeds"])
}

/// The first word of a name.
#[cfg(feature = "text")]
pub(super) fn first_word(name: &str) -> Option<&str> {
    Words::of(name).next().map(|word| &name[word])
}

/// A word of a name, or two, that say that it is a secret's.
struct Finding {
    words: Range<usize>,
    is_unmistakable: bool,
}

/// All of them.
struct Findings<'n> {
    name: &'n str,
    words: std::iter::Peekable<Words<'n>>,
    before: Option<Range<usize>>,
}

impl<'n> Findings<'n> {
    fn of(name: &'n str) -> Self {
        Findings { name, words: Words::of(name).peekable(), before: None }
    }

    /// Whether a word says so, alone or as the last one.
    fn single(&self, before: Option<&Range<usize>>, word: &str, is_last: bool) -> bool {
        if is_any(word, &ANYWHERE) {
            return true;
        }
        if !is_last {
            return false;
        }
        let is_key = ["key", "keys"]
            .iter()
            .any(|key| front(word, key).is_some_and(|front| is_any(front, &BEFORE_KEY)));
        let is_glued = || {
            GLUED.iter().any(|ending| front(word, ending).is_some_and(|front| !front.is_empty()))
                && !is_any(word, &NOT_GLUED)
        };
        is_any(word, &LAST) && !counts_tokens(self.name)
            || before.is_some() && is_any(word, &LAST_OF_SEVERAL)
            || is_key
            || is_glued()
    }
}

impl Iterator for Findings<'_> {
    type Item = Finding;

    fn next(&mut self) -> Option<Finding> {
        loop {
            let word = self.words.next()?;
            let before = self.before.replace(word.clone());
            let is_last = self.words.peek().is_none();
            let text = &self.name[word.clone()];
            if let Some(before) = &before
                && let Some(is_unmistakable) = pair(&self.name[before.clone()], text)
            {
                return Some(Finding { words: before.start..word.end, is_unmistakable });
            }
            if self.single(before.as_ref(), text, is_last) {
                return Some(Finding { words: word, is_unmistakable: is_any(text, &UNMISTAKABLE) });
            }
        }
    }
}

/// The words of a name.
struct Words<'n> {
    name: &'n str,
    at: usize,
}

impl<'n> Words<'n> {
    const fn of(name: &'n str) -> Self {
        Words { name, at: 0 }
    }

    /// The next one, also in constant evaluation.
    const fn step(&mut self) -> Option<Range<usize>> {
        let bytes = self.name.as_bytes();
        let mut start = self.at;
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
            let before_small = end + 1 < bytes.len() && bytes[end + 1].is_ascii_lowercase();
            if capital && (after_small || before_small) {
                break;
            }
            end += 1;
        }
        self.at = end;
        Some(start..end)
    }
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        self.step()
    }
}

/// Whether this is the word, whatever its case, and with a number after it or without.
const fn is(text: &str, word: &str) -> bool {
    let mut bytes = text.as_bytes();
    while let Some((last, rest)) = bytes.split_last()
        && last.is_ascii_digit()
    {
        bytes = rest;
    }
    bytes.eq_ignore_ascii_case(word.as_bytes())
}

const fn is_any(text: &str, words: &[&str]) -> bool {
    let mut at = 0;
    while at < words.len() {
        if is(text, words[at]) {
            return true;
        }
        at += 1;
    }
    false
}

/// A part of a name: words of ASCII, so that it begins and ends between characters.
const fn part(name: &str, from: usize, to: usize) -> &str {
    name.split_at(to).0.split_at(from).1
}

/// Whether two words that follow each other say that a name is a secret's, and if so, whether they mean nothing else.
const fn pair(first: &str, word: &str) -> Option<bool> {
    if is_any(word, &["key", "keys"]) && is_any(first, &BEFORE_KEY) {
        return Some(is_any(first, &["api", "private"]) && is_any(word, &["key"]));
    }
    let mut at = 0;
    while at < PAIRS.len() {
        if is(first, PAIRS[at].0) && is_any(word, PAIRS[at].1) {
            return Some(false);
        }
        at += 1;
    }
    None
}

/// What is before this end of a word.
fn front<'t>(text: &'t str, end: &str) -> Option<&'t str> {
    let text = text.trim_end_matches(|char: char| char.is_ascii_digit());
    let (front, rest) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
    rest.eq_ignore_ascii_case(end).then_some(front)
}

/// Whether the last word of a name is one of these.
pub(super) fn ends_in(name: &str, words: &[&str]) -> bool {
    Words::of(name).last().is_some_and(|last| is_any(&name[last], words))
}

/// Whether a text ends with this word, whatever its case.
#[cfg(feature = "text")]
pub(super) fn last_word_is(text: &str, word: &str) -> bool {
    let Some(before) = text.len().checked_sub(word.len()) else { return false };
    text.get(before..).is_some_and(|end| end.eq_ignore_ascii_case(word))
        && !text.as_bytes()[..before].last().is_some_and(u8::is_ascii_alphanumeric)
}

/// Whether a name is that of a number of tokens: `max_output_tokens`.
fn counts_tokens(name: &str) -> bool {
    ends_in(name, &["tokens"]) && Words::of(name).any(|word| is_any(&name[word], &QUANTITIES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_completes_the_name_of_a_secret() {
        for (prefix, name) in [
            ("API_", "KEY"),
            ("MY_API_", "KEY_ID"),
            ("SMTP_", "AUTH"),
            ("SSH_", "keys"),
            ("CONN_", "STR"),
        ] {
            assert!(completes_secret(&format!("{prefix}{name}"), prefix.len()), "{prefix}{name}");
        }
        for (prefix, name) in [
            ("APP_", "KEY"),
            ("CACHE_", "KEY"),
            ("", "KEY"),
            ("API_", "PASSWORD"),
            ("API_", "URL"),
            ("SIGNING_", "KEY_PATH"),
            ("TOKENS_", "HOST"),
            ("SMTP_", "AUTH_METHOD"),
        ] {
            assert!(!completes_secret(&format!("{prefix}{name}"), prefix.len()), "{prefix}{name}");
        }
        for (first, seconds) in PAIRS {
            for second in seconds {
                let name = format!("{first}_{second}");
                assert!(completes_secret(&name, first.len() + 1), "{name}");
            }
        }
    }

    #[test]
    fn the_words_for_which_a_type_is_refused_are_told_as_they_are_written() {
        for (name, word) in [
            ("password", "password"),
            ("db_password", "password"),
            ("API_KEY", "API_KEY"),
            ("apiKey", "apiKey"),
            ("token_url", "token"),
            ("jwt_secret_algorithm", "secret"),
            ("awsCredentials", "Credentials"),
            ("stripe_private_key", "private_key"),
            ("KEY_SEED", "SEED"),
            ("crypto_keys", "crypto_keys"),
            ("tokens", "tokens"),
            ("authorization_header", "authorization"),
            ("connectionString", "connectionString"),
            ("PGPASSWORD2", "PGPASSWORD2"),
        ] {
            assert_eq!(secret_word(name), Some(word), "{name}");
        }
        for name in [
            "tokenizer",
            "max_tokens",
            "secretary",
            "key",
            "author",
            "session_cookie",
            "cookie_domain",
            "jwt_issuer",
            "signing_key_path",
            "signature_algorithm",
            "pass_rate",
            "pass_word",
            "license",
            "dsn",
        ] {
            assert_eq!(secret_word(name), None, "{name}");
        }
    }
}
