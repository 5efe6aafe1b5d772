//! A line that is good at a glance is one that the strict reader accepts, with the same members: tried with lines changed in
//! every way that a few bytes allow.

use super::*;

const LEDGER_ID: &str = "0198c5a6-7c4e-7d0a-8f3e-5a1b2c3d4e5f";
const HASH: &str = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";

/// A checker without the key, so that a changed line is judged by its form alone.
fn checker() -> Checker<'static> {
    Checker {
        keys: None,
        ledger_id: Some(LEDGER_ID.to_owned()),
        from: 0,
        quick: false,
        needs_key: false,
    }
}

fn line(members: &str) -> Vec<u8> {
    let previous = HASH.chars().rev().collect::<String>();
    format!(
        "{{\"v\":1,\"seq\":41,\"event_id\":\"0198c5a6-7c4e-7d0a-8f3e-5a1b2c3d4e5f\",\
         \"timestamp\":\"2028-02-29T23:59:58.100042Z\",\"chain\":\"{LEDGER_ID}\",\"kid\":\"6d1eebd7d986e8c3\",{members},\
         \"previous_hash\":\"{previous}\",\"event_hash\":\"{HASH}\"}}"
    )
    .into_bytes()
}

/// Lines with all that a plain line can have.
fn lines() -> Vec<Vec<u8>> {
    vec![
        line(
            "\"actor_type\":\"user\",\"actor_id\":\"ada\",\"action\":\"door.opened_2\",\
             \"outcome\":\"success\",\"details\":{\"a\":[1,-20,0,null,true,false,{}],\"b\":{\"c\":\"d\",\
             \"cc\":[]},\"\":\"\"}",
        ),
        line(
            "\"actor_type\":\"service\",\"actor_id\":\"a\\\\b\\\"\",\"action\":\"a\",\
             \"resource_type\":\"r\",\"resource_id\":\"i/\u{fc}\",\"outcome\":\"denied\",\"reason\":\"\",\
             \"origin\":\"cli\",\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\",\
             \"span_id\":\"b7ad6b7169203331\",\"request_id\":\"q\",\"session_id\":\"s\",\
             \"ip_address\":\"10.0.0.0/8\",\"user_agent\":\"curl\",\"details\":{\"n\":900719925474099,\
             \"t\":\"\\n\\/\"}",
        ),
        line(
            "\"actor_type\":\"system\",\"actor_id\":\"x\",\"action\":\"a.b\",\"outcome\":\"failure\"",
        ),
    ]
}

/// Whether a line is good at a glance, after it was asserted that the strict reader agrees, and that the line before, which has
/// much in common with it, makes no difference.
fn is_good(bytes: &[u8], original: &[u8]) -> bool {
    let checker = checker();
    let event = checker.outlined(bytes, None, &mut None).map(|(event, _)| event);
    let mut texts = None;
    let before = checker.outlined(original, None, &mut texts);
    let before = before.map(|(event, _)| CheckedLine { offset: 0, state: LineState::Event(event) });
    let after = checker.outlined(bytes, before.as_ref(), &mut texts).map(|(event, _)| event);
    let told = String::from_utf8_lossy(bytes);
    assert_eq!(event.as_ref().map(members_of), after.as_ref().map(members_of), "{told}");
    let Some(event) = event else { return false };
    match checker.parsed(bytes) {
        LineState::Event(strict) => assert_eq!(members_of(&event), members_of(&strict), "{told}"),
        LineState::Bad(BadLine { reason, .. }) => panic!("{told}: {:?}", reason.explain()),
        LineState::Earlier { .. } => unreachable!("nothing was verified before"),
    }
    true
}

type Members<'e> =
    (u64, EventHash, EventHash, Timestamp, Option<KeyId>, HashProof, Option<&'e [u8]>);

fn members_of(event: &CheckedEvent) -> Members<'_> {
    let CheckedEvent { seq, previous, hash, timestamp, kid, proof, group: _, own } = event;
    (*seq, *previous, *hash, *timestamp, *kid, *proof, own.as_deref())
}

#[test]
fn usual_lines_are_good_at_a_glance() {
    for line in lines() {
        assert!(is_good(&line, &line), "{}", String::from_utf8_lossy(&line));
    }
}

