//! Texts that are about a secret, and do not have one: sentences, states, the code of programs.

use crate::names::is_secret_name;
use crate::pairs;

/// What a log says of a secret in the place of its value.
const STATES: [&str; 133] = [
    "absent",
    "accepted",
    "active",
    "added",
    "allowed",
    "applied",
    "approved",
    "available",
    "bad",
    "blank",
    "blocked",
    "cached",
    "cannot",
    "changed",
    "checked",
    "cleared",
    "compromised",
    "configured",
    "correct",
    "corrupt",
    "could",
    "created",
    "declined",
    "default",
    "deleted",
    "denied",
    "different",
    "disabled",
    "duplicate",
    "empty",
    "enabled",
    "encrypted",
    "exists",
    "expected",
    "expired",
    "expires",
    "expiring",
    "failed",
    "failure",
    "forbidden",
    "found",
    "generated",
    "given",
    "granted",
    "hashed",
    "hidden",
    "ignored",
    "inactive",
    "incorrect",
    "initialised",
    "initialized",
    "invalid",
    "issued",
    "leaked",
    "least",
    "loaded",
    "locked",
    "long",
    "malformed",
    "masked",
    "match",
    "matches",
    "maximum",
    "minimum",
    "mismatch",
    "missing",
    "must",
    "needed",
    "never",
    "no",
    "none",
    "not",
    "nothing",
    "null",
    "obtained",
    "off",
    "ok",
    "okay",
    "omitted",
    "on",
    "optional",
    "parse",
    "parsed",
    "pending",
    "plain",
    "present",
    "prompted",
    "protected",
    "provided",
    "received",
    "redacted",
    "refreshed",
    "refused",
    "rejected",
    "removed",
    "renewed",
    "required",
    "reset",
    "reused",
    "revoked",
    "rotated",
    "same",
    "see",
    "sent",
    "set",
    "short",
    "should",
    "signed",
    "skipped",
    "stale",
    "stored",
    "strong",
    "succeeded",
    "success",
    "supported",
    "temporary",
    "too",
    "unauthorized",
    "unavailable",
    "unchanged",
    "undefined",
    "unexpected",
    "unknown",
    "unset",
    "unsigned",
    "unsupported",
    "unused",
    "updated",
    "used",
    "valid",
    "verified",
    "weak",
    "wrong",
];

/// Words that a sentence goes on with.
const LINKS: [&str; 47] = [
    "a", "about", "after", "again", "all", "an", "and", "are", "as", "at", "be", "because", "been",
    "before", "but", "by", "can", "did", "does", "for", "from", "has", "have", "if", "in", "into",
    "is", "it", "must", "not", "of", "on", "or", "per", "should", "since", "that", "the", "then",
    "to", "until", "was", "were", "when", "will", "with", "you",
];

/// Schemes of a header, before a credential.
const SCHEMES: [&str; 10] = [
    "basic",
    "bearer",
    "digest",
    "token",
    "negotiate",
    "ntlm",
    "apikey",
    "hmac",
    "aws4-hmac-sha256",
    "oauth",
];

/// Whether the text behind `name: ` is a sentence or a state, by the first word of it and the text behind that.
///
/// A short number is not a password, but it may be a PIN; a long one is only where tests pass.
pub(super) fn is_prose(name: &str, value: &str, after: &str) -> bool {
    let word = value.trim_end_matches(['.', '!', '?', ',', ';', ':']);
    if is_state(word) || is_sentence(word, after) || is_progress(name, value) {
        return true;
    }
    // `secret "db" not found`
    if NOUNS.contains(&word) && after.starts_with(" \"") {
        return true;
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return false;
    }
    let is_ticket = word.split_once('-').is_some_and(|(project, number)| {
        !project.is_empty()
            && project.bytes().all(|byte| byte.is_ascii_uppercase())
            && is_number(number)
    });
    let is = |names: &[&str]| names.iter().any(|other| name.eq_ignore_ascii_case(other));
    let is_count =
        is_number(word) && (is(&["pass"]) || word.len() <= 3 && !is(&["pin", "otp", "passcode"]));
    is_ticket || is_count
}

