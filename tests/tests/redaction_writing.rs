//! Credentials and what looks like one, where text is written by hand: glued commands, quotes, references, sentences.
#![cfg(feature = "ledger")]

use envaudit::ledger::redact;

/// Credentials, and what is left of the text.
const WITH_CREDENTIALS: [(&str, &str); 70] = [
    ("`mysql -phunter2 shop`", "`mysql -p[REDACTED] shop`"),
    ("{\"cmd\":\"mysql -phunter2\"}", "{\"cmd\":\"mysql -p[REDACTED]\"}"),
    (
        "{\"cmd\":\"mysql -phunter2 shop\", \"b\": 1}",
        "{\"cmd\":\"mysql -p[REDACTED] shop\", \"b\": 1}",
    ),
    ("{\\\"cmd\\\":\\\"mysql -phunter2 shop\\\"}", "{\\\"cmd\\\":\\\"mysql -p[REDACTED] shop\\\"}"),
    ("{\\\"cmd\\\":\\\"mysql -phunter2\\\"}", "{\\\"cmd\\\":\\\"mysql -p[REDACTED]\\\"}"),
    ("$(mysql -phunter2 shop)", "$(mysql -p[REDACTED] shop)"),
    ("(mysql -phunter2)", "(mysql -p[REDACTED])"),
    ("{mysql -phunter2 shop}", "{mysql -p[REDACTED] shop}"),
    ("x=$(mysql -phunter2 shop)", "x=$(mysql -p[REDACTED] shop)"),
    ("x=`mysql -phunter2`", "x=`mysql -p[REDACTED]`"),
    ("cmd=\"mysql -phunter2 shop\"", "cmd=\"mysql -p[REDACTED] shop\""),
    ("cmd=\"mysql -phunter2\"", "cmd=\"mysql -p[REDACTED]\""),
    ("run \"mysql -phunter2 shop", "run \"mysql -p[REDACTED] shop"),
    ("deploy --password \\\n hunter2", "deploy --password \\\n [REDACTED]"),
    ("deploy --password \\\n  hunter2 -v", "deploy --password \\\n  [REDACTED] -v"),
    ("deploy --password '$ecret'", "deploy --password '[REDACTED]'"),
    ("mysql -p'$ecret' shop", "mysql -p[REDACTED] shop"),
    ("mysql -p@ssw0rd shop", "mysql -p[REDACTED] shop"),
    ("deploy --password @dmin123", "deploy --password [REDACTED]"),
    ("deploy --password -hunter2", "deploy --password [REDACTED]"),
    ("deploy --password %hunter2", "deploy --password [REDACTED]"),
    ("deploy --password $ecret!99", "deploy --password [REDACTED]"),
    ("deploy --password ${A}hunter2", "deploy --password [REDACTED]"),
    ("docker login -phunter2", "docker login -p[REDACTED]"),
    ("docker login -u me -p=hunter2 h", "docker login -u me -p=[REDACTED] h"),
    ("docker --config /x login -p hunter2", "docker --config /x login -p [REDACTED]"),
    ("helm registry login -p hunter2", "helm registry login -p [REDACTED]"),
    ("az acr login -p hunter2", "az acr login -p [REDACTED]"),
    ("C:\\mysql\\bin\\mysql.exe -phunter2", "C:\\mysql\\bin\\mysql.exe -p[REDACTED]"),
    (
        "\"C:\\Program Files\\mysql\\bin\\MYSQL.EXE\" -phunter2",
        "\"C:\\Program Files\\mysql\\bin\\MYSQL.EXE\" -p[REDACTED]",
    ),
    ("password:\thunter2", "password:\t[REDACTED]"),
    ("password\t=\thunter2", "password\t=\t[REDACTED]"),
    ("password => hunter2", "password => [REDACTED]"),
    ("password=>hunter2", "password=>[REDACTED]"),
    ("password := hunter2", "password := [REDACTED]"),
    ("PWD={a}}b;c}", "PWD={[REDACTED]}"),
    ("Server=h;PWD={a}}b;c};Port=1", "Server=h;PWD={[REDACTED]};Port=1"),
    ("hooks.slack.com/services/T0AB/B0CD/eF0123456789", "hooks.slack.com/services/[REDACTED]"),
    (
        "\"https:\\/\\/hooks.slack.com\\/services\\/T0AB\\/B0CD\\/eF0123456789\"",
        "\"https:\\/\\/hooks.slack.com\\/services\\/[REDACTED]\"",
    ),
    (
        "{\\\"u\\\":\\\"https://hooks.slack.com/services/T0AB/B0CD/eF0123456789\\\"}",
        "{\\\"u\\\":\\\"https://hooks.slack.com/services/[REDACTED]\\\"}",
    ),
    (
        "https://maker.ifttt.com/trigger/x/json/with/key/abcdefgh1234",
        "https://maker.ifttt.com/trigger/x/json/with/key/[REDACTED]",
    ),
    ("\"postgres:\\/\\/app:hunter2@db\\/shop\"", "\"postgres:\\/\\/[REDACTED]@db\\/shop\""),
    ("user:hunter2@tcp(h:3306)/db", "user:[REDACTED]@tcp(h:3306)/db"),
    ("user:hun@ter:2/@tcp(h:3306)/db", "user:[REDACTED]@tcp(h:3306)/db"),
    ("dsn=\"user:hunter2@unix(/tmp/s)/db\"", "dsn=\"user:[REDACTED]@unix(/tmp/s)/db\""),
    ("{\"dsn\":\"user:hunter2@tcp(h)/db\"}", "{\"dsn\":\"user:[REDACTED]@tcp(h)/db\"}"),
    ("user:hunter2@/db", "user:[REDACTED]@/db"),
    ("MYSQL_DSN=user:hunter2@tcp(h:3306)/db", "MYSQL_DSN=user:[REDACTED]@tcp(h:3306)/db"),
    ("DATABASE_DSN=app:hunter2@db:5432/shop", "DATABASE_DSN=app:[REDACTED]@db:5432/shop"),
    ("DATABASE_DSN=\"hunter2@db\"", "DATABASE_DSN=\"[REDACTED]@db\""),
    ("SENTRY_DSN=https://hunter2@sentry.io/1", "SENTRY_DSN=https://[REDACTED]@sentry.io/1"),
    ("cmd /c sqlplus scott/hunter2@orcl", "cmd /c sqlplus scott/[REDACTED]@orcl"),
    (
        "sqlplus -s scott/hunter2@//h:1521/x @a/b.sql",
        "sqlplus -s scott/[REDACTED]@//h:1521/x @a/b.sql",
    ),
    ("sqlplus scott/hunter2", "sqlplus scott/[REDACTED]"),
    ("sqlplus.exe scott/hun@ter2@orcl", "sqlplus.exe scott/[REDACTED]@orcl"),
    ("cmd /c \"sqlplus scott/hunter2@orcl\"", "cmd /c \"sqlplus scott/[REDACTED]@orcl\""),
    ("{\"password\": \"hun\\\"ter2\"}", "{\"password\": \"[REDACTED]\"}"),
    (
        "{\\\"password\\\": \\\"hunter2\\\", \\\"a\\\": 1}",
        "{\\\"password\\\": \\\"[REDACTED]\\\", \\\"a\\\": 1}",
    ),
    ("password: hunter2", "password: [REDACTED]"),
    ("password: 123456", "password: [REDACTED]"),
    ("pin: 1234", "pin: [REDACTED]"),
    ("DB_PASSWORD: OPS-42", "DB_PASSWORD: [REDACTED]"),
    ("curl -u me:'$ecret' h", "curl -u me:[REDACTED] h"),
    ("curl -u :hunter2 h", "curl -u :[REDACTED] h"),
    ("{\"args\":[\"mysql\",\"-phunter2\"]}", "{\"args\":[\"mysql\",\"-p[REDACTED]\"]}"),
    ("password=${A}hunter2", "password=[REDACTED]"),
    ("password=\"hunter2", "password=\"[REDACTED]"),
    ("deploy --password ^\n hunter2", "deploy --password ^\n [REDACTED]"),
    ("--password\t\"hunter 2\"", "--password\t\"[REDACTED]\""),
    ("deploy --password '${DB_PW}'", "deploy --password '[REDACTED]'"),
];