#[test]
fn no_change_of_a_byte_is_accepted_that_the_strict_reader_refuses() {
    let mut good = 0;
    for original in lines() {
        for at in 0..original.len() {
            let mut line = original.clone();
            for byte in 0..=u8::MAX {
                line[at] = byte;
                good += u64::from(is_good(&line, &original));
            }
            let mut line = original.clone();
            line.remove(at);
            good += u64::from(is_good(&line, &original));
            line.insert(at, original[at]);
            line.insert(at, original[at]);
            good += u64::from(is_good(&line, &original));
            let mut line = original.clone();
            line.swap(at, (at + 1) % original.len());
            good += u64::from(is_good(&line, &original));
        }
    }
    // Texts may be any.
    assert!(good > 10_000, "{good}");
}

#[test]
fn no_token_in_any_place_is_accepted_that_the_strict_reader_refuses() {
    let tokens = [
        "\"",
        "\\",
        "\\\"",
        "\\u0041",
        "\\ud800",
        "\\/",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "tru",
        "0",
        "00",
        "-0",
        "-1",
        "1.5",
        "1e3",
        "9007199254740993",
        "\"a\":1,",
        ",\"a\":2",
        "\"\\u0061\":1,",
        "ledger.",
        "..",
        ".",
        "\u{fc}",
        "\u{7f}",
        "\u{1f}",
        " ",
        "\n",
        "\0",
        "\",\"previous_hash\":\"",
        ",\"outcome\":\"success\"",
        "[[[[[[[[[[",
        "\"reason\":\"x\",",
        "0000000000000000",
        "trace_id",
    ];
    let mut good = 0;
    for original in lines() {
        for at in 0..=original.len() {
            for token in tokens {
                let mut line = original.clone();
                line.splice(at..at, token.bytes());
                good += u64::from(is_good(&line, &original));
                // In place of as many bytes.
                let mut line = original.clone();
                let to = (at + token.len()).min(line.len());
                line.splice(at..to, token.bytes());
                good += u64::from(is_good(&line, &original));
            }
        }
    }
    assert!(good > 1_000, "{good}");
}

#[test]
fn no_mix_of_lines_is_accepted_that_the_strict_reader_refuses() {
    let lines = lines();
    // A generator of Marsaglia's: any numbers will do.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    for _ in 0..100_000 {
        let (original, other) = (&lines[below(3)], &lines[below(3)]);
        let mut line = original.clone();
        for _ in 0..=below(3) {
            let (from, to) = (below(line.len()), below(line.len()));
            let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 30));
            let (a, b) = (below(other.len()), below(other.len()));
            let part = &other[a.min(b)..a.max(b).min(a.min(b) + 30)];
            line.splice(from..to, part.iter().copied());
        }
        is_good(&line, original);
    }
}

#[test]
fn a_key_twice_deep_nesting_and_large_numbers_are_left_to_the_strict_reader() {
    let line = |details: &str| {
        let members =
            "\"actor_type\":\"user\",\"actor_id\":\"a\",\"action\":\"b\",\"outcome\":\"success\"";
        line(&format!("{members},\"details\":{details}"))
    };
    let keys = |count: usize| {
        let members: Vec<String> = (0..count).map(|at| format!("\"k{at}\":{at}")).collect();
        line(&format!("{{{}}}", members.join(",")))
    };
    for (line, good) in [
        (line("{\"a\":1,\"b\":{\"a\":1}}"), true),
        (line("{\"a\":1,\"b\":2,\"a\":1}"), false),
        (line("{\"b\":{\"a\":1,\"a\":1}}"), false),
        (line("{\"a\":[[[[[[[]]]]]]]}"), true),
        (line("{\"a\":[[[[[[[[]]]]]]]]}"), false),
        (line("{\"a\":999999999999999}"), true),
        // Below 2^53 and not: more than 15 digits are not told apart.
        (line("{\"a\":9007199254740992}"), false),
        (line("{\"a\":9007199254740993}"), false),
        (keys(16), true),
        (keys(17), false),
    ] {
        assert_eq!(is_good(&line, &line), good, "{}", String::from_utf8_lossy(&line));
    }
}
