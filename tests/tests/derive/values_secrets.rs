//! Secret types: read like any other, masked wherever they stand.

#![allow(dead_code, reason = "some fields are there to be loaded, not to be read")]

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::str::FromStr;

use envaudit::{EnvConfig, ExposeSecret, IsSecret, SecretBox, SecretString};
use envaudit_tests::isolated;

type Token = SecretString;
type Tokens = Vec<SecretString>;
type MaybeToken = Option<SecretString>;
type TokenOf = HashMap<String, SecretString>;

/// A secret type of the program's own, by `FromStr`.
struct Pin(u16);

impl IsSecret for Pin {}

impl FromStr for Pin {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Pin)
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

/// A secret type of the program's own, by JSON.
#[derive(serde::Deserialize)]
struct Account {
    user: String,
}

impl IsSecret for Account {}

#[derive(EnvConfig)]
struct Secrets {
    text: SecretString,
    number: SecretBox<u32>,
    bytes: SecretBox<Vec<u8>>,
    optional: Option<SecretString>,
    absent: Option<SecretString>,
    optional_box: Option<SecretBox<String>>,
    list: Vec<SecretString>,
    #[env(sep = ";")]
    boxes: Vec<SecretBox<String>>,
    optional_list: Option<Vec<SecretString>>,
    queue: VecDeque<SecretString>,
    pair: [SecretString; 2],
    map: BTreeMap<String, SecretString>,
    alias: Token,
    alias_list: Tokens,
    alias_optional: MaybeToken,
    alias_map: TokenOf,
    pin: Pin,
    #[env(json)]
    account: Account,
    #[env(secret, len(3..=6))]
    marked: SecretString,
    #[env(trim, non_empty)]
    trimmed: SecretString,
}

fn variables() -> Vec<(&'static str, &'static str)> {
    vec![
        ("TEXT", "one"),
        ("NUMBER", "2"),
        ("BYTES", "3,3"),
        ("OPTIONAL", "four"),
        ("OPTIONAL_BOX", "five"),
        ("LIST", "six,seven"),
        ("BOXES", "eight;nine"),
        ("OPTIONAL_LIST", "ten"),
        ("QUEUE", "ten,eleven"),
        ("PAIR", "twelve,thirteen"),
        ("MAP", "a=fourteen"),
        ("ALIAS", "fifteen"),
        ("ALIAS_LIST", "sixteen,seventeen"),
        ("ALIAS_OPTIONAL", "eighteen"),
        ("ALIAS_MAP", "a=nineteen"),
        ("PIN", "2020"),
        ("ACCOUNT", r#"{"user": "twenty-one"}"#),
        ("MARKED", "22"),
        ("TRIMMED", " 23 "),
    ]
}

#[test]
fn every_secret_type_is_read_and_masked() {
    let mut vars = variables();
    vars.retain(|(key, _)| *key != "MARKED");
    vars.push(("MARKED", "2222"));
    let loaded = isolated::vars::<Secrets>(vars).load().expect("loads");
    let shown = |secret: &SecretString| secret.expose_secret().to_owned();
    assert_eq!(shown(&loaded.text), "one");
    assert_eq!(*loaded.number.expose_secret(), 2);
    assert_eq!(*loaded.bytes.expose_secret(), [3, 3]);
    assert_eq!(loaded.optional.as_ref().map(shown).as_deref(), Some("four"));
    assert!(loaded.absent.is_none());
    assert_eq!(loaded.optional_box.as_ref().map(|five| &**five.expose_secret()), Some("five"));
    assert_eq!(loaded.list.iter().map(shown).collect::<Vec<_>>(), ["six", "seven"]);
    assert_eq!(loaded.boxes[1].expose_secret(), "nine");
    assert_eq!(loaded.optional_list.as_ref().map(Vec::len), Some(1));
    assert_eq!(loaded.queue.iter().map(shown).collect::<Vec<_>>(), ["ten", "eleven"]);
    assert_eq!(loaded.pair.each_ref().map(shown), ["twelve", "thirteen"]);
    assert_eq!(shown(&loaded.map["a"]), "fourteen");
    assert_eq!(shown(&loaded.alias), "fifteen");
    assert_eq!(loaded.alias_list.len(), 2);
    assert_eq!(loaded.alias_optional.as_ref().map(shown).as_deref(), Some("eighteen"));
    assert_eq!(shown(&loaded.alias_map["a"]), "nineteen");
    assert_eq!((loaded.pin.0, &*loaded.account.user), (2020, "twenty-one"));
    assert_eq!(shown(&loaded.trimmed), "23");

    let plain: Vec<&str> =
        loaded.audit().entries().filter(|e| !e.masked).map(|e| &*e.key).collect();
    assert_eq!(plain, [""; 0], "these are secrets and not masked");
    assert_eq!(loaded.audit().secrets().count(), Secrets::KEYS.len());
    assert_eq!(loaded.audit().summary().masked_variables, Secrets::KEYS.len());
}

#[test]
fn a_bad_secret_says_what_was_expected_and_nothing_of_what_was_found() {
    for (key, bad, expected) in [
        ("NUMBER", "12x45678", "an integer from 0 to 4294967295 (a secret)"),
        ("BYTES", "1,999", "a list, each element an integer from 0 to 255 (a secret)"),
        ("PAIR", "12345678", "a list of 2 separated by `,`, each element text (a secret)"),
        (
            "MAP",
            "a=12345678,a=12345678",
            "a list of key=value separated by `,`, each value text (a secret)",
        ),
        ("ALIAS_MAP", "12345678", "a list of key=value, each value text (a secret)"),
        ("PIN", "12345678", "a value that the program's own parser accepts (a secret)"),
        ("ACCOUNT", r#"{"user": 12345678}"#, "a JSON document (a secret)"),
        ("MARKED", "12345678", "text, with a length from 3 to 6 (a secret)"),
        ("TRIMMED", "  ", "text, not empty (a secret)"),
    ] {
        let mut vars = variables();
        vars.retain(|(name, _)| *name != key && *name != "MARKED");
        if key != "MARKED" {
            vars.push(("MARKED", "2222"));
        }
        vars.push((key, bad));
        let result = isolated::vars::<Secrets>(vars).load();
        let problem = envaudit_tests::problems::only(&result);
        let because = match key {
            "PIN" | "ACCOUNT" => {
                "   because   the reason is not shown, because the value is secret\n"
            }
            _ => "",
        };
        assert_eq!(
            problem.to_string(),
            format!(
                "{key} is invalid\n   \
                    found     in the process environment\n   \
                    expected  {expected}\n{because}"
            )
        );
    }
}

#[test]
fn a_plain_field_is_not_masked_whatever_its_name() {
    #[derive(EnvConfig)]
    struct Config {
        #[env(public, default = "csrf")]
        token: String,
        #[env(default = 3)]
        max_tokens: u32,
        #[env(default)]
        names: Vec<String>,
    }
    let loaded = isolated::nothing::<Config>().load().expect("loads");
    assert_eq!((&*loaded.token, loaded.max_tokens, loaded.names.len()), ("csrf", 3, 0));
    assert_eq!(loaded.audit().secrets().count(), 0);
}
