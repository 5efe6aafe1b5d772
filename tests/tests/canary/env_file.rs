//! Env files with mistakes in them: what is said of the line does not repeat it.

use envaudit::{EnvConfig, SecretString};
use envaudit_tests::Files;
use envaudit_tests::canary::{CANARY, assert_hidden, assert_not_in, everything_said};

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct App {
    token: Option<SecretString>,
    #[env(default = 1)]
    port: u16,
    #[env(default = "")]
    url: String,
}

/// What can be written around a secret, `CANARY` standing for it.
const LINES: [&str; 24] = [
    "APP_TOKEN=\"CANARY",
    "APP_TOKEN='CANARY",
    "APP_TOKEN=\"CANARY\" and more",
    "APP_TOKEN=blank CANARY",
    "APP_TOKEN=CANARY blank",
    "APP_TOKEN=\\CANARY",
    "APP_TOKEN=\"\\qCANARY\"",
    "APP_TOKEN=CANARY\\",
    "APP_TOKEN CANARY",
    "APP_TOKEN: CANARY",
    "CANARY",
    "CANARY=",
    "CANARY==",
    "=CANARY",
    "APP TOKEN=CANARY",
    "export CANARY",
    "APP_TOKEN=${CANARY",
    "APP_TOKEN=${CANARY}",
    "APP_TOKEN=\"${CANARY:?CANARY}\"",
    "APP_TOKEN=\"${NO_SUCH:?CANARY}\"",
    "APP_TOKEN=\"${NO_SUCH:-CANARY}${\"",
    "APP_TOKEN=$CANARY",
    "APP_TOKEN=\"CANARY\"\nAPP_PORT=\"${APP_TOKEN}\"",
    "APP_TOKEN=\"CANARY\"\nAPP_PORT=\"${APP_TOKEN:?${APP_TOKEN}}${\"",
];

/// Secrets as they are handed out: passwords, keys in base64, words.
const SECRETS: [&str; 4] =
    [CANARY, "k3yQz8WvT1xR5uP9+/aB", "hx7QzWvTkRuPmN", "sk_live_9aZ3kQ7xW2vT"];

#[test]
fn no_mistake_on_the_line_of_a_secret_repeats_it() {
    for secret in SECRETS {
        for line in LINES {
            let line = line.replace("CANARY", secret);
            for name in [".env", ".env.prod"] {
                let files = Files::with(name, format!("APP_PORT=2\n{line}\nAPP_PORT=3\n"));
                for deny_unknown in [false, true] {
                    let loader = files.loader::<App>().environment("prod");
                    let said = everything_said(&loader.deny_unknown(deny_unknown));
                    assert_not_in(&said, secret, &line);
                    assert_hidden(&said, &line);
                }
            }
        }
    }
}

#[test]
fn a_key_pasted_over_many_lines_is_not_repeated() {
    let pem = "-----BEGIN PRIVATE KEY-----\n\
               k3yQz8WvT1xR5uP9aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcdefghABCD\n\
               hx7QzWvTkRuPmNhx7QzWvTkRuPmNhx7QzWvTkRuPmNhx7QzWvTkRuPmNhx7QzWv+\n\
               sklive9aZ3kQ7xW2vTsklive9aZ3kQ7xW2vT==\n\
               -----END PRIVATE KEY-----";
    let files = Files::with(".env", format!("APP_TOKEN={pem}\nAPP_PORT=2\n"));
    for deny_unknown in [false, true] {
        let said = everything_said(&files.loader::<App>().deny_unknown(deny_unknown));
        for line in pem.lines().filter(|line| !line.starts_with('-')) {
            assert_not_in(&said, line.trim_end_matches('='), "a line of the key");
        }
    }
}

#[test]
fn a_file_that_is_not_text_is_not_repeated() {
    let mut content = format!("APP_TOKEN={CANARY}").into_bytes();
    content.push(0xff);
    let files = Files::with(".env", content);
    assert_hidden(&everything_said(&files.loader::<App>()), "a line that is not UTF-8");
    let wide: Vec<u8> =
        format!("\u{feff}APP_TOKEN={CANARY}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files = Files::with(".env", wide);
    assert_hidden(&everything_said(&files.loader::<App>()), "UTF-16");
}
