//! Credentials whose name is beside them in another form than `name=value`: elements, pairs, blocks, sentences, statements.

use envaudit::ledger::testing::MemoryDisk;
use envaudit::ledger::{Actor, Event, redact};
use envaudit_tests::fresh_ledger::on;
use envaudit_tests::redaction::{left, taken_out};
use serde_json::json;

/// The secret in each text, which is nowhere else in it.
const SECRET: &str = "hunter2";

/// Texts of which nothing but the secret is taken out.
const FORMS: [&str; 75] = [
    // Attributes and elements of XML.
    "<add key=\"Password\" value=\"hunter2\"/>",
    "<add value=\"hunter2\" key=\"Password\" />",
    "<add name='ApiKey' value='hunter2'>",
    "<add key=\"User\" value=\"ada\"/><add key=\"Password\" value=\"hunter2\"/><add key=\"Port\" value=\"1\"/>",
    "<property name=\"db.password\" value=\"hunter2\"/>",
    "<property name=\"db.password\">hunter2</property>",
    "<password>hunter2</password>",
    "<c:Password kind=\"text\">hunter2</c:Password>",
    "<server><password> hunter2 </password></server>",
    "<password><![CDATA[hunter2]]></password>",
    "<name>javax.jdo.option.ConnectionPassword</name>\n  <value>hunter2</value>",
    "<key>Password</key><string>hunter2</string>",
    "<setting name=\"Password\"><value>hunter2</value></setting>",
    "<input type=\"password\" name=\"field\" value=\"hunter2\">",
    "<meta name=\"csrf-token\" content=\"hunter2\">",
    // Members of an object, a line or a list.
    "{\"name\":\"DB_PASSWORD\",\"value\":\"hunter2\"}",
    "{\"name\": \"DB_PASSWORD\", \"description\": \"of the database\", \"value\": \"hunter2\"}",
    "{\"value\":\"hunter2\",\"name\":\"DB_PASSWORD\"}",
    "{\\\"name\\\":\\\"DB_PASSWORD\\\",\\\"value\\\":\\\"hunter2\\\"}",
    "{'Key': 'api-key', 'Value': 'hunter2'}",
    "{\"ParameterKey\":\"DbPassword\",\"ParameterValue\":\"hunter2\"}",
    "- name: DB_PASSWORD\n  value: hunter2\n- name: PORT\n  value: \"1\"",
    "- name: PORT\n  value: \"1\"\n- name: DB_PASSWORD\n  value: \"hunter2\"",
    "name=DB_PASSWORD value=hunter2",
    "key = \"password\"\nvalue = \"hunter2\"",
    "define('DB_PASSWORD', 'hunter2');",
    "setenv(\"DB_PASSWORD\", \"hunter2\", 1)",
    // Blocks, tags and quotes of YAML, TOML, CSV, SQL and shells.
    "pass: hunter2",
    "pass : \"hunter2\"",
    "\"pass\" : 'hunter2',",
    "[db]\npass = hunter2\nport = 1",
    "password: |\n  hunter2\nport: 1",
    "password: >-\n    hunter2\n\nport: 1",
    "db:\n  password: |+\n    hunter2\n  port: 1",
    "password:\n  hunter2\nport: 1",
    "passwords:\n  - hunter2\nport: 1",
    "passwords:\n- hunter2\nport: 1",
    "password: !!str hunter2",
    "password: &anchor hunter2",
    "password: !secret \"hunter2\"",
    "password = \"\"\"\nhunter2\"\"\"",
    "password = '''hunter2'''",
    "password: 'it''s hunter2'",
    "password='it'\\''s hunter2'",
    "\"{\"\"password\"\":\"\"hunter2\"\"}\"",
    // Sentences.
    "password is hunter2",
    "The password is hunter2.",
    "the password is: hunter2",
    "the password is \"hunter2\"",
    "the password is `hunter2`, and it is old",
    "the password was hunter2 and is not any more",
    "the password is now hunter2",
    "the password for ada is hunter2",
    "the password of the admin is hunter2",
    "your passphrase is hunter2",
    "DB_PASSWORD is hunter2",
    "your API key is hunter2",
    "the access token is hunter2",
    "password changed to hunter2",
    "the password of ada was set to hunter2",
    "password -> hunter2",
    "password → hunter2",
    "tried the password hunter2",
    "invalid password 'hunter2'",
    "with password \"hunter2\"",
    // Statements and directives.
    "ALTER USER ada IDENTIFIED BY hunter2;",
    "create user ada identified by 'hunter2'",
    "CREATE USER ada WITH PASSWORD 'hunter2'",
    "SET PASSWORD FOR ada = PASSWORD('hunter2')",
    "requirepass hunter2",
    "machine h login ada password hunter2",
    // The logons of Oracle.
    "connect scott/hunter2@db",
    "CONN scott/hunter2@//h:1521/x",
    "DB_CONNECTION=scott/hunter2@db",
    "{\"database_url\": \"scott/hunter2@h:1521/x\"}",
];

