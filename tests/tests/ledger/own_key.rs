//! A ledger's own keys are in nothing that it writes, whoever put them into an event.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, HEXLOWER, HEXUPPER};
use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{Actor, AppendError, Event, FileStore, Ledger, MasterKey, REDACTED};
use envaudit_tests::fresh_ledger;
use serde_json::json;

fn with_key(key: MasterKey) -> Ledger {
    let store = FileStore::on(MemoryDisk::new());
    fresh_ledger::options().key(key).init_in(store).expect("an empty disk")
}

/// The bytes of everything that the ledger has written.
fn written(ledger: &Ledger) -> String {
    let reader = ledger.reader();
    let lines = (1..).map_while(|seq| reader.get(seq).expect("it can be read"));
    lines.map(|line| String::from_utf8(line.bytes().to_vec()).expect("a line is text")).collect()
}

/// The forms in which somebody could have a key.
fn forms(bytes: &[u8; 32]) -> Vec<String> {
    let hex = HEXLOWER.encode(bytes);
    let mixed = hex.char_indices();
    let mixed =
        mixed.map(|(at, digit)| if at % 2 == 0 { digit } else { digit.to_ascii_uppercase() });
    vec![
        mixed.collect(),
        HEXUPPER.encode(bytes),
        BASE64.encode(bytes),
        BASE64_NOPAD.encode(bytes),
        BASE64URL.encode(bytes),
        // As Kubernetes has the text of a file.
        BASE64.encode(format!("{hex}\n").as_bytes()),
        hex,
    ]
}

/// An event that has a text wherever one can be.
fn telling(text: &str) -> Event {
    Event::new("key.told", Actor::user(format!("ada {text}")))
        .resource("file", format!("signing.key:{text}"))
        .reason(format!("the key is {text}, keep it"))
        .request_id(format!("x{text}x"))
        .session_id(text.to_owned())
        .user_agent(format!("({text})"))
        .detail("note", text)
        .detail("notes", json!([{ "deep": [format!("ENVAUDIT_SIGNING_KEY={text}")] }]))
        .detail(text.to_owned(), "as a name")
        .public_detail("value", text)
}

#[test]
fn a_master_key_in_an_event_is_cut_out() {
    let bytes: [u8; 32] = core::array::from_fn(|at| (at * 37 + 11) as u8 ^ 0xa5);
    let key = MasterKey::from_bytes(bytes);
    let derived = [*key.checkpoint_seed(), bytes];
    let chain = key.chain_key().to_text().to_string();
    let chain = chain.trim().rsplit(':').next().expect("it has digits").to_owned();
    let mut texts: Vec<String> = derived.iter().flat_map(forms).collect();
    texts.push(chain);
    let ledger = with_key(key);
    for text in &texts {
        ledger.append(&telling(text)).expect("it is recorded");
        let whole = format!("{{\"text\":\"{text}\"}}");
        let event = Event::new("key.told", Actor::user("ada")).details_json(whole);
        ledger.append(&event).expect("it is recorded");
    }
    let said = written(&ledger);
    for text in &texts {
        let start = &text[..42];
        assert!(!said.contains(start), "{start} is in {said}");
    }
    assert!(said.matches(REDACTED).count() >= texts.len() * 10, "{said}");
}

#[test]
fn a_key_that_is_itself_a_text_is_cut_out_as_it_is() {
    let text = "correct horse \"battery\" staple \\";
    let key = MasterKey::from_bytes(text.as_bytes().try_into().expect("it has 32 bytes"));
    let ledger = with_key(key);
    ledger.append(&telling(text)).expect("it is recorded");
    let said = written(&ledger);
    assert!(!said.contains("battery") && said.contains("the key is [REDACTED], keep it"), "{said}");
}

#[test]
fn a_key_that_was_rotated_away_is_cut_out_too() {
    let (old, new) = (MasterKey::from_bytes([0x5a; 32]), MasterKey::from_bytes([0xc3; 32]));
    let ledger = with_key(old);
    ledger.rotate(new).expect("it is rotated");
    for byte in ["5a", "c3"] {
        ledger.append(&telling(&byte.repeat(32))).expect("it is recorded");
        assert!(!written(&ledger).contains(&byte.repeat(24)));
    }
}

#[test]
fn other_digits_of_that_length_are_left() {
    let ledger = fresh_ledger::on(&MemoryDisk::new());
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    ledger.append(&telling(digest)).expect("it is recorded");
    assert_eq!(written(&ledger).matches(digest).count(), 8);
}

#[test]
fn an_event_whose_names_are_not_those_of_a_line_without_the_key_is_refused() {
    let bytes: [u8; 32] = core::array::from_fn(|at| (at * 37 + 11) as u8 ^ 0xa5);
    let ledger = with_key(MasterKey::from_bytes(bytes));
    let (hex, upper) = (HEXLOWER.encode(&bytes), HEXUPPER.encode(&bytes));
    let event = |action: String| Event::new(action, Actor::user("ada"));
    let told = || event("key.told".to_owned());
    let refused = [
        event(format!("key.{hex}")),
        told().detail(hex.clone(), 1).detail(upper.clone(), 2),
        told().detail(hex.clone(), 1).detail(REDACTED, 2),
        told().detail("deep", json!([{ &hex: 1, &upper: 2 }])),
        told().details_json(format!("{{\"{hex}\":1,\"x\":{{}},\"{upper}\":2}}")),
    ];
    for event in refused {
        let error = ledger.append(&event).expect_err("it would be no line");
        assert!(matches!(error, AppendError::Event(_)), "{error:?}");
        assert!(!error.to_string().contains(&hex[..16]), "{error}");
    }
    ledger.append(&told().detail(hex.clone(), 1).detail("x", 2)).expect("its names differ");
    let said = written(&ledger);
    assert!(!said.contains(&hex[..32]), "{said}");
    assert_eq!(ledger.head().seq, 2, "{said}");
    assert!(ledger.verify().expect("it can be read").is_intact());
}