/// Whether a word that a sentence says of a secret is its value: `the password is …`. Of letters alone is only a password, and
/// only as the last word.
pub(super) fn is_said_value(word: &str, is_password: bool, is_last: bool) -> bool {
    const MIN: usize = 6;
    let is_none = word.is_empty()
        || is_state(word)
        || is_no_value(word)
        || is_algorithm(word)
        || is_technical(word)
        || is_code(word, true)
        || word.contains("://")
        || word.starts_with(['/', '~', '$', '<', '(', '['])
        || word.contains(char::is_control);
    if is_none {
        return false;
    }
    let has = |kind: fn(&u8) -> bool| word.bytes().any(|byte| kind(&byte));
    let (letters, digits) = (has(u8::is_ascii_alphabetic), has(u8::is_ascii_digit));
    let is_odd = |byte: &u8| {
        matches!(byte, b'!' | b'#' | b'%' | b'^' | b'&' | b'*' | b'+' | b'=' | b'@' | b'|' | b'?')
    };
    if letters && (digits && !word.contains('/') || has(is_odd)) {
        // `8-character`, `foo@bar`
        let starts_with_count = word.split_once('-').is_some_and(|(count, _)| is_number(count));
        return word.len() >= if is_password && is_last { 4 } else { MIN } && !starts_with_count;
    }
    if is_number(word) {
        return is_password && is_last && word.len() >= 4;
    }
    let is_plain = word.chars().all(|char| char.is_alphabetic() || char == '_');
    is_password
        && is_last
        && is_plain
        && !is_adjective(&word.to_lowercase())
        && !pairs::is_name(word)
}

/// The name of an encoding, a version or a standard.
fn is_technical(word: &str) -> bool {
    const NAMES: [&str; 24] = [
        "base", "utf", "sha", "md5", "x509", "oauth", "http", "rfc", "ipv", "aes", "rsa", "hs",
        "rs", "es", "k8s", "s3", "pbkdf2", "argon2", "bcrypt", "pkcs", "ed25519", "p12", "ascii",
        "iso",
    ];
    const MAX: usize = 12;
    let small = word.to_ascii_lowercase();
    let rest = |name: &&str| small.strip_prefix(name);
    let is_rest = |rest: &str| {
        rest.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'/'))
    };
    let is_version = small.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && is_rest(rest));
    word.len() <= MAX && (is_version || NAMES.iter().filter_map(rest).any(is_rest))
}

/// Whether a small word says how a password is, or what, and is hardly one.
fn is_adjective(word: &str) -> bool {
    const ENDS: [&str; 15] = [
        "ed", "ing", "able", "ible", "ful", "less", "ly", "ous", "ive", "ary", "ical", "ent",
        "ant", "word", "phrase",
    ];
    const WORDS: [&str; 66] = [
        "safe",
        "secure",
        "insecure",
        "public",
        "private",
        "secret",
        "easy",
        "hard",
        "simple",
        "complex",
        "old",
        "new",
        "fine",
        "good",
        "better",
        "ours",
        "yours",
        "mine",
        "theirs",
        "his",
        "hers",
        "known",
        "lost",
        "kept",
        "stolen",
        "taken",
        "written",
        "broken",
        "shown",
        "chosen",
        "forgotten",
        "left",
        "seen",
        "put",
        "read",
        "sent",
        "here",
        "there",
        "this",
        "below",
        "above",
        "what",
        "it",
        "one",
        "yes",
        "only",
        "random",
        "unique",
        "static",
        "dynamic",
        "opaque",
        "plaintext",
        "cleartext",
        "text",
        "nullable",
        "mandatory",
        "strict",
        "ready",
        "gone",
        "out",
        "up",
        "down",
        "back",
        "something",
        "nothing",
        "done",
    ];
    LINKS.contains(&word)
        || VERBS.contains(&word)
        || WORDS.contains(&word)
        || ENDS.iter().any(|end| word.len() > end.len() + 1 && word.ends_with(end))
}

/// Whether a header has a sentence or a state in the place of a credential.
pub(super) fn is_header_prose(line: &str) -> bool {
    let line = line.trim_start();
    let len = line.find(char::is_whitespace).unwrap_or(line.len());
    let (first, after) = line.split_at(len);
    let word = first.trim_end_matches(['.', '!', '?', ',', ';', ':']);
    let is_scheme = SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme));
    let is_said = || (is_state(word) || is_sentence(word, after)) && !line.contains('=');
    !is_scheme && (is_said() || is_code(first, false))
}

/// Whether a value says that there is none, or answers a question: `token=null`, `use_password=false`.
pub(super) fn is_no_value(value: &str) -> bool {
    const NO_VALUES: [&str; 9] =
        ["true", "false", "null", "nil", "none", "undefined", "yes", "no", "(null)"];
    let is_mask = !value.is_empty() && value.chars().all(|char| matches!(char, '*' | '•'));
    is_mask || NO_VALUES.iter().any(|other| value.eq_ignore_ascii_case(other))
}

