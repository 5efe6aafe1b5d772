//! Base64 in the one encoding that RFC 4648 gives a text of bytes: a signature, a key or a proof has no second spelling.

use data_encoding::BASE64;

/// The bytes of a text; `None` if it is not the text that [`encode`] makes of them: padding only at the end and all of it, no
/// bits set behind the last byte, no whitespace.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    // The library takes pieces with padding of their own, one after the other.
    let bytes = BASE64.decode(text.as_bytes()).ok()?;
    (BASE64.encode(&bytes) == text).then_some(bytes)
}

/// The text of bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_decoded_in_its_one_encoding_alone() {
        for bytes in [&b""[..], b"f", b"fo", b"foo", b"foob", b"\xff\xfe"] {
            assert_eq!(decode(&encode(bytes)).as_deref(), Some(bytes));
        }
        for other in
            ["Zg", "Zg=", "Zh==", "Zm9=", "Zm8", "Zg==Zm8=", "Zg==\n", " Zg==", "Zm9v====", "_-8="]
        {
            assert_eq!(decode(other), None, "{other}");
        }
    }
}
