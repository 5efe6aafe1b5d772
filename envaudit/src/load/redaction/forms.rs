//! The forms in which a message may have a text that it was given.

/// Of a longer text there are no forms: nobody puts it into a message.
const MAX: usize = 4 << 10;

/// Other forms of a text: escaped, decoded, encoded, in other letters.
pub(super) fn of(text: &str) -> Vec<String> {
    if text.len() > MAX {
        return Vec::new();
    }
    let json = serde_json::to_string(text).unwrap_or_default();
    let mut forms = vec![
        text.trim().to_owned(),
        text.escape_debug().to_string(),
        text.escape_default().to_string(),
        json.trim_matches('"').to_owned(),
        json.trim_matches('"').replace('/', "\\/"),
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        percent_encoded(text),
        text.to_lowercase(),
        text.to_uppercase(),
    ];
    forms.extend(percent_decoded(text));
    // A piece of these that is as short as a telling one would be anybody's.
    if text.len() >= 6 {
        let bytes = text.as_bytes();
        forms.push(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        forms.push(
            bytes.iter().map(|byte| format!("{byte:02x} ")).collect::<String>().trim().to_owned(),
        );
        let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
        forms.push(numbers.join(", "));
        forms.push(numbers.join(","));
        forms.push(text.chars().rev().collect());
        // Within a longer text, one of three ways to divide the bytes is the one that the encoder took.
        forms.extend((0..3).filter_map(|from| bytes.get(from..)).map(base64));
    }
    forms.retain(|form| !form.is_empty() && form != text);
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn percent_encoded(text: &str) -> String {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let encode = |byte: u8| match is_plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// The whole groups of a text in Base64.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks_exact(3).map(|group| {
        let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
        [18, 12, 6, 0].map(|shift| char::from(DIGITS[(bits >> shift & 63) as usize]))
    });
    groups.flatten().collect()
}