/// Passwords that are a word of letters, where they are the last of a sentence.
const WORDS: [(&str, &str); 10] = [
    ("password is pw", "password is [REDACTED]"),
    ("password is swordfish.", "password is [REDACTED]."),
    ("password is swordfish and the user is bob", "password is [REDACTED] and the user is bob"),
    ("the password is Swordfish", "the password is [REDACTED]"),
    ("<password>pw</password>", "<password>[REDACTED]</password>"),
    ("<add key=\"Password\" value=\"pw\"/>", "<add key=\"Password\" value=\"[REDACTED]\"/>"),
    ("define('DB_PASSWORD', 'pw');", "define('DB_PASSWORD', '[REDACTED]');"),
    ("CREATE USER x WITH PASSWORD 'pw'", "CREATE USER x WITH PASSWORD '[REDACTED]'"),
    ("ORACLE_URL=scott/pw@db", "ORACLE_URL=scott/[REDACTED]@db"),
    ("conn = scott/p/w@h:1521/x", "conn = scott/[REDACTED]@h:1521/x"),
];

const HARMLESS: [&str; 57] = [
    "password is wrong",
    "the password is wrong, try again",
    "The password is required.",
    "the password is too short",
    "the password is not set",
    "the password is managed by the vault",
    "the password is stored in the vault",
    "the password is case sensitive",
    "the password is safe",
    "the password is known",
    "the password is user-provided",
    "the password is 8 characters long",
    "the password is at least 12 characters",
    "the password was reset",
    "the password was sent to ada",
    "the password for ada is expired",
    "the token is a JWT",
    "the token is opaque",
    "the token is valid for one hour",
    "the signature is RSA-SHA256",
    "the secret is in the vault",
    "the secret is base64",
    "the cookie is secure",
    "the password changed to comply with the rules",
    "password set to expire",
    "the password hash is bcrypt",
    "passwords are hashed",
    "Accepted password for ada from 10.0.0.1 port 22 ssh2",
    "Failed password for invalid user x1 from 10.0.0.1 port 22",
    "password authentication failed for user \"app\"",
    "the password \"field\" is missing",
    "secret \"db-creds\" not found",
    "users are identified by \"email\"",
    "a user is identified by number",
    "APP_DB_PASSWORD  #bf275edb863d  #f623a8bbf364  file",
    "<add key=\"User\" value=\"ada\"/>",
    "<user>ada</user><port>1</port>",
    "<passwords><count>2</count></passwords>",
    "Vec<Token> and Option<Password>",
    "{\"name\":\"PORT\",\"value\":\"8080\"}",
    "{\"name\":\"DB_PASSWORD\"},{\"name\":\"PORT\",\"value\":\"8080\"}",
    "{\"type\":\"token\",\"value\":\"identifier\"}",
    "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: password",
    "<add key=\"Password\" value=\"${DB_PASSWORD}\"/>",
    "<password>${db.password}</password>",
    "fields(\"password\", \"token\")",
    "secret:\n  name: db",
    "Enter the password:\n  at least 8 characters",
    "password:\n  required: true",
    "password: \"\"",
    "password='' user='ada'",
    "url=library/nginx@sha256:0123456789abcdef",
    "ACTION_URL=actions/checkout@v4",
    "MODULE_URI=lodash/fp@4.17.21",
    "connect to team/app@db",
    "remote_url=git@github.com:org/repo.git",
    "https://example.org/@scope/package@latest",
];

#[test]
fn a_credential_is_found_in_whatever_form_its_name_is_beside_it() {
    for text in FORMS {
        let clean = redact(text);
        assert!(!clean.contains(SECRET), "{text}\n  {clean}");
        let (before, after) = text.split_once(SECRET).expect("each has it once");
        let around = |text: &str| text.trim().chars().filter(|char| char.is_alphanumeric()).count();
        // What is in quotes beside it may go with it.
        let kept = around(&clean.replace("[REDACTED]", ""));
        assert!(
            kept + 6 >= around(before) + around(after),
            "too much is taken out of {text}\n  {clean}"
        );
        assert_eq!(redact(&clean), clean, "once is enough for {text}");
    }
}

#[test]
fn a_word_of_letters_is_a_password_where_a_sentence_ends_with_it() {
    taken_out(&WORDS);
}

#[test]
fn what_is_said_about_a_secret_stays() {
    left(&HARMLESS);
}

#[test]
fn a_pair_of_members_in_details_is_a_name_and_a_value() {
    let ledger = on(&MemoryDisk::new());
    let event = Event::new("config.imported", Actor::user("ada")).detail(
        "env",
        json!([
            {"name": "DB_PASSWORD", "value": "hunter2"}, {"Key": "api-key", "Value": ["hunter2"]},
            {"name": "PORT", "value": "8080"}, {"connect": "scott/hunter2@db"},
        ]),
    );
    let seq = ledger.append(&event).expect("the ledger takes it").seq;
    let line = ledger.reader().get(seq).expect("it can be read").expect("it is there");
    let lines = String::from_utf8_lossy(line.bytes()).into_owned();
    assert!(!lines.contains(SECRET), "{lines}");
    assert!(lines.contains("8080") && lines.contains("DB_PASSWORD"), "{lines}");
}