/// What stands for a credential, describes one, or only looks like it.
const WITHOUT: [&str; 40] = [
    "docker run --name login -p 8080:80",
    "docker run -d --name login -p 8080:80 login",
    "token_ttl=3600",
    "token_type=bearer",
    "{\"token_type\": \"bearer\"}",
    "passwordPolicy=strict",
    "pwd=/srv",
    "PWD=/srv/app OLDPWD=/",
    "password=${DB_PW}",
    "password=\"${DB_PW}\"",
    "password: {{ vault_pw }}",
    "password: ${{ secrets.DB }}, x",
    "password=$(cat /run/db)",
    "rotate the password: OPS-42",
    "rotate the password: OPS-42.",
    "secret: see vault",
    "pass: 3 fail: 0",
    "deploy --password $(cat /run/db) -v",
    "deploy --password ${DB_PW}",
    "deploy --password \"${DB_PW}\"",
    "deploy --password {{ x }}",
    "deploy --password %DB_PW%",
    "deploy --password *** x",
    "deploy --password ... x",
    "deploy --password -v",
    "deploy --password - x",
    "mysql -p$PW shop",
    "curl -u me:\"$TOKEN\" h",
    "sqlplus / as sysdba",
    "sqlplus /nolog @a/b.sql",
    "sqlplus scott@orcl @a/b.sql",
    "discord.com/channels/123456789/987654321",
    "12:30@home",
    "a:b@example.org",
    "ops@example.org: hello (x)",
    "MYSQL_DSN=user:[REDACTED]@tcp(h)/db",
    "the token: see below",
    "deploy --password '<token>'",
    "deploy --password '${{ secrets.DB }}'",
    "docker run -p 8080:80 login",
];

#[test]
fn a_credential_is_found_however_it_is_written() {
    for (text, expected) in WITH_CREDENTIALS {
        let clean = redact(text).into_owned();
        assert_eq!(clean, expected, "{text}");
        assert_eq!(redact(&clean), clean, "what was redacted stays as it is");
    }
}

#[test]
fn what_stands_for_a_credential_or_describes_one_is_left() {
    for text in WITHOUT {
        assert_eq!(redact(text), text);
    }
}