/// Whether a value is the name of an algorithm: `signature: RSA-SHA256`.
pub(super) fn is_algorithm(value: &str) -> bool {
    const ALGORITHMS: [&str; 16] = [
        "rsa", "ecdsa", "ed25519", "hmac", "sha1", "sha-1", "sha256", "sha-256", "sha512",
        "sha-512", "md5", "rs256", "es256", "hs256", "eddsa", "argon2",
    ];
    const MAX: usize = 20;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let rest = |name: &&str| {
        let (front, rest) = value.split_at_checked(name.len())?;
        front.eq_ignore_ascii_case(name).then_some(rest)
    };
    let is_end = |rest: &str| !rest.starts_with(|char: char| char.is_ascii_alphanumeric());
    value.len() <= MAX
        && value.bytes().all(is_part)
        && ALGORITHMS.iter().filter_map(rest).any(is_end)
}

/// Whether a value is code or a type: `String`, `Option<Token>`, `self.next()`, `os.environ[`.
pub(super) fn is_code(value: &str, is_spaced: bool) -> bool {
    const TYPES: [&str; 34] = [
        "String",
        "str",
        "string",
        "&str",
        "&String",
        "SecretString",
        "Self",
        "Url",
        "Uuid",
        "PathBuf",
        "OsString",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "f32",
        "f64",
        "bool",
        "boolean",
        "char",
        "int",
        "number",
        "bytes",
        "Bytes",
        "integer",
        "varchar",
    ];
    const FRONTS: [&str; 42] = [
        "&'",
        "&mut",
        "&[",
        "[u8",
        "[u16",
        "[u32",
        "[i8",
        "[i32",
        "[char",
        "&self",
        "Option<",
        "Vec<",
        "Box<",
        "Arc<",
        "Rc<",
        "Cow<",
        "Result<",
        "HashMap<",
        "BTreeMap<",
        "SecretBox<",
        "Secret<",
        "impl",
        "dyn",
        "self.",
        "Self::",
        "this.",
        "cls.",
        "os.environ",
        "os.getenv",
        "process.env",
        "std::",
        "env::",
        "env!(",
        "ENV[",
        "System.getenv",
        "getenv(",
        "Optional[",
        "List[",
        "Dict[",
        "Promise<",
        "str::",
        "Some(",
    ];
    let word = value.trim_end_matches([',', ';', ')', '>', '.', '?', '}', '{']);
    TYPES.contains(&word)
        || FRONTS.iter().any(|front| value.starts_with(front))
        || is_type_of_secret(word)
        || is_spaced && is_call(value)
}

/// `Token`, `AccessToken`, `SecretKey<T>`: the name of a type of secrets, and not a secret.
fn is_type_of_secret(word: &str) -> bool {
    let name = word.split(['<', '{', '(', '@', '[']).next().unwrap_or(word);
    name.starts_with(|char: char| char.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphabetic())
        && name.bytes().any(|byte| byte.is_ascii_lowercase())
        && is_secret_name(name)
        && !name.eq_ignore_ascii_case("password")
}

/// `lexer.next()`, `Token::new(`: a call of something.
fn is_call(value: &str) -> bool {
    let Some(open) = value.find('(').filter(|open| value[*open..].contains(')')) else {
        return false;
    };
    let (path, arguments) = value.split_at(open);
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    path.split(['.', ':']).filter(|name| !name.is_empty()).all(is_name)
        && (path.contains("::") || path.contains('.') || arguments.starts_with("()"))
}

fn is_state(word: &str) -> bool {
    STATES.iter().any(|state| word.eq_ignore_ascii_case(state))
}

/// `stored in the vault`, `waiting for ada`, `use the new one`: a word that links it to the next.
fn is_sentence(word: &str, after: &str) -> bool {
    let is_small = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let next = || {
        let after = after.trim_start_matches([' ', '\t']);
        let end = after.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(after.len());
        &after[..end]
    };
    let is_verb = || {
        word.ends_with("ed")
            || word.ends_with("ing")
            || LINKS.contains(&word)
            || VERBS.contains(&word)
    };
    is_small && is_verb() && LINKS.contains(&next()) || is_small && LINKS.contains(&word)
}

/// `aws_secret.db: Refreshing state...`: what a program does with it.
fn is_progress(name: &str, value: &str) -> bool {
    let word = value.trim_end_matches('.');
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_doing = ["ing", "tion", "Read"].iter().any(|end| word.ends_with(end));
    is_word && is_doing && (name.contains('.') || value.ends_with("..."))
}

/// Secrets, by what they are.
const NOUNS: [&str; 6] = ["secret", "token", "password", "cookie", "credential", "key"];

/// Other words before such a one.
const VERBS: [&str; 24] = [
    "ask", "call", "check", "comes", "contact", "depends", "file", "fix", "get", "goes", "kept",
    "keep", "lives", "look", "moved", "put", "read", "rotate", "sits", "stays", "taken", "update",
    "use", "written",
];

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
