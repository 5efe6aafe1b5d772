//! Lines that are the rest of a value that was broken into lines, such as a key in base64: what stands before the padding
//! looks like the name of a variable, and is a part of a secret.

use super::scan::{Assignment, Assignments, Written};

/// A name as long as this hardly ever has a value of `=` alone.
const LONG_NAME: usize = 16;
/// A name as long as this and without `_` is hardly ever one word.
const LONG_WORD: usize = 12;
/// A value as short as this is hardly ever broken into lines.
const SHORT_VALUE: usize = 8;

/// Whether the line is the rest of a value, of an env file with that text.
#[inline]
pub(super) fn is_rest(text: &str, assignment: &Assignment<'_>) -> bool {
    let Written::Plain(from, to) = assignment.value else { return false };
    is_padding(&text[from as usize..to as usize])
        && text[..from as usize].ends_with('=')
        && is_padded_rest(text, from, to, assignment)
}

#[cold]
fn is_padded_rest(text: &str, from: u32, to: u32, assignment: &Assignment<'_>) -> bool {
    let is_below = || could_go_on_below(&text[..from as usize]);
    match from == to {
        true => looks_random(assignment.name) && is_below(),
        false => assignment.name.len() >= LONG_NAME || is_below(),
    }
}

/// Whether the line above the last line of a text is an assignment of a value that could go on below it.
fn could_go_on_below(text: &str) -> bool {
    let lines: Vec<&str> = text.rsplitn(3, ['\n', '\r']).collect();
    let above = match lines[..] {
        // Between CR and LF there is nothing.
        [_, "", before] => before.rsplit(['\n', '\r']).next(),
        [_, above, ..] => Some(above),
        _ => None,
    };
    let Some(Ok(assignment)) = above.and_then(|line| Assignments::new(line).next()) else {
        return false;
    };
    match assignment.value {
        Written::Plain(from, to) => {
            above.is_some_and(|line| could_go_on(&line[from as usize..to as usize]))
        }
        Written::Special(_) => false,
    }
}

/// Whether a name that nothing reads could be a part of a secret, so that it is better not shown.
pub(crate) fn could_be_secret(name: &str, value: Option<&str>) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_padded = value.is_some_and(|value| !value.is_empty() && is_padding(value));
    !name.bytes().all(is_usual) || is_padded || looks_random(name)
}

/// Whether there is nothing but what pads base64 and base32. The first `=` is taken for that of an assignment.
fn is_padding(value: &str) -> bool {
    value.bytes().all(|byte| byte == b'=')
}

/// Whether the value is one word, as base64, base32, hexadecimal digits and tokens are.
fn could_go_on(value: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_.~".contains(&byte);
    value.len() >= SHORT_VALUE && value.bytes().all(is_part)
}

/// Whether a name looks like random text. Names are made of words, so their characters do not change their kind that
/// often, and have vowels among them.
fn looks_random(name: &str) -> bool {
    let bytes = name.as_bytes();
    let kind = |byte: u8| match byte {
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        b'0'..=b'9' => 3,
        _ => 0,
    };
    let has = |wanted: u8| bytes.iter().any(|byte| kind(*byte) == wanted);
    let changes = |is_change: &dyn Fn(u8, u8) -> bool| {
        bytes.windows(2).filter(|pair| is_change(kind(pair[0]), kind(pair[1]))).count()
    };
    let numbers = changes(&|a, b| b == 3 && a != 3);
    if has(1) && has(2) {
        let all = changes(&|a, b| a != 0 && b != 0 && a != b);
        // `ofTwoWords` changes its kind as well.
        let many = if numbers > 0 { bytes.len() / 3 } else { bytes.len() * 3 / 5 };
        return bytes.len() >= LONG_NAME && (all > many || numbers >= 3);
    }
    if bytes.contains(&b'_') || numbers == 0 {
        return false;
    }
    let without_vowels = bytes.split(|byte| b"AEIOUaeiou_.-".contains(byte));
    let longest = without_vowels.map(<[u8]>::len).max().unwrap_or(0);
    (bytes.len() >= LONG_NAME && numbers >= 2) || (bytes.len() >= LONG_WORD && longest >= 6)
}

#[cfg(test)]
mod tests {
    use super::looks_random;

    #[test]
    fn random_texts_are_told_from_names() {
        let random = [
            "JBSWY3DPEHPK3PXA",
            "GEZDGNBVGY3TQOI",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "DEADBEEF00C0FFEE12",
            "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "kqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
            "aB3dE-f9Gh_iJ2kL",
            "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
            "QmFzZTY0IGlzIG5vdCBlbmNyeXB0aW9u",
        ];
        for name in random {
            assert!(looks_random(name), "{name}");
        }
        let names = [
            "APP_DB_PASSWORD_OF_THE_STANDBY",
            "AWS_S3_BUCKET_2_REGION_1",
            "OAUTH2CLIENTSECRET",
            "AWSS3BUCKETNAME",
            "X509CERTPATH",
            "HTTPSPROXYHOST",
            "ConnectionStrings__Default",
            "Logging__LogLevel__Microsoft",
            "npm_config_registry_url",
            "SHORT3A2B",
            "spring.datasource.hikari.maximum-pool-size",
        ];
        for name in names {
            assert!(!looks_random(name), "{name}");
        }
    }
}
