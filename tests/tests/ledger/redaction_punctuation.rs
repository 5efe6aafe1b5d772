//! A password may hold any punctuation: whichever it is, no part of it is left, in none of the shapes that passwords are written in.

use envaudit::ledger::redact;
use proptest::prelude::*;

/// The ways to write a password, which is at the sign `%`. Where there are quotes around it, it has no such quote itself.
const SHAPES: [&str; 74] = [
    // Addresses.
    "postgres://app:%@db/shop",
    "redis://:%@cache:6379/0",
    "https://user:%@git.example.org/x.git",
    "https://%@git.example.org/x.git",
    "DATABASE_URL=postgres://app:%@db/shop",
    "DATABASE_DSN=postgres://app:%@db/shop",
    "DATABASE_DSN=app:%@db:5432/shop",
    "MYSQL_DSN=app:%@tcp(db:3306)/shop",
    "app:%@tcp(db:3306)/shop",
    "jdbc:oracle:thin:scott/%@//h:1521/x",
    "jdbc:oracle:thin:scott/%@h:1521:x",
    "https://hooks.slack.com/services/T0AB/B0CD/%",
    "https://discord.com/api/webhooks/123456789/%?wait=true",
    "https://h/p?a=1&access_token=%",
    "GET /in?token=%&page=2",
    // Values with a name.
    "password=%",
    "set password=%, then restart",
    "(password=%)",
    "[password=%]",
    "{password=%, user=x}",
    "Config{user=x,password=%}",
    "`password=%`",
    "DB_PASSWORD=%",
    "DB_PASSWORD: %",
    "api_key: %",
    "secret_key=%",
    "auth.token=%",
    "client_secret=%",
    "grant=x&client_secret=%&scope=y",
    "PGPASSWORD=% psql -h h",
    "env PASSWORD=% run",
    "export TOKEN=%",
    "docker run -e DB_PASSWORD=% app",
    "host=db user=u password=% sslmode=require",
    "KEY_SEED=%",
    "CRYPTO_KEYS=%",
    // Headers.
    "X-Api-Key: %",
    "X-Auth-Token: %",
    "Authorization: Bearer %",
    "Authorization: Basic %",
    "Authorization: %",
    "Proxy-Authorization: Bearer %",
    "Cookie: sid=%",
    "Bearer %",
    "sent Bearer % to h",
    // Arguments.
    "deploy --password=% -v",
    "deploy --password % -v",
    "deploy --api-key %",
    "curl -u me:% https://h",
    "mysql -u root -p% shop",
    "sshpass -p % ssh h",
    "redis-cli -a % ping",
    "docker login -u me -p % h",
    "mongosh -u me -p % h",
    "ldapsearch -x -w %",
    "sqlplus scott/%@orcl",
    "sqlplus scott/%",
    // Connection strings.
    "Server=db;Password=%;Port=1",
    "Server=db;User ID=sa;Password=%",
    "Password=%;Server=db",
    "Server=db;Pwd=%;",
    "AccountName=a;AccountKey=%;x=1",
    "Endpoint=sb://h/;SharedAccessKeyName=a;SharedAccessKey=%",
    // In quotes.
    "{\"password\":\"%\"}",
    "{\"password\": \"%\", \"b\": 1}",
    "{\"args\":[\"mysql\",\"-p%\"]}",
    "[\"deploy\", \"--token\", \"%\"]",
    "password='%'",
    "password=\"%\"",
    "password: '%'",
    "password: \"%\" # for the db",
    "Password=\"%\";Port=1",
    "deploy --db-password '%' -v",
    "curl -u \"me:%\" h",
];

/// What may be around a text.
const AROUND: [(&str, &str); 5] =
    [("", ""), ("ran ", " by hand"), ("note: ", "."), ("a, b; ", " (c)"), ("é ", "\n")];

/// The quote around the place of the password.
fn quote_of(shape: &str) -> Option<char> {
    let (before, _) = shape.split_once('%')?;
    let is_open = |quote: char| before.matches(quote).count() % 2 == 1;
    ['"', '\''].into_iter().find(|quote| is_open(*quote))
}

/// Panics when four characters of the password stand in the text one after the other.
#[track_caller]
fn assert_gone(password: &str, text: &str) {
    let clean = redact(text);
    let chars: Vec<char> = password.chars().collect();
    for part in chars.windows(4) {
        let part: String = part.iter().collect();
        assert!(!clean.contains(&part), "`{part}` of `{password}` is left of\n  {text}\n  {clean}");
    }
}

#[test]
fn no_punctuation_in_a_password_leaves_a_part_of_it() {
    for shape in SHAPES {
        let quote = quote_of(shape);
        for byte in (b'!'..=b'~').filter(u8::is_ascii_punctuation) {
            let sign = char::from(byte);
            // In quotes, the quote and the backslash are escaped.
            if quote == Some(sign) || quote.is_some() && sign == '\\' {
                continue;
            }
            let password = format!("Kq7xWm2e{sign}Zt9bRv4n");
            for (before, after) in AROUND {
                assert_gone(
                    &password,
                    &format!("{before}{}{after}", shape.replace('%', &password)),
                );
            }
        }
    }
}

#[test]
fn a_password_of_letters_and_digits_alone_is_gone_too() {
    for shape in SHAPES {
        for password in ["Kq7xWm2eZt9bRv4n", "0123456789abcdef0", "UPPERCASE99LETTERS"] {
            assert_gone(password, &shape.replace('%', password));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Two signs, each between letters and digits.
    #[test]
    fn nor_do_two(
        first in "[A-Z][a-z][0-9][a-z]{3}[0-9]", second in "[A-Z][0-9][a-z]{4}", third in "[A-Z][a-z]{2}[0-9][a-z]{2}",
        signs in "[!-/:-@\\[-`{-~]{2}", shape in 0..SHAPES.len(),
    ) {
        let shape = SHAPES[shape];
        let (one, two) = signs.split_at(1);
        let password = format!("{first}{one}{second}{two}{third}");
        // `&name=`, `,name=` and `;name:` begin the next member, wherever they stand; a quote ends what is in it.
        let begins_next = matches!(one, "&" | "," | ";") && matches!(two, "=" | ":");
        let is_quote = |sign: &str| quote_of(shape).is_some_and(|quote| sign.starts_with([quote, '\\']));
        prop_assume!(!begins_next && !is_quote(one) && !is_quote(two));
        assert_gone(&password, &shape.replace('%', &password));
    }
}
